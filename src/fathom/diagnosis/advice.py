"""Advice: the next steps for the gap in focus, in the course's order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

from fathom.core.picture_nets import PICTURE_NETS, RESIDUAL
from fathom.core.records.circumstances import Circumstances
from fathom.core.records.estimate import Estimate
from fathom.core.records.gap import Gap
from fathom.core.records.step import Step
from fathom.core.text_nets import AVERAGED, TEXT_NETS
from fathom.diagnosis.gaps import more_examples_decide
from fathom.diagnosis.sayings import Scene

FIRST_HIDDEN = "64,32"
OTHER_PICTURE_NETS = "--net lenet5, resnet20, or resnet with --depth"
OTHER_TEXT_NETS = "--net gru or lstm, --bidirectional, or words' vectors trained elsewhere: --vectors FILE"
AUGMENTED = "augmentation"
MOST_STEPS = 4
"""On the screen at a glance; one of them is what would decide, where something is unclear."""


def steps_of(gaps: dict[str, Gap], focus: str | None, scene: Scene, facts: Circumstances | None) -> tuple[Step, ...]:
    """The steps for the gap in focus, then what would decide a gap that is unclear; where the focus itself is unclear that comes first.

    Never more data for bias (C2W1-15); each step is for one gap alone (C3W1-02).

    Source:
        C2W1-13, C2W1-14, C2W1-34, C3W1-03, C3W1-25, C3W2-12.
    """
    folds = proposed_folds(facts, scene.rungs)
    deciding = [_deciding(gap, scene, folds) for gap in gaps.values() if gap.verdict == "unclear" and _decidable(gap, scene)]
    cure = list(CURES[focus](facts or Circumstances()))[: MOST_STEPS - len(deciding[:1])] if focus in CURES else []
    first = [step for step in deciding if step.gap == focus]
    return (*first, *cure, *(step for step in deciding if step.gap != focus))


def _bias(facts: Circumstances) -> Iterator[Step]:
    """C2W1-13: a bigger network, longer training, a better optimizer, another architecture."""
    longer = Step(gap="avoidable_bias", what="train longer", why=_why_longer(facts), how=_epochs(facts), source="C2W1-13")
    if facts.still_falling:
        yield longer
    yield Step(
        gap="avoidable_bias",
        what="a bigger network",
        why="almost always helps the train error; the cost is computing time",
        how=_bigger(facts),
        source="C2W1-13",
    )
    if not facts.still_falling:
        yield longer
    yield _optimizer(facts)
    held = _held_back(facts)
    if held:
        what = f"less regularization while train does not fit (now {held})"
        how = "fit without --augment" if held == AUGMENTED else "--l2 0 --dropout 0"
        yield Step(gap="avoidable_bias", what=what, why="one knob at a time: fit train first", how=how, source="C3W1-02")
    yield Step(
        gap="avoidable_bias",
        what="another architecture",
        why="one made for this kind of data, or other activations and layers",
        how=_other(facts, "--activation, --batch-norm, --net"),
        source="C2W1-13",
    )


def _other(facts: Circumstances, of_tables: str) -> str:
    """Another architecture for the same kind of data."""
    if facts.net in TEXT_NETS:
        return OTHER_TEXT_NETS
    made_for_them = facts.net in PICTURE_NETS or (facts.picture is not None and facts.net != "custom")
    return OTHER_PICTURE_NETS if made_for_them else of_tables


def _why_longer(facts: Circumstances) -> str:
    if facts.still_falling:
        return "the train error was still falling when training ended"
    return "does not always help, never hurts the train error"


def _epochs(facts: Circumstances) -> str:
    return f"--epochs {2 * facts.epochs} (now {facts.epochs})" if facts.epochs else "--epochs, twice as many"


def _bigger(facts: Circumstances) -> str:
    if facts.net in RESIDUAL:
        return f"--net resnet --depth {(facts.depth or 20) + 12} (now {facts.depth or 20})"
    if facts.net in PICTURE_NETS:
        return "--net resnet20"
    if facts.net in TEXT_NETS and not facts.hidden:
        return "--dimensions 100, or --net gru" if facts.net == AVERAGED else "--units 128, --layers 2"
    if facts.net in ("logistic", "softmax", "linear") or facts.hidden == ():
        return f"--net mlp --hidden {FIRST_HIDDEN}"
    if facts.hidden:
        now, then = "-".join(map(str, facts.hidden)), ",".join(str(2 * size) for size in facts.hidden)
        return f"--hidden {then} (now {now})"
    return "more units and layers, as in --hidden 128,64"


def _optimizer(facts: Circumstances) -> Step:
    adam = facts.optimizer in ("adam", "adamw")
    return Step(
        gap="avoidable_bias",
        what="another learning rate" if adam else "a better optimizer",
        why="alpha is the first setting to tune; Adam is on already" if adam else "momentum, RMSprop and Adam get further in as many steps",
        how="--learning-rate 0.003 and 0.0003, --schedule cosine" if adam else "--optimizer adam",
        source="C2W3-01" if adam else "C3W1-25",
    )


def _held_back(facts: Circumstances) -> str:
    parts = [f"l2 {facts.l2:g}"] if facts.l2 else []
    if _most(facts.dropout):
        parts.append(f"dropout {_most(facts.dropout):g}")
    return ", ".join([*parts, *(["early stopping"] if facts.early_stopping else []), *([AUGMENTED] if facts.augmented else [])])


def _most(dropout: float | tuple[float, ...] | None) -> float:
    if dropout is None:
        return 0.0
    return max(dropout, default=0.0) if isinstance(dropout, tuple) else dropout


def _variance(facts: Circumstances) -> Iterator[Step]:
    """C2W1-14: more data, regularization, another architecture; for pictures augmentation (C2W1-36, C3W1-25)."""
    now, again = (f" (now {facts.train_rows:,})", "; fit again with --like RUN") if facts.train_rows else ("", "")
    how = f"twice the rows of train{now}, the same dev{again}"
    yield Step(gap="variance", what="more data", why="the surest cure where it can be had", how=how, source="C2W1-14")
    if facts.net in PICTURE_NETS and not facts.augmented:
        why = "worth less than new examples, but nearly free; what keeps the label is chosen by the kind of set"
        yield Step(gap="variance", what="augmentation", why=why, how="--augment", source="C2W1-36")
    yield Step(
        gap="variance",
        what="L2 regularization" if not facts.l2 else "stronger L2 regularization",
        why="smaller weights, a smoother net",
        how=_l2(facts),
        source="C2W1-19",
    )
    if facts.net not in ("logistic", "softmax", "linear", "plain", *RESIDUAL) and (facts.hidden != () or facts.net in TEXT_NETS):
        yield _dropout(_most(facts.dropout))
    yield Step(
        gap="variance",
        what="another architecture",
        why="one made for this kind of data has less to learn from the examples",
        how=_other(facts, "--net, --hidden"),
        source="C2W1-14",
    )


WEIGHT_DECAY = 2e-3
"""Where to begin: l2 is the course's lambda of lambda/(2m), so that the same decay of W is that times m."""


def _l2(facts: Circumstances) -> str:
    if facts.l2:
        return f"--l2 {_one_figure(3 * facts.l2)} (now {facts.l2:g})"
    first = f"--l2 {_one_figure(WEIGHT_DECAY * facts.train_rows)}" if facts.train_rows else f"--l2 {WEIGHT_DECAY:g} times the rows of train"
    return f"{first}, then 3 times as much or as little"


def _dropout(now: float) -> Step:
    how = f"--dropout {min(now + 0.2, 0.8):.2g} (now {now:g})" if now else "--dropout 0.2"
    what = "more dropout" if now else "dropout"
    return Step(gap="variance", what=what, why="for a net that overfits, and only then", how=how, source="C2W1-34")


def _one_figure(x: float) -> str:
    return f"{round(x, -math.floor(math.log10(x))):g}"


def _mismatch(_: Circumstances) -> Iterator[Step]:
    """C3W2-12: look, then make train more like dev."""
    how = "100 wrong dev examples beside 100 of train: what do they have that train has not?"
    yield Step(gap="data_mismatch", what="look at the difference", why="only a look tells what differs", how=how, source="C3W2-12")
    how = "collect examples like those of dev, and put some of them into train"
    yield Step(gap="data_mismatch", what="train on what dev is like", why="the net learns what it sees", how=how, source="C3W2-12")
    how = "add to train examples what dev has (noise, blur); vary it, or the net learns the one sample of it"
    yield Step(gap="data_mismatch", what="synthesize it", why="where it cannot be collected", how=how, source="C3W2-13")


def _overfit(_: Circumstances) -> Iterator[Step]:
    """C3W1-03: a bigger dev set."""
    how = "--dev-size, or join dev and test and put new rows aside as test"
    yield Step(gap="dev_overfit", what="a bigger dev set", why="many choices were made on this one", how=how, source="C3W1-03")
    how = "compare fewer variants on dev; keep the simpler of two that are equal"
    yield Step(gap="dev_overfit", what="fewer choices on dev", why="each choice fits dev a little", how=how, source="C3W1-03")


CURES: dict[str | None, Callable[[Circumstances], Iterator[Step]]] = {
    "avoidable_bias": _bias,
    "variance": _variance,
    "data_mismatch": _mismatch,
    "dev_overfit": _overfit,
}


def _decidable(gap: Gap, scene: Scene) -> bool:
    asks_for_human = gap.name == "avoidable_bias" and not more_examples_decide(gap, scene.floor)
    return asks_for_human or scene.plans.get(gap.name) is not None


FOLDS_BELOW = 5_000
"""Examples of train and dev: from here on one split is cheap, and large enough for most questions."""


def proposed_folds(facts: Circumstances | None, rungs: Mapping[str, Estimate]) -> str:
    """'--folds 5' where few examples were split once, so that each could be dev in its turn; else nothing.

    Example:
        >>> proposed_folds(Circumstances(train_rows=341), {"dev": Estimate(value=0.04, n=114)})
        '--folds 5'
    """
    dev = rungs.get("dev")
    if facts is None or facts.folds or not facts.train_rows or dev is None or dev.n is None:
        return ""
    return "--folds 5" if facts.train_rows + dev.n < FOLDS_BELOW else ""


def _deciding(gap: Gap, scene: Scene, folds: str) -> Step:
    """What would turn 'unclear' into an answer; for a bias that is the human level, not data."""
    plan = scene.plans.get(gap.name)
    if plan is None:
        why = "nobody knows how much of the train error can be avoided"
        return Step(gap=gap.name, what="find the human level", why=why, how=_ask(scene), source="C3W1-18")
    role = "train-dev" if plan.role == "train_dev" else plan.role
    what = f"measure on more {role} examples" if role == "train" else f"a bigger {role} set"
    how = f"about {plan.rows:,} examples instead of {plan.now:,}" + (f"; {folds} makes all of them dev in turn" if folds else "")
    return Step(gap=gap.name, what=what, why=f"would decide whether {gap.title} is high", how=how, source="C3W1-13")


def _ask(scene: Scene) -> str:
    """People label classes; of a number they say what the best known method reaches."""
    if scene.ladder.scale is not None:
        return "ask an expert, or read how near the best known method comes, and give that as --human"
    dev = scene.rungs.get("dev")
    n = 100 if dev is None or dev.n is None else min(100, dev.n)
    return f"let the best people label {n} dev examples again, and give --human"
