"""Examples of a batch that influence each other: one is exchanged, and the outputs of the others must stay."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Skip, Subject
from fathom.checks.rows import axis_of, tensors_of
from fathom.checks.sanity.calm import reseed
from fathom.checks.sanity.naming import quoted
from fathom.checks.sanity.twice import SAME, apart
from fathom.core.records.finding import Finding

LEAST = 1e-3
"""Change of another example's outputs, in standard deviations of all, from which it is an influence."""
TIME_FIRST = (nn.RNNBase, nn.MultiheadAttention, nn.TransformerEncoderLayer, nn.TransformerDecoderLayer)


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """Exchange one example at a time for another, in evaluation mode."""
    _applies(subject)
    net, n = subject.net, subject.size
    net.eval()
    with torch.no_grad():
        before, again = _outputs(subject, None), _outputs(subject, None)
        if apart(before, again) > SAME:
            raise Skip("two passes over the same batch differ")
        axis = axis_of(before, n)
        if axis is None:
            raise Skip("the outputs have no axis of examples")
        worst, changed, place = 0.0, 0, -1
        for j in dict.fromkeys((n // 2, 0, n - 1)):
            rows = list(range(n))
            rows[j] = next((k for k in ((j + 1) % n, (j + n // 2) % n, (j + 2) % n) if _differ(subject, j, k)), j)
            others = [i for i in range(n) if i != j]
            after = _outputs(subject, rows)
            if after.shape != before.shape:
                raise Skip("the shape of the outputs follows from the examples")
            index = torch.tensor(others, device=before.device)
            distance = _largest(before.index_select(axis, index), after.index_select(axis, index), axis)
            if float(distance.max()) > worst:
                worst, changed, place = float(distance.max()), int((distance > LEAST).sum()), j
    if worst > LEAST:
        yield _finding(subject, worst, changed, place)


def _applies(subject: Subject) -> None:
    n = subject.size
    if n < 3:
        raise Skip("the batch has fewer than 3 examples")
    inside = [t for t in tensors_of(subject.inputs) if t.dim()]
    if not any(axis_of(t, n) is not None for t in inside):
        raise Skip("no input has an axis of examples")
    between = [t for t in (*inside, *subject.net.buffers()) if t.dim() >= 2 and t.shape[:2] == (n, n)]
    links = [t for t in inside if t.dim() == 2 and t.shape[0] == 2 and t.shape[1] != n and not t.is_floating_point()]
    if len(inside) > 1 and (links or between):
        raise Skip("an input links the examples to each other")
    if any(buffer.shape[:2] == (n, n) for buffer in subject.net.buffers() if buffer.dim() == 2):
        raise Skip("a buffer of the net links the examples to each other")


def _outputs(subject: Subject, rows: list[int] | None) -> Tensor:
    reseed(subject.seed)
    return subject.outputs(rows).double()


def _differ(subject: Subject, j: int, k: int) -> bool:
    one, other = subject.rows([j])[0], subject.rows([k])[0]
    return any(not torch.equal(a, b) for a, b in zip(tensors_of(one), tensors_of(other), strict=True))


def _largest(before: Tensor, after: Tensor, axis: int) -> Tensor:
    """For each example the largest change, in standard deviations of the outputs."""
    scale = float(before.std()) or float(before.abs().max()) or 1.0
    change = (after - before).abs().nan_to_num(0.0, posinf=0.0, neginf=0.0) / scale
    return change.movedim(axis, 0).reshape(change.shape[axis], -1).amax(1)


def _finding(subject: Subject, worst: float, changed: int, place: int) -> Finding:
    norms = [name for name, m in subject.net.named_modules() if isinstance(m, _BatchNorm) and m.running_mean is None]
    swapped = [name for name, m in subject.net.named_modules() if isinstance(m, TIME_FIRST) and not _batch_first(m)]
    cause = "a softmax, mean, norm or reshape over the axis of the examples."
    fix = "Look for dim=0, for view and reshape that put examples beside each other, and for means without a dim."
    severity = "error"
    where = ""
    if norms:
        severity, where = "warning", norms[0]
        cause = f"{quoted(norms)}: a norm without running statistics, which takes those of the batch in evaluation too."
        fix = "track_running_stats=True, or a layer norm."
    elif swapped:
        where = swapped[0]
        cause = f"{quoted(swapped)} has batch_first=False and takes the first axis for time, the second for the examples."
        fix = "batch_first=True, or inputs of shape (time, examples, features)."
    return Finding(
        id="check.batch.leak",
        severity="error" if severity == "error" else "warning",
        what=f"Example {place} was exchanged for another, and the outputs of {changed} other examples changed by up to "
        f"{worst:.2g} of their standard deviation.",
        where=where,
        evidence={"change": worst, "examples_changed": changed, "of": subject.size - 1},
        cause=cause,
        fix=fix,
    )


def _batch_first(module: nn.Module) -> bool:
    inner = getattr(module, "self_attn", module)
    return bool(getattr(inner, "batch_first", False))


LEAK = Check(id="check.batch.leak", name="examples that influence each other", run=run, cost=2.5, needs="outputs", least=4)
