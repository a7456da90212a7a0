"""The learning rates of K members over a training, as factors on the rates that were set."""

from __future__ import annotations

from collections.abc import Sequence

from fathom.core.records.schedule import Schedule
from fathom.core.records.settings import Settings


class Factors:
    """The factor of each member's schedule (C2W2-13, 14), computed once for each schedule that differs.

    Args:
        settings: one a member.
        steps: of the whole training.
    """

    def __init__(self, settings: Sequence[Settings], steps: int) -> None:
        self._schedules = [s.schedule for s in settings]
        self._steps = steps

    def of(self, epoch: int, done: int) -> list[float]:
        """Of the step after `done` steps, in an epoch counted from 1, by member."""
        if not any(self._schedules):
            return [1.0] * len(self._schedules)
        known: dict[int, float] = {}
        for schedule in self._schedules:
            if id(schedule) not in known:
                known[id(schedule)] = factor(schedule, epoch, done, self._steps)
        return [known[id(schedule)] for schedule in self._schedules]

    def at(self, place: int, epoch: int, done: int) -> float:
        """Of one member."""
        return factor(self._schedules[place], epoch, done, self._steps)

    def keep(self, places: Sequence[int]) -> None:
        """Go on with some of the members."""
        self._schedules = [self._schedules[p] for p in places]


def factor(schedule: Schedule | None, epoch: int, done: int, steps: int) -> float:
    """The factor of the step after `done` steps out of `steps`, in an epoch counted from 1."""
    if schedule is None:
        return 1.0
    value = schedule.factor(epoch, done / max(1, steps))
    return value * min(1.0, (done + 1) / schedule.warmup) if schedule.warmup else value
