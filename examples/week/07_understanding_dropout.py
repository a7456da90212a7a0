"""Understanding dropout.

A unit that may lose any of its inputs spreads its weights over all of them, and so shrinks their squares: much like L2.

Rows: C2W1-31, C2W1-32, C2W1-33, C2W1-35.
"""

import numpy as np
import plotly.graph_objects as go
import polars as pl

import fathom

RATES = (0.0, 0.2, 0.5, 0.7)
splits = fathom.split(train=fathom.sample("moons", n=200, noise=0.3, seed=0), dev=fathom.sample("moons", n=2_000, noise=0.3, seed=1))
net = {"hidden": (64, 32), "batch_size": "full", "learning_rate": 0.01, "epochs": 800}
runs = fathom.fit_many(splits, settings=[{"dropout": rate} for rate in RATES], **net)
norms = [run.history["weight_norm"][-1] for run in runs]
last = [np.sort(run.net[-1].weight.detach().abs().numpy()[0])[::-1] for run in runs]
shares = [w[:3].sum() / w.sum() for w in last]
assert all(np.diff(norms) < 0), "the norm of W falls as more is dropped"
assert all(share < shares[0] for share in shares[1:]), "the output leans less on its three strongest units"

smooth = {"hidden": (64, 32), "optimizer": "sgd", "learning_rate": 0.1, "batch_size": "full", "epochs": 200}
falls = [np.diff(run.history["J"]) < 0 for run in fathom.fit_many(splits, settings=[{"keep_prob": 1.0}, {"keep_prob": 0.8}], **smooth)]
assert [bool(fall.all()) for fall in falls] == [True, False], "J falls in every step with keep_prob 1, and jumps with 0.8"

x = np.random.default_rng(0).normal(size=(300, 3))
picture = fathom.fit(fathom.load((x, x.sum(axis=1) > 0)), hidden=(7, 7, 3, 2), keep_prob=(0.7, 0.5, 0.7, 1.0), epochs=1)
sizes = [layer.weight.numel() for layer in picture.net if hasattr(layer, "weight")]
assert max(sizes) == sizes[1] == 49, "of 3-7-7-3-2-1 the second matrix is the largest, and its units are dropped most"

errors = [[f"{run.errors[role].mean():.1%}" for role in ("train", "dev")] for run in runs]
rows = [(f"{rate:g}", *e, f"{n:.1f}", f"{s:.0%}") for rate, e, n, s in zip(RATES, errors, norms, shares, strict=True)]
table = pl.DataFrame(rows, schema=["dropout", "train error", "dev error", "norm of W", "three units' share"], orient="row")
figure = go.Figure([go.Scatter(y=w / w.sum(), x0=1, name=f"dropout {rate:g}") for rate, w in zip(RATES, last, strict=True)])
figure.update_layout(xaxis_title="last hidden layer, strongest unit first", yaxis={"title": "share of the weights", "tickformat": ".0%"})
checked = f"The norm of W falls from {norms[0]:.1f} to {norms[-1]:.1f}, three units' share from {rows[0][4]} to {rows[-1][4]}."
print(table, checked, sep="\n")
