"""The budget of an improvement: what is spent, what a step is going to cost, and an alarm that ends one that takes too long."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from fathom.engine.training import Progress
from fathom.experiment.candidate import Candidate
from fathom.experiment.training import updates_of

FIXED = 1e5
"""What a step of one member costs beside its products, in multiplications of a parameter by a row."""

SAFETY = 1.2


class OutOfTime(KeyboardInterrupt):
    """The budget ran out while nets were training: they end as after Ctrl-C."""


def work_of(candidates: Sequence[Candidate], nets: int) -> float:
    """What it takes to train `nets` nets, of which the candidates are a fair sample; in the unit of `FIXED`."""
    each = [updates_of(c) * (FIXED + c.settings.rows_a_batch(c.experiment.rows["train"]) * c.experiment.parameters) for c in candidates]
    return nets * sum(each) / len(each)


@dataclass
class Clock:
    """The time of one improvement.

    Attributes:
        budget: seconds in all.
        spent: seconds before this process took it up.
        reserve: seconds that the end needs: the last fit, test, saving.
        rate: seconds a unit of work, from the latest step; None before the first.
        rang: whether the alarm has ended a training.
    """

    budget: float
    spent: float = 0.0
    reserve: float = 0.0
    rate: float | None = None
    rang: bool = False
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Since the beginning, over all processes."""
        return self.spent + time.monotonic() - self.started

    @property
    def left(self) -> float:
        """For experiments: what the end needs is put aside."""
        return self.budget - self.seconds - self.reserve

    def estimate(self, work: float) -> float:
        """Seconds that so much work is going to take, judged by the latest step; 0 where there was none."""
        return 0.0 if self.rate is None else SAFETY * self.rate * work

    def learn(self, work: float, seconds: float) -> None:
        """Remember what a step took."""
        self.rate = seconds / work

    def watched(self, progress: Progress | None, label: str, *, alarm: bool = True) -> Progress:
        """A progress that goes on to `progress` with a label, and ends the training once the budget is spent."""

        def tell(done: int, total: int, text: str) -> None:
            if alarm and self.left < 0:
                self.rang = True
                raise OutOfTime
            if progress is not None:
                progress(done, total, f"{label}: {text}")

        return tell
