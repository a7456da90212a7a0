"""Numerical approximation of gradients.

A slope measured from both sides errs by about the square of the step, from one side by about the step: twice the work, far more accurate.

Rows: C2W1-51, C2W1-52.
"""

import numpy as np
import plotly.graph_objects as go
import polars as pl


def f(theta: float) -> float:
    """The course's example: at 1 its slope is 3."""
    return theta**3


slopes = {
    "one-sided": lambda e: (f(1 + e) - f(1)) / e,
    "two-sided": lambda e: (f(1 + e) - f(1 - e)) / (2 * e),
}
assert [round(slope(0.01), 4) for slope in slopes.values()] == [3.0301, 3.0001]

steps = 10.0 ** -np.arange(1, 12.01, 0.25)
errors = {name: np.abs(slope(steps) - 3) for name, slope in slopes.items()}
orders = [np.polyfit(np.log10(steps[:9]), np.log10(error[:9]), 1)[0] for error in errors.values()]
assert np.allclose(orders, [1, 2], atol=0.02), "O(e) and O(e squared)"

rows = [(f"{e:g}", *(f"{slope(e):.10g}" for slope in slopes.values())) for e in (0.1, 0.01, 0.001, 1e-7)]
table = pl.DataFrame(rows, schema=["epsilon", *slopes], orient="row")
figure = go.Figure([go.Scatter(x=steps, y=np.maximum(error, 1e-13), name=name) for name, error in errors.items()])
figure.update_xaxes(type="log", title="epsilon", dtick=2, exponentformat="power")
figure.update_yaxes(type="log", title="error of the slope", dtick=2, exponentformat="power")
checked = (
    f"With epsilon 0.01: 3.0301 and 3.0001 for a slope of 3; the errors fall with powers {orders[0]:.2f} and {orders[1]:.2f} of epsilon."
)
print(table, checked, sep="\n")
