"""What every task keeps: the engine, the ladder and the report rely on it.

Example:
    >>> from fathom.tasks.binary import Binary
    >>> def drawn(n, source):
    ...     return torch.randint(0, 2, (n,), generator=source)
    >>> case = TaskCase(Binary(classes=("no", "yes")), drawn, right=lambda y: (20.0 * y - 10.0).unsqueeze(1).double())
    >>> TASK_CONTRACT.check(case)
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from fathom.checks.gradient.check import check_gradient
from fathom.core.records.errors import Errors
from fathom.tasks.task import Task
from fathom.testing.contract import Broken, Contract, must

EXAMPLES = 24


@dataclass(frozen=True)
class TaskCase:
    """A task, and how its targets look.

    Attributes:
        task: under contract.
        targets: (n, source of randomness) -> n targets as the engine gets them.
        right: targets (n,) -> raw outputs (n, outputs) that answer them as well as can be.
    """

    task: Task
    targets: Callable[[int, torch.Generator], Tensor]
    right: Callable[[Tensor], Tensor]

    def drawn(self, n: int = EXAMPLES, *, seed: int = 0) -> tuple[Tensor, Tensor]:
        """Raw outputs (n, outputs) in float64 and targets (n,)."""
        source = torch.Generator().manual_seed(seed)
        outputs = 2.0 * torch.randn(n, self.task.outputs, generator=source, dtype=torch.float64)
        targets = self.targets(n, source)
        return outputs, targets.double() if targets.is_floating_point() else targets


def the_loss_is_a_finite_number_for_each_example(case: TaskCase) -> None:
    """Far out, where exponentials overflow, as well."""
    outputs, targets = case.drawn()
    for scale in (1.0, 1e4):
        losses = case.task.loss(scale * outputs, targets)
        must(losses.shape == (len(targets),), f"expected losses of shape ({len(targets)},), got {tuple(losses.shape)}")
        must(bool(torch.isfinite(losses).all()), f"for outputs about {scale:g} some losses are not finite")
        slopes = case.task.slope(scale * outputs.t().unsqueeze(0).contiguous(), targets)[1]
        must(bool(torch.isfinite(slopes).all()), f"for outputs about {scale:g} some slopes are not finite")


def examples_do_not_see_each_other(case: TaskCase) -> None:
    """Losses, errors and decoded columns of a part are those of the whole."""
    outputs, targets = case.drawn()
    part = slice(3, 11)
    some = case.task.loss(outputs[part], targets[part])
    must(
        torch.allclose(some, case.task.loss(outputs, targets)[part], atol=1e-12), "the losses of eight rows differ from those in the batch"
    )
    value = case.task.errors(outputs[part], targets[part]).value
    must(np.allclose(value, case.task.errors(outputs, targets).value[part]), "the errors of eight rows differ from those in the batch")
    whole = case.task.decode(outputs)
    for name, column in case.task.decode(outputs[part]).items():
        must(bool(np.allclose(column, whole[name][part])), f"decoded column {name} of eight rows differs from that in the batch")


def the_same_is_said_twice_and_nothing_is_changed(case: TaskCase) -> None:
    """Pure: arguments and torch's generator stay as they were."""
    outputs, targets = case.drawn()
    kept, kept_targets, random = outputs.clone(), targets.clone(), torch.random.get_rng_state()
    first = (case.task.loss(outputs, targets), case.task.errors(outputs, targets).value, case.task.decode(outputs))
    columns = outputs.t().unsqueeze(0).contiguous()
    case.task.slope(columns, targets)
    must(torch.equal(columns[0], kept.t()), "slope changed the outputs that it was given")
    must(torch.equal(case.task.loss(outputs, targets), first[0]), "the losses of the same outputs differ in a second call")
    must(np.array_equal(case.task.errors(outputs, targets).value, first[1]), "the errors of the same outputs differ in a second call")
    must(torch.equal(outputs, kept) and torch.equal(targets, kept_targets), "the arguments were changed in place")
    must(torch.equal(torch.random.get_rng_state(), random), "torch's global generator was drawn from")


def losses_are_the_same_with_and_without_gradients(case: TaskCase) -> None:
    """Where a task computes them in two ways."""
    outputs, targets = case.drawn()
    with torch.no_grad():
        without = case.task.loss(outputs, targets)
    must(torch.allclose(without, case.task.loss(outputs.clone().requires_grad_(), targets).detach(), atol=1e-12), "they differ")


def the_slope_is_that_of_the_loss(case: TaskCase) -> None:
    """Against autograd, for nets that share their targets and for nets with targets of their own."""
    pairs = [case.drawn(seed=seed) for seed in range(3)]
    shared = [(outputs, pairs[0][1]) for outputs, _ in pairs]
    for chosen, targets in ((shared, pairs[0][1]), (pairs, torch.stack([y for _, y in pairs]))):
        columns = torch.stack([outputs.t() for outputs, _ in chosen])
        losses, slopes = case.task.slope(columns, targets)
        must(slopes.shape == columns.shape, f"expected slopes of shape {tuple(columns.shape)}, got {tuple(slopes.shape)}")
        for k, (outputs, y) in enumerate(chosen):
            leaf = outputs.clone().requires_grad_()
            wanted = case.task.loss(leaf, y)
            (slope,) = torch.autograd.grad(wanted.sum(), leaf)
            must(torch.allclose(losses[k], wanted.detach(), atol=1e-10), f"the losses of net {k} are not those of `loss`")
            must(torch.allclose(slopes[k], slope.t(), atol=1e-10), f"the slopes of net {k} are not those of autograd")


def the_gradient_passes_the_check(case: TaskCase) -> None:
    """Two-sided differences of the mean loss (C2W1-27..29)."""
    outputs, targets = case.drawn(8)
    found = check_gradient(lambda theta: case.task.loss(theta["outputs"], targets).mean(), {"outputs": outputs.clone().requires_grad_()})
    must(found.verdict != "bug", f"ratio {found.ratio:.2g} (floor {found.floor:.2g})")


def errors_are_shares_with_weights(case: TaskCase) -> None:
    """Values in [0, 1], but for a regression, whose unit is the baseline; weights at least 0; one of each an example."""
    outputs, targets = case.drawn()
    errors = case.task.errors(outputs, targets)
    must(isinstance(errors, Errors), f"expected Errors, got {type(errors).__name__}")
    grouped = len(targets) if errors.group is None else len(errors.group)
    must(len(errors.value) == len(errors.weight) == grouped == len(targets), f"expected {len(targets)} values, weights and groups")
    most = np.inf if case.task.kind == "regression" else 1.0
    must(bool(((errors.value >= 0) & (errors.value <= most)).all()), f"values lie outside 0 to {most:g}")
    must(bool((errors.weight >= 0).all()) and errors.weight.sum() > 0, "weights are below 0, or all 0")


def right_answers_have_no_error(case: TaskCase) -> None:
    """And a lower loss than answers at random."""
    outputs, targets = case.drawn()
    right = case.right(targets).double()
    must(right.shape == outputs.shape, f"expected right answers of shape {tuple(outputs.shape)}, got {tuple(right.shape)}")
    must(case.task.errors(right, targets).rate < 1e-9, f"the error of right answers is {case.task.errors(right, targets).rate:.3g}")
    must(float(case.task.loss(right, targets).mean()) < float(case.task.loss(outputs, targets).mean()), "right answers cost no less")


def decoded_columns_have_a_row_for_each_example(case: TaskCase) -> None:
    """There is a prediction; p_<class>, where they are there, are probabilities, and the predicted class is the likeliest."""
    outputs, _ = case.drawn()
    columns = case.task.decode(outputs)
    must("prediction" in columns, f"expected a column prediction, got {', '.join(columns)}")
    must(all(len(c) == len(outputs) for c in columns.values()), f"expected {len(outputs)} rows in each column")
    p = np.array([c for name, c in columns.items() if name.startswith("p_")])
    if len(p):
        must(bool(np.allclose(p.sum(0), 1.0)) and bool(((p >= 0) & (p <= 1)).all()), "the probabilities of a row do not add up to 1")
        must(bool((p.argmax(0) == columns["prediction"]).all()), "the prediction is not the likeliest class")


def no_examples_are_no_errors(case: TaskCase) -> None:
    """An empty batch gives empty answers."""
    outputs, targets = case.drawn()
    must(len(case.task.loss(outputs[:0], targets[:0])) == 0, "expected no losses")
    must(len(case.task.errors(outputs[:0], targets[:0])) == 0, "expected no errors")


def it_is_made_of_what_a_file_can_hold(case: TaskCase) -> None:
    """A run is opened from JSON: a task that is a dataclass is made again from its fields, and says the same."""
    if not dataclasses.is_dataclass(case.task):
        return
    given = {f.name: getattr(case.task, f.name) for f in dataclasses.fields(case.task) if f.init}
    try:
        read = json.loads(json.dumps(given))
    except TypeError as error:
        raise Broken(f"its fields are no JSON: {error}") from None
    again = type(case.task)(**{name: tuple(value) if isinstance(value, list) else value for name, value in read.items()})
    outputs, targets = case.drawn()
    must(torch.equal(again.loss(outputs, targets), case.task.loss(outputs, targets)), "the losses of the task made again differ")


TASK_CONTRACT: Contract[TaskCase] = Contract.named(
    "task",
    the_loss_is_a_finite_number_for_each_example,
    examples_do_not_see_each_other,
    the_same_is_said_twice_and_nothing_is_changed,
    losses_are_the_same_with_and_without_gradients,
    the_slope_is_that_of_the_loss,
    the_gradient_passes_the_check,
    errors_are_shares_with_weights,
    right_answers_have_no_error,
    decoded_columns_have_a_row_for_each_example,
    no_examples_are_no_errors,
    it_is_made_of_what_a_file_can_hold,
)
