"""How many examples tell two rates apart: against simulation with the verdicts that `fathom.compare` and the ladder give."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from fathom.core.exceptions import UnusableInput
from fathom.core.intervals import difference, wilson
from fathom.core.records.estimate import Estimate
from fathom.diagnosis.comparison import verdict_of
from fathom.diagnosis.diagnose import diagnose
from fathom.diagnosis.paired import mcnemar, tango
from fathom.diagnosis.sizes import discord_of, rows_to_tell, tells

TRIALS = 4_000


def shown_paired(n: int, a: float, b: float, q: float) -> float:
    """How often compare says 'better' of a net with rate b against one with rate a > b, q of the examples in discord."""
    rng, d = np.random.default_rng(0), a - b
    counts = rng.multinomial(n, [(q - d) / 2, (q + d) / 2, 1 - q], size=TRIALS)
    pairs, times = np.unique(counts[:, :2], axis=0, return_counts=True)
    seen = 0
    for (up, down), k in zip(pairs, times, strict=True):
        low, high = tango(int(up), int(down), n)
        e = Estimate(value=(up - down) / n, low=low, high=high, n=n)
        seen += int(k) * (verdict_of(e, mcnemar(int(up), int(down))) == "better")
    return seen / TRIALS


def shown_unpaired(n: int, a: float, b: float) -> float:
    """How often the interval of the difference of two sets lies wholly below 0."""
    rng = np.random.default_rng(1)
    wrong = np.stack([rng.binomial(n, a, TRIALS), rng.binomial(n, b, TRIALS)], axis=1)
    pairs, times = np.unique(wrong, axis=0, return_counts=True)
    return sum(int(k) for (x, y), k in zip(pairs, times, strict=True) if difference(wilson(x, n), wilson(y, n)).high < 0) / TRIALS


@pytest.mark.parametrize(("a", "b", "q"), [(0.1, 0.07, None), (0.05, 0.03, None), (0.3, 0.25, 0.2)])
def test_paired_examples_show_the_difference_four_times_in_five(a, b, q):
    n = rows_to_tell(a, b, discord=q)
    assert shown_paired(n, a, b, discord_of(a, b) if q is None else q) == pytest.approx(0.8, abs=0.035)


def test_where_nearly_all_discord_is_for_the_better_net_it_is_shown_more_often():
    n = rows_to_tell(0.04, 0.01, discord=0.035)
    assert 0.8 < shown_paired(n, 0.04, 0.01, 0.035) < 0.9


@pytest.mark.parametrize(("a", "b"), [(0.1, 0.07), (0.05, 0.03), (0.3, 0.25)])
def test_two_sets_show_the_difference_four_times_in_five(a, b):
    n = rows_to_tell(a, b, paired=False)
    assert shown_unpaired(n, a, b) == pytest.approx(0.8, abs=0.035)


@pytest.mark.parametrize("n", [400, 2_000])
def test_what_a_set_tells_is_what_it_shows(n):
    found = tells(n, 0.08)
    assert found.paired is not None
    assert found.unpaired is not None
    better = 0.08 - found.paired
    assert shown_paired(n, 0.08, better, discord_of(0.08, better)) == pytest.approx(0.8, abs=0.035)
    assert shown_unpaired(n, 0.08, 0.08 - found.unpaired) == pytest.approx(0.8, abs=0.035)


def test_97_0_against_97_1_percent():
    """C3W1-13: 1,000 examples are needed for one of them to differ; to tell the two apart it takes hundreds of thousands."""
    paired, apart = rows_to_tell(0.97, 0.971), rows_to_tell(0.97, 0.971, paired=False)
    z, y = norm.ppf(0.975), norm.ppf(0.8)
    assert paired == pytest.approx((z + y) ** 2 * 0.0295 / 0.001**2 + 1 / 0.001, rel=0.01)
    assert apart == pytest.approx((z + y) ** 2 * 2 * 0.0295 * 0.9705 / 0.001**2, rel=0.001)
    assert 1_000 * 0.001 == 1.0
    assert paired > 200 * 1_000


def test_accuracies_and_errors_are_the_same():
    assert rows_to_tell(0.97, 0.95) == rows_to_tell(0.03, 0.05) == rows_to_tell(0.05, 0.03)


def test_more_power_and_more_discord_need_more():
    assert rows_to_tell(0.1, 0.08, power=0.9) > rows_to_tell(0.1, 0.08)
    assert rows_to_tell(0.1, 0.08, discord=0.15) > rows_to_tell(0.1, 0.08) > rows_to_tell(0.1, 0.08, discord=0.03)


def test_what_is_told_and_what_it_takes_agree():
    found = tells(rows_to_tell(0.08, 0.06), 0.08)
    assert found.paired == pytest.approx(0.02, abs=1e-4)


def test_a_set_with_too_few_mistakes_shows_no_improvement():
    """Five mistakes, all of them mended, are p = 0.0625."""
    assert mcnemar(0, 5) > 0.05
    assert tells(100, 0.05).paired is None
    assert tells(100, 0.0).paired is None
    assert "no improvement can be shown" in str(tells(100, 0.05))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"a": 0.1, "b": 0.1}, "expected two different ones, got 0.1 twice"),
        ({"a": 1.1, "b": 0.1}, "`a`: expected a finite number of at least 0 and of at most 1"),
        ({"a": 0.2, "b": 0.1, "discord": 0.05}, "`discord`: expected a finite number of at least 0.1"),
        ({"a": 0.2, "b": 0.1, "power": 1.0}, "`power`"),
        ({"a": 0.5, "b": 0.5 + 1e-10}, "a need of"),
    ],
)
def test_what_cannot_be_told_is_refused(given, message):
    with pytest.raises(UnusableInput, match=message):
        rows_to_tell(**given)


def found(d, name):
    return next((f for f in d.findings if f.id == name), None)


def test_a_diagnosis_says_what_its_dev_set_tells():
    """C2W1-05."""
    d = diagnose({"train": (70, 7000), "dev": (110, 1000)}, human=0.0)
    seen = found(d, "diagnosis.dev.tells_apart")
    assert seen.evidence["paired"] == pytest.approx(tells(1000, 0.11).paired)
    assert "2.8 points" in seen.what
    few = diagnose({"train": (2, 341), "dev": (4, 114)})
    assert "not even one without errors" in found(few, "diagnosis.dev.tells_apart").what


def test_a_diagnosis_says_which_interval_test_will_give():
    """C3W1-14."""
    d = diagnose({"train": (70, 7000), "dev": (110, 1000)}, sealed={"test": 400})
    known = wilson(44, 400)
    seen = found(d, "diagnosis.test.interval").evidence
    assert (seen["low"], seen["high"]) == pytest.approx((known.low, known.high))


@pytest.mark.parametrize("source", [{"train": 0.01, "dev": 0.11}, {"train": (0, 100), "dev": (0, 100)}])
def test_nothing_is_said_where_nothing_was_counted_or_nothing_is_wrong(source):
    assert found(diagnose(source), "diagnosis.dev.tells_apart") is None
