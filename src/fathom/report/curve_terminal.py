"""A learning curve in the terminal: the lines that `str(curve)` has, in color."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from fathom.core.learning_curve_lines import lines_of
from fathom.core.records.learning_curve import LearningCurve
from fathom.report.terminal import STYLES


def show_curve(curve: LearningCurve, console: Console) -> None:
    """Print a learning curve: sentence, picture, table, law."""
    for line in lines_of(curve, min(console.width, 100)):
        text = Text()
        for part, meaning in line:
            text.append(part, style=STYLES.get(meaning, ""))
        text.rstrip()
        console.print(text, soft_wrap=True)
