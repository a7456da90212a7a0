"""Prepare as JSON values and back, bit for bit; what is read is checked, since anyone may have written it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import numpy as np

from fathom.core.expectations import refuse
from fathom.core.records.column import Column, ColumnKind, Use
from fathom.core.records.finding import Finding
from fathom.core.records.picture import Picture
from fathom.core.records.record import plain
from fathom.core.records.target_scale import TargetScale
from fathom.data.preparing.levels import Levels
from fathom.data.preparing.raw_numbers import Raw, raws_of
from fathom.data.preparing.scaling import Scaling
from fathom.data.preparing.tokens import LARGEST, Tokens
from fathom.data.preparing.vocabulary import Vocabulary

SCHEMA = 1

MOST_COLUMNS = 1_000_000

MOST_LEVELS = 10_000
"""Levels of one category that a file may name."""

Parts = tuple[
    tuple[Column, ...],
    int,
    Scaling,
    tuple[Levels, ...],
    TargetScale | None,
    tuple[Finding, ...],
    Vocabulary | None,
    Picture | None,
]


class _Unsound(Exception):
    """A value that prepare cannot have written; the message says which."""


def values_of(
    columns: Sequence[Column],
    rows: int,
    scaling: Scaling,
    levels: Sequence[Levels],
    target: TargetScale | None,
    findings: Sequence[Finding],
    vocabulary: Vocabulary | None = None,
    picture: Picture | None = None,
) -> dict[str, Any]:
    """JSON values; Python writes a float so that it reads back the same."""
    return {
        "schema": SCHEMA,
        "rows": rows,
        "columns": plain(list(columns)),
        "numbers": {
            "columns": [raw.column for raw in scaling.raws],
            "parts": [raw.part for raw in scaling.raws],
            **{name: getattr(scaling, name).tolist() for name in ("mean", "std", "fill", "kept", "flagged")},
        },
        "categories": [dataclasses.asdict(level) | {"kept": list(level.kept)} for level in levels],
        "target_scale": plain(target),
        "findings": plain(list(findings)),
        **(
            {}
            if vocabulary is None
            else {"vocabulary": {**vars(vocabulary), "tokens": str(vocabulary.tokens), "words": list(vocabulary.words)}}
        ),
        "picture": plain(picture),
    }


def read(values: Any) -> Parts:
    """The parts of a prepare.

    Raises:
        UnusableInput: the values are not those of a prepare.
    """
    try:
        return _read(values)
    except (_Unsound, KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        got = f"something else ({type(error).__name__.lstrip('_').lower()}: {str(error)[:100]})"
        raise refuse("prepare.json", expected="what fathom wrote", got=got, fix="fit again") from None


def _read(values: Any) -> Parts:
    _need(isinstance(values, Mapping) and values["schema"] == SCHEMA, "schema")
    columns = _columns(values["columns"])
    scaling = _scaling(values["numbers"], columns)
    levels = _levels(values["categories"], columns)
    vocabulary = _vocabulary(values.get("vocabulary"), columns)
    _need(bool(scaling.raws) or bool(levels) or vocabulary is not None, "no features")
    findings = tuple(_finding(f) for f in _listed(values["findings"], "findings", MOST_COLUMNS))
    target, picture = _target(values["target_scale"]), _picture(values.get("picture"), scaling)
    return columns, _count(values["rows"], "rows"), scaling, levels, target, findings, vocabulary, picture


def _need(right: bool, what: str) -> None:
    if not right:
        raise _Unsound(what)


def _listed(value: Any, what: str, most: int) -> list[Any]:
    _need(isinstance(value, list) and len(value) <= most, what)
    return list(value)


def _texts(value: Any, what: str, most: int = MOST_COLUMNS) -> list[str]:
    words = _listed(value, what, most)
    _need(all(isinstance(w, str) for w in words), what)
    return words


def _count(value: Any, what: str) -> int:
    _need(type(value) is int and 0 <= value < 2**53, what)
    return int(value)


def _columns(value: Any) -> tuple[Column, ...]:
    columns = tuple(Column(**c) for c in _listed(value, "columns", MOST_COLUMNS))
    _texts([word for c in columns for word in (c.name, c.reading)], "columns", 2 * MOST_COLUMNS)
    _need(all(c.kind in get_args(ColumnKind) and c.use in get_args(Use) for c in columns), "column kinds")
    _need(len({c.name for c in columns}) == len(columns), "columns of one name")
    return columns


def _scaling(value: Mapping[str, Any], columns: Sequence[Column]) -> Scaling:
    raws = tuple(Raw(*pair) for pair in zip(_texts(value["columns"], "numbers"), _texts(value["parts"], "numbers"), strict=True))
    _need(set(raws) <= set(raws_of(columns)) and len(set(raws)) == len(raws), "numbers of columns that are not there")
    mean, std, fill = (_floats(value[name], name, len(raws)) for name in ("mean", "std", "fill"))
    _need(bool((std > 0).all()), "a standard deviation that is not positive")
    kept, flagged = (_flags(value[name], name, len(raws)) for name in ("kept", "flagged"))
    return Scaling(raws, mean, std, fill, kept, flagged)


def _floats(value: Any, what: str, count: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    numbers = _listed(value, what, MOST_COLUMNS)
    _need(len(numbers) == count and all(type(x) in (float, int) and math.isfinite(x) for x in numbers), what)
    return np.array(numbers, dtype=np.float64)


def _flags(value: Any, what: str, count: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    flags = _listed(value, what, MOST_COLUMNS)
    _need(len(flags) == count and all(type(x) is bool for x in flags), what)
    return np.array(flags, dtype=bool)


def _levels(value: Any, columns: Sequence[Column]) -> tuple[Levels, ...]:
    categories = {c.name for c in columns if c.use == "input" and c.kind == "category"}
    levels = tuple(_level(v) for v in _listed(value, "categories", MOST_COLUMNS))
    _need(len({level.column for level in levels} & categories) == len(levels), "categories of columns that are not there")
    return levels


def _level(value: Mapping[str, Any]) -> Levels:
    kept = tuple(_texts(value["kept"], "levels", MOST_LEVELS))
    _need(len(set(kept)) == len(kept) and type(value["missing"]) is bool and isinstance(value["column"], str), "levels")
    return Levels(value["column"], kept, value["missing"], _count(value["pooled"], "levels"))


def _vocabulary(value: Any, columns: Sequence[Column]) -> Vocabulary | None:
    if value is None:
        return None
    words = tuple(_texts(value["words"], "words", LARGEST))
    _need([value["column"]] == [c.name for c in columns if c.use == "input" and c.kind == "text"], "a text that is not there")
    _need(len(set(words)) == len(words) > 0, "words")
    _need(0 < _count(value["length"], "length") <= MOST_COLUMNS and 0 <= value["unknown"] <= 1, "length of texts")
    return Vocabulary(value["column"], Tokens.read(value["tokens"]), words, value["length"], float(value["unknown"]))


def _target(value: Any) -> TargetScale | None:
    if value is None:
        return None
    scale = TargetScale(**value)
    _floats([scale.mean, scale.std, scale.median, scale.baseline], "target", 4)
    _need(scale.std > 0 and scale.baseline > 0 and isinstance(scale.unit, str), "target")
    return scale


def _picture(value: Any, scaling: Scaling) -> Picture | None:
    if value is None:
        return None
    picture = Picture(**value)
    sizes = [_count(size, "picture") for size in (picture.channels, picture.height, picture.width)]
    _need(type(picture.last) is bool and Picture.of("x".join(map(str, sizes)), len(scaling.raws)) is not None, "picture")
    _need(bool(scaling.kept.all()) and not scaling.flagged.any(), "a picture without some of its pixels")
    return picture


def _finding(value: Mapping[str, Any]) -> Finding:
    found = Finding(**value)
    _texts([found.id, found.severity, found.what, found.where, found.cause, found.fix], "findings")
    _need(isinstance(found.evidence, Mapping) and found.severity in ("info", "warning", "error"), "findings")
    return found
