"""What outputs would be ideal, uninformed or the best constant for a loss, and how good given outputs are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn

from fathom.checks.check import Skip, Subject

CLASSES = ("cross_entropy", "nll", "multi_margin")
BINARY = ("bce_with_logits", "bce")
REGRESSION = ("mse", "l1", "smooth_l1", "huber")
ALIKE = 0.01
"""Relative difference up to which a loss of nobody's name acts like a known one."""
SURE = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Sizes of ideal logits that are tried; label smoothing wants small ones."""


@dataclass
class Answers:
    """Outputs of interest for the targets of a batch.

    Attributes:
        subject: with the batch.
        outputs: what the net gives, detached.
        loss: what the loss is, or acts like.
    """

    subject: Subject
    outputs: Tensor
    loss: str

    @property
    def targets(self) -> Tensor:
        """The targets; `answers` has made sure that they are one tensor."""
        return self.subject.targets

    @cached_property
    def axis(self) -> int:
        """The axis of the classes."""
        return class_axis(self.subject, self.outputs, self.targets) or 1

    @property
    def classes(self) -> int:
        """The number of classes that the outputs have room for."""
        return self.outputs.shape[self.axis]

    @property
    def soft(self) -> bool:
        """Whether targets are a probability for each class."""
        return self.targets.is_floating_point()

    def uninformed(self) -> Tensor:
        """Outputs that say nothing: every class alike, probability 1/2, the mean."""
        if self.loss == "nll":
            return torch.full_like(self.outputs, -math.log(self.classes))
        if self.loss == "bce":
            return torch.full_like(self.outputs, 0.5)
        if self.loss in REGRESSION:
            return self.constant()
        return torch.zeros_like(self.outputs)

    def expected(self) -> float | None:
        """The loss of a mean over examples that knows nothing, by formula: ln C, ln 2; None where there is none."""
        if self.loss in ("cross_entropy", "nll"):
            return math.log(self.classes) if self.classes > 1 else None
        return math.log(2.0) if self.loss in BINARY else None

    def constant(self) -> Tensor:
        """The best outputs that are the same for every example: class frequencies, shares, means."""
        if self.loss in CLASSES:
            logs = self._frequencies().clamp_min(1e-4).log()
            shape = [1] * self.outputs.dim()
            shape[self.axis] = self.classes
            return (logs - logs.logsumexp(0)).reshape(shape).expand_as(self.outputs).to(self.outputs)
        mean = self.aligned().mean(0, keepdim=True)
        if self.loss in BINARY:
            share = mean.clamp(1e-4, 1.0 - 1e-4)
            return (share if self.loss == "bce" else share.logit()).expand_as(self.outputs)
        return mean.expand_as(self.outputs)

    def ideal(self, size: float = 8.0) -> Tensor:
        """Outputs that say the targets, as surely as `size` makes them."""
        if self.loss in REGRESSION:
            return self.aligned()
        if self.loss == "bce":
            return self.aligned().clamp(1e-6, 1.0 - 1e-6)
        if self.loss == "bce_with_logits":
            return size * (2.0 * self.aligned() - 1.0)
        logits = size * self._one_hot()
        return logits.log_softmax(self.axis) if self.loss == "nll" else logits

    def cost(self, outputs: Tensor) -> float:
        """The loss of these outputs; NaN where it cannot be had."""
        try:
            with torch.no_grad():
                return float(self.subject.cost_of(outputs))
        except Exception:  # a loss that refuses these outputs says nothing about them
            return math.nan

    def floor(self) -> float:
        """The least loss that ideal outputs reach."""
        return min(filter(math.isfinite, (self.cost(self.ideal(size)) for size in SURE)), default=math.nan)

    def score(self, outputs: Tensor) -> float:
        """Share of targets that the outputs hit, or 1 - MSE / variance."""
        if self.loss in CLASSES:
            wanted = self._one_hot()
            counts = wanted.sum(self.axis) > 0
            right = (outputs.argmax(self.axis) == wanted.argmax(self.axis)) & counts
            return float(right.sum() / counts.sum().clamp_min(1))
        wanted = self.aligned()
        if self.loss in BINARY:
            border = 0.5 if self.loss == "bce" else 0.0
            return float(((outputs > border) == (wanted > 0.5)).double().mean())
        variance = (wanted - wanted.mean(0, keepdim=True)).square().mean()
        return 1.0 - float((outputs - wanted).square().mean() / variance.clamp_min(1e-30))

    def aligned(self) -> Tensor:
        """Targets in the shape and type of the outputs."""
        return self.targets.detach().to(self.outputs).reshape(self.outputs.shape)

    def _one_hot(self) -> Tensor:
        if self.soft:
            return self.aligned()
        targets = self.targets.detach().long()
        inside = (targets >= 0) & (targets < self.classes)
        hot = nn.functional.one_hot(targets.where(inside, torch.zeros_like(targets)), self.classes).to(self.outputs)
        hot = hot * inside.unsqueeze(-1)
        flat = hot.reshape(*self.outputs.shape[: self.axis], *self.outputs.shape[self.axis + 1 :], self.classes)
        return flat.movedim(-1, self.axis)

    def _frequencies(self) -> Tensor:
        rest = [a for a in range(self.outputs.dim()) if a != self.axis]
        counts = self._one_hot().double().sum(rest)
        return counts / counts.sum().clamp_min(1.0)


def answers(subject: Subject, outputs: Tensor) -> Answers:
    """The answers that a loss of a known kind wants.

    Raises:
        Skip: the targets are not one tensor, or the loss acts like none that is known.
    """
    outputs, targets = outputs.detach(), subject.targets
    if not isinstance(targets, Tensor):
        raise Skip("the targets are not one tensor")
    named = subject.loss_name
    candidates = (named,) if named else ("cross_entropy", "bce_with_logits", "mse", "l1", "bce")
    for loss in candidates:
        made = Answers(subject, outputs, loss)
        if _fits(made) and (reads_targets(subject, outputs) and _reads_plainly(made) if named else _acts_like(made)):
            return made
    raise Skip("what the loss wants from the outputs is not known" if not named else "outputs and targets do not have the usual shapes")


def class_axis(subject: Subject, outputs: Tensor, targets: Tensor) -> int | None:
    """The axis of the outputs that counts the classes; None where the shapes do not fit."""
    if outputs.dim() < 2:
        return None
    if targets.is_floating_point():
        return 1 if outputs.shape == targets.shape and bool((targets >= 0).all() & (targets.sum(1) < 1.001).all()) else None
    shape = list(outputs.shape)
    last = len(shape) - 1
    fitting = [axis for axis in {1, last} if axis >= 1 and shape[:axis] + shape[axis + 1 :] == list(targets.shape)]
    if fitting:
        return min(fitting) if is_plain(subject) else max(fitting)
    if last >= 1 and shape[last] and outputs.numel() // shape[last] == targets.numel():
        return last
    return None


def _fits(made: Answers) -> bool:
    if made.loss in CLASSES:
        return class_axis(made.subject, made.outputs, made.targets) is not None
    if made.loss in BINARY and not bool(((made.targets >= 0) & (made.targets <= 1)).all()):
        return False
    if made.loss in (*BINARY, *REGRESSION):
        return made.outputs.numel() == made.targets.numel() > 0 and not made.outputs.is_complex()
    return False


def is_plain(subject: Subject) -> bool:
    """Whether the loss is one of torch's own, which does nothing to outputs and targets before it compares them."""
    function = getattr(subject.loss, "func", subject.loss)
    of_torch = type(subject.loss).__module__ if isinstance(subject.loss, nn.Module) else getattr(function, "__module__", "")
    return str(of_torch).startswith("torch.")


def reads_targets(subject: Subject, outputs: Tensor) -> bool:
    """Whether the loss looks at the targets of the batch at all; that of a discriminator often makes its own."""
    if is_plain(subject) or len(subject.targets) < 2 or bool((subject.targets == subject.targets[:1]).all()):
        return True
    try:
        with torch.no_grad():
            given, turned = subject.cost_of(outputs), subject.cost_of(outputs, subject.targets.roll(1, 0))
            return not torch.equal(given, turned) or not torch.equal(given, subject.cost_of(outputs, subject.targets.flip(0)))
    except Exception:  # a loss that cannot be asked so is judged by what else is known of it
        return True


def _reads_plainly(made: Answers) -> bool:
    """Whether a loss of classes takes each row of outputs for the logits of one target, as those of torch do.

    At outputs that know nothing the slopes of a row then are alike but for the target's. A loss that shifts a sequence
    leaves rows out; one that computes similarities or margins first has other slopes.
    """
    if made.loss not in ("cross_entropy", "nll") or made.soft or is_plain(made.subject):
        return True
    blank = made.uninformed().requires_grad_()
    try:
        with torch.enable_grad():
            (slopes,) = torch.autograd.grad(made.subject.cost_of(blank), blank)
    except Exception:  # a loss that cannot be asked so does not read so
        return False
    rows = slopes.movedim(made.axis, -1).reshape(-1, made.classes)
    used = (
        (made._one_hot().movedim(made.axis, -1).reshape(rows.shape).sum(1) > 0) if made.outputs.dim() > 2 else rows.new_ones(len(rows)) > 0
    )
    rows = rows[used]
    size = rows.abs().amax(1)
    if not len(rows) or not bool((size > 0).all()):
        return False
    middle = rows.median(1, keepdim=True).values
    alike = ((rows - middle).abs() < 1e-3 * size[:, None]).sum(1)
    return bool((alike >= made.classes - 1).all())


def _acts_like(made: Answers) -> bool:
    """Whether a loss without a name gives what the known one gives for uninformed and for ideal outputs."""
    if made.loss in BINARY and not bool(((made.targets == 0) | (made.targets == 1)).all()):
        return False
    if made.loss in CLASSES and (made.soft or int(made.targets.max()) >= made.classes):
        return False
    if made.loss in REGRESSION:
        wanted = made.aligned()
        source = torch.Generator().manual_seed(0)
        moved = torch.randn(wanted.shape, generator=source).to(wanted)
        off = float(moved.square().mean() if made.loss == "mse" else moved.abs().mean())
        return abs(made.cost(wanted)) < 1e-6 and all(math.isclose(made.cost(wanted + k * moved), off, rel_tol=ALIKE) for k in (1.0, -1.0))
    expected = made.expected()
    if expected is None or not math.isclose(made.cost(made.uninformed()), expected, rel_tol=ALIKE):
        return False
    return made.cost(made.ideal(16.0)) < ALIKE
