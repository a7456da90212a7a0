"""A model check in the terminal: findings with evidence, likely cause and fix; then what was not checked, and why."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from fathom.core.records.finding import Finding
from fathom.core.records.model_check import ModelCheck
from fathom.core.records.not_checked import NotChecked
from fathom.report.screen import LABEL, STYLES, line

MOST_EVIDENCE = 6
GOOD = "green"


def show(check: ModelCheck, screen: Console) -> None:
    """Print a model check.

    Args:
        check: what to show.
        screen: where; colors where it has them.
    """
    line(screen, "net", f"{check.net}, {check.parameters:,} parameters; a batch of {check.examples:,}")
    screen.print()
    for finding in check.findings:
        _finding(screen, finding)
        screen.print()
    _passed(screen, check)
    _not_checked(screen, check)
    line(screen, "verdict", _verdict(check), "bold green" if check.ok else "bold red")


def _finding(screen: Console, finding: Finding) -> None:
    line(screen, finding.severity, f"{finding.what} [{finding.id}]", STYLES[finding.severity])
    evidence = _evidence(finding.evidence)
    if evidence:
        _part(screen, "evidence", evidence)
    if finding.cause:
        _part(screen, "cause", f"likely: {finding.cause}")
    if finding.fix:
        _part(screen, "fix", finding.fix)


def _part(screen: Console, label: str, text: str) -> None:
    """A faint label, and the text beside it; lines of a fix that are code stay lines."""
    first = True
    for paragraph in text.splitlines():
        for part in textwrap.wrap(paragraph, screen.width - LABEL - 1, break_on_hyphens=False, break_long_words=False):
            shown = Text(f"{label if first else '':>{LABEL}} ", style="dim").append(part, style="not dim")
            first = False
            screen.print(shown, soft_wrap=True)


def _evidence(evidence: Mapping[str, Any]) -> str:
    parts = [
        f"{name.replace('_', ' ')} {_value(value)}"
        for name, value in list(evidence.items())[:MOST_EVIDENCE]
        if value is not None and name != "error"
    ]
    return ", ".join(parts)


def _value(value: Any) -> str:
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Mapping):
        return f"({', '.join(f'{k}: {_value(v)}' for k, v in list(value.items())[:4])})"
    if isinstance(value, Sequence):
        shown = ", ".join(_value(v) for v in value[:4])
        return shown + (f" and {len(value) - 4:,} more" if len(value) > 4 else "")
    return str(value)


def _passed(screen: Console, check: ModelCheck) -> None:
    if not check.passed:
        return
    names = list(check.passed.values())
    line(screen, "passed", f"{len(names)} check{'s' * (len(names) != 1)}: {'; '.join(names)}", GOOD)


def _not_checked(screen: Console, check: ModelCheck) -> None:
    timed = [left for left in check.not_checked if left.seconds is not None]
    others = [left for left in check.not_checked if left.seconds is None]
    for place, left in enumerate(timed):
        line(screen, "not run" if place == 0 else "", _left(left), "yellow")
    label = "not run" if not timed else ""
    for place, (reason, names) in enumerate(_by_reason(others).items()):
        line(screen, label if place == 0 else "", f"{'; '.join(names)}: {reason}", "dim")
    if check.shortened:
        fewest = min(check.shortened.values())
        count = len(check.shortened)
        line(
            screen,
            "",
            f"{count} check{'s' * (count != 1)} saw fewer examples, to keep the budget (the fewest: {fewest:,} of {check.examples:,})",
            "dim",
        )


def _left(left: NotChecked) -> str:
    return f"{left.name}: {left.reason}; it wants about {_duration(left.seconds or 0.0)}"


def _by_reason(others: Sequence[NotChecked]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for left in others:
        grouped.setdefault(left.reason, []).append(left.name)
    return grouped


def _verdict(check: ModelCheck) -> str:
    counts = [(sum(f.severity == severity for f in check.findings), severity) for severity in ("error", "warning")]
    words = [f"{n} {word}{'s' * (n != 1)}" for n, word in counts if n]
    taken = f"in {_duration(check.seconds.get('in all', 0.0))} of {_duration(check.budget)}"
    if check.interrupted:
        return f"interrupted: {', '.join(words) or 'nothing found'} so far, {taken}"
    return f"{', '.join(words) or 'no error and no warning'}, {taken}"


def _duration(seconds: float) -> str:
    if seconds < 10.0:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 600.0 else f"{seconds / 60.0:.0f} min"
