"""`check_gradient`: a gradient against the slopes of its J."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fathom.checks.gradient.examine import Culprit, examine, shape_fault
from fathom.checks.gradient.frozen import Frozen
from fathom.checks.gradient.judge import Judgement, judge
from fathom.checks.gradient.numerical import Numerical
from fathom.checks.gradient.penalty import Penalty, read_penalty
from fathom.checks.gradient.point import Point, norm
from fathom.checks.gradient.problem import Array, Call, Problem, Values
from fathom.checks.gradient.theta import read_problem
from fathom.checks.gradient.together import cleared_together
from fathom.checks.gradient.training import after_training
from fathom.checks.gradient.whole import judge_elements
from fathom.core.expectations import number, refuse, whole
from fathom.core.records.finding import Finding
from fathom.core.records.gradient_check import GradientCheck
from fathom.core.records.tensor_gradient import TensorGradient
from fathom.report.progress import progress_bar

REPEATS = 1e-9
"""Relative difference of two evaluations at the same theta that is rounding (sums in another order), not randomness."""
ALL_ELEMENTS = 3_000
"""Elements of a kinked tensor that are looked at one by one where its gradient is given as numbers."""


@dataclass
class Checked:
    """What comes together on the way: judgements by point and name, and what was found wrong."""

    parts: list[TensorGradient] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    sums: list[tuple[float, float, float, float]] = field(default_factory=list)
    numerical: dict[str, Array] | None = None
    stopped: bool = False


@dataclass(frozen=True)
class Request:
    """How to check: the arguments of `check_gradient` that hold at every theta."""

    every: bool
    eps: float | None
    two_sided: bool
    directions: int
    seed: int
    penalty: Penalty


def check_gradient(
    cost: Call,
    theta: Any,
    gradient: Any = None,
    *,
    every: bool = False,
    eps: float | None = None,
    two_sided: bool = True,
    directions: int = 1,
    also_after: int = 0,
    penalty: Call | None = None,
    l2: float | None = None,
    m: int | None = None,
    seed: int = 0,
) -> GradientCheck:
    """Check a gradient against two-sided differences of J, and name the parameter that is wrong, and how.

    Each parameter is moved along a Gaussian direction v of its own, by a step t that follows from the parameter's scale
    and the noise of J (C2W1-52), and the slope of J is compared with what the gradient says:

        (J(theta + t v) - J(theta - t v)) / 2t    with    <gradient, v>

    Two evaluations for each parameter at most, whatever its size, and for many at once where they agree; only where they do not are
    other steps, other directions and single elements looked at. A parameter is a culprit where the disagreement is over ten times
    what noise, curvature and rounding of the gradient can make of a right one. The ratio and its bands are the course's (C2W1-54, 55).

    Args:
        cost: theta -> J, of shape (), (1,) or (1, 1). It takes the mapping (or the array) that theta is; where theta is a
            module it may take nothing and call the module. Dropout and other randomness is held to one pattern.
        theta: mapping name -> array (NumPy or torch), one array, or a torch.nn.Module, which is left as it was; or a
            sequence of mappings, each checked.
        gradient: what is checked: a callable of theta, or a mapping (keys `dW1`, `grad_W1` or `W1`; others are ignored and
            counted). None checks autograd's, and with it every autograd.Function on the way.
        every: check each element, many at a time where the cost allows it, not one direction for each parameter.
        eps: the step of each element (the course has 1e-7); by default it follows from the scale of theta and J.
        two_sided: False takes one-sided differences (C2W1-51), with `every`.
        directions: Gaussian directions for each parameter; more of them see smaller faults.
        also_after: check again after so many steps of gradient descent (C2W1-60).
        penalty: theta -> the penalty's part of J, so that its part of the gradient is told apart.
        l2, m: the course's lambda and the number of examples, for a penalty lambda/(2m) sum W^2 in J; m alone lets a missing
            1/m be named.
        seed: of the directions.

    Returns:
        A record: ratio, band, floor, by_parameter, culprits, verdict, findings; print it.

    Raises:
        UnusableInput: J is not one finite number, differs from call to call, or the gradient lacks a parameter.

    Example:
        >>> X, Y = np.array([[1.0, 2.0, 3.0]]), np.array([[2.0, 3.0, 5.0]])
        >>> cost = lambda p: np.mean((p["w"] @ X + p["b"] - Y) ** 2)
        >>> def gradient(p):
        ...     d = 2 / 3 * (p["w"] @ X + p["b"] - Y)
        ...     return {"dw": d @ X.T, "db": 3 * d.sum(axis=1, keepdims=True)}
        >>> g = check_gradient(cost, {"w": np.array([[0.1]]), "b": np.zeros((1, 1))}, gradient, m=3)
        >>> g.verdict, g.culprits
        ('bug', ['b'])
        >>> print(g.findings[0].what)
        db is 3.00 times the slope of J (it is one number, which any factor explains): 1/m is missing, m = 3.
    """
    thetas = list(theta) if isinstance(theta, list | tuple) and theta and isinstance(theta[0], Mapping) else [theta]
    problem = read_problem(cost, thetas[0], gradient)
    request = Request(
        every=bool(every),
        eps=None if eps is None else number("eps", eps, low=0.0, low_open=True),
        two_sided=bool(two_sided) or not every,
        directions=whole("directions", directions, low=1),
        seed=whole("seed", seed),
        penalty=read_penalty(l2, m, penalty, problem.kind, getattr(problem, "bare", False)),
    )
    also_after = whole("also_after", also_after)
    checked = Checked()
    with ExitStack() as stack:
        before = stack.enter_context(_random_state_kept(cost, gradient))
        stack.enter_context(problem.lent())
        stack.enter_context(np.errstate(all="ignore"))  # log(0) in a cost some way off is looked at as what it gives
        freeze(problem, before)
        for label, values in _places(problem, thetas, also_after):
            point = Point(problem, values, seed=request.seed, label=label, eps=request.eps)
            if not checked.parts:
                first = point
            _check(point, request, checked)
            if checked.stopped:
                break
    return _record(problem, first, request, checked)


@contextmanager
def _random_state_kept(*callables: Any) -> Iterator[Frozen]:
    """Every generator that a cost can reach goes on, afterwards, from where it was."""
    before = Frozen(list(callables))
    try:
        yield before
    finally:
        before.restore()


def freeze(problem: Problem, before: Frozen) -> None:
    """Hold random states to one pattern where J is random.

    Raises:
        UnusableInput: J differs from call to call for another reason.
    """
    one, two = problem.J(problem.start), problem.repeated()
    if one == two and before.unchanged():
        problem.known = one
        return
    problem.frozen = Frozen([problem.cost, problem.gradient, getattr(problem, "net", None)])
    three, four = problem.J(problem.start), problem.J(problem.start)
    if not (abs(three - four) <= REPEATS * abs(three) or three != three):
        raise refuse(
            "the cost",
            expected="the same J at the same theta",
            got=f"{three:.9g} and then {four:.9g}, with the random states of Python, NumPy and torch held",
            fix="use the same batch and the same dropout mask at every call, or switch dropout off",
        )
    if abs(one - two) > REPEATS * abs(one):
        problem.notes.append("J is random (dropout, or noise); it was held to one pattern.")


def _places(problem: Problem, thetas: Sequence[Any], also_after: int) -> Iterator[tuple[str, Values]]:
    several = len(thetas) > 1 or also_after > 0
    yield "theta 1" if len(thetas) > 1 else ("at the start" if several else ""), problem.start
    for place, theta in enumerate(thetas[1:], start=2):
        yield f"theta {place}", read_problem(problem.cost, theta, problem.gradient).start
    if also_after:
        yield f"after {also_after} steps", after_training(problem, problem.start, also_after)


def _check(point: Point, request: Request, checked: Checked) -> None:
    """All parameters at one theta."""
    shares = request.penalty.gradient(point.values)
    total = sum(value.size for value in point.values.values())
    with progress_bar(None if request.every else False) as bar:
        numerical = Numerical(
            point, two_sided=request.two_sided, progress=None if bar is None else lambda done: bar(done, total, "elements")
        ) if request.every else None  # fmt: skip
        if numerical is not None:
            checked.numerical = {}
        known: dict[str, Judgement] = {}
        for place, name in enumerate(point.values):
            try:
                if place == 0 and numerical is None:
                    known = cleared_together(point, request.directions)
                judgement = known.get(name) or _judged(point, name, request, numerical)
                culprit = _culprit(point, name, judgement, request.penalty)
            except KeyboardInterrupt:
                checked.stopped = True
                return
            _keep(point, name, culprit.judgement if culprit else judgement, culprit, shares, checked)
            if numerical is not None and numerical.stopped:
                checked.stopped = True
                return


def _judged(point: Point, name: str, request: Request, numerical: Numerical | None) -> Judgement:
    if point.values[name].size == 0:
        return Judgement(0.0, 0.0, "not checked")
    if numerical is not None:
        return judge_elements(point, name, numerical.of(name))
    judgement = judge(point, name, request.directions)
    if judgement.state == "kink" and not point.problem.moves and point.values[name].size <= ALL_ELEMENTS:
        return judge_elements(point, name, Numerical(point).of(name))
    return judgement


def _culprit(point: Point, name: str, judgement: Judgement, penalty: Penalty) -> Culprit | None:
    point = judgement.beside or point
    if name in point.given.shapes:
        return shape_fault(point, name, judgement, penalty)
    return examine(point, name, judgement, penalty) if judgement.state in ("wrong", "not finite") else None


def _keep(point: Point, name: str, judgement: Judgement, culprit: Culprit | None, shares: Values, checked: Checked) -> None:
    g = point.given.arrays[name]
    size, off = point.norm(name), judgement.off
    if np.isfinite(size) and judgement.state != "not checked":
        other = norm(judgement.numerical[np.isfinite(judgement.numerical)]) if judgement.numerical is not None else _other(size, judgement)
        checked.sums.append((off, other, size, judgement.floor * (size + other)))
    checked.parts.append(
        TensorGradient(
            name=name,
            label=point.given.labels[name],
            shape=tuple(int(n) for n in g.shape),
            point=point.label,
            ratio=judgement.ratio,
            floor=judgement.floor,
            state=judgement.state,
            kind=culprit.saying.kind if culprit else "",
            what=_sentence(culprit.saying.what) if culprit else "",
            checked=judgement.checked,
            kinks=judgement.kinks,
            beside=judgement.beside is not None,
            penalty=None if name not in shares or not size or not np.any(shares[name]) else norm(shares[name]) / size,
        )
    )
    if checked.numerical is not None and judgement.numerical is not None:
        checked.numerical[name] = judgement.numerical
    if culprit is not None and not any(f.where == name and f.what == _sentence(culprit.saying.what) for f in checked.findings):
        checked.findings.append(_finding(name, culprit))


def _other(size: float, judgement: Judgement) -> float:
    """Norm of the measured gradient, from the ratio."""
    return max(judgement.off / judgement.ratio - size, 0.0) if judgement.ratio > 0.0 else size


def _finding(name: str, culprit: Culprit) -> Finding:
    saying = culprit.saying
    return Finding(
        id=f"gradient.parameter.{saying.kind.replace(' ', '_')}",
        severity="error",
        what=_sentence(saying.what),
        where=name,
        evidence=culprit.evidence,
        cause=f"{saying.cause}." if saying.cause else "",
        fix=f"{saying.fix}." if saying.fix else "",
    )


def _sentence(what: str) -> str:
    """A sentence that begins with an article begins with a capital; `dW2` stays as it is."""
    return f"The{what[3:]}" if what.startswith("the ") else what


def _record(problem: Problem, first: Point, request: Request, checked: Checked) -> GradientCheck:
    off, measured, claimed, noise = (float(np.sqrt(sum(one[i] ** 2 for one in checked.sums))) for i in range(4))
    whole = measured + claimed
    return GradientCheck(
        parts=tuple(checked.parts),
        ratio=min(off / whole, 1.0) if whole > 0.0 else 0.0,
        floor=noise / whole if whole > 0.0 else 0.0,
        findings=tuple(checked.findings),
        J=first.J,
        noise=first.noise,
        directions=0 if request.every else request.directions,
        eps=request.eps,
        numerical=checked.numerical,
        ignored=first.given.ignored,
        evaluations=problem.evaluations,
        notes=(*problem.notes, *request.penalty.notes, *_remarks(first, checked)),
        stopped=checked.stopped,
    )


def _remarks(first: Point, checked: Checked) -> Iterator[str]:
    """What the reader should know beside the table."""
    kinks = sum(part.kinks for part in checked.parts)
    if kinks:
        yield f"{kinks} {'place was a kink' if kinks == 1 else 'places were kinks'} of J (ReLU, max, abs) and set aside."
    if first.J and first.noise > 1e-10 * abs(first.J):
        single = float(np.float32(first.J)) == first.J
        why = "it is computed in float32 inside" if single else "large numbers cancel in it, or an intermediate result is coarse"
        yield f"J is only good to {first.noise / abs(first.J):.0e} of itself: {why}."
    wrong = [part.name for part in checked.parts if part.wrong and part.point == first.label]
    names = list(first.values)
    if 1 < len(wrong) < len(names) and wrong == names[: len(wrong)]:
        yield f"Every parameter up to '{wrong[-1]}' is wrong and none after it: the error comes in on the way back between the two."
    if checked.stopped:
        yield f"Stopped by Ctrl-C: {len(checked.parts)} of {len(names)} parameters were looked at."
