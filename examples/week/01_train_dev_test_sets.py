"""Train, dev and test sets.

Train to fit, dev to choose, test to measure once. Small sets are cut 60/20/20; of a million rows, 10,000 are enough for dev and for test.

Rows: C2W1-02, C2W1-03, C2W1-04, C2W1-07.
"""

import numpy as np
import plotly.graph_objects as go
import polars as pl

import fathom

SIZES = (100, 1_000, 10_000, 1_000_000)


def split_of(m: int) -> fathom.Splits:
    """A made set of m rows that all differ, split by the rule."""
    x = np.random.default_rng(0).normal(size=m)
    return fathom.split(fathom.load((x[:, None], np.where(x > 0, "yes", "no"))), seed=0)


splits = {m: split_of(m) for m in SIZES}
rows = {m: [len(part) for part in s.roles.values()] for m, s in splits.items()}
shares = {m: [f"{n / m:.1%}".replace(".0%", "%") for n in rows[m]] for m in SIZES}

assert rows[1_000] == [600, 200, 200]
assert rows[1_000_000] == [980_000, 10_000, 10_000]
for m, s in splits.items():
    assert sorted(np.concatenate([part.rows for part in s.roles.values()])) == list(range(m)), "disjoint, and nothing lost"
assert "data.split.no_test" in [f.id for f in fathom.split(splits[100].train, test_size=0).findings], "no test set is allowed, and said"

table = pl.DataFrame([(f"{m:,}", *(f"{n:,}" for n in rows[m]), " / ".join(shares[m])) for m in SIZES], orient="row")
table.columns = ["examples", "train", "dev", "test", "shares"]
bars = zip(("train", "dev", "test"), zip(*(np.divide(rows[m], m) for m in SIZES), strict=True), strict=True)
figure = go.Figure([go.Bar(name=name, y=[f"{m:,} rows" for m in SIZES], x=share, orientation="h") for name, share in bars])
figure.update_layout(barmode="stack", xaxis_tickformat=".0%", yaxis_autorange="reversed", legend_traceorder="normal")
checked = "1,000 rows give 600/200/200, a million 980,000/10,000/10,000; no row stands in two sets, and none is lost."
print(table, checked, sep="\n")
