"""The figures of a diagnosis as text, for the terminal and for the page: rounded so that both say the same and every sum adds up."""

from __future__ import annotations

from typing import Protocol

from fathom.core.amount import amount, short
from fathom.core.percent import between, decimals_of, percent
from fathom.core.records.balance import Balance
from fathom.core.records.floor import Floor
from fathom.core.records.gap import Gap
from fathom.core.records.ladder import Ladder
from fathom.core.records.reference import Reference

NAMES = {"train_dev": "train-dev", "dev": "dev (validation)"}
STANDING = {"ahead": "ahead of", "level": "level with", "behind": "behind"}


class Judged(Protocol):
    """What is read of a `Diagnosis`, which prints itself by these figures and so cannot be imported here."""

    @property
    def ladder(self) -> Ladder: ...  # noqa: D102
    @property
    def floor(self) -> Floor: ...  # noqa: D102
    @property
    def balance(self) -> Balance | None: ...  # noqa: D102


def role_name(role: str) -> str:
    """'dev (validation)' for dev, 'train-dev' for train_dev."""
    return NAMES.get(role, role)


def error_figure(value: float, ladder: Ladder) -> str:
    """'4.6%', with the decimals that all figures of the ladder have."""
    return f"{percent(value, decimals_of(ladder))}%"


def ends_figure(low: float | None, high: float | None, ladder: Ladder) -> str:
    """'1.4 to 8.7', in percent; nothing where there is no interval."""
    if low is None or high is None:
        return ""
    places = decimals_of(ladder)
    return f"{percent(low, places)} to {percent(high, places)}"


def own_unit(value: float, ladder: Ladder, most: int = 30) -> str:
    """'55.22 mmHg' for an error of a regression, in one style for the whole ladder; nothing for rates.

    Args:
        value: the error as a share of the baseline's.
        ladder: its largest rung sets the style.
        most: letters of the unit.
    """
    if ladder.scale is None:
        return ""
    largest = max([value, *(rung.estimate.value for rung in ladder)])
    return f"{amount(value * ladder.scale, column=largest * ladder.scale)} {short(ladder.unit, most)}".strip()


def plain_figure(role: str, balance: Balance | None) -> str:
    """'plain 4.9%' beside a balanced error; nothing where the ladder is one of plain errors."""
    if balance is None or role not in balance.plain:
        return ""
    return f"plain {error_figure(balance.plain[role].estimate.value, balance.plain)}"


def only_bounded(gap: Gap, d: Judged) -> bool:
    """Whether only the two ends of a gap are known: the bias over a floor that is bounded from above."""
    return gap.name == "avoidable_bias" and d.floor.known == "bounded by reference"


def gap_figure(gap: Gap, d: Judged) -> str:
    """'+3.5', the difference of the two printed rungs; nothing where only the two ends of a bias are known."""
    if only_bounded(gap, d):
        return ""
    start = d.floor.value if gap.name == "avoidable_bias" else d.ladder[gap.start].estimate.value
    figure = between(start, d.ladder[gap.end].estimate.value, decimals_of(d.ladder))
    return figure if figure.startswith("-") else f"+{figure}"


def standing_text(reference: Reference, ladder: Ladder) -> str:
    """'level with boosted trees: dev differs by 0.4 points (-0.1 to 0.9), on the same examples'."""
    gap = reference.ahead
    ends = ends_figure(gap.low, gap.high, ladder)
    text = f"{STANDING[reference.standing]} {reference.name}: dev differs by {percent(gap.value, decimals_of(ladder))} points"
    return text + (f" ({ends})" if ends else "") + (", on the same examples" if reference.paired else "")
