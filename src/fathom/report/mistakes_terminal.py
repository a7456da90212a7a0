"""An error analysis in the terminal: the lines that `str(analysis)` has, in color."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from fathom.core.mistakes_lines import lines_of
from fathom.core.records.error_analysis import ErrorAnalysis
from fathom.report.terminal import STYLES


def show_mistakes(made: ErrorAnalysis, console: Console, *, columns: Sequence[str] | None = None) -> None:
    """Print an error analysis: the worst mistakes, causes and ceilings, slices, labels, what to do.

    Args:
        made: what to show.
        console: where.
        columns: the input columns that are wanted; as many of the most telling as fit where None.
    """
    for line in lines_of(made, min(console.width, 100), columns=columns):
        text = Text()
        for part, meaning in line:
            text.append(part, style=STYLES.get(meaning, ""))
        text.rstrip()
        console.print(text, soft_wrap=True)
