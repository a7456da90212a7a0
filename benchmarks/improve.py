"""Is the best net of `fathom.improve` worth more than the plain fit? Test errors on ten real tables.

    python examples/real_tables/fetch.py                        # once: the tables, into cache/tables
    python benchmarks/improve.py [--seeds 2] [--tables ames ...] [--kept cache/improve] [--out benchmarks]

The tables are the first ten in `examples/real_tables/real_tables.py` that have 1,000 to 10,000 rows with a target; they were named
before anything was measured, and while the recipe was made only other splits of them (seed 100) were looked at. For each table and
each seed a split is made anew, `fathom.fit` and `fathom.improve` get it with no option (a budget of 60 s), and both nets are measured
on test, which neither has seen. Errors are balanced where a class is rare and shares of the median's error for a number, as the
ladder has them.

- a table: the paired difference on the test examples of all its splits, an example that is in several of them counted once as a group;
- all tables: the mean of the tables' differences, and of the logarithm of the ratio, with the exact test of all 2^10 sign flips.

Each result is kept as JSON in --kept as it comes, so that a run that was cut off goes on. The clock is only rough where other work
is going on.
"""

from __future__ import annotations

import argparse
import datetime
import itertools
import json
import math
import os
import platform
import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "examples" / "real_tables"))

TABLES = ("mlc_churn", "wa_churn", "attrition", "credit_data", "lending_club", "ames", "concrete", "cells", "stackoverflow", "chicago")
FOLDER = ROOT / "cache" / "tables"


@dataclass(frozen=True)
class Outcome:
    """One split of one table.

    Attributes:
        table, seed, rows: what was split, and its rows in all.
        plain_dev, best_dev, plain_test, best_test: errors as the ladder has them.
        ids, differences, weights: of the test examples: best minus plain, and what an example counts.
        changes: what improve kept.
        ending: how it ended.
        steps, kept: how many experiments, and how many of them helped.
        seconds, plain_seconds: of improve, references and test included, and of the plain fit.
    """

    table: str
    seed: int
    rows: int
    plain_dev: float
    best_dev: float
    plain_test: float
    best_test: float
    ids: list[int]
    differences: list[float]
    weights: list[float]
    changes: str
    ending: str
    steps: int
    kept: int
    seconds: float
    plain_seconds: float


def measure(name: str, seed: int) -> Outcome:
    """Fit, improve, and open test for both nets."""
    from real_tables import TABLES as known

    import fathom
    from fathom.core.balanced import balanced
    from fathom.experiment.outcome import errors_in
    from fathom.recipe.step import label_of

    table = next(t for t in known if t.name == name)
    splits = fathom.split(fathom.load(str(FOLDER / f"{name}.csv"), target=table.target), seed=seed)
    began = time.perf_counter()
    plain = fathom.fit(splits)
    between = time.perf_counter()
    log = fathom.improve(splits, budget=60)
    ended = time.perf_counter()
    plain.open_test()
    frames = [run.tables["test"] for run in (plain, log.best)]
    errors = [errors_in(frame) for frame in frames]
    if log.balanced:
        errors = [balanced(e, frames[0].get_column("truth").to_numpy()) for e in errors]
    return Outcome(
        table=name,
        seed=seed,
        rows=sum(len(data) for data in splits.roles.values()),
        plain_dev=log.before["dev"].estimate.value,
        best_dev=log.after["dev"].estimate.value,
        plain_test=errors[0].rate,
        best_test=errors[1].rate,
        ids=[int(i) for i in splits.test.rows],
        differences=(errors[1].value - errors[0].value).tolist(),
        weights=(errors[0].weight / errors[0].weight.sum()).tolist(),
        changes=label_of(log.changes),
        ending=log.ending,
        steps=len(log.experiments),
        kept=len(log.kept),
        seconds=ended - between,
        plain_seconds=between - began,
    )


@dataclass(frozen=True)
class Row:
    """One table over its splits."""

    table: str
    rows: int
    plain: float
    best: float
    value: float
    low: float
    high: float
    seconds: float
    plain_seconds: float
    what: str

    @property
    def verdict(self) -> str:
        """In words, from the interval."""
        return "better" if self.high < 0 else "worse" if self.low > 0 else "within noise"


def row_of(outcomes: Sequence[Outcome]) -> Row:
    """The mean over the splits, its interval with the examples as the sample."""
    ids = np.concatenate([o.ids for o in outcomes])
    parts = np.concatenate([np.asarray(o.differences) * np.asarray(o.weights) for o in outcomes]) / len(outcomes)
    shares = np.concatenate([np.asarray(o.weights) for o in outcomes]) / len(outcomes)
    which = np.unique(ids, return_inverse=True)[1]
    total, share = np.bincount(which, weights=parts), np.bincount(which, weights=shares)
    value, k = float(total.sum()), len(total)
    half = 1.959964 * math.sqrt(float(((total - value * share) ** 2).sum()) * k / (k - 1))
    what = "; ".join(f"{o.changes or 'nothing'} ({o.ending})" for o in outcomes)
    means = {name: float(np.mean([getattr(o, name) for o in outcomes])) for name in ("plain_test", "best_test", "plain_seconds")}
    return Row(
        table=outcomes[0].table,
        rows=outcomes[0].rows,
        plain=means["plain_test"],
        best=means["best_test"],
        value=value,
        low=value - half,
        high=value + half,
        seconds=max(o.seconds for o in outcomes),
        plain_seconds=means["plain_seconds"],
        what=what,
    )


def sign_flips(values: Sequence[float]) -> float:
    """The exact two-sided p of the mean: all sign flips."""
    v = np.asarray(values)
    signs = np.array(list(itertools.product((-1.0, 1.0), repeat=len(v))))
    return float((np.abs(signs @ v) >= abs(v.sum()) - 1e-12).mean())


def page(rows: Sequence[Row], seeds: int, machine: str) -> str:
    """The table and what it comes to."""
    points = [100 * r.value for r in rows]
    ratios = [math.log(r.best / r.plain) for r in rows]
    verdicts = [r.verdict for r in rows]
    slowest = max(rows, key=lambda r: r.seconds)
    of_5000 = [r.seconds for r in rows if r.table == "mlc_churn"]
    lines = [
        "# improve beside the plain fit, on ten real tables",
        "",
        f"{datetime.date.today().isoformat()}, {machine}. `python benchmarks/improve.py --seeds {seeds}`: {seeds} splits of each table,",
        "test errors, no option given, a budget of 60 s. The difference is best minus plain on the same test examples, with its 95%",
        "interval. Other work went on beside it: the seconds are rough, and rather too many.",
        "",
        f"- no worse on each beyond noise: {verdicts.count('better')} better, {verdicts.count('within noise')} within noise,"
        f" {verdicts.count('worse')} worse;",
        f"- on average {np.mean(points):+.2f} points, p = {sign_flips(points):.3f}; errors {100 * (math.exp(np.mean(ratios)) - 1):+.1f}%,"
        f" p = {sign_flips(ratios):.3f} (all sign flips of the {len(rows)} tables);",
        f"- seconds: {of_5000[0]:.0f} on 5,000 rows (mlc_churn), {slowest.seconds:.0f} at most ({slowest.table}), the slower of the splits;"
        if of_5000
        else f"- seconds: {slowest.seconds:.0f} at most ({slowest.table});",
        "",
        "| table | rows | plain | best | difference, points | | s | plain s | what was kept, and how it ended, by split |",
        "|---|---|---|---|---|---|---|---|---|",
        *(
            f"| {r.table} | {r.rows:,} | {r.plain:.1%} | {r.best:.1%} | {100 * r.value:+.1f} ({100 * r.low:+.1f} to {100 * r.high:+.1f}) |"
            f" {r.verdict} | {r.seconds:.0f} | {r.plain_seconds:.1f} | {r.what} |"
            for r in rows
        ),
        "",
    ]
    return "\n".join(lines)


def machine() -> str:
    """The processor and how many cores this process may use."""
    info = Path("/proc/cpuinfo")
    names = [row.split(":", 1)[1].strip() for row in info.read_text().splitlines() if row.startswith("model name")] if info.exists() else []
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{names[0] if names else platform.machine()}, {cores} cores"


def kept(path: Path, name: str, seed: int) -> Outcome:
    """The result that a file holds, or a new one, which is written there."""
    file = path / f"{name}-{seed}.json"
    if file.exists():
        return Outcome(**json.loads(file.read_text()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = measure(name, seed)
    file.write_text(json.dumps(asdict(found)))
    errors = f"{found.plain_test:.1%} to {found.best_test:.1%}"
    print(f"{name} {seed}: {errors}, {found.changes or 'nothing'}, {found.ending}, {found.seconds:.0f} s", flush=True)
    return found


def main() -> None:
    """Measure what is not measured yet, then write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--tables", nargs="+", default=list(TABLES), choices=TABLES)
    parser.add_argument("--kept", type=Path, default=ROOT / "cache" / "improve")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks")
    given = parser.parse_args()
    given.kept.mkdir(parents=True, exist_ok=True)
    outcomes = {name: [kept(given.kept, name, seed) for seed in range(given.seeds)] for name in given.tables}
    rows = [row_of(found) for found in outcomes.values()]
    name = machine().lower().replace(",", "").replace(" ", "-")
    path = given.out / f"improve_{name}_{datetime.date.today().isoformat()}.md"
    path.write_text(page(rows, given.seeds, machine()))
    print(path.read_text())


if __name__ == "__main__":
    main()
