"""One section of the page: what a script says, and whether its figures hold."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import runpy
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROWS = re.compile(r"C\d+W\d+-\d+")


@dataclass(frozen=True, kw_only=True)
class Section:
    """What a script left behind.

    Attributes:
        script: its path.
        title: the first line of its docstring, without the full stop.
        course: the sentences after it.
        rows: of the course's list.
        head, cells: of its table.
        figures: as plotly's JSON.
        checked: what it asserted, with the figures found.
        problem: the traceback, where an assertion did not hold or the script broke.
        seconds: it took.
    """

    script: Path
    title: str
    course: str
    rows: tuple[str, ...]
    head: tuple[str, ...] = ()
    cells: tuple[tuple[Any, ...], ...] = ()
    figures: tuple[str, ...] = ()
    checked: str = ""
    problem: str = ""
    seconds: float = 0.0

    @property
    def number(self) -> str:
        """The lecture's number, or "" of an exercise."""
        return str(int(self.script.name[:2])) if self.script.name[0].isdigit() else ""


def scripts(folder: Path = HERE) -> list[Path]:
    """The scripts in the order of the course: lectures, then exercises."""
    return sorted([*folder.glob("[0-9][0-9]_*.py"), *folder.glob("exercise_*.py")])


def about(script: Path) -> dict[str, Any]:
    """Title, sentences and rows, from the script's docstring."""
    text = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or script.stem
    title, *rest = text.split("\n\n")
    course = " ".join(part for part in rest if not part.startswith("Rows:"))
    return {"script": script, "title": title.rstrip("."), "course": " ".join(course.split()), "rows": tuple(ROWS.findall(text))}


def run(script: Path) -> Section:
    """Run a script and take its `table`, `figure` and `checked`."""
    known, started = about(script), time.perf_counter()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            left = runpy.run_path(str(script), run_name="__main__")
        found = _taken(left)
    except Exception:
        found = {"problem": traceback.format_exc(limit=-2)}
    return Section(**known, **found, seconds=time.perf_counter() - started)


def _taken(left: dict[str, Any]) -> dict[str, Any]:
    table, figures = left["table"], left.get("figure", [])
    listed = figures if isinstance(figures, list) else [figures]
    return {
        "head": tuple(table.columns),
        "cells": tuple(table.rows()),
        "figures": tuple(figure.to_json() for figure in listed),
        "checked": left["checked"],
    }
