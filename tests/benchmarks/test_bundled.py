"""The statistics of the benchmark, on differences that are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from benchmarks import bundled
from benchmarks.bundled import Interval, Pair


def pair(ours, theirs, *, seed=0, rows=None, train_rows=300):
    ours, theirs = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    return Pair(seed, train_rows, np.arange(len(ours)) if rows is None else np.asarray(rows), ours, theirs, False)


def drawn(gap, seeds=10, n=100, base=0.1):
    rng = np.random.default_rng(1)
    return [pair(rng.random(n) < base + gap, rng.random(n) < base, seed=s, rows=rng.choice(500, n, replace=False)) for s in range(seeds)]


def test_over_examples_of_one_split_is_the_normal_interval():
    one = drawn(0.1, seeds=1)[0]
    d = one.ours - one.theirs
    found = bundled.over_examples([one])
    assert found.value == pytest.approx(d.mean())
    assert found.high - found.value == pytest.approx(stats.norm.ppf(0.975) * stats.sem(d), rel=1e-6)


def test_over_examples_counts_an_example_once():
    one = drawn(0.1, seeds=1)[0]
    assert bundled.over_examples([one, one, one]).low == pytest.approx(bundled.over_examples([one]).low)


def test_over_seeds_widens_for_splits_that_overlap():
    pairs = drawn(0.1)
    d = [p.difference for p in pairs]
    plain = stats.t.interval(0.95, 9, loc=np.mean(d), scale=stats.sem(d))
    found = bundled.over_seeds(pairs)
    assert found.value == pytest.approx(np.mean(d))
    assert (found.high - found.value) / (plain[1] - np.mean(d)) == pytest.approx(math.sqrt((1 / 10 + 100 / 300) * 10))
    assert bundled.over_seeds(pairs[:1]).high == math.inf


@pytest.mark.parametrize(("gap", "said"), [(0.0, "within noise"), (0.2, "worse"), (-0.1, "better")])
def test_verdict_of_known_gaps(gap, said):
    assert bundled.summary("wine", drawn(gap))["verdict"] == said


def test_verdict_reads_the_ends():
    assert bundled.verdict(Interval(0.0, 0.0, 0.0)) == "within noise"


def test_discordant_examples_are_counted_by_side():
    assert bundled.discordant([pair([1, 1, 0, 0], [0, 0, 1, 0]), pair([1, 0, 0, 0], [1, 1, 0, 0])]) == (2, 2)


def test_peer_of_classes_and_of_numbers():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 3)).astype(np.float32)
    errors, _ = bundled.peer_errors((X[:80], X[80:]), ((X[:80, 0] > 0).astype(int), (X[80:, 0] > 0).astype(int)), "multiclass", 0)
    assert set(np.unique(errors)) <= {0.0, 1.0}
    assert errors.mean() < 0.2
    y = 1_000 + 50 * X[:, 0].astype(float)
    errors, _ = bundled.peer_errors((X[:80], X[80:]), (y[:80], y[80:]), "regression", 0, standardized=True)
    assert errors.mean() < 0.3  # the median's is about 1


def test_page_shows_both_intervals_and_who_made_it():
    text = bundled.page(
        [bundled.summary("wine", drawn(0.2))], hardware="A CPU, 2 cores", date="2026-11-21", versions={"torch": "2.13.0"}, seeds=10
    )
    assert "| wine | 300 / 100 |" in text
    assert "| worse |" in text
    assert "A CPU, 2 cores; torch 2.13.0; seeds 0 to 9" in text
    assert text.count(" to +") == 2


def test_hardware_is_a_name_and_cores():
    assert bundled.hardware().endswith("cores")
    assert bundled.slug("Intel(R) Xeon(R) CPU @ 2.60GHz, 2 cores") == "intel-xeon-cpu-2.60ghz-2-cores"
