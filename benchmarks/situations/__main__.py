"""Is the diagnosis right? Situations planted so that the truth of every gap is known.

    python -m benchmarks.situations [--seeds 10] [--draws 60] [--match TEXT] [--folder runs/situations] [--minutes 30]
                                    [--page docs/situations.md] [--out benchmarks]

For each situation and seed a net is trained on some rows of a table, and measured on all others: the pool. Samples of the pool
are diagnosed, at several sizes and tolerances, and each verdict is held against the pool. What is finished is kept in the folder;
the same call goes on where it was. The page is written when all is done and nothing was left out by `--match`.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import sys
import time
import warnings
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from benchmarks.bundled import hardware, slug
from benchmarks.situations.catalogue import catalogue
from benchmarks.situations.draws import Tally, tallies
from benchmarks.situations.judge import judged
from benchmarks.situations.leak_catalogue import leaks
from benchmarks.situations.leak_page import AUDITED, leak_lines
from benchmarks.situations.leaks import Leak, said
from benchmarks.situations.page import Study, page
from benchmarks.situations.situation import Situation
from benchmarks.situations.sources import Missing
from benchmarks.situations.store import Store
from benchmarks.situations.summary import summary

ROOT = Path(__file__).parents[2]


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.situations", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10, help="nets of each situation")
    parser.add_argument("--draws", type=int, default=60, help="samples of each net and size; a third of them at every other tolerance")
    parser.add_argument("--match", default="", help="only situations whose name or kind holds this; then no page is written")
    parser.add_argument("--folder", type=Path, default=ROOT / "runs" / "situations", help="where what is finished is kept")
    parser.add_argument("--minutes", type=float, default=60.0, help="stop after so many; the next call goes on")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "situations.md")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks")
    return parser.parse_args(arguments)


def say(text: str) -> None:
    """Progress."""
    print(text, file=sys.stderr, flush=True)


def study(situations: Sequence[Situation], store: Store, *, seeds: int, draws: int, until: float) -> bool:
    """Do what is not done yet, seed by seed; False where time ran out first."""
    missing: set[str] = set()
    for seed in range(seeds):
        for situation in situations:
            name = f"{situation.name} / {seed}"
            if name in store.results or situation.name in missing:
                continue
            if time.monotonic() > until:
                return False
            try:
                store.add(name, _one(situation, seed, draws))
            except Missing as problem:
                missing.add(situation.name)
                say(f"{situation.name}: passed over, no {problem} (python -m benchmarks.situations.fetch)")
            else:
                say(f"{store.results[name]['seconds']:5.1f} s  {situation.kind}: {name}")
    return True


def audited(planted: Sequence[Leak], store: Store, *, seeds: int, until: float) -> bool:
    """The same for the leaks, each cut with the fault and without."""
    for leak in planted:
        for seed in range(seeds):
            name = f"{AUDITED}{leak.name} / {seed}"
            if name in store.results:
                continue
            if time.monotonic() > until:
                return False
            start = time.process_time()
            found = {which: said(leak, seed, faulty=which == "faulty") for which in ("faulty", "clean")}
            store.add(name, {"seconds": round(time.process_time() - start, 2), **found})
        say(f"audited  {leak.name}")
    return True


def _one(situation: Situation, seed: int, draws: int) -> dict[str, object]:
    start = time.process_time()
    found = [t.to_json() for t in tallies(situation, situation.plant(seed), seed, draws=draws, moved_draws=max(draws // 3, 1))]
    return {"seconds": round(time.process_time() - start, 2), "tallies": found}


def read(store: Store, situations: Sequence[Situation]) -> Study:
    """The tallies of each situation, over its seeds."""
    by_name: dict[str, list[Tally]] = {}
    results: list[str] = []
    for situation in situations:
        names = [name for name in store.results if name.rpartition(" / ")[0] == situation.name]
        if names:
            by_name[situation.name] = [Tally(**tally) for name in names for tally in store.results[name]["tallies"]]
            results += names
    return Study(by_name, results)


def main(arguments: Sequence[str] | None = None) -> int:
    """Go on, judge, print and write; 1 where something was not shown."""
    given = parsed(arguments)
    warnings.simplefilter("ignore")
    situations = [s for s in catalogue() if given.match in f"{s.kind}: {s.name}"]
    store = Store.opened(given.folder / "results.json", {"draws": given.draws})
    until = time.monotonic() + 60 * given.minutes
    done = study(situations, store, seeds=given.seeds, draws=given.draws, until=until)
    planted = [leak for leak in leaks() if given.match in f"leak: {leak.name}"]
    done = audited(planted, store, seeds=2 * given.seeds, until=until) and done
    found = read(store, situations)
    versions = {"Python": platform.python_version(), **{p: metadata.version(p) for p in ("torch", "numpy", "scikit-learn")}}
    machine, date = hardware(), datetime.date.today().isoformat()
    audits = {name: result for name, result in store.results.items() if name.startswith(AUDITED)}
    minutes = (sum(store.results[name]["seconds"] for name in found.results) + sum(a["seconds"] for a in audits.values())) / 60
    text = page(found, situations, head(machine, date, versions, given, minutes), [*leak_lines(audits)])
    print(text)
    if done and not given.match:
        given.page.write_text(text, encoding="utf-8")
        record = {
            "hardware": machine,
            "date": date,
            "versions": versions,
            "seeds": given.seeds,
            **summary(found, store.plan),
            "audits": audits,
        }
        (given.out / f"situations_{slug(machine)}_{date}.json").write_text(json.dumps(record) + "\n", encoding="utf-8")
    if not done:
        say("Time is up: the same call goes on.")
    return 0 if done and all(one.met for one in judged(found.drawn)) else 1


def head(machine: str, date: str, versions: dict[str, str], given: argparse.Namespace, minutes: float) -> list[str]:
    """The first lines of the page."""
    used = ", ".join(f"{name} {version}" for name, version in versions.items())
    return [
        "# Planted situations",
        "",
        "Is what `fathom.diagnose` says of a net true? Here nets are underfitted, overfitted, trained on other data than they meet,",
        "judged by dev sets that are noisy, too small or worn out, so that the truth of every gap is known and every verdict can be",
        "held against it.",
        "",
        f"Written by `make situations` on {date}, {machine}, one thread, {minutes:.0f} minutes of processor time; {used}.",
        f"{given.seeds} nets a situation, each trained by `fathom.fit` on rows of its own; {given.draws} samples of each at every size.",
        "",
        "- The truth: a net is measured on every row that it was not trained on, some hundred to some ten thousand. These rows are the",
        "  pool, and its error is the truth. A role of n rows is n rows of the pool drawn with replacement (train: of the rows that",
        "  trained); a dev set that was overfitted is itself, not drawn. The human level is told, and exact.",
        "- The tolerance is 0.02; and for every gap it is also put where the gap is, just beside it, and some standard errors away.",
        "- A standard error is that of the gap over samples of these sizes: the greater of the one at the truth and the one that there",
        "  would be were the gap the tolerance, because at an error near 0 the first alone promises what no test can keep.",
        "- Wrong side: 'high' where the truth is below the tolerance, or 'low' where it is above. A bias below 0, where train is better",
        "  than human, may be 'low' or 'unclear' (C3W1-22).",
        "- Shares are over diagnoses, with Wilson's 95% limits.",
    ]


if __name__ == "__main__":
    sys.exit(main())
