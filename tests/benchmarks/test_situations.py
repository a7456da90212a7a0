"""The study of planted situations: its truths, its counts, and that planted wrong verdicts fail it."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest

from benchmarks.situations import __main__ as command
from benchmarks.situations.alterations import blurred, flipped, moved, taken_from
from benchmarks.situations.catalogue import catalogue, sizes
from benchmarks.situations.draws import (
    ALL,
    MOVED,
    PLANTED,
    distance_of,
    drawn,
    gaps_in,
    standard_error,
    tallies,
    tolerance_at,
    truth_of,
)
from benchmarks.situations.judge import GAPS, Share, judged
from benchmarks.situations.page import Study, page
from benchmarks.situations.situation import KINDS, Planted, Pool, Situation
from benchmarks.situations.sources import Missing, Rows, normals, optical, rings, waves
from benchmarks.situations.store import Store
from benchmarks.situations.summary import summary
from fathom.core.records.gap import Gap
from fathom.diagnosis import diagnose as diagnosing


def pool(rate, n=1_000, **more):
    errors = np.zeros(n)
    errors[: round(rate * n)] = 1
    return Pool(errors, **more)


def planted(human=0.0, **rates):
    return Planted({role: pool(rate) for role, rate in rates.items()}, human)


def situation(plant, verdicts=None, at=(2_000,)):
    return Situation("made up", "overfit", False, verdicts or {"variance": "high"}, plant, sizes(3_000, *at))


OVERFIT = planted(train=0.002, train_dev=0.15, dev=0.15, test=0.15)


def found(made=OVERFIT, moved_draws=10):
    return list(tallies(situation(lambda seed: made), made, 0, draws=30, moved_draws=moved_draws))


def test_truths_are_differences_of_pools():
    made = planted(0.01, train=0.03, train_dev=0.05, dev=0.15, test=0.16)
    truths = {gap: round(truth_of(made, gap), 9) for gap in gaps_in(made)}
    assert truths == {"avoidable_bias": 0.02, "variance": 0.02, "data_mismatch": 0.1, "dev_overfit": 0.01}
    assert gaps_in(planted(train=0.1, dev=0.2)) == ["avoidable_bias", "variance"]
    assert truth_of(planted(train=0.1, dev=0.2), "variance") == pytest.approx(0.1)


def test_the_standard_error_is_that_of_draws():
    made, n = planted(train=0.05, dev=0.12), {"train": 400, "dev": 300}
    rng = np.random.default_rng(0)
    gaps = [s["dev"].estimate.value - s["train"].estimate.value for s in (drawn(made, n, rng)["source"] for _ in range(3_000))]
    assert standard_error(made, n, "variance", None) == pytest.approx(np.std(gaps), rel=0.05)
    assert np.mean(gaps) == pytest.approx(0.07, abs=0.002)


def test_the_balanced_standard_error_is_that_of_draws():
    classes = np.repeat([0, 1], [900, 100])
    errors = np.r_[np.arange(900) < 45, np.arange(100) < 40].astype(float)
    made = Planted({"train": Pool(errors, classes), "dev": Pool(errors, classes)}, 0.0)
    assert made.pools["dev"].truth == pytest.approx(0.225)
    rng, n = np.random.default_rng(1), {"train": 900, "dev": 500}
    values = []
    for _ in range(2_000):
        rows = rng.integers(1_000, size=500)
        values.append(np.mean([errors[rows][classes[rows] == c].mean() for c in (0, 1)]))
    assert math.sqrt(made.pools["dev"].variance(500)) == pytest.approx(np.std(values), rel=0.06)
    assert set(drawn(made, n, rng)["truth"]) == {"train", "dev"}


def test_near_zero_the_standard_error_is_the_one_at_the_tolerance():
    made = planted(train=0.0, dev=0.0)
    assert distance_of(made, {"train": 500, "dev": 300}, "variance", 0.02) == pytest.approx(-0.02 / math.sqrt(0.02 * 0.98 / 300))
    assert distance_of(made, {"train": 500, "dev": 300}, "variance", 0.02, plain=True) == -math.inf


@pytest.mark.parametrize("to", MOVED)
def test_the_tolerance_is_put_where_it_is_said(to):
    made, n = planted(train=0.05, dev=0.15), {"train": 4_000, "dev": 3_000}
    tolerance = tolerance_at(made, n, "variance", to)
    assert distance_of(made, n, "variance", tolerance) == pytest.approx(to, abs=1e-6)
    assert tolerance_at(planted(train=0.1, dev=0.1), n, "variance", 0.0) is None


def test_counts_add_up_and_the_known_verdicts_are_right():
    counted = found()
    assert {t.n for t in counted if t.moved is None} == {30}
    assert {t.n for t in counted if t.moved is not None} == {10}
    at_default = {t.gap: t for t in counted if t.moved is None}
    assert set(at_default) == {*GAPS, ALL, PLANTED}
    assert (at_default["variance"].high, at_default["variance"].wrong) == (30, 0)
    assert at_default[PLANTED].right == 30
    assert at_default["avoidable_bias"].low == at_default["avoidable_bias"].right == 30
    assert at_default[ALL].right <= min(at_default[gap].right for gap in GAPS)


def test_a_bias_below_human_may_be_low_or_unclear():
    better = planted(0.1, train=0.05, dev=0.05)
    bias = next(t for t in found(better) if t.gap == "avoidable_bias" and t.moved is None)
    assert bias.truth == pytest.approx(-0.05)
    assert bias.right == bias.n == bias.unclear


def test_a_dev_set_that_is_not_drawn_is_taken_as_it_is():
    made = Planted({"train": pool(0.1), "dev": pool(0.05, 300, drawn=False), "test": pool(0.2)}, 0.0)
    counted = list(tallies(situation(lambda seed: made), made, 0, draws=5, moved_draws=1))
    assert {t.size for t in counted} == {"300, test 2,000"}
    rng = np.random.default_rng(0)
    dev = drawn(made, {"train": 10, "dev": 300, "test": 10}, rng)["source"]["dev"]
    assert dev.estimate.n == 300
    assert dev.estimate.value == pytest.approx(0.05)


EVERYTHING = (
    OVERFIT,
    planted(train=0.06, train_dev=0.13, dev=0.20, test=0.28),
    planted(train=0.10, train_dev=0.10, dev=0.10, test=0.10),
)


def studied(moved_draws=10):
    return [t for made in EVERYTHING for t in found(made, moved_draws)]


def test_the_product_passes():
    missed = [str(one) for one in judged(studied(40)) if not one.met and "just beside" not in one.what]
    assert missed == []


@pytest.fixture
def said(monkeypatch):
    """Verdicts of every gap come from another function of its value, its interval and the tolerance."""

    def plant(verdict):
        real = diagnosing.gaps_of

        def wrong(rungs, floor, tolerance):
            gaps = real(rungs, floor, tolerance)
            return {name: dataclasses.replace(gap, verdict=verdict(gap, tolerance)) for name, gap in gaps.items()}

        monkeypatch.setattr(diagnosing, "gaps_of", wrong)

    return plant


def by_value(gap: Gap, tolerance: float) -> str:
    """Without an interval."""
    return "high" if gap.value >= tolerance else "low"


def swapped(gap: Gap, tolerance: float) -> str:
    return {"high": "low", "low": "high", "unclear": "unclear"}[gap.verdict]


def narrow(gap: Gap, tolerance: float) -> str:
    """With intervals half as wide."""
    low, high = (gap.value + (end - gap.value) / 2 for end in (gap.low, gap.high))
    return "high" if low >= tolerance else "low" if high < tolerance else "unclear"


def timid(gap: Gap, tolerance: float) -> str:
    return "unclear"


def wide(gap: Gap, tolerance: float) -> str:
    """With intervals three times as wide."""
    low, high = (gap.value + 3 * (end - gap.value) for end in (gap.low, gap.high))
    return "high" if low >= tolerance else "low" if high < tolerance else "unclear"


@pytest.mark.parametrize(
    ("verdict", "fails"),
    [
        (by_value, {"wrong side, everywhere", "wrong side, just beside the tolerance", "unclear, at the tolerance"}),
        (swapped, {"right, far from the tolerance", "wrong side, everywhere", "all gaps right, each far from the tolerance"}),
        (narrow, {"wrong side, just beside the tolerance", "unclear, at the tolerance"}),
        (timid, {"right, far from the tolerance", "all gaps right, each far from the tolerance"}),
        (wide, {"right, far from the tolerance"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_planted_wrong_verdicts_fail_the_study(said, verdict, fails):
    said(verdict)
    assert {one.what for one in judged(studied()) if not one.met} >= fails


def test_nothing_counted_is_nothing_shown():
    assert not any(one.met for one in judged([]))
    assert str(Share(0, 0)) == "-"
    assert str(Share(19, 20)).startswith("19 / 20, 95.00% (")


def test_every_kind_is_in_the_catalogue_and_most_rows_are_real():
    every = catalogue()
    assert {s.kind for s in every} == set(KINDS)
    assert len({s.name for s in every}) == len(every)
    assert sum(s.real for s in every) > len(every) / 2
    for kind in KINDS:
        assert any(s.real for s in every if s.kind == kind)


def test_generated_tables_have_the_error_that_they_say():
    from scipy.stats import norm

    table = normals(100_000, 2.0)
    assert ((table.x[:, 0] > 0) != table.y).mean() == pytest.approx(norm.cdf(-1), abs=0.004)
    ring = rings(100_000, flipped=0.1)
    assert ((np.linalg.norm(ring.x, axis=1) > 1.5) != ring.y).mean() == pytest.approx(0.1, abs=0.004)
    wave = waves(50_000, 1.0)
    assert np.std(wave.y) == pytest.approx(5.0, abs=0.3)


def test_alterations_alter_what_they_say_and_no_more():
    rng, rows = np.random.default_rng(0), optical()
    other = flipped(0.25)(rows, rng)
    assert (other.y != rows.y).mean() == pytest.approx(0.25, abs=0.03)
    assert other.x is rows.x
    blur = blurred(0.0)(rows, rng)
    picture = rows.x[5].reshape(8, 8)
    assert blur.x[5].reshape(8, 8)[3, 4] == pytest.approx(
        (picture[3, 4] + picture[2, 4] + picture[4, 4] + picture[3, 3] + picture[3, 5]) / 5
    )
    assert moved(1.5)(rows, rng).x.mean() == pytest.approx(rows.x.mean() + 1.5, abs=1e-5)
    assert taken_from(optical)(Rows(rows.x[:1], rows.y[:1]), rng) is rows


def test_what_was_finished_is_not_done_again(tmp_path):
    calls = []

    def plant(seed):
        calls.append(seed)
        return OVERFIT

    made, path = [situation(plant)], tmp_path / "results.json"
    assert not command.study(made, Store.opened(path, {"draws": 3}), seeds=3, draws=3, until=-math.inf)
    assert command.study(made, Store.opened(path, {"draws": 3}), seeds=2, draws=3, until=math.inf)
    assert command.study(made, Store.opened(path, {"draws": 3}), seeds=3, draws=3, until=math.inf)
    assert calls == [0, 1, 2]
    assert Store.opened(path, {"draws": 4}).results == {}
    read = command.read(Store.opened(path, {"draws": 3}), made)
    assert read.nets("made up") == 3
    assert json.dumps(summary(read, {"draws": 3}))


def test_a_table_that_is_not_there_is_passed_over_and_said(tmp_path, capsys):
    def plant(seed):
        raise Missing("letters")

    made = [situation(plant)]
    store = Store.opened(tmp_path / "results.json", {})
    assert command.study(made, store, seeds=2, draws=3, until=math.inf)
    assert capsys.readouterr().err.count("passed over, no letters") == 1
    assert "Passed over" in page(command.read(store, made), made, ["# Head"])


def test_the_page_shows_shares_and_what_was_missed():
    small = dataclasses.replace(situation(lambda seed: OVERFIT), name="small", kind="dev too small", verdicts={})
    study = Study({"made up": found(), "small": found()}, ["made up / 0", "small / 0"])
    text = page(study, [situation(lambda seed: OVERFIT), small], ["# Head"], ["", "## More"])
    assert "| overfit | made up | generated | 1 | variance high | 100.0% of 30 |" in text
    assert "| small | 2,000 | 0.0% of 30 |" in text
    assert text.endswith("## More\n")
    assert "| -3.6 |" in text


def test_the_command_on_one_situation_writes_no_page(tmp_path, capsys):
    target = tmp_path / "page.md"
    match = ["--match", "dev too small: optical", "--seeds", "1", "--draws", "6"]
    assert command.main([*match, "--folder", str(tmp_path / "kept"), "--page", str(target), "--out", str(tmp_path)]) == 1
    assert "| dev too small | optical digits | real | 1 |" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


BUNDLED = (
    "rings, a straight line",
    "optical digits, 300 rows",
    "two normal classes, Bayes error 0.6%",
    "two normal classes, Bayes error 16%",
    "optical digits, dev of 150",
    "tumors, 15% of dev flipped",
    "two normal classes, dev moved",
    "diabetes, a number",
    "waves, a number",
    "tumors",
    "optical digits",
)
"""What needs no table that has to be fetched."""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_study_in_small(tmp_path):
    made = [s for s in catalogue() if s.name in BUNDLED]
    assert len(made) == len(BUNDLED)
    store = Store.opened(tmp_path / "results.json", {})
    assert command.study(made, store, seeds=3, draws=30, until=math.inf)
    assert [str(one) for one in judged(command.read(store, made).drawn) if not one.met] == []
