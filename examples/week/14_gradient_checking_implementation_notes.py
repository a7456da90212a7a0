"""Gradient checking: implementation notes.

Look at the components, take the penalty along, leave dropout out or hold its mask, and check again after some training.

Rows: C2W1-57, C2W1-58, C2W1-59, C2W1-60.
"""

import numpy as np
import polars as pl

import fathom

rng = np.random.default_rng(0)
x, mask = rng.normal(size=(3, 20)), rng.random((4, 1)) < 0.5
theta = {"W1": 1e-5 * rng.normal(size=(4, 3)), "W2": 1e-5 * rng.normal(size=(1, 4))}


def both(p: dict, lambd: float = 0, mask: object = 1, straight: bool = False) -> tuple[float, dict]:  # J and its gradient
    a, m = np.tanh(p["W1"] @ x), x.shape[1]
    rest = p["W2"] @ (a * mask) - np.sin(x[:1])
    dz1 = p["W2"].T @ rest * mask * (1 if straight else 1 - a**2)
    gradient = {"W1": (dz1 @ x.T + lambd * p["W1"]) / m, "W2": (rest @ (a * mask).T + lambd * p["W2"]) / m}
    return ((rest**2).sum() + lambd * sum((w**2).sum() for w in p.values())) / (2 * m), gradient


penalty, dropout, straight, rows = {"lambd": 2}, {"mask": mask}, {"straight": True}, []
for what, in_j, in_gradient, steps, culprits in (
    ("penalty in J alone", penalty, {}, 100, ["W1", "W2"]),
    ("penalty in both", penalty, penalty, 100, []),
    ("dropout with one mask in both", dropout, dropout, 100, []),
    ("slope of tanh forgotten, small W", {}, straight, 0, []),
    ("the same after 100 steps", {}, straight, 100, ["W1"]),
):
    g = fathom.check_gradient(lambda p, a=in_j: both(p, **a)[0], theta, lambda p, a=in_gradient: both(p, **a)[1], also_after=steps)
    assert g.culprits == culprits, what
    rows.append((what, f"{g.ratio:.1e}", g.verdict, g.findings[-1].what if g.findings else "-"))
table = pl.DataFrame(rows, schema=["gradient check", "ratio", "verdict", "what it says"], orient="row")
assert "the gradient lacks (lambda/m) W" in rows[0][3]
checked = "The missing penalty is named; a forgotten slope shows only once W has left 0."
print(table, checked, sep="\n")
