"""Prepare: what is fitted on train and applied unchanged everywhere (C2W1-40..43)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fathom.core.expectations import refuse, shown
from fathom.core.records.column import Column
from fathom.core.records.finding import Finding
from fathom.core.records.picture import Picture
from fathom.core.records.prepared import Prepared
from fathom.core.records.target_scale import TargetScale
from fathom.data.dataset import Dataset
from fathom.data.preparing import stored
from fathom.data.preparing.findings import constant, new_missing, other_scale, pooled, unseen
from fathom.data.preparing.identity import ids_and_groups
from fathom.data.preparing.layout import Layout
from fathom.data.preparing.levels import Levels
from fathom.data.preparing.pictures import picture_in
from fathom.data.preparing.raw_numbers import raw_matrix, raws_of
from fathom.data.preparing.scaling import Scaling, varying
from fathom.data.preparing.text import pictures_text, prepare_text
from fathom.data.preparing.text_findings import fitted, seen
from fathom.data.preparing.tokens import Tokens
from fathom.data.preparing.vocabulary import Vocabulary
from fathom.data.splits import Splits

if TYPE_CHECKING:
    import polars as pl

CHUNK = 4 * 1024 * 1024
"""Cells that are scaled at a time."""


@dataclass(frozen=True, eq=False)
class Prepare:
    """From rows as they are to the inputs of a net: normalize, impute, encode; of a text the words by their numbers.

    Numbers and the parts of dates get train's mean subtracted and are divided by its standard deviation; booleans and levels of
    categories are 0 or 1 and stay so; missing numbers get train's mean and a feature that says so. The row of a text is its words, T of
    them, and behind them the features of the other columns. For a net for pictures all pixels are kept, and each channel has one mean
    and one standard deviation.

    Attributes:
        columns: the columns of train, the target's among them.
        rows: how many examples it was fitted on.
        scaling: of the numbers.
        levels: of the categories.
        target_scale: mean, standard deviation and baseline of a number to predict; None for classes.
        findings: columns that were dropped, levels that were pooled.
        vocabulary: of the text among the inputs; None where there is none.
        picture: that the features are, where it was fitted for a net for pictures; else None.

    Example:
        >>> import fathom
        >>> splits = fathom.split(fathom.sample("wine"), seed=0)
        >>> prepare = Prepare.fit(splits.train)
        >>> prepare(splits.dev).shape
        (36, 13)
    """

    columns: tuple[Column, ...]
    rows: int
    scaling: Scaling
    levels: tuple[Levels, ...]
    target_scale: TargetScale | None = None
    findings: tuple[Finding, ...] = ()
    vocabulary: Vocabulary | None = None
    picture: Picture | None = None

    @classmethod
    def fit(cls, train: Dataset, *, like: Dataset | None = None, pictures: bool = False) -> Prepare:
        """Measure train.

        Args:
            train: what is measured.
            like: a larger set that train is a part of: numbers that vary in it keep their feature where they are constant on train,
                so that nets on parts of one set have inputs of one width. Nothing else of it is read.
            pictures: whether the net is one for pictures: where the input columns are a picture, it stays whole.

        Raises:
            UnusableInput: no examples, no input column, none that varies, or a number to predict that does not vary.
        """
        if not len(train):
            raise refuse("train", expected="at least one example", got="none")
        vocabulary, seen = _vocabulary(train)
        raws = raws_of(train.columns)
        if pictures and (picture := picture_in(train)) is not None:
            channels = Scaling.of_pictures(train.table, raws, picture.channel_of)
            return cls(train.columns, len(train), channels, (), _target_scale(train), (), picture=picture)
        scaling = Scaling.fit(train.table, raws, () if like is None else varying(like.table, raws))
        found = [Levels.fit(train.table.get_column(c.name)) for c in train.inputs if c.kind == "category"]
        levels = tuple(level for level in found if level.varies)
        plain = [c for c in train.inputs if c.kind != "text"]
        dropped = Layout.of(plain, scaling, levels).dropped
        if len(dropped) == len(plain) and vocabulary is None:
            got = f"{shown(dropped)}, constant on train" if dropped else "none"
            raise refuse("inputs", expected="at least one column that varies", got=got, fix="give columns that differ between rows")
        findings = (*seen, *constant(dropped, len(train)), *pooled(levels))
        return cls(train.columns, len(train), scaling, levels, _target_scale(train), findings, vocabulary)

    @property
    def inputs(self) -> tuple[Column, ...]:
        """The columns that rows must have."""
        return tuple(c for c in self.columns if c.use == "input")

    @cached_property
    def layout(self) -> Layout:
        """Where each feature stands."""
        return Layout.of([c for c in self.inputs if c.kind != "text"], self.scaling, self.levels)

    @property
    def names(self) -> tuple[str, ...]:
        """The features, d of them: 'age', 'age missing', 'city=Rome', 'city other', 'when month sin'; first of a text 'review 1', ..."""
        return self.layout.names if self.vocabulary is None else (*self.vocabulary.names, *self.layout.names)

    @property
    def width(self) -> int:
        """n_x of a net: the features, or the size of the vocabulary, whose words stand for one-hot vectors (C5W1-03); see `beside`."""
        return len(self.names) if self.vocabulary is None else self.vocabulary.size

    @property
    def makes(self) -> str:
        """What a row is: "features", or "tokens": whole numbers, 0 behind the end of a text, then features of other columns."""
        return "features" if self.vocabulary is None else "tokens"

    @property
    def beside(self) -> int:
        """Features that stand behind the words of a text; 0 where there is no text, or nothing beside it."""
        return 0 if self.vocabulary is None else len(self.layout.names)

    def __call__(self, rows: Any) -> NDArray[np.float32]:
        """Rows as a net takes them; see `apply`."""
        return self.apply(rows)[0]

    def apply(self, rows: Any) -> tuple[NDArray[np.float32], tuple[Finding, ...]]:
        """Rows as a net takes them, and what they have that train had not.

        Args:
            rows: a Dataset, a table typed as train's, or rows as people have them (a file, a frame, a mapping, an array).

        Returns:
            (n, d) float32, finite (of a text T whole numbers, then d features); findings on levels, missing values and words that
            train did not have.

        Raises:
            UnusableInput: a needed column is missing.
        """
        table, conformed = self._typed(rows)
        out = np.zeros((table.height, len(self.layout.names)), dtype=np.float32)
        missing = self._numbers(table, out)
        if self.picture is not None:
            conformed = (*conformed, *other_scale(out, self.scaling))
        found = (*conformed, *new_missing(self.scaling, missing), *self._categories(table, out))
        if self.vocabulary is None:
            return out, found
        read = self.vocabulary.read(table.get_column(self.vocabulary.column))
        rows = np.concatenate([read.indices, out], axis=1) if out.shape[1] else read.indices
        return rows, (*found, *seen(self.vocabulary, read))

    def scale_target(self, y: ArrayLike) -> NDArray[np.float64]:
        """(n,) numbers to predict -> (y - mean) / std of train."""
        scale = self._scale()
        return (np.asarray(y, dtype=np.float64) - scale.mean) / scale.std

    def unscale_target(self, y: ArrayLike) -> NDArray[np.float64]:
        """(n,) standardized numbers -> the target's own unit."""
        scale = self._scale()
        return np.asarray(y, dtype=np.float64) * scale.std + scale.mean

    def to_json(self) -> dict[str, Any]:
        """JSON values from which `from_json` makes the same prepare, bit for bit."""
        parts = (self.columns, self.rows, self.scaling, self.levels, self.target_scale, self.findings)
        return stored.values_of(*parts, self.vocabulary, self.picture)

    @classmethod
    def from_json(cls, values: Any) -> Prepare:
        """Read what `to_json` wrote; the file may have been made by someone else.

        Raises:
            UnusableInput: it is something else, or does not hold together.
        """
        return cls(*stored.read(values))

    def __str__(self) -> str:
        if self.picture is not None:
            return pictures_text(self.picture, self.scaling, self.target_scale, self.rows)
        parts = (self.scaling, self.levels, self.target_scale, self.rows, len(self.layout.names), self.layout.dropped)
        return prepare_text(*parts, self.vocabulary)

    def _scale(self) -> TargetScale:
        if self.target_scale is None:
            raise refuse("target", expected="a number to predict", got="classes")
        return self.target_scale

    def _typed(self, rows: Any) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
        """The table that holds the inputs, typed as train's; conformed where it is not yet."""
        import polars as pl

        table = rows.table if isinstance(rows, Dataset) else rows
        if isinstance(table, pl.DataFrame) and self._is_typed(table):
            return table, ()
        from fathom.data.conform import conform

        return conform(rows, self.columns, need_target=False)

    def _is_typed(self, table: pl.DataFrame) -> bool:
        import polars as pl

        types = {"number": pl.Float64(), "boolean": pl.Boolean(), "category": pl.String(), "date": pl.Datetime("us"), "text": pl.String()}
        schema = table.schema  # built anew at every access
        return all(schema.get(c.name) == types.get(c.kind) for c in self.inputs)

    def _numbers(self, table: pl.DataFrame, out: NDArray[np.float32]) -> NDArray[np.int64]:
        """Write the scaled numbers and the flags, some rows at a time; count missing values by number."""
        scaling, at = self.scaling, self.layout
        step = max(1, CHUNK // max(len(scaling.raws), 1))
        counted = np.zeros(len(scaling.raws), dtype=np.int64)
        for start in range(0, table.height, step):
            scaled, missing = scaling.scale(raw_matrix(table.slice(start, step), scaling.raws))
            out[start : start + step, at.value_at] = scaled[:, at.values]
            out[start : start + step, at.flag_at] = missing[:, at.flags]
            counted += missing.sum(axis=0)
        return counted

    def _categories(self, table: pl.DataFrame, out: NDArray[np.float32]) -> tuple[Finding, ...]:
        """Write a 1 for each row's level."""
        found = []
        for level, start in zip(self.levels, self.layout.level_at, strict=True):
            codes = level.codes(table.get_column(level.column))
            known = np.flatnonzero(codes >= 0)
            out[known, start + codes[known]] = 1.0
            if len(known) < len(codes):
                found.append(unseen(level.column, len(codes) - len(known), len(codes)))
        return tuple(found)


def prepare_splits(splits: Splits, *, like: Dataset | None = None, pictures: bool = False) -> tuple[Prepare, Prepared]:
    """Fit prepare on train and apply it to every role; `like` and `pictures` as in `Prepare.fit`.

    Returns:
        The prepare, and the arrays by role; targets of a regression are standardized.
    """
    prepare = Prepare.fit(splits.train, like=like, pictures=pictures)
    inputs, targets, ids, groups = {}, {}, {}, {}
    findings: list[Finding] = []
    for role, data in splits.roles.items():
        inputs[role], found = prepare.apply(data)
        targets[role] = data.y if prepare.target_scale is None else prepare.scale_target(data.y)
        ids[role], group = ids_and_groups(data)
        if group is not None:
            groups[role] = group
        findings += [_in_role(f, role) for f in found]
    return prepare, Prepared(inputs, targets, ids, groups, tuple(findings))


def _vocabulary(train: Dataset) -> tuple[Vocabulary | None, tuple[Finding, ...]]:
    """Of the text among the inputs, and what was seen in it."""
    column = next((c for c in train.inputs if c.kind == "text"), None)
    if column is None:
        return None, ()
    texts = train.table.get_column(column.name)
    vocabulary = Vocabulary.fit(texts, Tokens.read(column.reading or "words"))
    return vocabulary, fitted(vocabulary, vocabulary.read(texts))


def _in_role(found: Finding, role: str) -> Finding:
    import dataclasses

    return dataclasses.replace(found, what=f"{role}: {found.what}", evidence={**found.evidence, "role": role})


def _target_scale(train: Dataset) -> TargetScale | None:
    if train.target.kind != "regression":
        return None
    y = np.asarray(train.y, dtype=np.float64)
    mean, median = float(y.mean()), float(np.median(y))
    std, baseline = float(np.sqrt(np.mean((y - mean) ** 2))), float(np.abs(y - median).mean())
    if y.min() == y.max() or not (0 < std < np.inf and 0 < baseline < np.inf):
        raise refuse(f"target '{train.target.name}'", expected="numbers that vary on train", got=f"{y[0]:g} throughout")
    return TargetScale(mean=mean, std=std, median=median, baseline=baseline, unit=train.target.name)
