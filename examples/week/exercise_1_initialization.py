"""Exercise: initialization.

From zeros all units stay alike and nothing is learned; large weights start badly and learn slowly; He's deviation sqrt(2/n) starts well.

Rows: C2W1-46, C2W1-61.
"""

import math

import polars as pl

import fathom

splits = fathom.split(train=fathom.sample("circles", n=300, seed=0), dev=fathom.sample("circles", n=1_000, seed=1))
starts = {
    "zeros": {"initialization": "zeros"},
    "random, deviation 10": {"initialization": "random", "initialization_gain": 1_000},
    "He, sqrt(2/n)": {"initialization": "he"},
}
net = {"hidden": (10, 5), "optimizer": "sgd", "learning_rate": 0.1, "batch_size": "full", "epochs": 1_500}
zeros, large, he = runs = fathom.fit_many(splits, settings=list(starts.values()), **net)
error = {role: [float(run.errors[role].mean()) for run in runs] for role in ("train", "dev")}
assert error["dev"][0] == 0.5, "zeros learn nothing"
assert all(math.isclose(j, math.log(2), rel_tol=1e-4) for j in zeros.history["J"]), "J stays at log 2"
assert large.history["J"][0] > 100 * he.history["J"][0], "large weights start with sure and wrong answers"
assert error["dev"][2] < error["dev"][1] < error["dev"][0], "He is best"

cells = zip(starts, runs, *error.values(), strict=True)
rows = [(name, *(f"{run.history['J'][i]:.3g}" for i in (0, -1)), f"{train:.1%}", f"{dev:.1%}") for name, run, train, dev in cells]
table = pl.DataFrame(rows, schema=["initial W", "first J", "last J", "train error", "dev error"], orient="row")
figure = [zeros.figure("boundary", beside=[large, he]), zeros.figure("cost", beside=[large, he])]
checked = f"After 1,500 steps dev errs {rows[0][4]} from zeros, {rows[1][4]} from large weights, {rows[2][4]} from He's."
print(table, checked, sep="\n")
