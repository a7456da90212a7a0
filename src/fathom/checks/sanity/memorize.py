"""A handful of examples learned by heart: what a sound net with a sound loss can always do."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Skip, Subject
from fathom.checks.rows import tensors_of
from fathom.checks.sanity.answers import answers
from fathom.checks.sanity.calm import seeded_outputs
from fathom.checks.sanity.practice import Practice, trainable
from fathom.core.records.finding import Finding
from fathom.nets.untouched import untouched

EXAMPLES = 8
RATES = (1e-2, 1e-3, 1e-1)
STEPS = 100
LEARNED, HALF, NOTHING = 0.1, 0.75, 0.97
"""Shares of the way from ideal to the best constant answer: learned by heart, learned in part, learned nothing."""


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """Adam at several rates on a few different examples, until the loss is near that of ideal answers."""
    if not trainable(subject):
        raise Skip("nothing can be trained")
    if subject.size < 2:
        raise Skip("the batch has fewer than 2 examples")
    few = _few(subject)
    try:
        known = answers(few, _outputs(few))
    except (RuntimeError, ValueError, IndexError) as error:
        raise Skip("the net or the loss takes no batch of another size") from error
    best_constant, ideal = known.cost(known.constant()), known.floor()
    if not math.isfinite(best_constant) or not best_constant - ideal > 1e-9:
        raise Skip("a constant answers these examples as well as can be")
    span = best_constant - ideal
    reached: dict[float, float] = {}
    score, constant_score = -math.inf, known.score(known.constant())
    for rate in RATES:
        with untouched(few.net):
            practice = Practice(few, rate)
            costs = practice.steps(STEPS, enough=ideal + LEARNED * span)
            usable = [cost for cost in costs if math.isfinite(cost)]
            reached[rate] = (min(usable, default=math.inf) - ideal) / span
            if math.isfinite(costs[-1]):
                score = max(score, known.score(_outputs(few)))
        if reached[rate] <= LEARNED:
            break
    if min(reached.values()) <= HALF and score <= constant_score + 1e-6 and score < 0.5:
        yield _other_answers(few, score, constant_score)
    elif min(reached.values()) > HALF:
        yield _failed(few, reached, score, constant_score)


def _few(subject: Subject) -> Subject:
    """A few examples with different inputs and, in turn, different targets; fewer for a net of few parameters."""
    each = max(1, subject.targets.numel() // max(1, subject.size)) if isinstance(subject.targets, Tensor) else 1
    room = sum(p.numel() for p in trainable(subject).values()) // (4 * each)
    wanted = max(2, min(EXAMPLES, room))
    seen: dict[bytes, int] = {}
    for place in range(min(subject.size, 256)):
        key = b"".join(_bytes(t) for t in tensors_of(subject.rows([place])[0]))
        seen.setdefault(key, place)
    places = _in_turn(subject, list(seen.values()))[:wanted]
    if len(places) < 2:
        raise Skip("the batch has fewer than 2 different examples")
    inputs, targets = subject.rows(places)
    return Subject(
        subject.net, subject.loss, inputs, targets, subject.forward, subject.seed, None, subject.clock, {"loss": subject.loss_name}
    )


def _in_turn(subject: Subject, places: list[int]) -> list[int]:
    """The places ordered so that targets of one value come one after the other, as cards are dealt."""
    if not isinstance(subject.targets, Tensor):
        return places
    by_target: dict[bytes, list[int]] = {}
    for place in places:
        target = subject.rows([place])[1]
        by_target.setdefault(_bytes(target), []).append(place)
    turns = [(turn, own) for own in by_target.values() for turn in range(len(own))]
    return [own[turn] for turn, own in sorted(turns, key=lambda pair: pair[0])]


def _bytes(tensor: Tensor) -> bytes:
    return tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()


def _outputs(subject: Subject) -> Tensor:
    with torch.no_grad():
        return seeded_outputs(subject)


def _failed(few: Subject, reached: dict[float, float], score: float, constant_score: float) -> Finding:
    least = min(reached.values())
    nothing = least > NOTHING and score <= constant_score + 1e-6
    says = "does not do better than one answer for all" if nothing else f"keeps {least:.0%} of what the best constant answer loses"
    return Finding(
        id="check.memorize.failed",
        severity="error" if nothing else "warning",
        what=f"{few.size} examples are not learned by heart: after {STEPS} steps of Adam at {len(reached)} rates the net {says}.",
        where="",
        evidence={
            "examples": few.size,
            "left": {f"{rate:g}": left for rate, left in reached.items()},
            "score": score,
            "constant_score": constant_score,
        },
        cause="the outputs do not depend on the inputs, the loss does not reward the right answers, or hardly any gradient comes through.",
        fix="Mend the other findings first; then look at loss and outputs of a single example, step by step.",
    )


def _other_answers(few: Subject, score: float, constant_score: float) -> Finding:
    return Finding(
        id="check.memorize.failed",
        severity="error",
        what=f"The loss of {few.size} examples falls, but the net learns other answers than the targets: it hits "
        f"{max(score, 0.0):.0%} of them.",
        where="loss",
        evidence={"examples": few.size, "score": score, "constant_score": constant_score},
        cause="a loss that shifts, reorders or mixes the targets, or compares them with other outputs.",
        fix="Try your loss on outputs that are right: it should be near 0.",
    )


MEMORIZE = Check(id="check.memorize.failed", name="a few examples learned by heart", run=run, cost=3.0 * STEPS, needs="gradient", least=8)
