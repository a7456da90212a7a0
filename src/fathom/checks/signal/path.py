"""The way of the signal from the first layer to the last: its ratios, the verdict, and where it starts to go wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fathom.checks.signal.layers import Layer, Point

VANISHING, EXPLODING = 1e-3, 1e3
CLEARLY = 1.1
"""How much further off a gradient is than a signal that is off too before it is the one that is told of."""
AWAY = 2.0
"""A signal that stays at least this many times larger or smaller than at its start has left it."""


@dataclass(frozen=True)
class Path:
    """The longest way through a net, and what the signal does on it.

    Attributes:
        layers: places of the layers, the first one first.
        forward: std of the activations, last over first.
        backward: norm of the gradient, first over last; None where no gradient comes back.
        factor, gradient_factor: the same per layer (the geometric mean).
        verdict: "healthy", "vanishing" or "exploding".
        starts: place of the layer where it starts, or None.
        backwards: whether it is the gradient that says so.
    """

    layers: tuple[int, ...]
    forward: float
    backward: float | None
    factor: float
    gradient_factor: float | None
    verdict: str
    starts: int | None
    backwards: bool


def follow(layers: Sequence[Layer], last: int | None = None) -> Path:
    """The path of a net's layers to the last one, by default the deepest; see `Path`."""
    places = longest(layers, last)
    points = [layers[place].point for place in places]
    sizes = sizes_of(points)
    forward = ratio(sizes[-1], sizes[0])
    gradients = [layers[place].gradient for place in places]
    known = [i for i, gradient in enumerate(gradients) if gradient is not None]
    backward = ratio(gradients[known[0]] or 0.0, gradients[known[-1]] or 0.0) if len(known) > 1 else None
    reached = left_scale(sizes)
    by_gradient = backward is not None and (verdict_of(forward) == "healthy" or distance(backward) > CLEARLY * distance(forward))
    extreme = backward if by_gradient and backward is not None else forward
    verdict = verdict_of(extreme)
    back = [gradients[i] or 0.0 for i in reversed(known)]
    starts = None
    if verdict != "healthy":
        starts = places[known[-1 - left_at(back)]] if by_gradient else places[left_at(sizes)]
    return Path(
        tuple(places),
        forward,
        backward,
        per_step(ratio(sizes[reached], sizes[0]), max(reached, 1)),
        None if backward is None else _back_factor(back, known),
        verdict,
        starts,
        by_gradient,
    )


def _back_factor(back: Sequence[float], known: Sequence[int]) -> float:
    """The gradient's factor per layer, as far back as there is something left of it."""
    reached = left_scale(back)
    return per_step(ratio(back[reached], back[0]), max(known[-1] - known[-1 - reached], 1))


def left_scale(sizes: Sequence[float]) -> int:
    """The last place before a signal is 0 or infinite, from which a factor can be read.

    Example:
        >>> left_scale([1.0, 1e-30, 0.0, 0.0]), left_scale([1.0, 2.0])
        (1, 1)
    """
    gone = next((i for i, size in enumerate(sizes) if not 0.0 < size < math.inf), len(sizes))
    return max(gone - 1, 0)


def longest(layers: Sequence[Layer], last: int | None = None) -> list[int]:
    """Places from the first layer to the last one; by default the deepest, of several of one depth the one met last."""
    places = [max(reversed(layers), key=lambda layer: layer.depth).place if last is None else last]
    met = set(places)
    while (parent := layers[places[-1]].parent) is not None and parent not in met:  # a state kept between calls closes a circle
        places.append(parent)
        met.add(parent)
    return places[::-1]


def sizes_of(points: Sequence[Point]) -> list[float]:
    """The standard deviations; root mean squares where a layer has a single activation or all are constant."""
    if all(point.size > 1 for point in points) and any(point.std > 0.0 for point in points):
        return [point.std for point in points]
    return [math.hypot(point.std, point.mean) for point in points]


def ratio(last: float, first: float) -> float:
    """last / first; 0 where nothing arrives, infinite where something comes out of nothing.

    Example:
        >>> ratio(0.0, 0.0), ratio(1.0, 0.0), ratio(1.0, 4.0)
        (0.0, inf, 0.25)
    """
    if math.isnan(last) or math.isnan(first):
        return math.inf
    if last == 0.0:
        return 0.0
    return last / first if first > 0.0 else math.inf


def distance(value: float) -> float:
    """How many powers of e a ratio is away from 1."""
    return abs(math.log(value)) if 0.0 < value < math.inf else math.inf


def verdict_of(value: float) -> str:
    """The word for a ratio.

    Example:
        >>> verdict_of(1e-4), verdict_of(1e-3), verdict_of(1e3), verdict_of(1e4)
        ('vanishing', 'healthy', 'healthy', 'exploding')
    """
    return "vanishing" if value < VANISHING else "exploding" if value > EXPLODING else "healthy"


def per_step(value: float, steps: int) -> float:
    """The factor of one of several equal steps that make up a ratio."""
    return float(value ** (1.0 / steps)) if 0.0 < value < math.inf else value


def left_at(sizes: Sequence[float]) -> int:
    """The first place from which on a signal stays `AWAY` times off its start, on the side on which it ends.

    Example:
        >>> left_at([1.0, 1.5, 2.25, 3.4, 5.1])
        2
        >>> left_at([1.0, 0.1, 1.0, 0.4, 0.1])
        3
    """
    grows = not sizes[-1] < sizes[0]
    away = [not size < AWAY * sizes[0] if grows else size <= sizes[0] / AWAY for size in sizes]
    return next((i + 1 for i in range(len(away) - 1, -1, -1) if not away[i] and i + 1 < len(away)), 0 if away[0] else len(away) - 1)
