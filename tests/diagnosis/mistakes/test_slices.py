"""Slices: exact tails against SciPy, p against brute-force permutation, planted ones found, no false alarms beyond 5%."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
from scipy import stats

from fathom.core.records.slices import Slices
from fathom.diagnosis.mistakes.candidates import candidates
from fathom.diagnosis.mistakes.differing import steps_of
from fathom.diagnosis.mistakes.hypergeometric import upper_tails
from fathom.diagnosis.mistakes.slice_test import corrected_p
from fathom.diagnosis.mistakes.slicing import slices_of, telling_order


@pytest.mark.parametrize(("n", "wrong", "size"), [(10, 5, 3), (100, 9, 12), (5000, 50, 400), (30, 0, 5), (30, 30, 5), (20, 15, 20)])
def test_tails_are_the_hypergeometric_ones(n, wrong, size):
    oracle = stats.hypergeom(n, wrong, size).sf(np.arange(-1, size + 1))
    assert upper_tails(n, wrong, size) == pytest.approx(oracle, abs=1e-10)


def test_p_is_that_of_all_permutations():
    """Every way to deal 3 mistakes to 10 examples: 120."""
    errors = np.array([1.0, 1, 0, 0, 0, 0, 0, 1, 0, 0])
    masks = np.array([[1, 1, 1, 0, 0, 0, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 1, 1, 1]], dtype=bool)
    tails = [upper_tails(10, 3, int(m.sum())) for m in masks]

    def least(dealt):
        return min(t[int(dealt[m].sum())] for t, m in zip(tails, masks, strict=True))

    deals = [np.isin(np.arange(10), chosen).astype(float) for chosen in itertools.combinations(range(10), 3)]
    exact = [np.mean([least(d) <= t[int(errors[m].sum())] + 1e-12 for d in deals]) for t, m in zip(tails, masks, strict=True)]
    assert corrected_p(errors, masks) == pytest.approx(exact, abs=0.05)  # 999 deals: three standard errors


def test_of_numbers_p_is_that_of_permuted_ranks():
    source = np.random.default_rng(0)
    errors = source.gamma(1.0, size=60)
    masks = np.array([source.random(60) < 0.4 for _ in range(4)])
    masks[0] = errors > np.quantile(errors, 0.7)
    ranks = stats.rankdata(errors)
    sums = np.array([[source.permutation(ranks)[m].sum() for m in masks] for _ in range(4000)])
    z = (sums - sums.mean(0)) / sums.std(0)
    own = (np.array([ranks[m].sum() for m in masks]) - sums.mean(0)) / sums.std(0)
    slow = [(z.max(1) >= each).mean() for each in own]
    assert corrected_p(errors, masks) == pytest.approx(slow, abs=0.06)


def people(n, source, *, categories=True):
    table = {"age": source.normal(40, 10, n), "income": np.where(source.random(n) < 0.15, np.nan, source.lognormal(10, 1, n))}
    if categories:
        table |= {"city": source.choice(["Rome", "Oslo", "Lima", "Kyiv"], n), "member": source.random(n) < 0.5}
    return pl.DataFrame(table).with_columns(pl.col("income").fill_nan(None))


def said(errors, source):
    truth = source.choice(["a", "b"], len(errors))
    wrong = errors > 0
    return pl.DataFrame({"truth": truth, "prediction": np.where(wrong, np.where(truth == "a", "b", "a"), truth), "error": errors})


PLANTED = {
    "age": (lambda t: t["age"].to_numpy() > 50, "age is over"),
    "city": (lambda t: (t["city"] == "Rome").to_numpy(), "city is Rome"),
    "missing": (lambda t: t["income"].is_null().to_numpy(), "income is missing"),
    "member": (lambda t: t["member"].to_numpy(), "member is yes"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_slices_are_found(name):
    where, says = PLANTED[name]
    source = np.random.default_rng(3)
    inputs = people(800, source)
    bad = where(inputs)
    errors = (source.random(800) < np.where(bad, 0.35, 0.08)).astype(float)
    made = slices_of(said(errors, source), inputs, number=False)
    assert made.found[0].says.startswith(says)
    assert made.found[0].p <= 0.01
    assert made.telling[0] == made.found[0].column


@pytest.mark.parametrize("kind", ["class", "prediction"])
def test_a_class_that_is_missed_is_found(kind):
    source = np.random.default_rng(4)
    truth = source.choice(["a", "b", "c"], 600)
    errors = (source.random(600) < np.where(truth == "b", 0.4, 0.05)).astype(float)
    table = pl.DataFrame({"truth": truth, "prediction": np.where(errors > 0, "c", truth), "error": errors})
    found = {s.says: s for s in slices_of(table, pl.DataFrame(), number=False).found}
    assert {"class": "truth is b", "prediction": "prediction is c"}[kind] in found


def test_the_figures_of_a_slice():
    source = np.random.default_rng(5)
    inputs = people(1000, source)
    bad = (inputs["city"] == "Rome").to_numpy()
    errors = (source.random(1000) < np.where(bad, 0.3, 0.05)).astype(float)
    train = people(300, source).with_columns(city=pl.Series(["Rome"] * 30 + ["Oslo"] * 270))
    found = slices_of(said(errors, source), inputs, number=False, train=train).found[0]
    assert (found.n, found.error.value, found.rest.value) == (
        bad.sum(),
        pytest.approx(errors[bad].mean()),
        pytest.approx(errors[~bad].mean()),
    )
    assert (found.of_wrong, found.of_right) == (pytest.approx(bad[errors > 0].mean()), pytest.approx(bad[errors == 0].mean()))
    assert found.of_train == pytest.approx(0.1)
    assert found.at_best == found.rest.value


def test_what_train_lacks_is_to_be_collected():
    """C3W2-12: find what differs, then make train more like dev."""
    source = np.random.default_rng(6)
    inputs = people(1000, source)
    bad = (inputs["city"] == "Rome").to_numpy()
    errors = (source.random(1000) < np.where(bad, 0.3, 0.05)).astype(float)
    lacking = people(300, source).with_columns(city=pl.Series(["Rome"] * 3 + ["Oslo"] * 297))
    step = steps_of(slices_of(said(errors, source), inputs, number=False, train=lacking))[0]
    assert (step.what, step.gap, step.source) == ("train on more examples whose city is Rome", "data_mismatch", "C3W2-12")
    same = steps_of(slices_of(said(errors, source), inputs, number=False, train=inputs))[0]
    assert same.what == "look at the mistakes whose city is Rome"
    assert steps_of(Slices()) == steps_of(None) == ()


def test_a_slice_that_another_explains_says_so():
    source = np.random.default_rng(7)
    n = 1500
    bad = source.random(n) < 0.2
    inputs = pl.DataFrame({"night": bad, "lamp": bad & (source.random(n) < 0.9) | (source.random(n) < 0.05)})
    errors = (source.random(n) < np.where(bad, 0.4, 0.05)).astype(float)
    found = {s.says: s for s in slices_of(said(errors, source), inputs, number=False).found}
    assert found["lamp is yes"].within == "night is yes"
    assert found["night is yes"].within == ""


@pytest.mark.slow
def test_a_few_bad_groups_are_no_fault_of_their_column():
    """Each of 40 patients has its own error rate; their sex has nothing to do with it: dealt one by one it would be named too often."""
    alarms, naive = 0, 0
    for seed in range(60):
        source = np.random.default_rng(seed)
        group = np.repeat(np.arange(40), 25)
        rate = source.beta(0.5, 3, 40)
        errors = (source.random(1000) < rate[group]).astype(float)
        mask = (source.random(40) < 0.5)[group]
        masks = np.array([mask, ~mask])
        alarms += bool((corrected_p(errors, masks, group=group) <= 0.05).any())
        naive += bool((corrected_p(errors, masks) <= 0.05).any())
    assert alarms <= 8, alarms  # 3 expected
    assert naive > 20


def test_candidates_are_neither_tiny_nor_everything():
    source = np.random.default_rng(8)
    inputs = people(300, source).with_columns(rare=pl.Series(["x"] * 5 + ["y"] * 295), one=pl.lit("z"), few=pl.Series([1, 2, 3] * 100))
    tried = candidates(inputs)
    assert all(10 <= c.mask.sum() <= 290 for c in tried)
    says = [c.says for c in tried]
    assert "few is 2" in says
    assert not any("rare" in s or "one" in s for s in says)
    for c in tried:
        assert c.share_of(inputs[c.column]) == pytest.approx(c.mask.mean())


def test_dates_are_cut_and_read_as_dates():
    dates = pl.datetime_range(pl.datetime(2024, 1, 1), pl.datetime(2024, 7, 18), "1d", eager=True).alias("day")
    tried = candidates(dates.to_frame())
    assert next(c.says for c in tried).startswith("day is up to 2024-02-")
    for c in tried:
        assert c.share_of(dates) == pytest.approx(c.mask.mean())


@pytest.mark.parametrize("column", [[None] * 50, [1.0] * 50, [float("nan")] * 50, ["a"] * 50, [True] * 50], ids=str)
def test_columns_that_tell_nothing(column):
    inputs = pl.DataFrame({"a": column})
    assert candidates(inputs) == []
    assert telling_order(inputs, np.array([1.0] + [0.0] * 49)) == ["a"]


def test_no_mistake_no_slice():
    inputs = people(200, np.random.default_rng(0))
    for errors in (np.zeros(200), np.ones(200)):
        assert slices_of(said(errors, np.random.default_rng(0)), inputs, number=False).found == ()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["classes", "numbers", "groups"])
def test_random_errors_raise_an_alarm_in_at_most_5_percent(kind, capsys):
    """400 dev sets whose errors have nothing to do with what the examples are; at most 5% (7.3% is two standard errors above)."""
    alarms, runs = 0, 400
    for seed in range(runs):
        source = np.random.default_rng(10_000 + seed)
        n = int(source.choice([120, 300, 600]))
        inputs = people(n, source)
        if kind == "numbers":
            answers = {"truth": source.normal(size=n), "prediction": source.normal(size=n), "error": source.gamma(0.7, size=n)}
            table = pl.DataFrame(answers)
        else:
            table = said((source.random(n) < source.choice([0.05, 0.1, 0.3])).astype(float), source)
        if kind == "groups":
            table = table.with_columns(group=pl.Series(source.integers(0, 30, n)))
        alarms += bool(slices_of(table, inputs, number=kind == "numbers", seed=seed).found)
    with capsys.disabled():
        print(f"\n{kind}: a false alarm in {alarms} of {runs} dev sets ({alarms / runs:.1%})")
    assert alarms / runs <= 0.073
