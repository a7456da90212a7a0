"""What an audit of splits saw: findings, the checks that found nothing, what was not done and what is approximate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fathom.core.records.audit_test import AuditTest
from fathom.core.records.finding import Finding
from fathom.core.records.not_checked import NotChecked
from fathom.core.records.record import Record

ORDER = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, kw_only=True)
class Audit(Record):
    """Splits held against what honest figures need; the findings can be gone through as a list.

    Attributes:
        name: of the data.
        rows: examples by role.
        columns: how many inputs.
        findings: what was seen, errors first; those of loading and splitting among them.
        passed: id -> name of the checks that found nothing.
        not_done: checks that were left out, with the reason.
        tests: the statistical tests, with Holm's adjustment over all of them.
        approximate: what was looked at in a sample, one sentence each; empty where all rows were.
        level: the chance of one false finding among all tests.
        seconds: by check, and "in all".

    Example:
        >>> audit = Audit(name="churn", rows={"train": 60, "dev": 20, "test": 20}, columns=4, findings=(), passed={"a": "copies"})
        >>> audit.ok, len(audit)
        (True, 0)
        >>> print(audit)
        churn, 100 rows (60 train, 20 dev, 20 test), 4 inputs: nothing found by 1 check.
    """

    name: str
    rows: Mapping[str, int]
    columns: int
    findings: tuple[Finding, ...]
    passed: Mapping[str, str] = field(default_factory=dict)
    not_done: tuple[NotChecked, ...] = ()
    tests: tuple[AuditTest, ...] = ()
    approximate: tuple[str, ...] = ()
    level: float = 0.01
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether there is no finding of severity error."""
        return all(finding.severity != "error" for finding in self.findings)

    @property
    def about(self) -> str:
        """What was looked at: 'churn, 100 rows (60 train, 20 dev, 20 test), 4 inputs'."""
        roles = ", ".join(f"{n:,} {role.replace('_', '-')}" for role, n in self.rows.items())
        return f"{self.name}, {_counted(sum(self.rows.values()), 'row')} ({roles}), {_counted(self.columns, 'input')}"

    @property
    def headline(self) -> str:
        """What was looked at and how much was found, one line."""
        return f"{self.about}: {self.verdict}."

    @property
    def verdict(self) -> str:
        """How much was found, by severity."""
        counts = {severity: sum(f.severity == severity for f in self.findings) for severity in ORDER}
        words = [severity_count(n, severity) for severity, n in counts.items() if n]
        quiet = f"{len(self.passed)} check{'s' * (len(self.passed) != 1)}"
        return f"{', '.join(words)}; {quiet} found nothing" if words else f"nothing found by {quiet}"

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __bool__(self) -> bool:
        return True

    def to_json(self) -> dict[str, Any]:
        """The fields, with `ok` and `headline`."""
        return {"ok": self.ok, "headline": self.headline, **super().to_json()}

    def __str__(self) -> str:
        lines = [self.headline, *map(str, self.findings)]
        lines += [f"Approximate: {text}" for text in self.approximate]
        lines += ["Not done:", *(f"  {left}" for left in self.not_done)] if self.not_done else []
        return "\n".join(lines)


def severity_count(n: int, severity: str) -> str:
    """'2 warnings', '1 error', '3 info'."""
    return f"{n} {severity if severity == 'info' or n == 1 else severity + 's'}"


def _counted(n: int, word: str) -> str:
    return f"{n:,} {word}{'s' * (n != 1)}"
