"""The threshold that makes a metric of two classes as good as can be on dev.

All cuts between two probabilities are tried, by cumulative sums of weights; among equally good ones the nearest to 1/2 is taken. The
metric at the threshold that was chosen for it is too good. So it is cross-checked: each tenth of the examples (of the groups) is cut at the
threshold that is best on the other nine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import number, refuse
from fathom.core.records.threshold import Threshold
from fathom.core.seeding import generator
from fathom.diagnosis.metrics.answers import Answers
from fathom.diagnosis.metrics.spelling import Asked, Bounded

FOLDS = 10

TUNABLE = ("accuracy", "error", "precision", "recall", "specificity", "f")

Cells = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
"""Weights of true and false positives, false and true negatives, at each cut."""


def tune(asked: Asked, requires: Sequence[Bounded], answers: Answers, *, role: str = "dev", seed: int = 0) -> Threshold:
    """The best threshold for a metric, among those that keep what is required.

    Args:
        asked: accuracy, error, precision, recall, specificity or F, or 'mean accuracy by truth', which counts both classes alike.
        requires: metrics of the same kind with their bounds, as in 'precision >= 90%'.
        answers: of two classes, with probabilities.
        role: where they are from.
        seed: of the tenths of the check.

    Raises:
        UnusableInput: not two classes, no probabilities, another metric, or no threshold that keeps what is required.

    Example:
        >>> import polars as pl
        >>> from fathom.diagnosis.metrics.answers import answers_of
        >>> from fathom.diagnosis.metrics.spelling import read_metric
        >>> p = [0.1, 0.3, 0.35, 0.45, 0.2, 0.9]
        >>> table = pl.DataFrame({"truth": ["no", "no", "yes", "yes", "no", "yes"], "p_yes": p}).with_columns(
        ...     p_no=1 - pl.col("p_yes"), prediction=pl.lit("no"), error=pl.lit(0.0))
        >>> round(tune(read_metric("f1"), [], answers_of(table, classes=("no", "yes"))).value, 3)
        0.325
    """
    if answers.chances is None or len(answers.classes) != 2:
        raise refuse("threshold", expected="two classes with probabilities", got=f"{len(answers.classes) or 'no'} classes")
    weighed = answers.weighed(asked)
    score = answers.chances[:, answers.classes.index(answers.positive)]
    there = answers.truth == answers.positive
    found = _best(asked, requires, score, there, weighed.weight, answers)
    at = [found, 0.5]
    tuned, half = _values(asked, _cells_at(np.array(at), score, there, weighed.weight), answers)
    checked = _checked(asked, requires, score, there, weighed, seed)
    rules = "".join(f", {r.asked.text} {'<=' if r.sense == 'at most' else '>='} {r.bound:g}" for r in requires)
    return Threshold(
        value=found,
        positive=answers.positive,
        metric=f"{asked.text}{rules}",
        role=role,
        at_half=float(half),
        tuned=float(tuned),
        checked=checked,
    )


def cut(answers: Answers, threshold: float) -> Answers:
    """The answers as they are when the positive class is predicted from a probability of `threshold` on."""
    if answers.chances is None or len(answers.classes) != 2:
        raise refuse("threshold", expected="two classes with probabilities", got=f"{len(answers.classes) or 'no'} classes")
    at = answers.classes.index(answers.positive)
    predicted = np.where(answers.chances[:, at] >= threshold, answers.positive, answers.classes[1 - at])
    columns = {**answers.columns, "prediction": predicted}
    return replace(answers, prediction=predicted, error=(predicted != answers.truth).astype(np.float64), columns=columns)


def check_can_be_tuned(asked: Asked) -> None:
    """Refuse a metric that is not made of right and wrong answers, and so has no cut."""
    if asked.name not in TUNABLE or (asked.over and (asked.over, asked.by) != ("mean", "truth")):
        expected = f"one of {', '.join(TUNABLE)} (f1, f2 ...), or 'mean accuracy by truth'"
        raise refuse("threshold", expected=expected, got=f"'{asked.text}'", fix="tune for one of them")


def chosen(own: Threshold | None, asked: float | str | None) -> float | None:
    """The threshold that is asked for: a number, "tuned" for the run's own, None for the likelier class.

    Raises:
        UnusableInput: none was tuned, or it is no probability.
    """
    if asked == "tuned" and own is None:
        raise refuse("threshold", expected="one that was tuned", got="none", fix="tune it first, as in run.tune_threshold('f1')")
    return own.value if asked == "tuned" and own is not None else None if asked is None else number("threshold", asked, low=0, high=1)


def _best(
    asked: Asked,
    requires: Sequence[Bounded],
    score: NDArray[np.float64],
    there: NDArray[np.bool_],
    weight: NDArray[np.float64],
    answers: Answers,
) -> float:
    known = np.unique(score)
    cuts = np.unique(np.concatenate([[0.0, 0.5], (known[1:] + known[:-1]) / 2]))
    cells = _cells_at(cuts, score, there, weight)
    value = _values(asked, cells, answers) * (1 if asked.better == "higher" else -1)
    kept = np.ones(len(cuts), dtype=bool)
    for wanted in requires:
        own = _values(wanted.asked, _cells_at(cuts, score, there, answers.weight), answers)
        kept &= own <= wanted.bound + 1e-12 if wanted.sense == "at most" else own >= wanted.bound - 1e-12
    if not kept.any():
        rules = " and ".join(w.asked.text for w in requires)
        raise refuse("threshold", expected=f"a cut that keeps what is required of {rules}", got="none on these examples")
    best = np.flatnonzero(kept & (value >= value[kept].max() - 1e-12))
    return float(cuts[best[np.abs(cuts[best] - 0.5).argmin()]])


def _cells_at(cuts: NDArray[np.float64], score: NDArray[np.float64], there: NDArray[np.bool_], weight: NDArray[np.float64]) -> Cells:
    """The four cells at each cut, (k,) each."""
    order = np.argsort(score, kind="stable")
    below = np.searchsorted(score[order], cuts, side="left")
    left = [np.concatenate([[0.0], np.cumsum(np.where(rows, weight, 0.0)[order])]) for rows in (there, ~there)]
    fn, tn = left[0][below], left[1][below]
    return left[0][-1] - fn, left[1][-1] - tn, fn, tn


def _values(asked: Asked, cells: Cells, answers: Answers) -> NDArray[np.float64]:
    """The metric at each cut, 0 where it is not defined."""
    tp, fp, fn, tn = cells if not asked.of or asked.of == answers.positive else (cells[3], cells[2], cells[1], cells[0])
    check_can_be_tuned(asked)
    b2 = asked.beta**2
    known: dict[str, Callable[[], NDArray[np.float64]]] = {
        "accuracy": lambda: _over(tp + tn, tp + fp + fn + tn),
        "error": lambda: _over(fp + fn, tp + fp + fn + tn),
        "precision": lambda: _over(tp, tp + fp),
        "recall": lambda: _over(tp, tp + fn),
        "specificity": lambda: _over(tn, tn + fp),
        "f": lambda: _over((1 + b2) * tp, (1 + b2) * tp + b2 * fn + fp),
    }
    if asked.over:
        mean = (_over(tp, tp + fn) + _over(tn, tn + fp)) / 2
        return 1 - mean if asked.name == "error" else mean
    return known[asked.name]()


def _over(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(a, b, out=np.zeros_like(a), where=b > 0)


def _checked(
    asked: Asked, requires: Sequence[Bounded], score: NDArray[np.float64], there: NDArray[np.bool_], answers: Answers, seed: int
) -> float:
    """The metric where each tenth is cut at the threshold of the other nine; 1/2 where those cannot keep what is required."""
    units = np.arange(len(score)) if answers.group is None else np.unique(answers.group, return_inverse=True)[1]
    fold = generator(seed, "threshold").permutation(int(units.max()) + 1)[units] % FOLDS
    sums = np.zeros(4)
    for k in np.unique(fold):
        rest, own = fold != k, fold == k
        try:
            at = _best(asked, requires, score[rest], there[rest], answers.weight[rest], answers.at(rest)) if rest.any() else 0.5
        except ValueError:
            at = 0.5
        sums += np.array([float(c[0]) for c in _cells_at(np.array([at]), score[own], there[own], answers.weight[own])])
    return float(_values(asked, tuple(np.array([s]) for s in sums), answers)[0])  # type: ignore[arg-type]
