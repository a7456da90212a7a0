"""A model check in the terminal: findings with evidence, likely cause and fix; then what was not checked, and why."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from fathom.core.records.model_check import ModelCheck
from fathom.core.records.not_checked import NotChecked
from fathom.report.finding_block import finding_block
from fathom.report.screen import line

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
        finding_block(screen, finding)
        screen.print()
    _passed(screen, check)
    _not_checked(screen, check)
    line(screen, "verdict", _verdict(check), "bold green" if check.ok else "bold red")


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
