"""A finding in the terminal with all that it holds: what, evidence, likely cause, fix."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from fathom.core.records.finding import Finding
from fathom.report.screen import LABEL, STYLES, line

MOST_EVIDENCE = 6


def finding_block(screen: Console, finding: Finding) -> None:
    """What was seen, the evidence, the likely cause and the fix, each under the other."""
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
