"""What early stopping costs: the figures are those of the history, and nothing is said where it was off."""

from __future__ import annotations

import math

import pytest

from fathom.core.records.history import Epoch, History
from fathom.report.early_stopping import cost_of_stopping


def trained(J, best, stopped="early"):
    epochs = [
        Epoch(epoch=i, J=value, data_term=value, penalty=0.0, learning_rate=0.1, weight_norm=1.0, updates=i) for i, value in enumerate(J, 1)
    ]
    return History(epochs, best_epoch=best, stopped=stopped)


def test_a_fall_by_the_epoch_and_after():
    text = cost_of_stopping(trained([0.9**i for i in range(40)], best=30))
    assert text.startswith(f"The weights of epoch 30 of 40 are kept. There J was {0.9**29:.3g} and still falling, by 10% an epoch; ")
    assert f"the 10 epochs after it, thrown away, took it down to {0.9**39:.3g}, 65% less." in text
    assert "C2W1-38" in text


@pytest.mark.parametrize(
    ("J", "best", "words"),
    [
        ([1.0] * 20, 12, ("and no longer falling; the 8 epochs after it, thrown away, left it there",)),
        ([*(0.5 for _ in range(12)), 0.8], 12, ("no longer falling; the epoch after it, thrown away, took it up to 0.8",)),
        ([0.5**i for i in range(6)], 6, ("still falling, by 50% an epoch.",)),
        ([1.0, 0.25], 1, ("There J was 1; the epoch after it, thrown away, took it down to 0.25, 75% less",)),
        ([math.inf, 0.25, 0.2], 3, ("There J was 0.2.",)),
        ([1.0, math.nan], 1, ("There J was 1.",)),
    ],
)
def test_what_is_said(J, best, words):
    text = cost_of_stopping(trained(J, best))
    assert all(word in text for word in words)
    assert "nan" not in text
    assert "inf" not in text


def test_nothing_is_said_where_it_was_off():
    assert cost_of_stopping(trained([1.0, 0.5], None, "")) == ""
    assert cost_of_stopping(History([], best_epoch=3)) == ""
