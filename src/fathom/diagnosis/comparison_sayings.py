"""What is said of runs side by side: who gets what wrong, the verdicts in a sentence, what would decide."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from fathom.core.comparison_lines import points
from fathom.core.expectations import shown
from fathom.core.intervals import normal_quantile
from fathom.core.percent import decimals_of, percent
from fathom.core.records.comparison import PairedDifference, Standing
from fathom.core.records.estimate import Estimate
from fathom.core.records.ladder import Ladder

NONE: Standing = "no difference that this dev set can show"

POWER = 0.84
"""The 80% quantile of the normal law: a difference that is seen four times in five."""


def counts(pair: PairedDifference, zero_one: bool) -> str:
    """Who gets what wrong."""
    if zero_one:
        return f"{_count(pair.only_against)} only {quoted(pair.against)} gets wrong, {pair.only_run:,} only {quoted(pair.run)}."
    return f"On {_count(pair.only_against)} {quoted(pair.against)} is further off, on {pair.only_run:,} {quoted(pair.run)} is."


def quoted(name: str) -> str:
    """A name of several words, so that it can be told from the sentence around it.

    Example:
        >>> quoted("a"), quoted("no l2, no dropout")
        ('a', "'no l2, no dropout'")
    """
    return f"'{name}'" if " " in name else name


def _count(n: int) -> str:
    return f"{n:,} example{'' if n == 1 else 's'}"


def what_it_takes(pair: PairedDifference, ladder: Ladder, level: float) -> str:
    """Where nothing is shown: how many examples would show a difference as large as this one."""
    e, needed = pair.difference, examples_for(pair.difference)
    if pair.verdict != NONE or needed is None or e.low is None or e.high is None:
        return ""
    if e.low > 0 or e.high < 0:
        return f"The interval is off 0, but p is not below {1 - level:.0%}: too few examples tell the two apart."
    size = points(replace(e, value=abs(e.value)), ladder)[0].lstrip("+")
    return f"About {_rough(needed)} dev examples would show a difference of {size} points four times in five."


def over_seeds(pair: PairedDifference, ladder: Ladder) -> str:
    """What the seeds say: mean and spread of both, the noise floor, and what these two nets alone would have said."""
    s = pair.seeds
    if s is None:
        return ""
    places = decimals_of(ladder)
    one, other = (
        f"{percent(mean, places)}%{f' +- {percent(spread, places)}' if spread is not None else ''} over {k} seed{'s' if k > 1 else ''}"
        for mean, spread, k in ((s.mean_run, s.spread_run, s.seeds_run), (s.mean_against, s.spread_against, s.seeds_against))
    )
    value, ends = points(pair.difference, ladder)
    return (
        f"{one} against {other}. Two seeds of the same settings differ by up to {percent(s.noise, places)} points (19 of 20 times). "
        f"These two nets alone: {value} points{_bracketed(ends)}."
    )


def examples_for(difference: Estimate) -> int | None:
    """How many examples would show a difference of that size four times in five, at this spread; None for no difference.

    n (z + 0.84)^2 (h / z)^2 / d^2, with h half the interval's width.

    Example:
        >>> examples_for(Estimate(value=0.01, low=-0.01, high=0.03, n=400))
        3266
    """
    d, low, high, n = difference.value, difference.low, difference.high, difference.n
    if round(d, 9) == 0 or low is None or high is None or not n:
        return None
    z = normal_quantile(difference.level)
    return math.ceil(n * ((z + POWER) * (high - low) / (2 * z * d)) ** 2)


def _rough(n: int) -> str:
    """Two digits: 3266 -> '3,300'."""
    return f"{int(float(f'{n:.2g}')):,}"


def headline(pairs: Sequence[PairedDifference], name: str, ladder: Ladder) -> str:
    """The verdicts in a sentence."""
    if len(pairs) == 1:
        return _alone(pairs[0], ladder)
    by_verdict: dict[str, list[str]] = {}
    for pair in pairs:
        by_verdict.setdefault(pair.verdict, []).append(quoted(pair.run))
    parts = [
        f"{v.capitalize()} than {quoted(name)}: {shown(by_verdict[v])}." if v != NONE else f"{NONE.capitalize()}: {shown(by_verdict[v])}."
        for v in ("better", "worse", NONE)
        if v in by_verdict
    ]
    return " ".join(parts)


def _alone(pair: PairedDifference, ladder: Ladder) -> str:
    e, over = pair.decisive, "" if pair.seeds is None else " over seeds"
    if pair.verdict == NONE:
        value, ends = points(e, ladder)
        both = f"{quoted(pair.run)} minus {quoted(pair.against)}"
        return f"{NONE.capitalize()}: {both} is {value} points{over}{_bracketed(ends)}."
    size = e if e.value > 0 else replace(e, value=-e.value, low=_minus(e.high), high=_minus(e.low))
    value, ends = points(size, ladder)
    by = f"{'lower' if e.value < 0 else 'higher'} by {value.lstrip('+')} points{over}{_bracketed(ends)}"
    return f"{quoted(pair.run)} is {pair.verdict} than {quoted(pair.against)}: its dev error is {by}."


def _bracketed(ends: str) -> str:
    return f" ({ends})" if ends else ""


def _minus(value: float | None) -> float | None:
    return None if value is None else -value


def notes_of(pairs: int, balance: bool, *, seeds: bool = False) -> list[str]:
    """What to bear in mind about so many comparisons."""
    if seeds:
        notes = ["Verdicts are about the settings: they mind what another seed and other examples would change."]
    else:
        notes = ["The figures are about these nets; the same settings with another seed make other ones (--seeds 5 trains some)."]
    if pairs > 1:
        notes.append(f"p is adjusted for {pairs} comparisons (Holm); each interval stands for itself.")
    if balance:
        notes.append("A class is rare, so errors are balanced: each class counts alike.")
    return notes
