"""The spread over retraining: its value by hand, nothing out of pure luck, and what it does to an interval."""

import math

import numpy as np
import pytest

from fathom.core.intervals import interval_of
from fathom.core.records.errors import Errors
from fathom.diagnosis.diagnose import diagnose
from fathom.diagnosis.retraining import spread_over_retraining, widened

FOLD = np.repeat(np.arange(5), 80)


def test_the_value_is_the_variance_of_the_folds_less_that_of_their_examples():
    value = np.random.default_rng(1).random(400) + FOLD / 10
    means = [value[j == FOLD].mean() for j in range(5)]
    luck = np.mean([value[j == FOLD].var(ddof=1) / 80 for j in range(5)])
    found = spread_over_retraining(Errors.of(value), FOLD)
    assert found.value == pytest.approx(math.sqrt(np.var(means, ddof=1) - luck))
    assert found.low < found.value < found.high
    assert found.n == 5


def test_over_many_sets_the_square_is_unbiased_and_the_interval_covers():
    """Nets whose true errors have a standard deviation of 0.05; the square before it is cut at 0 has the right mean."""
    rng, squares, covered = np.random.default_rng(0), [], 0
    for _ in range(400):
        true = 0.2 + 0.05 * rng.normal(size=5)
        wrong = (rng.random(400) < true[FOLD]).astype(float)
        found = spread_over_retraining(Errors.of(wrong), FOLD)
        squares.append(np.var([wrong[j == FOLD].mean() for j in range(5)], ddof=1) - np.mean(wrong.var() / 80))
        covered += found.low <= 0.05 <= found.high
    assert np.mean(squares) == pytest.approx(0.05**2, rel=0.15)
    assert 0.92 <= covered / 400 <= 0.98


def test_groups_count_as_one():
    value, group = np.repeat([0.0, 1.0] * 20, 10), np.repeat(np.arange(40), 10)
    fold = np.repeat([0, 1], 200)
    single = spread_over_retraining(
        Errors.of(
            np.r_[
                value[:200],
                1 - value[200:],
            ]
        ),
        fold,
    )
    grouped = spread_over_retraining(Errors.of(np.r_[value[:200], 1 - value[200:]], group=group), fold)
    assert grouped.low <= single.low


def test_an_interval_is_moved_out_by_the_spread_of_the_mean_of_the_folds():
    errors = Errors.of((np.arange(400) % 10 == 0).astype(float))
    plain, spread = interval_of(errors), spread_over_retraining(Errors.of((np.arange(400) % 10 < FOLD).astype(float)), FOLD)
    wide = widened(plain, spread)
    assert wide.high - wide.value == pytest.approx(math.hypot(plain.high - plain.value, 1.959964 * spread.value / math.sqrt(5)))
    assert wide.low == 0.0
    assert wide.value == plain.value


def test_a_diagnosis_takes_it_from_the_folds_of_dev():
    wrong = (np.arange(400) % 10 < FOLD).astype(float)
    train = Errors.of(np.zeros(1600), group=np.tile(np.arange(400), 4))
    one, folds = diagnose({"train": train, "dev": wrong}), diagnose({"train": train, "dev": wrong}, fold=FOLD)
    assert folds.ladder["dev"].estimate.high > one.ladder["dev"].estimate.high + 0.05
    assert (one.ladder["train"].estimate.n, folds.ladder["train"].estimate.n) == (1600, 400)
