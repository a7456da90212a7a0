"""Run the week's scripts and put what they found on one page.

    python examples/week/make_page.py [--only 4 exercise_1 ...] [--out runs/week.html]

Two scripts run at a time. The page holds everything that it shows. Where a figure does not hold, the section says so in red and the
command ends with 1.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from page import page
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from section import Section, run, scripts

AT_A_TIME = 2


def chosen(only: list[str]) -> list[Path]:
    """The scripts that `--only` names by number or by the start of their file name; all where it names none."""
    found = [s for s in scripts() if not only or any(_names(word, s.stem) for word in only)]
    if not found:
        sys.exit(f"--only: expected a lecture's number or the start of a script's name, got {' '.join(only)}.")
    return found


def _names(word: str, stem: str) -> bool:
    return stem.startswith(f"{int(word):02d}_") if word.isdigit() else stem.startswith(word.removesuffix(".py"))


def run_all(wanted: list[Path], console: Console) -> list[Section]:
    """The sections in the order of the course."""
    done: dict[Path, Section] = {}
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # read when torch and NumPy load, in the processes below
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    pool = ProcessPoolExecutor(min(AT_A_TIME, len(wanted)), mp_context=multiprocessing.get_context("spawn"))
    try:
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("The week", total=len(wanted))
            for future in as_completed([pool.submit(run, script) for script in wanted]):
                section = future.result()
                done[section.script] = section
                bar.advance(task)
                mark = "[red]fails[/red]" if section.problem else "[green]holds[/green]"
                bar.console.print(f"{mark}  {section.seconds:5.1f} s  {section.script.stem}")
    except KeyboardInterrupt:
        pool.shutdown(wait=False, cancel_futures=True)
        console.print(f"Interrupted: {len(done)} of {len(wanted)} scripts had run, and no page was written.")
        sys.exit(130)
    pool.shutdown()
    return [done[script] for script in wanted]


def main() -> int:
    """Run, write, say where; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", default=[], help="lecture numbers, or how a script's name begins")
    parser.add_argument("--out", type=Path, default=Path("runs/week.html"), help="the page")
    arguments = parser.parse_args()
    console, started = Console(highlight=False), time.perf_counter()
    sections = run_all(chosen(arguments.only), console)
    seconds = time.perf_counter() - started
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(page(sections, seconds, arguments.out), encoding="utf-8")
    failed = [s for s in sections if s.problem]
    for section in failed:
        console.print(f"\n[red]{section.title}[/red] ({section.script.name})")
        console.print(section.problem, markup=False, soft_wrap=True)
    console.print(f"{len(sections) - len(failed)} of {len(sections)} scripts hold, in {seconds:.0f} s: {arguments.out}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
