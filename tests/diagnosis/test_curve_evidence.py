"""Means and covariances of a learning curve against loops, and against simulations in which the truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from fathom.diagnosis.curve_evidence import Rows, SizeErrors, evidence_of, luck_of

SIZES = (50, 100, 200)


def simulated(rng, *, dev=150, nets=6, luck=0.0, level=0.2):
    """Rows of differing difficulty, nets of differing luck; train of 200 rows, of which subsets hold out the rest."""
    total = 200 + dev
    hard = rng.beta(0.5, 1.5, size=total) * level * 4
    measured = []
    for size in SIZES:
        errors = np.full((nets, total), np.nan)
        for k in range(nets):
            rate = np.clip(hard * (size / 200) ** -0.4 * (1 + luck * rng.normal()), 0, 1)
            errors[k] = rng.random(total) < rate
            errors[k, rng.permutation(200)[:size]] = np.nan
        measured.append(SizeErrors(size, errors, np.zeros(nets)))
    part = np.r_[np.ones(200, dtype=np.int64), np.zeros(dev, dtype=np.int64)]
    return measured, Rows(np.ones(total), np.arange(total), part)


def test_means_are_those_of_loops():
    measured, rows = simulated(np.random.default_rng(0))
    found = evidence_of(measured, rows)
    assert found.size.tolist() == [50, 50, 100, 100, 200]  # dev and the rest of train; none is left at 200
    expected = [
        [e for net in m.errors for e, p in zip(net, rows.part, strict=True) if p == part and e == e] for m in measured for part in (0, 1)
    ]
    assert found.mean == pytest.approx([np.mean(e) for e in expected if e])


def test_weights_count():
    measured, rows = simulated(np.random.default_rng(1))
    doubled = Rows(np.where(np.arange(len(rows.weight)) % 3 == 0, 2.0, 1.0), rows.unit, rows.part)
    dev = rows.part == 0
    expected = np.average(measured[0].errors[:, dev].mean(0), weights=doubled.weight[dev])
    assert evidence_of(measured, doubled).mean[0] == pytest.approx(expected)


@pytest.mark.parametrize("luck", [0.0, 0.15])
def test_the_covariance_is_that_of_many_simulations(luck):
    """The oracle: the same set-up drawn anew 400 times; what covariances say on average is what the means really do.

    Where nets differ in luck it is up to half more: rows that all nets find harder by luck are counted with the rows too.
    """
    rng = np.random.default_rng(2)
    found = [evidence_of(*simulated(rng, luck=luck)) for _ in range(400)]
    real = np.cov(np.stack([f.mean for f in found]).T)
    said = np.mean([f.covariance for f in found], axis=0)
    ratio = np.diag(said) / np.diag(real)
    assert (ratio > 0.8).all()
    assert (ratio < 1.6).all()
    difference = np.array([1, 0, -1, 0, 0.0])  # dev at 50 against dev at 100: the same rows, so much of the noise drops out
    assert difference @ said @ difference == pytest.approx(difference @ real @ difference, rel=0.5)


def test_luck_is_the_spread_between_nets_without_the_noise_of_dev():
    rng = np.random.default_rng(3)
    quiet = np.mean([np.sqrt(luck_of(*simulated(rng, luck=0.0))) for _ in range(60)], axis=0)
    loud = np.mean([np.sqrt(luck_of(*simulated(rng, luck=0.3))) for _ in range(60)], axis=0)
    assert (quiet < 0.02).all()
    assert loud[-1] == pytest.approx(0.3 * 0.2, rel=0.4)  # 30% of an error of about 20%


def test_rows_of_a_group_count_as_one():
    measured, rows = simulated(np.random.default_rng(4))
    twice = [SizeErrors(m.size, np.repeat(m.errors, 2, axis=1), m.train) for m in measured]
    doubled = Rows(np.repeat(rows.weight, 2), np.repeat(rows.unit, 2), np.repeat(rows.part, 2))
    one, two = evidence_of(measured, rows), evidence_of(twice, doubled)
    assert two.mean == pytest.approx(one.mean)
    assert np.diag(two.covariance) == pytest.approx(np.diag(one.covariance), rel=0.15)


def test_where_nothing_is_wrong_there_is_still_doubt():
    errors = np.zeros((4, 100))
    rows = Rows(np.ones(100), np.arange(100), np.zeros(100, dtype=np.int64))
    found = evidence_of([SizeErrors(10, errors, np.zeros(4)), SizeErrors(20, errors, np.zeros(4))], rows)
    assert np.sqrt(found.covariance[0, 0]) == pytest.approx(0.01)
