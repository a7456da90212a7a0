"""Several values of one knob against the experiment so far: paired, and adjusted together."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from fathom.core.records.errors import Errors
from fathom.diagnosis.paired import sign_flips
from fathom.recipe.judging import FLIPS, Bench, max_t


def test_one_value_is_the_sign_flip_test():
    rng = np.random.default_rng(0)
    parts = rng.normal(0.3, 1.0, size=60)
    assert max_t(parts[None])[0] == pytest.approx(sign_flips(parts), abs=4 * 0.5 / np.sqrt(FLIPS))


def test_against_all_flips_of_few_groups():
    """The oracle: all 2^10 flips, the largest |t| of each."""
    rng = np.random.default_rng(1)
    parts = rng.normal(0.4, 1.0, size=(4, 10))
    normal = parts / np.sqrt((parts**2).sum(axis=1, keepdims=True))
    signs = np.array(list(itertools.product((-1.0, 1.0), repeat=10)))
    largest = np.abs(signs @ normal.T).max(axis=1)
    exact = [(largest >= abs(t) - 1e-12).mean() for t in normal.sum(axis=1)]
    assert max_t(parts) == pytest.approx(exact, abs=4 * 0.5 / np.sqrt(FLIPS))


def test_values_that_never_differ_have_p_1():
    assert list(max_t(np.zeros((2, 5)))) == [1.0, 1.0]


def null(rng, n=150, k=12):
    """k values of a knob that does nothing: the same noise in two thirds of the examples, all with the error of the plain fit."""
    difficulty = rng.beta(0.5, 2.0, size=n)
    plain = rng.random((4, n)) < difficulty
    shared = rng.random((4, n)) < difficulty
    values = [np.where(rng.random(n) < 2 / 3, shared, rng.random((4, n)) < difficulty).mean(axis=0) for _ in range(k)]
    return plain.mean(axis=0), values


def kept(times: int) -> int:
    rng = np.random.default_rng(5)
    count = 0
    for _ in range(times):
        plain, values = null(rng)
        bench = Bench(Errors.of(plain))
        count += any(j.verdict == "better" for j in bench.judge(plain, values))
    return count


def test_noise_is_seldom_taken_for_progress():
    assert kept(40) <= 4


@pytest.mark.slow
def test_noise_is_taken_for_progress_in_2_and_a_half_percent():
    """'better' is one side of a two-sided 5%; twelve values together, not each."""
    assert kept(600) <= 600 * 0.025 + 3 * np.sqrt(600 * 0.025 * 0.975)


def test_a_true_gain_is_found_among_twelve():
    rng = np.random.default_rng(2)
    plain, values = null(rng, n=600)
    values[7] = values[7] * (rng.random(600) < 0.6)
    verdicts = [j.verdict for j in Bench(Errors.of(plain)).judge(plain, values)]
    assert verdicts[7] == "better"
    assert verdicts.count("better") == 1


def test_balanced_errors_weigh_classes_alike():
    truth = np.array(["no"] * 90 + ["yes"] * 10)
    plain, value = np.r_[np.zeros(90), np.ones(10)], np.zeros(100)
    bench = Bench(Errors.of(plain), truth)
    assert bench.rate(plain) == pytest.approx(0.5)
    assert bench.judge(plain, [value])[0].difference.value == pytest.approx(-0.5)


def test_groups_count_once():
    """Ten people with twenty rows each are ten observations, not two hundred."""
    rng = np.random.default_rng(3)
    of_person = rng.normal(-0.1, 0.3, size=10)
    group = np.repeat(np.arange(10), 20)
    like = Errors.of(np.zeros(200), group=group)
    alone = Bench(Errors.of(np.zeros(200))).judge(np.full(200, 0.5), [0.5 + of_person[group]])[0]
    together = Bench(like).judge(np.full(200, 0.5), [0.5 + of_person[group]])[0]
    assert together.p > alone.p
