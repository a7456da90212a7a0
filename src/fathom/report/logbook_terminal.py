"""A logbook in the terminal: the lines that `str(logbook)` has, in color; all at once, or part by part as it is written."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from fathom.core.diagnosis_lines import Line
from fathom.report.terminal import STYLES


def print_lines(lines: Iterable[Line], console: Console) -> None:
    """A blank line, and the lines of one part of the story."""
    console.print()
    for line in lines:
        text = Text()
        for part, meaning in line:
            text.append(part, style=STYLES.get(meaning, ""))
        text.rstrip()
        console.print(text, soft_wrap=True)
