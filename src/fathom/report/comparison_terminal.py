"""A comparison in the terminal: the lines that `str(comparison)` has, in color."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from fathom.core.comparison_lines import lines_of
from fathom.core.records.comparison import Comparison
from fathom.report.terminal import STYLES


def show_comparison(made: Comparison, console: Console) -> None:
    """Print a comparison: headline, settings that differ, errors, paired differences."""
    for line in lines_of(made, min(console.width, 100)):
        text = Text()
        for part, meaning in line:
            text.append(part, style=STYLES.get(meaning, ""))
        text.rstrip()
        console.print(text, soft_wrap=True)
