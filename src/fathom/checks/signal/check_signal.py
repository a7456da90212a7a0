"""`check_signal`: where activations or gradients vanish or explode, layer by layer, and what mends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from fathom.checks.budget import OutOfTime
from fathom.checks.rows import size_of, tensors_of
from fathom.checks.signal.findings import found
from fathom.checks.signal.layers import Layer
from fathom.checks.signal.mending import is_zero, soundly_drawn, tried
from fathom.checks.signal.passes import Passes, Question, measured
from fathom.checks.signal.path import Path, follow
from fathom.checks.signal.redraw import redraw
from fathom.checks.signal.rows import names_of, records_of, times_of
from fathom.core.exceptions import UnusableInput
from fathom.core.expectations import refuse
from fathom.core.records.mend import Mend
from fathom.core.records.signal_check import SignalCheck
from fathom.core.records.time_signal import TimeSignal
from fathom.nets.calling import Forward, moved
from fathom.nets.untouched import untouched


def check_signal(
    net: nn.Module,
    inputs: Any,
    *,
    loss: Callable[[Any, Any], Tensor] | None = None,
    targets: Any = None,
    forward: Forward | None = None,
    seed: int = 0,
    mend: bool = True,
) -> SignalCheck:
    """Measure the signal of a net: its activations forward and its gradients back, by layer.

    In a deep net whose layers all multiply by about c, the activations of the last layer are c^(L - 1) times those of the
    first, and so are the gradients on their way back (C2W1-44). The verdict is "vanishing" where the std of the
    activations, last layer over first, or the norm of the gradient, first layer over last, is under 1e-3, and
    "exploding" where one of them is over 1e3.

    A layer is one use of weights with what follows it: its norm, its activation, the residual sum. Functions called in
    `forward` are seen like modules; a layer that is called again (a recurrence) counts again. The net is left as it was.

    Args:
        net: any module.
        inputs: a batch: a tensor, a tuple (called as net(*inputs)) or a mapping (called as net(**inputs)).
        loss: (outputs, targets) -> the loss to differentiate; a random combination of the outputs where left out.
        targets: for the loss.
        forward: (net, inputs) -> outputs, where the net is called in another way.
        seed: of the random combination and of the weights that are tried.
        mend: try what may mend it (initialization, normalization, residual sums, another activation).

    Returns:
        A record with `layers`, `verdict`, the ratios, the layer where it starts, `mends` and `findings`.

    Raises:
        UnusableInput: the net cannot be run on the inputs, or no weights meet them.

    Example:
        >>> net = nn.Sequential(*(nn.Linear(4, 4, bias=False) for _ in range(21)))
        >>> for layer in net:  # W = 1.5 I
        ...     layer.weight.data = 1.5 * torch.eye(4)
        >>> signal = check_signal(net, torch.randn(8, 4))
        >>> signal.verdict, round(signal.forward, 1), signal.starts
        ('exploding', 3325.3, '2')
        >>> print(signal.mends[0])  # doctest: +ELLIPSIS
        Xavier initialization: healthy (activations ..., gradients ...)
    """
    if loss is not None and targets is None:
        raise refuse("`targets`", expected="the targets of the loss", got="None", fix="pass targets= beside loss=")
    device = next((p.device for p in net.parameters()), torch.device("cpu"))
    inputs, targets = moved(inputs, device), None if targets is None else moved(targets, device)
    question = Question(net, inputs, forward, loss, targets, seed)
    with untouched(net):
        passes, notes = _first(question)
        path = follow(passes.layers, passes.last)
        sound, trials = _compared(question, passes, path) if mend else (None, [])
        return _record(question, passes, path, sound, trials, notes)


def _first(question: Question) -> tuple[Passes, tuple[str, ...]]:
    """The net as it is; where its last layer is zero, on purpose as a rule, that layer is drawn first."""
    try:
        passes = measured(question)
    except (UnusableInput, OutOfTime):
        raise
    except Exception as error:  # whatever a module of somebody's raises
        got = f"{type(error).__name__}: {str(error).rstrip('.')}"
        fix = "pass forward=lambda net, inputs: ... if it is called in another way"
        raise refuse("net(inputs)", expected="a forward and a backward pass", got=got, fix=fix) from error
    _all_finite(question.inputs)
    if not passes.layers:
        raise refuse("`net`", expected="a layer whose weights the inputs run through", got=f"none in {type(question.net).__name__}")
    last = passes.layers[follow(passes.layers, passes.last).layers[-1]]
    if len(passes.layers) > 1 and is_zero(last.weights):
        redraw([last], question.seed)
        name = names_of(passes.layers)[last.place]
        return measured(question), (f"The weights of the last layer '{name}' are 0; the signal was measured with that layer drawn.",)
    return passes, ()


def _all_finite(inputs: Any) -> None:
    """Refuse inputs that no signal can be read from."""
    for part in tensors_of(inputs):
        if part.is_floating_point() and not bool(torch.isfinite(part).all()):
            raise refuse("`inputs`", expected="finite numbers", got="NaN or infinity among them", fix="look at how the batch was made")


def _compared(question: Question, passes: Passes, path: Path) -> tuple[Sequence[Layer], list[Mend]]:
    """The layers with a sound initialization, and the mends where one is wanted."""
    if path.verdict == "healthy":
        return soundly_drawn(question, passes)[1].layers, []
    pairs = tried(question, passes, path)
    sound = next(made.layers for mend, made in pairs if mend.name == "initialization")
    return sound, [mend for mend, _ in pairs]


def _record(
    question: Question, passes: Passes, path: Path, sound: Sequence[Layer] | None, mends: Sequence[Mend], notes: tuple[str, ...]
) -> SignalCheck:
    rows = records_of(passes.layers, path, sound)
    times = times_of(passes.layers)
    return SignalCheck(
        verdict=_verdict(path, times),
        layers=rows,
        forward=path.forward,
        backward=path.backward,
        factor=path.factor,
        gradient_factor=path.gradient_factor,
        starts=rows[path.starts].name if path.starts is not None else "",
        times=times,
        mends=tuple(mends),
        findings=tuple(found(path, rows, passes.layers, times, mends)),
        examples=size_of(question.inputs, question.targets),
        notes=notes,
    )


def _verdict(path: Path, times: Sequence[TimeSignal]) -> str:
    """By depth; where that is healthy by time, but for gates, which learn to stay open."""
    if path.verdict != "healthy":
        return path.verdict
    return next((t.verdict for t in times if t.verdict == "exploding" or (t.verdict != "healthy" and t.kind == "RNN")), "healthy")
