"""The dev meter: a file in the folder of runs with a line for every decision that was taken by looking at dev.

A line is JSON: the digest of the dev set, what for, how many candidates it was taken from. Lines are only ever added, so that two
trainings at once and a kill do no harm; another dev set has another digest and starts at 0. A run that is removed stays counted: it was
looked at.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from fathom.core.records.dev_looks import DevLooks

METER = "dev_meter.jsonl"

LARGEST = 16 * 1024 * 1024
"""Bytes that are read at most: some 100,000 lines, the latest ones."""

OPENED = "test opened"


def add(
    folder: Path,
    dev: str,
    what: str,
    *,
    looks: int = 1,
    candidates: int = 0,
    stopped: int = 0,
    correlation: float | None = None,
    run: str = "",
    date: str = "",
) -> None:
    """Write down that dev was looked at; where the folder cannot be written nothing is counted.

    Args:
        folder: of the runs.
        dev: digest of the dev set.
        what: "fit", "compare", "search", "threshold", "improve", or `OPENED` for a test set.
        looks: decisions that were taken.
        candidates: what they were taken from: nets, settings, thresholds whose dev error was shown for the first time.
        stopped: epochs that early stopping chose from.
        correlation: of the candidates' errors with one another or with earlier ones.
        run, date: who and when, for people.
    """
    entry = {"dev": dev, "what": what, "looks": looks, "candidates": candidates, "stopped": stopped, "run": run, "date": date}
    if correlation is not None:
        entry["correlation"] = round(correlation, 4)
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / METER
        if path.is_symlink():
            return
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644), "ab") as file:
            file.write((json.dumps(entry, ensure_ascii=False) + "\n").encode("utf-8"))


def read(folder: Path, dev: str) -> DevLooks:
    """What the meter of a folder of runs says of one dev set; nothing where there is no meter.

    Lines that do not read as what fathom writes are passed over: the worst that a stray hand can do is a wrong count.
    """
    counts: dict[str, int] = {}
    candidates, stopped = 0, 0
    known: list[float] = []
    openings: list[str] = []
    for entry in _entries(folder / METER):
        if entry.get("dev") != dev:
            continue
        what = entry.get("what")
        if what == OPENED:
            openings.append(str(entry.get("run", ""))[:200])
            continue
        if not isinstance(what, str):
            continue
        counts[what[:40]] = counts.get(what[:40], 0) + _number(entry, "looks")
        candidates += _number(entry, "candidates")
        stopped = max(stopped, _number(entry, "stopped"))
        rho = entry.get("correlation")
        if isinstance(rho, float | int) and not isinstance(rho, bool) and -1 <= rho <= 1:
            known.append(float(rho))
    correlation = sum(known) / len(known) if known else None
    return DevLooks(counts=counts, candidates=candidates, stopped=stopped, correlation=correlation, openings=tuple(openings))


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    try:
        if path.is_symlink() or not path.is_file():
            return
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - LARGEST))
            lines = file.read(LARGEST).decode("utf-8", "replace").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(entry, dict):
            yield entry


def _number(entry: dict[str, Any], name: str) -> int:
    value = entry.get(name, 0)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**9 else 0
