"""One forward pass of any module, watched from outside: which layers it goes through and how large the signal is at each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from fathom.checks.signal import operations
from fathom.checks.signal.layers import Layer, Point
from fathom.checks.signal.marks import Mark, all_tensors, mark_of, mark_or_start, put_mark
from fathom.checks.signal.statistics import dead_share, mean_and_std, norm, saturated_share


class Change:
    """A change of the net that is tried on the way; this one changes nothing."""

    def weighted(self, layer: Layer, outputs: Tensor) -> Tensor:
        """What the layer's weights give instead."""
        return outputs

    def activated(self, layer: Layer, operation: str, inputs: Tensor, outputs: Tensor) -> Tensor:
        """What the layer's activation gives instead."""
        return outputs


class Trace(TorchFunctionMode):
    """Watches torch's functions during a forward pass; a layer is made where weights meet what comes from the inputs."""

    def __init__(self, change: Change | None = None) -> None:
        super().__init__()
        self.layers: list[Layer] = []
        self._change = change or Change()
        self._stack: list[tuple[str, nn.Module]] = []
        self._calls: dict[tuple[str, str, tuple[int, ...]], int] = {}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        outputs = func(*args, **(kwargs or {}))
        return self._seen(operations.plain_name(func), (*args, *(kwargs or {}).values()), outputs)

    def _seen(self, name: str, args: tuple[Any, ...], outputs: Any) -> Any:
        given = list(all_tensors(args))
        marked = [t for t in given if mark_of(t) is not None]
        made = list(all_tensors(outputs))
        if not marked or not made:
            return outputs
        source = max(reversed(marked), key=lambda t: (mark_or_start(t).depth, t.requires_grad))  # of equals the last: values after keys
        weights = tuple(t for t in given if mark_of(t) is None and t.requires_grad and t.is_floating_point())
        if name in operations.WEIGHTED and weights:
            return self._layer(name, source, weights, args, outputs, made)
        if name in operations.FOLLOWERS and mark_or_start(source).layer is not None and len(made) == 1:
            return self._follow(name, source, marked, made[0])
        for tensor in made:
            put_mark(tensor, mark_or_start(source))
        return outputs

    def _layer(
        self, name: str, source: Tensor, weights: tuple[Tensor, ...], args: tuple[Any, ...], outputs: Any, made: list[Tensor]
    ) -> Any:
        before = mark_or_start(source)
        path, module = self._stack[-1] if self._stack else ("", None)
        key = (path, name, tuple(map(_root_of, weights)))
        self._calls[key] = self._calls.get(key, 0) + 1
        kind = type(module).__name__ if module is not None and not _has_children(module) else name
        layer = Layer(
            place=len(self.layers),
            module=path or name,
            call=self._calls[key],
            kind=kind,
            operation=name,
            depth=before.depth + 1,
            parent=before.layer,
            weights=weights,
            read=source,
            shape=tuple(made[0].shape),
        )
        self.layers.append(layer)
        if name in operations.RECURRENT:
            _watch_time(layer, args)
        if len(made) == 1 and made[0] is outputs:
            outputs = self._change.weighted(layer, outputs)
            made = [outputs]
        self._measure(layer, made)
        for tensor in made:
            put_mark(tensor, Mark(layer.depth, layer.place))
        return outputs

    def _follow(self, name: str, source: Tensor, marked: list[Tensor], outputs: Tensor) -> Tensor:
        mark = mark_or_start(source)
        layer = self.layers[mark.layer or 0]
        if outputs.numel() != layer.point.size:
            put_mark(outputs, mark)
            return outputs
        if name in operations.ACTIVATIONS:
            layer.activation = name
            layer.dead = dead_share(name, outputs, operations.unit_axis(layer.operation, outputs.dim()))
            layer.saturated = saturated_share(name, outputs)
            outputs = self._change.activated(layer, name, source, outputs)
        elif name in operations.SUMS:
            self._read_before(layer, marked)
        self._measure(layer, [outputs])
        put_mark(outputs, Mark(mark.depth, mark.layer, len(layer.points) - 1))
        return outputs

    def _read_before(self, layer: Layer, marked: Iterable[Tensor]) -> None:
        """A residual sum reads an earlier layer before its norm or activation: there is that layer's end."""
        for tensor in marked:
            mark = mark_or_start(tensor)
            if mark.layer is not None and mark.layer != layer.place:
                self.layers[mark.layer].end = mark.point

    def _measure(self, layer: Layer, outputs: list[Tensor]) -> None:
        """The first tensor is measured; gradients come back through the others too (the last state of a recurrence)."""
        mean, std = mean_and_std(outputs[0])
        point = Point(mean, std, outputs[0].numel(), [tensor for tensor in outputs if tensor.requires_grad])
        layer.points.append(point)
        for tensor in point.tensors:
            tensor.register_hook(lambda gradient: _keep(point, gradient))

    @contextmanager
    def watching(self, net: nn.Module) -> Iterator[None]:
        """Know the name of the module that is running."""
        handles = []
        for path, module in net.named_modules():
            if isinstance(module, nn.Module) and not hasattr(module, "_c"):  # a scripted module takes no hooks
                handles.append(module.register_forward_pre_hook(self._enter(path)))
                handles.append(module.register_forward_hook(self._leave(), always_call=True))
        try:
            with self:
                yield
        finally:
            for handle in handles:
                handle.remove()

    def _enter(self, path: str) -> Any:
        def enter(module: nn.Module, inputs: Any) -> None:
            self._stack.append((path, module))

        return enter

    def _leave(self) -> Any:
        def leave(module: nn.Module, inputs: Any, outputs: Any) -> None:
            depths = [m for t in all_tensors(inputs) if (m := mark_of(t)) is not None]
            mark = max(depths, key=lambda m: m.depth, default=None)
            if mark is None and self._stack:
                mark = Mark(len(self.layers), len(self.layers) - 1 if self.layers else None)
            for tensor in all_tensors(outputs):
                if mark is not None and mark_of(tensor) is None and tensor.grad_fn is not None:
                    self._opaque(module, mark, tensor)  # what happened inside was out of sight
            if self._stack:
                self._stack.pop()

        return leave

    def _opaque(self, module: nn.Module, before: Mark, outputs: Tensor) -> None:
        weights = tuple(p for p in module.parameters() if p.requires_grad)
        if not weights:
            put_mark(outputs, before)
            return
        path = self._stack[-1][0] if self._stack else ""
        layer = Layer(
            place=len(self.layers),
            module=path,
            call=1,
            kind=type(module).__name__,
            operation="",
            depth=before.depth + 1,
            parent=before.layer,
            weights=(),
            read=None,
            shape=tuple(outputs.shape),
        )
        self.layers.append(layer)
        self._measure(layer, [outputs])
        put_mark(outputs, Mark(layer.depth, layer.place))


def _keep(point: Point, gradient: Tensor) -> None:
    point.gradient = math.hypot(point.gradient or 0.0, norm(gradient))


def _root_of(weight: Tensor) -> int:
    """The same number for a parameter and for its transposed view."""
    return id(weight if weight._base is None else weight._base)


def _has_children(module: nn.Module) -> bool:
    """A module of modules lends its name to no layer; torch's attention is one whose projection is never called."""
    return next(module.children(), None) is not None and not isinstance(module, nn.MultiheadAttention)


def _watch_time(layer: Layer, args: tuple[Any, ...]) -> None:
    """Keep the norm of the gradient with respect to each time step of a recurrent layer's input."""
    inputs, state, (bidirectional, batch_first) = args[0], args[1], args[-2:]
    if isinstance(state, Tensor) and not state.is_floating_point():
        return  # a packed batch has its sizes here, and no axis of time
    if bidirectional or not inputs.requires_grad:
        return
    axis = 1 if batch_first and inputs.dim() == 3 else 0

    def keep(gradient: Tensor) -> None:
        layer.time = [norm(step) for step in gradient.unbind(axis)]

    inputs.register_hook(keep)
