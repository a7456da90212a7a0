"""What `improve` was asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fathom.core.expectations import number, refuse
from fathom.experiment.build import NetLike

UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


def seconds_of(budget: str | float) -> float:
    """A budget in seconds: '90s', '2m', '1h', '1m30s' or a number of seconds.

    Raises:
        UnusableInput: no such text, or not above 0.

    Example:
        >>> seconds_of("2m"), seconds_of("1m30s"), seconds_of(45)
        (120.0, 90.0, 45.0)
    """
    if not isinstance(budget, str):
        return number("budget", budget, low=0.0, low_open=True)
    text = budget.strip().lower()
    parts = re.findall(r"(\d+(?:\.\d+)?)\s*(s|min|m|h)?", text)
    if not parts or re.sub(r"(\d+(?:\.\d+)?)\s*(s|min|m|h)?\s*", "", text):
        raise refuse("`budget`", expected="a time as in 90s, 2m or 1h", got=repr(budget))
    return number("budget", sum(float(n) * UNITS[unit] for n, unit in parts), low=0.0, low_open=True)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The question.

    Attributes:
        net: the catalogue's name, or what builds one.
        arguments: settings and the net's arguments of the plain fit.
        goal, human, tolerance: as in `diagnose`; None where left out.
        budget: seconds.
        references: whether plain methods bound the floor.
        open_test: whether test is opened at the end.
        seed: of the first start; the others follow it.
    """

    net: NetLike
    arguments: Mapping[str, Any]
    goal: float | None = None
    human: Any = None
    tolerance: float | None = None
    budget: float = 60.0
    references: bool = True
    open_test: bool = True
    seed: int = 0

    @property
    def rates(self) -> dict[str, Any]:
        """For `diagnose`: only what was given."""
        given = {"goal": self.goal, "human": self.human, "tolerance": self.tolerance, "references": self.references}
        return {name: value for name, value in given.items() if value is not None}

    def with_changes(self, changes: Mapping[str, Any]) -> tuple[NetLike, dict[str, Any]]:
        """The net and the arguments of the plain fit with changes on top."""
        together = {**self.arguments, "seed": self.seed, **changes}
        return together.pop("net", self.net), together


@dataclass
class Incumbent:
    """The experiment so far: what the next idea has to be better than.

    Attributes:
        changes: arguments by name that it has and the plain fit has not.
        errors: (n,) of each dev example, the mean over the starts.
    """

    changes: dict[str, Any]
    errors: Any
