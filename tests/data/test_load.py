"""`fathom.load`: one small table, in every shape that people have it in, gives one dataset."""

import gzip
import hashlib
import json

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fathom.core.exceptions import UnusableInput
from fathom.data.dataset import Dataset
from fathom.data.load import load

N = 24
TABLE = pl.DataFrame(
    {
        "age": [float(20 + i * 7 % 50) if i % 8 else None for i in range(N)],
        "city": [["Rome", "Oslo", "Köln"][i % 3] for i in range(N)],
        "member": [i % 2 == 0 for i in range(N)],
        "since": [f"20{10 + i % 9}-0{1 + i % 9}-1{i % 9}" for i in range(N)],
        "churned": [["no", "yes"][i % 4 == 0] for i in range(N)],
    }
)


def text(separator=",", comma=False):
    rows = [separator.join(TABLE.columns)]
    for age, city, member, since, churned in TABLE.rows():
        shown = "" if age is None else f"{age}".replace(".", "," if comma else ".")
        rows.append(separator.join([shown, f'"{city}"', str(member), since, churned]))
    return "\n".join(rows) + "\n"


FILES = {
    "a.csv": text().encode(),
    "windows.csv": text().replace("\n", "\r\n").encode("cp1252"),
    "mac.csv": text().replace("\n", "\r").encode(),
    "marked.csv": text().encode("utf-8-sig"),
    "wide.csv": text().encode("utf-16"),
    "semicolon.csv": text(";", comma=True).encode(),
    "tabs.tsv": text("\t").encode(),
    "tabs.txt": text("\t").encode(),
    "bars.csv": text("|").encode(),
    "spaces.dat": text(" ").encode(),
    "spaced.csv": text().replace(",", ", ").replace('"', "").encode(),
    "packed.csv.gz": gzip.compress(text().encode()),
    "blank_end.csv": (text() + "\n\n").encode(),
    "blank_middle.csv": text().replace("\n", "\n\n", 3).encode(),
    "a.jsonl": "".join(json.dumps(row) + "\n" for row in TABLE.to_dicts()).encode(),
    "a.json": json.dumps(TABLE.to_dicts()).encode(),
}


def check(data: Dataset):
    assert data.table.get_column("age").to_list() == TABLE.get_column("age").to_list()
    assert data.table.get_column("city").to_list() == TABLE.get_column("city").to_list()
    assert data.table.get_column("member").to_list() == TABLE.get_column("member").to_list()
    assert data.table.get_column("since").dt.strftime("%Y-%m-%d").to_list() == TABLE.get_column("since").to_list()
    assert data.y.tolist() == [int(i % 4 == 0) for i in range(N)]
    assert [c.kind for c in data.columns] == ["number", "category", "boolean", "date", "category"]
    assert data.table.columns == [c.name for c in data.columns]
    assert data.rows.tolist() == list(range(N))


@pytest.mark.parametrize("name", FILES)
def test_every_file_gives_the_same_table(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(FILES[name])
    data = load(path, target="churned")
    check(data)
    assert data.name == name.split(".")[0]
    assert data.path == str(path)
    unpacked = gzip.decompress(FILES[name]) if name.endswith(".gz") else FILES[name]
    assert data.digest == hashlib.blake2b(unpacked, digest_size=32).hexdigest()


def test_parquet(tmp_path):
    TABLE.write_parquet(tmp_path / "a.parquet")
    check(load(tmp_path / "a.parquet", "churned"))
    (tmp_path / "a.parquet").rename(tmp_path / "no_suffix")
    check(load(str(tmp_path / "no_suffix"), "churned"))


@pytest.mark.parametrize(
    "frame",
    [
        TABLE,
        TABLE.lazy(),
        TABLE.with_columns(pl.col("city").cast(pl.Categorical), pl.col("since").str.to_date()),
        pd.DataFrame(TABLE.to_dict(as_series=False)),
        pd.DataFrame(TABLE.to_dict(as_series=False)).astype({"city": "category", "since": "datetime64[ns]"}),
        pd.DataFrame(TABLE.to_dict(as_series=False)).assign(since=lambda d: pd.to_datetime(d["since"]).dt.tz_localize("UTC")),
        TABLE.to_dict(as_series=False),
        TABLE.to_dicts(),
        {c: TABLE.get_column(c).to_numpy() for c in TABLE.columns},
    ],
    ids=["polars", "lazy", "typed polars", "pandas", "typed pandas", "zoned pandas", "lists", "records", "arrays"],
)
def test_every_frame_gives_the_same_table(frame):
    data = load(frame, target="churned", name="mine")
    check(data)
    assert data.name == "mine"
    assert len(data.digest) == 64


X = np.arange(60.0).reshape(20, 3)


def test_arrays():
    data = load((X, np.arange(20) % 2))
    assert data.table.columns == ["x0", "x1", "x2", "y"]
    assert data.target.kind == "binary"
    assert data.table.get_column("x1").to_list() == X[:, 1].tolist()
    assert load((X, [["a"], ["b"]] * 10)).target.classes == ("a", "b")
    assert load((X.reshape(20, 3, 1), np.linspace(0, 1, 20))).notes == {"shape": "3x1"}
    assert load((X.astype(np.float16), np.arange(20) % 2)).table.get_column("x0").dtype == pl.Float64
    assert load((np.array([["a", 1], ["b", 2]] * 10, dtype=object), np.arange(20) % 2)).columns[0].kind == "category"
    assert load((X[:, 0], np.arange(20) % 2)).table.columns == ["x0", "y"]
    assert load((X, np.arange(20) % 2)).digest != load((X + 1, np.arange(20) % 2)).digest


def test_npz(tmp_path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, X=X, y=np.arange(20) % 2)
    assert load(path).table.columns == ["x0", "x1", "x2", "y"]
    np.savez(path, x_train=X[:12], y_train=np.arange(12) % 2, x_test=X[12:], y_test=np.arange(8) % 2)
    data = load(path)
    assert data.table.get_column("role").to_list() == ["train"] * 12 + ["test"] * 8
    assert data.column_for("role") == "role"
    np.savez(path, age=X[:, 0] * 3.5, pixels=X, label=np.arange(20) % 2)
    assert load(path, "label").table.columns == ["age", "pixels0", "pixels1", "pixels2", "label"]


def test_a_dataset_is_taken_as_it_is():
    data = load(TABLE, "churned")
    assert load(data) is data


def test_uses():
    frame = TABLE.with_columns(patient=pl.Series([i // 3 for i in range(N)]), code=pl.Series([f"r{i}" for i in range(N)]))
    data = load(frame, "churned", group="patient", time="since", id="code", ignore=["city"])
    assert {c.name: c.use for c in data.columns if c.use not in ("input", "target")} == {"since": "time", "patient": "group", "code": "id"}
    assert "city" not in data.table.columns
    assert data.table.get_column("patient").to_list()[:4] == ["0", "0", "0", "1"]
    assert load(frame, "churned", ignore="city").columns == load(frame, "churned", ignore=("city",)).columns


def test_a_role_column_is_seen():
    frame = TABLE.with_columns(split=pl.Series(["train"] * 12 + ["val"] * 6 + ["test"] * 6))
    data = load(frame, "churned")
    assert data.column_for("role") == "split"
    assert "data.column.role" in [f.id for f in data.findings]
    named = frame.rename({"split": "fold"})
    assert load(named, "churned").column_for("role") is None
    assert load(named, "churned", role="fold").column_for("role") == "fold"


def test_rows_without_a_target_are_left_out_and_counted():
    frame = TABLE.with_columns(churned=pl.Series([None if i < 3 else "yes" if i % 4 == 0 else "no" for i in range(N)]))
    data = load(frame, "churned")
    assert len(data) == N - 3
    assert data.rows.tolist() == list(range(3, N))
    (found,) = [f for f in data.findings if f.id == "data.target.missing"]
    assert found.what == "3 of 24 rows have no target ('churned') and are left out."


def test_a_file_of_people(tmp_path):
    """Ids, money, text, dates, dirt: every column gets its kind, and every assumption is said."""
    lines = [" id ,Paid,Notes,When,Level,,y"]
    for i in range(40):
        paid = "unknown" if i == 5 else f'"$1,{i + 100}.50"'
        lines.append(
            f"{i + 1},{paid},the customer number {i} called us twice,{i % 27 + 1}/{i % 12 + 1}/2024,{'abc'[i % 3]},{i * 1.5},{i % 2}"
        )
    (tmp_path / "p.csv").write_text("\n".join(lines))
    data = load(tmp_path / "p.csv", "y")
    kinds = {c.name: (c.kind, c.use) for c in data.columns}
    assert kinds["id"] == ("identifier", "aside")
    assert kinds["Paid"] == ("number", "input")
    assert kinds["Notes"] == ("text", "input")
    assert kinds["When"] == ("date", "input")
    assert kinds["Unnamed: 5"] == ("number", "input")
    assert {"data.column.identifier", "data.column.mixed", "data.text.beside"} <= {f.id for f in data.findings}
    assert data.table.get_column("Paid").null_count() == 1


def test_quotes_and_new_lines_in_fields(tmp_path):
    rows = "".join(f'{i * 1.5},"a, ""b""\nc",{i % 2}\n' if i % 2 else f"{i * 1.5},d,{i % 2}\n" for i in range(20))
    (tmp_path / "q.csv").write_text("x,w,y\n" + rows)
    assert load(tmp_path / "q.csv", "y").table.get_column("w")[1] == 'a, "b"\nc'


def test_a_lone_quote_is_a_character(tmp_path):
    rows = "".join(f'{i * 1.5},5" pipe{i % 3},{i % 2}\n' for i in range(20)) + '3,"x,1\n'
    (tmp_path / "q.csv").write_text("x,w,y\n" + rows)
    data = load(tmp_path / "q.csv", "y")
    assert len(data) == 21
    assert data.table.get_column("w")[0] == '5" pipe0'


def test_thousands_of_columns(tmp_path):
    x = np.random.default_rng(0).normal(size=(30, 3_000)).round(3)
    frame = pl.DataFrame(x, schema=[f"c{i}" for i in range(3_000)]).with_columns(y=pl.Series([i % 2 for i in range(30)]))
    frame.write_csv(tmp_path / "w.csv")
    data = load(tmp_path / "w.csv", "y")
    assert len(data.inputs) == 3_000
    assert np.array_equal(data.table.drop("y").to_numpy()[:, :-1], x[:, :-1])


cells = st.one_of(st.floats(-1e9, 1e9), st.none())


@given(st.lists(st.tuples(cells, cells, st.sampled_from(["u", "v,w", 'say "x"', "ä\nö"])), min_size=12, max_size=30))
@settings(max_examples=30, deadline=None)
def test_what_is_written_is_read_back(tmp_path_factory, rows):
    frame = pl.DataFrame(rows, schema={"a": pl.Float64, "b": pl.Float64, "w": pl.String}, orient="row")
    frame = frame.with_columns(k=pl.Series([1.5, 2.5] * len(rows)).head(len(rows)), y=pl.Series([0, 1] * len(rows)).head(len(rows)))
    path = tmp_path_factory.mktemp("t") / "a.csv"
    frame.write_csv(path)
    back = load(path, "y", types={"a": "number", "b": "number", "w": "category"}).table
    for name in ("a", "b", "w"):
        assert back.get_column(name).to_list() == frame.get_column(name).to_list()


PEOPLE = TABLE.write_csv()
REFUSED = {
    "no such file": ("chrn.csv", None, {"churn.csv": PEOPLE}, "no such file. Did you mean 'churn.csv'."),
    "a folder": ("sub", None, {"sub/a.csv": PEOPLE}, "one folder for each class, got a folder of 1 other file"),
    "empty": ("a.csv", "y", {"a.csv": ""}, "got an empty file"),
    "blank": ("a.csv", "y", {"a.csv": " \n\n"}, "got an empty file"),
    "header only": ("a.csv", "y", {"a.csv": "x,y\n"}, "rows under the header, got a header only"),
    "binary": ("a.csv", "y", {"a.csv": bytes(range(256)) * 9}, "got binary data"),
    "random": ("a.csv", "y", {"a.csv": np.random.default_rng(0).bytes(3000)}, "got binary data"),
    "excel": ("a.csv", "y", {"a.csv": b"PK\x03\x04 and more"}, "got an Excel or zip file. Save it as CSV."),
    "pickle": ("a.pkl", "y", {"a.pkl": b"\x80\x04\x95 and more"}, "never opened"),
    "long row": ("a.csv", "y", {"a.csv": "x,y\n1,2\n3,4,5\n6,7\n"}, "line 3: expected 2 fields as the header has, got 3 fields"),
    "short row": ("a.csv", "y", {"a.csv": "x,w,y\n1,2,3\n\n4,5\n6,7,8\n"}, "line 4: expected 3 fields as the header has, got 2 fields"),
    "short row after quotes": ("a.csv", "y", {"a.csv": 'x,w,y\n1,"a\nb",3\n4,5\n'}, "line 4: expected 3 fields"),
    "names twice": ("a.csv", "y", {"a.csv": "x, x ,y\n1,2,3\n"}, "column names that differ, got 'x' more than once"),
    "no target": ("a.csv", None, {"a.csv": "x,w,y\n1,2,3\n"}, "got none. Take one of x, w, y."),
    "target not there": ("a.csv", "churnd", {"a.csv": PEOPLE}, "'churnd', which is not there. Did you mean 'churned'."),
    "target far off": ("a.csv", "q", {"a.csv": PEOPLE}, "Take one of age, city, member, since, churned"),
    "3 rows": ("a.csv", "y", {"a.csv": "x,y\n1.5,0\n2,1\n2,0\n4,1\n"}, "at least 10 rows with a target, got 4 rows"),
    "one class": (
        "a.csv",
        "y",
        {"a.csv": "x,y\n" + "".join(f"{i * 1.5},a\n" for i in range(20))},
        "one class only ('a'; empty cells and NA count as missing)",
    ),
    "constant": ("a.csv", "y", {"a.csv": "x,y\n" + "".join(f"3,{i % 2}\n" for i in range(20))}, "got 1 constant inputs"),
    "no input": ("a.csv", "y", {"a.csv": "id,y\n" + "".join(f"{i},{i % 2}\n" for i in range(20))}, "none (left aside: id)"),
    "only a target": ("a.csv", "y", {"a.csv": "y\n" + "".join(f"{i % 2}\n" for i in range(20))}, "only the target"),
    "damaged gzip": ("a.csv.gz", "y", {"a.csv.gz": gzip.compress(PEOPLE.encode())[:-20]}, "got a damaged one"),
    "damaged parquet": ("a.parquet", "y", {"a.parquet": b"PAR1 and more"}, "a Parquet file that is whole"),
    "damaged npz": ("a.npz", "y", {"a.npz": b"PK\x03\x04 and more"}, "an NPZ archive that is whole"),
    "json line": ("a.jsonl", "y", {"a.jsonl": '{"a": 1}\n\n{"a": }\n'}, "line 3: expected a JSON object"),
    "json list line": ("a.jsonl", "y", {"a.jsonl": '{"a": 1}\n[1]\n'}, "line 2: expected a JSON object, got a list"),
    "utf-16 that is none": ("a.csv", "y", {"a.csv": b"\xff\xfea\x00,\x00b"}, "utf-16-le as its first bytes say"),
}


@pytest.mark.parametrize(("name", "target", "files", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path, monkeypatch, name, target, files, words):
    monkeypatch.chdir(tmp_path)
    for file, content in files.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UnusableInput) as caught:
        load(name, target)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


ODD = [
    ((X, np.arange(19)), "as many rows in X as values in y, got 20 and 19"),
    ((X, np.eye(20)), "shape (20, 20). Decode one-hot rows"),
    (([[1], [1, 2]], [0, 1]), "rows of one length"),
    ((X.astype(complex), np.arange(20) % 2), "got values of type complex128"),
    ({"a": [1, 2], "y": [1]}, "columns of one length, got a 2, y 1"),
    (pl.DataFrame(), "rows and columns, got 0 rows and 0 columns"),
    (pd.DataFrame([[1, 2]], columns=["a", "a"]), "'a' more than once"),
    (pd.DataFrame({"a": []}), "expected rows, got none"),
    (pl.DataFrame({"a": [1], "a ": [1]}), "'a' more than once"),
    ({1, 2}, "got set"),
    (None, "got NoneType"),
]


@pytest.mark.parametrize(("source", "words"), ODD, ids=[words for _, words in ODD])
def test_what_is_no_table_is_refused(source, words):
    with pytest.raises(UnusableInput) as caught:
        load(source, "y")
    assert words in str(caught.value)


WRONG = [
    ({"group": "citi"}, "'citi', which is not there. Did you mean 'city'."),
    ({"ignore": ["agee"]}, "Did you mean 'age'."),
    ({"ignore": ["churned"]}, "a column with no other use, got 'churned' twice"),
    ({"time": "city"}, "a column of dates or numbers, got 'city' (category)"),
    ({"group": "city", "id": "city"}, "a column each, got one column twice"),
    ({"types": {"city": "colour"}}, "got 'colour'"),
    ({"kind": "regression"}, "numbers for a regression, got text ('yes', 'no')"),
]


@pytest.mark.parametrize(("options", "words"), WRONG, ids=[words for _, words in WRONG])
def test_wrong_options_are_refused(options, words):
    with pytest.raises(UnusableInput) as caught:
        load(TABLE, "churned", **options)
    assert words in str(caught.value)


def test_pickled_objects_in_an_archive_are_never_opened(tmp_path):
    np.savez(tmp_path / "a.npz", X=np.array([{}], dtype=object), y=np.zeros(1))
    with pytest.raises(UnusableInput, match="pickled objects, which are never opened"):
        load(tmp_path / "a.npz")


def test_a_bomb_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    from fathom.data.sources import npz, paths

    monkeypatch.setattr(paths, "MOST_BYTES", 1 << 20)
    monkeypatch.setattr(npz, "MOST_BYTES", 1 << 20)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"x,y\n" + b"0,0\n" * 1_000_000))
    with pytest.raises(UnusableInput, match="unpacked, got more"):
        load(tmp_path / "a.csv.gz", "y")
    np.savez_compressed(tmp_path / "a.npz", X=np.zeros((1_000, 1_000)), y=np.zeros(1_000))
    with pytest.raises(UnusableInput, match="unpacked"):
        load(tmp_path / "a.npz")


def test_an_encoding_that_was_guessed_and_a_header_of_numbers_are_said(tmp_path):
    (tmp_path / "a.csv").write_bytes(FILES["windows.csv"])
    assert load(tmp_path / "a.csv", "churned").findings[0].id == "data.file.encoding"
    (tmp_path / "b.csv").write_text("1.5,0\n" + "".join(f"{i * 1.5},{i % 2}\n" for i in range(20)))
    assert load(tmp_path / "b.csv", "0").findings[0].id == "data.file.header"


def test_samples_are_loaded_by_name():
    assert load("sample:wine").name == "wine"
    assert load("sample:wine", "cultivar").target.name == "cultivar"
    with pytest.raises(UnusableInput, match="'cultivar', the target of sample:wine"):
        load("sample:wine", "alcohol")
    with pytest.raises(UnusableInput, match="Did you mean 'wine'"):
        load("sample:wien")
