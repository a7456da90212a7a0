"""Normalizing inputs.

Subtract train's mean and divide by train's deviation, in every set: J's long valley becomes a round bowl, which large steps run down.

Rows: C2W1-40, C2W1-41, C2W1-42, C2W1-43.
"""

import numpy as np
import polars as pl
import torch
from plotly.subplots import make_subplots

import fathom

x = np.random.default_rng(0).uniform((1, 0), (1000, 1), size=(500, 2))  # y is 0.002 x1 + 1.5 x2 and a constant
scales = {"x1 in 1..1000, x2 in 0..1": np.ones(2), "normalized": x.std(axis=0)}
figure, steps, mesh = make_subplots(cols=2, subplot_titles=list(scales)), [], np.mgrid[-1.6:1.6:81j, -1.6:1.6:81j]
for col, scale in enumerate(scales.values(), start=1):
    hessian, w, path = np.cov((x / scale).T, bias=True), -np.array([0.002, 1.5]) * scale, []  # w: what is missing to the best
    alpha, goal = 1.5 / np.linalg.eigvalsh(hessian).max(), 0.001 * w @ hessian @ w  # J = w H w / 2, the same at the start
    while len(path) < 100_000 and w @ hessian @ w > goal:
        path.append(w)
        w = w - alpha * hessian @ w
    steps.append(len(path))
    root_of_j = np.sqrt(np.einsum("kij,kl,lij->ij", mesh, hessian, mesh))
    figure.add_contour(x=mesh[0, :, 0], y=mesh[0, :, 0], z=root_of_j.T, showscale=False, colorscale="Blues_r", ncontours=14, row=1, col=col)
    figure.add_scatter(x=[p[0] for p in path[:15]], y=[p[1] for p in path[:15]], line_color="#d55e00", showlegend=False, row=1, col=col)
assert steps[0] == 100_000 > 5_000 * steps[1], "the round bowl takes a few steps, the valley does not end in 100,000"

run = fathom.fit(fathom.split(fathom.sample("breast-cancer"), seed=0))
train, dev = run.prepare(run.splits.train), run.prepare(run.splits.dev)
assert np.allclose([train.mean(axis=0), train.var(axis=0) - 1], 0, atol=1e-4), "mean 0, variance 1 with 1/m"
sick = dev[run.splits.dev.y == 1]  # new rows that happen to be of one kind
alone = (sick - sick.mean(axis=0)) / sick.std(axis=0)
missed = [f"{float((run.net(torch.as_tensor(rows)) <= 0).float().mean()):.1%}" for rows in (alone, sick)]
assert float(missed[0][:-1]) > 30 > 10 > float(missed[1][:-1]), "with figures of its own, a new set is another problem"
rows = [("steps of gradient descent", "over 100,000", str(steps[1])), ("malignant tumors missed", *missed)]
table = pl.DataFrame(rows, schema=["what", "raw, or by own figures", "by train's figures"], orient="row")
checked = f"{steps[1]} steps to the same J in place of over 100,000; {missed[1]} of tumors missed, and {missed[0]} normalized on their own."
print(table, checked, sep="\n")
