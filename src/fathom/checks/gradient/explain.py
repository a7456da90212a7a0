"""What kind of error a wrong gradient has: the explanation that leaves least of the disagreement."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fathom.checks.gradient.problem import Array

LEFT = 1e-3
"""Share of the disagreement that an explanation may leave over, where noise does not leave more."""

SAME = 5e-4
"""A factor so near 1 explains nothing."""


@dataclass(frozen=True)
class Observed:
    """What is known of the true gradient G of one tensor: products with directions, b_k = <G, v_k>.

    Where every element was measured the directions are the elements, and b is G itself.

    Attributes:
        b: (k,) measured.
        claimed: (k,) the same products of the gradient that is checked.
        columns: (k,) products of other arrays, by the name of what they would explain.
        noise: norm of the error of b.
    """

    b: Array
    claimed: Array
    columns: Mapping[str, Array]
    noise: float = 0.0


@dataclass(frozen=True)
class Explanation:
    """A kind of error.

    Attributes:
        kind: "scaled", "sign", "zero", "penalty", "transposed", "flipped", "rolled", "permuted", "summed", "elements", ...
        factor: the gradient is this many times what it should be; nan where that is not what is wrong.
        penalty: coefficient of the parameter that is missing.
        left: share of the disagreement that is not explained.
        evidence: the same as numbers by name.
    """

    kind: str
    factor: float = math.nan
    penalty: float = math.nan
    left: float = 1.0
    evidence: Mapping[str, Any] = field(default_factory=dict)


def candidates(g: Array, theta: Array) -> Iterator[tuple[str, Array]]:
    """What the true gradient might be, made from the wrong one."""
    if g.ndim == 2 and min(g.shape) > 1:
        yield "transposed", np.ascontiguousarray(g.reshape(g.shape[::-1]).T)
        yield "transposed", np.ascontiguousarray(g.T).reshape(g.shape)
    if g.ndim >= 3:
        yield "flipped", np.flip(g, axis=tuple(range(2, g.ndim)))
    if g.ndim >= 3 and g.shape[0] == g.shape[1]:
        yield "transposed", np.swapaxes(g, 0, 1)
    for axis in range(min(g.ndim, 2)):
        if g.shape[axis] > 2:
            yield "rolled", np.roll(g, 1, axis)
            yield "rolled", np.roll(g, -1, axis)
            yield "reversed", np.flip(g, axis)
    yield "parameter", theta
    yield "signs", np.sign(theta)


def explain(seen: Observed) -> Explanation | None:
    """The simplest explanation of a disagreement that leaves next to nothing of it, or None.

    Example:
        >>> G = np.array([1.0, 2.0, 4.0])
        >>> explain(Observed(b=G, claimed=2 * G, columns={})).factor
        2.0
    """
    off = float(np.linalg.norm(seen.b - seen.claimed))
    if off == 0.0:
        return None
    allowed = max(LEFT, 3.0 * seen.noise / off)
    if not np.any(seen.claimed):
        return Explanation("zero", factor=0.0, left=0.0)
    found = [_scaled(seen, off), *_exact(seen, off), *_lacking(seen, off), *_both(seen, off)]
    return next((one for one in found if one.left <= allowed), None)


def _scaled(seen: Observed, off: float) -> Explanation:
    beta, left = _fit(seen.b, seen.claimed)
    factor = 1.0 / beta if beta else math.inf
    if abs(factor - 1.0) < SAME:
        return Explanation("scaled", factor=factor)
    return Explanation("sign" if abs(factor + 1.0) < 5e-3 else "scaled", factor=factor, left=left / off)


def _exact(seen: Observed, off: float) -> Iterator[Explanation]:
    """The true gradient is one of the candidates as it stands."""
    if len(seen.b) < 3:
        return
    for name, column in seen.columns.items():
        kind = name.split()[0]
        if kind not in ("parameter", "signs"):
            yield Explanation(kind, left=float(np.linalg.norm(seen.b - column)) / off)


def _lacking(seen: Observed, off: float) -> Iterator[Explanation]:
    """The true gradient is the claimed one plus a multiple of the parameter, or of its signs."""
    if len(seen.b) < 2:
        return
    for name, kind in (("parameter", "penalty"), ("penalty", "penalty"), ("signs", "l1 penalty")):
        if name in seen.columns:
            kappa, left = _fit(seen.b - seen.claimed, seen.columns[name])
            yield Explanation(kind, penalty=kappa, left=left / off, evidence={"column": name})


def _both(seen: Observed, off: float) -> Iterator[Explanation]:
    """A factor and a missing penalty at once."""
    if len(seen.b) < 5 or "parameter" not in seen.columns:
        return
    (beta, kappa), *_ = np.linalg.lstsq(np.stack([seen.claimed, seen.columns["parameter"]], axis=1), seen.b, rcond=None)
    left = float(np.linalg.norm(seen.b - beta * seen.claimed - kappa * seen.columns["parameter"]))
    if beta:
        yield Explanation("scaled and penalty", factor=1.0 / float(beta), penalty=float(kappa), left=left / off)


def _fit(b: Array, column: Array) -> tuple[float, float]:
    """The multiple of a column that is nearest to b, and what it leaves."""
    size = float(column @ column)
    times = float(b @ column) / size if size > 0.0 else 0.0
    return times, float(np.linalg.norm(b - times * column))


def permuted(true: Array, g: Array, noise: float) -> str:
    """Say "rows" or "columns" where the wrong gradient has the right ones in another order, else "".

    Example:
        >>> permuted(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[3.0, 4.0], [1.0, 2.0]]), 1e-9)
        'rows'
    """
    if g.ndim != 2 or max(g.shape) > 2000:
        return ""
    for word, left, right in (("rows", true, g), ("columns", true.T, g.T)):
        if len(left) < 2 or right.shape[1] < 2:
            continue
        apart = np.sqrt(np.maximum((left**2).sum(1)[:, None] + (right**2).sum(1)[None] - 2 * left @ right.T, 0.0))
        nearest = apart.argmin(axis=1)
        tolerance = max(noise, LEFT * float(np.linalg.norm(left - right)))
        if len(set(nearest.tolist())) == len(left) and float(np.linalg.norm(left - right[nearest])) <= tolerance:
            return word
    return ""
