"""A layer of a trace: one use of weights with what follows it, and the signal at each of its points."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor


@dataclass
class Point:
    """The signal at one place: the output of a layer's weights, of its norm, its activation, or its residual sum."""

    mean: float
    std: float
    size: int
    tensors: list[Tensor] = field(default_factory=list)
    gradient: float | None = None


@dataclass
class Layer:
    """One use of weights, and what follows it until the next use.

    Attributes:
        module, call: the module's name and the number of the call of this module's weights, from 1.
        kind, operation: the class of the module, the torch function.
        parent: the layer before it on the deepest way, or None.
        weights: the weights that were used, as they are (parameters, or what was computed from parameters).
        read: the tensor that it reads.
        shape: of its own output.
        points: in the order in which they were met.
        end: which of them the next layer reads, where not the last.
        time: norms of the gradient with respect to the input, by time step.
    """

    place: int
    module: str
    call: int
    kind: str
    operation: str
    depth: int
    parent: int | None
    weights: tuple[Tensor, ...]
    read: Tensor | None
    shape: tuple[int, ...]
    points: list[Point] = field(default_factory=list)
    end: int | None = None
    activation: str = ""
    dead: float | None = None
    saturated: float | None = None
    time: list[float] = field(default_factory=list)

    @property
    def point(self) -> Point:
        """Where the next layer reads."""
        return self.points[-1 if self.end is None else self.end]

    @property
    def gradient(self) -> float | None:
        """The norm of the gradient there, or where it was last in sight."""
        last = len(self.points) if self.end is None else self.end + 1
        return next((point.gradient for point in reversed(self.points[:last]) if point.gradient is not None), None)
