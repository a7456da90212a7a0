"""A table of predictions from any framework, read as errors by role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fathom.core.exceptions import UnusableInput
from fathom.core.expectations import did_you_mean, one_of, refuse, shown
from fathom.core.records.errors import Errors
from fathom.core.records.finding import Finding
from fathom.core.roles import ROLES, role_of

if TYPE_CHECKING:
    import polars as pl

SYNONYMS = {
    "role": ("role", "split", "subset", "set", "partition"),
    "truth": ("truth", "label", "target", "y_true", "actual", "y", "ground_truth"),
    "prediction": ("prediction", "predicted", "pred", "y_pred", "yhat", "y_hat", "output"),
    "group": ("group", "groups"),
    "weight": ("weight", "sample_weight"),
    "source": ("source", "origin", "domain"),
}
"""Column names as people write them, the first one ours; compared without case."""

KEPT = ("group", "source")
"""Columns that stay in the tables, under these names."""

PROBABILITY = ("p_", "prob_", "proba_")
SUM_WITHIN = 1e-3
"""How far from 1 probabilities may sum: files hold them rounded to three digits or more."""

FEW = 20
"""Distinct whole numbers up to which a truth column reads as classes."""


@dataclass(frozen=True)
class Predictions:
    """Errors, truth (classes or numbers) and sources by role; `scale` is the baseline's error of a regression, None for classes.

    `tables` holds all that the file has by role: truth, prediction, error, weight, p_<class>, group, source, and its other columns.
    """

    errors: Mapping[str, Errors]
    kind: str
    scale: float | None = None
    findings: tuple[Finding, ...] = ()
    truth: Mapping[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    sources: Mapping[str, np.ndarray[Any, Any]] = field(default_factory=dict)


def read_predictions(path: str | Path, *, kind: str | None = None) -> Predictions:
    """Read a CSV, TSV, Parquet, JSONL or JSON file with one row an example.

    Args:
        path: the file; columns role, truth, prediction (or p_<class> for each class), group, weight and source if there.
        kind: "class" or "regression"; detected where None.

    Raises:
        UnusableInput: no such file, not a table, a column is missing, or values that are no predictions.
    """
    return of_table(table_of(Path(path)), kind=kind, name=Path(path).name)


def table_of(path: Path) -> pl.DataFrame:
    """The table in a file."""
    import polars as pl

    if not path.exists():
        near = did_you_mean(path.name, [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else [])
        raise refuse(f"file '{path}'", expected="a predictions file", got="no such file", fix=near)
    if not path.stat().st_size:
        raise refuse(f"file '{path}'", expected="a predictions file", got="an empty file")
    if _starts_as_utf16(path):
        raise refuse(f"file '{path}'", expected="the encoding UTF-8", got="UTF-16", fix="save it in the encoding UTF-8")
    readers: dict[str, Any] = {".parquet": pl.read_parquet, ".jsonl": pl.read_ndjson, ".ndjson": pl.read_ndjson, ".json": pl.read_json}
    try:
        reader = readers.get(path.suffix.lower())
        table = reader(path) if reader else pl.read_csv(path, separator=_separator(path), infer_schema_length=None)
    except (pl.exceptions.PolarsError, UnicodeDecodeError, OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0][:120]
        fix = "save it in the encoding UTF-8" if "utf-8" in reason.lower() else ""
        got = f"what does not read as one ({reason})"
        raise refuse(f"file '{path}'", expected="a table in CSV, TSV, Parquet or JSONL", got=got, fix=fix) from None
    if not table.height:
        raise refuse(f"file '{path}'", expected="one row an example", got="a header only")
    return table


def _starts_as_utf16(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) in (b"\xff\xfe", b"\xfe\xff")


def _separator(path: Path) -> str:
    """The delimiter that the header has most of."""
    with path.open("rb") as file:
        header = file.readline(1_000_000)
    return max(",;\t|", key=lambda mark: header.count(mark.encode()))


def of_table(table: pl.DataFrame, *, kind: str | None = None, name: str = "table") -> Predictions:
    """As `read_predictions`, of a polars frame.

    Example:
        >>> import polars as pl
        >>> rows = {"split": ["train", "train", "val"], "label": ["a", "b", "a"], "pred": ["a", "b", "b"]}
        >>> found = of_table(pl.DataFrame(rows))
        >>> {role: errors.rate for role, errors in found.errors.items()}
        {'train': 0.0, 'dev': 1.0}
    """
    import polars.selectors as cs

    columns = _columns(table, name)
    table = table.with_columns(cs.float().fill_nan(None))
    table, findings = _complete(table, columns["truth"])
    kind = one_of("kind", kind, ("class", "regression")) if kind is not None else _kind(table, columns)
    roles = _roles(table.get_column(columns["role"]))
    scale = None
    if kind == "regression":
        value, scale = _regression(table, columns, roles)
    else:
        value = _wrong(table, columns)
    weight, group = (table.get_column(columns[c]).to_numpy() if c in columns else None for c in ("weight", "group"))
    column = table.get_column(columns["truth"])
    labels = labels_as_text(column) if scale is None else column.to_numpy()
    rows_of = {role: roles == role for role in ROLES if (roles == role).any()}
    errors = {r: Errors.of(value[rows], *(None if v is None else v[rows] for v in (weight, group))) for r, rows in rows_of.items()}
    whole = _whole(table, columns, labels, value)
    return Predictions(
        errors,
        kind,
        scale,
        findings,
        truth={r: labels[rows] for r, rows in rows_of.items()},
        tables={r: whole.filter(rows) for r, rows in rows_of.items()},
        sources=_sources(table, columns, rows_of),
    )


def _whole(table: pl.DataFrame, columns: Mapping[str, str], labels: np.ndarray[Any, Any], value: np.ndarray[Any, Any]) -> pl.DataFrame:
    """The table with our names: truth, prediction, error, weight, p_<class> and group, and the others as they are."""
    import polars as pl

    chances = probabilities(table)
    ours = {theirs: name for name, theirs in columns.items() if name in KEPT} | {c: f"p_{name}" for name, c in chances.items()}
    others = table.drop([c for name, c in columns.items() if name not in KEPT]).rename(ours)
    given = table.get_column(columns["prediction"]) if "prediction" in columns else None
    if labels.dtype.kind != "U":
        predicted = table.get_column(columns["prediction"]).to_numpy()
    else:
        predicted = labels_as_text(given) if given is not None else _most_probable(table, chances, labels)
    weight = table.get_column(columns["weight"]).to_numpy() if "weight" in columns else np.ones(table.height)
    made = {"truth": labels, "prediction": predicted, "error": value, "weight": weight}
    return others.drop([c for c in made if c in others.columns]).with_columns(**{k: pl.Series(v) for k, v in made.items()})


def _sources(table: pl.DataFrame, columns: Mapping[str, str], rows_of: Mapping[str, np.ndarray[Any, Any]]) -> dict[str, Any]:
    """Where each example comes from, by role; {} where no column says so."""
    if "source" not in columns:
        return {}
    names = table.get_column(columns["source"]).cast(str).fill_null("(unknown)").to_numpy()
    return {role: names[rows] for role, rows in rows_of.items()}


def _columns(table: pl.DataFrame, name: str) -> dict[str, str]:
    """Our name -> theirs."""
    lower = {c.strip().lower(): c for c in table.columns}
    found = {ours: lower[theirs] for ours, all_theirs in SYNONYMS.items() for theirs in reversed(all_theirs) if theirs in lower}
    needed = ["role", "truth", *([] if probabilities(table) else ["prediction"])]
    for ours in needed:
        if ours not in found:
            raise refuse(
                f"'{name}'",
                expected=f"a column {ours} (or {', '.join(SYNONYMS[ours][1:])})",
                got=f"columns {shown(table.columns)}",
                fix="each row needs role, truth, and prediction or p_<class>",
            )
    return found


def probabilities(table: pl.DataFrame) -> dict[str, str]:
    """Class -> the column of its probability."""
    found = {}
    for column in table.columns:
        prefix = next((p for p in PROBABILITY if column.lower().startswith(p) and len(column) > len(p)), None)
        if prefix and table.schema[column].is_numeric():
            found[column[len(prefix) :]] = column
    return found


def _complete(table: pl.DataFrame, truth: str) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Without the rows that have no truth, and a finding that counts them."""
    kept = table.filter(table.get_column(truth).is_not_null())
    missing = table.height - kept.height
    if not kept.height:
        raise refuse(f"column '{truth}'", expected="the truth of each example", got="no value at all")
    if not missing:
        return table, ()
    what = f"{missing:,} of {table.height:,} rows have no truth and are left out."
    return kept, (Finding(id="diagnosis.predictions.no_truth", severity="warning", what=what, evidence={"rows": missing}),)


def _kind(table: pl.DataFrame, columns: Mapping[str, str]) -> str:
    """Numbers with fractions, or many different ones, are a regression; all else is classes."""
    truth = table.get_column(columns["truth"])
    if probabilities(table) or not truth.dtype.is_numeric() or not table.get_column(columns["prediction"]).dtype.is_numeric():
        return "class"
    values = truth.to_numpy().astype(np.float64)
    both = np.concatenate([values, table.get_column(columns["prediction"]).to_numpy().astype(np.float64)])
    whole = bool((both == np.floor(both)).all())
    return "class" if whole and len(np.unique(values)) <= FEW else "regression"


def _roles(column: pl.Series) -> np.ndarray[Any, Any]:
    """Our role of each row, (n,)."""
    if column.null_count():
        raise refuse(f"column '{column.name}'", expected="a role in each row", got=f"{column.null_count():,} rows without one")
    words = column.cast(str).to_numpy()
    known = {word: role_of(word) for word in np.unique(words)}
    return np.array([known[word] for word in words])


def _regression(table: pl.DataFrame, columns: Mapping[str, str], roles: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], float]:
    """|y - prediction| over mean |y - median of train y| over train, and that mean."""
    if "prediction" not in columns:
        raise refuse("predictions", expected="a column prediction for a regression", got="none")
    y, predicted = (_numbers(table, columns[c]) for c in ("truth", "prediction"))
    train = y[roles == "train"]
    if not len(train):
        raise refuse("predictions", expected="rows of train: a regression's errors are shares of the baseline's", got="none")
    scale = float(np.abs(train - np.median(train)).mean())
    if not scale > 0:
        raise refuse("truth", expected="numbers that differ over train", got="one value")
    return np.abs(y - predicted) / scale, scale


def _numbers(table: pl.DataFrame, column: str) -> np.ndarray[Any, Any]:
    series = table.get_column(column)
    if not series.dtype.is_numeric():
        raise refuse(f"column '{column}'", expected="numbers for a regression", got=str(series.dtype))
    values = series.to_numpy().astype(np.float64)
    if not np.isfinite(values).all():
        raise refuse(f"column '{column}'", expected="a finite number in each row", got=f"{(~np.isfinite(values)).sum():,} that are none")
    return values


def _wrong(table: pl.DataFrame, columns: Mapping[str, str]) -> np.ndarray[Any, Any]:
    """1 where the prediction is not the truth, else 0; (n,)."""
    truth = labels_as_text(table.get_column(columns["truth"]))
    by_class = probabilities(table)
    if by_class:
        _check_probabilities(table, by_class)
    if "prediction" not in columns:
        return (_most_probable(table, by_class, truth) != truth).astype(np.float64)
    series = table.get_column(columns["prediction"])
    if series.null_count():
        raise refuse(f"column '{series.name}'", expected="a prediction in each row", got=f"{series.null_count():,} rows without one")
    predicted = labels_as_text(series)
    if not np.isin(predicted, truth).any():
        got = f"{shown(np.unique(predicted), 4)} for the truths {shown(np.unique(truth), 4)}"
        raise refuse(f"column '{series.name}'", expected="labels as in truth", got=got, fix="for a regression add --kind regression")
    return (predicted != truth).astype(np.float64)


def labels_as_text(series: pl.Series) -> np.ndarray[Any, Any]:
    """Labels as text; 1 and 1.0 are the same, and so are True and 'true'."""
    if series.dtype.is_float():
        return np.array([f"{v:g}" if v == int(v) else repr(v) for v in series.to_list()])
    text = series.cast(str).str.strip_chars()
    words = text.to_numpy()
    lower = np.char.lower(words.astype(str))
    return lower if set(np.unique(lower)) <= {"true", "false"} else words.astype(str)


def _check_probabilities(table: pl.DataFrame, by_class: Mapping[str, str]) -> None:
    values = table.select(list(by_class.values())).to_numpy().astype(np.float64)
    outside = ~(np.isfinite(values) & (values >= 0) & (values <= 1)).all(axis=1)
    off = np.abs(values.sum(axis=1) - 1) > SUM_WITHIN if len(by_class) > 1 else np.zeros(len(values), bool)
    for bad, expected in ((outside, "probabilities from 0 to 1"), (off, "probabilities that sum to 1")):
        if bad.any():
            row = int(np.argmax(bad))
            got = f"{shown([f'{v:g}' for v in values[row]], 4)} in row {row + 1:,} ({bad.sum():,} such rows)"
            raise refuse("p_<class>", expected=expected, got=got, fix="logits need a softmax first")


def _most_probable(table: pl.DataFrame, by_class: Mapping[str, str], truth: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The class with the largest probability; of one column, the class at 1/2 and above, else the other one."""
    classes = list(by_class)
    unknown = sorted(set(np.unique(truth)) - set(classes))
    values = table.select(list(by_class.values())).to_numpy()
    if len(classes) == 1:
        if len(unknown) != 1:
            raise refuse("p_<class>", expected="a column for each class", got=f"p_{classes[0]} alone, truths {shown(np.unique(truth), 4)}")
        return np.where(values[:, 0] >= 0.5, classes[0], unknown[0])
    if unknown:
        raise UnusableInput(f"p_<class>: expected a column for each class, got none for {shown(unknown, 4)}.")
    return np.array(classes)[values.argmax(axis=1)]
