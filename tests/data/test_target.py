"""The target: its kind, its classes in order, codes and back."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fathom.core.exceptions import UnusableInput
from fathom.core.records.target import Target
from fathom.data.load import load
from fathom.data.reading.target_kind import settle
from fathom.data.target import decode, encode, labels

KINDS = [
    # id, values, kind told, kind found, classes, dtype
    ("words", ["no", "yes", "no"] * 4, None, "binary", ("no", "yes"), "string"),
    ("three words", ["c", "a", "b"] * 4, None, "multiclass", ("a", "b", "c"), "string"),
    ("booleans", [True, False] * 4, None, "binary", ("false", "true"), "boolean"),
    ("True/False in text", ["True", "False"] * 4, None, "binary", ("false", "true"), "boolean"),
    ("0/1 in text", ["0", "1"] * 9, None, "binary", ("0", "1"), "integer"),
    ("1/2", [2, 1] * 9, None, "binary", ("1", "2"), "integer"),
    ("-1/1", [1, -1] * 9, None, "binary", ("-1", "1"), "integer"),
    ("0.0/1.0", [0.0, 1.0] * 9, None, "binary", ("0", "1"), "float"),
    ("ten digits", list(range(11)) * 9, None, "multiclass", tuple(map(str, range(11))), "integer"),
    ("fractions", [1.5, 2.0, 3.25] * 9, None, "regression", (), "float"),
    ("fractions in text", ["1,5", "2", "3,25"] * 9, None, "regression", (), "float"),
    ("money", [f"${i},200" for i in range(1, 30)], None, "regression", (), "float"),
    ("many whole numbers", list(range(25)) * 4, None, "regression", (), "integer"),
    ("a whole number alone", [1, 2, 2, 3, 3] * 1 + [2] * 30, None, "regression", (), "integer"),
    ("few rows a code", list(range(10)) * 2, None, "regression", (), "integer"),
    ("told classes", list(range(10)) * 2, "multiclass", "multiclass", tuple(map(str, range(10))), "integer"),
    ("told a quantity", [0, 1, 2] * 9, "regression", "regression", (), "integer"),
    ("told classification", [1.5, 2.5, 3.5] * 2, "classification", "multiclass", ("1.5", "2.5", "3.5"), "float"),
    ("plus and minus", ["+", "-"] * 5, None, "binary", ("-", "+"), "string"),
    ("none is a class", ["none", "mild", "severe"] * 3, None, "multiclass", ("mild", "none", "severe"), "string"),
    ("codes keep their zeros", ["01", "02", "03"] * 3, None, "multiclass", ("01", "02", "03"), "string"),
]


@pytest.mark.parametrize(("values", "told", "kind", "classes", "dtype"), [k[1:] for k in KINDS], ids=[k[0] for k in KINDS])
def test_kind_and_classes(values, told, kind, classes, dtype):
    settled = settle(pl.Series("y", values), told)
    assert (settled.target.kind, settled.target.classes, settled.target.dtype) == (kind, classes, dtype)
    assert settled.values.null_count() == 0
    assert settled.values.dtype == (pl.Float64 if kind == "regression" else pl.String)
    assert settled.column.use == "target"


POSITIVE = [
    (["benign", "malignant"], [5, 9], "malignant", "by its word"),
    (["ham", "spam"], [5, 9], "spam", "by its word"),
    (["churned", "not churned"], [9, 5], "churned", "by its word"),
    (["<=50K", ">50K"], [9, 5], ">50K", "the rarer"),
    (["left", "right"], [5, 9], "left", "the rarer"),
    (["left", "right"], [9, 9], "right", "equally frequent"),
]


@pytest.mark.parametrize(("names", "counts", "positive", "why"), POSITIVE, ids=[p[2] + p[3][-4:] for p in POSITIVE])
def test_the_positive_class_is_last_and_said(names, counts, positive, why):
    settled = settle(pl.Series("y", [n for n, c in zip(names, counts, strict=True) for _ in range(c)]))
    assert settled.target.classes[1] == positive
    (found,) = settled.findings
    assert found.id == "data.target.positive"
    assert f"'{positive}'" in found.what
    assert why in found.what


def test_whole_numbers_say_what_was_assumed():
    as_classes = settle(pl.Series("y", [1, 2, 3] * 9)).findings[0]
    assert as_classes.id == "data.target.kind"
    assert "3 different values; they are taken as classes" in as_classes.what
    assert "kind='regression'" in as_classes.fix
    as_quantity = settle(pl.Series("y", list(range(90)))).findings[0]
    assert "taken as a quantity" in as_quantity.what


REFUSED = [
    (["a"] * 9, None, "at least two classes, got one class only ('a'; empty cells and NA count as missing)"),
    (["a"] * 9 + ["b"], None, "at least two examples of every class, got one example of 'b'"),
    ([f"n{i}" for i in range(30)], None, "labels that repeat, got 30 different ones in 30 rows"),
    (["a", "b"] * 9, "regression", "numbers for a regression, got text ('a', 'b')"),
    ([5.0] * 9, "regression", "at least two different values, got only 5"),
    (["a", "b", "c"] * 9, "binary", "two classes for kind 'binary', got 3 (a, b, c)"),
    (["a", "b"] * 9, "clasification", "did you mean 'classification'"),
    (["", None, "NA"], None, "expected values, got none in any row"),
    ([dt.date(2024, 1, 1)] * 9, None, "labels or numbers, got date"),
    ([[1]] * 9, None, "labels or numbers, got list"),
]


@pytest.mark.parametrize(("values", "told", "words"), REFUSED, ids=[r[2][-30:] for r in REFUSED])
def test_what_cannot_be_predicted_is_refused(values, told, words):
    with pytest.raises(UnusableInput) as caught:
        settle(pl.Series("y", values), told)
    assert words.lower() in str(caught.value).lower()
    assert "\n" not in str(caught.value)


def test_infinite_and_odd_values_of_a_quantity_have_no_target():
    settled = settle(pl.Series("y", [i + 0.5 for i in range(30)] + [float("inf")]))
    assert settled.values.null_count() == 1
    assert settled.findings[0].id == "data.target.unreadable"
    text = settle(pl.Series("y", [f"{i}.5" for i in range(60)] + ["broken"]))
    assert text.target.kind == "regression"
    assert text.values.null_count() == 1


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=30))
def test_decode_turns_encode_back(values):
    target = Target(name="y", kind="multiclass", classes=("a", "b", "c"), dtype="string")
    codes = encode(pl.Series("y", values), target)
    assert decode(codes, target).to_list() == values


@pytest.mark.parametrize(
    ("dtype", "classes", "own"),
    [("integer", ("1", "2"), [1, 2]), ("boolean", ("false", "true"), [False, True]), ("float", ("0", "1.5"), [0.0, 1.5])],
)
def test_labels_come_back_in_their_own_type(dtype, classes, own):
    assert labels(Target(name="y", kind="binary", classes=classes, dtype=dtype)).to_list() == own


def test_encode_refuses_what_it_does_not_know():
    target = Target(name="y", kind="binary", classes=("no", "yes"), dtype="string")
    with pytest.raises(UnusableInput, match=r"one of the classes no, yes, got 'yess'\. Did you mean 'yes'\."):
        encode(pl.Series("y", ["no", "yess"]), target)
    with pytest.raises(UnusableInput, match="a value in every row, got 1 missing"):
        encode(pl.Series("y", ["no", None]), target)


def test_numbers_pass_through():
    target = Target(name="y", kind="regression")
    assert encode(pl.Series("y", [1.5, 2.5]), target).tolist() == [1.5, 2.5]
    assert decode([1.5], target).to_list() == [1.5]


def test_classes_that_differ_in_case_alone_are_said():
    x = [i * 1.5 for i in range(20)]
    data = load(pl.DataFrame({"x": x, "y": ["yes", "no", "Yes", "no"] * 5}), target="y")
    assert "classes differ in case alone ('Yes', 'yes')" in next(f.what for f in data.findings if f.id == "data.target.case")
    clean = load(pl.DataFrame({"x": x, "y": ["yes", "no"] * 10}), target="y")
    assert "data.target.case" not in {f.id for f in clean.findings}
