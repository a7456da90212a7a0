"""An audit in the terminal: findings with evidence, cause and fix; what was looked for and not found; what was not done or sampled."""

from __future__ import annotations

from rich.console import Console

from fathom.core.records.audit import ORDER, Audit, severity_count
from fathom.report.finding_block import finding_block
from fathom.report.screen import STYLES, line

GOOD = "green"


def show(audit: Audit, screen: Console) -> None:
    """Print an audit.

    Args:
        audit: what to show.
        screen: where; colors where it has them.
    """
    line(screen, "data", audit.about)
    screen.print()
    loud = [finding for finding in audit.findings if finding.severity != "info"]
    for finding in loud:
        finding_block(screen, finding)
        screen.print()
    for finding in audit.findings:
        if finding.severity == "info":
            line(screen, "info", f"{finding.what} [{finding.id}]", STYLES["info"])
    if len(audit.findings) > len(loud):
        screen.print()
    _quiet(audit, screen)
    line(screen, "verdict", _verdict(audit), "bold green" if not loud else STYLES[loud[0].severity])


def _quiet(audit: Audit, screen: Console) -> None:
    """What found nothing, what was not done, what was sampled, and the tests."""
    if audit.passed:
        line(screen, "clean", "; ".join(audit.passed.values()), GOOD)
    reasons: dict[str, list[str]] = {}
    for left in audit.not_done:
        reasons.setdefault(left.reason, []).append(left.name)
    for place, (reason, names) in enumerate(reasons.items()):
        line(screen, "not done" if place == 0 else "", f"{'; '.join(names)}: {reason}", "dim")
    for place, text in enumerate(audit.approximate):
        line(screen, "sampled" if place == 0 else "", text, "yellow")
    if audit.tests:
        least = min(audit.tests, key=lambda test: test.adjusted)
        text = f"{len(audit.tests)} together at level {audit.level:g} (Holm); the smallest adjusted p is {least.adjusted:.2g}: {least.what}"
        line(screen, "tests", text, "dim")


def _verdict(audit: Audit) -> str:
    counts = {severity: sum(f.severity == severity for f in audit.findings) for severity in ORDER if severity != "info"}
    words = [severity_count(n, severity) for severity, n in counts.items() if n]
    return f"{', '.join(words) or 'no error and no warning'}, in {audit.seconds.get('in all', 0.0):.1f} s"
