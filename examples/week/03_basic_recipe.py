"""Basic recipe for machine learning.

High bias: a bigger net, until train fits. Then high variance: more data or regularization. Each step stays only if dev says so.

Rows: C2W1-01, C2W1-13, C2W1-14, C2W1-15, C2W1-16.
"""

import plotly.graph_objects as go
import polars as pl

import fathom

spirals = [fathom.sample("spirals", n=n, noise=0.12, seed=seed) for n, seed in ((150, 0), (1_500, 0), (2_000, 1))]
few, many = (fathom.split(train=train, dev=spirals[2]) for train in spirals[:2])
big = {"hidden": (64, 32), "learning_rate": 0.01}
IDEAS = [
    ("logistic regression", few, {"net": "logistic", "epochs": 500}),
    ("a hidden layer of 4", few, {"hidden": (4,), "learning_rate": 0.01, "epochs": 500}),
    ("10 times the data", many, {"hidden": (4,), "learning_rate": 0.01, "epochs": 100}),
    ("hidden layers of 64 and 32", few, {**big, "epochs": 500}),
    ("and L2, lambda 0.3", few, {**big, "epochs": 500, "l2": 0.3}),
    ("and 10 times the data", many, {**big, "epochs": 100, "l2": 0.3}),
]
rows, trains, devs, best = [], [], [], 1.0
for idea, splits, settings in IDEAS:
    run = fathom.fit(splits, **settings)
    train, dev = (float(run.errors[role].mean()) for role in ("train", "dev"))
    verdict = " and ".join(run.diagnose(human=0.0, references=False).verdicts)
    best, kept = (dev, "yes") if dev < best - 0.005 else (best, "no")
    trains, devs = [*trains, train], [*devs, dev]
    rows.append((idea, f"{train:.1%}", f"{dev:.1%}", verdict or "nothing is high", kept))
assert all("high bias" in row[3] for row in rows[:3]), "ten times the data is no cure for bias"
assert rows[3][3] == "high variance", "a net that is large enough is one"
assert devs[5] < 0.8 * devs[4], "and for variance more data is a cure"
table = pl.DataFrame(rows, schema=["idea", "train", "dev", "verdict", "kept"], orient="row")
ideas = [row[0] for row in rows]
figure = go.Figure([go.Bar(name=name, y=ideas, x=x, orientation="h") for name, x in (("train", trains), ("dev", devs))])
figure.update_layout(xaxis={"title": "error", "tickformat": ".0%"}, yaxis_autorange="reversed")
checked = f"On dev, 10 times the data leaves the small net at {rows[2][2]} and takes the large one from {rows[4][2]} to {rows[5][2]}."
print(table, checked, sep="\n")
