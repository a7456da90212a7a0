"""The gradient through a recurrent layer, step by step of time."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class TimeSignal(Record):
    """How much of the gradient comes back to each time step of a recurrent layer.

    Attributes:
        name: the module's name.
        kind: "RNN", "LSTM" or "GRU".
        gradients: norm of the gradient with respect to the layer's input at each time step, the first step first.
        ratio: the first step's norm over that of the last step that has one.
        factor: the same per step.
        verdict: "healthy", "vanishing" (ratio under 1e-3) or "exploding" (over 1e3).

    Example:
        >>> print(TimeSignal(name="rnn", kind="RNN", gradients=(0.25, 0.5, 1.0), ratio=0.25, factor=0.5, verdict="healthy"))
        rnn (RNN): gradient at the first of 3 time steps 0.25 of the last, 0.5 a step: healthy
    """

    name: str
    kind: str
    gradients: tuple[float, ...]
    ratio: float
    factor: float
    verdict: str

    def __str__(self) -> str:
        steps = len(self.gradients)
        return (
            f"{self.name} ({self.kind}): gradient at the first of {steps} time steps {self.ratio:.2g} of the last, "
            f"{self.factor:.2g} a step: {self.verdict}"
        )
