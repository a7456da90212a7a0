"""The floor: the human level where it is known, else bounded from above by the lowest dev error that was reached, else 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from fathom.core.expectations import refuse
from fathom.core.intervals import difference, normal_quantile
from fathom.core.records.estimate import Estimate
from fathom.core.records.floor import Floor
from fathom.core.records.raters import Raters
from fathom.core.records.reference import Reference, best_of
from fathom.diagnosis.classes import balance, paired
from fathom.diagnosis.sources import Measured, measured, rate


def given_floor(human: Any, floor: Any, bayes: Any, *, bounded: bool = True) -> Floor | None:
    """The floor that the user gave under one of three names; None where none was given.

    Several rates, as those of a doctor and a team of doctors, stand for the best of them: Bayes error is at most that (C3W1-20).

    Args:
        human, floor, bayes: a rate, a mapping of name -> rate, several rates, `Raters`, or a file or table with their answers (truth,
            rater_<name>); at most one of the three.
        bounded: whether errors are at most 1.

    Raises:
        UnusableInput: two of them are given, or a rate is out of range.

    Example:
        >>> print(given_floor({"typical": 0.03, "doctor": 0.01, "team": 0.005}, None, None))
        0.005 (given: team)
    """
    named = {name: value for name, value in (("human", human), ("floor", floor), ("bayes", bayes)) if value is not None}
    if not named:
        return None
    if len(named) > 1:
        raise refuse("the floor", expected="one of human, floor and bayes, which mean the same", got=" and ".join(named))
    name, value = named.popitem()
    if isinstance(value, str | Path) or hasattr(value, "get_column"):
        from fathom.diagnosis.raters import read_raters

        value = read_raters(value)
    if isinstance(value, Raters):
        return Floor(value=value.errors[value.best].value, known="given", source=value.best, raters=value.errors, findings=value.findings)
    if isinstance(value, Mapping):
        return _best({str(k): rate(f"{name} {k}", v, bounded=bounded) for k, v in value.items()}, name)
    if hasattr(value, "__len__") and not isinstance(value, str):
        rates = [rate(name, v, bounded=bounded) for v in value]
        return _best({f"the best of {len(rates)}" if len(rates) > 1 else "": min(rates)} if rates else {}, name)
    return Floor(value=rate(name, value, bounded=bounded), known="given")


def _best(rates: Mapping[str, float], name: str) -> Floor:
    if not rates:
        raise refuse(f"`{name}`", expected="at least one rate", got="none")
    who = min(rates, key=lambda k: rates[k])
    raters = {k: Estimate(value=v) for k, v in rates.items()} if len(rates) > 1 else {}
    return Floor(value=rates[who], known="given", source=who, raters=raters)


THIS_NET = "this net"


def known_floor(given: Floor | None, references: Mapping[str, Reference], best: Reference | None, dev: Measured | None) -> Floor:
    """The given floor; else, where there are references, the lowest dev error as a bound, be it the best one's or the net's own; else 0.

    Args:
        given: see `given_floor`.
        references: by name.
        best: what the net is held against, see `held_against`.
        dev: of the net: Bayes error is at most that too.
    """
    if given is not None:
        return given
    if not references or best is None:
        return Floor(value=0.0, known="assumed")
    own = best.estimate.value if dev is None else dev.estimate.value
    if round(own - best.estimate.value, 9) < 0:
        return Floor(value=own, known="bounded by reference", source=THIS_NET)
    return Floor(value=best.estimate.value, known="bounded by reference", source=best.name)


def held_against(references: Mapping[str, Reference], baseline: Mapping[str, Reference]) -> Reference | None:
    """The best reference; the baseline where no reference is better than that; None where nothing was compared."""
    return (best_of(references, baseline) or baseline.get("dev")) if references else None


def read_references(references: Mapping[str, Any] | None, dev: Measured | None, *, bounded: bool, seed: int) -> dict[str, Reference]:
    """The references by name, the lowest dev error first, each compared with the net.

    Args:
        references: name -> dev error: a rate, (wrong, n), Errors. Errors for as many examples as the net's are taken as
            of the same examples in the same order, and are balanced where dev's are.
        dev: of the net.
        bounded: whether errors are at most 1.
        seed: of the bootstrap.

    Raises:
        UnusableInput: there is no dev error to compare with, or a value that is no error.
    """
    if not references:
        return {}
    if dev is None:
        raise refuse("`references`", expected="a dev error to compare them with", got="no dev")
    read = {str(n): measured(f"reference {n}", v, bounded=bounded, seed=seed + i) for i, (n, v) in enumerate(references.items())}
    if dev.classes is not None:
        read = {n: balance(m, dev.classes, seed) for n, m in read.items()}
    return {n: _compared(n, m, dev, seed) for n, m in sorted(read.items(), key=lambda item: item[1].estimate.value)}


def _compared(name: str, own: Measured, net: Measured, seed: int) -> Reference:
    ahead = paired(own, net, seed)
    return Reference(name=name, estimate=own.estimate, ahead=ahead or difference(own.estimate, net.estimate), paired=ahead is not None)


def for_the_best(estimate: Estimate, of: int) -> Estimate:
    """The lowest of several estimates, with an interval that holds for all at once (Bonferroni): it was picked for its luck too.

    Its reach grows by the ratio of the normal quantiles at 1 - (1 - level)/of and at level.

    Example:
        >>> print(for_the_best(Estimate(value=0.1, low=0.08, high=0.12), 3))
        0.1 (0.07557 to 0.1244)
    """
    if estimate.low is None or estimate.high is None:
        return estimate
    wider = normal_quantile(1 - (1 - estimate.level) / of) / normal_quantile(estimate.level)
    low, high = (estimate.value + wider * (end - estimate.value) for end in (estimate.low, estimate.high))
    return replace(estimate, low=max(low, 0.0), high=high)
