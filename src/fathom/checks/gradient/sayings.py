"""The sentences that name a fault of a gradient."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fathom.checks.gradient.explain import Explanation
from fathom.checks.gradient.locate import Place
from fathom.checks.gradient.penalty import Penalty

NEAR = 5e-3
"""Relative distance at which two factors are the same."""


@dataclass(frozen=True)
class Saying:
    """A fault in words.

    Attributes:
        kind: the case of the finding's id.
        what: the sentence.
        cause, fix: what may have led to it, and what to do; "" where that cannot be told.
    """

    kind: str
    what: str
    cause: str = ""
    fix: str = ""


def factor_text(factor: float) -> str:
    """A factor with three figures that mean something.

    Example:
        >>> factor_text(2.0), factor_text(1 / 3), factor_text(-0.001), factor_text(1234.5)
        ('2.00', '0.333', '-0.001', '1.23e+03')
    """
    size = abs(factor)
    return f"{factor:.2f}" if 1.0 <= size < 100.0 else f"{factor:.3g}"


def say(found: Explanation | None, place: Place, label: str, name: str, penalty: Penalty, elements: int, ratio: float) -> Saying:
    """The sentence for an explanation and the place it holds for."""
    where = f" {place.words}" if place.words else ""
    if found is None:
        by = f", by {2 * ratio:.1e} of its size" if ratio < 1e-2 else ""
        return Saying("elements", f"{label} is wrong{where or ' everywhere'}{by}.", "", f"look at how {label} is computed{where}")
    if found.kind in ("scaled", "sign"):
        return _factor(found.factor, label + where, penalty, elements)
    if found.kind == "scaled and penalty":
        first = _factor(found.factor, label + where, penalty, elements)
        return Saying("scaled", f"{first.what[:-1]}, and {_penalty(found.penalty, label, name, penalty).what}", first.cause, first.fix)
    if found.kind in ("penalty", "l1 penalty"):
        return _penalty(found.penalty, label + where, name, penalty, found)
    what, cause, fix = _WHOLE[found.kind]
    return Saying(found.kind, f"{label} {what}{where}.", cause, fix.format(label=label))


_WHOLE = {
    "zero": (
        "is zero",
        "the gradient is cut off, or was never written",
        "compute {label}; look for a detached branch or an array left at zeros",
    ),
    "transposed": ("is transposed", "the factors of the product are in the other order", "transpose {label}"),
    "flipped": ("is turned by 180 degrees", "convolution and correlation are mixed up", "flip the kernel in the backward pass"),
    "rolled": ("is shifted by one", "an index is off by one", "look at the indices with which {label} is filled"),
    "reversed": ("is in reverse order", "the rows or columns are counted from the other end", "reverse the order of {label}"),
    "permuted": ("has the right numbers in another order", "rows or columns are exchanged", "look at the order in which {label} is filled"),
    "summed": (
        "holds the sum over all elements in each of them",
        "the sum runs over both axes",
        "sum over the examples alone, keepdims=True",
    ),
}


def _factor(factor: float, label: str, penalty: Penalty, elements: int) -> Saying:
    if abs(factor + 1.0) < NEAR:
        return Saying("sign", f"{label} has the wrong sign.", "a difference is taken the wrong way round", f"negate {label}")
    one = " (it is one number, which any factor explains)" if elements == 1 else ""
    what = f"{label} is {factor_text(factor)} times the slope of J{one}."
    m = penalty.m
    if m is not None and m > 1 and math.isclose(factor, m, rel_tol=NEAR):
        return Saying(
            "scaled", f"{what[:-1]}: 1/m is missing, m = {m}.", "the sum over examples is not divided by m", f"divide {label} by m"
        )
    if m is not None and m > 1 and math.isclose(factor, 1 / m, rel_tol=NEAR):
        return Saying("scaled", f"{what[:-1]}: it is divided by m = {m} once too often.", "1/m comes twice", f"divide {label} by m once")
    return Saying("scaled", what, "a constant factor in the backward pass", f"divide {label} by {factor_text(factor)}")


def _penalty(kappa: float, label: str, name: str, penalty: Penalty, found: Explanation | None = None) -> Saying:
    column = found.evidence.get("column") if found is not None else "parameter"
    if column == "penalty":  # a column that is the penalty's gradient as it should be
        return _share_of(kappa, label, "the penalty's part")
    if found is not None and found.kind == "l1 penalty":
        sign = "lacks" if kappa > 0 else "has"
        return Saying(
            "penalty", f"{label}: the gradient {sign} {abs(kappa):.3g} sign({name})" + (", which J has not." if kappa < 0 else ".")
        )
    if penalty.rate:
        return _share_of(kappa / penalty.rate, label, f"(lambda/m) {name}")
    if kappa > 0.0:
        return Saying(
            "penalty",
            f"{label}: the gradient lacks (lambda/m) {name}, with lambda/m = {kappa:.3g}.",
            "J has the penalty, the backward pass has not",
            f"add (lambda/m) {name}",
        )
    return Saying(
        "penalty",
        f"{label}: the gradient has {-kappa:.3g} {name} too much, as of a penalty that J has not.",
        "the penalty's term is in the gradient and not in J, or it is there twice",
        f"add lambda/(2m) sum {name}^2 to J, or take the term out of the gradient",
    )


def _share_of(times: float, label: str, term: str) -> Saying:
    """`times` terms are missing."""
    if abs(times - 1.0) < NEAR:
        return Saying("penalty", f"{label}: the gradient lacks {term}.", "J has the penalty, the backward pass has not", f"add {term}")
    if abs(times + 1.0) < NEAR:
        return Saying(
            "penalty", f"{label}: the gradient has {term} too much: J lacks the penalty, or the term comes twice.", "", f"take {term} once"
        )
    return Saying(
        "penalty",
        f"{label}: {term} is in the gradient {factor_text(1.0 - times)} times.",
        "the penalty's factor is another in J",
        f"take {term} once",
    )


def shape_said(label: str, name: str, got: tuple[int, ...], wanted: tuple[int, ...]) -> Saying:
    """A gradient of another shape than its parameter's; a (n,) for a (n, 1) is the broadcasting trap."""
    start = f"{label} has shape {got}, {name} has {wanted}"
    if len(got) == len(wanted) and any(a > 1 == b for a, b in zip(got, wanted, strict=True)):
        return Saying(
            "shape", f"{start}: it is not summed over the examples.", "a sum is missing", f"sum {label} with axis=1, keepdims=True"
        )
    if _broadcast(got, wanted) not in (None, wanted):
        what = f"{start}: {name} - alpha {label} becomes {_broadcast(got, wanted)} by broadcasting."
        return Saying("shape", what, "a sum without keepdims=True", f"sum with axis=1, keepdims=True, or reshape {label} to {wanted}")
    if got == wanted[::-1]:
        return Saying("shape", f"{start}: it is transposed.", "the factors of the product are in the other order", f"transpose {label}")
    return Saying("shape", f"{start}.", "a sum over the wrong axis, or none", f"give {label} the shape {wanted}")


def _broadcast(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...] | None:
    import numpy as np

    try:
        return np.broadcast_shapes(one, other)
    except ValueError:
        return None
