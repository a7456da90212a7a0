"""The benchmark of folds measures what it says: an interval beside the true gap of the same nets."""

import pytest

import fathom
from benchmarks import folds


@pytest.mark.parametrize("kind", ["easy", "number"])
def test_a_simulated_set_has_an_interval_and_a_true_gap_of_one_unit(kind):
    found = folds.simulated(kind, 0, fathom.load(folds.drawn(kind, 2_000, 10**6)))
    assert found["low"] < found["high"]
    assert found["low"] - 0.2 < found["true"] / found["unit"] < found["high"] + 0.2
