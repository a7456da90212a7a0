"""The balanced error: against scikit-learn's, by hand, and its interval by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score

from fathom.core.balanced import balanced, balanced_interval, balanced_paired, rare_classes
from fathom.core.intervals import interval_of, interval_of_paired, wilson
from fathom.core.records.errors import Errors

CLASSES = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=60)


@given(CLASSES)
@settings(max_examples=30, deadline=None)
def test_is_one_minus_balanced_accuracy(rows):
    truth, predicted = map(np.array, zip(*rows, strict=True))
    errors = Errors.of(truth != predicted)
    expected = 1 - np.mean([(predicted[truth == c] == c).mean() for c in np.unique(truth)])
    assert balanced(errors, truth).rate == pytest.approx(expected)
    assert balanced_interval(errors, truth).value == pytest.approx(expected)


def test_against_scikit_learn():
    rng = np.random.default_rng(0)
    truth = rng.choice(3, 500, p=[0.8, 0.15, 0.05])
    predicted = np.where(rng.random(500) < 0.3, rng.integers(0, 3, 500), truth)
    assert balanced(Errors.of(truth != predicted), truth).rate == pytest.approx(1 - balanced_accuracy_score(truth, predicted))


def test_weights_are_one_over_classes_and_examples():
    weight = balanced(Errors.of([0, 0, 1, 1, 0]), list("aaabc")).weight
    assert weight.tolist() == pytest.approx([1 / 9, 1 / 9, 1 / 9, 1 / 3, 1 / 3])


@given(CLASSES)
@settings(max_examples=30, deadline=None)
def test_balancing_twice_changes_nothing(rows):
    truth = [t for t, _ in rows]
    once = balanced(Errors.of([t != p for t, p in rows]), truth)
    assert balanced(once, truth).weight == pytest.approx(once.weight)


def test_a_class_without_weight_does_not_count():
    errors = Errors.of([0, 1, 1], weight=[1.0, 1.0, 0.0])
    assert balanced(errors, list("aab")).rate == pytest.approx(0.5)
    assert balanced_interval(errors, list("aab")).value == pytest.approx(0.5)


RARE = [
    (["no"] * 81 + ["yes"] * 19, {"yes": 0.19}),
    (["no"] * 80 + ["yes"] * 20, {}),
    ([False] * 99 + [True], {"True": 0.01}),
    (list(range(10)) * 10, {}),
    ([0] * 60 + [1] * 25 + [2] * 15, {2: 0.15}),
    ([0] * 48 + [1] * 35 + [2] * 17, {}),  # a sixth is half of its equal share
    (list(range(9)) * 100 + [9] * 30, {9: 30 / 930}),
    (["a"] * 90 + ["b"] * 7 + ["c"] * 3, {"c": 0.03, "b": 0.07}),
    (["a"] * 5, {}),
]


@pytest.mark.parametrize(("truth", "expected"), RARE, ids=range(len(RARE)))
def test_rare_classes(truth, expected):
    found = rare_classes(truth)
    assert list(found) == [str(name) for name in expected]
    assert list(found.values()) == pytest.approx(list(expected.values()))


def test_one_class_alone_is_wilson():
    errors = Errors.of([0, 0, 1, 0])
    assert balanced_interval(errors, ["a"] * 4).low == pytest.approx(wilson(1, 4).low)


def test_equal_classes_are_near_the_plain_interval():
    rng = np.random.default_rng(0)
    truth, errors = np.arange(2000) % 2, Errors.of(rng.random(2000) < 0.2)
    plain, even = interval_of(errors), balanced_interval(errors, truth)
    assert (even.low, even.high) == (pytest.approx(plain.low, abs=2e-3), pytest.approx(plain.high, abs=2e-3))


def test_an_interval_where_all_of_a_rare_class_are_wrong():
    """A bootstrap over examples would find no spread within the class; Wilson's of the class carries it."""
    found = balanced_interval(Errors.of([0] * 591 + [1] * 9), ["no"] * 591 + ["yes"] * 9)
    assert found.value == 0.5
    assert 0.5 - found.low == pytest.approx((1 - wilson(9, 9).low) / 2, abs=1e-3)
    assert found.high == pytest.approx(0.5 + wilson(0, 591).high / 2)


def test_coverage_with_a_rare_class():
    rng, hits, n = np.random.default_rng(0), 0, 400
    truth = np.arange(n) < 20
    for _ in range(n):
        errors = Errors.of(rng.random(n) < np.where(truth, 0.4, 0.02))
        found = balanced_interval(errors, truth)
        hits += found.low <= 0.21 <= found.high
    assert 0.92 <= hits / n <= 0.99


def test_groups_and_shares_go_through_the_bootstrap():
    truth = np.arange(60) % 3 == 0
    shares = Errors.of(np.linspace(0, 1, 60))
    grouped = Errors.of(np.arange(60) % 5 == 0, group=np.arange(60) // 4)
    for errors in (shares, grouped):
        assert balanced_interval(errors, truth).method == "bootstrap"
        assert balanced_paired(errors, Errors(1 - errors.value, errors.weight, errors.group), truth).method == "bootstrap"


def test_paired_of_one_class_is_the_paired_interval():
    a, b = Errors.of([0, 0, 1, 0] * 25), Errors.of([0, 1, 1, 0] * 25)
    one, plain = balanced_paired(a, b, ["x"] * 100), interval_of_paired(a, b)
    assert (one.value, one.low, one.high) == (plain.value, pytest.approx(plain.low), pytest.approx(plain.high))
