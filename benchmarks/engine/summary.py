"""What the tables say, computed from the results of all blocks."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.engine.cases import Case
from benchmarks.engine.peers.table import DENSE, FIT, FIT_LOOP, FLOOR, LOOP, PEERS, PLAIN, STACKED
from benchmarks.engine.plan import ONE_RATE
from benchmarks.engine.ratios import Spread, best, times_as_fast
from benchmarks.engine.rounds import Result
from benchmarks.engine.targets import Target

OTHERS = [peer.name for peer in PEERS if peer.group == "peer"]
"""What a user would pick instead."""


def ours(result: Result, *, each: bool) -> str | None:
    """The plan of fathom that `fit` and `fit_many` take for this net: dense, else the faster of stacked and loop."""
    names = [DENSE.name] if result.block.case.dense else [STACKED.name, LOOP.name]
    alike = ["" if each or result.block.members == 1 or name == LOOP.name else ONE_RATE for name in names]
    return best(result.seconds, [name + end for name, end in zip(names, alike, strict=True)])


def beside(result: Result, other: str, *, each: bool) -> Spread | None:
    """How many times as fast as "best peer", "plain loop" or another entry fathom's plan is; None where one was not timed."""
    own = ours(result, each=each)
    there = best(result.seconds, OTHERS if other == "best peer" else [other])
    if own is None or there is None:
        return None
    return times_as_fast(result.seconds[own], result.seconds[there])


def of_target(results: Sequence[Result], target: Target) -> Spread | None:
    """The measured ratio of a target."""
    for result in results:
        block = result.block
        if not block.whole and (block.case.name, block.members) == (target.case, target.members):
            return beside(result, target.beside, each=target.each)
    return None


def beside_the_loop(results: Sequence[Result]) -> list[tuple[str, Spread]]:
    """Of every block, and one rate or many, fathom beside the plain loop."""
    found = []
    for result in results:
        for each in (True, False) if result.block.members > 1 else (True,):
            ratio = None if result.block.whole else beside(result, PLAIN.name, each=each)
            if ratio is not None:
                found.append((result.block.name + ("" if each else ONE_RATE), ratio))
    return found


def stacking(results: Sequence[Result], case: Case, together: str, alone: str) -> dict[int, Spread]:
    """By K, how many times as fast K nets as one program are as the same nets one after another.

    Args:
        results: of all blocks.
        case: the net.
        together: the entry that trains them as one program.
        alone: the entry that trains them one after another; that of a single net where `together` is named, whose time is then
            taken from the block of K = 1, median against median with the range of the rounds.
    """
    of_case = {r.block.members: r.seconds for r in results if not r.block.whole and r.block.case == case}
    single = of_case.get(1, {}).get(alone, [])
    found = {}
    for k, seconds in sorted(of_case.items()):
        if k == 1 or not seconds.get(together):
            continue
        if alone != together and seconds.get(alone):
            found[k] = times_as_fast(seconds[together], seconds[alone])
        elif alone == together and single:
            one, many = Spread.of(single), Spread.of(seconds[together])
            found[k] = Spread(one.median / many.median, one.low / many.high, one.high / many.low)
    return found


def overheads(results: Sequence[Result]) -> list[tuple[Case, dict[str, Spread]]]:
    """By net, seconds an epoch that `fathom.fit` takes over the plain loop: its training, and its whole call."""
    found = []
    for result in results:
        fit, loop = (result.timings.get(peer.name, []) for peer in (FIT, FIT_LOOP))
        if not result.block.whole or not fit or not loop:
            continue
        epochs, pairs = result.block.epochs, list(zip(fit, loop, strict=True))
        found.append(
            (
                result.block.case,
                {
                    "loop": Spread.of([1e3 * b.seconds / epochs for _, b in pairs]),
                    "training": Spread.of([1e3 * (a.seconds - b.seconds) / epochs for a, b in pairs]),
                    "call": Spread.of([1e3 * (a.call - b.call) / epochs for a, b in pairs]),
                    "ratio": Spread.of([b.seconds / a.seconds for a, b in pairs]),
                    "measured": Spread.of([a.more["measured"] for a, _ in pairs]),
                },
            )
        )
    return found


def over_the_floor(result: Result, name: str) -> Spread | None:
    """How many times the floor of the machine an entry takes."""
    seconds = result.seconds
    if not seconds.get(FLOOR.name) or not seconds.get(name):
        return None
    return times_as_fast(seconds[FLOOR.name], seconds[name])
