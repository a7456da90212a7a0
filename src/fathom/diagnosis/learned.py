"""Has the net learned anything? The finding, the words and the steps where it has not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fathom.core.percent import percent
from fathom.core.records.finding import Finding
from fathom.core.records.reference import Reference
from fathom.core.records.step import Step
from fathom.diagnosis.classes import Rare

NOTHING = "diagnosis.net.learned_nothing"
NOT_CARRIED = "diagnosis.net.not_carried_over"
ONLY_SQUARES = "diagnosis.net.only_by_squared_error"


@dataclass(frozen=True)
class Squares:
    """A regression by squared error: by role, the error of always answering train's mean and the net's minus it; is the target skewed?"""

    by_role: Mapping[str, Reference] = field(default_factory=dict)
    skewed: bool = False


def learned(baseline: Mapping[str, Reference], references: Mapping[str, Reference], squares: Squares = Squares()) -> Finding | None:
    """An error where the net is not better than the baseline on train, or on train but not on dev; None where it is on both.

    'Better' is by the interval of the paired difference; a net without any error is better than a baseline with some at any size.
    Where no reference is better than the baseline on dev either, that is said: it may be the inputs. A regression whose squared error
    is better than that of the mean has learned what squared loss asks for, and that is said instead.
    """
    train, dev = baseline.get("train"), baseline.get("dev")
    first = train or dev
    role = next((r for r in ("train", "dev") if r in baseline and not _better(baseline[r])), None)
    if role is not None and role in squares.by_role and _better(squares.by_role[role]):
        return _only_squares(role, baseline[role], skewed=squares.skewed)
    if first is not None and not _better(first):
        return _nothing("train" if train is not None else "dev", first, _nor_others(dev, references))
    return _not_carried(dev) if dev is not None and not _better(dev) else None


def _better(baseline: Reference) -> bool:
    no_errors = baseline.estimate.value > 0 and round(baseline.estimate.value + baseline.ahead.value, 9) <= 0
    return no_errors or baseline.standing == "ahead"


def _nor_others(dev: Reference | None, references: Mapping[str, Reference]) -> str:
    best = next(iter(references.values()), None)
    if dev is None or best is None:
        return ""
    high = best.estimate.value if best.estimate.high is None else best.estimate.high
    return "No reference is better on dev either: the inputs may not tell the target." if high >= dev.estimate.value else ""


def _nothing(role: str, baseline: Reference, others: str) -> Finding:
    return Finding(
        id=NOTHING,
        severity="error",
        what=f"The net has learned nothing: on {role} it is not better than {baseline.name} ({_figures(baseline)}).",
        where=role,
        evidence=_evidence(baseline),
        cause="a learning rate that is far off, labels or inputs that are mixed up, or too few examples of a class",
        fix=others,
    )


def _not_carried(dev: Reference) -> Finding:
    """Worse than the baseline is one thing; better, but not by the interval of a small dev set, is another."""
    shown = dev.ahead.value >= 0
    what = (
        "What the net learned on train does not carry over to dev" if shown else "dev does not show that what the net learned carries over"
    )
    return Finding(
        id=NOT_CARRIED,
        severity="error" if shown else "warning",
        what=f"{what}: there it is not better than {dev.name} {'' if shown else 'for sure '}({_figures(dev)}).",
        where="dev",
        evidence=_evidence(dev),
        cause="the net knows its train examples by heart, or train and dev are not alike" if shown else "",
    )


def _only_squares(role: str, baseline: Reference, *, skewed: bool) -> Finding:
    better = "better" if baseline.ahead.value >= 0 else "better for sure"
    return Finding(
        id=ONLY_SQUARES,
        severity="warning",
        what=f"On {role} the net is better than the mean by squared error, not {better} than the median by absolute error "
        f"({_figures(baseline)}){'; the target is skewed' if skewed else ''}.",
        where=role,
        evidence=_evidence(baseline),
        cause="squared loss aims at the mean, the error counts absolute distance",
        fix="Try --loss absolute." if skewed else "",
    )


def _figures(baseline: Reference) -> str:
    own, net = baseline.estimate.value, baseline.estimate.value + baseline.ahead.value
    return f"{percent(net)}% against {percent(own)}%"


def _evidence(baseline: Reference) -> dict[str, object]:
    ahead = baseline.ahead
    return {"baseline": baseline.name, "error": baseline.estimate.value, "value": ahead.value, "low": ahead.low, "high": ahead.high}


def checks(rare: Rare | None) -> Iterator[Step]:
    """What to look at before anything is improved: all for the train error."""
    if rare is not None:
        name, share = next(iter(rare.shares.items()))
        how = f"answer '{name}' where its probability is above {share:.2g}, not only where it is the likeliest class"
        yield _step("look at the probabilities", "a net may rank a rare class well and never answer it", how)
    yield _step(
        "let it learn 20 examples by heart",
        "a net that cannot is built or trained wrongly",
        "fit 20 rows of train alone, without regularization: the error must reach 0",
    )
    yield _step("other learning rates", "alpha is the first setting to tune", "--learning-rate 10 times as large, and a tenth", "C2W3-01")
    yield _step("look at labels and inputs", "rows that are shifted or mixed up cannot be learned", "read 20 examples with their labels")


def fitting_loss() -> Step:
    """Where squared loss aims at the mean of a skewed target, before anything else is made better."""
    return _step("a loss that aims where the error does", "squared loss aims at the mean, absolute loss at the median", "--loss absolute")


def _step(what: str, why: str, how: str, source: str = "") -> Step:
    return Step(gap="avoidable_bias", what=what, why=why, how=how, source=source)
