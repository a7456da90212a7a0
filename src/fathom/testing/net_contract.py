"""What every net keeps: the engine, the checks and the run folder rely on it.

Example:
    >>> from fathom.nets.initialization import initialize
    >>> from fathom.nets.mlp import build_mlp
    >>> def build(seed):
    ...     net, _ = build_mlp(5, 3, hidden=(8,))
    ...     initialize(net, scheme="he", seed=seed)
    ...     return net
    >>> rows = torch.randn(32, 5, generator=torch.Generator().manual_seed(0))
    >>> NET_CONTRACT.check(NetCase(build, rows, outputs=3, parameters=5 * 8 + 8 + 8 * 3 + 3))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn

from fathom.checks.gradient.check import check_gradient
from fathom.checks.signal.check_signal import check_signal
from fathom.testing.contract import Contract, must

FEW = 6
"""Rows of the gradient check."""


@dataclass(frozen=True)
class NetCase:
    """A net, and what it reads.

    Attributes:
        build: seed -> the initialized module in float32, dropout off.
        inputs: (n, ...) float32, n at least 8: real rows as `prepare` makes them, or rows like them.
        outputs: width of the raw outputs.
        parameters: how many numbers it trains; None where nobody counted.
        shapes: of its parameters one after another, worked out by hand; None where nobody did.
    """

    build: Callable[[int], nn.Module]
    inputs: Tensor
    outputs: int
    parameters: int | None = None
    shapes: Sequence[tuple[int, ...]] | None = None

    @cached_property
    def net(self) -> nn.Module:
        """Of seed 0, in evaluation mode."""
        return self.build(0).eval()

    @cached_property
    def answers(self) -> Tensor:
        """Its raw outputs (n, outputs)."""
        with torch.no_grad():
            return self.net(self.inputs)


def raw_outputs_of_the_width_that_was_asked_for(case: NetCase) -> None:
    """(n, outputs), finite."""
    wanted = (len(case.inputs), case.outputs)
    must(tuple(case.answers.shape) == wanted, f"expected outputs of shape {wanted}, got {tuple(case.answers.shape)}")
    must(bool(torch.isfinite(case.answers).all()), "some outputs are not finite")


def outputs_are_not_probabilities(case: NetCase) -> None:
    """Logits: neither sigmoid nor softmax nor log-softmax belongs into a net, its loss has it already."""
    inside = bool(((case.answers >= 0) & (case.answers <= 1)).all())
    must(not inside, "all outputs lie in [0, 1]: is there a sigmoid or a softmax at the end?")
    logs = torch.logsumexp(case.answers, 1).abs().max() < 1e-5
    must(case.outputs == 1 or not bool(logs), "the exponentials of each row add up to 1: is there a log-softmax at the end?")


def the_seed_decides(case: NetCase) -> None:
    """The same seed gives the same bits, another one other weights."""
    first, again, other = (case.build(seed).state_dict() for seed in (0, 0, 1))
    must(all(torch.equal(first[name], again[name]) for name in first), "two nets of the same seed differ")
    must(any(not torch.equal(first[name], other[name]) for name in first), "nets of seeds 0 and 1 are the same")


def examples_do_not_see_each_other(case: NetCase) -> None:
    """In evaluation mode the answer to a row is the same alone, in halves and in the batch."""
    half = len(case.inputs) // 2
    with torch.no_grad():
        apart = torch.cat([case.net(case.inputs[:1]), case.net(case.inputs[1:half]), case.net(case.inputs[half:])])
    worst = float((apart - case.answers).abs().max())
    must(worst <= 1e-4 * max(1.0, float(case.answers.abs().max())), f"answers differ by up to {worst:.2g} with the rows beside them")


def answers_differ_with_the_inputs(case: NetCase) -> None:
    """A net that gives every row the same answer has lost its input."""
    apart = case.answers.amax(0) - case.answers.amin(0)
    must(bool((apart > 1e-5 * case.answers.abs().amax(0)).all()), "an output is the same for all rows")


def evaluation_draws_nothing_and_changes_nothing(case: NetCase) -> None:
    """Two calls agree; inputs, buffers and torch's generator stay as they were."""
    inputs, random = case.inputs.clone(), torch.random.get_rng_state()
    kept = {name: tensor.clone() for name, tensor in case.net.state_dict().items()}
    with torch.no_grad():
        again = case.net(case.inputs)
    must(torch.equal(again, case.answers), "two calls in evaluation mode differ")
    must(torch.equal(inputs, case.inputs), "the inputs were changed in place")
    must(all(torch.equal(kept[name], tensor) for name, tensor in case.net.state_dict().items()), "parameters or buffers changed")
    must(torch.equal(torch.random.get_rng_state(), random), "torch's global generator was drawn from")


def every_parameter_is_reached(case: NetCase) -> None:
    """Each has a finite gradient that is not 0 everywhere."""
    net = case.build(0).train()
    net(case.inputs).square().sum().backward()
    for name, p in net.named_parameters():
        if p.requires_grad:
            must(p.grad is not None and bool(torch.isfinite(p.grad).all()), f"{name} has no finite gradient")
            must(p.grad is not None and bool(p.grad.any()), f"the gradient of {name} is 0 everywhere: does anything depend on it?")


def the_gradient_passes_the_check(case: NetCase) -> None:
    """Two-sided differences in float64, parameter by parameter (C2W1-27..29, 54)."""
    net, rows = case.build(0).double().eval(), case.inputs[:FEW].double()
    theta = {name: p.detach().clone().requires_grad_() for name, p in net.named_parameters() if p.requires_grad}
    found = check_gradient(lambda parameters: torch.func.functional_call(net, parameters, (rows,)).square().mean(), theta)
    must(found.verdict != "bug", f"ratio {found.ratio:.2g}; wrong: {', '.join(found.culprits)}")


def signals_come_through(case: NetCase) -> None:
    """Neither vanishing nor exploding with the initialization that it comes with (C2W1-23..26)."""
    found = check_signal(case.build(0), case.inputs)
    must(found.verdict == "healthy", f"expected healthy, got {found.verdict}")


def weights_are_saved_and_read(case: NetCase) -> None:
    """By safetensors into a net of another seed, to the bit."""
    from safetensors.torch import load, save

    other = case.build(1).eval()
    other.load_state_dict(load(save({name: tensor.contiguous() for name, tensor in case.net.state_dict().items()})))
    with torch.no_grad():
        must(torch.equal(other(case.inputs), case.answers), "the answers of the net that was read differ")


def parameters_are_as_many_as_were_counted(case: NetCase) -> None:
    """Where somebody counted them by hand."""
    if case.parameters is not None:
        trained = sum(p.numel() for p in case.net.parameters() if p.requires_grad)
        must(case.parameters == trained, f"expected {case.parameters:,} parameters, got {trained:,}")


def tensors_have_the_shapes_of_the_table(case: NetCase) -> None:
    """Where somebody wrote them down (C1W4-04: W is (n_out, n_in))."""
    if case.shapes is not None:
        got = {name: tuple(p.shape) for name, p in case.net.named_parameters()}
        must(len(got) == len(case.shapes), f"expected {len(case.shapes)} tensors, got {len(got)}: {', '.join(got)}")
        for (name, shape), wanted in zip(got.items(), case.shapes, strict=True):
            must(shape == tuple(wanted), f"expected {tuple(wanted)} for {name}, got {shape}")


def no_rows_are_no_answers(case: NetCase) -> None:
    """An empty batch gives (0, outputs)."""
    with torch.no_grad():
        shape = tuple(case.net(case.inputs[:0]).shape)
    must(shape == (0, case.outputs), f"expected shape (0, {case.outputs}) for no rows, got {shape}")


NET_CONTRACT: Contract[NetCase] = Contract.named(
    "net",
    raw_outputs_of_the_width_that_was_asked_for,
    outputs_are_not_probabilities,
    the_seed_decides,
    examples_do_not_see_each_other,
    answers_differ_with_the_inputs,
    evaluation_draws_nothing_and_changes_nothing,
    every_parameter_is_reached,
    the_gradient_passes_the_check,
    signals_come_through,
    weights_are_saved_and_read,
    parameters_are_as_many_as_were_counted,
    tensors_have_the_shapes_of_the_table,
    no_rows_are_no_answers,
)
