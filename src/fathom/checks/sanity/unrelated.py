"""Targets that have nothing to do with the inputs: cross-fitted plain methods against the same with exchanged targets."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Skip, Subject
from fathom.checks.rows import axis_of, tensors_of
from fathom.core.records.finding import Finding

Array = NDArray[np.float64]

LEAST = 40
"""Examples below which chance decides."""
ENOUGH, MOST = 100, 512
"""Examples from which the word is a warning, and the most that are looked at."""
EXCHANGES = 100
SEEN = 3.5
"""Standard deviations better than on exchanged targets from which a relation is seen, more than chance brings."""
WIDTH = 20_000
NEIGHBORS = 5
VOCABULARY = 5_000


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """Nearest neighbors and a ridge regression, each leaving one out, on the targets as they are and on exchanged ones."""
    subject = subject.some(MOST)
    features, targets = _features(subject), _targets(subject)
    source = np.random.default_rng(subject.seed)
    better = {}
    for name, predict in (("nearest neighbors", _neighbors(features)), ("linear", _ridge(features))):
        better[name] = _better(predict, targets, source, clock)
        if better[name] >= SEEN:
            return
    n = len(features)
    yield Finding(
        id="check.targets.unrelated",
        severity="warning" if n >= ENOUGH else "info",
        what=f"No relation between inputs and targets is seen in these {n} examples: plain methods do no better than on targets "
        "that are exchanged between examples.",
        where="targets",
        evidence={"standard_deviations_better_than_exchanged": better, "examples": n},
        cause="inputs and targets that were shuffled or shifted apart; else a problem that only a net can read.",
        fix="Look at some pairs by eye; shuffle inputs and targets with the same permutation.",
    )


def _features(subject: Subject) -> Array:
    """One row of numbers for each example: the numbers themselves, and how often each token occurs."""
    n, parts = subject.size, []
    if n < LEAST:
        raise Skip(f"the batch has fewer than {LEAST} examples")
    for tensor in tensors_of(subject.inputs):
        axis = axis_of(tensor, n)
        if axis is None or tensor.is_complex():
            continue
        rows = tensor.detach().cpu().movedim(axis, 0).reshape(n, -1)
        if rows.is_floating_point() or rows.dtype in (torch.bool, torch.uint8):
            parts.append(_standardized(rows.double().numpy()))
        elif rows.shape[1] and int(rows.min()) >= 0 and int(rows.max()) < VOCABULARY:
            counts = torch.zeros(n, int(rows.max()) + 1, dtype=torch.float64)
            counts.scatter_add_(1, rows.long(), torch.ones(rows.shape, dtype=torch.float64))
            parts.append(_standardized(counts.numpy()))
            parts.append(_standardized(rows.double().numpy()))
    found = np.concatenate(parts, axis=1) if parts else np.zeros((n, 0))
    if not found.shape[1] or found.shape[1] > WIDTH or not np.isfinite(found).all():
        raise Skip("the inputs do not make one row of finite numbers for each example")
    return found


def _standardized(rows: Array) -> Array:
    spread = rows.std(0)
    return (rows - rows.mean(0))[:, spread > 0] / spread[spread > 0] if (spread > 0).any() else np.zeros((len(rows), 0))


def _targets(subject: Subject) -> Array:
    """Targets as columns of numbers; classes as one column for each."""
    targets = subject.targets
    if not isinstance(targets, Tensor) or not 1 <= targets.dim() <= 2 or len(targets) != subject.size:
        raise Skip("the targets are not one row for each example")
    values = targets.detach().cpu().reshape(subject.size, -1)
    if values.shape[1] > 32:
        raise Skip("the targets are too wide for plain methods")
    if values.is_floating_point() or values.dtype == torch.bool:
        found = values.double().numpy()
    else:
        if values.shape[1] > 1:
            raise Skip("the targets are sequences")
        found = torch.nn.functional.one_hot(torch.unique(values, return_inverse=True)[1].flatten()).double().numpy()
    if not np.isfinite(found).all() or not (found.std(0) > 0).any():
        raise Skip("the targets do not change")
    return _standardized(found)


def _better(predict: Callable[[Array], Array], targets: Array, source: np.random.Generator, clock: Clock) -> float:
    """How far below the errors on exchanged targets that on the true ones lies, in their standard deviations."""
    exchanged = []
    for _ in range(EXCHANGES):
        clock.tick()
        exchanged.append(_error(predict, source.permutation(targets)))
    spread = float(np.std(exchanged))
    return (float(np.mean(exchanged)) - _error(predict, targets)) / spread if spread > 0.0 else 0.0


def _error(predict: Callable[[Array], Array], targets: Array) -> float:
    return float(np.square(predict(targets) - targets).mean())


def _neighbors(features: Array) -> Callable[[Array], Array]:
    squares = np.square(features).sum(1)
    distances = squares[:, None] + squares - 2.0 * features @ features.T
    np.fill_diagonal(distances, np.inf)
    near = np.argpartition(distances, NEIGHBORS, axis=1)[:, :NEIGHBORS]
    return lambda targets: targets[near].mean(1)


def _ridge(features: Array) -> Callable[[Array], Array]:
    """Leave-one-out predictions of a ridge regression: (H y - h y) / (1 - h), with H the hat matrix and h its diagonal."""
    gram = features @ features.T
    n = len(gram)
    weight = max(float(np.trace(gram)) / n, 1e-12)
    hat = gram @ np.linalg.inv(gram + weight * np.eye(n)) + 1.0 / n
    leverage = np.clip(np.diag(hat), 0.0, 0.999)[:, None]
    return lambda targets: (hat @ targets - leverage * targets) / (1.0 - leverage)


UNRELATED = Check(id="check.targets.unrelated", name="a relation between inputs and targets", run=run, cost=0.1, needs="", least=LEAST)
