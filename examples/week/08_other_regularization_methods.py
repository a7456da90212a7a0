"""Other regularization methods.

Altered copies of the examples are the cheapest new data. Early stopping takes the weights of the best dev epoch, with W of middle size.

Rows: C2W1-36, C2W1-37, C2W1-38.
"""

import numpy as np
import plotly.graph_objects as go
import polars as pl

import fathom

splits = fathom.split(fathom.sample("digits"), dev_size=1_400, test_size=0, seed=0)
more = fathom.augment(splits, times=9, rotate=10, shift=1, zoom=0.1)
seeds = [{"seed": seed} for seed in range(5)]
plain = fathom.fit_many(splits, settings=seeds, hidden=(64,), epochs=270)
altered = fathom.fit_many(more, settings=seeds, hidden=(64,), epochs=30)
assert plain[0].history.epochs[-1].updates == altered[0].history.epochs[-1].updates
before, after = (np.array([run.errors["dev"].mean() for run in runs]) for runs in (plain, altered))
assert (after < before).all(), "copies help at the same number of updates, with every seed"

moons = fathom.split(train=fathom.sample("moons", n=200, noise=0.3, seed=0), dev=fathom.sample("moons", n=2_000, noise=0.3, seed=1))
net = {"hidden": (64, 32), "batch_size": "full", "learning_rate": 0.01, "epochs": 600}
full, stopped = fathom.fit_many(moons, settings=[{}, {"early_stopping": 200}], **net)
norms = [run.history["weight_norm"] for run in (full, stopped)]
best = stopped.history.best_epoch
assert stopped.errors["dev"].mean() == min(stopped.history["dev"]) < full.errors["dev"].mean(), "the best dev epoch is kept"
assert norms[0][0] < norms[1][best - 1] < norms[0][-1], "and W is of middle size"

rows = [("digits, 397 examples", before.mean()), ("and 9 altered copies of each", after.mean())]
rows += [("moons, 600 epochs", full.errors["dev"].mean()), (f"stopped at epoch {best}", stopped.errors["dev"].mean())]
table = pl.DataFrame([(name, f"{error:.1%}") for name, error in rows], schema=["training", "dev error"], orient="row")
pixels = more.train.table.select(c.name for c in more.train.inputs).to_numpy()
grid = np.pad(pixels.reshape(10, -1, 8, 8)[:, [1, 6, 15, 23]], ((0, 0), (0, 0), (1, 1), (1, 1))).transpose(1, 2, 0, 3).reshape(40, 100)
digits = go.Figure(go.Heatmap(z=grid[::-1], colorscale="Greys", showscale=False, hoverinfo="skip"))
digits.update_xaxes(visible=False).update_yaxes(visible=False, scaleanchor="x").update_layout(title="originals, then altered copies")
figure = [digits, stopped.figure("errors")]
checked = f"Copies take dev from {rows[0][1]:.1%} to {rows[1][1]:.1%}, with each of 5 seeds; stopping keeps the best epoch, {best}."
print(table, checked, sep="\n")
