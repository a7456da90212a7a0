"""What is done to the rows of one role: flipped labels, blurred pictures, another source."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.situations.sources import Rows

Alteration = Callable[[Rows, np.random.Generator], Rows]


def flipped(share: float) -> Alteration:
    """A share of the labels, drawn anew, become another class, each other one alike."""

    def flip(rows: Rows, rng: np.random.Generator) -> Rows:
        C = int(rows.y.max()) + 1
        chosen = rng.random(len(rows)) < share
        other = (rows.y + rng.integers(1, C, len(rows))) % C
        return Rows(rows.x, np.where(chosen, other, rows.y))

    return flip


def blurred(noise: float) -> Alteration:
    """Square pictures averaged over each pixel's four neighbors, with noise: a worse camera."""

    def blur(rows: Rows, rng: np.random.Generator) -> Rows:
        side = round(rows.x.shape[1] ** 0.5)
        picture = rows.x.reshape(-1, side, side)
        wide = np.pad(picture, ((0, 0), (1, 1), (1, 1)), mode="edge")
        mean = (picture + wide[:, :-2, 1:-1] + wide[:, 2:, 1:-1] + wide[:, 1:-1, :-2] + wide[:, 1:-1, 2:]) / 5
        return Rows((mean + rng.normal(0, noise, mean.shape)).reshape(rows.x.shape).astype(np.float32), rows.y)

    return blur


def moved(step: float) -> Alteration:
    """Every input moved by the same step: an instrument that is set otherwise."""
    return lambda rows, rng: Rows((rows.x + np.float32(step)).astype(np.float32), rows.y)


def taken_from(table: Callable[[], Rows]) -> Alteration:
    """Other rows altogether: those of another source."""
    return lambda rows, rng: table()
