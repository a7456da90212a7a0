"""Why regularization reduces overfitting.

Small weights keep z small, where tanh is nearly a straight line: the more lambda, the more the whole net is one, and it cannot wiggle.

Rows: C2W1-23, C2W1-24.
"""

import numpy as np
import polars as pl
import torch

import fathom

splits = fathom.split(train=fathom.sample("moons", n=200, noise=0.3, seed=0), dev=fathom.sample("moons", n=2_000, noise=0.3, seed=1))
net = {"hidden": (32, 32), "activation": "tanh", "batch_size": "full", "learning_rate": 0.01, "epochs": 1_500}
runs = fathom.fit_many(splits, settings=[{"l2": lambd} for lambd in (0.0, 0.3, 3.0, 30.0)], **net)


x = runs[0].prepare(splits.dev)
line = np.column_stack([x, np.ones(len(x))])
norms, z, straight = [], [], []
for run in runs:
    with torch.no_grad():
        a1 = torch.tanh(z1 := run.net[0](torch.as_tensor(x)))
        z2, output = run.net[2](a1), run.net(torch.as_tensor(x))[:, 0].numpy()
    norms.append(run.history["weight_norm"][-1])
    z.append(float(torch.cat([z1, z2]).abs().mean()))
    rest = output - line @ np.linalg.lstsq(line, output, rcond=None)[0]
    straight.append(1 - float(rest.var() / output.var()))  # R squared of the best straight line through the output
assert all(np.diff(norms) < 0), "more lambda, smaller W"
assert all(np.diff(z) < 0), "smaller W, smaller z"
assert all(np.diff(straight) > 0), "smaller z, straighter net"
assert straight[-1] > 0.99

rows = [(f"{run.settings.l2:g}", f"{n:.1f}", f"{a:.2f}", f"{s:.1%}") for run, n, a, s in zip(runs, norms, z, straight, strict=True)]
table = pl.DataFrame(rows, schema=["lambda", "norm of W", "mean |z|", "explained by a line"], orient="row")
figure = runs[0].figure("boundary", beside=[runs[1], runs[3]])
checked = f"Mean |z| falls from {z[0]:.2f} to {z[-1]:.2f}; a line explains {straight[0]:.0%} of the output, and at last {straight[-1]:.1%}."
print(table, checked, sep="\n")
