"""Whether other processes use the machine: all processor time of the machine less our own, from /proc."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

MOST = 0.10
"""The share of all cores that others may use."""

STRETCH = 100
"""Ticks of all cores that tell the share to a percent: half a second of two cores."""

AT_THE_END = 30
"""Ticks of the last stretch of a round under which nothing is read from it."""

PROC = Path("/proc")


@dataclass(frozen=True)
class Sample:
    """Ticks since the machine started: all that passed, those in which it was busy, and those of them that were ours."""

    total: int
    busy: int
    own: int


def of_machine(line: str) -> tuple[int, int]:
    """Ticks in all and busy ones, from the first line of /proc/stat; time that the host gave to others counts as busy.

    Example:
        >>> of_machine("cpu  10 1 5 80 4 0 0 2 3 0")
        (102, 18)
    """
    ticks = [int(t) for t in line.split()[1:9]]  # guest time, which follows, is in the first two already
    return sum(ticks), sum(ticks) - ticks[3] - ticks[4]


def of_process(line: str) -> int:
    """Ticks of a process and of its children that have ended, from its stat; its name may hold spaces and brackets.

    Example:
        >>> of_process("7 (a) b) S 1 7 7 0 -1 0 0 0 0 0 30 12 1 2 20 0")
        45
    """
    return sum(int(t) for t in line.rpartition(")")[2].split()[11:15])


def sample(ids: Iterable[int], proc: Path = PROC) -> Sample | None:
    """Now, with the processes that are ours; None where the machine does not say."""
    try:
        total, busy = of_machine((proc / "stat").read_text().partition("\n")[0])
        own = sum(of_process((proc / str(number) / "stat").read_text()) for number in {os.getpid(), *ids})
    except (OSError, ValueError, IndexError):
        return None
    return Sample(total, busy, own)


def others(before: Sample | None, after: Sample | None) -> float | None:
    """The share of all cores that others used in between; None where that is not known.

    Example:
        >>> others(Sample(1000, 500, 100), Sample(1200, 600, 160))
        0.2
    """
    if before is None or after is None or after.total <= before.total:
        return None
    return max(0.0, (after.busy - before.busy) - (after.own - before.own)) / (after.total - before.total)


class Guard:
    """Looks at the machine now and again.

    Args:
        ids: of our other processes, asked each time.
        most: share of all cores that others may use.
        look: what gives a sample; another one in tests.
    """

    def __init__(
        self, ids: Callable[[], Iterable[int]], *, most: float = MOST, look: Callable[[Iterable[int]], Sample | None] = sample
    ) -> None:
        self._ids, self._look, self.most = ids, look, most
        self._last = look(ids())

    def begin(self) -> None:
        """A stretch begins."""
        self._last = self._look(self._ids())

    def share(self) -> float | None:
        """What others used since the stretch began."""
        return others(self._last, self._look(self._ids()))

    def busy(self, *, end: bool = False) -> bool:
        """Whether others used too much since the stretch began; the next stretch then begins.

        A stretch that is too short to tell goes on, unless this is the end.
        """
        now = self._look(self._ids())
        if self._last is None or now is None or now.total - self._last.total < (AT_THE_END if end else STRETCH):
            return False
        share, self._last = others(self._last, now), now
        return share is not None and share > self.most
