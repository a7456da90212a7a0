"""The page of the gradient check's benchmark, on times that are known; and that its candidates say what they should."""

from __future__ import annotations

import pytest

from benchmarks import gradient_check


def test_the_page_holds_medians_and_their_ratios():
    seconds = {"default": [0.004, 0.002, 0.003], "every, any cost": [0.2], "every, dense": [0.05], "fast": [0.003], "slow": [0.6]}
    big = {"parameters": 6e7, "tensors": 228, "seconds": 90.0, "evaluations": 470, "right": True}
    text = gradient_check.page({"relu": seconds}, big, machine="a machine", date="2026-01-01", rounds=3)
    assert "| relu | by name, beside slow mode | 3.00 | 600.00 | 200.0 | 100 |" in text
    assert "| relu | by name, beside fast mode | 3.00 | 3.00 | 1.0 | 1 |" in text
    assert "| relu | every element, dense net, beside slow mode | 50.00 | 600.00 | 12.0 | 6 |" in text
    assert "60,000,000 parameters in 228 tensors" in text


@pytest.mark.parametrize("name", ["default", "every, any cost", "every, dense", "fast"])
def test_a_candidate_runs_on_the_benchmarks_net(name):
    gradient_check.candidates("relu")[name]()
