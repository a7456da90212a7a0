"""How the learning rate changes over a training."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from fathom.core.expectations import number, one_of, refuse, whole
from fathom.core.records.record import Record

ScheduleName = Literal["inverse", "exponential", "root", "staircase", "cosine", "custom"]
DEFAULT_RATE = {"inverse": 1.0, "exponential": 0.95, "root": 1.0, "staircase": 0.5, "cosine": 0.0}


@dataclass(frozen=True, kw_only=True)
class Schedule(Record):
    """The learning rate by epoch (C2W2-13, 14), as a factor on the rate that was set.

    With epoch counted from 1 as the course does:

    - inverse: 1 / (1 + rate * epoch)
    - exponential: rate ** epoch
    - root: rate / sqrt(epoch)
    - staircase: rate ** floor((epoch - 1) / every)
    - cosine: rate + (1 - rate) * (1 + cos(pi * done)) / 2, with done the share of all steps that is behind
    - custom: a function of the epoch, recorded as "custom"

    Attributes:
        name: one of the names above.
        rate: the constant in the formula; each name has its default (1, 0.95, 1, 0.5, 0).
        every: epochs on one stair ("staircase" alone).
        warmup: steps over which the rate rises in a line from 0, before and on top of the formula.
        function: the user's function from the epoch to a factor ("custom" alone); not written to disk.

    Raises:
        UnusableInput: a name, rate or number of steps that cannot be.

    Example:
        >>> decay = Schedule.of({"name": "inverse", "rate": 1.0})
        >>> [round(0.2 * decay.factor(epoch), 4) for epoch in (1, 2, 3, 4)]
        [0.1, 0.0667, 0.05, 0.04]
    """

    name: ScheduleName
    rate: float = math.nan
    every: int = 10
    warmup: int = 0
    function: Callable[[int], float] | None = None

    def __post_init__(self) -> None:
        one_of("schedule.name", self.name, get_args(ScheduleName))
        if self.name != "custom" and self.function is not None:
            raise refuse("`schedule`", expected="a function, or a name with its rate", got=f"{self.name!r} and a function")
        if self.name != "custom":
            rate = DEFAULT_RATE[self.name] if isinstance(self.rate, float) and math.isnan(self.rate) else self.rate
            object.__setattr__(self, "rate", number("schedule.rate", rate, low=0.0))
        object.__setattr__(self, "every", whole("schedule.every", self.every, low=1))
        object.__setattr__(self, "warmup", whole("schedule.warmup", self.warmup))

    @classmethod
    def of(cls, value: Any) -> Schedule | None:
        """From what a user writes: None, a name, a mapping with a name, or a function of the epoch."""
        if value is None or isinstance(value, Schedule):
            return value
        if isinstance(value, str):
            return cls(name=value)  # type: ignore[arg-type]
        if callable(value):
            return cls(name="custom", function=value)
        if isinstance(value, Mapping) and value.get("name") == "custom":  # of a run that was opened: the function is not on disk
            return cls(name="custom", warmup=value.get("warmup", 0))
        if isinstance(value, Mapping) and "name" in value and set(value) <= {"name", "rate", "every", "warmup"}:
            return cls(**value)
        raise refuse("`schedule`", expected="a name, a function, or {'name': ..., 'rate': ..., 'warmup': ...}", got=repr(value))

    def factor(self, epoch: int, done: float = 0.0) -> float:
        """The factor on the learning rate in an epoch (from 1), with the share of all steps done in [0, 1]."""
        if self.name == "custom" and self.function is None:
            raise refuse("`schedule`", expected="a function of the epoch", got="'custom' without one", fix="pass the function itself")
        if self.function is not None:
            return number("schedule(epoch)", self.function(epoch), low=0.0)
        formulas: dict[str, Callable[[], float]] = {
            "inverse": lambda: 1.0 / (1.0 + self.rate * epoch),
            "exponential": lambda: self.rate**epoch,
            "root": lambda: self.rate / math.sqrt(epoch),
            "staircase": lambda: self.rate ** ((epoch - 1) // self.every),
            "cosine": lambda: self.rate + (1.0 - self.rate) * 0.5 * (1.0 + math.cos(math.pi * done)),
        }
        return formulas[self.name]()

    def to_json(self) -> dict[str, Any]:
        """Name, rate, every and warmup; a function has no JSON and is left out."""
        return {"name": self.name, "rate": None if self.name == "custom" else self.rate, "every": self.every, "warmup": self.warmup}

    def __str__(self) -> str:
        text = self.name if self.name == "custom" else f"{self.name} {self.rate:g}"
        return text + (f" every {self.every}" if self.name == "staircase" else "") + (f", warm-up {self.warmup}" if self.warmup else "")
