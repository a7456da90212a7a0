"""Exercise: regularization.

The same net three times: alone it follows the noise, with L2 its boundary is smooth, with dropout smoother than alone.

Rows: C2W1-23, C2W1-31, C2W1-61.
"""

import polars as pl

import fathom

splits = fathom.split(train=fathom.sample("moons", n=200, noise=0.3, seed=0), dev=fathom.sample("moons", n=2_000, noise=0.3, seed=1))
ways = {"none": {}, "L2, lambda 1": {"lambd": 1.0}, "dropout, keep_prob 0.5": {"keep_prob": 0.5}}
net = {"hidden": (64, 32), "learning_rate": 0.01, "batch_size": "full", "epochs": 1_000}
runs = fathom.fit_many(splits, settings=list(ways.values()), **net)
train, dev = ([float(run.errors[role].mean()) for run in runs] for role in ("train", "dev"))
norms = [run.history["weight_norm"][-1] for run in runs]
assert train[0] < min(train[1:]), "alone it fits train best"
assert dev[0] > max(dev[1:]), "and dev worst"
assert norms[0] > max(norms[1:]), "with the largest weights"

rows = [(way, f"{t:.1%}", f"{d:.1%}", f"{n:.1f}") for way, t, d, n in zip(ways, train, dev, norms, strict=True)]
table = pl.DataFrame(rows, schema=["regularization", "train error", "dev error", "norm of W"], orient="row")
figure = [runs[0].figure("boundary", beside=runs[1:]), runs[0].figure("errors", beside=runs[1:])]
checked = (
    f"On dev {rows[0][2]} alone, {rows[1][2]} with L2, {rows[2][2]} with dropout; the norm of W is {', '.join(row[3] for row in rows)}."
)
print(table, checked, sep="\n")
