"""Axes: round ticks that reach over all values, and places that are linear or logarithmic."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fathom.report.page_axis import Axis, fitting, in_percent, linear, logarithmic, plain

NUMBER = st.floats(-1e6, 1e6).map(lambda x: float(f"{x:.6g}"))


@given(NUMBER, NUMBER)
def test_a_linear_axis_reaches_over_both_ends_in_equal_steps(a, b):
    low, high = min(a, b), max(a, b)
    axis = linear(low, high)
    assert axis.low <= low + 2e-9 * (axis.high - axis.low)
    assert axis.high >= high - 2e-9 * (axis.high - axis.low)
    assert 2 <= len(axis.ticks) <= 8
    steps = [after - before for before, after in zip(axis.ticks, axis.ticks[1:], strict=False)]
    assert max(steps) == pytest.approx(min(steps), rel=1e-3)
    assert f"{steps[0]:.0e}"[0] in "125"


@given(st.floats(1e-12, 1e6), st.floats(1e-12, 1e6))
def test_a_log_axis_has_powers_of_ten_over_both_ends(a, b):
    axis = logarithmic(min(a, b), max(a, b))
    assert axis.low <= min(a, b) * (1 + 1e-6)
    assert axis.high >= max(a, b) * (1 - 1e-6)
    assert 2 <= len(axis.ticks) <= 6
    assert all(math.log10(t) == pytest.approx(round(math.log10(t)), abs=1e-9) for t in axis.ticks)


@pytest.mark.parametrize(
    ("axis", "value", "share"),
    [
        (Axis(low=0, high=10), 2.5, 0.25),
        (Axis(low=-1, high=1), 0.0, 0.5),
        (Axis(low=0.01, high=1, log=True), 0.1, 0.5),
        (Axis(low=0.01, high=1, log=True), 0.0, 0.0),
        (Axis(low=0.01, high=1, log=True), -3.0, 0.0),
    ],
)
def test_places(axis, value, share):
    assert axis.share(value) == pytest.approx(share)


@pytest.mark.parametrize(
    ("values", "log"),
    [([0.82, 0.00017], True), ([1.0, 51.0], True), ([1.0, 49.0], False), ([0.0, 5.0], False), ([-1.0, 100.0], False), ([3.0], False)],
)
def test_the_axis_is_logarithmic_where_the_range_asks_for_it(values, log):
    assert fitting(values).log is log


def test_a_log_axis_does_not_go_down_without_end():
    assert fitting([1e-300, 1.0]).low == 1e-12


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.0), (3.0, 3.0), (-2.0, -2.0), (0.0, 5e-324), (1e20, 1e20)])
def test_one_value_has_an_axis_too(low, high):
    axis = linear(low, high)
    assert axis.low <= low <= high <= axis.high
    assert axis.low < axis.high


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.5, "0.5"), (-20, "\u221220"), (12_500, "12,500"), (1e7, "1e7"), (2.5e-9, "2.5e-9"), (-1e-5, "\u22121e-5")],
)
def test_ticks_of_numbers(value, text):
    assert plain(value) == text


@pytest.mark.parametrize(("value", "text"), [(0, "0%"), (0.05, "5%"), (0.005, "0.5%"), (1.5, "150%"), (-0.02, "\u22122%"), (0.07, "7%")])
def test_ticks_of_errors(value, text):
    assert in_percent(value) == text


@pytest.mark.parametrize("values", [[-1.7e308, 1.7e308], [1e-5, 1.7e308], [5e-324, 1e-300], [1.7e308]])
def test_the_ends_of_floating_point_have_an_axis(values):
    axis = fitting(values)
    assert axis.low < axis.high
    assert all(math.isfinite(axis.share(v)) for v in values)
