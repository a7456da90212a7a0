"""The inputs of a batch: numbers that are none, examples that are all alike, features on very different scales."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Subject
from fathom.checks.rows import axis_of, tensors_of
from fathom.checks.sanity.calm import calm, seeded_outputs
from fathom.checks.sanity.watch import watched
from fathom.core.expectations import shown
from fathom.core.records.finding import Finding
from fathom.nets.untouched import untouched

APART = 100.0
"""Ratio of the largest range of a feature to the smallest from which a table's features are on different scales."""
LARGE, SMALL, OFF = 30.0, 1e-3, 10.0
"""Standard deviations that are too large and too small for inputs, and a mean that is too many of them away from 0."""
FIRST = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.RNNBase, nn.RNNCellBase, nn.ConvTranspose2d)
READERS = (nn.Embedding, nn.EmbeddingBag, nn.MultiheadAttention, nn.Bilinear)


def finite(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """NaN and infinity in the inputs; -inf in a mask that says which positions to leave out is none."""
    for name, tensor in named_tensors(subject.inputs):
        if not tensor.is_floating_point() or _is_mask(tensor):
            continue
        wrong = ~torch.isfinite(tensor)
        if not bool(wrong.any()):
            continue
        count = int(wrong.sum())
        copes = _copes(subject)
        yield Finding(
            id="check.inputs.not_finite",
            severity="info" if copes else "error",
            what=f"{name} hold{'s' * (name != 'the inputs')} {count:,} numbers that are NaN or infinite"
            + (", which the net turns into finite outputs." if copes else "."),
            where=name,
            evidence={"count": count, "of": tensor.numel(), "examples": _examples(wrong, subject.size)},
            cause="missing values that were read as NaN, or a division by a standard deviation of 0.",
            fix="Impute missing values before training, and leave out features that are constant.",
        )


def constant(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """Examples that are all alike, and features of a table that never change."""
    parts = [(name, t) for name, t in named_tensors(subject.inputs) if axis_of(t, subject.size) is not None]
    if subject.size < 4 or not parts:
        return
    if all(_alike(t, subject.size) for _, t in parts):
        yield Finding(
            id="check.inputs.constant",
            severity="warning" if _alike_targets(subject) else "error",
            what=f"All {subject.size} examples of the batch have the same inputs.",
            evidence={"examples": subject.size},
            cause="a loader that gives the same row again and again, or inputs that were overwritten.",
            fix="Look at what the loader yields: two examples should differ.",
        )
        return
    for name, tensor in parts:
        if not tensor.is_floating_point() or tensor.dim() != 2 or tensor.shape[0] != subject.size:
            continue
        still = torch.nonzero(tensor.amax(0) == tensor.amin(0)).flatten().tolist()
        if still and subject.size >= 16:
            columns = tensor.shape[1]
            yield Finding(
                id="check.inputs.constant",
                severity="warning" if len(still) > columns / 2 else "info",
                what=f"{len(still)} of {columns} features of {name} have one value in the whole batch: {shown(still)}.",
                where=name,
                evidence={"features": still, "of": columns},
                cause="columns that are empty or constant in this batch.",
                fix="Leave features out that are constant over the training set.",
            )


def scale(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """The scale of what the first layer with weights is given, where that are the inputs."""
    read = _first_read(subject)
    if read is None:
        return
    name, tensor, channels = read
    values = tensor.detach().double().movedim(channels, -1).flatten(0, -2)
    values = values[torch.isfinite(values).all(1)]
    if len(values) < 4 or bool((values == values.round()).all() and values.min() >= 0 and values.max() <= 1):
        return
    reach = values.amax(0) - values.amin(0)
    reach = reach[reach > 0]
    if len(reach) > 1 and tensor.dim() == 2 and float(reach.max() / reach.min()) > APART:
        yield _apart(name, reach)
    yield from _as_a_whole(name, values)


def _as_a_whole(name: str, values: Tensor) -> Iterator[Finding]:
    means, stds = values.mean(0), values.std(0)
    std, typical = float(values.std()), float(stds.median())
    off = float((means.abs() / stds.clamp_min(1e-12))[stds > 0].median()) if bool((stds > 0).any()) else 0.0
    problem = ""
    if std == 0.0:
        return
    if std > LARGE or float(values.abs().max()) < SMALL:
        problem = f"have a standard deviation of {std:.3g}"
    elif off > OFF and abs(float(means.median())) > 1.0:
        problem = f"lie around {float(means.median()):.3g} with a standard deviation of {typical:.3g}"
    if problem:
        yield Finding(
            id="check.inputs.scale",
            severity="warning",
            what=f"The inputs of '{name}' {problem}; nets learn from inputs around 0 with a standard deviation near 1.",
            where=name,
            evidence={"std": std, "mean": float(values.mean()), "mean_over_std": off},
            cause="inputs that were not normalized (pixels of 0 to 255, raw columns).",
            fix="x = (x - mean) / std, with mean and std of the training set.",
        )


def _apart(name: str, reach: Tensor) -> Finding:
    ratio = float(reach.max() / reach.min())
    return Finding(
        id="check.inputs.scale",
        severity="warning",
        what=f"The features that '{name}' reads are on very different scales: the widest ranges over {float(reach.max()):.3g}, "
        f"the narrowest over {float(reach.min()):.3g}.",
        where=name,
        evidence={"ratio": ratio, "largest_range": float(reach.max()), "smallest_range": float(reach.min())},
        cause="columns in their own units; the loss then is a long narrow valley in which gradient descent hardly moves.",
        fix="x = (x - mean) / std for each feature, with mean and std of the training set.",
    )


def _first_read(subject: Subject) -> tuple[str, Tensor, int] | None:
    """(name, what it reads, axis of the features) of the first layer with weights; None where it reads something else than numbers."""
    with untouched(subject.net, weights=False), torch.no_grad():
        calm(subject.net) if subject.size > 1 else subject.net.eval()
        with watched(subject.net) as visits:
            seeded_outputs(subject)
    for visit in visits:
        own = [p for p in visit.module.parameters(recurse=False) if p.dim() > 1]
        if isinstance(visit.module, READERS):
            return None
        if isinstance(visit.module, FIRST) and own and visit.given and visit.given[0].is_floating_point():
            tensor = visit.given[0]
            pictures = isinstance(visit.module, nn.Conv1d | nn.Conv2d | nn.Conv3d | nn.ConvTranspose2d)
            axis = 1 if pictures else -1
            return (visit.name, tensor, axis) if tensor.dim() > 1 else None
        if own and visit.leaf:
            return None
    return None


def named_tensors(value: Any, name: str = "the inputs") -> Iterator[tuple[str, Tensor]]:
    """Each tensor of a batch with what to call it."""
    if isinstance(value, Tensor):
        yield name, value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from named_tensors(part, f"input '{key}'")
    elif isinstance(value, tuple | list):
        for place, part in enumerate(value):
            yield from named_tensors(part, f"input {place + 1}")


def _is_mask(tensor: Tensor) -> bool:
    """Zeros and -inf alone: what is added to the scores of attention."""
    return bool(((tensor == 0) | (tensor == -math.inf)).all())


def _copes(subject: Subject) -> bool:
    try:
        with torch.no_grad():
            return bool(torch.isfinite(subject.outputs()).all())
    except Exception:  # a net that fails on NaN does not cope
        return False


def _examples(wrong: Tensor, n: int) -> list[int]:
    axis = axis_of(wrong, n)
    if axis is None:
        return []
    return [int(i) for i in torch.nonzero(wrong.movedim(axis, 0).reshape(n, -1).any(1)).flatten()[:10]]


def _alike(tensor: Tensor, n: int) -> bool:
    axis = axis_of(tensor, n) or 0
    rows = tensor.movedim(axis, 0)
    return bool((rows == rows[:1]).all())


def _alike_targets(subject: Subject) -> bool:
    return all(_alike(t, subject.size) for t in tensors_of(subject.targets) if axis_of(t, subject.size) is not None)


FINITE = Check(id="check.inputs.not_finite", name="NaN and infinity in the inputs", run=finite, cost=0.4, needs="", least=1)
CONSTANT = Check(id="check.inputs.constant", name="examples and features that never change", run=constant, cost=0.1, needs="", least=16)
SCALE = Check(id="check.inputs.scale", name="scale of the inputs", run=scale, cost=0.4, needs="outputs", least=16)
