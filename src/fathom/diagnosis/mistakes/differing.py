"""What differs between mistakes and the rest, and what to do about it: the mismatch part of an error analysis (C3W2-12)."""

from __future__ import annotations

from fathom.core.records.slice import Slice
from fathom.core.records.slices import Slices
from fathom.core.records.step import Step

RARER = 1.5
"""A slice that dev has so many times as often as train is one that train lacks."""

MOST = 3


def steps_of(slices: Slices | None) -> tuple[Step, ...]:
    """What the slices that do worse ask for, the strongest first.

    Source:
        C3W2-12: find what differs, then make train more like dev or collect such data; C3W2-13 for synthesis.

    Example:
        >>> from fathom.core.records.estimate import Estimate
        >>> noisy = Slice(says="noise is car", column="noise", kind="category", n=30, error=Estimate(value=0.4), rest=Estimate(value=0.1),
        ...               p=0.001, at_best=0.1, of_wrong=0.6, of_right=0.2, of_train=0.02)
        >>> print(steps_of(Slices(found=(noisy,), tried=12, n=100))[0].what)
        train on more examples whose noise is car
    """
    found = () if slices is None else tuple(s for s in slices.found if not s.within and s.kind != "prediction")
    return tuple(_step(each, slices.n if slices else 0) for each in found[:MOST])


def _step(s: Slice, n: int) -> Step:
    of_dev = s.n / n if n else 0.0
    worth = f"dev goes from {_percent(_all(s, of_dev))} to {_percent(s.at_best)} at best"
    if s.of_train is not None and of_dev >= RARER * s.of_train:
        return Step(
            gap="data_mismatch",
            what=f"train on more examples whose {s.says}",
            why=f"{_percent(of_dev)} of dev and {_percent(s.of_train)} of train; {worth}",
            how="collect them, or synthesize them (noise, blur, crops) with variety, and put them into train, not into dev",
            source="C3W2-12",
        )
    seen = "" if s.of_train is None else f"{_percent(of_dev)} of dev and {_percent(s.of_train)} of train; "
    return Step(
        gap="",
        what=f"look at the mistakes whose {s.says}",
        why=f"{_percent(s.of_wrong)} of the mistakes, {_percent(s.of_right)} of the rest; {seen}{worth}",
        how="what do they lack: an input that tells them apart, a bigger net, or a sound label?",
        source="C3W2-06",
    )


def _all(s: Slice, of_dev: float) -> float:
    """The error of all: the slice's and the rest's, by their sizes."""
    return of_dev * s.error.value + (1 - of_dev) * s.rest.value


def _percent(value: float) -> str:
    return f"{100 * value:.1f}%"
