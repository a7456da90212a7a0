"""A dev set that was overfitted: the last layer of a net is changed at random, and what does no worse on dev is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from torch import nn

from benchmarks.situations.situation import Floats, Planted, Pool
from benchmarks.situations.sources import Rows
from fathom.data.splits import split
from fathom.experiment.fit import fit
from fathom.experiment.run import Run

LOOKS = 4_000
"""How often dev is looked at."""

STEP = 0.3
"""Of a change to a weight, in standard deviations of the layer's weights."""

CHANGED = 0.3
"""Share of one output's weights that a change touches."""


def climbed(seed: int, *, table: Callable[[], Rows], train: int, dev: int, human: float, **arguments: Any) -> Planted:
    """As `plant`, with a net that was chosen by `LOOKS` looks at one dev set; test is what is left.

    The dev pool is that very dev set, not drawn anew: the truth of the gap is by how much this set flatters this net.
    """
    rng = np.random.default_rng([seed, 11])
    every = table()
    order = rng.permutation(len(every))
    rows = {"train": every.at(order[:train]), "dev": every.at(order[train : train + dev]), "test": every.at(order[train + dev :])}
    run = fit(split(**{role: (r.x, r.labels) for role, r in rows.items()}), seed=seed, **arguments)
    weight, bias, hidden = _last_layer(run, rows)
    of_dev = _wrong(hidden["dev"], rows["dev"], run)
    weight = _climb(weight, lambda w: of_dev(w, bias), rng)
    errors = {role: _wrong(hidden[role], r, run) for role, r in rows.items()}
    pools = {role: Pool(wrong(weight, bias), drawn=role != "dev") for role, wrong in errors.items()}
    return Planted(pools, human)


def _last_layer(run: Run, rows: dict[str, Rows]) -> tuple[Floats, Floats, dict[str, Floats]]:
    """Its weights (C, h), biases (C,), and what goes into it by role (n, h)."""
    assert run.net is not None
    layer = [module for module in run.net.modules() if isinstance(module, nn.Linear)][-1]
    seen: list[Floats] = []
    hook = layer.register_forward_hook(lambda module, inputs, outputs: seen.append(inputs[0].detach().double().numpy()))
    hidden = {}
    for role, r in rows.items():
        seen.clear()
        run.predict(r.x)
        hidden[role] = np.concatenate(seen)
    hook.remove()
    return layer.weight.detach().double().numpy(), layer.bias.detach().double().numpy(), hidden


def _wrong(hidden: Floats, rows: Rows, run: Run) -> Callable[[Floats, Floats], Floats]:
    """A function of the last layer: 0 or 1 for each example."""
    codes = {str(name): code for code, name in enumerate(run.target.classes)}
    truth = np.array([codes[str(label)] for label in rows.labels])
    return lambda weight, bias: ((hidden @ weight.T + bias).argmax(1) != truth).astype(np.float64)


def _climb(weight: Floats, errors: Callable[[Floats], Floats], rng: np.random.Generator) -> Floats:
    """Change the weights of one output at a time; keep what does no worse."""
    step, best = STEP * weight.std(), errors(weight).mean()
    for _ in range(LOOKS):
        tried = weight.copy()
        row = rng.integers(len(weight))
        tried[row] += rng.normal(0, step, weight.shape[1]) * (rng.random(weight.shape[1]) < CHANGED)
        found = errors(tried).mean()
        if found <= best:
            best, weight = found, tried
    return weight
