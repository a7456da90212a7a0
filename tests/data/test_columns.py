"""Kinds of columns: a table of hand-made columns with what each must be read as."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fathom.core.expectations import UnusableInput
from fathom.core.records.column import Column
from fathom.data.reading.columns import check_told, easy_numbers, merged, type_column
from fathom.data.reading.dates import FORMATS, decide_format, read_dates
from fathom.data.reading.numerals import decide_reading, read_numbers
from fathom.data.reading.values import plain_numbers, read
from fathom.data.reading.words import names_an_identifier

DAY = dt.datetime(2024, 12, 31)
PROSE = [f"the customer number {i} called about the bill" for i in range(40)]

CASES = [
    # id, name, raw values, kind, reading, use, first value
    ("plain", "a", ["1.5", "-2e3", " 3 ", "NA", ""], "number", "", "input", 1.5),
    ("money", "a", ["$1,200", "$5", "-$3.50"], "number", "money", "input", 1200.0),
    ("euros", "a", ["€ 5", "7 EUR", "€1,000.5"], "number", "money", "input", 5.0),
    ("negative in brackets", "a", ["(300)", "(1,250.5)", "7"], "number", "thousands", "input", -300.0),
    ("decimal comma", "a", ["12,5", "0,25", "1.200,75"], "number", "decimal comma", "input", 12.5),
    ("percent keeps its unit", "a", ["12%", "3.5 %"], "number", "percent", "input", 12.0),
    ("spaces of thousands", "a", ["1 200,5", "3 400,75"], "number", "decimal comma", "input", 1200.5),
    ("leading 0, decides", "a", ["0,123", "1,234"], "number", "decimal comma", "input", 0.123),
    ("yes/no", "a", ["Yes", "no", "YES", "?"], "boolean", "yes/no", "input", True),
    ("true/false", "a", ["true", "False"], "boolean", "yes/no", "input", True),
    ("t/f", "a", ["t", "f"], "boolean", "yes/no", "input", True),
    ("m/f is no pair", "a", ["m", "f"] * 5, "category", "", "input", "m"),
    ("0/1 are numbers", "a", ["0", "1"], "number", "", "input", 0.0),
    ("iso", "a", ["2024-12-31", "2025-01-01", "null"], "date", "%Y-%m-%d", "input", DAY),
    ("day first by its values", "a", ["31/12/2024", "01/02/2025"], "date", "%d/%m/%Y", "input", DAY),
    ("month first by its values", "a", ["12/31/2024", "01/02/2025"], "date", "%m/%d/%Y", "input", DAY),
    ("German", "a", ["31.12.2024", "1.2.2025"], "date", "%d.%m.%Y", "input", DAY),
    ("with time", "a", ["2024-12-31 00:00:00", "2024-01-02 03:04:05"], "date", "%Y-%m-%d %H:%M:%S", "input", DAY),
    ("zoned", "a", ["2024-12-31T01:00:00+01:00", "2024-12-31T00:00:00Z"], "date", "%Y-%m-%dT%H:%M:%S%#z", "input", DAY),
    ("named month", "a", ["31 Dec 2024", "2 Jan 2025"], "date", "%d %b %Y", "input", DAY),
    ("codes keep their zeros", "zip", ["00123", "04567", "00123"] * 4, "category", "width 5", "input", "00123"),
    ("free text", "a", PROSE, "text", "", "aside", PROSE[0]),
    ("long labels", "a", ["I agree with this very strongly", "I do not agree with this at all"] * 20, "category", "", "input", None),
    ("unique words", "a", [f"C{i:04d}" for i in range(30)], "identifier", "", "aside", "C0000"),
    ("unique and named id", "customer_id", [str(900 - 7 * i) for i in range(30)], "identifier", "numeric", "aside", "900"),
    ("running count", "n", [str(i) for i in range(1, 31)], "identifier", "numeric", "aside", "1"),
    ("running count, shuffled", "n", [str(i * 7 % 31) for i in range(31)], "identifier", "numeric", "aside", "0"),
    ("few whole numbers in no order", "n", ["3", "1", "2"], "number", "", "input", 3.0),
    ("unique numbers", "price", [str(1000 - 7 * i) for i in range(30)], "number", "", "input", 1000.0),
    ("nothing", "a", ["", "NA", "?"], "category", "", "aside", None),
    ("integers", "a", [3, 3, 1], "number", "", "input", 3.0),
    ("booleans", "a", [True, None, False], "boolean", "", "input", True),
    ("dates", "a", [dt.date(2024, 12, 31), None], "date", "", "input", DAY),
]


@pytest.mark.parametrize(("name", "values", "kind", "reading", "use", "first"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_kind(name, values, kind, reading, use, first):
    typed = type_column(pl.Series(name, values))
    assert (typed.column.kind, typed.column.reading, typed.column.use) == (kind, reading, use)
    assert typed.values is not None
    assert first is None or typed.values[0] == first
    dtypes = {"number": pl.Float64, "boolean": pl.Boolean, "date": pl.Datetime("us")}
    assert typed.values.dtype == dtypes.get(kind, pl.String)


@pytest.mark.parametrize(("name", "values", "kind", "reading", "use", "first"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_new_rows_are_read_as_the_first_were(name, values, kind, reading, use, first):
    raw = pl.Series(name, values)
    typed = type_column(raw)
    assert read(raw, typed.column).equals(typed.values, null_equal=True)
    assert read(typed.values, typed.column).equals(typed.values, null_equal=True)  # typed once, typed for ever


FOUND = [
    ("a", [str(i / 2) for i in range(39)] + ["abc"], "data.column.mixed", "1 of 40 values are not, and count as missing ('abc')"),
    ("a", [str(i % 5) for i in range(20)] + ["low"] * 10, "data.column.mixed", "mixes numbers (67%) and text ('low')"),
    ("a", ["01/02/2024", "03/04/2024"], "data.column.date_order", "could be the other way round"),
    ("a", ["1,200", "3,400"], "data.column.comma", "a sign of thousands"),
    ("a", PROSE, "data.column.text", "free text and is left aside (40 different texts in 40 rows)"),
    ("a", [f"C{i}" for i in range(30)], "data.column.identifier", "names the rows"),
    ("a", [f"C{i % 60}" for i in range(300)], "data.column.many_levels", "60 levels in 300 rows"),
    ("patient_id", [str(3 * (i % 60)) for i in range(300)], "data.column.repeated_identifier", "60 in 300 rows"),
    ("a", ["", None, "NA"], "data.column.empty", "no values"),
    ("a", [[1], [2]], "data.column.nested", "list values"),
]


@pytest.mark.parametrize(("name", "values", "id", "words"), FOUND, ids=[f[2] + f" {i}" for i, f in enumerate(FOUND)])
def test_what_is_odd_is_said(name, values, id, words):
    found = {f.id: f for f in type_column(pl.Series(name, values)).findings}
    assert id in found
    assert words in found[id].what
    assert found[id].where == name


@pytest.mark.parametrize("values", [["1", "2.5", ""], ["a", "b"] * 9, [1.0, 2.0], ["yes", "no"], ["2024-12-31"] * 2], ids=str)
def test_a_clean_column_gets_no_finding(values):
    assert type_column(pl.Series("a", values)).findings == ()


def test_what_the_user_says_wins():
    def told(values, kind):
        typed = type_column(pl.Series("a", values), told=kind)
        return typed.column.kind, typed.column.use, typed.values.to_list()

    assert told(["1.0", "2", "1"], "category") == ("category", "input", ["1", "2", "1"])
    assert told([1.0, 2.0], "category") == ("category", "input", ["1", "2"])
    assert told(["01/02/2024"], "%d/%m/%Y") == ("date", "input", [dt.datetime(2024, 2, 1)])
    assert told(["5", "low", "x"], "number") == ("number", "input", [5.0, None, None])
    assert told([str(i) for i in range(30)], "number")[:2] == ("number", "input")
    assert told(["a", "b"], "identifier")[:2] == ("identifier", "aside")


@pytest.mark.parametrize(
    ("types", "words"),
    [({"agee": "number"}, "(?i)did you mean 'age'"), ({"age": "numbr"}, "(?i)did you mean 'number'"), ({"zzz": "date"}, "'zzz'")],
)
def test_types_that_name_nothing_are_refused(types, words):
    with pytest.raises(UnusableInput, match=words):
        check_told(types, ["age", "city"])


def test_a_comma_free_file_reads_ambiguous_commas_as_decimal():
    typed = type_column(pl.Series("a", ["1,200", "3,400"]), comma_free=True)
    assert typed.values.to_list() == [1.2, 3.4]
    assert typed.findings[0].id == "data.column.comma"


def test_columns_of_a_matrix_are_never_identifiers():
    assert type_column(pl.Series("x0", list(range(30))), array=True).column.kind == "number"


@given(st.lists(st.floats(-1e6, 1e6).map(lambda v: round(v, 2)), min_size=1, max_size=20))
@settings(max_examples=30, deadline=None)
def test_money_is_read_back_as_it_was_written(values):
    texts = pl.Series([f"-${-v:,.2f}" if v < 0 else f"${v:,.2f}" for v in values])
    assert read_numbers(texts, "money").to_list() == pytest.approx(values)
    euros = pl.Series([f"{v:,.2f}".translate(str.maketrans(",.", ".,")) + " €" for v in values])
    assert read_numbers(euros, "decimal comma").to_list() == pytest.approx(values)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=20))
@settings(max_examples=30, deadline=None)
def test_plain_numbers_are_exact(values):
    assert read_numbers(pl.Series([repr(v) for v in values])).to_list() == values


DAYS = (dt.datetime(2024, 12, 31, 13, 45, 30), dt.datetime(2023, 2, 28, 1, 2, 3))


@pytest.mark.parametrize("format", [f for f in FORMATS if "%#z" not in f])
def test_every_format_reads_what_it_writes(format):
    written = pl.Series([d.strftime(format.replace("%.f", ".%f")) for d in DAYS])
    exact = dt.timedelta(0 if "%S" in format else 60 if "%M" in format else 86_400)
    got = read_dates(written, format).to_list()
    assert all(d - g <= exact and g <= d for d, g in zip(DAYS, got, strict=True))


KNOWN = [f for f in FORMATS if "%#z" not in f]
IN_TURN = {*KNOWN[::9], *KNOWN[-3:]}


@pytest.mark.parametrize("format", [pytest.param(f, marks=[] if f in IN_TURN else [pytest.mark.slow]) for f in KNOWN])
def test_every_format_is_found(format):
    written = pl.Series([d.strftime(format.replace("%.f", ".%f")) for d in DAYS])
    assert decide_format(written, pl.Series([1, 1]), 0.95) is not None


def test_readings_prefer_the_plain_one():
    assert decide_reading(pl.Series(["1.200", "3.400"]), pl.Series([1, 1])).name == ""
    assert decide_reading(pl.Series(["x", "1"]), pl.Series([1, 1])).share == 0.5


def test_the_quick_way_and_the_careful_one_agree():
    source = np.random.default_rng(0)
    frame = pl.DataFrame(
        {
            "plain": [f"{v:.3f}" for v in source.normal(size=500)],
            "spaced": [f" {v:.3f}" for v in source.normal(size=500)],
            "holes": ["NA" if v < 0 else f"{v:.3f}" for v in source.normal(size=500)],
            "codes": [f"{v:05d}" for v in source.integers(0, 900, 500)],
            "words": source.choice(["a", "b"], 500),
            "mostly": ["x"] + ["1.5"] * 499,
            "floats": source.normal(size=500),
            "infinite": [float("inf")] + [1.0] * 499,
        }
    )
    easy = easy_numbers(frame)
    assert set(easy) == {"plain", "spaced", "holes", "floats"}
    for name, values in easy.items():
        assert type_column(frame[name]).values.equals(values, null_equal=True)
        assert read(frame[name], Column(name=name, kind="number")).equals(values, null_equal=True)
    assert plain_numbers(frame, ["words"]) == {}


def test_findings_of_one_id_are_joined():
    found = [f for i in range(9) for f in type_column(pl.Series(f"c{i}", [f"C{j}" for j in range(30)])).findings]
    (one,) = merged(found)
    assert one.what.startswith("9 columns (c0, c1, c2, c3 and 5 more)")
    assert merged(found[:2]) == tuple(found[:2])


@pytest.mark.parametrize("name", ["id", "ID", "user_id", "orderId", "uuid", "Unnamed: 0", "index"])
def test_names_of_identifiers(name):
    assert names_an_identifier(name)


@pytest.mark.parametrize("name", ["paid", "humidity", "heat_index", "width", "valid", "grid"])
def test_names_of_anything_else(name):
    assert not names_an_identifier(name)


@pytest.mark.parametrize("values", [["1.5", "inf", "2.5"], [1.5, float("inf"), 2.0]], ids=["text", "numbers"])
def test_infinite_numbers_are_refused_with_their_row(values):
    with pytest.raises(UnusableInput, match=r"column 'a': expected finite numbers, got 1 infinite ones, the first in row 2\. Replace"):
        type_column(pl.Series("a", values))


def test_a_column_that_is_mostly_numbers_is_refused_unless_its_kind_is_told():
    values = pl.Series("a", [str(i / 7) for i in range(80)] + [f"word {i}" for i in range(20)])
    with pytest.raises(
        UnusableInput, match=r"column 'a': expected numbers or text, got 80% numbers and text such as 'word 0'.*--types a=number"
    ):
        type_column(values)
    assert type_column(values, told="number").values.null_count() == 20
    assert type_column(values, told="category").column.kind == "category"
    assert type_column(pl.Series("cabin", [str(i % 30) for i in range(80)] + [f"{i % 5}B" for i in range(20)])).column.kind == "category"
