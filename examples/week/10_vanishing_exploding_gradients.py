"""Vanishing and exploding gradients.

In a deep net the layers' factors multiply: a little above 1 explodes, a little below 1 vanishes, forward and backward alike.

Rows: C2W1-44.
"""

import math

import plotly.graph_objects as go
import polars as pl
import torch
from torch import nn

import fathom

DEPTHS, VERDICTS = (20, 50, 100, 150), {1.5: "exploding", 1.0: "healthy", 0.9: "vanishing", 0.5: "vanishing"}
x = torch.ones(4, 2, dtype=torch.float64, requires_grad=True)
rows, figure = [], go.Figure()
for scale, verdict in VERDICTS.items():
    outputs = []
    for depth in DEPTHS:  # depth - 1 layers scale * I, and a last one I
        net = nn.Sequential(*(nn.Linear(2, 2, bias=False, dtype=torch.float64) for _ in range(depth)))
        for layer in net:
            nn.init.eye_(layer.weight).data.mul_(1 if layer is net[-1] else scale)
        output = net(x)[0, 0]
        gradient = torch.autograd.grad(output, x)[0]
        outputs.append(float(output.detach()))
        assert math.isclose(outputs[-1], scale ** (depth - 1), rel_tol=1e-9)
        assert math.isclose(gradient[0, 0], scale ** (depth - 1), rel_tol=1e-9)
    assert fathom.check_signal(net, x.detach()).verdict == verdict
    rows.append((f"{scale:g} I", *(f"{output:.3g}" for output in outputs), verdict))
    figure.add_scatter(x=DEPTHS, y=outputs, name=f"W = {scale:g} I")
table = pl.DataFrame(rows, schema=["W", *(f"{depth} layers" for depth in DEPTHS), "verdict"], orient="row")
figure.update_xaxes(title="layers").update_yaxes(type="log", exponentformat="power", title="output, and gradient")
checked = f"Output and gradient are scale^(L-1) to nine digits: at 150 layers {rows[0][-2]} for 1.5 I, and {rows[-1][-2]} for 0.5 I."
print(table, checked, sep="\n")
