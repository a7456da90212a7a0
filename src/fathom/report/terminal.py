"""A diagnosis in the terminal: the lines that `str(diagnosis)` has, in color."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from fathom.core.diagnosis_lines import FULL, REACH, Line, lines_of
from fathom.core.records.diagnosis import Diagnosis

STYLES = {
    "title": "bold",
    "faint": "dim",
    "bar": "cyan",
    "reach": "cyan",
    "high": "bold red",
    "low": "green",
    "unclear": "yellow",
    "warning": "yellow",
    "error": "bold red",
}
"""A rich style for each meaning; one that is not here is plain."""


def show(diagnosis: Diagnosis, console: Console) -> None:
    """Print a diagnosis: headline, ladder, what is unclear, next steps, what was inferred.

    Args:
        diagnosis: what to show.
        console: where; plain text where it has no color, bars of # and . where its encoding knows no blocks.
    """
    blocks = _has_blocks(console.encoding)
    for line in lines_of(diagnosis, min(console.width, 100)):
        console.print(_text(line, blocks), soft_wrap=True)


def _has_blocks(encoding: str) -> bool:
    try:
        (FULL + REACH).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _text(line: Line, blocks: bool) -> Text:
    """One line; spaces at its end are left out, so that a log file has none."""
    text = Text()
    for part, meaning in line:
        text.append(part if blocks else part.replace(FULL, "#").replace(REACH, "."), style=STYLES.get(meaning, ""))
    text.rstrip()
    return text
