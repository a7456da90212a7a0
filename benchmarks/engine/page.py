"""The note: targets first, then every block, the K up to which stacking pays, and what a fit costs over the loop."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from benchmarks.engine.cases import CASES, Case, parameters
from benchmarks.engine.peers.table import DENSE, FLOOR, LOOP, PLAIN, STACKED
from benchmarks.engine.plan import Entry
from benchmarks.engine.ratios import best, pays_up_to, times_as_fast
from benchmarks.engine.rounds import Result
from benchmarks.engine.sets import named
from benchmarks.engine.summary import OTHERS, beside_the_loop, of_target, over_the_floor, overheads, stacking
from benchmarks.engine.targets import TARGETS, never_slower, verdict
from benchmarks.engine.workers import cores

HOW = """\
Seconds count from the first to the last step of one call, errors not measured; the whole call stands beside: from rows in memory to
K trained nets, compilation included. All peers train the same net on the same rows in batches of the same size, with Adam, for as
many steps; each is a process of its own that is idle while others are timed, with the number of threads (and, for Keras, of steps
an execution) that was best when tried first. In a round every entry has one turn, in an order of the round's own; a round in which
other processes used over 10% of the cores is dropped. A ratio is the median over rounds of the two entries' ratio in the same
round, with the least and the greatest; above 1 the row's entry is faster. Peers but fathom train K nets one after another, so that one
learning rate or many makes no difference to them. scikit-learn has one output for two classes, the others two; Lightning is in
barebones mode; one compiled Keras model serves all K."""


def page(results: Sequence[Result], *, hardware: str, date: str, versions: Mapping[str, str], rounds: int, remarks: Sequence[str]) -> str:
    """The note as Markdown."""
    listed = ", ".join(f"{name} {version}" for name, version in versions.items())
    lines = [f"# The engine beside its peers, {date}", "", f"{hardware}; {listed}; {_rounds(rounds)}.", ""]
    lines += [f"**{remark}**\n" for remark in remarks]
    lines += ["Made by `python -m benchmarks.engine`.", "", HOW, ""]
    lines += ["## Targets", "", *targets(results), ""]
    for case in _cases(results):
        lines += [f"## {case.name}", "", f"Batches of {case.batch}; {named(case)}.", ""]
        for result in results:
            if result.block.case == case and not result.block.whole:
                lines += [*block(result), ""]
    lines += ["## Up to which K stacking pays", "", *stops(results), ""]
    lines += ["## A fit beside the plain loop", "", *fits(results), ""]
    return "\n".join(lines)


def targets(results: Sequence[Result]) -> list[str]:
    """What was wanted, what was measured."""
    rows = []
    for target in TARGETS:
        ratio = of_target(results, target)
        rows.append((target.what, f"{target.least:g}", "" if ratio is None else str(ratio), verdict(ratio, target.least)))
    loops = beside_the_loop(results)
    slower = never_slower(loops)
    said = "not measured" if not loops else "missed: " + "; ".join(slower) if slower else f"met in {len(loops)} of {len(loops)}"
    rows.append(("never slower than the plain loop in every round", "1", "", said))
    return table(("target", "at least", "measured", "verdict"), rows)


def block(result: Result) -> list[str]:
    """One net and one K."""
    head = f"### {result.block.name}, {result.block.epochs * result.block.case.steps_an_epoch:,} steps of each"
    if not result.timings:
        return [head, "", f"Left out: {result.left_out or 'no round was finished'}."]
    rows = [_row(result, entry) for entry in result.entries if result.timings.get(entry.name)]
    kept = len(next(iter(result.timings.values())))
    notes = [f"{_rounds(kept)} kept, {result.dropped} dropped."] + [f"Failed: {words}." for words in result.failed.values()]
    notes += other_threads(result)
    head_row = (
        "",
        "us a model-step",
        "whole call, ms a net",
        "threads",
        "beside the best peer",
        "beside the plain loop",
        "times the floor",
    )
    return [head, "", *table(head_row, rows), "", " ".join([*notes, _floor(result)])]


def _row(result: Result, entry: Entry) -> tuple[str, ...]:
    seconds, timings, way = result.seconds, result.timings[entry.name], result.ways[entry.name]
    own = [f"{1e6 * statistics.median(seconds[entry.name]):,.1f}"]
    if entry.peer.group == "floor":
        return (entry.name, *own, "", str(way.threads), "", "", "")
    peer, ratios = best(seconds, OTHERS), []
    for other in (peer, PLAIN.name):
        ratios.append(str(times_as_fast(seconds[entry.name], seconds[other])) if other is not None and seconds.get(other) else "")
    call = 1e3 * statistics.median(t.call for t in timings) / result.block.members
    option = f", {way.option} steps an execution" if way.option else ""
    floor = over_the_floor(result, entry.name)
    bold = f"**{entry.name}**" if entry.peer.group == "fathom" else entry.name + (" (best peer)" if entry.name == peer else "")
    return (bold, *own, f"{call:,.1f}", f"{way.threads}{option}", *ratios, "" if floor is None else f"{floor.median:.1f}")


def other_threads(result: Result) -> list[str]:
    """Where fathom by its own rule would take another number of threads than was quickest here."""
    from fathom.engine.threads import WORTH_A_SECOND_THREAD

    case, said = result.block.case, []
    for entry in result.entries:
        if entry.peer.group != "fathom" or not entry.each or not result.timings.get(entry.name):
            continue
        size = parameters(case) * (result.block.members if entry.peer.together else 1)
        one, quickest = 6 * case.batch * size < WORTH_A_SECOND_THREAD, result.ways[entry.name].threads
        name = entry.name.removeprefix("fathom, ")
        if one and quickest > 1:
            said.append(f"fathom's own rule takes 1 thread for {name}, where {quickest} were quicker.")
        elif not one and quickest == 1 and cores() > 1:
            said.append(f"fathom's own rule takes all threads for {name}, where 1 was quicker.")
    return said


def _floor(result: Result) -> str:
    timings = result.timings.get(FLOOR.name)
    if not timings:
        return ""
    product, copy = (statistics.median(t.more[name] for t in timings) for name in ("operations_a_second", "bytes_a_second"))
    return f"The machine: {product / 1e9:.0f} billion operations a second in a product, {copy / 1e9:.0f} GB/s in a copy of this size."


def stops(results: Sequence[Result]) -> list[str]:
    """For each net, what one program gains over the same nets one after another."""
    rows = []
    for case in _cases(results):
        ways = [(STACKED.name, LOOP.name, "stacked beside loop")]
        if case.dense:
            ways.insert(0, (DENSE.name, DENSE.name, "dense beside dense nets one after another"))
        for together, alone, what in ways:
            ratios = stacking(results, case, together, alone)
            cells = ", ".join(f"K = {k}: {r}" for k, r in ratios.items())
            most = f"K = {max(ratios, key=lambda k: ratios[k].median)}" if ratios else ""
            rows.append((case.name, what, cells or "not measured", str(pays_up_to(ratios)) if ratios else "", most))
    return table(("net", "what", "times as fast", "it pays", "most at"), rows)


def fits(results: Sequence[Result]) -> list[str]:
    """What `fathom.fit` costs over the plain loop on the same rows, its report of errors included."""
    rows = []
    for case, found in overheads(results):
        measured = f"{found['measured'].median:.0f}"
        rows.append((case.name, str(found["loop"]), str(found["training"]), str(found["call"]), str(found["ratio"]), measured))
    if not rows:
        return ["Not measured."]
    head = ("net", "loop, ms an epoch", "training over it", "whole call over it", "training, times as fast", "epochs measured")
    above = (
        "`fathom.fit` as a user calls it, errors of train and dev reported; the loop measures nothing. Below zero fathom takes less time."
    )
    return [above, "", *table(head, rows)]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Markdown."""
    return [f"| {' | '.join(head)} |", "|" + "---|" * len(head), *(f"| {' | '.join(row)} |" for row in rows)]


def _cases(results: Sequence[Result]) -> list[Case]:
    return [case for case in CASES if any(r.block.case == case for r in results)]


def _rounds(count: int) -> str:
    return f"{count} round{'' if count == 1 else 's'}"
