"""`fathom fit FILE --target Y` on every real table, with no option but the target, each in a fresh process.

    python examples/real_tables/run.py [FOLDER] [NAME ...] [--page docs/real_tables.md]

FOLDER holds what fetch.py wrote (cache/tables where left out). The screen of every run is kept beside its table in
FOLDER/screens, for reading: the numbers say less than the lines. With --page the table in that page is written anew.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from real_tables import TABLES, Table

FOLDER = Path("cache/tables")
LIMIT = 300.0
"""Seconds after which a run counts as hung."""

START, END = "<!-- table: start -->", "<!-- table: end -->"
_LETTERS = {"number": "n", "category": "c", "boolean": "b", "date": "d", "text": "t", "identifier": "i"}


@dataclass(frozen=True)
class Outcome:
    """What one run said.

    Attributes:
        table: which file.
        code: the exit code; 0 is done.
        seconds: wall time of the whole process.
        screen: all that it printed for people.
        columns: how many of each kind, then how many were left aside.
        rows: of train, dev and test together.
        errors: by rung.
        reference: name and dev error of the best one.
        verdict: the verdicts, or "none".
        focus: the gap to work on, or "none".
        findings: ids, worst first.
    """

    table: Table
    code: int
    seconds: float
    screen: str
    columns: str = ""
    rows: int = 0
    errors: dict[str, float] = field(default_factory=dict)
    reference: tuple[str, float] | None = None
    verdict: str = "none"
    focus: str = "none"
    findings: tuple[str, ...] = ()


def run_table(table: Table, folder: Path) -> Outcome:
    """Fit one table as a person would and collect what the run said."""
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "run"
        call = [sys.executable, "-m", "fathom", "fit", str(folder / f"{table.name}.csv"), "--target", table.target]
        begun = time.perf_counter()
        done = subprocess.run([*call, "--out", str(out), "--json"], capture_output=True, text=True, timeout=LIMIT, check=False)
        seconds = time.perf_counter() - begun
        if done.returncode != 0:
            return Outcome(table, done.returncode, seconds, done.stderr)
        return _read(table, seconds, done, out)


def _read(table: Table, seconds: float, done: subprocess.CompletedProcess[str], out: Path) -> Outcome:
    said = json.loads(done.stdout)
    prepare = json.loads((out / "prepare.json").read_text())
    diagnosis = said["diagnosis"]
    rungs = {rung["name"]: rung["estimate"] for rung in diagnosis["ladder"]["rungs"]}
    sealed = sum(diagnosis["ladder"]["sealed"].values())
    rows = sealed + sum(int(rung["n"] or 0) for name, rung in rungs.items() if name != "floor")
    return Outcome(
        table=table,
        code=0,
        seconds=seconds,
        screen=done.stderr,
        columns=_kinds(prepare["columns"]),
        rows=rows,
        errors={name: rung["value"] for name, rung in rungs.items()},
        reference=_best(diagnosis["references"]),
        verdict=", ".join(diagnosis["verdicts"]) or "none",
        focus=diagnosis["focus"] or "none",
        findings=tuple(f["id"] for f in (*said["findings"], *diagnosis["findings"]) if f["severity"] != "info"),
    )


def _kinds(columns: list[dict[str, Any]]) -> str:
    """As '15 n, 3 c, 1 i': numbers, categories, booleans, dates, texts, identifiers."""
    counts = Counter(column["kind"] for column in columns if column["use"] != "target")
    return ", ".join(f"{counts[kind]} {letter}" for kind, letter in _LETTERS.items() if counts[kind])


def _best(references: dict[str, Any]) -> tuple[str, float] | None:
    known = [(name, entry["estimate"]["value"]) for name, entry in references.items() if entry.get("estimate")]
    return min(known, key=lambda pair: pair[1]) if known else None


def line(outcome: Outcome) -> str:
    """One row of the page's table."""
    table = outcome.table
    if outcome.code != 0:
        return f"| {table.name} | {table.target} | | | | | | exit {outcome.code} | {outcome.seconds:.1f} |"
    best = f"{outcome.reference[1]:.1%} {outcome.reference[0]}" if outcome.reference else ""
    errors = f"{outcome.errors['train']:.1%} | {outcome.errors['dev']:.1%}"
    what = f"{outcome.verdict}; {outcome.focus.replace('_', ' ')}"
    return f"| {table.name} | {table.target} | {outcome.rows:,} | {outcome.columns} | {errors} | {best} | {what} | {outcome.seconds:.1f} |"


def page_table(outcomes: list[Outcome]) -> str:
    """The table of the page, with the machine and the day."""
    head = "| table | target | rows | columns | train | dev | best reference | verdict; focus | s |\n|---|---|---|---|---|---|---|---|---|"
    done = sum(outcome.code == 0 for outcome in outcomes)
    about = f"{done} of {len(outcomes)} tables ended with a ladder. {date.today().isoformat()}, {machine()}."
    return "\n".join([about, "", head, *(line(outcome) for outcome in outcomes)])


def machine() -> str:
    """The processor and how many cores this process may use."""
    info = Path("/proc/cpuinfo")
    names = [row.split(":", 1)[1].strip() for row in info.read_text().splitlines() if row.startswith("model name")] if info.exists() else []
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{names[0] if names else platform.machine()}, {cores} cores, Python {platform.python_version()}"


def write_page(path: Path, table: str) -> None:
    """Put the table between its two marks; the words around it stay."""
    text = path.read_text()
    before, after = text.split(START)[0], text.split(END)[1]
    path.write_text(f"{before}{START}\n{table}\n{END}{after}")


def main() -> None:
    """Run what the command line names and show it as it comes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--page", type=Path)
    given = parser.parse_args()
    screens = given.folder / "screens"
    screens.mkdir(exist_ok=True)
    chosen = [t for t in TABLES if (given.folder / f"{t.name}.csv").exists() and (not given.names or t.name in given.names)]
    outcomes = []
    for table in chosen:
        outcomes.append(run_table(table, given.folder))
        (screens / f"{table.name}.txt").write_text(outcomes[-1].screen)
        print(line(outcomes[-1]), flush=True)
    if given.page:
        write_page(given.page, page_table(outcomes))


if __name__ == "__main__":
    main()
