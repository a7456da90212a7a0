"""Splitting by source: dev and test of the goal alone (C2W1-06, C2W1-11, C3W1-09..11, C3W2-07..09)."""

from __future__ import annotations

import datetime
import json
import time

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fathom.core.exceptions import UnusableInput
from fathom.core.records.split_plan import SplitPlan
from fathom.data.load import load
from fathom.data.splits import Splits, split
from tests.data.made_sets import dataset


def made(counts: dict[str, int], seed: int = 0, shares: tuple[float, ...] = (0.7, 0.3)):
    """Rows of several sources; those of one source are the same whatever the counts of the others are."""
    xs, names, labels = [], [], []
    for name, n in counts.items():
        rng = np.random.default_rng([seed, *name.encode()])
        xs.append(rng.normal(size=(n, 2)))
        names += [name] * n
        labels += rng.choice(list("abcdef")[: len(shares)], n, p=shares).tolist()
    x = np.concatenate(xs)
    return dataset({"x0": x[:, 0], "x1": x[:, 1], "where": names}, labels)


def sizes(splits: Splits) -> dict[str, int]:
    return {role: len(data) for role, data in splits.roles.items()}


def by_role(splits: Splits, source: str) -> dict[str, set[float]]:
    """The first input of the rows of a source, by role."""
    return {role: set(data.table.filter(pl.col("where") == source)["x0"]) for role, data in splits.roles.items()}


def ids(splits: Splits) -> set[str]:
    return {f.id for f in splits.findings}


def test_the_courses_pictures_of_the_web_and_of_the_app():
    """C3W2-07: 200,000 web + 10,000 app: dev and test all app, 2,500 each, the rest of the app and the web train (205,000)."""
    data = made({"web": 200_000, "app": 10_000})
    splits = split(data, source="where", goal_source="app")
    assert splits.how.sources["app"]["dev"] == splits.how.sources["app"]["test"] == 2_500
    assert splits.how.sources["web"]["dev"] == splits.how.sources["web"]["test"] == 0
    assert sizes(splits) == {"train": 202_500, "train_dev": 2_500, "dev": 2_500, "test": 2_500}
    assert sizes(splits)["train"] + sizes(splits)["train_dev"] == 205_000
    shuffled = split(data, dev_size=2_500, test_size=2_500)  # option 1, the bad one
    web = int((shuffled.dev.table["where"] == "web").sum())
    assert abs(web - 2_500 * 200 / 210) < 4 * (2_500 * 200 / 210 * 10 / 210) ** 0.5  # 2,381 web and 119 app, up to chance
    exact = split(data, source="where", goal_source="*", dev_size=2_500, test_size=2_500)
    assert (exact.how.sources["web"]["dev"], exact.how.sources["app"]["dev"]) == (2_381, 119)


def test_the_courses_rear_view_mirror():
    """C3W2-08: 500,000 utterances train; dev and test are the 20,000 of cars, or half of them with the other half in train."""
    data = made({"bought": 50_000, "car": 2_000})  # a tenth, to be quick
    half = split(data, source="where", goal_source="car", train_dev_size=0)
    assert sizes(half) == {"train": 51_000, "dev": 500, "test": 500}
    none = split(data, source="where", goal_source="car", train_dev_size=0, dev_size=1_000, test_size=1_000)
    assert none.how.sources == {"bought": {"train": 50_000, "dev": 0, "test": 0}, "car": {"train": 0, "dev": 1_000, "test": 1_000}}


@given(st.integers(20, 300), st.integers(1, 400), st.integers(0, 3), st.booleans())
def test_dev_and_test_hold_the_goal_alone_and_every_row_has_one_role(goal: int, other: int, seed: int, stratify: bool):
    splits = split(made({"web": other, "app": goal}), source="where", goal_source="app", seed=seed, stratify=stratify)
    for role in ("dev", "test"):
        assert set(splits.roles[role].table["where"]) == {"app"}
        assert len(splits.roles[role]) == round(goal / 4)
    rows = np.concatenate([data.rows for data in splits.roles.values()])
    assert sorted(rows.tolist()) == list(range(goal + other))


@given(st.integers(20, 200), st.integers(0, 300), st.integers(1, 300), st.integers(0, 3))
def test_rows_of_other_sources_never_move_a_row_of_the_goal_into_or_out_of_dev_and_test(goal: int, web: int, more: int, seed: int):
    few = split(made({"web": web + 1, "app": goal}), source="where", goal_source="app", seed=seed)
    many = split(made({"radio": more, "web": web + 1 + more, "app": goal}), source="where", goal_source="app", seed=seed)
    before, after = by_role(few, "app"), by_role(many, "app")
    assert before["dev"] == after["dev"]
    assert before["test"] == after["test"]


@given(st.integers(30, 200), st.integers(30, 300), st.integers(0, 5))
def test_same_seed_same_split(goal: int, web: int, seed: int):
    data = made({"web": web, "app": goal})
    order = np.random.default_rng(seed).permutation(len(data))
    first = split(data, source="where", goal_source="app", seed=seed)
    again = split(data.take(order), source="where", goal_source="app", seed=seed)
    assert {r: set(d.rows.tolist()) for r, d in first.roles.items()} == {r: set(d.rows.tolist()) for r, d in again.roles.items()}


def test_train_dev_is_of_trains_mix():
    """C3W2-09: the same distribution as train, by source and by class."""
    splits = split(made({"web": 6_000, "app": 2_000}), source="where", goal_source="app")
    assert len(splits.train_dev) == len(splits.dev) == 500
    trains = pl.concat([splits.train.table, splits.train_dev.table])
    for (source, label), rows in trains.group_by("where", "y"):
        got = splits.train_dev.table.filter((pl.col("where") == source) & (pl.col("y") == label)).height
        assert abs(got - 500 * rows.height / trains.height) <= 1


def test_every_region_is_in_dev_and_in_test():
    """C3W1-09: eight regions, shuffled into both and not four here and four there."""
    regions = dict.fromkeys(("us", "uk", "europe", "south america", "india", "china", "asia", "australia"), 40)
    splits = split(made(regions), source="where", goal_source="*")
    for role in ("train", "dev", "test"):
        assert set(splits.roles[role].table["where"]) == set(regions)
    assert set(splits.how.sources["us"].values()) == {24, 8}
    assert splits.train_dev is None  # train is drawn as dev is: there is nothing to tell apart
    several = split(made({**regions, "web": 500}), source="where", goal_source=list(regions))
    assert set(several.dev.table["where"]) == set(several.test.table["where"]) == set(regions)
    assert several.how.sources["web"]["dev"] == 0


def test_the_source_is_no_input_unless_asked():
    data = made({"web": 100, "app": 100})
    plain = split(data, source="where", goal_source="app")
    asked = split(data, source="where", goal_source="app", source_input=True)
    assert [c.name for c in plain.train.inputs] == ["x0", "x1"]
    assert [c.name for c in asked.train.inputs] == ["x0", "x1", "where"]
    assert plain.how.sources == asked.how.sources


def test_a_copy_of_a_dev_row_in_another_source_does_not_train():
    data = made({"web": 200, "app": 100})
    first = split(data, source="where", goal_source="app")
    copies = first.dev.table.head(5).with_columns(pl.lit("web").alias("where"))
    grown = dataset(pl.concat([data.table, copies]).drop("y").to_dict(as_series=False), [*data.table["y"], *copies["y"]])
    splits = split(grown, source="where", goal_source="app")
    assert by_role(splits, "app")["dev"] == by_role(first, "app")["dev"]
    assert sum(sizes(splits).values()) == 300
    found = next(f for f in splits.findings if f.id == "data.source.left_out")
    assert found.evidence["rows"] == 5
    assert "data.source.left_out" not in ids(first)


def test_groups_and_times_of_dev_do_not_train_in_another_source():
    rng = np.random.default_rng(0)
    n = 400
    person = rng.integers(0, 60, n).astype(str).tolist()
    day = [datetime.datetime(2026, 1, 1) + datetime.timedelta(days=int(d)) for d in rng.integers(0, 200, n)]
    where = np.where(rng.random(n) < 0.5, "web", "app").tolist()
    columns = {"x0": rng.normal(size=n), "where": where, "person": person, "day": day}
    data = dataset(columns, rng.choice(["a", "b"], n).tolist())
    splits = split(data, source="where", goal_source="app", group="person")
    held = set(splits.dev.table["person"]) | set(splits.test.table["person"])
    trained = [set(splits.roles[role].table["person"]) for role in ("train", "train_dev")]
    assert not held & (trained[0] | trained[1])
    assert not trained[0] & trained[1]
    assert "data.source.left_out" in ids(splits)
    timed = split(data, source="where", goal_source="app", time="day")
    assert max(timed.train.table["day"]) < min(timed.dev.table["day"]) <= min(timed.test.table["day"])
    assert max(timed.train_dev.table["day"]) < min(timed.dev.table["day"])


def test_cut_points_are_kept_when_data_grow():
    small, large = made({"web": 500, "app": 200}), made({"web": 900, "app": 200, "radio": 300})
    first = split(small, source="where", goal_source="app")
    plan = SplitPlan.from_json(json.loads(json.dumps(first.how.to_json())))
    same = split(small, like=plan)
    assert {r: d.rows.tolist() for r, d in first.roles.items()} == {r: d.rows.tolist() for r, d in same.roles.items()}
    grown = split(large, like=plan)
    for role in ("train", "train_dev", "dev", "test"):
        assert by_role(first, "app")[role] == by_role(grown, "app")[role]
    assert set(by_role(grown, "radio")) == {"train", "train_dev", "dev", "test"}
    assert len(by_role(grown, "radio")["train_dev"]) > 0
    for broken in ({"source": 3}, {"goal": "app"}, {"cuts": {**plan.cuts, "train_dev": {"exceptions": {"x": "dev"}}}}):
        with pytest.raises(UnusableInput):
            split(small, like=SplitPlan.from_json({**plan.to_json(), **broken}))
    with pytest.raises(UnusableInput, match="earlier split by source"):
        split(small, source="where", like=split(small))


def test_sets_in_files_of_their_own(tmp_path):
    data = made({"web": 300, "app": 100})
    for name in ("web", "app"):
        data.table.filter(pl.col("where") == name).drop("where").write_csv(tmp_path / f"{name}.csv")
    splits = split(tmp_path / "app.csv", also=tmp_path / "web.csv", target="y")
    assert sizes(splits) == {"train": 325, "train_dev": 25, "dev": 25, "test": 25}
    assert (splits.how.sources["web"]["dev"], splits.how.sources["app"]["dev"]) == (0, 25)
    column = split(data, source="where", goal_source="app")
    for role in ("train", "train_dev", "dev", "test"):
        assert set(splits.roles[role].table["x0"]) == set(column.roles[role].table["x0"])
    assert [c.name for c in splits.train.inputs] == ["x0", "x1"]
    frames = split(load(tmp_path / "app.csv", target="y"), also={"the web": pl.read_csv(tmp_path / "web.csv")})
    assert list(frames.how.goal) == ["app"]
    assert set(frames.how.sources) == {"app", "the web"}


def test_another_set_may_bring_classes_and_must_bring_the_columns():
    app = made({"app": 100}).table.drop("where")
    web = made({"web": 100}, shares=(0.4, 0.3, 0.3)).table.drop("where")
    splits = split(app, also={"web": web}, target="y")
    assert splits.target.classes == ("a", "b", "c")
    assert splits.target.kind == "multiclass"
    assert {"data.source.new_class", "data.split.rare_class"} <= ids(splits)
    with pytest.raises(UnusableInput, match=r"web: .*the column 'x1'"):
        split(app, also={"web": web.drop("x1")}, target="y")
    with pytest.raises(UnusableInput, match="one column|both"):
        split(app, also={"web": web}, target="y", source="x0")


def test_roles_that_exist_learn_the_source():
    data = made({"web": 400, "app": 200})
    web, app = (data.take(np.flatnonzero((data.table["where"] == name).to_numpy())) for name in ("web", "app"))
    dev, test = app.take(range(50)), app.take(range(50, 100))
    splits = split(train=web, dev=dev, test=test, source="where")
    assert sizes(splits) == {"train": 350, "train_dev": 50, "dev": 50, "test": 50}
    assert list(splits.how.goal) == ["app"]
    assert not [f for f in splits.findings if f.severity != "info"]
    bare = split(train=web, dev=dev, test=test, source="where", train_dev_size=0)
    assert "data.source.no_train_dev" in ids(bare)  # C2W1-11
    assert "data.source.no_train_dev" not in ids(split(train=app.take(range(100, 200)), dev=dev, test=test, source="where"))
    given_one = split(train=web.take(range(300)), train_dev=web.take(range(300, 400)), dev=dev, test=test, source="where")
    assert sizes(given_one)["train_dev"] == 100
    assert "data.source.no_train_dev" not in ids(given_one)
    made_dev = split(train=data, test=test, source="where", goal_source="app")
    assert set(made_dev.dev.table["where"]) == {"app"}
    assert made_dev.train_dev is not None


def test_dev_and_test_must_be_of_one_mix():
    """C2W1-06, C3W1-10: dev on one kind, test on another."""
    data = made({"rich": 300, "poor": 300})
    rich, poor = (data.take(np.flatnonzero((data.table["where"] == name).to_numpy())) for name in ("rich", "poor"))
    apart = split(train=data.take(range(0, 600, 2)), dev=rich.take(range(1, 100, 2)), test=poor.take(range(1, 100, 2)), source="where")
    assert "data.source.dev_test_apart" in ids(apart)
    every = split(data, source="where", goal_source="*")
    assert "data.source.dev_test_apart" not in ids(every)
    told = split(train=data.take(range(0, 600, 2)), dev=data.take(range(1, 600, 4)), source="where", goal_source="rich")
    assert "data.source.not_the_goal" in ids(told)


def test_many_rows_out_of_few_groups_are_said():
    """C3W2-13: 12,000 pictures of twenty cars."""
    rng = np.random.default_rng(0)
    where = ["game"] * 1_200 + ["street"] * 400
    car = [f"g{i % 20}" for i in range(1_200)] + [f"s{i}" for i in range(400)]
    data = dataset({"x0": rng.normal(size=1_600), "where": where, "car": car}, rng.choice(["a", "b"], 1_600).tolist())
    found = next(f for f in split(data, source="where", goal_source="street", group="car").findings if f.id == "data.source.few_groups")
    assert found.evidence["groups"] <= 20
    many = dataset(
        {**data.table.drop("y", "car").to_dict(as_series=False), "car": [f"c{i // 4}" for i in range(1_600)]}, list(data.table["y"])
    )
    assert "data.source.few_groups" not in ids(split(many, source="where", goal_source="street", group="car"))


def test_what_cannot_be_is_refused():
    data = made({"web": 100, "app": 100})
    for arguments, words in (
        ({"source": "where"}, "the source that counts"),
        ({"source": "where", "goal_source": "ap"}, "Did you mean 'app'"),
        ({"source": "here", "goal_source": "app"}, "the name of a column"),
        ({"goal_source": "app"}, "a source column beside it"),
        ({"source": "where", "goal_source": "app", "train_dev_size": 500}, "fewer than"),
        ({"source": "y", "goal_source": "a"}, "the name of a column"),
    ):
        with pytest.raises(UnusableInput, match=words):
            split(data, **arguments)
    with pytest.raises(UnusableInput, match="at most 200"):
        split(made({"web": 150, "app": 100}), source="x0", goal_source="app")
    single = split(made({"app": 100}), source="where", goal_source="app")
    assert "data.source.single" in ids(single)
    assert single.train_dev is None


def test_sources_by_number_and_by_yes_or_no():
    table = made({"web": 100, "app": 100}).table
    coded = table.with_columns((pl.col("where") == "app").cast(pl.Int64))
    as_number = split(load(coded, target="y"), source="where", goal_source=1)
    as_word = split(load(coded.with_columns(pl.col("where").cast(pl.Boolean)), target="y"), source="where", goal_source="yes")
    assert list(as_number.how.goal) == ["1"]
    assert list(as_word.how.goal) == ["true"]
    assert as_number.how.sources["1"] == as_word.how.sources["true"]
    assert as_number.how.sources["0"] == as_word.how.sources["false"]


@pytest.mark.timing
def test_a_million_rows_are_split_in_seconds():
    data = made({"web": 900_000, "app": 100_000})
    start = time.perf_counter()
    splits = split(data, source="where", goal_source="app")
    assert time.perf_counter() - start < 30
    assert sizes(splits) == {"train": 970_000, "train_dev": 10_000, "dev": 10_000, "test": 10_000}
