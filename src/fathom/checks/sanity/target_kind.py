"""Targets that do not fit the loss or the outputs: class numbers out of range, one-hot rows, answers that never change."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Skip, Subject
from fathom.checks.sanity.answers import class_axis, is_plain, reads_targets
from fathom.checks.sanity.calm import seeded_outputs
from fathom.core.records.finding import Finding, Severity

WHOLE = 1e-6
IGNORED = -100
"""What torch's losses leave out, where nothing else is said."""
LEAST_OF_A_CLASS = 4
"""Examples for each class, on average, from which a class that never occurs is worth a word."""


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """The targets against the loss that they are given to."""
    targets = subject.targets
    if not isinstance(targets, Tensor):
        raise Skip("the targets are not one tensor")
    if not targets.dim():
        raise Skip("the targets have no axis of examples")
    if not targets.numel():
        yield _type("error", "The targets are empty.", {"shape": list(targets.shape)}, "a loader that gives no answers.", "")
        return
    if targets.is_floating_point() and not bool(torch.isfinite(targets).all()):
        yield from _not_finite(subject, targets)
        return
    yield from _by_loss(subject, targets)
    yield from _constant(subject, targets)


def _by_loss(subject: Subject, targets: Tensor) -> Iterator[Finding]:
    outputs = seeded_outputs(subject).detach()
    wants, plain = subject.loss_name, is_plain(subject)
    whole = not targets.is_floating_point() and targets.dtype != torch.bool
    if wants in ("cross_entropy", "nll", "multi_margin"):
        if whole:
            yield from _classes(subject, outputs, targets)
        elif plain:  # another loss may make class numbers of them first
            yield from _soft(outputs, targets)
    elif wants in ("bce", "bce_with_logits"):
        if plain or (outputs.numel() == targets.numel() and subject.last is None and reads_targets(subject, outputs)):
            yield from _binary(outputs, targets)
    elif wants in ("mse", "l1", "smooth_l1", "huber"):
        yield from _numbers(outputs, targets)
    elif not wants and whole and _out_of_range(subject, outputs):
        yield from _too_few(subject, outputs, targets)


def _out_of_range(subject: Subject, outputs: Tensor) -> bool:
    """Whether the loss fails on an index: it then is no loss that could be known by its graph, but one of classes."""
    try:
        subject.cost_of(outputs)
    except Exception as error:  # whatever the user's loss raises
        return "out of bounds" in str(error) or "out of range" in str(error)
    return False


def _not_finite(subject: Subject, targets: Tensor) -> Iterator[Finding]:
    with torch.no_grad():
        try:
            copes = bool(torch.isfinite(subject.cost()))
        except Exception:  # that the loss fails is the frame's finding
            copes = False
    wrong = int((~torch.isfinite(targets)).sum())
    yield _type(
        "info" if copes else "error",
        f"{wrong:,} of {targets.numel():,} targets are NaN or infinite" + (", which the loss leaves out." if copes else "."),
        {"count": wrong},
        "missing answers that were read as NaN.",
        "Leave these examples out, or mask them in the loss.",
    )


def _soft(outputs: Tensor, targets: Tensor) -> Iterator[Finding]:
    if outputs.shape != targets.shape:
        whole = bool((targets == targets.round()).all())
        yield _type(
            "error",
            f"The loss wants class numbers (integers), or a probability for each class in the shape of the outputs "
            f"{tuple(outputs.shape)}; the targets are {str(targets.dtype).removeprefix('torch.')} of shape {tuple(targets.shape)}.",
            {"dtype": str(targets.dtype), "targets": list(targets.shape), "outputs": list(outputs.shape)},
            "class numbers that were read as floats." if whole else "numbers given to a loss for classes.",
            "targets = targets.long()" if whole else "Take a loss for numbers (nn.MSELoss).",
        )
        return
    sums = targets.sum(1)
    if bool((targets < -WHOLE).any()) or bool(((sums - 1.0).abs() > 1e-3).any()):
        several = bool(((targets == 0) | (targets == 1)).all())
        yield _type(
            "warning",
            f"The loss takes probabilities of classes, but rows of the targets sum to {float(sums.min()):.3g} to {float(sums.max()):.3g}.",
            {"smallest_sum": float(sums.min()), "largest_sum": float(sums.max())},
            "several labels for an example, with a loss that knows one." if several else "targets that are no probabilities.",
            "loss = nn.BCEWithLogitsLoss()" if several else "Divide each row by its sum.",
        )


def _classes(subject: Subject, outputs: Tensor, targets: Tensor) -> Iterator[Finding]:
    axis = class_axis(subject, outputs, targets)
    if outputs.dim() == 2 and targets.dim() == 2 and is_plain(subject):
        yield _columns(outputs, targets)
        return
    if axis is None:
        return
    yield from _too_few(subject, outputs, targets)
    used = targets[targets >= 0]
    room = outputs.shape[axis]
    negative = set(targets[targets < 0].unique().tolist()) - {IGNORED, getattr(subject.loss, "ignore_index", IGNORED)}
    if negative:
        yield _type(
            "error",
            f"Class numbers below 0: {sorted(negative)[:4]}.",
            {"negative": sorted(negative)[:10]},
            "labels of -1 and 1, or a mark for 'unknown' that the loss does not know.",
            "Number the classes from 0; nn.CrossEntropyLoss(ignore_index=-1) leaves -1 out.",
        )
    if targets.dim() == 1 and len(used) >= LEAST_OF_A_CLASS * room and room > 2 and int(used.min()) > 0:
        yield _type(
            "warning",
            f"Class 0 of {room} never occurs: the targets run from {int(used.min())} to {int(used.max())}.",
            {"smallest": int(used.min()), "largest": int(used.max()), "outputs": room},
            "classes that are numbered from 1.",
            "targets = targets - 1, and one output fewer.",
        )


def _columns(outputs: Tensor, targets: Tensor) -> Finding:
    hot = targets.shape == outputs.shape
    return _type(
        "error",
        f"The targets are integers of shape {tuple(targets.shape)}; the loss wants class numbers of shape {(len(outputs),)}"
        + (", or floats." if hot else "."),
        {"targets": list(targets.shape), "outputs": list(outputs.shape)},
        "one-hot rows of integers." if hot else "a column of class numbers.",
        "targets = targets.argmax(1)" if hot else "targets = targets.squeeze(1)",
    )


def _too_few(subject: Subject, outputs: Tensor, targets: Tensor) -> Iterator[Finding]:
    axis = class_axis(subject, outputs, targets)
    if axis is None:
        return
    room, largest = outputs.shape[axis], int(targets.max())
    if room == 1 and subject.loss_name in ("cross_entropy", "nll"):
        what = "The net has one output, so a softmax over it is always 1 and the loss always 0."
        fix = "Two outputs, or nn.BCEWithLogitsLoss() with float targets of shape (n, 1)."
    elif largest >= room:
        what = f"The net has {room} outputs, but the targets go up to class {largest} (classes count from 0)."
        fix = f"Give the last layer {largest + 1} outputs, or number the classes from 0."
    else:
        return
    yield Finding(
        id="check.output.classes",
        severity="error",
        what=what,
        where="outputs",
        evidence={"outputs": room, "largest_target": largest},
        cause="a last layer that is too narrow, or classes that are numbered from 1.",
        fix=fix,
    )


def _binary(outputs: Tensor, targets: Tensor) -> Iterator[Finding]:
    low, high = float(targets.min()), float(targets.max())
    if low < 0.0 or high > 1.0:
        signs = set(targets.unique().tolist()) == {-1.0, 1.0}
        yield _type(
            "error",
            f"The loss takes targets within [0, 1]; these run from {low:.3g} to {high:.3g}.",
            {"smallest": low, "largest": high},
            "labels of -1 and 1." if signs else "class numbers or numbers, given to a loss for yes and no.",
            "targets = (targets + 1) / 2" if signs else "nn.CrossEntropyLoss for classes, nn.MSELoss for numbers.",
        )
    elif not targets.is_floating_point():
        yield _type("warning", "The loss wants float targets; these are integers.", {"dtype": str(targets.dtype)}, "", "targets.float()")
    elif outputs.dim() == 2 and outputs.shape == targets.shape and outputs.shape[1] > 2 and bool((targets.sum(1) == 1.0).all()):
        yield _type(
            "info",
            f"Each example has exactly one of {outputs.shape[1]} labels, but the loss asks for each label on its own.",
            {"labels": outputs.shape[1]},
            "one-hot classes with a loss for several labels.",
            "nn.CrossEntropyLoss() on class numbers learns faster, where classes exclude each other.",
        )


def _numbers(outputs: Tensor, targets: Tensor) -> Iterator[Finding]:
    if not targets.is_floating_point():
        yield _type(
            "warning",
            "The targets are integers in a loss for numbers: if they are class numbers, class 2 is not twice class 1.",
            {"dtype": str(targets.dtype), "smallest": int(targets.min()), "largest": int(targets.max())},
            "classes with a squared error, or counts that were not made floats.",
            "nn.CrossEntropyLoss() for classes; targets.float() for numbers.",
        )
    elif outputs.shape == targets.shape and targets.dim() == 2 and targets.shape[1] > 2 and _one_hot(targets):
        yield _type(
            "info",
            f"The targets are one-hot rows of {targets.shape[1]} classes in a loss for numbers.",
            {"classes": targets.shape[1]},
            "classes with a squared error.",
            "nn.CrossEntropyLoss() on raw outputs learns faster.",
        )


def _one_hot(targets: Tensor) -> bool:
    return bool(((targets == 0) | (targets == 1)).all()) and bool((targets.sum(1) == 1).all())


def _constant(subject: Subject, targets: Tensor) -> Iterator[Finding]:
    if subject.size >= 12 and len(targets) == subject.size and bool((targets == targets[:1]).all()):
        yield Finding(
            id="check.targets.constant",
            severity="warning",
            what=f"All {subject.size} examples of the batch have the same target.",
            where="targets",
            evidence={"examples": subject.size, "target": targets[0].flatten()[:4].tolist()},
            cause="a loader that is not shuffled, over data sorted by class; or targets that were overwritten.",
            fix="DataLoader(..., shuffle=True).",
        )


def _type(severity: Severity, what: str, evidence: dict[str, object], cause: str, fix: str) -> Finding:
    return Finding(id="check.targets.type", severity=severity, what=what, where="targets", evidence=evidence, cause=cause, fix=fix)


KIND = Check(
    id="check.targets.type",
    name="targets that fit the loss",
    run=run,
    cost=0.4,
    finds=("check.targets.type", "check.targets.constant", "check.output.classes"),
    needs="outputs",
    least=12,
)
