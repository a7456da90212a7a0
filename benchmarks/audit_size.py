"""How long and how large: an audit of a million rows with 50 columns, the quick part of a fit, and a ladder of a million errors.

    python -m benchmarks.audit_size [--rows 1000000] [--columns 50] [--planted]

The table: normal numbers with a common part, every tenth column one of whole numbers, two classes. `--planted` puts copies of train with
1% of noise into a tenth of test and shifts a column of test. Peak memory is the process's, the table itself among it.
"""

from __future__ import annotations

import argparse
import functools
import resource
import time
from typing import Any

import numpy as np
import polars as pl

from fathom.data.auditing.audit import audit, quick_audit
from fathom.data.load import load
from fathom.data.prepare import prepare_splits
from fathom.data.splits import Splits, split
from fathom.diagnosis.diagnose import diagnose


def splits_of(rows: int, columns: int, planted: bool) -> Splits:
    """The table, split by the course's rule; with copies and a shift where they are planted."""
    rng = np.random.default_rng(0)
    table = {f"x{i}": rng.normal(size=rows) for i in range(columns)}
    common = rng.normal(size=rows)
    for i, name in enumerate(table):
        table[name] += common
        if i % 10 == 9:
            table[name] = np.round(3 * table[name])
    y = np.where(table["x0"] + table["x1"] + rng.normal(size=rows) > 0, "yes", "no")
    made = split(load(pl.DataFrame(table).with_columns(y=pl.Series(y)), target="y"), seed=0)
    return _planted(made) if planted else made


def _planted(made: Splits) -> Splits:
    rng, roles = np.random.default_rng(1), {role: data.table for role, data in made.roles.items()}
    n = roles["test"].height // 10
    names = [c.name for c in made.train.inputs]
    copied = roles["train"].head(n).with_columns(pl.col(c) + pl.Series(0.01 * rng.normal(size=n)) for c in names)
    test = pl.concat([copied, roles["test"].slice(n)]).with_columns(pl.col("x3") + 0.3)
    return split(train=made.train, dev=roles["dev"], test=test)


def timed(name: str, work: Any) -> Any:
    """Do it and print how long it took, wall and processor, and the peak of memory so far."""
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"| {name} | {time.perf_counter() - wall:.2f} | {time.process_time() - processor:.2f} | {peak:.2f} |", flush=True)
    return result


def main() -> None:
    """Print the table and what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=50)
    parser.add_argument("--planted", action="store_true")
    given = parser.parse_args()
    print("| what | seconds | processor seconds | peak GiB |\n|---|---|---|---|")
    splits = timed("make, load and split", lambda: splits_of(given.rows, given.columns, given.planted))
    found = timed("audit", lambda: audit(splits))
    prepare, prepared = timed("prepare (part of every fit)", lambda: prepare_splits(splits))
    timed("quick audit of a fit", functools.partial(quick_audit, splits, prepare, prepared))
    rng = np.random.default_rng(0)
    errors = {role: (rng.random(given.rows) < rate).astype(float) for role, rate in (("train", 0.01), ("dev", 0.03))}
    timed(f"diagnose {given.rows:,} errors a role, 0 and 1", lambda: diagnose(errors))
    numbers = {role: np.minimum(e * rng.random(given.rows), 1) for role, e in errors.items()}
    timed(f"diagnose {given.rows:,} errors a role, numbers", lambda: diagnose(numbers))
    print()
    print("\n".join(f"- {name}: {seconds:.2f} s" for name, seconds in sorted(found.seconds.items(), key=lambda item: -item[1])[:6]))
    print(found)


if __name__ == "__main__":
    main()
