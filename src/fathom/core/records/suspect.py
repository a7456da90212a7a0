"""An example whose label is likely to be wrong."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Suspect(Record):
    """A label that the net's probabilities speak against; whether it is wrong only a person can say.

    Attributes:
        id: of the example.
        label: as it stands in the data.
        likely: the class that the net takes it for, among those that it is as sure of as it is of their own examples.
        p_label, p_likely: the net's probabilities of the two.
        predicted: whether the net's prediction is the label all the same.
        role: "dev", or "test" where it is opened: both go through the same process (C3W2-05).

    Example:
        >>> print(Suspect(id="12", label="cat", likely="dog", p_label=0.01, p_likely=0.98, predicted=False))
        12: labeled cat (1.0%), likely dog (98.0%)
    """

    id: str
    label: str
    likely: str
    p_label: float
    p_likely: float
    predicted: bool
    role: str = "dev"

    def __str__(self) -> str:
        return f"{self.id}: labeled {self.label} ({self.p_label:.1%}), likely {self.likely} ({self.p_likely:.1%})"
