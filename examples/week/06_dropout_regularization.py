"""Dropout regularization.

In every pass each hidden unit is dropped by the toss of a coin, and those that stay are divided by keep_prob, so that sums keep their size.

Rows: C2W1-26, C2W1-27, C2W1-28, C2W1-29, C2W1-30.
"""

import numpy as np
import plotly.graph_objects as go
import polars as pl
import torch

import fathom

keep_prob, passes, rng = 0.8, 20_000, np.random.default_rng(0)
a3 = np.maximum(rng.normal(size=(50, 1)), 0)  # what 50 units say of one example
d3 = rng.random((50, passes)) < keep_prob
sums = {"all units": a3.sum() * np.ones(1), "dropped": (a3 * d3).sum(axis=0), "dropped, / keep_prob": (a3 * d3 / keep_prob).sum(axis=0)}
noise = 4 * sums["dropped, / keep_prob"].std() / np.sqrt(passes)
off = (~d3).sum(axis=0).mean()
assert abs(off - 10) < 4 * np.sqrt(50 * 0.8 * 0.2 / passes), "of 50 units 10 are off on average"
assert abs(sums["dropped, / keep_prob"].mean() - a3.sum()) < noise, "with the division the mean stays"
assert abs(sums["dropped"].mean() - keep_prob * a3.sum()) < noise, "without it the mean shrinks"

net = fathom.fit(fathom.split(fathom.sample("moons"), seed=0), hidden=(50,), keep_prob=keep_prob).net
x = torch.tensor([[0.5, -0.2]])
assert torch.equal(net(x), net(x)), "no coin is tossed when the net is used"
drop, masks = net.train()[2], []
for step in (0, 1):
    drop.at(seed=0, step=step)  # as training does before each step
    masks += list(drop(ones := torch.ones(2, 50, requires_grad=True)))
assert len({tuple(mask.tolist()) for mask in masks}) == 4, "every step and every example tosses its own coins"
assert torch.equal(torch.autograd.grad(drop(ones).sum(), ones)[0], torch.stack(masks[2:])), "backward has the mask of forward"
table = pl.DataFrame([(name, f"{s.mean():.3f}", f"{s.std():.3f}") for name, s in sums.items()], orient="row")
table.columns = ["50 units", "mean of the sum", "standard deviation"]
figure = go.Figure([go.Histogram(x=s[:5_000], name=name, opacity=0.7) for name, s in list(sums.items())[1:]])
figure.add_vline(x=float(a3.sum()), annotation_text="all units")
figure.update_layout(barmode="overlay", xaxis_title="sum of the activations of 50 units", yaxis_title="passes")
checked = f"{off:.2f} of 50 units are off on average; the mean of the sum stays {a3.sum():.3f}, to within {noise:.3f}."
print(table, checked, sep="\n")
