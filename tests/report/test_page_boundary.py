"""The decision boundary drawn: the line where it is, the right colors at the right places, each example on the plane."""

from __future__ import annotations

import base64
import dataclasses
import math
import re

import numpy as np
import pytest

from fathom.core.records.boundary import Boundary, Points
from fathom.report.page_boundary import HEIGHT, boundary_section, panel
from fathom.report.page_chart import SPAN
from fathom.report.plane_colors import CLASSES, hexes, of_class, of_classes, of_numbers
from fathom.report.plane_edges import edges_of
from tests.report.page_records import HOSTILE
from tests.report.picture_reader import pixels_of

PLACES = np.linspace(-2.0, 2.0, 41)


def softmax_boundary(weights, classes=("a", "b", "c"), places=PLACES):
    """A linear softmax over the plane: its boundaries are straight lines that are known."""
    x, y = np.meshgrid(places, places)
    scores = np.exp(np.stack([a * x + b * y + c for a, b, c in weights]))
    chances = scores / scores.sum(axis=0)
    points = Points((0.5, -1.0), (1.0, -1.5), (0.0, 1.0))
    return Boundary(
        axes=("width", "height"),
        x=tuple(places.tolist()),
        y=tuple(places.tolist()),
        answer=tuple(map(tuple, chances.argmax(axis=0).astype(float).tolist())),
        sureness=tuple(map(tuple, chances.max(axis=0).tolist())),
        classes=classes,
        points={"train": points, "dev": points},
    )


def regression_boundary():
    made = softmax_boundary([(1, 0, 0), (0, 1, 0)], ("a", "b"))
    x, y = np.meshgrid(made.x, made.y)
    return dataclasses.replace(made, answer=tuple(map(tuple, (x + 2 * y).tolist())), sureness=(), classes=())


def places_of(segments):
    """Ends of the lines in the units of the plane."""
    step = PLACES[1] - PLACES[0]
    return [(PLACES[0] + step * i, PLACES[0] + step * j) for segment in segments for i, j in segment]


def test_the_line_of_two_classes_is_where_they_are_level():
    made = softmax_boundary([(1.0, 0.5, 0.1), (0.0, 0.0, 0.0)], ("a", "b"))
    ends = places_of(edges_of(made.answer, made.sureness))
    assert len(ends) > 40
    assert max(abs(x + 0.5 * y + 0.1) for x, y in ends) < 2e-3  # the probability bends within a cell


def test_three_classes_meet_in_a_point():
    made = softmax_boundary([(1.0, 0.0, 0.0), (-0.5, math.sqrt(3) / 2, 0.0), (-0.5, -math.sqrt(3) / 2, 0.0)])
    ends = np.array(places_of(edges_of(made.answer, made.sureness)))
    directions = np.array([[1.0, 0.0], [-0.5, math.sqrt(3) / 2], [-0.5, -math.sqrt(3) / 2]])
    scores = np.sort(ends @ directions.T, axis=1)
    away = np.abs(ends).max(axis=1) > 0.5  # near the middle the third class counts too
    apart = (scores[away, 2] - scores[away, 1]) / math.sqrt(3)  # the distance from the true line
    assert apart.max() < PLACES[1] - PLACES[0]  # a cell: what comes second is not in the record
    assert np.hypot(*ends.T).min() < 0.15


def test_one_class_has_no_line():
    assert edges_of([[1.0, 1.0], [1.0, 1.0]], [[0.9, 0.9], [0.8, 0.7]]) == []


def test_the_ground_has_the_colors_of_the_classes_paler_where_unsure():
    colors = of_classes([[0, 1], [9, 2]], [[1.0, 1.0], [1.0, 0.34]], 10)
    assert hexes(colors.reshape(-1, 4)) == [CLASSES[0], CLASSES[1], CLASSES[9 - len(CLASSES)], CLASSES[2]]
    assert colors[0, 0, 3] > colors[1, 1, 3]
    assert of_class(0) == of_class(len(CLASSES))


def test_numbers_run_from_one_end_of_the_scale_to_the_other():
    colors = of_numbers([0.0, 10.0, 5.0, -9.0, 99.0], 0.0, 10.0)
    assert (colors[0] == colors[3]).all()
    assert (colors[1] == colors[4]).all()
    assert len({tuple(c) for c in colors.tolist()}) == 3
    assert of_numbers([3.0], 3.0, 3.0).shape == (1, 4)


def test_the_picture_begins_at_the_top_and_hangs_over_by_half_a_pixel():
    made = softmax_boundary([(0.0, 9.0, 0.0), (0.0, 0.0, 0.0)], ("up", "down"))
    drawn = panel(made, "dev", "dev")
    pixels = pixels_of(base64.b64decode(re.search(r"base64,([^\"]+)", drawn)[1]))
    assert pixels.shape == (41, 41, 4)
    assert hexes(pixels[[0, -1], 0]) == [of_class(0), of_class(1)]
    width = float(re.search(r'<image[^>]* width="([\d.]+)"', drawn)[1])
    assert width == pytest.approx(SPAN * 41 / 40)


def test_points_stand_where_they_are():
    drawn = panel(softmax_boundary([(1, 0, 0), (0, 1, 0)], ("a", "b")), "train", "train")
    assert f"M{SPAN * 2.5 / 4:.0f} {HEIGHT * 0.25:.1f}h0" in drawn
    assert drawn.count(f'stroke="{of_class(0)}"') == 1
    assert "train: 2 examples over the plane of width and height." in drawn


def test_two_classes_differ_in_shape_too():
    drawn = panel(softmax_boundary([(1, 0, 0), (0, 1, 0)], ("a", "b")), "train", "train")
    assert re.findall(r'class="point (\w+)" stroke="([^"]+)"', drawn) == [("round", of_class(0)), ("square", of_class(1))]


def test_a_number_has_a_scale_and_no_line():
    drawn = boundary_section(regression_boundary())
    assert "What it predicts over its two inputs" in drawn
    assert 'class="edge"' not in drawn
    assert 'class="scale"' in drawn
    assert "The decision boundary" in boundary_section(softmax_boundary([(1, 0, 0), (0, 1, 0)], ("a", "b")))
    assert boundary_section(None) is None


def test_hostile_names_and_many_classes():
    labels = (*HOSTILE, *(f"c{i}" for i in range(40)))
    made = dataclasses.replace(softmax_boundary([(1, 0, 0), (0, 1, 0)], ("a", "b")), classes=labels, axes=(HOSTILE[2], HOSTILE[1]))
    drawn = boundary_section(made)
    assert "<script" not in drawn
    assert "<img" not in drawn
    assert f"and {len(labels) - 8} more" in drawn


def test_it_is_small_with_all_the_points_there_may_be():
    source = np.random.default_rng(0)
    points = Points(
        *(tuple(source.uniform(-2, 2, 2000).tolist()) for _ in range(2)), tuple(source.integers(0, 3, 2000).astype(float).tolist())
    )
    noise = softmax_boundary([tuple(source.normal(size=3)) for _ in range(3)], places=np.linspace(-2, 2, 120))
    answer = tuple(map(tuple, source.integers(0, 3, (120, 120)).astype(float).tolist()))  # every cell has lines
    made = dataclasses.replace(noise, answer=answer, points={"train": points, "dev": points})
    drawn = boundary_section(made)
    assert 'class="edge"' not in drawn  # no line in noise
    assert len(drawn) < 1_000_000
    assert 'class="edge"' in boundary_section(noise)
