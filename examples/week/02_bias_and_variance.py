"""Bias and variance.

The train error against the best possible one tells the bias; what the dev error adds to it is the variance. Both can be high at once.

Rows: C2W1-08, C2W1-09, C2W1-10, C2W1-12.
"""

import polars as pl

import fathom

CASES = [  # human, train, dev -> what the course calls it
    (0.0, 0.01, 0.11, {"high variance"}),
    (0.0, 0.15, 0.16, {"high bias"}),
    (0.0, 0.15, 0.30, {"high bias", "high variance"}),
    (0.0, 0.005, 0.01, set()),
    (0.15, 0.15, 0.16, set()),
]
rows = []
for human, train, dev, verdicts in CASES:
    d = fathom.diagnose({"train": train, "dev": dev}, human=human)
    assert set(d.verdicts) == verdicts
    gaps = [f"{d.gaps[name].value:.1%}" for name in ("avoidable_bias", "variance")]
    rows.append((*(f"{e:.1%}" for e in (human, train, dev)), *gaps, " and ".join(d.verdicts) or "low bias, low variance"))
table = pl.DataFrame(rows, schema=["human", "train", "dev", "bias", "variance", "verdict"], orient="row")

splits = fathom.split(train=fathom.sample("moons", n=200, noise=0.3, seed=0), dev=fathom.sample("moons", n=2_000, noise=0.3, seed=1))
nets = [{"hidden": ()}, {"hidden": (16,)}, {"hidden": (128, 128, 128)}]
runs = fathom.fit_many(splits, settings=nets, learning_rate=0.01, batch_size="full", epochs=500)
train, dev = ([float(run.errors[role].mean()) for run in runs] for role in ("train", "dev"))
assert train[0] > train[1] > train[2], "each larger net fits train better"
assert dev[1] < min(dev[0], dev[2]), "and the one in the middle is best on dev"
figure = runs[0].figure("boundary", beside=runs[1:])
trains, devs = (", ".join(f"{error:.1%}" for error in errors) for errors in (train, dev))
checked = f"The five verdicts hold. No hidden layer, one, three on moons: train {trains}; dev {devs}."
print(table, checked, sep="\n")
