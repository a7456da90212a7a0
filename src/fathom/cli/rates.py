"""Rates as people type them: '11%', 0.11, '110/1000'."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fathom.core.expectations import refuse

Human = float | list[float] | dict[str, float] | str
"""A rate, several, several by name, or the path of a file of raters."""

EXAMPLES = "a rate as in 11%, 0.11 or 110/1000"


@dataclass(frozen=True)
class Typed:
    """A rate that was typed.

    Attributes:
        value: the rate, 0 to 1.
        step: half a unit of the last digit that was typed, as a rate; how exact the typed figure is.
        counts: (wrong, n) where it was typed so.
        note: what to tell the user about how it was read; empty where that is plain.
    """

    value: float
    step: float = 0.0
    counts: tuple[int, int] | None = None
    note: str = ""

    def turned(self) -> Typed:
        """The error of an accuracy."""
        counts = None if self.counts is None else (self.counts[1] - self.counts[0], self.counts[1])
        return Typed(round(1 - self.value, 12), self.step, counts, self.note)


def parse_rate(text: str, name: str) -> float:
    """The rate that was typed; how an ambiguous one was read is said on stderr.

    Raises:
        UnusableInput: no number, negative, above 100%, or a bare number above 1.

    Example:
        >>> parse_rate("11%", "--dev"), parse_rate("0.11", "--dev")
        (0.11, 0.11)
    """
    typed = read_rate(text, name)
    if typed.note:
        print(typed.note, file=sys.stderr)
    return typed.value


def parse_human(text: str) -> Human:
    """As `read_human`, of one text; how an ambiguous rate was read is said on stderr."""
    human, notes = read_human([text])
    for note in notes:
        print(note, file=sys.stderr)
    return human


def read_human(texts: Sequence[str], name: str = "--human") -> tuple[Human, list[str]]:
    """The human level as it was typed: a rate, several people's, or a file of raters.

    Args:
        texts: one text or several; '1%', 'typical 3%, doctor 1%, team 0.5%', or a file with columns truth and rater_<name>.
        name: of the option.

    Returns:
        A rate, several, rates by name, or the path of a file; and what has to be said of how the rates were read.

    Raises:
        UnusableInput: no rates, a rate without a name beside others, or a name twice.

    Example:
        >>> read_human(["typical 3%, doctor 1%, team=0.5%"])
        ({'typical': 0.03, 'doctor': 0.01, 'team': 0.005}, [])
        >>> read_human(["1%"])
        (0.01, [])
    """
    parts = [part.strip() for text in texts for part in text.split(",") if part.strip()]
    if len(texts) == 1 and Path(texts[0]).suffix and Path(texts[0]).is_file():
        return texts[0], []
    named = [re.split(r"\s*[=:]\s*|\s+(?=[\d.]+%?$|\d+/\d+$)", part) for part in parts]
    rates = [read_rate(words[-1], name) for words in named]
    notes = [rate.note for rate in rates if rate.note]
    if len(rates) == 1 and len(named[0]) == 1:
        return rates[0].value, notes
    if rates and all(len(words) == 1 for words in named):
        return [rate.value for rate in rates], notes
    who = [" ".join(words[:-1]) or f"{place}." for place, words in enumerate(named, start=1)]
    if not rates or len(set(who)) < len(who):
        raise refuse(name, expected="each person once, as in 'typical 3%, doctor 1%, team 0.5%'", got=repr(", ".join(texts)))
    return {person: rate.value for person, rate in zip(who, rates, strict=True)}, notes


def read_rate(text: str, name: str) -> Typed:
    """A rate with what is known of it beside its value; see `parse_rate`."""
    plain = text.strip()
    if plain.count("/") == 1:
        return _counts(plain, name)
    digits = plain.removesuffix("%").strip()
    figure = _number(digits, text, name)
    step = 0.5 * 10.0 ** -len(digits.partition(".")[2]) if "e" not in digits.lower() else 0.0
    if plain.endswith("%"):
        if figure > 100:
            raise refuse(name, expected="at most 100%", got=repr(text))
        return Typed(round(figure / 100, 12), step / 100)
    if figure > 1:
        raise refuse(name, expected=EXAMPLES, got=text, fix=f"write {figure:g}% or {figure / 100:g}" if figure <= 100 else "")
    note = f"{name} {text} is read as {figure:.0%}; for {figure:g}% write {figure:g}%." if figure >= 0.5 else ""
    return Typed(figure, step, note=note)


def _number(digits: str, text: str, name: str) -> float:
    try:
        figure = float(digits)
    except ValueError:
        fix = "write a decimal point" if "," in digits else ""
        raise refuse(name, expected=EXAMPLES, got=repr(text), fix=fix) from None
    if not 0 <= figure < float("inf"):
        raise refuse(name, expected="a rate of at least 0", got=repr(text))
    return figure


def _counts(plain: str, name: str) -> Typed:
    left, _, right = plain.partition("/")
    if not (left.strip().isdecimal() and right.strip().isdecimal()) or not 0 <= int(left) <= int(right) or int(right) < 1:
        raise refuse(name, expected="wrong/n with wrong from 0 to n", got=repr(plain))
    return Typed(int(left) / int(right), counts=(int(left), int(right)))


def with_size(typed: Typed, n: int, name: str) -> Typed:
    """The rate as counts over n examples.

    The number wrong has to be whole; where no whole number gives the typed figure, the nearest one is taken and the note says so.

    Args:
        typed: the rate.
        n: examples, at least 1.
        name: of the option, for messages.

    Raises:
        UnusableInput: counts were typed already.

    Example:
        >>> with_size(read_rate("11%", "--dev"), 1000, "--dev").counts
        (110, 1000)
    """
    if typed.counts is not None:
        raise refuse(f"size of {name}", expected="counts as in 110/1000 or a size, not both", got="both")
    exact = typed.value * n
    wrong = int(exact + 0.5)
    fits = abs(exact - wrong) <= typed.step * n + 1e-6
    note = "" if fits else f"{name}: {typed.value:.4g} of {n:,} is {exact:.2f} errors; taken as {wrong:,}, which is {wrong / n:.2%}."
    return Typed(wrong / n, counts=(wrong, n), note=note)
