"""A mistake: one dev example that went wrong, as people see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Mistake(Record):
    """One example that went wrong.

    Attributes:
        id: of the example, as text.
        truth, prediction: in the user's own terms.
        sure: the probability of the prediction; None where it is not known and for a number.
        error: 1.0 of a wrong class; of a number the distance as a share of the baseline's error.
        inputs: its columns as they were, the most telling first; {} where they are not at hand.
        tags, comment: what a person saw in it.
        looked: whether a person looked at it.
        words: of its text those that pulled most toward the answer that was given, the strongest first; () without a text.
        likely: the class that its label should have been, where it is suspected of being wrong; else "".

    Example:
        >>> print(Mistake(id="12", truth="cat", prediction="dog", sure=0.98, error=1.0, tags=("blurry",), looked=True))
        12: cat taken for dog, 98% sure [blurry]
    """

    id: str
    truth: Any
    prediction: Any
    sure: float | None
    error: float
    inputs: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    comment: str = ""
    looked: bool = False
    likely: str = ""
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        sure = "" if self.sure is None else f", {100 * self.sure:.0f}% sure"
        tags = f" [{', '.join(self.tags)}]" if self.tags else ""
        return f"{self.id}: {self.truth} taken for {self.prediction}{sure}{tags}"
