"""The mixture of power laws against plain arithmetic and against draws from it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fathom.core.exceptions import UnusableInput
from fathom.core.records.power_law import PossibleLaw, PowerLaw, quantile

ONE = PowerLaw(at=1000, possible=(PossibleLaw(weight=1.0, b=0.5, share=0.2, level=0.1, sd=0.002),))
MIXED = PowerLaw(
    at=800,
    possible=(
        PossibleLaw(weight=0.5, b=0.3, share=0.0, level=0.10, sd=0.004, wander=0.05),
        PossibleLaw(weight=0.3, b=0.8, share=0.4, level=0.11, sd=0.002, wander=0.02),
        PossibleLaw(weight=0.2, b=1.5, share=0.9, level=0.12, sd=0.001, shift=0.3),
    ),
)


def drawn(law, n, draws=200_000):
    """Errors at n, drawn law by law: the meaning of the mixture."""
    rng = np.random.default_rng(0)
    of = rng.choice(len(law.possible), size=draws, p=[c.weight for c in law.possible])
    found = np.zeros(draws)
    for k, c in enumerate(law.possible):
        factor = c.share + (1 - c.share) * ((n / law.at + c.shift) / (1 + c.shift)) ** -c.b
        sd = np.hypot(c.sd * factor, c.wander * c.level * np.sqrt(max(np.log2(n / law.at), 0)))
        found[of == k] = rng.normal(c.level * factor, sd, size=int((of == k).sum()))
    return found


@pytest.mark.parametrize("n", [400, 800, 1600, 6400])
def test_error_is_the_median_and_the_middle_90_percent_of_draws(n):
    e = MIXED.error(n)
    low, middle, high = np.quantile(drawn(MIXED, n), [0.05, 0.5, 0.95])
    assert [e.low, e.value, e.high] == pytest.approx([low, middle, high], abs=3e-4)
    assert e.level == 0.9


def test_one_law_is_plain_arithmetic():
    e = ONE.error(4000)
    assert e.value == pytest.approx(0.02 + 0.08 * 4**-0.5)
    assert e.high - e.low == pytest.approx(2 * 1.6448536 * 0.002 * 0.6, rel=1e-6)
    assert ONE.c == pytest.approx(0.02)
    assert ONE.a * 1000**-0.5 + ONE.c == pytest.approx(0.1)
    assert ONE.gain(4000).value == pytest.approx(0.1 - 0.06)
    assert ONE.floor().value == pytest.approx(0.02)


def test_needed_is_the_inverse_of_error():
    value, low, high = MIXED.needed(0.08)
    assert MIXED.error(value).value == pytest.approx(0.08, rel=1e-6)
    assert MIXED.error(low).low == pytest.approx(0.08, rel=1e-6)
    assert high is None or high > value
    assert low < value
    assert ONE.needed(0.01)[0] is None  # below the floor of 0.02


def test_chance_of_gain_is_the_share_of_draws_that_gain_so_much():
    rng = np.random.default_rng(0)
    of = rng.choice(3, size=200_000, p=[c.weight for c in MIXED.possible])
    share = np.array([1 - (c.share + (1 - c.share) * ((2 + c.shift) / (1 + c.shift)) ** -c.b) for c in MIXED.possible])
    wander = np.array([c.wander for c in MIXED.possible])
    gains = rng.normal(share[of], wander[of])
    assert MIXED.chance_of_gain(1600, 0.15) == pytest.approx((gains >= 0.15).mean(), abs=0.005)


def test_an_error_is_never_below_zero_and_all_is_json():
    small = PowerLaw(at=100, possible=(PossibleLaw(weight=1.0, b=0.5, share=0.0, level=0.001, sd=0.01),))
    assert small.error(200).low == 0.0
    assert json.loads(json.dumps(small.to_json()))["possible"][0]["b"] == 0.5


def test_nothing_is_no_mixture():
    with pytest.raises(UnusableInput, match="at least one law"):
        quantile([], 0.5)
