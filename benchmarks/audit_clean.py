"""Does an audit stay silent where nothing is wrong? Resamplings of the sample sets, each split and audited.

    python -m benchmarks.audit_clean run FILE.jsonl [--resamplings 200] [--seconds 500]
    python -m benchmarks.audit_clean table FILE.jsonl

Fashion-MNIST has pictures of one article more than once (`benchmarks.fashion_copies`), which an audit rightly names; here one of each
stays. An audit of it takes many seconds, so that 200 draws of 10,000 pictures stand beside ten of nine tenths.

A resampling draws nine tenths of a real set without replacement (a generated set is generated anew) and splits it by the course's rule with
a seed of its own, so that nothing leaks by design. Counted are warnings and errors; `run` goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.fashion_copies import left_out
from fathom.core.intervals import wilson
from fathom.data.auditing.audit import audit
from fathom.data.dataset import Dataset
from fathom.data.samples import sample, samples
from fathom.data.splits import Splits, split

SHARE = 0.9
COPIED, DRAWN, AT_SHARE = "fashion-mnist", 10_000, 10
"""The set that holds copies, the pictures of a small draw, and how many large ones are made."""
SMALL = f"{COPIED}, {DRAWN:,} pictures"


def names() -> list[str]:
    """The sets that are there."""
    found = [about.name for about in samples() if about.installed]
    return found if COPIED not in found else [*found, SMALL]


@cache
def single_pictures() -> Dataset:
    """The set with one picture of each heap of copies."""
    out = left_out()
    data = sample(COPIED)
    return data.take(np.array([i for i in range(len(data)) if i not in out]))


def resampled(name: str, seed: int) -> Splits:
    """One clean set-up."""
    if name in (COPIED, SMALL):
        data = single_pictures()
        n = round(SHARE * len(data)) if name == COPIED else DRAWN
        return split(data.take(np.sort(np.random.default_rng(seed).choice(len(data), size=n, replace=False))), seed=seed)
    rows = next(about.rows for about in samples() if about.name == name)
    generated = next(about.generated for about in samples() if about.name == name)
    return split(sample(name, n=rows if generated else round(SHARE * rows), seed=seed), seed=seed)


def case(name: str, seed: int) -> dict[str, Any]:
    """What one audit said, and how long it took."""
    found = audit(resampled(name, seed), seed=seed)
    loud = [f.id for f in found if f.severity != "info"]
    tests = {test.id: test.p for test in found.tests}
    return {"name": name, "seed": seed, "loud": loud, "p": tests, "seconds": found.seconds["in all"]}


def run(path: Path, resamplings: int, seconds: float) -> bool:
    """Add what is missing to the file; True where all is there."""
    done = {(c["name"], c["seed"]) for c in read(path)}
    begun = time.monotonic()
    with path.open("a", encoding="utf-8") as file:
        for seed in range(resamplings):
            for name in names():
                if (name, seed) in done or (name == COPIED and seed >= AT_SHARE):
                    continue
                if time.monotonic() - begun > seconds:
                    return False
                file.write(json.dumps(case(name, seed)) + "\n")
                file.flush()
    return True


def read(path: Path) -> list[dict[str, Any]]:
    """The cases that are there."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def lines(cases: list[dict[str, Any]]) -> Iterator[str]:
    """The table in Markdown; intervals are Wilson's, 95%."""
    yield "| set | resamplings | with a warning or error | which | median seconds |"
    yield "|---|---|---|---|---|"
    for name in dict.fromkeys(c["name"] for c in cases):
        own = [c for c in cases if c["name"] == name]
        wrong = sum(bool(c["loud"]) for c in own)
        limits = wilson(wrong, len(own))
        which = ", ".join(f"{i} {n}" for i, n in Counter(i for c in own for i in c["loud"]).most_common())
        middle = sorted(c["seconds"] for c in own)[len(own) // 2]
        share = f"{wrong} ({wrong / len(own):.1%}, {limits.low:.1%} to {limits.high:.1%})"
        yield f"| {name} | {len(own)} | {share} | {which or '-'} | {middle:.2f} |"


def main() -> int:
    """Run a while, or print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("run", "table"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--resamplings", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=500.0)
    given = parser.parse_args()
    if given.what == "run":
        return 0 if run(given.file, given.resamplings, given.seconds) else 1
    print("\n".join(lines(read(given.file))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
