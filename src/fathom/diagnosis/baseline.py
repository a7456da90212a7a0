"""The baseline: what needs no inputs. A net that is not better has learned nothing, and no other verdict counts before that one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.amount import amount, short
from fathom.core.balanced import labels_of
from fathom.core.expectations import refuse
from fathom.core.intervals import difference
from fathom.core.records.errors import Errors
from fathom.core.records.estimate import Estimate
from fathom.core.records.reference import Reference
from fathom.diagnosis.classes import Truth, balance, paired
from fathom.diagnosis.learned import Squares
from fathom.diagnosis.sources import Measured

COMPARED = ("train", "dev")


def against_baseline(roles: Mapping[str, Measured], truth: Truth, scale: float | None, seed: int) -> dict[str, Reference]:
    """By role, train and dev as far as they are known: the baseline's error, and the net's minus it.

    The baseline answers with train's commonest class, whose balanced error is 1 - 1/C, or with train's median, whose error is 1 over
    train; where train is not known, with dev's.

    Args:
        roles: the net's errors, balanced ones where `classes` says so.
        truth: the class or the number of each example.
        scale: of a regression; None for classes.
        seed: of the bootstrap.

    Returns:
        {} where the baseline's error is not known. A role whose examples are all of one class is left out: nothing to tell apart.
    """
    source = next((truth[role] for role in COMPARED if role in truth), None)
    if source is None:
        return {} if scale is None else {role: _exact(roles[role]) for role in COMPARED if role in roles}
    if scale is None:
        return _of_classes(roles, truth, commonest(source), seed)
    median = float(np.median(_numbers(source)))
    own = {role: _like(roles[role], np.abs(_numbers(truth[role]) - median) / scale) for role in COMPARED if role in truth}
    return {role: _compared(f"always {amount(_without_noise(median, scale))}", m, roles[role], seed) for role, m in own.items()}


AIM = 1.05
"""How many times the median's absolute error the mean's has to be for a target to count as skewed."""


def against_mean(roles: Mapping[str, Measured], truth: Truth, scale: float, seed: int) -> Squares:
    """By role: the squared error of always answering train's mean, and the net's minus it, in squares of the baseline's error.

    Squared loss aims at the mean, and the median is nearer by absolute distance: a net that learned may be behind the median.

    Args:
        roles: the net's errors |y - prediction| / scale.
        truth: the number of each example.
        scale: an error of 1 in the target's unit.
        seed: of the bootstrap.
    """
    source = next((_numbers(truth[role]) for role in COMPARED if role in truth), None)
    if source is None:
        return Squares()
    mean, found = float(source.mean()), {}
    for role in (r for r in COMPARED if r in truth):
        net = _like(roles[role], _values(roles[role]) ** 2)
        own = _like(roles[role], ((_numbers(truth[role]) - mean) / scale) ** 2)
        found[role] = _compared(f"always {amount(_without_noise(mean, scale))}", own, net, seed)
    return Squares(found, skewed=bool(np.abs(source - mean).mean() >= AIM * np.abs(source - np.median(source)).mean()))


def _values(net: Measured) -> NDArray[np.float64]:
    assert net.errors is not None  # truth is only taken beside errors
    return net.errors.value


def _without_noise(x: float, scale: float) -> float:
    """Zero for what float32 makes of zero."""
    return 0.0 if abs(x) < 1e-6 * scale else x


def commonest(truth: NDArray[Any]) -> str:
    """The class with the most examples, the first in order of those that tie."""
    classes, counts = np.unique(labels_of(truth), return_counts=True)
    return str(classes[counts.argmax()])


def _of_classes(roles: Mapping[str, Measured], truth: Truth, answer: str, seed: int) -> dict[str, Reference]:
    found = {}
    for role in (r for r in COMPARED if r in truth):
        labels = labels_of(truth[role])
        if (labels == labels[0]).all():
            continue
        plain = _like(roles[role], labels != answer)
        own = plain if roles[role].classes is None else balance(plain, labels, seed)
        found[role] = _compared(f"always '{short(answer)}'", own, roles[role], seed)
    return found


def _like(net: Measured, values: NDArray[Any]) -> Measured:
    """The baseline's errors on the net's examples, with their weights and groups; no interval is needed of its own."""
    assert net.errors is not None  # truth is only taken beside errors
    errors = Errors(values.astype(np.float64), net.errors.weight, net.errors.group)
    return Measured(Estimate(value=errors.rate, n=len(errors)), errors)


def _compared(name: str, own: Measured, net: Measured, seed: int) -> Reference:
    ahead = paired(own, net, seed)
    return Reference(name=name, estimate=own.estimate, ahead=ahead or difference(own.estimate, net.estimate), paired=ahead is not None)


def _exact(net: Measured) -> Reference:
    """A regression whose numbers are not known: the baseline's error is 1 by definition."""
    one = Estimate(value=1.0)
    return Reference(name="always train's median", estimate=one, ahead=difference(one, net.estimate))


def _numbers(values: NDArray[Any]) -> NDArray[np.float64]:
    try:
        numbers = values.astype(np.float64)
    except (TypeError, ValueError):
        raise refuse("`truth`", expected="numbers, as `scale` says that it is a regression", got=str(values[:1].tolist())) from None
    if not np.isfinite(numbers).all():
        raise refuse("`truth`", expected="finite numbers", got=f"{(~np.isfinite(numbers)).sum():,} that are none")
    return numbers
