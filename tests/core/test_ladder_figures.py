"""The terminal and the page take their figures from one place."""

from __future__ import annotations

import numpy as np
import pytest

from fathom.core.ladder_figures import gap_figure, own_unit, standing_text
from fathom.core.records.estimate import Estimate
from fathom.core.records.ladder import Ladder
from fathom.core.records.reference import Reference, best_of
from fathom.core.records.rung import Rung
from fathom.diagnosis.diagnose import diagnose

SALE = Ladder(
    rungs=(Rung(name="train", estimate=Estimate(value=0.05)), Rung(name="dev", estimate=Estimate(value=0.5))),
    unit="Sale_Price",
    scale=34_000.0,
)


def test_thousands_are_whole_with_commas():
    assert [own_unit(rung.estimate.value, SALE) for rung in SALE] == ["1,700 Sale_Price", "17,000 Sale_Price"]
    assert own_unit(0.5, Ladder(rungs=())) == ""


def test_a_reference_beyond_the_ladder_sets_its_own_style():
    assert own_unit(30.0, Ladder(rungs=(Rung(name="dev", estimate=Estimate(value=1.0)),), scale=50.0)) == "1,500"


def test_signs_of_gaps():
    d = diagnose({"train": 0.05, "train_dev": 0.08, "dev": 0.06}, human=0.0)
    assert [gap_figure(gap, d) for gap in d.gaps.values()] == ["+5.0", "+3.0", "-2.0"]


def test_standing_in_words():
    ahead = Estimate(value=0.004, low=-0.001, high=0.009)
    text = standing_text(Reference(name="linear", estimate=Estimate(value=0.5), ahead=ahead, paired=True), SALE)
    assert text == "level with linear: dev differs by 0.4 points (-0.1 to 0.9), on the same examples"


@pytest.mark.parametrize("reference", ["linear", "boosted trees", "a method with a rather long name"])
@pytest.mark.parametrize(
    ("scale", "unit"), [(65.2, "progression"), (65_200.0, "progression"), (28.0, "y"), (3.3e4, "Sale_Price" * 6), (5e8, "")]
)
def test_a_regression_fits_80_columns(scale, unit, reference):
    rng = np.random.default_rng(0)
    errors = {"train": rng.lognormal(-3, 1, 2666), "train_dev": rng.lognormal(0, 1, 100), "dev": rng.lognormal(0.2, 1, 88)}
    for more in ({"references": {reference: 0.66}}, {"human": {unit or "x": 0.1}}):
        text = str(diagnose(errors, scale=scale, unit=unit, sealed={"test": 10_000}, **more))
        assert max(map(len, text.splitlines())) <= 80
        assert "e+0" not in text or scale > 1e7


def test_the_best_reference_is_better_than_the_baseline():
    made = {name: Reference(name=name, estimate=Estimate(value=v), ahead=Estimate(value=0.0)) for name, v in (("a", 0.4996), ("b", 0.3))}
    baseline = {"dev": Reference(name="always 'good'", estimate=Estimate(value=0.5), ahead=Estimate(value=0.0))}
    assert best_of(made, baseline) is made["b"]
    assert best_of({"a": made["a"]}, baseline) is None
    assert best_of({"a": made["a"]}, {}) is made["a"]
    assert best_of({}, {}) is None
