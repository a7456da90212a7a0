"""Weight initialization.

The more inputs a unit has, the smaller its weights must be. With a variance of 2/n, ReLU layers hand on signals of one size.

Rows: C2W1-45, C2W1-46, C2W1-47, C2W1-48, C2W1-50.
"""

import math

import plotly.graph_objects as go
import polars as pl
import torch
from torch import nn

import fathom

torch.manual_seed(0)
n, x = 100, torch.randn(500, 100, dtype=torch.float64)
z = x @ torch.randn(100, 2_000, dtype=torch.float64) * math.sqrt(1 / n)
assert abs(z.var() - 1) < 0.05, "a variance of 1/n keeps z at the size of x"
glorot = nn.init.xavier_normal_(torch.empty(1_000, 500))
assert abs(glorot.std() / math.sqrt(2 / (500 + 1_000)) - 1) < 0.01, "torch's xavier_normal_ is the variant of Glorot and Bengio"

schemes = {"0.01": 0.01, "Xavier: sqrt(1/n)": math.sqrt(1 / n), "He: sqrt(2/n)": math.sqrt(2 / n), "1": 1.0}
assert [round(deviation, 4) for deviation in schemes.values()] == [0.01, 0.1, 0.1414, 1]
rows, figure = [], go.Figure()
for name, deviation in schemes.items():
    net = nn.Sequential(*(part for _ in range(50) for part in (nn.Linear(n, n, bias=False, dtype=torch.float64), nn.ReLU())))
    for layer in net[::2]:
        nn.init.normal_(layer.weight, std=deviation)
    signal = fathom.check_signal(net, x)
    sizes = [layer.std for layer in signal.layers]
    rows.append((name, *(f"{sizes[i - 1]:.2g}" for i in (1, 10, 50)), signal.verdict))
    figure.add_scatter(x=list(range(1, 51)), y=sizes, name=name)
assert [row[-1] for row in rows] == ["vanishing", "vanishing", "healthy", "exploding"], "only He's keeps 50 ReLU layers alive"
table = pl.DataFrame(rows, schema=["deviation of W, n = 100", "layer 1", "layer 10", "layer 50", "verdict"], orient="row")
figure.update_xaxes(title="ReLU layer of 100 units").update_yaxes(type="log", exponentformat="power", title="deviation of the activations")
checked = "After 50 ReLU layers activations are of size " + ", ".join(f"{row[3]} ({row[0]})" for row in rows) + "."
print(table, checked, sep="\n")
