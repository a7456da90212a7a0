"""Figures as plotly objects: their traces hold the records' numbers, and hostile names stay text."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from fathom.core.records.boundary import Boundary, Points
from fathom.core.records.history import Epoch, History
from fathom.diagnosis.diagnose import diagnose
from fathom.report.figures.boundary import boundary_figure
from fathom.report.figures.confusion import confusion_figure, counts_of
from fathom.report.figures.cost import cost_figure
from fathom.report.figures.errors import errors_figure
from fathom.report.figures.ladder import ladder_figure
from fathom.report.figures.learning_rate import learning_rate_figure
from fathom.report.figures.residuals import residuals_figure
from fathom.report.figures.theme import COLORS, HIGH, INK, LOW, UNCLEAR
from fathom.report.figures.weight_norm import weight_norm_figure
from tests.report.page_records import HOSTILE, classes_table, history, numbers_table


def hovers(figure) -> list[str]:
    found = []
    for trace in figure.data:
        text = trace.hovertext
        if isinstance(text, str):
            found.append(text)
        elif text is not None:
            found += [t for part in text for t in (part if isinstance(part, tuple | list | np.ndarray) else [part])]
    return found


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("color", [*COLORS, INK, HIGH, LOW, UNCLEAR])
@pytest.mark.parametrize("ground", ["#fdfdfb", "#16191d"])
def test_every_color_stands_out_from_light_and_dark_pages(color, ground):
    """3 to 1 is WCAG's least for graphics and large text (1.4.11)."""
    assert contrast(color, ground) >= 3.0


MACHADO = {  # Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
}


def lab(color: str, blindness: str) -> np.ndarray:
    """CIE Lab of a color as a color-blind person sees it."""
    rgb = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(MACHADO[blindness]) @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ seen / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("blindness", MACHADO)
def test_color_blind_people_can_tell_the_first_colors_apart(blindness):
    """A distance of 10 in Lab is a plain difference; a just visible one is about 2.3."""
    for a, b in itertools.combinations(COLORS[:4], 2):
        assert np.linalg.norm(lab(a, blindness) - lab(b, blindness)) > 10, (a, b)


def test_cost_has_j_and_the_data_term():
    made = history(40, penalty=0.3)
    whole, bare = cost_figure({"run": made}).data
    assert list(whole.y) == made["J"]
    assert list(bare.y) == made["data_term"]
    assert (whole.line.dash, bare.line.dash) == ("solid", "dash")
    assert "data term" in whole.hovertext[0]
    assert "penalty 0.3" in whole.hovertext[0]


def test_without_a_penalty_there_is_one_curve_on_a_log_axis_where_it_falls_far():
    figure = cost_figure({"run": history(40, penalty=0.0)})
    assert len(figure.data) == 1
    assert figure.layout.yaxis.type == "log"
    assert cost_figure({"run": history(3, penalty=1.0)}).layout.yaxis.type != "log"


def test_epochs_without_a_finite_j_are_left_out():
    lost = Epoch(epoch=41, J=float("nan"), data_term=1.0, penalty=0.0, learning_rate=0.1, weight_norm=1.0, updates=1)
    figure = cost_figure({"run": History([*history(40, penalty=0.0).epochs, lost])})
    assert len(figure.data[0].y) == 40


def test_errors_are_those_that_were_measured_and_the_kept_epoch_is_marked():
    made = history(40, best=20)
    figure = errors_figure({"run": made})
    train, dev = figure.data
    assert (train.name, dev.name) == ("train", "dev (validation)")
    assert list(zip(dev.x, dev.y, strict=True)) == made.measured("dev")
    assert [a.text for a in figure.layout.annotations] == ["kept: epoch 20"]
    assert [s.x0 for s in figure.layout.shapes] == [20]
    assert not errors_figure({"run": history(40)}).layout.annotations


def test_runs_have_a_color_each_and_roles_a_dash():
    figure = errors_figure({"l2 0": history(40, best=10), "l2 0.7": history(30, best=20)})
    assert [t.name for t in figure.data] == ["l2 0, train", "l2 0, dev (validation)", "l2 0.7, train", "l2 0.7, dev (validation)"]
    assert [t.line.color for t in figure.data] == [COLORS[0], COLORS[0], COLORS[1], COLORS[1]]
    assert [t.line.dash for t in figure.data] == ["dot", "solid", "dot", "solid"]
    assert [a.text for a in figure.layout.annotations] == ["l2 0: kept epoch 10", "l2 0.7: kept epoch 20"]


@pytest.mark.parametrize(("draw", "column"), [(learning_rate_figure, "learning_rate"), (weight_norm_figure, "weight_norm")])
def test_curves_of_one_column(draw, column):
    made = {"a": history(40), "b": history(20)}
    figure = draw(made)
    assert [list(t.y) for t in figure.data] == [h[column] for h in made.values()]
    assert [t.name for t in figure.data] == ["a", "b"]


def test_one_epoch_is_a_dot():
    assert "markers" in cost_figure({"run": history(1)}).data[0].mode


RATES = {"train": (5, 500), "dev": (22, 200)}


def test_the_ladder_has_rungs_gaps_goal_and_references():
    d = diagnose(RATES, human=0.005, goal=0.03, references={"linear": 0.12}, sealed={"test": 50})
    figure = ladder_figure({"run": d})
    names = list(figure.layout.yaxis.ticktext)
    assert names == ["human", "avoidable bias", "train", "variance", "dev (validation)", "test: sealed", "goal", "linear"]
    points = {round(x, 6): t for t in figure.data if t.mode == "markers" for x in t.x}
    assert set(points) == {0.005, 0.01, 0.11, 0.03, 0.12}
    rungs = points[0.11]
    i = list(rungs.x).index(0.11)
    assert rungs.x[i] + rungs.error_x.array[i] == pytest.approx(d.ladder["dev"].estimate.high)
    assert rungs.x[i] - rungs.error_x.arrayminus[i] == pytest.approx(d.ladder["dev"].estimate.low)
    bars = [t for t in figure.data if t.mode == "lines+markers"]
    assert [tuple(t.x) for t in bars] == [(0.005, 0.01), (0.01, 0.11)]
    assert "+10.0 high" in [a.text for a in figure.layout.annotations]


def test_a_bias_that_is_only_bounded_is_dotted():
    figure = ladder_figure({"run": diagnose(RATES, references={"linear": 0.008})})
    assert any(t.line.dash == "dot" for t in figure.data if t.mode == "lines+markers")


def test_ladders_beside_each_other_are_grouped_by_role():
    first, second = diagnose(RATES), diagnose({"train": (2, 500), "dev": (10, 200), "test": (8, 200)})
    figure = ladder_figure({"l2 0": first, "l2 0.7": second})
    assert [t.name for t in figure.data] == ["l2 0", "l2 0.7"]
    assert list(figure.layout.yaxis.ticktext) == ["train", "dev (validation)", "test"]
    assert list(figure.data[1].x) == [0.004, 0.05, 0.04]
    a, b = (t.y[1] for t in figure.data)
    assert 0.5 < a < b < 1.5


def test_rates_alone_have_no_whiskers():
    figure = ladder_figure({"run": diagnose({"train": 0.01, "dev": 0.11}, human=0.0)})
    assert all(v == 0 for t in figure.data if t.mode == "markers" for v in (*t.error_x.array, *t.error_x.arrayminus))


def test_confusion_counts():
    table = classes_table(("a", "b", "c"), 90, wrong=15)
    figure = confusion_figure({"run": table}, ("a", "b", "c"))
    known = np.array([[((table["truth"] == t) & (table["prediction"] == p)).sum() for p in "abc"] for t in "abc"])
    assert counts_of(table, list("abc")).tolist() == known.tolist()
    written = [[int(v or 0) for v in row] for row in figure.data[0].text]
    assert written == known.tolist()
    z = np.array(figure.data[0].z)
    assert (np.diag(z) > 0).all()
    assert (z[known == 0] == 0).all()
    assert (z[~np.eye(3, dtype=bool)] <= 0).all()
    assert f"{known[0, 1]} of {known[0].sum()} examples of a" in figure.data[0].hovertext[0][1]


def test_labels_that_the_run_did_not_know_come_after():
    table = pl.DataFrame({"truth": ["a", "z"], "prediction": ["a", "a"]})
    figure = confusion_figure({"run": table}, ("a", "b"))
    assert list(figure.layout.xaxis.ticktext) == ["a", "b", "z"]


def test_many_classes_have_no_counts_written_in():
    labels = tuple(f"class {i}" for i in range(30))
    assert confusion_figure({"run": classes_table(labels, 600)}, labels).data[0].text is None


def test_confusions_side_by_side_have_the_same_axes():
    tables = {"a": classes_table(("x", "y"), 40), "b": classes_table(("x", "y"), 40, wrong=3)}
    figure = confusion_figure(tables, ("x", "y"))
    assert [t.xaxis for t in figure.data] == ["x", "x2"]
    assert figure.layout.xaxis2.matches == "x"
    assert [a.text for a in figure.layout.annotations] == ["a", "b"]


def test_residuals_are_truth_minus_prediction():
    table = numbers_table(60)
    trace = residuals_figure({"run": table}, "mmHg").data[0]
    assert np.allclose(sorted(trace.y), sorted((table["truth"] - table["prediction"]).to_list()))
    assert any("mmHg" in text for text in trace.hovertext)


def test_many_residuals_are_thinned():
    assert len(residuals_figure({"run": numbers_table(5_000)}).data[0].x) == 3_000


def plane(classes=("no", "yes"), axes=("x0", "x1"), shift=0.0) -> Boundary:
    """The first class left of x = shift, the last one right of it."""
    x, y = np.linspace(-2, 2, 21), np.linspace(-1, 1, 11)
    p = 1 / (1 + np.exp(-3 * (x - shift)))
    if classes:
        answer, sure = np.where(p > 0.5, len(classes) - 1, 0), np.maximum(p, 1 - p)
        sureness = tuple(tuple(sure.tolist()) for _ in y)
    else:
        answer, sureness = p, ()
    points = {role: Points(x=(-1.0, 1.0), y=(0.0, 0.5), truth=(0.0, 1.0)) for role in ("train", "dev")}
    rows = tuple(tuple(float(v) for v in answer) for _ in y)
    return Boundary(axes=axes, x=tuple(x.tolist()), y=tuple(y.tolist()), answer=rows, sureness=sureness, classes=classes, points=points)


def test_the_line_of_two_classes_runs_where_their_probability_is_one_half():
    figure = boundary_figure({"run": plane(shift=0.3)})
    line = next(t for t in figure.data if t.type == "contour")
    assert line.contours.start == line.contours.end == 0.5
    row = np.array(line.z[0])
    crossing = np.interp(0.5, row, np.array(line.x))
    assert crossing == pytest.approx(0.3, abs=0.02)
    names = [t.name for t in figure.data if t.type == "scatter"]
    assert names == ["no, train", "yes, train", "no, dev (validation)", "yes, dev (validation)"]


def test_three_classes_have_a_ground_and_a_line_each():
    figure = boundary_figure({"run": plane(("a", "b", "c"))})
    assert sum(t.type == "heatmap" for t in figure.data) == 3
    assert sum(t.type == "contour" for t in figure.data) == 2  # no place is b


def test_a_regression_has_one_scale_for_answers_and_points():
    figure = boundary_figure({"run": plane(())})
    ground = next(t for t in figure.data if t.type == "heatmap")
    points = next(t for t in figure.data if t.type == "scatter")
    assert (ground.zmin, ground.zmax) == (points.marker.cmin, points.marker.cmax) == (0.0, 1.0)


def test_boundaries_side_by_side_are_named_once_and_share_their_ends():
    figure = boundary_figure({"no l2": plane(), "l2 0.7": plane(shift=0.5)})
    assert [a.text for a in figure.layout.annotations] == ["no l2", "l2 0.7"]
    assert sum(bool(t.showlegend) for t in figure.data if t.type == "scatter") == 4
    assert tuple(figure.layout.xaxis.range) == tuple(figure.layout.xaxis2.range) == (-2.0, 2.0)


@pytest.mark.parametrize("name", HOSTILE, ids=["script", "quote", "tags", "long", "turned"])
def test_hostile_names_stay_text(name):
    labels = (name, "other")
    drawn = [
        confusion_figure({name: classes_table(labels, 30), "b": classes_table(labels, 30)}, labels),
        errors_figure({name: history(5, best=3), "b": history(5)}),
        cost_figure({name: history(5), "b": history(5)}),
        residuals_figure({name: numbers_table(10), "b": numbers_table(10)}, name),
        boundary_figure({name: plane(labels, (name, "x")), "b": plane(labels, (name, "x"))}),
        ladder_figure({name: diagnose(RATES, references={name: 0.1}), "b": diagnose(RATES)}),
        ladder_figure({"run": diagnose(RATES, references={name: 0.1})}),
    ]
    for figure in drawn:
        texts = [*hovers(figure), *(a.text or "" for a in figure.layout.annotations), *(t.name or "" for t in figure.data)]
        texts += [str(v) for ax in (figure.layout.xaxis, figure.layout.yaxis) for v in [*(ax.ticktext or ()), ax.title.text or ""]]
        assert not any(mark in text for text in texts for mark in ("<script", "<img", "\u202e", "\x00"))
        assert max(map(len, texts)) < 600


@pytest.mark.parametrize("figure", [cost_figure({"a": history(9)}), boundary_figure({"a": plane()})], ids=["cost", "boundary"])
def test_figures_are_plain_json_over_a_clear_ground(figure):
    json.loads(figure.to_json())
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"


def test_hover_texts_are_sentences():
    for figure in (
        cost_figure({"a": history(9)}),
        errors_figure({"a": history(9)}),
        ladder_figure({"a": diagnose(RATES)}),
        boundary_figure({"a": plane()}),
    ):
        assert hovers(figure)
        assert all(text[0].isupper() and text.endswith(".") for text in hovers(figure))


ONLY_PLOTLY = """
import sys
from fathom.experiment.figures import figure_of
from fathom.core.records.history import Epoch, History
from fathom.report.figures.cost import cost_figure
before = {m for m in ("plotly.graph_objects", "pandas", "scipy.stats") if m in sys.modules}
cost_figure({"a": History([Epoch(epoch=1, J=1.0, data_term=1.0, penalty=0.0, learning_rate=0.1, weight_norm=1.0, updates=1)])})
after = {m for m in ("plotly.express", "pandas", "scipy.stats", "matplotlib") if m in sys.modules}
print(before, after)
"""


def test_plotly_is_loaded_by_the_first_figure_and_nothing_heavier_with_it():
    done = subprocess.run([sys.executable, "-W", "error", "-c", ONLY_PLOTLY], capture_output=True, text=True, timeout=100, check=False)
    assert done.stdout.strip() == "set() set()", done.stderr
