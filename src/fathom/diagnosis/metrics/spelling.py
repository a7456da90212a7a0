"""Metrics and requirements as people write them: 'f1', 'recall of yes', 'worst error by region', 'time <= 100ms'.

[worst | mean] METRIC [of CLASS] [by COLUMN] [weighted by COLUMN [VALUE=FACTOR ...]] [per TIME]
METRIC (<= | >= | at most | at least) BOUND
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from fathom.core.expectations import did_you_mean, number, refuse, shown
from fathom.core.records.metric import SHARE
from fathom.core.records.requirement import Sense

KINDS: dict[str, tuple[Literal["higher", "lower"], str]] = {
    "accuracy": ("higher", SHARE),
    "error": ("lower", SHARE),
    "precision": ("higher", SHARE),
    "recall": ("higher", SHARE),
    "specificity": ("higher", SHARE),
    "f": ("higher", SHARE),
    "auc": ("higher", SHARE),
    "brier": ("lower", ""),
    "log_loss": ("lower", ""),
    "ece": ("lower", SHARE),
    "rmse": ("lower", "target"),
    "mae": ("lower", "target"),
    "r2": ("higher", ""),
    "false positives": ("lower", "per"),
    "false negatives": ("lower", "per"),
    "errors": ("lower", "per"),
    "time": ("lower", "ms"),
    "parameters": ("lower", "parameters"),
}
"""Which way is better, and the unit."""

ALIASES = {
    "sensitivity": "recall", "tpr": "recall", "tnr": "specificity", "roc_auc": "auc", "calibration": "ece", "latency": "time",
    "size": "parameters", "params": "parameters", "logloss": "log_loss", "cross_entropy": "log_loss", "acc": "accuracy",
    "false_positives": "false positives", "false_negatives": "false negatives", "false alarms": "false positives",
}  # fmt: skip
"""Other names of the same."""

COSTS = ("time", "parameters")
"""What belongs to a net, not to a role."""

SECONDS = {"ms": 1e-3, "s": 1.0, "second": 1.0, "min": 60.0, "minute": 60.0, "h": 3600.0, "hour": 3600.0, "d": 86400.0, "day": 86400.0}
TIMES = {"k": 1e3, "m": 1e6, "g": 1e9, "": 1.0}

F = re.compile(r"^f(?:beta)?[_-]?(\d+(?:\.\d+)?)$")
SIGN = re.compile(r"\s*(<=|>=|≤|≥|<|>|\bat most\b|\bat least\b)\s*")
BOUND = re.compile(r"^([-+]?[\d,_]*\.?\d+(?:e[-+]?\d+)?)\s*([a-zA-Z%]*)$")
KEYWORDS = ("of", "by", "weighted", "per")


@dataclass(frozen=True)
class Asked:
    """A metric that was asked for.

    Attributes:
        text: as it was written, in its plain form.
        name: one of `KINDS`.
        beta: of an F.
        of: the positive class; "" for the target's own, or the mean over classes where there are more than two.
        over: "worst" or "mean" over the groups of a column, or "".
        by: that column.
        weight: the column that weighs the examples, or "".
        factors: by value of that column, how much an example counts; {} where the column holds the weights themselves.
        per: seconds to which counts are referred.
    """

    text: str
    name: str
    beta: float = 1.0
    of: str = ""
    over: Literal["", "worst", "mean"] = ""
    by: str = ""
    weight: str = ""
    factors: Mapping[str, float] = field(default_factory=dict)
    per: float = 0.0

    @property
    def better(self) -> Literal["higher", "lower"]:
        """Which way is better."""
        return KINDS[self.name][0]

    @property
    def unit(self) -> str:
        """What the value is in: "share", "ms", "parameters", "per 24h", "target" (the target's own unit) or nothing."""
        unit = KINDS[self.name][1]
        return f"per {duration_text(self.per)}" if unit == "per" else unit


@dataclass(frozen=True)
class Bounded:
    """A requirement that was asked for: the metric, and the bound in its unit."""

    asked: Asked
    sense: Sense
    bound: float


def read_metric(text: str) -> Asked:
    """A metric as it is written.

    Raises:
        UnusableInput: no metric of that name, or words that make no sense.

    Example:
        >>> read_metric("F2 of 'very bad'").beta, read_metric("worst accuracy by region").by
        (2.0, 'region')
        >>> read_metric("error weighted by kind porn=10").factors
        {'porn': 10.0}
    """
    parts = _parts(text)
    over, words = _over(parts.pop(""))
    name, beta = _name(text, " ".join(words))
    weight, factors = _weight(text, parts.pop("weighted", []))
    asked = Asked(
        text=" ".join(text.split()),
        name=name,
        beta=beta,
        of=" ".join(parts.get("of", [])),
        over=over,
        by=" ".join(parts.get("by", [])),
        weight=weight,
        factors=factors,
        per=seconds_of(" ".join(parts["per"])) if "per" in parts else 0.0,
    )
    _check(asked)
    return asked


def read_requirement(text: str) -> Bounded:
    """A requirement as it is written.

    Raises:
        UnusableInput: no metric, no sign, or a bound that is no number of the metric's unit.

    Example:
        >>> found = read_requirement("time <= 0.1 s")
        >>> found.asked.name, found.sense, found.bound, read_requirement("recall at least 90%").bound
        ('time', 'at most', 100.0, 0.9)
    """
    sides = SIGN.split(text)
    if len(sides) != 3 or not sides[0].strip():
        raise refuse(f"requirement '{text}'", expected="a metric, <= or >=, and a bound, as in 'time <= 100ms'", got=repr(text))
    left, sign, right = sides
    bound, _, per = right.partition(" per ")
    asked = read_metric(f"{left} per {per}" if per else left)
    sense: Sense = "at most" if sign in ("<=", "<", "≤", "at most") else "at least"
    return Bounded(asked, sense, _bound(text, bound.strip(), asked))


def seconds_of(text: str | float) -> float:
    """Seconds of '24h', '90 min', 'hour', '2 days'; a number is seconds already.

    Example:
        >>> seconds_of("24h"), seconds_of("day"), seconds_of("2 min")
        (86400.0, 86400.0, 120.0)
    """
    if not isinstance(text, str):
        return number("duration", text, low=0, low_open=True)
    found = re.match(r"^(\d+(?:\.\d+)?)?\s*([a-z]+?)s?$", text.strip().lower()) if text.strip().lower() not in ("s", "ms") else None
    amount, unit = (float(found[1] or 1), found[2]) if found else (1.0, text.strip().lower())
    if unit not in SECONDS or amount <= 0:
        raise refuse("duration", expected="a time as in 24h, 90 min or 2 days", got=repr(text))
    return amount * SECONDS[unit]


def duration_text(seconds: float) -> str:
    """'24h' of 86400."""
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if seconds >= size:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}s"


def _parts(text: str) -> dict[str, list[str]]:
    """The words after each keyword; those before the first under ""."""
    try:
        words = shlex.split(text)
    except ValueError:
        raise refuse(f"metric '{text}'", expected="quotes in pairs", got=repr(text)) from None
    parts: dict[str, list[str]] = {"": []}
    now = ""
    for word in words:
        if word.lower() in KEYWORDS and not (word.lower() == "by" and now == "weighted" and not parts[now]):
            now = word.lower()
            if now in parts:
                raise refuse(f"metric '{text}'", expected=f"'{now}' once", got="it twice")
            parts[now] = []
        elif not (now == "weighted" and word.lower() == "by" and not parts[now]):
            parts[now].append(word)
    empty = [name for name, given in parts.items() if name and not given]
    if empty or not parts[""]:
        raise refuse(f"metric '{text}'", expected=f"a word {f'after {empty[0]!r}' if empty else 'that names it'}", got="none")
    return parts


def _over(words: list[str]) -> tuple[Literal["", "worst", "mean"], list[str]]:
    first = words[0].lower()
    if first == "worst":
        return "worst", words[1:]
    return ("mean", words[1:]) if first in ("mean", "average") else ("", words)


def _name(text: str, name: str) -> tuple[str, float]:
    plain = name.lower().strip()
    plain = ALIASES.get(plain, plain)
    found = F.match(plain)
    if found:
        return "f", number("beta", float(found[1]), low=0, low_open=True)
    if plain not in KINDS or plain == "f":
        known = ["f1", *(k for k in KINDS if k != "f"), *ALIASES]
        raise refuse(f"metric '{text}'", expected=f"one of {shown(known, 20)}", got=repr(name), fix=did_you_mean(plain, known))
    return plain, 1.0


def _weight(text: str, words: list[str]) -> tuple[str, dict[str, float]]:
    """The column, and the factors by value."""
    factors = {}
    column = [w for w in words if "=" not in w]
    for word in words[len(column) :]:
        value, _, factor = word.rpartition("=")
        try:
            factors[value] = number(f"factor of {value}", float(factor), low=0)
        except ValueError:
            raise refuse(f"metric '{text}'", expected="a value and its factor as in porn=10", got=repr(word)) from None
    return " ".join(column), factors


def _check(asked: Asked) -> None:
    counted = KINDS[asked.name][1] == "per"
    if bool(asked.over) != bool(asked.by):
        fix = f"write 'worst {asked.name} by COLUMN'"
        raise refuse(f"metric '{asked.text}'", expected="'worst' or 'mean' together with 'by COLUMN'", got="one of the two", fix=fix)
    if counted != bool(asked.per):
        raise refuse(f"metric '{asked.text}'", expected=f"{'a time' if counted else 'no time'} after 'per'", got=asked.text)
    if asked.name in COSTS and (asked.over or asked.of or asked.weight):
        raise refuse(f"metric '{asked.text}'", expected=f"'{asked.name}' alone: it belongs to the net", got=asked.text)


def read_bound(asked: Asked, text: str) -> float:
    """A value of a metric as it is written: '90%', '80ms', '1M'.

    Example:
        >>> read_bound(read_metric("accuracy"), "90%"), read_bound(read_metric("time"), "1.5 s")
        (0.9, 1500.0)
    """
    return _bound(f"{asked.text} {text}", text.strip(), asked)


def _bound(text: str, bound: str, asked: Asked) -> float:
    found = BOUND.match(bound)
    unit = KINDS[asked.name][1]
    allowed = {SHARE: ("%", ""), "ms": ("ms", "s", ""), "parameters": tuple(TIMES)}.get(unit, ("",))
    if found is None or found[2].lower() not in allowed:
        expected = {SHARE: "a share as in 90% or 0.9", "ms": "a time as in 100ms", "parameters": "a number as in 10k or 1M"}
        raise refuse(f"requirement '{text}'", expected=expected.get(unit, "a number"), got=repr(bound))
    value, suffix = float(found[1].replace(",", "").replace("_", "")), found[2].lower()
    if unit == SHARE:
        value = value / 100 if suffix == "%" else value
        return number(f"bound of {asked.text}", round(value, 12), low=0, high=1)
    return value * (1000 if suffix == "s" else TIMES.get(suffix, 1.0) if unit == "parameters" else 1)
