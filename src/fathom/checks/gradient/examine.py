"""One wrong gradient: how it is wrong, and where."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fathom.checks.gradient.explain import Explanation, Observed, candidates, explain, permuted
from fathom.checks.gradient.judge import Judgement
from fathom.checks.gradient.locate import Mask, Place, by_bisection, noise_of_elements, of_mask
from fathom.checks.gradient.numerical import Numerical
from fathom.checks.gradient.penalty import Penalty
from fathom.checks.gradient.point import Point, norm
from fathom.checks.gradient.problem import Array
from fathom.checks.gradient.sayings import Saying, say, shape_said
from fathom.checks.gradient.slope import SIGMAS, slope
from fathom.checks.gradient.whole import judge_elements, wrong_elements

SMALL = 3_000
"""Elements of a tensor that are all measured once it is known to be wrong."""
SECONDS = 5.0
"""And the time that this may take."""
PROBES = 24
"""Directions from which a larger tensor's fault is read."""


@dataclass(frozen=True)
class Culprit:
    """A wrong gradient, explained."""

    judgement: Judgement
    saying: Saying
    place: Place
    explanation: Explanation | None = None

    @property
    def evidence(self) -> dict[str, Any]:
        """The numbers behind the sentence."""
        found: dict[str, Any] = {"ratio": self.judgement.ratio, "floor": self.judgement.floor}
        if self.explanation is not None:
            found |= {"explained": 1.0 - self.explanation.left}
            found |= {key: getattr(self.explanation, key) for key in ("factor", "penalty") if np.isfinite(getattr(self.explanation, key))}
        return found


def examine(point: Point, name: str, judgement: Judgement, penalty: Penalty) -> Culprit:
    """How and where one parameter's gradient is wrong; where it is of the wrong shape, that is said first."""
    label = point.given.labels[name]
    if judgement.state == "not finite":
        bad = ~np.isfinite(point.given.arrays[name])
        return Culprit(
            judgement,
            Saying("not_finite", f"{label} is NaN or infinite {of_mask(bad).words or 'everywhere'}.".replace("  ", " ")),
            Place(""),
        )
    if name in point.given.none:
        what = f"{label}: J depends on {name}, and autograd gives no gradient."
        return Culprit(judgement, Saying("zero", what, "a branch is detached", "look for detach(), .data, .item() or no_grad()"), Place(""))
    if judgement.numerical is None and _affordable(point, name):
        whole = judge_elements(point, name, Numerical(point).of(name), known_wrong=True)
        judgement = replace(whole, beside=judgement.beside, kinks=judgement.kinks)
    if judgement.numerical is not None and np.all(np.isfinite(judgement.numerical)):
        return _from_elements(point, name, judgement, penalty)
    return _from_directions(point, name, judgement, penalty)


def shape_fault(point: Point, name: str, judgement: Judgement, penalty: Penalty) -> Culprit:
    """A gradient whose shape is not its parameter's; of its numbers something is said where they are wrong too."""
    got, wanted = point.given.shapes[name], point.values[name].shape
    saying = shape_said(point.given.labels[name], name, got, wanted)
    if judgement.state == "wrong" and int(np.prod(got)) == point.values[name].size:
        saying = replace(saying, what=f"{saying.what} {examine(point, name, judgement, penalty).saying.what}")
    return Culprit(replace(judgement, state="wrong"), saying, Place(""))


def _affordable(point: Point, name: str) -> bool:
    size = point.values[name].size
    if size > SMALL:
        return False
    start = time.perf_counter()
    point.problem.J(point.values)
    return 2 * size * (time.perf_counter() - start) <= SECONDS


def _from_elements(point: Point, name: str, judgement: Judgement, penalty: Penalty) -> Culprit:
    """Every element is known: explain all of them, else those that are wrong."""
    true, g = judgement.numerical, point.given.arrays[name]
    assert true is not None
    label, noise = point.given.labels[name], noise_of_elements(point, name) / SIGMAS * np.sqrt(true.size)
    columns = _columns(point, name, penalty)
    found = explain(_observed(true, g, columns, None, noise))
    if found is None and true.size > 2 and norm(g - true.sum()) < 1e-6 * norm(g):
        found = Explanation("summed", left=0.0)
    if found is None and permuted(true, g, noise):
        found = Explanation("permuted", left=0.0)
    place = Place("")
    if found is None or found.kind == "zero":
        place = of_mask(wrong_elements(point, name, judgement))
        if found is None and place.mask is not None:
            found = explain(_observed(true, g, {k: c for k, c in columns.items() if k == "parameter"}, place.mask, noise))
    return Culprit(judgement, say(found, place, label, name, penalty, true.size, judgement.ratio), place, found)


def _columns(point: Point, name: str, penalty: Penalty) -> dict[str, Array]:
    """The candidates of one tensor by name."""
    found = {f"{kind} {number}": array for number, (kind, array) in enumerate(candidates(point.given.arrays[name], point.values[name]))}
    columns = {key.split()[0] if key.startswith(("parameter", "signs")) else key: array for key, array in found.items()}
    parts = penalty.gradient(point.values) if penalty.function is not None else {}
    return columns | ({"penalty": parts[name]} if name in parts and np.any(parts[name]) else {})


def _observed(true: Array, g: Array, columns: dict[str, Array], mask: Mask | None, noise: float) -> Observed:
    def some(array: Array) -> Array:
        return np.asarray(array.reshape(-1) if mask is None else array[mask])

    return Observed(b=some(true), claimed=some(g), columns={key: some(array) for key, array in columns.items()}, noise=noise)


def _from_directions(point: Point, name: str, judgement: Judgement, penalty: Penalty) -> Culprit:
    """A tensor too large for all its elements: explained from some directions, then located by halving."""
    columns = _columns(point, name, penalty)
    found = explain(_probed(point, name, columns, None))
    place = Place("")
    if found is None:
        place = by_bisection(point, name, judgement.off)
        if place.mask is not None:
            found = explain(_probed(point, name, {"parameter": columns["parameter"]}, place.mask))
    return Culprit(
        judgement, say(found, place, point.given.labels[name], name, penalty, point.values[name].size, judgement.ratio), place, found
    )


def _probed(point: Point, name: str, columns: dict[str, Array], mask: Mask | None) -> Observed:
    """Products of the true gradient and of the candidates with directions, within a mask."""
    step = point.step(name)
    b, claimed, products = [], [], []
    for number in range(PROBES):
        v = point.direction(name, 5000 + number)
        v = v if mask is None else v * mask
        one = slope(point, name, v, step)
        b.append(one.measured)
        claimed.append(one.claimed)
        products.append([float(np.vdot(column, v)) for column in columns.values()])
    table = np.array(products).reshape(PROBES, len(columns))
    return Observed(
        b=np.array(b),
        claimed=np.array(claimed),
        columns={key: table[:, place] for place, key in enumerate(columns)},
        noise=SIGMAS * point.noise / step * np.sqrt(PROBES),
    )
