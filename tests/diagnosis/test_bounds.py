"""What bounds a floor that nobody gave: the best reference, the net itself, never a reference that is no better than the baseline."""

from __future__ import annotations

import numpy as np
import pytest

from fathom.core.records.circumstances import Circumstances
from fathom.diagnosis.diagnose import diagnose

BIAS = "avoidable_bias"


def test_a_net_ahead_of_every_reference_bounds_the_floor_itself():
    """fashion-mnist: the net 12.4%, boosted trees 15.6%."""
    d = diagnose({"train": (600, 10_000), "dev": (1240, 10_000)}, references={"boosted trees": (1560, 10_000), "linear": 0.17})
    assert (d.floor.value, d.floor.source) == (0.124, "this net")
    assert d.ladder["floor"].note == "at most: this net"
    assert "nothing tried gets below 12.4% here (this net)" in d.gaps[BIAS].says
    assert "15.6% here" not in str(d)
    assert "The best reference (boosted trees) reaches 15.6%." in d.headline


@pytest.mark.parametrize(("train", "verdict"), [(1500, "unclear"), (100, "low"), (2400, "high")])
def test_the_verdict_is_still_that_against_the_best_reference(train, verdict):
    """'high' from 15.6% and the tolerance on, 'low' only below the tolerance, wherever the net's own dev error lies."""
    d = diagnose({"train": (train, 10_000), "dev": (1240, 10_000)}, references={"boosted trees": (1560, 10_000)})
    assert d.gaps[BIAS].verdict == verdict
    assert d.gaps[BIAS].value == pytest.approx(max(train / 10_000 - 0.156, 0))


def test_a_level_reference_is_the_bound():
    assert diagnose({"train": 0.1, "dev": 0.12}, references={"linear": 0.12}).floor.source == "linear"


def loans(n, caught):
    """5% bad, of which a share is caught: errors and classes."""
    bad = np.arange(n) % 20 == 0
    return (bad & (np.arange(n) % 1000 >= 1000 * caught)).astype(float), np.where(bad, "bad", "good")


def diagnosed(reference_caught):
    train, dev = loans(20_000, 0.6), loans(4_000, 0.3)
    references = {"nearest neighbors": loans(4_000, reference_caught)[0]}
    return diagnose({"train": train[0], "dev": dev[0]}, truth={"train": train[1], "dev": dev[1]}, references=references)


def test_a_reference_like_the_baseline_is_not_named_as_the_best():
    d = diagnosed(0.0)
    assert "No reference is better than always 'good'." in d.headline
    assert "best reference" not in d.headline
    assert d.floor.source == "this net"
    assert "nearest neighbors" not in str(d)
    assert "nearest neighbors" in d.references


def test_one_that_is_better_is_named():
    d = diagnosed(0.9)
    assert "The best reference (nearest neighbors) reaches" in d.headline
    assert d.floor.source == "nearest neighbors"


def test_where_nothing_is_better_the_baseline_is_the_bound():
    train, dev = loans(20_000, 0.0), loans(4_000, 0.0)
    d = diagnose({"train": train[0], "dev": dev[0]}, truth={"train": train[1], "dev": dev[1]}, references={"linear": dev[0]})
    assert (d.floor.value, d.floor.source) == (0.5, "always 'good'")


def test_heavy_tails_of_two_roles_are_one_line():
    rng = np.random.default_rng(0)
    d = diagnose({"train": rng.lognormal(-4, 1.6, 400).clip(0, 1), "dev": rng.lognormal(-4, 1.5, 300).clip(0, 1)})
    (finding,) = (f for f in d.findings if f.id == "diagnosis.interval.heavy_tail")
    assert (finding.severity, finding.where) == ("info", "train and dev")
    assert "The train and dev errors have heavy tails (skewness " in finding.what
    assert set(finding.evidence["skewness"]) == {"train", "dev"}


def test_borderline_is_not_called_too_small():
    """Where no number of examples decides, more of dev is not asked for in another line."""
    rng = np.random.default_rng(0)
    dev = rng.uniform(0, 0.7, 800)
    d = diagnose({"train": 0.6, "dev": dev - dev.mean() + 0.62}, human=0.0)
    assert "borderline" in d.gaps["variance"].says
    assert "too small" not in str(d)


def test_on_the_tolerance_by_the_luck_of_a_small_set_is_not_borderline():
    """1 wrong of 50 is 0.3 to 10.5 points; the examples that are asked for tell it to half the tolerance."""
    d = diagnose({"train": (0, 900), "dev": (1, 50)}, human=0.0)
    finding = next(f for f in d.findings if f.id == "diagnosis.dev.too_small")
    assert "by the luck of a small set" in d.gaps["variance"].says
    assert "borderline" not in str(d)
    needed = finding.evidence["needed"]
    later = diagnose({"train": (0, 900), "dev": (round(0.02 * needed), needed)}, human=0.0).gaps["variance"]
    assert later.high - later.value == pytest.approx(0.01, rel=0.06)
    assert "borderline" in later.says


@pytest.mark.parametrize("wrong", range(12))
def test_what_a_small_dev_leaves_unclear_is_called_too_small(wrong):
    d = diagnose({"train": (0, 900), "dev": (wrong, 60)}, human=0.0)
    unclear = d.gaps["variance"].verdict == "unclear"
    assert any(f.id == "diagnosis.dev.too_small" for f in d.findings) == unclear


def test_small_sets_at_both_ends_need_many_more():
    """No number of dev examples alone tells it where train is as small."""
    d = diagnose({"train": (4, 40), "dev": (6, 50)}, human=0.0)
    assert d.gaps["variance"].value == pytest.approx(0.02)
    assert "by the luck of small sets" in d.gaps["variance"].says


def test_a_class_that_dev_holds_too_few_of_is_named():
    """shuttle: 10,000 examples, 2 of one class."""
    classes = np.array(["Rad.Flow"] * 7000 + ["High"] * 2998 + ["Bpv.Close"] * 2)
    train = np.array(["Rad.Flow"] * 7000 + ["High"] * 2950 + ["Bpv.Close"] * 50)
    wrong = np.zeros(10_000)
    wrong[:30] = 1
    d = diagnose({"train": np.zeros(10_000), "dev": wrong}, truth={"train": train, "dev": classes}, human=0.0)
    finding = next(f for f in d.findings if f.id == "diagnosis.dev.too_small")
    assert "holds too few 'Bpv.Close' to tell: 2 of 10,000 examples" in finding.what
    assert "Your dev set holds too few 'Bpv.Close' to tell." in d.headline
    assert "2 of 10,000 examples" in " ".join(str(d).split())


def test_train_dev_is_written_as_on_the_screen():
    d = diagnose({"train": (1, 100), "train_dev": (3, 100), "dev": (9, 100)}, human=0.0)
    assert "train-dev error is 3.0%" in " ".join(d.measured)
    assert "train-dev is taken as exact" in " ".join(diagnose({"train": (1, 100), "train_dev": 0.03, "dev": (9, 100)}).inferred)
    assert "train_dev" not in str(d)


@pytest.mark.parametrize(
    ("rows", "words"), [(341, "--l2 0.7,"), (38_000, "--l2 80,"), (66, "--l2 0.1,"), (None, "--l2 0.002 times the rows of train,")]
)
def test_the_first_l2_grows_with_train(rows, words):
    steps = {s.what: s.how for s in diagnose({"train": 0.01, "dev": 0.11}, human=0.0, circumstances=Circumstances(train_rows=rows)).steps}
    assert steps["L2 regularization"].startswith(words)
    if rows:
        assert steps["more data"] == f"twice the rows of train (now {rows:,}), the same dev; fit again with --like RUN"


def human_step(d):
    return next(s.how for s in d.steps if s.what == "find the human level")


def test_who_is_asked_for_the_human_level():
    assert "label 22 dev examples" in human_step(diagnose({"train": (9, 66), "dev": (4, 22)}, references={"linear": 0.3}))
    assert "label 100 dev examples" in human_step(diagnose({"train": (900, 6600), "dev": (400, 2200)}, references={"linear": 0.3}))
    rng = np.random.default_rng(0)
    numbers = diagnose({"train": rng.uniform(0, 1, 300), "dev": rng.uniform(0, 1.1, 200)}, scale=12.0, references={"linear": 0.5})
    assert "label" not in human_step(numbers)
    assert "--human" in human_step(numbers)
