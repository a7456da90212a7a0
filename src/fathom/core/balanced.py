"""The balanced error: the mean of the errors of the classes, so that a rare class counts as much as a common one.

    n examples, C classes, class c has n_c of them
    balanced error = (1/C) sum_c (errors of class c) / n_c,   an example of class c weighs 1/(C n_c)

C and n_c are those of the role that is measured. Where errors are 0/1 the interval is put together from Wilson's of each class
(Bonett and Price's for two models on the same examples) by MOVER: the classes are independent samples. A bootstrap over all
examples would be blind where every example of a rare class is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.intervals import contrast, interval_of, interval_of_paired
from fathom.core.records.errors import Errors
from fathom.core.records.estimate import Estimate

Labels = NDArray[np.str_]

RARE = 5
"""A class with under one fifth of the examples can be rare."""

UNEVEN = 2
"""It is, where it also has under half of its equal share 1/C: of ten classes alike none is rare, though each has under a fifth."""


def labels_of(truth: Any) -> Labels:
    """Classes of any type as text, (n,)."""
    return np.asarray(truth).reshape(-1).astype(np.str_)


def rare_classes(truth: Any) -> dict[str, float]:
    """The share of each class that is rare, the rarest first: under 20% of the examples and under half of its equal share 1/C.

    For two classes the first alone decides: under 20% exactly.

    Args:
        truth: (n,) the class of each example.

    Example:
        >>> rare_classes(["no"] * 81 + ["yes"] * 19), rare_classes(["no"] * 80 + ["yes"] * 20), rare_classes(list("abcdefghij"))
        ({'yes': 0.19}, {}, {})
    """
    classes, counts = np.unique(labels_of(truth), return_counts=True)
    n, C = int(counts.sum()), len(classes)
    found = [(int(k), str(c)) for c, k in zip(classes, counts, strict=True) if RARE * k < n and UNEVEN * C * k < n]
    return {name: count / n for count, name in sorted(found)}


def balanced(errors: Errors, truth: Any) -> Errors:
    """The errors with weights by which each class counts alike: w / (C W_c), with W_c the weight of class c; 1/(C n_c) of equal weights.

    Args:
        errors: of n examples.
        truth: (n,) their classes; those without any weight do not count among the C.

    Example:
        >>> balanced(Errors.of([0, 0, 0, 1]), ["no", "no", "no", "yes"]).rate
        0.5
    """
    codes = np.unique(labels_of(truth), return_inverse=True)[1]
    of_class = np.bincount(codes, weights=errors.weight)
    share = np.where(of_class > 0, of_class, 1.0) * max(int((of_class > 0).sum()), 1)
    return Errors(errors.value, errors.weight / share[codes], errors.group)


def balanced_interval(errors: Errors, truth: Any, seed: int = 0) -> Estimate:
    """The balanced error with its interval; n is all examples.

    Example:
        >>> print(balanced_interval(Errors.of([0] * 98 + [1, 1]), ["no"] * 98 + ["yes"] * 2))
        0.5 (0.1712 to 0.5189)
    """
    weighted, labels = balanced(errors, truth), labels_of(truth)
    if not _by_class([weighted], labels):
        return interval_of(weighted, seed)
    return _mean_of_classes(labels, len(weighted), lambda rows: interval_of(_unweighted(weighted, rows), seed))


def balanced_paired(a: Errors, b: Errors, truth: Any, seed: int = 0) -> Estimate:
    """b - a of the balanced errors of two models on the same examples.

    Example:
        >>> print(balanced_paired(Errors.of([0] * 90 + [1] * 10), Errors.of([0] * 100), ["no"] * 90 + ["yes"] * 10))
        -0.5 (-0.5151 to -0.2598)
    """
    first, second, labels = balanced(a, truth), balanced(b, truth), labels_of(truth)
    if not _by_class([first, second], labels):
        return interval_of_paired(first, second, seed)
    return _mean_of_classes(labels, len(first), lambda rows: interval_of_paired(_unweighted(first, rows), _unweighted(second, rows), seed))


def _by_class(all_errors: Sequence[Errors], labels: Labels) -> bool:
    """Are values 0/1, groups single and weights equal within each class, so that a class is a plain rate?"""
    return all(Errors(e.value, np.ones_like(e.weight), e.group).is_rate for e in all_errors) and all(
        bool(np.ptp(e.weight[rows]) <= 1e-9 * e.weight[rows].max()) and bool(e.weight[rows].max() > 0)
        for e in all_errors
        for rows in _rows(labels)
    )


def _rows(labels: Labels) -> Iterator[NDArray[np.bool_]]:
    """The rows of each class, (n,)."""
    return (labels == name for name in np.unique(labels))


def _unweighted(errors: Errors, rows: NDArray[np.bool_]) -> Errors:
    return Errors.of(errors.value[rows])


def _mean_of_classes(labels: Labels, n: int, of_rows: Callable[[NDArray[np.bool_]], Estimate]) -> Estimate:
    """(1/C) sum of an estimate of each class."""
    each = {str(i): of_rows(rows) for i, rows in enumerate(_rows(labels))}
    mean = contrast(each, dict.fromkeys(each, 1 / len(each)))
    return Estimate(value=mean.value, low=mean.low, high=mean.high, n=n, method="mover", level=mean.level)
