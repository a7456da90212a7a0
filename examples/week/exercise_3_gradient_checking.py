"""Exercise: gradient checking.

Backprop of a net 4-5-3-1 with two mistakes in it. The check names both, and is content once they are mended.

Rows: C2W1-54, C2W1-57, C2W1-61.
"""

import numpy as np
import plotly.graph_objects as go
import polars as pl

import fathom

rng, m = np.random.default_rng(1), 3
x, y, shapes = rng.normal(size=(4, m)), np.array([[1, 1, 0]]), ((5, 4), (5, 1), (3, 5), (3, 1), (1, 3), (1, 1))
theta = {name: rng.normal(size=shape) for name, shape in zip(("W1", "b1", "W2", "b2", "W3", "b3"), shapes, strict=True)}


def both(p: dict, two: float = 1, four: float = 1) -> tuple[float, dict]:  # J and its gradient, with two mistakes
    a1 = np.maximum(p["W1"] @ x + p["b1"], 0)
    a2 = np.maximum(p["W2"] @ a1 + p["b2"], 0)
    a3 = 1 / (1 + np.exp(-(p["W3"] @ a2 + p["b3"])))
    dz3 = (a3 - y) / m
    dz2 = p["W3"].T @ dz3 * (a2 > 0)
    dz1 = p["W2"].T @ dz2 * (a1 > 0)
    db1, db2, db3 = (dz.sum(axis=1, keepdims=True) for dz in (dz1, dz2, dz3))
    gradient = {"dW1": dz1 @ x.T, "db1": four * db1, "dW2": two * dz2 @ a1.T, "db2": db2, "dW3": dz3 @ a2.T, "db3": db3}
    return -(y * np.log(a3) + (1 - y) * np.log(1 - a3)).sum() / m, gradient


gradients = both(theta, two=2, four=4)[1], both(theta)[1]
wrong, mended = (fathom.check_gradient(lambda p: both(p)[0], theta, gradient, every=True, eps=1e-7) for gradient in gradients)
assert [f.what.split(" the slope")[0] for f in wrong.findings] == ["db1 is 4.00 times", "dW2 is 2.00 times"]
assert mended.verdict == mended.band == "great"
rows = [(name, f"{wrong.by_parameter[name]:.1e}", f"{mended.by_parameter[name]:.1e}") for name in theta]
table = pl.DataFrame(rows, schema=["parameter", "with two mistakes", "mended"], orient="row")
dots = [go.Scatter(x=list(theta), y=table[name].cast(float), name=name, mode="markers") for name in table.columns[1:]]
figure = go.Figure(dots).update_yaxes(type="log", exponentformat="power", title="ratio", dtick=2)
checked = f"{' '.join(f.what for f in wrong.findings)} Mended, the ratio is {mended.ratio:.1e}."
print(table, checked, sep="\n")
