"""The optimism of the best of n on dev, against exact values and simulation; the findings both ways."""

from __future__ import annotations

import math

import numpy as np
import pytest

import fathom
from fathom.core.records.dev_looks import DevLooks
from fathom.diagnosis.optimism import expected_largest, optimism


def test_expected_largest_is_exact_where_that_is_known():
    """Of 2 and 3 normal numbers it is 1/sqrt(pi) and 3/(2 sqrt(pi)) (Jones 1948)."""
    assert expected_largest(1) == 0.0
    assert expected_largest(2) == pytest.approx(1 / math.sqrt(math.pi), abs=1e-9)
    assert expected_largest(3) == pytest.approx(1.5 / math.sqrt(math.pi), abs=1e-9)


@pytest.mark.parametrize("n", [5, 48, 500])
def test_expected_largest_against_simulation(n):
    rng = np.random.default_rng(0)
    largest = rng.standard_normal((8_000, n)).max(axis=1)
    assert expected_largest(n) == pytest.approx(largest.mean(), abs=4 * largest.std() / math.sqrt(8_000))


@pytest.mark.parametrize(("n", "share"), [(12, 0.0), (48, 0.6)])
def test_optimism_against_simulated_nets(n, share):
    """n nets, all with a true error of 10%; `share` of the dev examples decide alike for all of them. The best one's true error is 10%."""
    rng, examples, times = np.random.default_rng(1), 500, 600
    common = rng.random((times, 1, examples)) < 0.1
    alike = rng.random((times, 1, examples)) < share
    wrong = np.where(alike, common, rng.random((times, n, examples)) < 0.1)
    seen = 0.1 - wrong.mean(axis=2).min(axis=1)
    expected = optimism(n, math.sqrt(0.1 * 0.9 / examples), share)
    assert expected == pytest.approx(seen.mean(), rel=0.1)  # normal noise; that of few errors is cut off at 0


def test_early_stopping_adds_its_epochs():
    assert optimism(1, 0.01) == 0.0
    assert optimism(1, 0.01, epochs=40) == pytest.approx(0.01 * math.sqrt(0.1) * expected_largest(40))


def findings(looks, **rungs):
    found = fathom.diagnose({"train": (10, 1000), "dev": (50, 1000), **rungs}, human=0.0, looks=looks).findings
    return {f.id: f for f in found}


def test_looks_are_a_finding_with_the_sentence():
    looks = DevLooks(counts={"fit": 36, "improve": 12}, candidates=48, correlation=0.5)
    found = findings(looks)["diagnosis.dev.looked_at"]
    assert found.what == (
        "Dev was looked at 48 times (36 fits, 12 experiments of improve): the best of 48 is expected to look 1.1 points better than it is."
    )
    assert found.severity == "warning"
    assert found.evidence["optimism"] == pytest.approx(0.0109, abs=3e-4)  # s = 0.0069, sqrt(1/2), 2.233
    assert found.evidence["correlation_assumed"] is False


def test_one_look_is_none():
    assert "diagnosis.dev.looked_at" not in findings(DevLooks(counts={"fit": 1}, candidates=1))
    assert "diagnosis.dev.looked_at" not in findings(None)


def test_few_looks_at_a_large_dev_set_are_an_aside():
    found = findings(DevLooks(counts={"fit": 2}, candidates=2), dev=(500, 10_000))["diagnosis.dev.looked_at"]
    assert (found.severity, found.fix) == ("info", "")


def test_overfitting_to_dev_has_its_evidence_once_test_is_open():
    """C3W1-03, C3W2-10: test far above dev is the verdict, the looks are the evidence."""
    looks = DevLooks(counts={"fit": 300}, candidates=300)
    found = findings(looks, test=(110, 1000))
    assert "diagnosis.dev.looked_at" not in found
    seen = found["diagnosis.dev.overfit"]
    assert "dev was looked at 300 times" in seen.what
    assert seen.evidence["gap"] == pytest.approx(0.06)
    assert "diagnosis.dev.overfit" not in findings(looks, test=(52, 1000))


def test_test_opened_for_several_runs_is_said():
    looks = DevLooks(counts={"fit": 2}, candidates=2, openings=("a", "b"))
    assert "opened 2 times ('a', 'b')" in findings(looks)["diagnosis.test.opened_again"].what
    assert "diagnosis.test.opened_again" not in findings(DevLooks(counts={"fit": 2}, candidates=2, openings=("a",)))
