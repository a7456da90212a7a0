"""The layers of a trace as records."""

from __future__ import annotations

from collections.abc import Sequence

from fathom.checks.signal.layers import Layer
from fathom.checks.signal.path import EXPLODING, VANISHING, Path, per_step, ratio
from fathom.core.records.layer_signal import LayerSignal
from fathom.core.records.time_signal import TimeSignal


def names_of(layers: Sequence[Layer]) -> list[str]:
    """A name of its own for each layer: the module's, with the call where there are several, else with a number."""
    names: list[str] = []
    for layer in layers:
        name = layer.module + (f" (call {layer.call})" if layer.call > 1 else "")
        again = sum(n == name or n.startswith(f"{name} #") for n in names)
        names.append(f"{name} #{again + 1}" if again else name)
    return names


def records_of(layers: Sequence[Layer], path: Path, sound: Sequence[Layer] | None = None) -> tuple[LayerSignal, ...]:
    """A record for each layer, with the stds that a sound initialization gives where they were measured."""
    comparable = sound if sound is not None and len(sound) == len(layers) else None
    return tuple(
        _record(layer, name, layers, path, None if comparable is None else comparable[layer.place].point.std)
        for layer, name in zip(layers, names_of(layers), strict=True)
    )


def _record(layer: Layer, name: str, layers: Sequence[Layer], path: Path, sound: float | None) -> LayerSignal:
    before = None if layer.parent is None else layers[layer.parent]
    mine = layer.point
    back = None if before is None or before.gradient is None or layer.gradient is None else ratio(before.gradient, layer.gradient)
    return LayerSignal(
        name=name,
        kind=layer.kind,
        depth=layer.depth,
        parent=layer.parent,
        activation=layer.activation,
        mean=mine.mean,
        std=mine.std,
        gradient=layer.gradient,
        factor=None if before is None else ratio(mine.std, before.point.std),
        gradient_factor=back,
        dead=layer.dead,
        saturated=layer.saturated,
        sound=sound,
        on_path=layer.place in path.layers,
    )


def times_of(layers: Sequence[Layer]) -> tuple[TimeSignal, ...]:
    """The gradient by time step of the recurrent layers that have one."""
    return tuple(
        _time(layer, name) for layer, name in zip(layers, names_of(layers), strict=True) if len(layer.time) > 1 and any(layer.time)
    )


def _time(layer: Layer, name: str) -> TimeSignal:
    """Steps at the end that get no gradient (padding, or an answer before the end) do not count."""
    last = max(i for i, gradient in enumerate(layer.time) if gradient > 0.0)
    over_last = ratio(layer.time[0], layer.time[last])
    under_largest = ratio(layer.time[0], max(layer.time))
    verdict = "exploding" if over_last > EXPLODING else "vanishing" if under_largest < VANISHING else "healthy"
    return TimeSignal(
        name=name,
        kind=layer.kind,
        gradients=tuple(layer.time),
        ratio=over_last,
        factor=per_step(over_last, max(last, 1)),
        verdict=verdict,
    )
