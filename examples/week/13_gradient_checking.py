"""Gradient checking.

All parameters form one long vector; each of its slopes is measured from both sides and held against backprop's: about 1e-7 apart is right.

Rows: C2W1-53, C2W1-54, C2W1-55, C2W1-57.
"""

import numpy as np
import plotly.graph_objects as go
import polars as pl

import fathom

rng = np.random.default_rng(0)
x = rng.normal(size=(3, 20))  # examples in columns
y = (x[:1] > 0).astype(float)
theta = {"W1": rng.normal(size=(4, 3)), "b1": np.zeros((4, 1)), "W2": rng.normal(size=(1, 4)), "b2": np.zeros((1, 1))}


def both(p: dict, **factors: float) -> tuple[float, dict]:
    """J of a net 3-4-1 and its gradient by hand; a factor is a mistake."""
    a1 = np.tanh(p["W1"] @ x + p["b1"])
    a2 = 1 / (1 + np.exp(-(p["W2"] @ a1 + p["b2"])))
    dz2 = (a2 - y) / x.shape[1]
    dz1 = p["W2"].T @ dz2 * (1 - a1**2)
    gradient = {"dW1": dz1 @ x.T, "db1": dz1.sum(axis=1, keepdims=True), "dW2": dz2 @ a1.T, "db2": dz2.sum(keepdims=True)}
    return -np.mean(y * np.log(a2) + (1 - y) * np.log(1 - a2)), {k: v * factors.get(k, 1) for k, v in gradient.items()}


rows, figure = [], go.Figure()
for mistake, factors in {"none": {}, "4 db1": {"db1": 4}, "-dW2": {"dW2": -1}, "dW1 = 0": {"dW1": 0}}.items():
    g = fathom.check_gradient(lambda p: both(p)[0], theta, both(theta, **factors)[1], every=True, eps=1e-7)
    assert g.culprits == [name[1:] for name in factors]
    assert g.ratio > 1e-3 if factors else g.ratio <= 1e-7, "the course's bands"
    rows.append((mistake, f"{g.ratio:.1e}", g.verdict, ", ".join(g.culprits) or "-"))
    figure.add_scatter(x=list(theta), y=list(g.by_parameter.values()), name=mistake, mode="markers")
table = pl.DataFrame(rows, schema=["mistake", "ratio", "verdict", "culprit"], orient="row")
figure.update_yaxes(type="log", exponentformat="power", title="ratio", dtick=2).add_hline(y=1e-7).add_hline(y=1e-3)
checked = f"Right backprop differs by {rows[0][1]}, below 1e-7; each of three mistakes by over 1e-3, and only in the tensor that is wrong."
print(table, checked, sep="\n")
