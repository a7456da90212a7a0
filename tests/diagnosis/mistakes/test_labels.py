"""Wrong labels: the rule of C3W2-04, and likely ones found among planted ones."""

from __future__ import annotations

import numpy as np
import pytest

from fathom.core.records.estimate import Estimate
from fathom.diagnosis.mistakes.ceiling import share
from fathom.diagnosis.mistakes.label_errors import suspected, suspects_of
from fathom.diagnosis.mistakes.label_rule import label_rule


@pytest.mark.parametrize(
    ("error", "wrong_labels", "verdict", "others"),
    [(0.10, 6, "leave", 0.094), (0.02, 30, "fix", 0.014)],
    ids=["10%: 0.6 labels, 9.4 others", "2%: 0.6 labels, 1.4 others"],
)
def test_the_figures_of_the_course(error, wrong_labels, verdict, others):
    """C3W2-04: 0.6 of 10% leave, 0.6 of 2% fix; from a sample of 100."""
    made = label_rule(error, share(wrong_labels, 100))
    assert made.verdict == verdict
    assert (made.labels, made.others) == (pytest.approx(0.006), pytest.approx(others))


def test_mending_goes_for_dev_and_test_and_for_right_ones_too():
    """C3W2-05."""
    says = label_rule(0.02, share(30, 100)).says
    for part in ("dev and test", "right too", "train may then differ", "0.6 points cannot be told apart"):
        assert part in says


def test_a_small_sample_cannot_say():
    assert label_rule(0.1, share(2, 10)).verdict == "unclear"
    assert label_rule(0.1, Estimate(value=0.2)).verdict == "fix"


def noisy(n=2000, C=3, flipped=40, seed=0):
    """Probabilities of a good net of n examples, and labels of which some were flipped."""
    source = np.random.default_rng(seed)
    truth = source.integers(0, C, n)
    logits = source.normal(size=(n, C))
    logits[np.arange(n), truth] += 5
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    labels, rows = truth.copy(), source.choice(n, flipped, replace=False)
    labels[rows] = (truth[rows] + source.integers(1, C, flipped)) % C
    return labels, p, set(rows.tolist()), truth


def test_planted_ones_come_first():
    labels, p, planted, truth = noisy()
    rows, likely = suspected(labels, p)
    first = rows[:40].tolist()
    assert len(planted & set(first)) >= 30  # of 40 planted
    assert len(planted & set(first)) >= 0.9 * len(first)
    hits = [i for i, row in enumerate(rows.tolist()) if row in planted]
    assert (likely[hits] == truth[rows[hits]]).mean() > 0.9


def test_the_definition_by_a_loop():
    labels, p, *_ = noisy(n=300)
    limits = [p[labels == j, j].mean() for j in range(3)]
    slow = {}
    for i in range(300):
        sure = [j for j in range(3) if p[i, j] >= limits[j]]
        if sure and (best := max(sure, key=lambda j: p[i, j])) != labels[i]:
            slow[i] = best
    rows, likely = suspected(labels, p)
    assert dict(zip(rows.tolist(), likely.tolist(), strict=True)) == slow
    margins = p[rows, likely] - p[rows, labels[rows]]
    assert (np.diff(margins) <= 0).all()


def test_a_class_without_examples_is_nobodys_label():
    p = np.array([[0.1, 0.0, 0.9], [0.9, 0.1, 0.0], [0.8, 0.2, 0.0]])
    rows, _ = suspected(np.array([0, 0, 0]), p)
    assert rows.tolist() == []


def test_what_people_read():
    labels, p, *_ = noisy(n=300)
    listed, count = suspects_of([f"i{k}" for k in range(300)], labels, p, ("a", "b", "c"), most=3)
    assert len(listed) == 3 <= count
    assert listed[0].likely != listed[0].label
    assert listed[0].p_likely > listed[0].p_label
