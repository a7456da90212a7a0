"""The logbook: the experiments of an improvement in order, each with its reason and its result."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from fathom.core.records.comparison import Standing
from fathom.core.records.dev_looks import DevLooks
from fathom.core.records.estimate import Estimate
from fathom.core.records.ladder import Ladder
from fathom.core.records.record import Record
from fathom.core.records.remedy import Remedy

Ending = Literal["goal met", "sound", "nothing helps", "dev cannot tell", "budget", "interrupted"]

Outcome = Literal["kept", "not kept", "not tried"]


@dataclass(frozen=True, kw_only=True)
class Tried(Record):
    """One value of a remedy, as dev saw it.

    Attributes:
        label: what it has and the experiment so far has not: "l2 12".
        error: dev, the mean over the starts.
        difference: that error minus the one of the experiment so far, paired on the same dev examples, with its interval.
        p: of no difference, adjusted for all values of the step together.
        verdict: as in a comparison; "diverged" where a start of it did.

    Example:
        >>> print(Tried(label="l2 12", error=0.19, difference=Estimate(value=-0.03, low=-0.05, high=-0.01), p=0.01, verdict="better"))
        l2 12: 0.19, -0.03 (-0.05 to -0.01), p = 0.01: better
    """

    label: str
    error: float
    difference: Estimate | None = None
    p: float = 1.0
    verdict: Standing | Literal["diverged"] = "no difference that this dev set can show"

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Tried:
        """The record again, from its JSON values."""
        known, error = values.get("difference"), values["error"]
        return cls(**{**values, "error": math.nan if error is None else error, "difference": None if known is None else Estimate(**known)})

    def __str__(self) -> str:
        return f"{self.label}: {self.error:.4g}" + (f", {self.difference}, p = {self.p:.2g}: {self.verdict}" if self.difference else "")


@dataclass(frozen=True, kw_only=True)
class LoggedExperiment(Record):
    """Idea, experiment and result of one step (C2W1-01).

    Attributes:
        remedy: the idea: one knob for one gap.
        reason: why now, from the diagnosis: "variance 20.5 points (17.0 to 24.1) is high".
        tried: each value of it, in the order of the remedy's choices; () where it was not tried.
        starts: nets of each value, from different starts.
        outcome: "kept", "not kept" or "not tried".
        chosen: the label of what was kept, else of the value with the lowest dev error; "" where there is none.
        before, after: dev error of the experiment so far and after the step, means over the starts.
        gain: after minus before on the same dev examples, of what was chosen.
        says: the result in a sentence.
        alike: the correlation of two values' dev errors over the examples, as it is on average; None of a single value.
        seconds: what it took.
    """

    remedy: Remedy
    reason: str
    tried: tuple[Tried, ...] = ()
    starts: int = 0
    outcome: Outcome
    chosen: str = ""
    before: float
    after: float
    says: str = ""
    alike: float | None = None
    seconds: float = 0.0

    @property
    def best(self) -> Tried | None:
        """What was chosen, as dev saw it."""
        return next((t for t in self.tried if t.label == self.chosen), None)

    @property
    def nets(self) -> int:
        """How many were trained."""
        return self.starts * len(self.tried)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> LoggedExperiment:
        """The record again, from its JSON values."""
        known = {**values["remedy"], "choices": tuple(_tuples(c) for c in values["remedy"]["choices"])}
        return cls(**{**values, "remedy": Remedy(**known), "tried": tuple(Tried.from_json(t) for t in values["tried"])})

    def __str__(self) -> str:
        return f"{self.remedy.name}: {self.says}"


def _tuples(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has lists where settings and nets have tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in arguments.items()}


@dataclass(frozen=True, kw_only=True)
class Logbook(Record):
    """How a net became better, and why it stopped there; print it.

    Attributes:
        headline: from where to where, and why it stopped, in a sentence or two.
        name: of the data.
        plain: the first experiment in words: net, plan and settings.
        before: ladder of the plain fit, for its errors by role.
        after: ladder of the best net, test open.
        experiments: in order.
        ending: "goal met", "sound" (bias and variance are low), "nothing helps", "dev cannot tell", "budget" or "interrupted".
        says: why it ended, in a sentence.
        changes: what the best one has and the plain fit has not: arguments by name.
        goal, human: as they were given; None where they were not.
        budget: seconds that were allowed.
        seconds: what all of it took.
        looks: decisions that were taken by this dev set, those of earlier runs in the same folder too.
        optimism: how much better than it is the best dev error is expected to look for all these looks; None where that is not known.
        next: what is left to do, first things first.
        command: what makes the best net again.
        balanced: whether errors are balanced ones, because a class is rare.
        best: the run; None in a logbook that was read from a file.
    """

    headline: str
    name: str
    plain: str
    before: Ladder
    after: Ladder
    experiments: tuple[LoggedExperiment, ...]
    ending: Ending
    says: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    goal: float | None = None
    human: float | None = None
    budget: float
    seconds: float = 0.0
    looks: DevLooks
    optimism: float | None = None
    next: tuple[str, ...] = ()
    command: str = ""
    balanced: bool = False
    best: Any = field(default=None, repr=False, compare=False)

    @property
    def kept(self) -> tuple[LoggedExperiment, ...]:
        """The experiments that made it better."""
        return tuple(e for e in self.experiments if e.outcome == "kept")

    def to_json(self) -> dict[str, Any]:
        """All but the run itself, which has a folder of its own."""
        return dataclasses.replace(self, best=None)._plain()

    def _plain(self) -> dict[str, Any]:
        found = super().to_json()
        del found["best"]
        return found

    def __str__(self) -> str:
        from fathom.core.diagnosis_lines import text_of
        from fathom.core.logbook_lines import lines_of

        return "\n".join(text_of(line) for line in lines_of(self))
