"""The answers of a net on a role, as metrics read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.balanced import labels_of
from fathom.core.expectations import did_you_mean, refuse, shown
from fathom.core.records.errors import Errors
from fathom.diagnosis.metrics.spelling import Asked

if TYPE_CHECKING:
    import polars as pl

POSITIVE = ("yes", "true", "1", "positive", "pos", "t", "y")
"""Words that name the positive class where nobody did."""


@dataclass(frozen=True, eq=False)
class Answers:
    """Truth and answers of n examples.

    Attributes:
        truth, prediction: (n,) labels as text, or numbers.
        error: (n,) as the ladder has it.
        weight: (n,) at least 0.
        group: (n,) codes of what belongs together; None where each example stands alone.
        classes: the labels, in the order of `chances`; () for numbers.
        positive: of two classes, the one that precision, recall and the like are about; "" of more.
        chances: (n, C) probabilities; None where there are none.
        columns: further columns by name, to group and to weigh by.
        unit: of a number's target.
    """

    truth: NDArray[Any]
    prediction: NDArray[Any]
    error: NDArray[np.float64]
    weight: NDArray[np.float64]
    group: NDArray[np.int64] | None
    classes: tuple[str, ...]
    positive: str
    chances: NDArray[np.float64] | None
    columns: Mapping[str, NDArray[Any]]
    unit: str = ""

    def __len__(self) -> int:
        return len(self.truth)

    @cached_property
    def wrong(self) -> NDArray[np.bool_]:
        """(n,) where the answer is not the truth."""
        return np.asarray(self.truth != self.prediction, dtype=bool)

    def errors(self, value: NDArray[Any], rows: NDArray[np.bool_] | None = None, weight: NDArray[Any] | None = None) -> Errors:
        """Values as `Errors` with the weights and groups of these examples; of `rows` alone where given."""
        w = self.weight if weight is None else weight * self.weight
        v, g = np.asarray(value, dtype=np.float64), self.group
        if rows is None:
            return Errors(v, w, g)
        return Errors(v[rows], w[rows], None if g is None else g[rows])

    def at(self, rows: NDArray[np.bool_]) -> Answers:
        """Some of the examples."""
        return replace(
            self,
            truth=self.truth[rows],
            prediction=self.prediction[rows],
            error=self.error[rows],
            weight=self.weight[rows],
            group=None if self.group is None else self.group[rows],
            chances=None if self.chances is None else self.chances[rows],
            columns={name: values[rows] for name, values in self.columns.items()},
        )

    def column(self, name: str) -> NDArray[Any]:
        """A column to group or to weigh by.

        Raises:
            UnusableInput: there is no such column.
        """
        if name in self.columns:
            return self.columns[name]
        known = list(self.columns)
        fix = did_you_mean(name, known) or "a run from a folder knows truth, prediction and group; a run in memory every column of its data"
        raise refuse(f"column '{name}'", expected=f"one of {shown(known, 12)}", got=repr(name), fix=fix)

    def weighed(self, asked: Asked) -> Answers:
        """The examples with the weights that a metric asks for (C3W1-15).

        Raises:
            UnusableInput: no such column, a value that it does not hold, or weights that are none.
        """
        if not asked.weight:
            return self
        column = self.column(asked.weight)
        if asked.factors:
            labels = labels_of(column)
            missing = [value for value in asked.factors if not (labels == value).any()]
            if missing:
                got = f"'{missing[0]}' among {shown(np.unique(labels))}"
                raise refuse(f"column '{asked.weight}'", expected="the values that factors are given for", got=got)
            factor = np.ones(len(self))
            for value, f in asked.factors.items():
                factor[labels == value] = f
        else:
            factor = _numbers(asked.weight, column)
        if not (self.weight * factor).sum() > 0:
            raise refuse(f"column '{asked.weight}'", expected="some weight above 0", got="none")
        return replace(self, weight=self.weight * factor)


def _numbers(name: str, column: NDArray[Any]) -> NDArray[np.float64]:
    try:
        factor = column.astype(np.float64)
    except (TypeError, ValueError):
        factor = np.array([np.nan])
    if not (np.isfinite(factor) & (factor >= 0)).all():
        fix = f"give factors by value, as in 'weighted by {name} VALUE=10'"
        raise refuse(f"column '{name}'", expected="weights: finite numbers of at least 0", got="others", fix=fix)
    return factor


def answers_of(
    table: pl.DataFrame,
    *,
    classes: tuple[str, ...] | None,
    positive: str | None = None,
    unit: str = "",
    columns: Mapping[str, Any] | None = None,
) -> Answers:
    """The answers in a table with truth, prediction, error, weight, and where they are there p_<class> and group.

    Args:
        table: one row an example.
        classes: the labels in order, () for numbers; those that occur where None.
        positive: of two classes; the second one, or the one that says so ("yes", "1"), where left out.
        unit: of a number's target.
        columns: more columns, to group and to weigh by.
    """
    number = classes == ()
    truth, prediction = (_values(table.get_column(c), number) for c in ("truth", "prediction"))
    known = () if number else tuple(classes) if classes else tuple(sorted({*truth.tolist(), *prediction.tolist()}))
    chances = None
    if known and all(f"p_{c}" in table.columns for c in known):
        chances = table.select([f"p_{c}" for c in known]).to_numpy().astype(np.float64)
    group = table.get_column("group").to_numpy() if "group" in table.columns else None
    others = {name: table.get_column(name).to_numpy() for name in table.columns if name not in ("error", "weight")}
    return Answers(
        truth=truth,
        prediction=prediction,
        error=table.get_column("error").to_numpy().astype(np.float64),
        weight=table.get_column("weight").to_numpy().astype(np.float64) if "weight" in table.columns else np.ones(len(truth)),
        group=None if group is None else np.unique(group, return_inverse=True)[1].astype(np.int64),
        classes=known,
        positive=_positive(known, positive, given=classes is not None),
        chances=chances,
        columns={**others, **(columns or {}), **({} if number else {"truth": truth, "prediction": prediction})},
        unit=unit,
    )


def _values(column: pl.Series, number: bool) -> NDArray[Any]:
    if number:
        return column.to_numpy().astype(np.float64)
    if column.dtype.is_float():
        return labels_of([f"{v:g}" if v == int(v) else repr(v) for v in column.to_list()])
    return labels_of(column.cast(str).to_list())


def _positive(classes: tuple[str, ...], positive: str | None, *, given: bool) -> str:
    if positive is not None or len(classes) != 2:
        return positive or ""
    if given:
        return classes[1]
    return next((c for c in classes if c.lower() in POSITIVE), classes[1])
