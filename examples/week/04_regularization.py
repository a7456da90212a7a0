"""Regularization.

A price on large weights, lambda/(2m) times their squares: the larger lambda, the smaller W. Dev, not train, says which lambda is right.

Rows: C2W1-17, C2W1-18, C2W1-19, C2W1-20, C2W1-21, C2W1-22, C2W1-23, C2W1-25.
"""

import numpy as np
import plotly.graph_objects as go
import polars as pl

import fathom

LAMBDAS = (0.0, 0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
splits = fathom.split(train=fathom.sample("moons", n=200, noise=0.3, seed=0), dev=fathom.sample("moons", n=2_000, noise=0.3, seed=1))
net = {"hidden": (64, 32), "batch_size": "full", "learning_rate": 0.01, "epochs": 800}
runs = fathom.fit_many(splits, settings=[{"lambd": lambd} for lambd in LAMBDAS], **net)
errors = {role: [float(run.errors[role].mean()) for run in runs] for role in ("train", "dev")}
norms = [run.history["weight_norm"][-1] for run in runs]
best = int(np.argmin(errors["dev"]))
assert all(np.diff(norms) < 0), "the norm of W falls as lambda grows"
assert 0 < best < len(LAMBDAS) - 1, "too little and too much are both worse on dev"

m, slow = len(splits.train), {"hidden": (16,), "optimizer": "sgd", "learning_rate": 0.1, "batch_size": "full", "epochs": 200}
by_penalty, by_decay = fathom.fit_many(splits, settings=[{"l2": 2.0}, {"weight_decay": 2.0 / m}], **slow)
for w, v in zip(by_penalty.net.parameters(), by_decay.net.parameters(), strict=True):
    assert np.allclose(w.detach(), v.detach(), atol=1e-6), "for gradient descent the penalty is a decay of W by alpha lambda/m"
assert all(np.diff(by_penalty.history["J"]) < 0), "J with the penalty falls in every step"
sparse = fathom.fit(splits, l1=1.0, **net)
zeros = [float((run.net[0].weight.detach().abs() < 1e-3).float().mean()) for run in (runs[4], sparse)]
assert zeros[1] > 3 * zeros[0], "l1 leaves many weights at zero, l2 hardly any"
rows = [(f"{run.settings.l2:g}", *(f"{run.errors[r].mean():.1%}" for r in errors), f"{w:.1f}") for run, w in zip(runs, norms, strict=True)]
table = pl.DataFrame(rows, schema=["lambda", "train error", "dev error", "norm of W"], orient="row")
ticks = [row[0] for row in rows]
figure = go.Figure([go.Scatter(x=ticks, y=error, name=f"{role} error") for role, error in errors.items()])
figure.add_scatter(x=ticks, y=norms, name="norm of W", yaxis="y2", line_dash="dot")
right = {"title": "norm of W", "overlaying": "y", "side": "right", "range": [0, 40]}
figure.update_layout(xaxis={"title": "lambda", "type": "category"}, yaxis={"tickformat": ".0%", "range": [0, 0.2]}, yaxis2=right)
checked = f"The norm of W falls from {norms[0]:.1f} to {norms[-1]:.1f}; dev errs least at lambda {ticks[best]}, {rows[best][2]}."
print(table, checked, sep="\n")
