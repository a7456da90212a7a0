"""A shift: how a column differs between train_dev and dev."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Shift(Record):
    """One column whose values are not distributed alike in two roles.

    Attributes:
        column: its name; of pictures "brightness", "contrast" and so on.
        kind: "number" (and dates), "category", or "missing" (how often there is no value).
        effect: 0 to 1, the largest difference between the two distributions: of a number the distance of Kolmogorov and Smirnov, of a
            category the total variation, of missing values the difference of the shares.
        p: of no difference, adjusted by Holm for all that was tested.
        start, end: what stands for the column in train_dev and in dev: the median, the mean, or the share of `level`.
        level: the level of a category that differs most; "" otherwise.
        says: in words, with the figures.

    Example:
        >>> print(Shift(column="light", kind="number", effect=0.6, p=1e-9, start=0.58, end=0.31, says="light is lower in dev"))
        light is lower in dev (effect 0.60)
    """

    column: str
    kind: str
    effect: float
    p: float
    start: float
    end: float
    level: str = ""
    says: str

    def __str__(self) -> str:
        return f"{self.says} (effect {self.effect:.2f})"
