"""The figures of a diagnosis as the page writes them: rounded as on the terminal, so that both say the same."""

from __future__ import annotations

import math
from collections.abc import Mapping

from fathom.core import ladder_figures
from fathom.core.records.diagnosis import Diagnosis
from fathom.core.records.estimate import Estimate
from fathom.core.records.gap import Gap
from fathom.core.records.ladder import Ladder
from fathom.core.records.reference import Reference
from fathom.report.page_markup import signed


def role_name(role: str) -> str:
    """'dev (validation)' for dev, 'train-dev' for train_dev."""
    return ladder_figures.role_name(role)


def error(value: float, ladder: Ladder) -> str:
    """'4.6%', with the decimals that all figures of the ladder have."""
    return ladder_figures.error_figure(value, ladder)


def interval(low: float | None, high: float | None, ladder: Ladder) -> str:
    """'1.4 to 8.7', in percent; nothing where there is none."""
    return signed(ladder_figures.ends_figure(low, high, ladder))


def own_unit(estimate: Estimate, ladder: Ladder) -> str:
    """'55.22 mmHg' for a regression, nothing for rates."""
    return signed(ladder_figures.own_unit(estimate.value, ladder))


def plain_error(role: str, diagnosis: Diagnosis) -> str:
    """'plain 4.9%' beside a balanced error; nothing where the ladder is one of plain errors."""
    return ladder_figures.plain_figure(role, diagnosis.balance)


def only_bounded(gap: Gap, diagnosis: Diagnosis) -> bool:
    """Whether only the two ends of a gap are known: the bias over a floor that is bounded from above."""
    return ladder_figures.only_bounded(gap, diagnosis)


def gap_value(gap: Gap, diagnosis: Diagnosis) -> str:
    """'+3.5', the difference of the two printed rungs; nothing where only the two ends of a bias are known."""
    return signed(ladder_figures.gap_figure(gap, diagnosis))


def standing(reference: Reference, ladder: Ladder) -> str:
    """'level with linear: 3.5 points more on dev (-0.6 to 7.5), on the same examples'."""
    return signed(ladder_figures.standing_text(reference, ladder))


def figure(value: object) -> str:
    """A number or label of a table: four digits for a number that is not whole.

    Example:
        >>> figure(205.999998), figure(12), figure("yes"), figure(0.123456)
        ('206', '12', 'yes', '0.1235')
    """
    if not isinstance(value, float):
        return str(value)
    return signed(f"{value:.4g}" if abs(value) < 10_000 or not math.isfinite(value) else f"{value:,.0f}")


def sureness(p: float) -> str:
    """A probability as people read it; never a rounded 100%.

    Example:
        >>> sureness(0.98), sureness(0.9999), sureness(0.0001)
        ('98%', '>99.9%', '<0.1%')
    """
    if math.isnan(p):
        return ""
    if 0.01 <= p <= 0.99:
        return f"{100 * p:.0f}%"
    if 0.001 <= p <= 0.999:
        return f"{100 * p:.1f}%"
    return ">99.9%" if p > 0.5 else "<0.1%"


def rows_text(rows: Mapping[str, int]) -> str:
    """'train 341, dev (validation) 114, test 114'."""
    return ", ".join(f"{role_name(role)} {n:,}" for role, n in rows.items())
