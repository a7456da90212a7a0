"""Line charts: the path is read back and must have every value in its place."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fathom.report.page_chart import Chart, Curve, line_chart, thinned


def path(markup: str, style: str = "a") -> list[tuple[float, float]]:
    """The points of the curve of a style: epochs across in thousandths, pixels down."""
    d = re.findall(rf'<path d="M([^"]*)" class="curve {style}">', markup)[-1]
    return [tuple(map(float, place.split())) for place in d.split("L")]


def test_a_curve_has_its_values_in_their_places():
    curve = Curve.of("J", [(1, 0.0), (2, 5.0), (3, 20.0)])
    assert path(line_chart(Chart(title="J", curves=(curve,), epochs=3, zero=True, height=100))) == [(0, 100), (500, 75), (1000, 0)]


def test_a_log_axis_has_equal_factors_at_equal_distances():
    curve = Curve.of("J", [(1, 1.0), (2, 0.1), (3, 0.01)])
    drawn = line_chart(Chart(title="J", curves=(curve,), epochs=3, height=100))
    assert path(drawn) == [(0, 0), (500, 50), (1000, 100)]
    assert "The axis on the left is logarithmic." in drawn


def test_values_that_are_not_finite_are_left_out():
    assert Curve.of("J", [(1, math.nan), (2, 1.0), (3, math.inf)]).points == ((2, 1.0),)


def test_one_epoch_is_a_dot():
    drawn = line_chart(Chart(title="J", curves=(Curve.of("J", [(1, 2.0)]),), epochs=1))
    assert 'class="dot a"' in drawn


@pytest.mark.parametrize(("epoch", "side"), [(2, "after"), (9, "before")])
def test_the_marked_epoch_has_its_label_on_the_side_with_room(epoch, side):
    curve = Curve.of("J", [(1, 2.0), (10, 1.0)])
    drawn = line_chart(Chart(title="J", curves=(curve,), epochs=10, mark=(epoch, f"kept: epoch {epoch}")))
    assert re.search(rf'class="tick {side}">kept: epoch {epoch}<', drawn)
    assert f"; kept: epoch {epoch}." in drawn.split("</title>")[0]


def test_above_the_ceiling_a_curve_leaves_the_drawing():
    curve = Curve.of("dev", [(1, 0.9), (2, 0.1)])
    drawn = line_chart(Chart(title="E", curves=(curve,), epochs=2, zero=True, ceiling=0.1, height=100))
    assert 'class="clipped"' in drawn
    assert path(drawn) == [(0, -800), (1000, 0)]


def test_several_curves_have_a_legend():
    curves = (Curve.of("train", [(1, 1.0)]), Curve.of("dev", [(1, 2.0)], "b"))
    assert line_chart(Chart(title="E", curves=curves, epochs=1)).count("<li>") == 2
    assert "<li>" not in line_chart(Chart(title="E", curves=curves[:1], epochs=1))


def test_the_spoken_name_has_first_and_last_value():
    drawn = line_chart(Chart(title="J", curves=(Curve.of("J", [(1, 2.0), (50, 0.12345)]),), epochs=50))
    assert "<title>J, epochs 1 to 50: J from 2 to 0.123.</title>" in drawn


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=2_000), st.integers(10, 300))
def test_thinned_points_keep_the_ends_and_the_extremes(values, most):
    points = list(enumerate(values))
    kept = thinned(points, most)
    assert len(kept) <= max(most, len(points) if len(points) <= most else 0)
    assert kept == sorted(set(kept) & set(points))
    assert {kept[0], kept[-1]} == {points[0], points[-1]}
    assert {min(v for _, v in kept), max(v for _, v in kept)} == {min(values), max(values)}
