"""Sequences: answers that can be read off the future, targets that are the inputs, and steps that no output depends on."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Skip, Subject
from fathom.checks.rows import tensors_of
from fathom.checks.sanity.calm import reseed
from fathom.checks.sanity.twice import SAME, apart
from fathom.core.records.finding import Finding, Severity

SHARE = 0.95
"""Positions that have to agree for targets to count as the inputs, shifted or not."""
CHANGES = 1e-3


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """For token sequences with a target for each: the future; for sequences with one answer: the steps that are read."""
    inputs = [t for t in tensors_of(subject.inputs) if t.dim() >= 2]
    if len(inputs) != 1 or subject.size < 2:
        raise Skip("the inputs are not one tensor of sequences")
    sequences = inputs[0]
    subject.net.eval()
    with torch.no_grad():
        outputs = _outputs(subject, subject.inputs)
        if apart(outputs, _outputs(subject, subject.inputs)) > SAME:
            raise Skip("two passes over the same batch differ")
        if isinstance(subject.targets, Tensor) and _a_target_each(sequences, subject.targets):
            yield from _future(subject, sequences, outputs, subject.targets)
        elif sequences.dim() == 3 and sequences.is_floating_point():
            yield from _steps(subject, sequences, outputs)


def _a_target_each(sequences: Tensor, targets: Tensor) -> bool:
    whole = not sequences.is_floating_point() and not targets.is_floating_point()
    return whole and sequences.dim() == 2 and sequences.shape[1] > 2 and targets.numel() == sequences.numel()


def _future(subject: Subject, tokens: Tensor, outputs: Tensor, targets: Tensor) -> Iterator[Finding]:
    """What target a position has, by agreement with the inputs, and whether its output sees that token."""
    wanted = targets.reshape(tokens.shape)
    shifts = _shift_of_loss(subject, outputs)
    if shifts is None:
        return
    ahead = next((k for k in (0, 1, 2) if _agree(tokens, wanted, k)), None)
    if ahead is None:
        return
    ahead += shifts
    if ahead == 0:
        yield _finding("warning", "The targets are the inputs themselves: the net only has to copy.", {"ahead": 0}, *_SHIFT)
        return
    if ahead >= 2:
        yield _finding("warning", f"Each position is to predict the token {ahead} steps ahead.", {"ahead": ahead}, *_TWICE)
    if ahead >= 1 and _sees(subject, tokens, outputs, ahead):
        what = "The output at a position depends on later tokens, among them the one that it is to predict."
        yield _finding("error", what, {"ahead": ahead}, *_MASK)


_SHIFT = ("inputs and targets cut at the same place.", "inputs = tokens[:, :-1]; targets = tokens[:, 1:]")
_TWICE = ("targets that were shifted, and a loss that shifts them again.", "Shift in one place alone.")
_MASK = (
    "attention without a causal mask, or a recurrent layer that runs in both directions.",
    "Mask what is ahead: nn.Transformer.generate_square_subsequent_mask(length), or is_causal=True.",
)


def _agree(tokens: Tensor, wanted: Tensor, ahead: int) -> bool:
    """Whether the targets are the tokens that many steps ahead, where they are any."""
    length = tokens.shape[1] - ahead
    given, asked = tokens[:, ahead:], wanted[:, :length]
    used = asked >= 0
    return bool(used.any()) and float((given == asked)[used].double().mean()) >= SHARE


def _shift_of_loss(subject: Subject, outputs: Tensor) -> int | None:
    """How many last positions the loss does not read: it shifts by itself; None where that cannot be told."""
    cut = outputs.to(torch.get_default_dtype()).detach().requires_grad_()
    try:
        with torch.enable_grad():
            (gradient,) = torch.autograd.grad(subject.cost_of(cut), cut)
    except RuntimeError:
        return None
    if gradient.dim() != 3 or len(gradient) != subject.size:
        return None
    axis = 1 if gradient.shape[1] == subject.targets.numel() // subject.size else 2
    read = gradient.movedim(axis, 1).abs().sum((0, 2)) > 0
    if not bool(read.any()):
        return None
    asked = (subject.targets.reshape(subject.size, -1) >= 0).any(0)  # a target that the loss is told to leave out is no shift
    return max(int(read.flip(0).int().argmax()) - int(asked.flip(0).int().argmax()), 0)


def _sees(subject: Subject, tokens: Tensor, outputs: Tensor, ahead: int) -> bool:
    """Whether outputs change with the token that they are to predict."""
    place = tokens.shape[1] // 2
    if place + ahead >= tokens.shape[1]:
        return False
    other = tokens.clone()
    other[:, place + ahead :] = tokens.roll(1, 0)[:, place + ahead :]
    if torch.equal(other, tokens):
        other[:, place + ahead :] = tokens.flip(1)[:, place + ahead :]
    after = _outputs(subject, _exchanged(subject.inputs, tokens, other))
    axis = 1 if outputs.shape[1] == tokens.shape[1] else 2
    kept = torch.arange(place + 1, device=outputs.device)
    return apart(outputs.index_select(axis, kept), after.index_select(axis, kept)) > CHANGES


def _steps(subject: Subject, sequences: Tensor, outputs: Tensor) -> Iterator[Finding]:
    """Whether an answer to a whole sequence depends on more than its first step."""
    time = 1 if sequences.shape[0] == subject.size else 0
    length = sequences.shape[time]
    if outputs.dim() > 2 or length < 3 or outputs.shape[0] != subject.size:
        return
    other = sequences.roll(1, 1 - time)
    first = torch.tensor([0], device=sequences.device)
    rest = torch.arange(1, length, device=sequences.device)
    later = torch.cat((sequences.index_select(time, first), other.index_select(time, rest)), time)
    early = torch.cat((other.index_select(time, first), sequences.index_select(time, rest)), time)
    of_later = apart(outputs, _outputs(subject, _exchanged(subject.inputs, sequences, later)))
    of_first = apart(outputs, _outputs(subject, _exchanged(subject.inputs, sequences, early)))
    if of_later <= 1e-9 and of_first > CHANGES:
        yield _finding(
            "warning",
            f"The outputs depend on the first of {length} steps alone.",
            {"change_by_first": of_first, "change_by_the_rest": of_later},
            "the output of the first step is taken for the whole sequence (out[:, 0]).",
            "out[:, -1] is the last step of a recurrent layer with batch_first=True.",
        )


def _exchanged(inputs: object, old: Tensor, new: Tensor) -> object:
    """The inputs with one tensor in place of another."""
    if inputs is old:
        return new
    if isinstance(inputs, dict):
        return {name: _exchanged(part, old, new) for name, part in inputs.items()}
    if isinstance(inputs, tuple | list):
        return type(inputs)(_exchanged(part, old, new) for part in inputs)
    return inputs


def _outputs(subject: Subject, inputs: object) -> Tensor:
    reseed(subject.seed)
    return subject.outputs(inputs=inputs).double()


def _finding(severity: Severity, what: str, evidence: dict[str, float], cause: str, fix: str) -> Finding:
    return Finding(id="check.time.order", severity=severity, what=what, evidence=evidence, cause=cause, fix=fix)


ORDER = Check(id="check.time.order", name="order in time", run=run, cost=2.0, needs="cost", least=4)
