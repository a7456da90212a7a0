"""From errors by role to a diagnosis."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fathom.core.expectations import number, refuse, whole
from fathom.core.records.balance import Balance
from fathom.core.records.circumstances import Circumstances
from fathom.core.records.dev_looks import DevLooks
from fathom.core.records.diagnosis import VERDICTS, Diagnosis
from fathom.core.records.estimate import Estimate
from fathom.core.records.finding import Finding
from fathom.core.records.findings import Findings
from fathom.core.records.floor import Floor
from fathom.core.records.gap import Gap
from fathom.core.records.ladder import Ladder
from fathom.core.records.learning_curve import LearningCurve
from fathom.core.records.reference import Reference, best_of
from fathom.core.records.rung import Rung
from fathom.core.records.step import Step
from fathom.core.roles import role_of
from fathom.diagnosis.advice import MOST_STEPS, proposed_folds, steps_of
from fathom.diagnosis.classes import Rare, Truth, balanced_roles, rare_in, truth_by_role
from fathom.diagnosis.findings import absent_classes, behind, fewest, heavy_tail, too_small
from fathom.diagnosis.floor import for_the_best, given_floor, held_against, known_floor, read_references
from fathom.diagnosis.focus import focus_of
from fathom.diagnosis.gaps import BEST, factors_of, gaps_of, more_examples_decide, tolerance_of
from fathom.diagnosis.general import with_general
from fathom.diagnosis.headline import headline, said_of
from fathom.diagnosis.learned import NOTHING, ONLY_SQUARES, Squares, checks, fitting_loss, learned
from fathom.diagnosis.looked_at import with_looks
from fathom.diagnosis.planning import decided_by
from fathom.diagnosis.pricing import priced
from fathom.diagnosis.sayings import Scene, says
from fathom.diagnosis.set_sizes import tells_apart, test_will_give
from fathom.diagnosis.sources import Measured, by_role
from fathom.diagnosis.statements import inferred, measured, of_folds


def diagnose(
    source: Any,
    *,
    human: Any = None,
    floor: Any = None,
    bayes: Any = None,
    goal: float | None = None,
    tolerance: float | None = None,
    references: Mapping[str, Any] | None = None,
    circumstances: Circumstances | None = None,
    curve: LearningCurve | None = None,
    unit: str = "",
    scale: float | None = None,
    sealed: Mapping[str, int] | None = None,
    truth: Mapping[str, Any] | None = None,
    looks: DevLooks | None = None,
    sources: Mapping[str, Any] | None = None,
    dev_human: float | None = None,
    dev_trained: float | None = None,
    fold: Any = None,
    seed: int = 0,
) -> Diagnosis:
    """The ladder of errors, its gaps with their verdicts, and what to do next.

    avoidable bias = train - floor, variance = train_dev - train (dev - train without train_dev), data mismatch = dev - train_dev,
    overfitting to dev = test - dev. Gaps exist where both rungs do. Where a class is rare (under 20% of the examples, and under half of
    its equal share where there are more than two) all of it is in the balanced error, (1/C) sum of the classes' errors, and the plain
    error stands beside. A net that is not better than answering the commonest class (the median) is said to have learned nothing first.

    Args:
        source: a run, a measured net, or a mapping of role -> a rate from 0 to 1, a tuple of two whole numbers (wrong, n), a sequence with
            an error for each example, or `Errors`. 'val', 'validation', 'eval', 'holdout' are read as dev.
        human: the error that nobody can go below: a rate, or the rates of several people, of which the best counts.
            `floor` and `bayes` mean the same.
            With rare classes it is a balanced error, and so are `goal`, `tolerance` and references that are bare rates.
        goal: the dev error that is wanted.
        tolerance: the gap from which on it matters; half of goal minus floor where both are given, else 0.02.
        references: dev errors of plain methods on the same split by name; without `human` the best of them and the net bounds the floor
            from above.
        circumstances: how the net was trained, which makes the advice specific.
        curve: a learning curve against rows of train; the step 'more data' then says what twice as many would bring.
        unit, scale: for a regression, whose errors are shares of the baseline's: the target's unit ("mmHg") and how much of
            it an error of 1 is.
        sealed: rows of roles that exist and are not looked at.
        truth: role -> the class of each example in any labels, or its number where `scale` is given. A run and a predictions file
            bring theirs; {} keeps to the plain error.
        looks: how often dev was looked at already; a saved run knows.
        sources: role -> where each example comes from (the web, the app), which gives the general table. A run that was split by source and
            a predictions file with a column source bring theirs.
        dev_human, dev_trained: two more cells of that table: the error of people on data like dev, and the net's on such examples
            that it was trained on.
        fold: of each dev example, which of several nets judged it, where each held out a part of all examples: the interval then
            knows how far nets lie apart that were trained again.
        seed: of the bootstrap.

    Returns:
        A `Diagnosis`; print it.

    Raises:
        UnusableInput: an unknown role, two spellings of one, a value that is no error, or no gap to be made from what is there.

    Source:
        C2W1-09..11, C3W1-19..22, C3W2-10, C3W2-11.

    Example:
        >>> d = diagnose({"train": 0.01, "dev": 0.11}, human=0.0)
        >>> d.headline
        'dev 11.0% = 0.0 human + 1.0 bias + 10.0 variance. Work on variance.'
        >>> d.verdicts, d.focus
        (('high variance',), 'variance')
    """
    if callable(getattr(source, "diagnose", None)):
        return _of_run(source, {k: v for k, v in locals().items() if k != "source"})
    bounded = scale is None
    counted = by_role(source, bounded=bounded, seed=seed)
    known_truth = truth_by_role(truth, counted)
    rare = rare_in(known_truth) if bounded else None
    roles = counted if rare is None else balanced_roles(counted, known_truth, rare, seed)
    roles = _of_folds(roles, fold)
    compared = read_references(references, roles.get("dev"), bounded=bounded, seed=seed)
    baseline = _baseline(roles, known_truth, scale, seed)
    best = held_against(compared, baseline)
    floor_known = known_floor(given_floor(human, floor, bayes, bounded=bounded), compared, best, roles.get("dev"))
    found = _diagnosis(
        roles,
        _ladder(roles, floor_known, unit, scale, sealed),
        Given(
            floor=floor_known,
            tolerance=_tolerance(tolerance, goal, floor_known),
            goal=goal,
            references=compared,
            circumstances=circumstances,
            curve=curve,
            rare=rare,
            balance=None if rare is None else Balance(rare=rare.shares, role=rare.role, plain=_plain(counted)),
            baseline=baseline,
            squares=_squares(roles, known_truth, scale, seed),
            best=best,
        ),
    )
    return with_general(with_looks(found, looks), counted, sources=sources, dev_human=dev_human, dev_trained=dev_trained, seed=seed)


def _of_folds(roles: dict[str, Measured], fold: Any) -> dict[str, Measured]:
    """The roles, dev with an interval that knows of the spread over retraining, the others by their examples."""
    dev = roles.get("dev")
    if fold is None or dev is None or dev.errors is None:
        return roles
    from fathom.diagnosis.retraining import spread_over_retraining, widened

    of_dev = dataclasses.replace(dev, estimate=widened(dev.estimate, spread_over_retraining(dev.errors, fold)))
    return {role: of_dev if role == "dev" else _of_several(m, len(dev.errors)) for role, m in roles.items()}


def _of_several(m: Measured, examples: int) -> Measured:
    """Errors of several nets on the same examples: n counts the examples."""
    if m.estimate.n is None or m.errors is None or m.errors.group is None or m.estimate.n <= examples:
        return m
    return dataclasses.replace(m, estimate=dataclasses.replace(m.estimate, n=examples))


@dataclass(frozen=True)
class Given:
    """What is known beside the errors of the roles."""

    floor: Floor
    tolerance: float
    goal: float | None
    references: Mapping[str, Reference]
    circumstances: Circumstances | None
    curve: LearningCurve | None
    rare: Rare | None
    balance: Balance | None
    baseline: Mapping[str, Reference]
    squares: Squares
    best: Reference | None


def _plain(counted: Mapping[str, Measured]) -> Ladder:
    return Ladder(rungs=tuple(Rung(name=role, estimate=m.estimate) for role, m in counted.items()))


def _baseline(roles: Mapping[str, Measured], truth: Truth, scale: float | None, seed: int) -> dict[str, Reference]:
    if not truth and scale is None:
        return {}  # so that bare rates load no NumPy
    from fathom.diagnosis.baseline import against_baseline

    return against_baseline(roles, truth, scale, seed)


def _squares(roles: Mapping[str, Measured], truth: Truth, scale: float | None, seed: int) -> Squares:
    if not truth or scale is None:
        return Squares()
    from fathom.diagnosis.baseline import against_mean

    return against_mean(roles, truth, scale, seed)


DEFAULTS: dict[str, Any] = {"unit": "", "seed": 0}


def _of_run(run: Any, arguments: Mapping[str, Any]) -> Diagnosis:
    """A run, or a net that was measured, knows its roles, unit and truth; only what was given is passed on."""
    found: Diagnosis = run.diagnose(**{k: v for k, v in arguments.items() if v is not None and v != DEFAULTS.get(k)})
    return found


def _tolerance(given: float | None, goal: float | None, floor: Floor) -> float:
    if given is not None:
        number("tolerance", given, low=0, low_open=True)
    if goal is not None:
        number("goal", goal, low=0)
        if floor.known == "given" and round(goal - floor.value, 9) <= 0:
            raise refuse("`goal`", expected=f"more than the floor of {floor.value:g}", got=f"{goal:g}", fix="nobody goes below the floor")
    return tolerance_of(given, goal, floor)


def _ladder(roles: Mapping[str, Measured], floor: Floor, unit: str, scale: float | None, sealed: Mapping[str, int] | None) -> Ladder:
    if "train" not in roles and not ("dev" in roles and ("train_dev" in roles or "test" in roles)):
        raise refuse("roles", expected="train and dev", got=", ".join(roles) or "none", fix="give the train error too: no gap without it")
    rungs = [Rung(name=role, estimate=m.estimate) for role, m in roles.items()]
    if "train" in roles:
        rungs.insert(0, _floor_rung(floor))
    closed = {role_of(role): whole(f"sealed {role}", n) for role, n in (sealed or {}).items()}
    return Ladder(rungs=tuple(rungs), sealed={r: n for r, n in closed.items() if r not in roles}, unit=unit, scale=scale)


def _floor_rung(floor: Floor) -> Rung:
    if floor.known == "given":
        return Rung(name="human", estimate=Estimate(value=floor.value), note=floor.source or "given")
    note = "assumed" if floor.known == "assumed" else f"at most: {floor.source}"
    return Rung(name="floor", estimate=Estimate(value=floor.value), note=note)


def _diagnosis(roles: Mapping[str, Measured], ladder: Ladder, given: Given) -> Diagnosis:
    rungs = {role: m.estimate for role, m in roles.items()}
    if given.best is not None:
        rungs[BEST] = for_the_best(given.best.estimate, len(given.references))
    floor, tolerance, nothing = given.floor, given.tolerance, learned(given.baseline, given.references, given.squares)
    gaps = _judged(gaps_of(rungs, floor, tolerance), nothing)
    plans = {name: decided_by(gap, rungs, tolerance) for name, gap in gaps.items() if more_examples_decide(gap, floor)}
    scene = Scene(ladder, rungs, floor, tolerance, plans, nothing, "error" if given.balance is None else "balanced error")
    gaps = {name: dataclasses.replace(gap, says=says(gap, scene)) for name, gap in gaps.items()}
    focus = focus_of(gaps, factors_of(rungs, floor), rungs)
    findings = _findings(roles, gaps, scene, given)
    return Diagnosis(
        headline=headline(ladder, gaps, floor, focus, said_of(given.references, given.baseline, ladder), findings, unit=_unit(given)),
        ladder=ladder,
        gaps=gaps,
        verdicts=tuple(VERDICTS[name] for name, gap in gaps.items() if gap.verdict == "high"),
        focus=focus,
        floor=floor,
        tolerance=tolerance,
        goal=given.goal,
        steps=_steps(gaps, focus, scene, given),
        findings=Findings(findings),
        references=dict(given.references),
        balance=given.balance,
        baseline=dict(given.baseline),
        measured=tuple(measured(scene, given.goal)),
        inferred=(*of_folds(given.circumstances), *inferred(ladder, floor, tolerance)),
    )


def _unit(given: Given) -> str:
    return "" if given.balance is None else " balanced error"


def _judged(gaps: dict[str, Gap], nothing: Finding | None) -> dict[str, Gap]:
    """The gaps; of a net that has learned nothing no bias is called low, whatever floor was given."""
    bias = gaps.get("avoidable_bias")
    if nothing is None or nothing.id != NOTHING or bias is None or bias.verdict != "low":
        return gaps
    return {**gaps, bias.name: dataclasses.replace(bias, verdict="unclear")}


def _steps(gaps: dict[str, Gap], focus: str | None, scene: Scene, given: Given) -> tuple[Step, ...]:
    if scene.nothing is not None and scene.nothing.id == NOTHING:
        return tuple(checks(given.rare))
    steps = priced(steps_of(gaps, focus, scene, given.circumstances), given.curve)
    first = [fitting_loss()] if scene.nothing is not None and scene.nothing.id == ONLY_SQUARES and scene.nothing.fix else []
    return (*first, *steps)[: max(MOST_STEPS, len(steps))]


def _findings(roles: Mapping[str, Measured], gaps: Mapping[str, Gap], scene: Scene, given: Given) -> tuple[Finding, ...]:
    resampled = {role: m.errors for role, m in roles.items() if m.errors is not None and m.estimate.method != "mover"}
    found = [scene.nothing, *given.floor.findings, *absent_classes(roles)]
    if scene.nothing is None or scene.nothing.id != NOTHING:
        found.append(
            too_small(
                gaps, scene.rungs, scene.tolerance, scene.plans, fewest(roles.get("dev")), proposed_folds(given.circumstances, scene.rungs)
            )
        )
        found += [tells_apart(scene.rungs.get("dev")), test_will_give(scene.rungs.get("dev"), scene.ladder.sealed)]
    found += [behind(best_of(given.references, given.baseline)), heavy_tail(resampled)]
    return tuple(finding for finding in found if finding is not None)
