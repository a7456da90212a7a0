"""What `check_model` saw: findings, the checks that found nothing, and what was not checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fathom.core.records.finding import Finding
from fathom.core.records.not_checked import NotChecked
from fathom.core.records.record import Record

ORDER = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, kw_only=True)
class ModelCheck(Record):
    """A module checked before it is trained.

    Attributes:
        net: the class of the module.
        parameters: how many numbers its parameters hold.
        examples: how many examples the batch has.
        findings: what was seen, errors first.
        passed: id -> name of the checks that found nothing.
        not_checked: what was left out, with the reason and the time that it wants.
        shortened: id -> how many examples a check was given, where the whole batch would have taken too long.
        seconds: by check, and "in all".
        pass_seconds: one forward and one backward pass over the batch, measured or (where the batch was too large to try)
            projected from fewer examples; None where the net could not be run.
        budget: in seconds.
        interrupted: whether the user broke it off.

    Example:
        >>> check = ModelCheck(net="Net", parameters=10, examples=4, findings=(), passed={"check.signal": "signal by layer"}, budget=60.0)
        >>> check.ok
        True
        >>> print(check)
        Net, 10 parameters, 4 examples: nothing found by 1 check.
    """

    net: str
    parameters: int
    examples: int
    findings: tuple[Finding, ...]
    passed: Mapping[str, str] = field(default_factory=dict)
    not_checked: tuple[NotChecked, ...] = ()
    shortened: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    pass_seconds: float | None = None
    budget: float
    interrupted: bool = False

    @property
    def ok(self) -> bool:
        """Whether there is no finding of severity error."""
        return all(finding.severity != "error" for finding in self.findings)

    @property
    def headline(self) -> str:
        """What was checked and how much was found, one line."""
        counts = {severity: sum(f.severity == severity for f in self.findings) for severity in ORDER}
        words = [f"{n} {severity if severity == 'info' or n == 1 else severity + 's'}" for severity, n in counts.items() if n]
        ran = f"{len(self.passed)} check{'s' * (len(self.passed) != 1)}"
        found = f"{', '.join(words)}; {ran} found nothing" if words else f"nothing found by {ran}"
        return f"{self.net}, {_counted(self.parameters, 'parameter')}, {_counted(self.examples, 'example')}: {found}."

    def to_json(self) -> dict[str, Any]:
        """The fields, with `ok`."""
        return {"ok": self.ok, **super().to_json()}

    def __str__(self) -> str:
        lines = [self.headline, *map(str, self.findings)]
        if self.not_checked:
            lines += ["Not checked:", *(f"  {left}" for left in self.not_checked)]
        if self.interrupted:
            lines.append("Interrupted: what is above was finished.")
        return "\n".join(lines)


def _counted(n: int, word: str) -> str:
    return f"{n:,} {word}{'s' * (n != 1)}"
