"""What would mend a signal: an initialization, normalization, residual sums, another activation; each is tried and measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from fathom.checks.signal import operations
from fathom.checks.signal.layers import Layer
from fathom.checks.signal.passes import Passes, Question, measured
from fathom.checks.signal.path import Path, distance, follow
from fathom.checks.signal.redraw import redraw, scheme_of
from fathom.checks.signal.trace import Change
from fathom.core.records.mend import Mend
from fathom.nets.untouched import untouched


class Normalize(Change):
    """Every layer but the last is normalized over its units (layer norm), right after its weights."""

    def __init__(self, last: int) -> None:
        self.last = last

    def weighted(self, layer: Layer, outputs: Tensor) -> Tensor:
        """Normalize."""
        if layer.place == self.last or layer.operation.startswith("embedding") or not outputs.is_floating_point():
            return outputs
        if layer.operation in operations.CONVOLUTION:
            axis = operations.unit_axis(layer.operation, outputs.dim())
            return F.layer_norm(outputs, outputs.shape[axis:])
        return F.layer_norm(outputs, outputs.shape[-1:]) if outputs.shape[-1] > 1 else outputs


class Residual(Change):
    """A layer whose outputs are as many as its inputs adds them: after its activation, or its weights where none follows."""

    def __init__(self, activated: frozenset[int], last: int) -> None:
        self._activated, self._last = activated, last

    def weighted(self, layer: Layer, outputs: Tensor) -> Tensor:
        """Add where no activation follows."""
        return outputs if layer.place in self._activated else self._add(layer, outputs)

    def activated(self, layer: Layer, operation: str, inputs: Tensor, outputs: Tensor) -> Tensor:
        """Add after the activation."""
        return self._add(layer, outputs)

    def _add(self, layer: Layer, outputs: Tensor) -> Tensor:
        fits = layer.read is not None and layer.read.shape == outputs.shape and layer.place != self._last
        return outputs + layer.read if fits and layer.read is not None else outputs


class Rectify(Change):
    """ReLU in the place of sigmoid and tanh."""

    def activated(self, layer: Layer, operation: str, inputs: Tensor, outputs: Tensor) -> Tensor:
        """Rectify what the activation reads."""
        return F.relu(inputs) if operation in operations.SATURATING and inputs is not outputs else outputs


@dataclass(frozen=True)
class Trial:
    """A mend that can be tried on a net."""

    name: str
    what: str
    how: str
    change: Callable[[], Change]
    redrawn: bool = False
    rectified: bool = False


def tried(question: Question, before: Passes, path: Path) -> list[tuple[Mend, Passes]]:
    """Try what may mend a net whose signal vanishes or explodes; what mends it comes first, then what comes nearest."""
    made = [_attempt(question, before, trial) for trial in trials(before.layers, path)]
    return sorted(made, key=lambda pair: (pair[0].verdict != "healthy", 0.0 if pair[0].verdict == "healthy" else _badness(pair[0])))


def soundly_drawn(question: Question, before: Passes) -> tuple[Mend, Passes]:
    """The net with weights drawn as its activations want them: what a sound initialization gives."""
    return _attempt(question, before, _initialization(before.layers))


def trials(layers: Sequence[Layer], path: Path) -> list[Trial]:
    """What is worth trying on these layers, the least invasive first."""
    last = path.layers[-1]
    activated = frozenset(layer.place for layer in layers if layer.activation)
    found = [
        _initialization(layers),
        Trial(
            "normalization",
            "a norm layer after each layer's weights",
            "nn.LayerNorm(n) (or nn.BatchNorm1d) after each layer",
            lambda: Normalize(last),
        ),
    ]
    if _has_squares(layers):
        residual = Trial(
            "residual",
            "residual sums, with a sound initialization",
            "x = x + layer(x) where the sizes agree",
            lambda: Residual(activated, last),
            redrawn=True,
        )
        found.append(residual)
    if any(layer.activation in operations.SATURATING for layer in layers[:-1]):
        how = f"nn.ReLU() in place of {_saturating(layers)}, weights by nn.init.kaiming_normal_(w)"
        found.append(Trial("activation", "ReLU with He initialization", how, Rectify, redrawn=True, rectified=True))
    return found


def _initialization(layers: Sequence[Layer]) -> Trial:
    schemes = [scheme_of(layer) for layer in layers if not layer.operation.startswith("embedding")]
    he = schemes.count("he") * 2 > len(schemes)
    lines = {
        True: ("He initialization", "nn.init.kaiming_normal_(layer.weight, nonlinearity='relu'); nn.init.zeros_(layer.bias)"),
        False: ("Xavier initialization", "nn.init.normal_(layer.weight, std=fan_in ** -0.5); nn.init.zeros_(layer.bias)"),
    }
    what, how = lines[he]
    if any(layer.operation in operations.RECURRENT for layer in layers):
        what += " (orthogonal over time)"
    return Trial("initialization", what, how, Change, redrawn=True)


def _attempt(question: Question, before: Passes, trial: Trial) -> tuple[Mend, Passes]:
    with untouched(question.net):
        if trial.redrawn:
            redraw(before.layers, question.seed, rectified=trial.rectified)
        passes = measured(question, trial.change())
    path = follow(passes.layers, passes.last)
    mend = Mend(name=trial.name, what=trial.what, how=trial.how, forward=path.forward, backward=path.backward, verdict=path.verdict)
    return mend, passes


def _badness(mend: Mend) -> float:
    return max(distance(mend.forward), 0.0 if mend.backward is None else distance(mend.backward))


def _has_squares(layers: Sequence[Layer]) -> bool:
    return any(
        layer.parent is not None and layers[layer.parent].shape == layer.shape
        for layer in layers
        if layer.operation not in operations.RECURRENT
    )


def _saturating(layers: Sequence[Layer]) -> str:
    names = {layer.activation for layer in layers if layer.activation in operations.SATURATING}
    return " and ".join(sorted(names))


def is_zero(weights: Sequence[Tensor]) -> bool:
    """Whether weights are there and all are 0."""
    matrices = [weight for weight in weights if weight.dim() > 1]
    return bool(matrices) and not any(bool(torch.count_nonzero(weight)) for weight in matrices)
