"""What the gradient check saw of one parameter."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.record import Record

WORDS = {
    "right": "right",
    "inspect": "inspect: between 1 and 10 noise floors",
    "wrong": "wrong",
    "too small": "too small to check: its gradient lies below the noise",
    "kink": "not checked: J has a kink here",
    "not finite": "wrong: NaN or infinity",
    "not checked": "not checked",
}
"""States, as a table says them."""


@dataclass(frozen=True, kw_only=True)
class TensorGradient(Record):
    """One parameter's gradient against the differences of J.

    Attributes:
        name: of the parameter.
        label: what sentences call its gradient ("dW2").
        shape: of the parameter.
        point: where theta stood ("" where only one was checked).
        ratio: ||numerical - gradient|| / (||numerical|| + ||gradient||) (C2W1-54); estimated along directions unless every
            element was checked.
        floor: the noise in that ratio: rounding of J over the step, and what else a right gradient may be off by.
        state: "right", "inspect", "wrong", "too small", "kink", "not finite" or "not checked".
        kind: of a wrong gradient: "scaled", "sign", "zero", "transposed", "penalty", "shape", ..., or "".
        what: the sentence that names the fault, or "".
        checked: elements that were measured on their own.
        kinks: directions or elements that were set aside because J has a kink there.
        beside: theta lies on a kink, and a point beside it was checked.
        penalty: the penalty's share of the gradient, norm over norm; None where nothing was said of a penalty.

    Example:
        >>> print(TensorGradient(name="W1", label="dW1", shape=(2, 3), ratio=1e-10, floor=3e-10, state="right"))
        W1: ratio 1.0e-10, floor 3.0e-10, right
    """

    name: str
    label: str
    shape: tuple[int, ...]
    point: str = ""
    ratio: float
    floor: float
    state: str
    kind: str = ""
    what: str = ""
    checked: int = 0
    kinks: int = 0
    beside: bool = False
    penalty: float | None = None

    @property
    def wrong(self) -> bool:
        """Whether it is a culprit."""
        return self.state in ("wrong", "not finite")

    def __str__(self) -> str:
        return f"{self.name}: ratio {self.ratio:.1e}, floor {self.floor:.1e}, {self.words}"

    @property
    def words(self) -> str:
        """The state in words, with the kind of fault."""
        if self.state == "wrong":
            return f"wrong: {self.kind}" if self.kind and self.kind != "elements" else "wrong"
        return WORDS[self.state] + (" (beside a kink)" if self.beside else "")
