"""A change that was tried to mend a net's signal, with what it did."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Mend(Record):
    """One change, tried with the weights put back afterwards.

    Attributes:
        name: "initialization", "normalization", "residual" or "activation".
        what: the change in words: "He initialization".
        how: the lines of code that make it.
        forward: std of the activations, last layer over first, with the change.
        backward: gradient norm, first layer over last, with the change; None where no gradient comes back.
        verdict: "healthy", "vanishing" or "exploding", with the change.

    Example:
        >>> print(Mend(name="initialization", what="He initialization", forward=1.1, backward=0.9, verdict="healthy"))
        He initialization: healthy (activations 1.1, gradients 0.9)
    """

    name: str
    what: str
    how: str = ""
    forward: float
    backward: float | None = None
    verdict: str

    def __str__(self) -> str:
        gradients = "" if self.backward is None else f", gradients {self.backward:.2g}"
        return f"{self.what}: {self.verdict} (activations {self.forward:.2g}{gradients})"
