"""What is to be predicted: classes or a number, found from the target's values or told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fathom.core.expectations import one_of, refuse, shown
from fathom.core.records.column import Column
from fathom.core.records.finding import Finding
from fathom.core.records.target import Kind, Target
from fathom.data.reading.columns import different
from fathom.data.reading.missing import LABEL_MARKERS, without_markers
from fathom.data.reading.numerals import ENOUGH, decide_reading
from fathom.data.reading.positive import order_of_two
from fathom.data.reading.values import LARGEST, count_unread, number_text, read

if TYPE_CHECKING:
    import polars as pl

KINDS = ("binary", "multiclass", "regression", "classification")
"""What a user may say; 'classification' is binary or multiclass by the number of classes."""

MOST_CODES = 20
"""Whole numbers with more different values than this are a quantity, not classes."""

DOUBTFUL_CODES = 100
"""Whole numbers with more different values than this are a quantity beyond doubt: nothing is said."""

ROWS_A_CODE = 5
"""Whole numbers are classes only where each stands for at least this many rows on average."""


@dataclass(frozen=True)
class Settled:
    """A target with its column; `values` has null where a row has no usable target."""

    target: Target
    column: Column
    values: pl.Series
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Labels:
    """A target's values before its kind is known: text of labels, and the numbers where they are numbers."""

    text: pl.Series
    numbers: pl.Series | None
    dtype: Any
    reading: str


def settle(raw: pl.Series, kind: str | None = None, comma_free: bool = False) -> Settled:
    """Find (or take) the kind of a target, its classes in order, and its values.

    Rules: text and booleans are classes; numbers with fractional parts are a quantity; whole numbers are classes where two
    values occur, or at most 20 with at least 5 rows each on average and none alone, else a quantity. Classes are in numeric or
    alphabetical order; of two the positive one is last (yes, true, 1, positive and the like, else the rarer).

    Args:
        raw: (n,) the target's column as the source gave it.
        kind: "binary", "multiclass", "regression" or "classification"; None finds it.
        comma_free: see `Raw`.

    Raises:
        UnusableInput: one class only, a class with a single example, text for a regression, dates or lists.
    """
    if kind is not None:
        kind = one_of("kind", str(kind).lower().replace("multi-class", "multiclass"), KINDS)
    labels = _labels(raw, kind, comma_free)
    if not labels.text.len() - labels.text.null_count():
        raise refuse(f"target '{raw.name}'", expected="values", got="none in any row")
    chosen, assumed = (kind, "") if kind else _detect(labels)
    if chosen == "regression":
        return _regression(raw, labels, assumed)
    return _classes(raw, labels, chosen, assumed)


def _labels(raw: pl.Series, kind: str | None, comma_free: bool) -> _Labels:
    import polars as pl

    name = raw.name
    if raw.dtype in (pl.Categorical, pl.Enum):
        raw = raw.cast(pl.String)
    if raw.dtype == pl.Boolean:
        return _Labels(raw.cast(pl.String), None, "boolean", "true/false")
    if raw.dtype.is_numeric():
        numbers = raw.cast(pl.Float64).fill_nan(None)
        finite = pl.select(pl.when(numbers.is_finite()).then(numbers)).to_series().alias(name)
        return _Labels(number_text(finite), finite, "float" if raw.dtype.is_float() else "integer", "numeric")
    if raw.dtype == pl.Null:
        return _Labels(raw.cast(pl.String), None, "string", "")
    if raw.dtype != pl.String:
        raise refuse(f"target '{name}'", expected="labels or numbers", got=str(raw.dtype).split("(")[0].lower())
    return _from_text(raw, kind, comma_free)


def _from_text(raw: pl.Series, kind: str | None, comma_free: bool) -> _Labels:
    """Labels in text: true/false, numbers however they are written, or words."""
    text = without_markers(raw, LABEL_MARKERS)
    values, counts = different(raw)
    words = set(values.str.to_lowercase()) if 0 < len(values) <= 6 else set()
    if words and words <= {"true", "false"}:
        return _Labels(text.str.to_lowercase(), None, "boolean", "true/false")
    reading = decide_reading(values, counts, comma_free)
    padded = bool(values.str.contains(r"^0\d").any())
    few = len(values) <= MOST_CODES and kind != "regression"
    if not len(values) or reading.share < (1.0 if few else ENOUGH) or (padded and kind != "regression"):
        return _Labels(text, None, "string", "")
    if few and without_markers(raw, LABEL_MARKERS).n_unique() - (text.null_count() > 0) > len(values):
        return _Labels(text, None, "string", "")  # a '-' or 'none' among numbers is a label of its own
    numbers = read(raw, Column(name=raw.name, kind="number", reading=reading.name))
    whole = bool(values.str.contains(r"^[-+]?\d+$").all())
    return _Labels(number_text(numbers), numbers, "integer" if whole else "float", reading.name or "numeric")


def _detect(labels: _Labels) -> tuple[str, str]:
    """The kind, and what was assumed where whole numbers could be either."""
    if labels.numbers is None:
        return "classification", ""
    numbers = labels.numbers.drop_nulls()
    values = numbers.value_counts()
    u, rarest = values.height, int(values.get_column("count").min() or 0)  # type: ignore[arg-type]
    if u == 2:
        return "classification", ""
    if not bool((numbers == numbers.floor()).all()):
        return "regression", ""
    if u <= MOST_CODES and rarest >= 2 and len(numbers) >= ROWS_A_CODE * u:
        return "classification", f"holds whole numbers with {u} different values; they are taken as classes"
    doubtful = u <= DOUBTFUL_CODES
    return "regression", f"holds whole numbers with {u:,} different values; they are taken as a quantity" if doubtful else ""


def _regression(raw: pl.Series, labels: _Labels, assumed: str) -> Settled:
    name = raw.name
    if labels.numbers is None:
        examples = labels.text.drop_nulls().unique(maintain_order=True).head(3).to_list()
        raise refuse(
            f"target '{name}'", expected="numbers for a regression", got=f"text ({shown(map(repr, examples))})", fix="leave kind out"
        )
    if labels.numbers.drop_nulls().n_unique() < 2:
        raise refuse(f"target '{name}'", expected="at least two different values", got=f"only {labels.numbers.drop_nulls()[0]:g}")
    largest = float(labels.numbers.drop_nulls().abs().to_numpy().max())
    if largest > LARGEST:
        fix = "take its logarithm, or another unit"
        raise refuse(f"target '{name}'", expected=f"numbers up to {LARGEST:g}, whose squares can be summed", got=f"{largest:g}", fix=fix)
    target = Target(name=name, kind="regression", dtype=labels.dtype)
    reading = "" if labels.reading == "numeric" else labels.reading
    column = Column(name=name, kind="number", use="target", reading=reading)
    other = "kind='multiclass' takes them as classes"
    findings = [*_assumed(name, assumed, other), *_odd(raw, labels.numbers)]
    return Settled(target, column, labels.numbers.alias(name), tuple(findings))


def _odd(raw: pl.Series, numbers: pl.Series) -> list[Finding]:
    count = count_unread(raw, numbers)
    if not count:
        return []
    what = f"target '{raw.name}': {count:,} of {len(raw):,} values are no finite numbers; those rows are left out."
    return [Finding(id="data.target.unreadable", severity="warning", what=what, where=raw.name, evidence={"count": count})]


def _same_but_for_case(name: str, classes: list[str]) -> list[Finding]:
    """Labels as 'yes' and 'Yes', which a net can only guess between."""
    by_fold: dict[str, list[str]] = {}
    for label in classes:
        by_fold.setdefault(label.casefold(), []).append(label)
    twins = [label for same in by_fold.values() if len(same) > 1 for label in same]
    if not twins:
        return []
    what = f"target '{name}': classes differ in case alone ({shown(map(repr, twins))}); each counts as a class of its own."
    fix = "Write them alike if they mean the same."
    return [Finding(id="data.target.case", severity="warning", what=what, where=name, evidence={"classes": twins}, fix=fix)]


def _classes(raw: pl.Series, labels: _Labels, kind: str, assumed: str) -> Settled:
    name = raw.name
    counts = labels.text.drop_nulls().alias("label").value_counts()
    by_label = dict(zip(counts.get_column("label").to_list(), counts.get_column("count").to_list(), strict=True))
    _check_classes(name, kind, by_label, labels)
    ordered = sorted(by_label, key=float) if labels.numbers is not None else sorted(by_label)
    findings = _assumed(name, assumed, "kind='regression' takes them as a quantity")
    if len(ordered) == 2 and labels.numbers is None:
        ordered, why = order_of_two(ordered, by_label)
        findings += _positive(name, ordered, why)
    findings += _same_but_for_case(name, ordered)
    found: Kind = "binary" if len(ordered) == 2 and kind != "multiclass" else "multiclass"
    target = Target(name=name, kind=found, classes=tuple(ordered), dtype=labels.dtype)
    column = Column(name=name, kind="category", use="target", reading=labels.reading)
    return Settled(target, column, labels.text.alias(name), tuple(findings))


def _check_classes(name: str, kind: str, by_label: dict[str, int], labels: _Labels) -> None:
    where = f"target '{name}'"
    if len(by_label) < 2:
        raise refuse(
            where, expected="at least two classes", got=f"one class only ('{next(iter(by_label))}'; empty cells and NA count as missing)"
        )
    if kind == "binary" and len(by_label) != 2:
        raise refuse(where, expected="two classes for kind 'binary'", got=f"{len(by_label)} ({shown(sorted(by_label), 5)})")
    alone = sorted(label for label, count in by_label.items() if count == 1)
    if not alone:
        return
    n = sum(by_label.values())
    if len(by_label) > max(MOST_CODES, n / 2):
        fix = "take them as a quantity by kind='regression'" if labels.numbers is not None else "name another column as the target"
        raise refuse(where, expected="labels that repeat", got=f"{len(by_label):,} different ones in {n:,} rows", fix=fix)
    raise refuse(
        where,
        expected="at least two examples of every class",
        got=f"one example of {shown(map(repr, alone), 5)}",
        fix="add examples, join it with another class, or leave its row out",
    )


def _assumed(name: str, assumed: str, otherwise: str) -> list[Finding]:
    if not assumed:
        return []
    return [Finding(id="data.target.kind", severity="info", what=f"target '{name}' {assumed}.", where=name, fix=f"{otherwise}.")]


def _positive(name: str, ordered: list[str], why: str) -> list[Finding]:
    if ordered[1].lower() in ("yes", "true", "y", "t"):
        return []
    what = f"target '{name}': '{ordered[1]}' is the positive class ({why})."
    return [Finding(id="data.target.positive", severity="info", what=what, where=name, evidence={"positive": ordered[1], "why": why})]
