"""The protocol of a task: what an answer is and what wrong means."""

from __future__ import annotations

from typing import Any, Protocol

from numpy.typing import NDArray
from torch import Tensor

from fathom.core.records.errors import Errors


class Task(Protocol):
    """What an answer is and what wrong means; all methods are pure.

    n is the number of examples, `outputs` the net's width.
    """

    @property
    def kind(self) -> str:
        """The kind of target: "binary", "multiclass", "regression"."""

    @property
    def outputs(self) -> int:
        """The width of the net's raw outputs."""

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Raw outputs (n, outputs) and targets (n,) -> the loss of each example (n,)."""

    def slope(self, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """The losses of K nets, and the derivative of each by its own outputs: (K, n) and (K, outputs, n).

        Raw outputs come as columns, (K, outputs, n), as the course has them; targets (n,) that all nets share, or (K, n).
        """

    def errors(self, outputs: Tensor, targets: Tensor) -> Errors:
        """Raw outputs and targets -> an error for each example."""

    def decode(self, outputs: Tensor) -> dict[str, NDArray[Any]]:
        """Raw outputs -> columns by name: "prediction" (codes or numbers in the user's unit), and "p_<class>"."""
