"""A net with squared loss on a skewed target has learned something, though the median is nearer by absolute distance."""

from __future__ import annotations

import numpy as np
import pytest

from fathom.diagnosis.baseline import against_mean
from fathom.diagnosis.diagnose import diagnose
from fathom.diagnosis.sources import by_role

NOTHING, ONLY = "diagnosis.net.learned_nothing", "diagnosis.net.only_by_squared_error"


def table(n, seed):
    """Two thirds and more of the numbers are 0: y = max(0, x + noise - 1)^3, and E[y | x] by brute force."""
    rng = np.random.default_rng(seed)
    x, noise = rng.normal(size=n), rng.normal(size=n)
    draws = np.random.default_rng(9).normal(size=400)
    return np.maximum(0, x + noise - 1) ** 3, (np.maximum(0, x[:, None] + draws - 1) ** 3).mean(axis=1)


def skewed(predict):
    """Errors, numbers and scale of a net that answers `predict(y, E[y | x])`."""
    tables = {"train": table(3000, 0), "dev": table(1000, 1)}
    y = tables["train"][0]
    scale = float(np.abs(y - np.median(y)).mean())
    errors = {role: np.abs(t - predict(t, e)) / scale for role, (t, e) in tables.items()}
    return errors, {role: t for role, (t, _) in tables.items()}, scale


def ids(d):
    return [f.id for f in d.findings]


def test_the_best_net_by_squared_loss_is_not_accused():
    errors, truth, scale = skewed(lambda y, expected: expected)
    assert errors["train"].mean() > 1
    d = diagnose(errors, truth=truth, scale=scale, unit="affairs")
    assert NOTHING not in ids(d)
    assert "learned nothing" not in str(d)
    finding = d.findings[0]
    assert (finding.id, finding.where) == (ONLY, "train")
    assert "better than the mean by squared error, not better than the median by absolute error" in finding.what
    assert "the target is skewed" in finding.what
    assert finding.fix == "Try --loss absolute."
    assert (d.steps[0].how, d.steps[0].gap) == ("--loss absolute", "avoidable_bias")
    assert len(d.steps) <= 4


@pytest.mark.parametrize("answer", ["mean", "shuffled"])
def test_a_net_that_learned_nothing_is_still_told(answer):
    def predict(y, expected):
        return np.full_like(y, expected.mean()) if answer == "mean" else np.random.default_rng(0).permutation(expected)

    errors, truth, scale = skewed(predict)
    d = diagnose(errors, truth=truth, scale=scale)
    assert ids(d)[0] == NOTHING
    assert d.headline.startswith("The net has learned nothing.")


def test_without_numbers_the_old_rule_holds():
    errors, _, scale = skewed(lambda y, expected: expected)
    assert ids(diagnose(errors, scale=scale))[0] == NOTHING


def test_the_squares_are_those_of_the_numbers():
    errors, truth, scale = skewed(lambda y, expected: expected)
    found = against_mean(by_role(errors, bounded=False, seed=0), truth, scale, 0)
    y, mean = truth["dev"], truth["train"].mean()
    assert found.skewed
    assert found.by_role["dev"].estimate.value == pytest.approx(((y - mean) ** 2).mean() / scale**2)
    assert found.by_role["dev"].ahead.value == pytest.approx((errors["dev"] ** 2).mean() - ((y - mean) ** 2).mean() / scale**2)


def test_a_target_that_is_not_skewed_is_not_called_so():
    rng = np.random.default_rng(0)
    y = {"train": rng.normal(size=1000), "dev": rng.normal(size=60)}
    scale = float(np.abs(y["train"] - np.median(y["train"])).mean())
    noisy = y["dev"] + np.where(np.abs(y["dev"]) < 0.7, 1.0, 0.6) * rng.choice([-1, 1], 60)
    d = diagnose({"train": np.zeros(1000), "dev": np.abs(y["dev"] - noisy) / scale}, truth=y, scale=scale)
    assert "skewed" not in str(d)


def test_a_median_of_zero_reads_zero():
    """float32 leaves 3.2e-08 of it."""
    truth = np.concatenate([np.full(600, 3.22e-8), np.linspace(0, 10, 400)]).astype(np.float32)
    d = diagnose({"train": np.full(1000, 1.5), "dev": np.full(1000, 1.4)}, truth={"train": truth, "dev": truth}, scale=2.0)
    assert d.baseline["dev"].name == "always 0"


def test_thousands_of_the_median():
    truth = np.linspace(62_000, 264_000, 101)
    d = diagnose({"train": np.full(101, 1.5), "dev": np.full(101, 1.4)}, truth={"train": truth, "dev": truth}, scale=5e4)
    assert d.baseline["dev"].name == "always 163,000"
