"""A net that is not better than the baseline has learned nothing, and nothing else is said before that."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fathom.core.exceptions import UnusableInput
from fathom.diagnosis.diagnose import diagnose

NOTHING, NOT_CARRIED = "diagnosis.net.learned_nothing", "diagnosis.net.not_carried_over"


def ids(d):
    return [f.id for f in d.findings]


def recall_zero(n):
    """1.5% positives, all of them wrong, all else right: errors and classes."""
    positive = np.arange(n) < round(0.015 * n)
    return positive.astype(float), np.where(positive, "yes", "no")


@pytest.mark.parametrize("more", [{}, {"human": 0.0}, {"human": 0.5}, {"references": True}, {"human": 0.49, "goal": 0.6}], ids=str)
def test_recall_zero_never_reads_low_bias(more):
    """Plain train and dev errors of 1.5% would be 'low' against any floor."""
    train, dev = recall_zero(6000), recall_zero(2000)
    more = {"references": {"linear": dev[0]}} if more.get("references") else more
    d = diagnose({"train": train[0], "dev": dev[0]}, truth={"train": train[1], "dev": dev[1]}, **more)
    assert d.headline.startswith("The net has learned nothing. dev 50.0% balanced error")
    assert ids(d)[0] == NOTHING
    assert d.findings[0].severity == "error"
    assert d.gaps["avoidable_bias"].verdict != "low"
    for text in (str(d), json.dumps(d.to_json())):
        assert "low bias" not in text
        assert "bias: low" not in text
        assert "No gap is high" not in text
        assert "Work on" not in text


def test_the_steps_are_checks_first():
    errors, truth = recall_zero(6000)
    d = diagnose({"train": errors, "dev": errors}, truth={"train": truth, "dev": truth})
    assert [s.what for s in d.steps] == [
        "look at the probabilities",
        "let it learn 20 examples by heart",
        "other learning rates",
        "look at labels and inputs",
    ]
    assert "above 0.015" in d.steps[0].how


def test_majority_class_without_rare_classes():
    truth = np.arange(1000) % 10 < 3
    d = diagnose({"train": truth, "dev": truth}, truth={"train": truth, "dev": truth}, human=0.29)
    assert d.balance is None
    assert ids(d) == [NOTHING]
    assert d.gaps["avoidable_bias"].verdict == "unclear"
    assert "always 'False' (30.0% against 30.0%)" in d.findings[0].what


def test_a_net_that_is_better_is_not_accused():
    truth = np.arange(1000) % 10 < 3
    errors = truth & (np.arange(1000) % 3 > 0)
    d = diagnose({"train": errors, "dev": errors}, truth={"train": truth, "dev": truth})
    assert not {NOTHING, NOT_CARRIED} & set(ids(d))
    assert d.baseline["dev"].estimate.value == pytest.approx(0.3)
    assert d.baseline["dev"].standing == "ahead"


def test_no_errors_on_a_tiny_set_is_something_learned():
    truth = np.array(list("aaabbb"))
    d = diagnose({"train": np.zeros(6), "dev": np.zeros(6)}, truth={"train": truth, "dev": truth})
    assert not {NOTHING, NOT_CARRIED} & set(ids(d))


def test_what_does_not_carry_over_is_variance():
    rng = np.random.default_rng(0)
    truth = rng.random(2000) < 0.4
    d = diagnose({"train": np.zeros(2000), "dev": rng.random(2000) < 0.5}, truth={"train": truth, "dev": truth}, human=0.0)
    assert d.headline.startswith("What the net learned does not carry over to dev. dev ")
    assert d.focus == "variance"
    assert ids(d)[0] == NOT_CARRIED
    assert "Work on variance" in d.headline


def test_a_dev_set_that_cannot_tell_is_not_an_error():
    truth = np.array([False] * 14 + [True] * 6)
    dev = np.zeros(20)
    dev[:4] = 1
    d = diagnose({"train": np.zeros(1000), "dev": dev}, truth={"train": np.arange(1000) % 10 < 3, "dev": truth})
    finding = next(f for f in d.findings if f.id == NOT_CARRIED)
    assert finding.severity == "warning"
    assert "does not show" in finding.what
    assert not d.headline.startswith("What the net")


class TestRegression:
    def numbers(self, n, seed):
        return np.random.default_rng(seed).normal(size=n) * 10 + 100

    def errors(self, y, predicted):
        return np.abs(y - predicted) / self.scale()

    def scale(self):
        y = self.numbers(800, 0)
        return float(np.abs(y - np.median(y)).mean())

    def diagnosis(self, share):
        """A net that explains a share of the way from the median to the truth."""
        y = {"train": self.numbers(800, 0), "dev": self.numbers(300, 1)}
        middle = np.median(y["train"])
        errors = {role: self.errors(v, middle + share * (v - middle)) for role, v in y.items()}
        return diagnose(errors, truth=y, scale=self.scale(), unit="kg")

    def test_no_better_than_the_median(self):
        d = self.diagnosis(0.0)
        assert d.headline.startswith("The net has learned nothing. dev ")
        assert d.baseline["train"].estimate.value == pytest.approx(1.0)

    def test_better_than_the_median(self):
        assert not {NOTHING, NOT_CARRIED} & set(ids(self.diagnosis(0.5)))

    def test_without_numbers_the_baseline_is_one(self):
        rng = np.random.default_rng(0)
        d = diagnose({"train": rng.uniform(0.5, 1.6, 500), "dev": rng.uniform(0.5, 1.6, 500)}, scale=2.0)
        assert ids(d)[0] == NOTHING
        assert not diagnose({"train": rng.uniform(0, 1, 500), "dev": rng.uniform(0, 1, 500)}, scale=2.0).headline.startswith("The net")

    def test_words_for_numbers_are_refused(self):
        with pytest.raises(UnusableInput, match="expected numbers"):
            diagnose({"train": [0.5, 0.2], "dev": [0.5]}, truth={"train": ["a", "b"]}, scale=1.0)


@pytest.mark.parametrize(("missed", "either"), [(30, True), (3, False)], ids=["useless", "useful"])
def test_it_says_where_no_reference_is_better_either(missed, either):
    train, dev = recall_zero(6000), recall_zero(2000)
    reference = dev[0] * (np.arange(2000) < missed)
    d = diagnose({"train": train[0], "dev": dev[0]}, truth={"train": train[1], "dev": dev[1]}, references={"linear": reference})
    assert ("No reference is better" in d.findings[0].fix) is either
    assert ("No reference is better" in " ".join(str(d).split())) is either


def test_rates_alone_know_no_baseline():
    d = diagnose({"train": 0.015, "dev": 0.015})
    assert d.baseline == {}
