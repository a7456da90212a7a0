"""The study as a page in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.situations.draws import ALL, MOVED, PLANTED, Tally
from benchmarks.situations.judge import GAPS, Judged, Share, is_far, judged, total
from benchmarks.situations.situation import KINDS, Situation
from benchmarks.situations.targets import ALL_RIGHT, FAR, RIGHT, UNCLEAR, WRONG, WRONG_LIMIT
from fathom.core.records.gap import TITLES

BINS = ((FAR, 4.5), (4.5, 6.0), (6.0, float("inf")))
"""Standard errors between gap and tolerance."""

WORST = 3

TARGETS = {
    "right, far from the tolerance": f"at least {RIGHT:.0%}",
    "all gaps right, each far from the tolerance": f"at least {ALL_RIGHT:.0%}",
    "wrong side, everywhere": f"at most {WRONG:.1%}, limit {WRONG_LIMIT:.0%}",
    "wrong side, just beside the tolerance": f"at most {WRONG:.1%}, limit {WRONG_LIMIT:.0%}",
    "unclear, at the tolerance": f"at least {UNCLEAR:.0%}",
}


@dataclass(frozen=True)
class Study:
    """What was found: the tallies of each situation, by its name, and the results that they come from, "name / seed"."""

    tallies: Mapping[str, Sequence[Tally]]
    results: Sequence[str] = ()

    def nets(self, name: str) -> int:
        """How many nets were trained for a situation."""
        return sum(result.rpartition(" / ")[0] == name for result in self.results)

    @property
    def drawn(self) -> list[Tally]:
        """All but the runs' own diagnoses."""
        return [t for found in self.tallies.values() for t in found if t.size != "run"]

    @property
    def own(self) -> list[Tally]:
        return [t for found in self.tallies.values() for t in found if t.size == "run"]


def page(study: Study, catalogue: Sequence[Situation], head: Sequence[str], more: Sequence[str] = ()) -> str:
    """All of it; `head` says when and on what, `more` is what follows: leaks and clean sets."""
    done = [s for s in catalogue if s.name in study.tallies]
    lines = [
        *head,
        "",
        "## What was to be shown",
        "",
        *_shown(judged(study.drawn)),
        "",
        *_remarks(study),
        "",
        "## By distance from the tolerance",
        "",
        *_by_distance(study.drawn),
        "",
        "## The situations",
        "",
        *_situations(study, done),
        "",
        *_passed_over(study, catalogue),
        "## A dev set too small",
        "",
        *_too_small(study, done),
        *more,
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _shown(found: Sequence[Judged]) -> Iterator[str]:
    yield "| what | gap | share (95%) | wanted | met |"
    yield "|---|---|---|---|---|"
    for one in found:
        yield f"| {one.what} | {TITLES.get(one.gap, one.gap)} | {one.share} | {TARGETS[one.what]} | {'yes' if one.met else 'NO'} |"


def _remarks(study: Study) -> Iterator[str]:
    drawn = study.drawn
    at_truth = [t for t in drawn if t.gap in GAPS and round(abs(t.plain), 6) >= FAR]
    yield f"With the standard error at the truth alone, {total(at_truth, lambda t: t.right)} verdicts of a gap are right from {FAR} on."
    own = total((t for t in study.own if t.gap in GAPS and is_far(t)), lambda t: t.right)
    wrong = total((t for t in study.own if t.gap in GAPS), lambda t: t.wrong)
    yield f"The runs as they judged themselves, one diagnosis a net: right {own} from {FAR} on, wrong side {wrong} everywhere."
    worst = sorted(_wrong_by_situation(study), key=lambda found: -found[2].value)[:WORST]
    named = "; ".join(f"{TITLES[gap]} of '{name}' {share}" for name, gap, share in worst)
    yield f"Most often on the wrong side: {named}."


def _wrong_by_situation(study: Study) -> Iterator[tuple[str, str, Share]]:
    for name, found in study.tallies.items():
        for gap in GAPS:
            mine = [t for t in found if t.gap == gap and t.moved != 0 and t.size != "run"]
            if mine:
                yield name, gap, total(mine, lambda t: t.wrong)


def _by_distance(drawn: Sequence[Tally]) -> Iterator[str]:
    """What was said where the tolerance was put at a distance, then everything by distance."""
    yield "| gap minus tolerance, standard errors | high | unclear | low |"
    yield "|---|---|---|---|"
    for moved in sorted(MOVED):
        mine = [t for t in drawn if t.moved == moved]
        shares = (total(mine, lambda t, said=said: getattr(t, said)) for said in ("high", "unclear", "low"))
        yield f"| {moved:+g} | {' | '.join(f'{s.value:.1%}' if s.n else '-' for s in shares)} |"
    yield ""
    yield "| distance, either side | right (95%) |"
    yield "|---|---|"
    for low, high in BINS:
        mine = [t for t in drawn if t.gap in GAPS and low <= round(abs(t.distance), 6) < high]
        yield f"| {low:g} to {high:g} | {total(mine, lambda t: t.right)} |".replace(" to inf", " and more")


def _situations(study: Study, done: Sequence[Situation]) -> Iterator[str]:
    yield "Meant: what is planted. Said as meant: diagnoses at the largest size that say just that of these gaps. Right: verdicts of any"
    yield f"gap, at any size, {FAR} standard errors or more from the tolerance. Wrong side: of all verdicts at every tolerance."
    yield ""
    yield "| situation | where | rows | nets | meant | said as meant | right | all gaps right | wrong side |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for situation in sorted(done, key=lambda s: KINDS.index(s.kind)):
        yield _row(situation, [t for t in study.tallies[situation.name] if t.size != "run"], study.nets(situation.name))
    yield ""
    yield "Where train is surely better than the human level that was given, as a net can be that is a little overfitted to its rows, the"
    yield "bias is 'unclear' and not 'low': a level that was passed is no floor (C3W1-22)."


def _row(situation: Situation, found: Sequence[Tally], nets: int) -> str:
    meant = ", ".join(f"{TITLES[gap]} {verdict}" for gap, verdict in situation.verdicts.items()) or "-"
    largest = [t for t in found if t.gap == PLANTED and t.size == found[-1].size]
    cells = (
        situation.kind,
        situation.name,
        "real" if situation.real else "generated",
        f"{nets}",
        meant,
        _brief(total(largest, lambda t: t.right)),
        _brief(total((t for t in found if t.gap in GAPS and is_far(t)), lambda t: t.right)),
        _brief(total((t for t in found if t.gap == ALL and is_far(t)), lambda t: t.right)),
        _brief(total((t for t in found if t.gap in GAPS and t.moved != 0), lambda t: t.wrong)),
    )
    return f"| {' | '.join(cells)} |"


def _brief(share: Share) -> str:
    return f"{share.value:.1%} of {share.n:,}" if share.n else "-"


def _passed_over(study: Study, catalogue: Sequence[Situation]) -> Iterator[str]:
    missing = [s.name for s in catalogue if s.name not in study.tallies]
    if missing:
        yield f"Passed over, because their table was not fetched: {'; '.join(missing)}."
        yield ""


def _too_small(study: Study, done: Sequence[Situation]) -> Iterator[str]:
    yield "| where | rows of dev | variance unclear | wrong side | told that dev is too small |"
    yield "|---|---|---|---|---|"
    for situation in done:
        if situation.kind != "dev too small":
            continue
        found = [t for t in study.tallies[situation.name] if t.gap == "variance" and t.moved is None and t.size != "run"]
        for size in dict.fromkeys(t.size for t in found):
            mine = [t for t in found if t.size == size]
            shares = (total(mine, count) for count in (lambda t: t.unclear, lambda t: t.wrong, lambda t: t.too_small))
            yield f"| {situation.name} | {size} | {' | '.join(_brief(s) for s in shares)} |"
