"""The measuring: the best threads and option of each entry first, then rounds in which every entry has one turn."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from benchmarks.engine.peers.peer import Peer
from benchmarks.engine.plan import Block, Entry
from benchmarks.engine.quiet import Guard
from benchmarks.engine.timing import Asked, Timing
from benchmarks.engine.workers import PeerFailed

Ask = Callable[[Peer, Asked], Timing]
Say = Callable[[str], None]

LONGEST = 60.0
"""Seconds that a round may take; what would take longer is left out."""

ATTEMPTS = 3
"""A block gives up after so many times the rounds that are wanted."""


@dataclass(frozen=True)
class Way:
    """How an entry is at its best."""

    threads: int
    option: str


@dataclass
class Result:
    """What became of a block.

    Attributes:
        block: what was to be timed.
        ways: the best of each entry.
        timings: by entry, one a round that was kept.
        dropped: rounds in which others used the machine.
        failed: peers that could not, and their words.
        left_out: why nothing was timed; "" where something was.
    """

    block: Block
    ways: dict[str, Way] = field(default_factory=dict)
    timings: dict[str, list[Timing]] = field(default_factory=dict)
    dropped: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    left_out: str = ""

    @property
    def entries(self) -> list[Entry]:
        """Those that work."""
        return [e for e in self.block.entries if e.peer.name not in self.failed]

    @property
    def seconds(self) -> dict[str, list[float]]:
        """By entry, seconds a step of one net, one a round."""
        return {name: [t.a_step for t in timings] for name, timings in self.timings.items() if timings}

    def to_json(self) -> dict[str, Any]:
        """All numbers."""
        block = self.block
        return {
            "case": block.case.name,
            "members": block.members,
            "epochs": block.epochs,
            "whole": block.whole,
            "ways": {name: asdict(way) for name, way in self.ways.items()},
            "timings": {name: [asdict(t) for t in timings] for name, timings in self.timings.items()},
            "dropped": self.dropped,
            "failed": self.failed,
            "left_out": self.left_out,
        }


@dataclass
class Measuring:
    """How blocks are measured.

    Attributes:
        ask: has a peer train.
        guard: on the machine; None measures whatever else goes on.
        cores: the most threads that are tried.
        rounds: that are kept of each block.
        tries: timings of one epoch in each way that is tried.
        say: shows progress.
    """

    ask: Ask
    guard: Guard | None
    cores: int
    rounds: int
    tries: int = 3
    say: Say = lambda text: None

    def measure(self, result: Result, before: Result | None) -> None:
        """Fill a result; after Ctrl-C it holds the rounds that were finished.

        Args:
            result: of a block, empty.
            before: of the same net with fewer members, from which the length of a round is foretold.
        """
        block = result.block
        foretold = foretell(block, before)
        if foretold > LONGEST:
            result.left_out = f"a round would take {foretold:.0f} s" if math.isfinite(foretold) else "fewer nets take too long already"
            self.say(f"{block.name}: left out, {result.left_out}")
            return
        for entry in block.entries:
            self._find_best(result, entry, before)
        if not any(e.peer.group != "floor" for e in result.entries):
            result.left_out = "nothing could be timed"
            return
        attempts = 0
        while len(kept := next(iter(result.timings.values()), [])) < self.rounds and attempts < ATTEMPTS * self.rounds:
            attempts += 1
            self.say(f"{block.name}: round {len(kept) + 1} of {self.rounds}" + (f", {result.dropped} dropped" if result.dropped else ""))
            self._round(result, attempts)

    def _round(self, result: Result, number: int) -> None:
        """One turn of every entry in an order of the round's own; nothing is kept where others used the machine."""
        order = list(result.entries)
        random.Random(f"{result.block.name} {number}").shuffle(order)
        taken, busy = {}, False
        if self.guard is not None:
            self.guard.begin()
        for entry in order:
            try:
                taken[entry.name] = self.ask(entry.peer, _asked(result.block, entry, result.ways[entry.name], number))
            except PeerFailed as error:
                self._give_up(result, entry, error)
            busy = busy or (self.guard is not None and self.guard.busy(end=entry is order[-1]))
        if busy:
            result.dropped += 1
            return
        for entry in result.entries:
            result.timings.setdefault(entry.name, []).append(taken[entry.name])

    def _give_up(self, result: Result, entry: Entry, error: PeerFailed) -> None:
        """A peer that fails once is out, with what it has done in other rounds."""
        result.failed[entry.peer.name] = str(error)
        for name in [e.name for e in result.block.entries if e.peer == entry.peer]:
            result.timings.pop(name, None)
        self.say(str(error))

    def _find_best(self, result: Result, entry: Entry, before: Result | None) -> None:
        """The threads and option with the least time; those of fewer members where members are trained one after another."""
        if before is not None and entry.name in before.ways and not entry.peer.together:
            result.ways[entry.name] = before.ways[entry.name]
            return
        times = {}
        try:
            for way in ways(entry, self.cores, whole=result.block.whole):
                self.say(f"{result.block.name}: {entry.name} with {way.threads} threads {way.option}".rstrip())
                asked = replace(_asked(result.block, entry, way, 0), **({} if result.block.whole else {"epochs": 1}))
                times[way] = min(self.ask(entry.peer, asked).a_step for _ in range(self.tries))
        except PeerFailed as error:
            self._give_up(result, entry, error)
            return
        result.ways[entry.name] = min(times, key=lambda way: times[way])


def ways(entry: Entry, cores: int, *, whole: bool = False) -> list[Way]:
    """What an entry is tried with; fit chooses its threads itself, and the floor has all of them."""
    own = entry.peer.group == "floor" or (whole and entry.peer.group == "fathom")
    threads = [cores] if own else sorted({1, cores})
    return [Way(t, option) for t in threads for option in entry.peer.options]


def foretell(block: Block, before: Result | None) -> float:
    """Seconds of a round, from the whole calls of fewer members; 0 where nothing is known."""
    if before is None or block.whole:
        return 0.0
    if before.left_out:
        return math.inf
    more = block.members * block.epochs / (before.block.members * before.block.epochs)
    return sum(statistics.median(t.seconds for t in timings) * more for timings in trained(before).values())


def trained(result: Result) -> Mapping[str, list[Timing]]:
    """The timings but for the floor's, which trains nothing."""
    return {e.name: result.timings[e.name] for e in result.entries if e.peer.group != "floor" and result.timings.get(e.name)}


def _asked(block: Block, entry: Entry, way: Way, seed: int) -> Asked:
    return Asked(
        case=block.case.name,
        members=block.members,
        epochs=block.epochs,
        each=entry.each,
        threads=way.threads,
        option=way.option,
        seed=seed,
    )
