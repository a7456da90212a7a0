"""One net out of several: the best by one metric among those that meet what is required (C3W1-07).

N metrics: one to optimize, N - 1 that have to be good enough
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fathom.core.expectations import refuse, shown
from fathom.core.records.choice import Choice
from fathom.core.records.estimate import Estimate
from fathom.core.records.metric import Metric
from fathom.core.records.scorecard import Scorecard
from fathom.diagnosis.metrics.measured import Scene, judge, measure_metric
from fathom.diagnosis.metrics.spelling import Asked, Bounded, read_bound, read_metric, read_requirement


def scorecard(metrics: Sequence[str], requires: Iterable[str], scene: Scene) -> Scorecard:
    """The metrics of one net, the first to be optimized, and whether the requirements are met."""
    measured = tuple(measure_metric(read_metric(text), scene) for text in metrics)
    wanted = [read_requirement(text) for text in requires]
    return Scorecard(metrics=measured, requires=tuple(judge(w, measure_metric(w.asked, scene)) for w in wanted))


def card_of_values(name: str, values: Mapping[str, float | str], metric: Asked, requires: Sequence[Bounded]) -> Scorecard:
    """A scorecard of figures that are known: {'accuracy': '90%', 'time': '80ms'}.

    Raises:
        UnusableInput: a metric that is asked for is not among them.
    """
    known = {read_metric(text).text: (read_metric(text), value) for text, value in values.items()}

    def found(asked: Asked) -> Metric:
        at = next((v for other, v in known.values() if (other.name, other.of, other.by) == (asked.name, asked.of, asked.by)), None)
        if at is None:
            raise refuse(f"'{name}'", expected=f"a value of {asked.text}", got=f"values of {shown(values)}")
        value = read_bound(asked, at) if isinstance(at, str) else float(at)
        return Metric(name=asked.text, role="", estimate=Estimate(value=value), better=asked.better, unit=asked.unit)

    return Scorecard(metrics=(found(metric),), requires=tuple(judge(w, found(w.asked)) for w in requires))


def choose_among(cards: Mapping[str, Scorecard], notes: Sequence[str] = ()) -> Choice:
    """The best by the first metric among those that meet every requirement.

    Args:
        cards: of each net, all asked for the same.
        notes: to bear in mind.

    Returns:
        The choice; `best` is None where no net meets what is required, and then the sentence says which comes nearest to it.

    Raises:
        UnusableInput: no nets.
    """
    if not cards:
        raise refuse("nets", expected="at least one", got="none")
    sign = 1 if next(iter(cards.values())).metric.better == "lower" else -1
    order = sorted(cards, key=lambda name: (not cards[name].meets, -_met(cards[name]), sign * cards[name].metric.estimate.value))
    first = cards[order[0]]
    best = order[0] if first.meets else None
    return Choice(best=best, says=_says(best, order[0], first, cards), ranking=tuple(order), cards=dict(cards), notes=tuple(notes))


def _met(card: Scorecard) -> int:
    return sum(r.met for r in card.requires)


def _says(best: str | None, nearest: str, card: Scorecard, cards: Mapping[str, Scorecard]) -> str:
    rules = " and ".join(r.rule for r in card.requires)
    if best is None:
        failed = "; ".join(f"{r.rule} is {r.verdict}: {r.metric.figure}" for r in card.requires if not r.met)
        return f"none meets {rules}; {nearest} comes nearest ({failed})"
    among = f" among those with {rules}" if rules else ""
    return f"best: {best}, by {card.metric.name} ({card.metric.figure}){among}{_left_out(card, cards)}"


def _left_out(chosen: Scorecard, cards: Mapping[str, Scorecard]) -> str:
    """Nets that are better by the metric and were passed over, with what they lack."""
    sign = 1 if chosen.metric.better == "lower" else -1
    passed = [
        f"{name} ({card.metric.figure}) has {', '.join(f'{r.metric.name} {r.metric.figure}' for r in card.requires if not r.met)}"
        for name, card in cards.items()
        if not card.meets and sign * (card.metric.estimate.value - chosen.metric.estimate.value) < 0
    ]
    return f"; {'; '.join(passed)}" if passed else ""
