"""A learning curve: errors against the size of train, or of the net, and what more of it would bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from fathom.core.expectations import refuse, whole
from fathom.core.records.curve_point import CurvePoint
from fathom.core.records.estimate import Estimate
from fathom.core.records.power_law import PowerLaw
from fathom.core.records.record import Record

Verdict = Literal["helps", "will not help", "unclear"]


@dataclass(frozen=True, kw_only=True)
class LearningCurve(Record):
    """Errors against size, and the power law with its floor that they follow.

    Attributes:
        headline: what twice as much brings, in a sentence.
        against: "rows" of train, or "width" of the net.
        verdict: whether twice as much "helps", "will not help", or is "unclear".
        points: the sizes that were measured, ascending.
        law: e(n) = a n^-b + c, as sure as the points make it.
        twice: the error at twice the largest size.
        gain: how much lower that is.
        goal: the error that is wanted; None where nobody said.
        net: its name and shape.
        epochs: passes over the rows, the same at every size.
        measured_on: the rows that errors are taken over, in words.
        balanced: whether errors are balanced ones, because a class is rare.
        unit, scale: of a regression, whose errors are shares of the baseline's: the target's unit, and how much of it an error of 1 is.
        notes: what to bear in mind.
    """

    headline: str
    against: Literal["rows", "width"]
    verdict: Verdict
    points: tuple[CurvePoint, ...]
    law: PowerLaw
    twice: Estimate
    gain: Estimate
    goal: float | None = None
    net: str = ""
    epochs: int | None = None
    measured_on: str = ""
    balanced: bool = False
    unit: str = ""
    scale: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """The largest size that was measured."""
        return self.points[-1].size

    def at(self, n: float, level: float = 0.9) -> Estimate:
        """The mean error over retraining at size n, with its interval.

        Args:
            n: rows of train (units of the first hidden layer), as in `curve.at(2 * curve.n)`.
            level: the nominal coverage.
        """
        return self.law.error(n, level)

    def needed(self, error: float, level: float = 0.9) -> tuple[int | None, int | None, int | None]:
        """How large n must be for that error: (value, low, high); None where no size within reach is enough."""
        found = self.law.needed(error, level)
        value, low, high = (None if n is None else whole("n", round(n)) for n in found)
        return value, low, high

    @classmethod
    def from_json(cls, values: Any) -> LearningCurve:
        """Read what `to_json` wrote; the file may have been made by someone else.

        Raises:
            UnusableInput: it is something else.
        """
        from fathom.core.stored_curve import fields_of

        try:
            return cls(**fields_of(values, Verdict))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            got = f"something else ({type(error).__name__}: {str(error)[:80]})"
            raise refuse("learning curve", expected="what to_json wrote", got=got) from None

    def figure(self) -> Any:
        """The curve as a plotly figure: points with their intervals, the law with its band, train errors."""
        from fathom.core.display import figure_of

        return figure_of(self)

    def __str__(self) -> str:
        from fathom.core.diagnosis_lines import text_of
        from fathom.core.learning_curve_lines import lines_of

        return "\n".join(text_of(line) for line in lines_of(self))
