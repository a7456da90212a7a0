"""A metric that was asked for, measured on the answers of a role."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from fathom.core.balanced import labels_of
from fathom.core.expectations import did_you_mean, refuse, shown
from fathom.core.intervals import LEVEL, contrast
from fathom.core.records.estimate import Estimate
from fathom.core.records.metric import SHARE, Metric
from fathom.core.records.metric import shown as figure
from fathom.core.records.requirement import Requirement
from fathom.diagnosis.metrics import calibration, counts, numbers, ranking, rates
from fathom.diagnosis.metrics.answers import Answers
from fathom.diagnosis.metrics.influence import interval_by_influence
from fathom.diagnosis.metrics.spelling import COSTS, Asked, Bounded

Cost = Callable[[], Estimate]

OF_A_CLASS = ("precision", "recall", "specificity", "f", "auc", "false positives", "false negatives")
OF_NUMBERS = ("rmse", "mae", "r2")
PLAIN: Mapping[str, Callable[[Answers, float], Estimate]] = {
    "accuracy": rates.accuracy,
    "error": rates.error,
    "brier": calibration.brier,
    "log_loss": calibration.log_loss,
    "rmse": numbers.rmse,
    "mae": numbers.mae,
    "r2": numbers.r2,
}
OF_ONE: Mapping[str, Callable[[Answers, str, float], Estimate]] = {
    "precision": lambda a, c, level: rates.precision(a, c, level),
    "recall": lambda a, c, level: rates.recall(a, c, level),
    "specificity": lambda a, c, level: rates.specificity(a, c, level),
}
MOST_GROUPS = 1_000


@dataclass(frozen=True)
class Scene:
    """What is measured: the answers of a role, and what is known of the net beside them.

    Attributes:
        role: its name.
        answers: on it; None where only costs are asked for.
        costs: by name ("time", "parameters"), what measures it.
        lasted: seconds that the role's examples are of; None where nobody said.
    """

    role: str
    answers: Answers | None
    costs: Mapping[str, Cost] = field(default_factory=dict)
    lasted: float | None = None


def measure_metric(asked: Asked, scene: Scene, level: float = LEVEL) -> Metric:
    """The metric with its interval.

    Raises:
        UnusableInput: it does not go with this target, or something that it needs is not there.
    """
    if asked.name in COSTS:
        return _cost(asked, scene)
    if scene.answers is None:
        raise refuse(f"metric '{asked.text}'", expected="the answers of a role", got="none")
    check_goes_with(asked, scene.answers.classes)
    answers = scene.answers.weighed(asked)
    if asked.over:
        estimate, about = _over_groups(asked, answers, scene, level)
    else:
        estimate, about = _plain(asked, answers, scene.lasted, level)
    unit = answers.unit if asked.unit == "target" else "" if asked.name == "error" and not answers.classes else asked.unit
    return Metric(name=asked.text, role=scene.role, estimate=estimate, better=asked.better, unit=unit, about=about)


def judge(wanted: Bounded, metric: Metric) -> Requirement:
    """Whether the metric keeps its bound, and whether that is sure."""
    e, most = metric.estimate, wanted.sense == "at most"

    def keeps(value: float) -> bool:
        return round(value - wanted.bound, 12) <= 0 if most else round(value - wanted.bound, 12) >= 0

    sure = e.low is None or e.high is None or keeps(e.low) == keeps(e.high)
    return Requirement(metric=metric, sense=wanted.sense, bound=wanted.bound, met=keeps(e.value), sure=sure)


def _cost(asked: Asked, scene: Scene) -> Metric:
    if asked.name not in scene.costs:
        got = "predictions alone"
        raise refuse(f"metric '{asked.text}'", expected="a net that can be timed and counted", got=got, fix="ask it of a run")
    return Metric(name=asked.text, role="", estimate=scene.costs[asked.name](), better=asked.better, unit=asked.unit)


def check_goes_with(asked: Asked, classes: Sequence[str]) -> None:
    """Refuse a metric of classes for a number, one of a number for classes, and a class that there is not.

    Args:
        asked: the metric.
        classes: of the target; () of a number.

    Raises:
        UnusableInput: they do not go together.
    """
    if asked.name in COSTS:
        return
    if (asked.name in OF_NUMBERS) == bool(classes) or (not classes and asked.name not in (*OF_NUMBERS, "error")):
        kind, others = ("classes", "rmse, mae and r2 are of numbers") if classes else ("a number", "ask for rmse, mae, r2 or error")
        raise refuse(f"metric '{asked.text}'", expected=f"a metric of {kind}, which is what is predicted", got=asked.name, fix=others)
    if asked.of and asked.name not in OF_A_CLASS:
        raise refuse(f"metric '{asked.text}'", expected=f"'of' after one of {', '.join(OF_A_CLASS)}", got=asked.name)
    if asked.of and asked.of not in classes:
        fix = did_you_mean(asked.of, classes)
        raise refuse(f"metric '{asked.text}'", expected=f"one of the classes {shown(classes)}", got=repr(asked.of), fix=fix)


def _plain(asked: Asked, a: Answers, lasted: float | None, level: float) -> tuple[Estimate, str]:
    """The estimate, and what has to be said about it."""
    if asked.name in PLAIN:
        return PLAIN[asked.name](a, level), ""
    if asked.name == "ece":
        found, exact = calibration.ece(a, level)
        return found, f"calibrated exactly would show {figure(exact, SHARE)}"
    positive = asked.of or a.positive
    about = f"of '{positive}'" if positive and not asked.of else ""
    if asked.per:
        if not positive and asked.name != "errors":
            raise refuse(f"metric '{asked.text}'", expected="a class, as in 'false positives of yes per 24h'", got="none")
        return counts.per_time(a, asked.name, positive, per=asked.per, lasted=lasted, level=level), about if asked.name != "errors" else ""
    if asked.name == "auc":
        return ranking.auc(a, positive, level), about or ("" if positive else f"mean over {len(a.classes)} classes")
    if positive:
        return _of_class(asked, a, positive, level), about
    return _mean_of_classes(asked, a, level), f"mean over {len(a.classes)} classes"


def _of_class(asked: Asked, a: Answers, positive: str, level: float) -> Estimate:
    if asked.name == "f":
        return rates.f(a, positive, asked.beta, level)
    return OF_ONE[asked.name](a, positive, level)


def _mean_of_classes(asked: Asked, a: Answers, level: float) -> Estimate:
    """The mean over classes, with the interval that follows from what each example adds to it; classes overlap in an example."""
    values, influence = [], np.zeros(len(a))
    for c in a.classes:
        v, w = _ratio(asked, a, c)
        W = float(w.sum())
        value = float((w * v).sum()) / W if W > 0 else 0.0
        values.append(value)
        influence += w * (v - value) / W if W > 0 else 0.0
    C = len(a.classes)
    few = min(int((a.truth == c).sum()) for c in a.classes)
    return interval_by_influence(float(np.mean(values)), influence / C, a.group, share=True, few=max(few, 1) * C, level=level)


def _ratio(asked: Asked, a: Answers, c: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Values and weights (n,) whose weighted mean is the metric of a class."""
    found, there = a.prediction == c, a.truth == c
    if asked.name == "f":
        hit, weight = rates.f_parts(a, c, asked.beta)
        return hit.astype(np.float64), weight * a.weight
    value, rows = {"precision": (there, found), "recall": (found, there), "specificity": (~found, ~there)}[asked.name]
    return value.astype(np.float64), rows * a.weight


def _over_groups(asked: Asked, a: Answers, scene: Scene, level: float) -> tuple[Estimate, str]:
    """The mean or the worst over the groups of a column (C3W1-06)."""
    labels = labels_of(a.column(asked.by))
    names = np.unique(labels)
    if len(names) > MOST_GROUPS:
        raise refuse(f"column '{asked.by}'", expected=f"at most {MOST_GROUPS:,} groups", got=f"{len(names):,}")
    plain = replace(asked, over="", by="", weight="")
    joint = 1 - (1 - level) / len(names) if asked.over == "worst" else level
    each = {str(name): _plain(plain, a.at(labels == name), scene.lasted, joint)[0] for name in names}
    if asked.over == "mean":
        mean = contrast(each, dict.fromkeys(each, 1 / len(each)))
        return replace(mean, n=len(a), level=level), f"over {len(each)} groups"
    return _worst(asked, each, len(a), level)


def _worst(asked: Asked, each: Mapping[str, Estimate], n: int, level: float) -> tuple[Estimate, str]:
    """The worst group; limits that hold for all groups at once (Bonferroni), since it was picked for being the worst."""
    sign = 1 if asked.better == "lower" else -1
    worst = max(each, key=lambda k: sign * each[k].value)
    ends = [(e.low, e.high) for e in each.values() if e.low is not None and e.high is not None]
    pick = max if sign > 0 else min
    low, high = pick(e[0] for e in ends), pick(e[1] for e in ends)
    e = each[worst]
    return Estimate(value=e.value, low=low, high=high, n=n, method="bonferroni", level=level), f"'{worst}' of {len(each)}, n = {e.n:,}"


def mean_of(values: Mapping[str, float]) -> float:
    """The plain mean over groups, as over the regions of C3W1-06.

    Example:
        >>> mean_of({"US": 0.03, "China": 0.07, "India": 0.05, "other": 0.09})
        0.06
    """
    return round(sum(values.values()) / len(values), 12)
