"""Numbers in the target's own unit, as people read them: whole from 1,000 on, with commas, and in one style within a column."""

from __future__ import annotations

import math

EXPONENT_FROM = 1e7
FIGURES = 4


def amount(value: float, *, column: float | None = None) -> str:
    """A number in the style of its column: whole where the largest has thousands, else as many decimals as give that one four figures.

    Args:
        value: any finite number.
        column: the largest of the column's numbers by size, which sets the style; None where the number stands alone, without trailing
            zeros then.

    Example:
        >>> amount(17393.42), amount(1806.2), amount(140.5), amount(0.06202)
        ('17,393', '1,806', '140.5', '0.06202')
        >>> amount(5.0761, column=55.22), amount(12.4, column=21390.0), amount(2.5e8)
        ('5.08', '12', '2.5e+08')
    """
    largest = abs(value if column is None else column)
    if largest == 0:
        return "0"
    if not 1e-4 <= largest < EXPONENT_FROM:
        return f"{value:.{FIGURES}g}" if column is None else f"{value:.{FIGURES - 1}e}"
    places = max(FIGURES - 1 - math.floor(math.log10(largest)), 0)
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if column is None and "." in text else text


def short(text: str, most: int = 30) -> str:
    """At most so many letters, the last an ellipsis where some are left out.

    Example:
        >>> short("price"), short("x" * 40, 5)
        ('price', 'xxxx…')
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"
