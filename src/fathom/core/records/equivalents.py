"""What settings are called elsewhere: in torch's terms and in the course's, with the numbers filled in.

Only what was set and does not mean what its name means elsewhere. What stands in backquotes is an expression as torch's user would
write it, of W, o (an optimizer), e (the epoch from 0) and t (the update from 0); tests run it beside the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fathom.core.records.experiment import Experiment
from fathom.core.records.settings import Settings


def equivalents(settings: Settings, *, rows: int, arguments: Mapping[str, Any] | None = None) -> tuple[str, ...]:
    """The equivalents of settings, a line for each that wants one.

    Args:
        settings: of a training.
        rows: m, the examples of train.
        arguments: of the net, for its batch norm.

    Example:
        >>> for line in equivalents(Settings(optimizer="momentum", learning_rate=0.1, l2=0.7), rows=211):
        ...     print(line)
        momentum 0.9: `torch.optim.SGD(lr=0.1*(1 - 0.9), momentum=0.9)`; steps 1 - beta times as large
        l2 0.7: weight_decay 0.0033 at m = 211, `0.7/211`, on weights alone
        >>> equivalents(Settings(), rows=211)
        ()
    """
    parts = (_optimizer(settings), _l2(settings, rows), _l1(settings, rows), _weight_decay(settings, rows), _dropout(settings))
    lines = [line for part in parts for line in part]
    return (*lines, *_initialization(settings, arguments or {}), *_batch_norm(arguments or {}), *_schedule(settings, rows))


def equivalents_of(made: Experiment) -> tuple[str, ...]:
    """The equivalents of an experiment's settings, with its own m."""
    return equivalents(made.settings, rows=made.rows["train"], arguments=made.arguments)


def _n(value: float) -> str:
    """A number with all its figures, without trailing zeros: 0.1, 1e-08, 1."""
    return f"{value:.12g}"


def _optimizer(s: Settings) -> Iterator[str]:
    rate, beta = _n(s.learning_rate), _n(s.momentum)
    if s.optimizer == "momentum":
        yield f"momentum {beta}: `torch.optim.SGD(lr={rate}*(1 - {beta}), momentum={beta})`; steps 1 - beta times as large"
    elif s.optimizer == "sgd" and s.momentum:
        yield f"momentum {beta}: `torch.optim.SGD(lr={rate}, momentum={beta})`; the course's form at a rate of `{rate}/(1 - {beta})`"
    elif s.optimizer == "nesterov":
        yield f"nesterov: `torch.optim.SGD(lr={rate}, momentum={beta}, nesterov=True)`"
    elif s.optimizer == "rmsprop" and s.eps:
        yield f"rmsprop: torch's with alpha {_n(s.betas[1])}, but with eps {_n(s.eps)} inside the root, sqrt(S + eps), as in the course"
    elif s.optimizer == "rmsprop":
        yield f"rmsprop: `torch.optim.RMSprop(lr={rate}, alpha={_n(s.betas[1])}, eps=0)`"
    elif s.optimizer == "adamw" and not s.weight_decay:
        yield "adamw: `torch.optim.AdamW(weight_decay=0)`, which is Adam; torch's own default is 0.01"


def _l2(s: Settings, rows: int) -> Iterator[str]:
    if not s.l2:
        return
    if s.clip_norm is not None:
        yield f"l2 {_n(s.l2)}: `{_n(s.l2)}/(2*{rows})*(W**2).sum()` on the loss; clip_norm counts it, unlike a weight_decay"
        return
    decay = f"weight_decay {s.l2 / rows:.2g} at m = {rows:,}, `{_n(s.l2)}/{rows}`, on weights alone"
    yield f"l2 {_n(s.l2)}: {decay}" + ("; that of torch's Adam, in the gradient, not AdamW's" if s.optimizer == "adamw" else "")


def _l1(s: Settings, rows: int) -> Iterator[str]:
    if s.l1:
        yield f"l1 {_n(s.l1)}: `{_n(s.l1)}/(2*{rows})*W.abs().sum()` on the loss; torch has no setting for it"


def _weight_decay(s: Settings, rows: int) -> Iterator[str]:
    if not s.weight_decay:
        return
    decay = _n(s.weight_decay)
    if s.optimizer == "adamw":
        yield f"weight_decay {decay}: `torch.optim.AdamW(weight_decay={decay})`, decoupled, on weights alone"
    elif s.clip_norm is not None:
        yield f"weight_decay {decay}: torch's, added after clip_norm, on weights alone"
    else:
        yield f"weight_decay {decay}: l2 {s.weight_decay * rows:.3g} at m = {rows:,}, `{decay}*{rows}`, on weights alone"


def _dropout(s: Settings) -> Iterator[str]:
    if isinstance(s.dropout, tuple):
        if any(s.dropout):
            kept = ", ".join(_n(1 - p) for p in s.dropout)
            yield f"dropout {', '.join(map(_n, s.dropout))}: keep_prob {kept}, by hidden layer"
    elif s.dropout:
        yield f"dropout {_n(s.dropout)}: keep_prob {_n(1 - s.dropout)}, `torch.nn.Dropout(p={_n(s.dropout)})`"


INITIALIZATIONS = {
    "he": "he: sd sqrt(2/n_in), `torch.nn.init.kaiming_normal_(W, nonlinearity='relu')`",
    "xavier": "xavier: sd sqrt(1/n_in), `torch.nn.init.kaiming_normal_(W, nonlinearity='linear')`; torch's xavier_normal_ is glorot here",
    "glorot": "glorot: sd sqrt(2/(n_in + n_out)), `torch.nn.init.xavier_normal_(W)`",
    "random": "random: `torch.nn.init.normal_(W, std=0.01)`",
    "zeros": "zeros: `torch.nn.init.zeros_(W)`",
}
"""By name; biases are 0 in all of them."""


def _initialization(s: Settings, arguments: Mapping[str, Any]) -> Iterator[str]:
    """What was asked for; and for tanh and sigmoid, whose default is xavier (1/n_in), that too: torch means another by the name."""
    if s.initialization is None and arguments.get("activation") in ("tanh", "sigmoid"):
        yield f"{INITIALIZATIONS['xavier']}; biases 0"
    if s.initialization is not None:
        times = f", times {_n(s.initialization_gain)}" if s.initialization_gain != 1 else ""
        yield f"{INITIALIZATIONS[s.initialization]}{times}; biases 0"


def _batch_norm(arguments: Mapping[str, Any]) -> Iterator[str]:
    if arguments.get("batch_norm"):
        yield "batch_norm: `torch.nn.BatchNorm1d(units, eps=1e-5, momentum=0.1)`, the course's beta 0.9; the layer before it has no b"


def _schedule(s: Settings, rows: int) -> Iterator[str]:
    plan, rate = s.schedule, _n(s.learning_rate)
    if plan is None:
        return
    steps = (s.at(rows=rows).epochs or 1) * s.updates_an_epoch(rows)
    k = _n(plan.rate)
    forms = {
        "inverse": f"`LambdaLR(o, lambda e: 1/(1 + {k}*(e + 1)))`, a step an epoch",
        "exponential": f"`ExponentialLR(o, gamma={k})` from `{rate}*{k}` on, a step an epoch",
        "root": f"`LambdaLR(o, lambda e: {k}/(e + 1)**0.5)`, a step an epoch",
        "staircase": f"`StepLR(o, step_size={plan.every}, gamma={k})`, a step an epoch",
        "cosine": f"`CosineAnnealingLR(o, T_max={steps}, eta_min={rate}*{k})`, a step an update",
    }
    if plan.name in forms:
        yield f"schedule {plan.name}: {forms[plan.name]}"
    if plan.warmup:
        yield f"warm-up {plan.warmup}: `LambdaLR(o, lambda t: min(1, (t + 1)/{plan.warmup}))`, a step an update, times the schedule"
