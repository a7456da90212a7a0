"""What one timing of one peer is: the seconds of its steps, those of the whole call, and what it trained."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a peer is asked to train.

    Attributes:
        case: the name of the net.
        members: K.
        epochs: of each.
        each: whether each member has a learning rate of its own.
        threads: that it may use.
        option: what else it is tried with, as in steps per execution; "" where there is nothing.
        seed: another one each round, for the order of rows.
    """

    case: str
    members: int
    epochs: int
    each: bool = True
    threads: int = 1
    option: str = ""
    seed: int = 0

    def to_json(self) -> dict[str, Any]:
        """As a worker reads it."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Timing:
    """What came back.

    Attributes:
        seconds: from the first to the last step, added over the members of peers that train one after another.
        call: the whole call: from rows in memory to K trained nets, compilation included.
        steps: updates made, over all members.
        parameters: that one net trains.
        loss: the mean loss of the first member over all rows when it is done; computed outside the time.
        more: figures of a peer's own.
    """

    seconds: float
    call: float
    steps: int
    parameters: int
    loss: float
    more: Mapping[str, float] = field(default_factory=dict)

    @property
    def a_step(self) -> float:
        """Seconds of one step of one net."""
        return self.seconds / self.steps


class Stopwatch:
    """Adds the time of several stretches."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._since = 0.0

    def start(self) -> None:
        self._since = time.perf_counter()

    def stop(self) -> None:
        self.seconds += time.perf_counter() - self._since
