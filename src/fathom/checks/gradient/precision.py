"""Float64 throughout: torch operations on float32 tensors, wherever a cost got them from, are carried out in float64."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_map
from torch.utils.weak import WeakTensorKeyDictionary

LOW = (torch.float32, torch.float16, torch.bfloat16)
NARROWING = {torch.Tensor.float, torch.Tensor.half, torch.Tensor.bfloat16}


class InDouble(TorchFunctionMode):
    """Under this mode no floating-point result is narrower than float64.

    A net in float64 meets inputs in float32 that its cost holds on to; and a cost may cast inside. Inputs of an operation
    are widened, and so are its results, so that a tensor that is made inside a cost is wide from the start.

    Example:
        >>> with InDouble():
        ...     (torch.ones(2) + torch.ones(2, dtype=torch.float64).float()).dtype
        torch.float64
    """

    def __init__(self) -> None:
        super().__init__()
        self._kept: Any = WeakTensorKeyDictionary()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Widen what goes in and what comes out."""
        if func in NARROWING:
            return self._wide(args[0])
        args, kwargs = tree_map(self._wide, args), tree_map(self._wide, kwargs or {})
        return tree_map(self._wide_result, func(*args, **kwargs))

    def _wide(self, value: Any) -> Any:
        if isinstance(value, torch.dtype):
            return torch.float64 if value in LOW else value
        if not isinstance(value, Tensor):
            return value
        with torch._C.DisableTorchFunction():
            if value.dtype not in LOW:
                return value
            if value.requires_grad:
                return value.double()
            kept = self._kept.get(value)  # the inputs of a cost are widened once, not at every evaluation
            if kept is None or kept[0] != value._version:
                kept = self._kept[value] = (value._version, value.double())
            return kept[1]

    def _wide_result(self, value: Any) -> Any:
        if not isinstance(value, Tensor):
            return value
        with torch._C.DisableTorchFunction():
            return value.double() if value.dtype in LOW else value
