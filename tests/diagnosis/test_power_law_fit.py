"""The fitted law against laws that were planted: its forecast, its interval, its verdict, its sentence."""

from __future__ import annotations

import re

import numpy as np
import pytest

from fathom.core.records.curve_point import CurvePoint
from fathom.core.records.estimate import Estimate
from fathom.diagnosis.curve_evidence import Evidence, Rows, SizeErrors
from fathom.diagnosis.curve_sayings import headline
from fathom.diagnosis.learning_curve import each_size, late, read_curve, verdict_of
from fathom.diagnosis.power_law_fit import fit_power_law

SIZE = np.array([125.0, 250, 500, 1000])


def planted(a, b, c, sd=0.0005, shift=0.0):
    return Evidence(SIZE, a * (SIZE + shift) ** -b + c, np.eye(4) * sd**2)


@pytest.mark.parametrize(
    ("a", "b", "c", "shift"), [(1.0, 0.4, 0.0, 0), (3.0, 0.6, 0.05, 0), (0.5, 0.25, 0.02, 0), (1000.0, 1.4, 0.03, 400)]
)
def test_a_planted_law_is_foretold(a, b, c, shift):
    law = fit_power_law(planted(a, b, c, shift=shift))
    true = a * (2000 + shift) ** -b + c
    e = law.error(2000)
    assert e.low <= true <= e.high
    assert e.value == pytest.approx(true, rel=0.06)


def test_a_flat_curve_says_that_more_will_not_help():
    law = fit_power_law(planted(0.0, 1.0, 0.15, sd=0.0005))
    assert verdict_of(law) == "will not help"
    text = headline("rows", "will not help", _point(0.149, 0.15), law, law.error(2000))
    assert text.startswith("More data will not help: twice the data brings 15.0% to ")
    assert "Train and dev have met (train 14.9%): this is bias." in text  # C2W1-15: more data does not cure high bias


def test_a_falling_curve_helps_and_a_noisy_one_is_unclear():
    assert verdict_of(fit_power_law(planted(3.0, 0.6, 0.0, sd=0.001))) == "helps"
    assert verdict_of(fit_power_law(planted(1.0, 0.3, 0.05, sd=0.05))) == "unclear"


def test_the_sentence():
    law = fit_power_law(planted(3.0, 0.5, 0.0, sd=0.001))
    text = headline("rows", "helps", _point(0.0, 0.09), law, Estimate(value=0.067, low=0.062, high=0.072), goal=0.05)
    assert re.match(r"Twice the data: 9\.[456]% to 6\.7% \(6\.2 to 7\.2\)\. The goal of 5\.0% needs about [\d,]+ rows \([\d,]+ to ", text)
    assert "is reached with what is there" in headline("rows", "helps", _point(0.0, 0.09), law, law.error(2000), goal=0.2)
    assert "out of reach" in headline("rows", "helps", _point(0.0, 0.09), law, law.error(2000), goal=0.0)


def test_a_curve_that_has_only_begun_to_fall_says_that_it_tells_nothing():
    """As with 15 epochs on a table with a rare class: 0.49, 0.49, 0.49, 0.43, and in truth 0.31 at twice the rows."""
    assert late([Estimate(value=v) for v in (0.49, 0.488, 0.487, 0.43)])
    assert not late([Estimate(value=v) for v in (0.49, 0.45, 0.40, 0.33)])
    assert not late([Estimate(value=v) for v in (0.15, 0.149, 0.15, 0.148)])


def test_least_squares_agrees_with_the_closed_form_of_two_measurements():
    """One size measured twice: the weights are those of the inverse variances; numpy's own solution for the rest."""
    found = each_size(Evidence(np.array([10.0, 10.0, 20.0]), np.array([0.2, 0.3, 0.1]), np.diag([0.01, 0.04, 0.01]) ** 1.0))
    assert found[0].value == pytest.approx((0.2 / 0.01 + 0.3 / 0.04) / (1 / 0.01 + 1 / 0.04), rel=1e-6)
    assert found[1].value == pytest.approx(0.1)


def test_dev_that_is_hard_by_chance_is_corrected_by_the_rest_of_train():
    """Dev says 0.30 and 0.26 at the two sizes; 100 times as many rows say 0.20 at the first: at the second it is 0.16."""
    shared = np.array([[0.01, 0.0, 0.01], [0.0, 1e-6, 0.0], [0.01, 0.0, 0.01]]) + np.eye(3) * 1e-6
    found = each_size(Evidence(np.array([10.0, 10.0, 20.0]), np.array([0.30, 0.20, 0.26]), shared))
    assert found[1].value == pytest.approx(0.16, abs=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("law", [(2.0, 0.5, 0.03), (0.6, 0.25, 0.0), (0.02, 1.0, 0.12)])
def test_the_interval_covers_in_simulated_studies(law):
    """Rows of differing difficulty, nets of differing luck; the truth is the law itself. 25 studies each."""
    rng, covered = np.random.default_rng(5), 0
    for _ in range(25):
        measured, rows = study(rng, *law)
        e = read_curve(measured, rows, against="rows").at(2000)
        a, b, c = law
        covered += e.low <= a * 2000**-b + c <= e.high
    assert covered >= 19


def study(rng, a, b, c, dev=333, nets=6):
    """Errors of nets on parts of 1,000 rows, by a law of the mean error."""
    total = 1000 + dev
    hard = rng.gamma(0.7, size=total) / 0.7
    measured = []
    for size in (125, 250, 500, 1000):
        errors = np.full((nets, total), np.nan)
        for k in range(nets):
            rate = (a * size**-b + c) * (1 + 0.03 * rng.normal())
            errors[k] = rng.random(total) < scaled(hard, rate)
            errors[k, rng.permutation(1000)[:size]] = np.nan
        measured.append(SizeErrors(size, errors, np.zeros(nets)))
    part = np.r_[np.ones(1000, dtype=np.int64), np.zeros(dev, dtype=np.int64)]
    return measured, Rows(np.ones(total), np.arange(total), part)


def scaled(hard, rate):
    """Probabilities 1 - exp(-k hard) whose expected mean over the gamma distribution is `rate`: k from 1 - (1 + k / 0.7)^-0.7."""
    return 1 - np.exp(-hard * 0.7 * ((1 - rate) ** (-1 / 0.7) - 1))


def _point(train, error):
    return CurvePoint(size=1000, nets=8, train=train, error=Estimate(value=error), spread=0.0)
