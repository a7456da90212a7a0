"""The audit: five kinds of leaks and a shifted test are caught, clean sets stay silent, order and unit do not matter."""

from __future__ import annotations

import dataclasses
import datetime

import numpy as np
import polars as pl
import pytest

from fathom.core.exceptions import UnusableInput
from fathom.core.records.audit import Audit
from fathom.data.auditing.audit import QUICK, audit, quick_audit
from fathom.data.dataset import Dataset
from fathom.data.load import load
from fathom.data.prepare import prepare_splits
from fathom.data.samples import sample
from fathom.data.splits import Splits, split


def cut(name: str, seed: int = 0) -> dict[str, pl.DataFrame]:
    """A sample set as three tables."""
    made = split(sample(name), seed=seed)
    return {role: data.table for role, data in made.roles.items()}


def taken(tables: dict[str, pl.DataFrame], target: str, **rules) -> Splits:
    """The tables as splits that somebody brings."""
    return split(train=load(tables["train"], target=target), dev=tables["dev"], test=tables["test"], **rules)


def loud(found: Audit) -> dict[str, str]:
    """Warnings and errors: id -> severity."""
    return {f.id: f.severity for f in found if f.severity != "info"}


def with_copies(tables: dict[str, pl.DataFrame], share: float, noise: float, inputs: list[str]) -> dict[str, pl.DataFrame]:
    """Put rows of train into dev and test, each number moved by `noise` of its standard deviation."""
    rng, train = np.random.default_rng(0), tables["train"]
    found = dict(tables)
    for place, role in enumerate(("dev", "test")):
        n = max(1, int(share * tables[role].height))
        moved = train.slice(place * n, n)
        moved = moved.with_columns(pl.col(c) + pl.Series(rng.normal(size=n)) * (noise * float(train[c].std())) for c in inputs)
        found[role] = pl.concat([moved, tables[role].slice(n)])
    return found


TARGETS = {"breast-cancer": "diagnosis", "digits": "digit", "wine": "cultivar", "diabetes": "progression"}


@pytest.mark.parametrize("name", [*TARGETS, "moons", "circles", "spirals"])
def test_a_clean_set_has_no_warning(name):
    assert loud(audit(split(sample(name), seed=0))) == {}


@pytest.mark.parametrize("name", TARGETS)
def test_near_copies_are_caught(name):
    tables, target = cut(name), TARGETS[name]
    inputs = [c for c in tables["train"].columns if c != target]
    found = audit(taken(with_copies(tables, 0.1, 0.02, inputs), target))
    assert loud(found)["data.duplicates.near"] == "error"
    pair = next(f for f in found if f.id == "data.duplicates.near").evidence["pairs"][0]
    n = max(1, int(0.1 * tables[pair["role"]].height))
    assert pair["train_row"] - pair["row"] == (0 if pair["role"] == "dev" else n)


def test_near_copies_of_pictures_are_caught():
    bare = sample("digits")
    x = np.stack([bare.table[c.name].to_numpy() for c in bare.inputs], axis=1).reshape(-1, 8, 8)
    rng, y = np.random.default_rng(0), bare.y
    dev, test = x[1000:1300].copy(), x[1300:1600]
    dev[:15] = np.clip(x[:15] * 0.97 + 0.2 * rng.random((15, 8, 8)), 0, 16)
    splits = split(train=(x[:1000], y[:1000]), dev=(dev, y[1000:1300]), test=(test, y[1300:1600]))
    found = next(f for f in audit(splits) if f.id == "data.duplicates.near")
    assert found.evidence["rows"] == {"dev": 15}
    assert sorted(p["row"] for p in found.evidence["pairs"]) == list(range(15))


def test_near_copies_in_few_columns_are_caught_together():
    tables = cut("moons")
    found = audit(taken(with_copies(tables, 0.3, 0.002, ["x0", "x1"]), "class"))
    assert {"data.duplicates.near", "data.duplicates.excess"} & set(loud(found))


def test_a_set_that_was_multiplied_before_the_split_is_caught():
    data, rng = sample("breast-cancer"), np.random.default_rng(0)
    t, names = data.table, [c.name for c in data.inputs]
    more = t.with_columns(pl.col(c) + pl.Series(rng.normal(size=t.height)) * (0.02 * float(t[c].std())) for c in names)
    big = dataclasses.replace(data, table=pl.concat([t, more]), rows=np.arange(2 * t.height))
    assert "data.duplicates.within" in loud(audit(split(big)))


def test_equal_rows_in_two_roles_are_caught_once():
    tables = cut("wine")
    tables["dev"] = pl.concat([tables["train"].head(8), tables["dev"].slice(8)])
    found = audit(taken(tables, "cultivar"))
    assert [f.id for f in found if f.severity == "error"] == ["data.split.shared_rows"]


def test_equal_rows_are_caught_in_a_split_by_time():
    tables = cut("wine")
    whole = pl.concat([tables["train"], tables["train"].head(20)])
    whole = whole.with_columns(when=pl.Series([datetime.datetime(2025, 1, 1) + datetime.timedelta(days=i) for i in range(whole.height)]))
    found = audit(split(load(whole, target="cultivar"), time="when"))
    assert "data.split.shared_rows" in loud(found)


@pytest.mark.parametrize("name", ["breast-cancer", "digits", "diabetes"])
@pytest.mark.parametrize("how", ["plain", "scaled", "noisy"])
def test_the_target_in_other_words_is_caught(name, how):
    data = sample(name)
    y, rng = data.y.astype(float), np.random.default_rng(0)
    leak = {"plain": y, "scaled": -7.5 * y + 3, "noisy": y + 0.01 * y.std() * rng.normal(size=len(y))}[how]
    table = data.table.with_columns(leak=pl.Series(leak))
    assert loud(audit(split(load(table, target=data.target.name)))) == {"data.leak.target_copy": "error"}


def test_the_target_as_a_category_is_caught():
    data = sample("wine")
    words = pl.Series(np.array(["red", "white", "rose"])[data.y])
    assert loud(audit(split(load(data.table.with_columns(kind=words), target="cultivar")))) == {"data.leak.target_copy": "error"}


def test_a_column_that_stands_out_is_caught():
    data, rng = sample("diabetes"), np.random.default_rng(0)
    leak = pl.Series(data.y + 0.15 * data.y.std() * rng.normal(size=len(data)))
    assert loud(audit(split(load(data.table.with_columns(leak=leak), target="progression")))) == {"data.leak.giveaway": "warning"}


def test_missing_values_that_give_the_target_away_are_caught():
    data = sample("breast-cancer")
    asked = pl.Series(np.where(data.y == 1, np.random.default_rng(0).normal(size=len(data)), np.nan)).fill_nan(None)
    assert "data.leak.target_copy" in loud(audit(split(load(data.table.with_columns(dose=asked), target="diagnosis"))))


def test_numbers_that_count_the_rows_are_caught():
    data = sample("wine")
    x = np.column_stack([np.arange(len(data)), *(data.table[c.name] for c in data.inputs)])
    assert "data.leak.identifier" in loud(audit(split(load((x, data.y)))))
    cancer = sample("breast-cancer").table.sort("diagnosis").with_row_index("i")
    x = np.column_stack([cancer[c] for c in cancer.columns if c != "diagnosis"])
    assert set(loud(audit(split(load((x, cancer["diagnosis"].to_numpy())))))) == {"data.leak.identifier", "data.leak.target_copy"}


def patients(rows: int = 300, each: int = 5) -> Dataset:
    rng = np.random.default_rng(0)
    patient = np.repeat(np.arange(rows // each), each)
    x = rng.normal(size=(rows // each, 4))[patient] + rng.normal(size=(rows, 4))
    table = pl.DataFrame({f"x{i}": x[:, i] for i in range(4)}).with_columns(
        patient=pl.Series([f"p{i}" for i in patient]), ill=pl.Series(np.where(x.sum(axis=1) + rng.normal(size=rows) > 0, "yes", "no"))
    )
    return load(table, target="ill")


def test_groups_in_two_roles_are_caught_and_kept_groups_are_silent():
    at_random = split(patients(), seed=0)
    tables = {role: data.table for role, data in at_random.roles.items()}
    assert loud(audit(taken(tables, "ill", group="patient")))["data.leak.group"] == "error"
    assert loud(audit(split(patients(), group="patient"))) == {}


def test_groups_that_no_one_named_are_seen_by_their_name():
    data = patients()
    named = data.table.rename({"patient": "patient_id"})
    assert "data.leak.group" in loud(audit(split(load(named, target="ill"))))


def days(n: int = 200, drift: float = 0.0) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 3)) + drift * np.arange(n)[:, None] / n
    when = [datetime.datetime(2025, 1, 1) + datetime.timedelta(days=i) for i in range(n)]
    return pl.DataFrame({f"x{i}": x[:, i] for i in range(3)}).with_columns(
        when=pl.Series(when), y=pl.Series(np.where(x[:, 0] + 0.5 * rng.normal(size=n) > 0, "up", "down"))
    )


def test_train_that_knows_the_future_is_caught():
    table = days()
    parts = {"dev": table[:40], "test": table[40:80], "train": table[80:]}
    assert loud(audit(taken(parts, "y")))["data.leak.time"] == "error"
    mixed = {"train": table[np.arange(0, 200, 2)], "dev": table[np.arange(1, 200, 4)], "test": table[np.arange(3, 200, 4)]}
    assert loud(audit(taken(mixed, "y", time="when")))["data.leak.time"] == "error"
    assert "data.leak.time" not in loud(audit(taken(mixed, "y")))  # nobody said that time rules
    right = {"train": table[:120], "dev": table[120:160], "test": table[160:]}
    assert loud(audit(taken(right, "y", time="when"))) == {}


def test_a_split_by_time_says_its_drift_as_a_note():
    found = audit(split(load(days(400, drift=4.0), target="y"), time="when"))
    assert loud(found) == {}
    assert "data.shift.test" in {f.id for f in found}


@pytest.mark.parametrize("name", ["breast-cancer", "diabetes", "digits"])
def test_a_shifted_test_is_caught_and_the_column_named(name):
    tables, target = cut(name), TARGETS[name]
    column = next(c for c in reversed(tables["train"].columns) if c != target and tables["train"][c].n_unique() > 10)
    tables["test"] = tables["test"].with_columns(pl.col(column) + 1.5 * float(tables["train"][column].std()))
    found = audit(taken(tables, target))
    shifted = next(f for f in found if f.id == "data.shift.test")
    assert shifted.severity == "warning"
    assert shifted.where.split(",")[0] == column
    assert next(iter(shifted.evidence["columns"].values()))["distance"] > 0.3


def test_test_with_other_classes_is_caught():
    tables = cut("digits")
    tables["test"] = tables["test"].filter(pl.col("digit").cast(pl.Int64) < 5)
    assert {"data.shift.labels", "data.shift.test"} <= set(loud(audit(taken(tables, "digit"))))


def test_shifted_pictures_name_the_region():
    data = sample("digits")
    x = np.stack([data.table[c.name].to_numpy() for c in data.inputs], axis=1).reshape(-1, 8, 8)
    x[1400:, 5:7, 2:5] += 6
    splits = split(train=(x[:1000], data.y[:1000]), dev=(x[1000:1400], data.y[1000:1400]), test=(x[1400:], data.y[1400:]))
    shifted = next(f for f in audit(splits) if f.id == "data.shift.test")
    assert "rows 5 to 6, columns 2 to 4" in shifted.what


def test_equal_inputs_with_two_labels():
    table = cut("wine")["train"]
    other = table.head(3)
    other = other.with_columns(cultivar=pl.Series("cultivar", ["class_1" if c == "class_0" else "class_0" for c in other["cultivar"]]))
    found = audit(split(load(pl.concat([table, other]), target="cultivar")))
    conflict = next(f for f in found if f.id == "data.labels.conflict")
    assert (conflict.severity, conflict.evidence["rows"], conflict.evidence["least_wrong"]) == ("warning", 6, 3)


def test_a_number_for_unknown_is_caught():
    table = cut("breast-cancer")["train"]
    odd = table.with_columns(
        pl.when(pl.int_range(table.height) % 20 == 0).then(-999.0).otherwise(pl.col("mean radius")).alias("mean radius")
    )
    assert "data.scale.code" in loud(audit(split(load(odd, target="diagnosis"))))


def test_rare_classes_are_a_note():
    table = pl.concat([cut("breast-cancer")["train"].filter(pl.col("diagnosis") == "benign"), cut("breast-cancer")["train"].head(8)])
    found = audit(split(load(table, target="diagnosis")))
    assert "data.labels.balance" in {f.id for f in found if f.severity == "info"}


@pytest.mark.parametrize("name", ["wine", "diabetes"])
def test_neither_the_order_of_rows_nor_the_unit_of_a_column_matters(name):
    tables, target = cut(name), TARGETS[name]
    inputs = [c for c in tables["train"].columns if c != target]
    dirty = with_copies(tables, 0.1, 0.02, inputs)
    dirty["test"] = dirty["test"].with_columns(pl.col(inputs[1]) + 2 * float(tables["train"][inputs[1]].std()))
    rng = np.random.default_rng(1)
    shuffled = {role: t[rng.permutation(t.height)] for role, t in dirty.items()}
    scaled = [pl.col(c) * (-2.0 if i % 2 else 8.0) + 16 for i, c in enumerate(inputs)]
    other_units = {role: t.with_columns(scaled) for role, t in dirty.items()}
    plain, *others = (audit(taken(t, target)) for t in (dirty, shuffled, other_units))
    for other in others:
        assert loud(other) == loud(plain)
        near, same = (next(f for f in a if f.id == "data.duplicates.near").evidence for a in (plain, other))
        assert near["rows"] == same["rows"]
        assert same["dimension"] == pytest.approx(near["dimension"], rel=1e-3)
        p, q = ({t.id: t.p for t in a.tests} for a in (plain, other))
        assert q["data.duplicates.excess"] == pytest.approx(p["data.duplicates.excess"], rel=1e-6)
    assert {t.id: t.p for t in others[0].tests} == pytest.approx({t.id: t.p for t in plain.tests}, rel=1e-6)


def test_the_record_says_what_was_looked_for():
    found = audit(split(sample("diabetes"), seed=0))
    assert found.ok
    assert bool(found)
    assert {left.id for left in found.not_done} == {"data.labels.balance", "data.labels.conflict", "data.shift.labels"}
    assert found.to_json()["headline"] == found.headline
    assert all(t.p <= t.adjusted <= 1 for t in found.tests)
    assert found.approximate == ()


def test_something_else_is_refused():
    with pytest.raises(UnusableInput, match="expected Splits or a Dataset"):
        audit([1, 2])  # type: ignore[arg-type]


def test_no_dev_and_a_tiny_train_are_no_accident():
    found = audit(split(sample("wine"), dev_size=0, test_size=0))
    assert {"data.duplicates.near", "data.shift.test"} <= {left.id for left in found.not_done}
    assert loud(audit(split(sample("moons", n=20)))) == {}


def test_the_quick_audit_names_what_it_leaves_out_and_catches_copies():
    tables = with_copies(cut("wine"), 0.2, 0.02, [c for c in cut("wine")["train"].columns if c != "cultivar"])
    splits = taken(tables, "cultivar")
    found = quick_audit(splits, *prepare_splits(splits))
    assert found[0].id == "data.duplicates.near"
    assert found[-1].id == "data.audit.not_done"
    assert "dev and test of one distribution" in found[-1].what


def test_the_quick_audit_of_many_rows_leaves_out_what_takes_long():
    import time

    rng = np.random.default_rng(0)
    x = rng.normal(size=(60_000, 30))
    splits = split((x, (x[:, 0] > 0).astype(int)))
    prepare, prepared = prepare_splits(splits)
    begun = time.process_time()
    found = quick_audit(splits, prepare, prepared)
    assert time.process_time() - begun < 5 * QUICK  # a clock under load; the benchmark measures
    assert "near copies in two roles" in found[-1].what
