"""Folds: every example is held out once; classes, groups, copies and time are kept."""

import numpy as np
import pytest

import fathom
from fathom.data.splitting.folds import plan_folds
from fathom.data.splitting.made import ruled_by


def table(rng, rows, groups):
    """Rows of groups of uneven sizes, three classes."""
    return {
        "x": rng.normal(size=rows),
        "who": [f"p{g}" for g in rng.integers(0, groups, rows)],
        "y": rng.choice(["a", "b", "c"], size=rows, p=[0.6, 0.3, 0.1]),
    }


@pytest.mark.parametrize("folds", [2, 3, 5, 10])
@pytest.mark.parametrize("name", ["wine", "breast-cancer", "diabetes"])
def test_every_example_is_held_out_once_and_classes_are_spread(name, folds):
    data = fathom.sample(name)
    plan = plan_folds(data, folds, seed=3)
    held = np.concatenate([plan.held_out(j) for j in range(folds)])
    assert sorted(held.tolist()) == list(range(len(data)))
    for j in range(folds):
        assert sorted([*plan.train(j), *plan.held_out(j)]) == list(range(len(data)))
    sizes = np.bincount(plan.of)
    assert sizes.max() - sizes.min() <= 1
    if data.target.kind != "regression":
        for c in range(len(data.target.classes)):
            of_class = np.bincount(plan.of[data.y == c], minlength=folds)
            assert of_class.max() - of_class.min() <= 1


@pytest.mark.parametrize("seed", range(12))
def test_groups_stay_whole_and_folds_are_even_whatever_the_groups(seed):
    rng = np.random.default_rng(seed)
    rows, groups, folds = int(rng.integers(30, 300)), int(rng.integers(6, 60)), int(rng.integers(2, 6))
    data = ruled_by(fathom.load(table(rng, rows, groups), target="y"), group="who")
    plan = plan_folds(data, folds, seed=seed)
    who = data.table.get_column("who").to_numpy()
    assert all(len(set(plan.of[who == w])) == 1 for w in set(who))
    for j in range(folds):
        assert not set(who[plan.train(j)]) & set(who[plan.held_out(j)])
        assert len(plan.held_out(j)) > 0
    largest = max(np.unique(who, return_counts=True)[1])
    sizes = np.bincount(plan.of, minlength=folds)
    assert sizes.max() - sizes.min() <= 2 * largest
    assert plan.of.min() == 0


def test_equal_rows_share_a_fold():
    rows = np.r_[np.arange(300), [0, 1, 2]]
    data = fathom.load({"x": np.sqrt(rows), "z": rows % 7 / 3, "y": rows % 2}, target="y")
    of = plan_folds(data, 4).of
    assert of[300:].tolist() == of[:3].tolist()


def test_another_seed_is_another_plan_and_the_order_of_rows_does_not_matter():
    data = fathom.sample("wine")
    first, other = plan_folds(data, 5, seed=0).of, plan_folds(data, 5, seed=1).of
    assert (first != other).any()
    back = np.arange(178)[::-1]
    np.testing.assert_array_equal(plan_folds(data.take(back), 5, seed=0).of[back], first)


def test_by_time_nothing_is_trained_on_what_comes_after_it():
    rng = np.random.default_rng(0)
    days = rng.integers(0, 60, 200).astype(float)
    data = ruled_by(fathom.load({"x": rng.normal(size=200), "day": days, "y": rng.integers(0, 2, 200)}, target="y"), time="day")
    plan = plan_folds(data, 4)
    for j in range(4):
        assert days[plan.train(j)].max() < days[plan.held_out(j)].min()
    sizes = [len(plan.held_out(j)) for j in range(4)]
    assert sum(sizes) + len(plan.train(0)) == 200
    assert max(sizes) - min(sizes) <= 12
    assert [f.id for f in plan.findings] == ["data.folds.by_time"]


def test_by_time_each_stretch_has_a_moment_even_where_one_day_holds_nearly_all():
    days = np.r_[np.zeros(90), [1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10]]
    data = ruled_by(fathom.load({"x": np.sqrt(np.arange(100.0)), "day": days, "y": np.arange(100) % 2}, target="y"), time="day")
    plan = plan_folds(data, 5)
    assert all(len(plan.held_out(j)) for j in range(5))


@pytest.mark.parametrize(
    ("folds", "use", "what"),
    [(1, {}, "`folds`|folds"), (7, {"group": "who"}, "at most 6 for as many groups"), (6, {"time": "t"}, "fewer than 4")],
)
def test_too_many_folds_are_refused(folds, use, what):
    data = fathom.load(
        {"x": np.sqrt(np.arange(24.0)), "who": np.arange(24) % 6, "t": np.arange(24.0) % 4, "y": np.arange(24) % 2}, target="y"
    )
    with pytest.raises(fathom.UnusableInput, match=what):
        plan_folds(ruled_by(data, **use), folds)
