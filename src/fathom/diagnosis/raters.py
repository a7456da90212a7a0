"""The human level from several raters of the same examples: each one's error, and that of their majority (C3W1-20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import refuse, shown
from fathom.core.intervals import interval_of
from fathom.core.records.errors import Errors
from fathom.core.records.estimate import Estimate
from fathom.core.records.finding import Finding
from fathom.core.records.raters import Raters

if TYPE_CHECKING:
    import polars as pl

PREFIXES = ("rater_", "human_", "annotator_")
"""Of the columns that hold a person's answers."""

TEAM = "team"
LEAST = 3
"""Raters that make a majority."""


def raters_in(columns: Sequence[str]) -> dict[str, str]:
    """Name -> column, of the columns that are called after a rater.

    Example:
        >>> raters_in(["id", "truth", "rater_anna", "Human_ben"])
        {'anna': 'rater_anna', 'ben': 'Human_ben'}
    """
    found = {}
    for column in columns:
        prefix = next((p for p in PREFIXES if column.lower().startswith(p) and len(column) > len(p)), None)
        if prefix:
            found[column[len(prefix) :]] = column
    return found


def read_raters(source: str | Path | pl.DataFrame) -> Raters:
    """A file or a table with the truth of each example and a column rater_<name> for each rater; a rater may leave examples out.

    Raises:
        UnusableInput: no such file, no truth, or no rater.
    """
    from fathom.diagnosis.predictions import SYNONYMS, labels_as_text, table_of

    table, name = (table_of(Path(source)), Path(source).name) if isinstance(source, str | Path) else (source, "table")
    lower = {c.strip().lower(): c for c in table.columns}
    truth = next((lower[word] for word in SYNONYMS["truth"] if word in lower), None)
    columns = raters_in(table.columns)
    if truth is None or not columns:
        raise refuse(f"'{name}'", expected="columns truth and rater_<name>", got=f"columns {shown(table.columns)}")
    known = table.filter(table.get_column(truth).is_not_null())
    answers = {rater: _answers(known.get_column(column)) for rater, column in columns.items()}
    return raters_of(labels_as_text(known.get_column(truth)), answers)


def raters_of(truth: NDArray[Any], answers: Mapping[str, NDArray[Any]]) -> Raters:
    """The errors of raters, and of the majority where there are three or more.

    Args:
        truth: (n,) labels as text.
        answers: by rater, (n,) labels as text, "" where there is none.

    Returns:
        The errors; a tie of the majority is wrong by the share of its labels that are.

    Raises:
        UnusableInput: a rater without any answer, or one whose answers are never among the labels.

    Example:
        >>> truth = np.array(list("aabb"))
        >>> print(raters_of(truth, {"x": np.array(list("aaba")), "y": np.array(list("abbb")), "z": np.array(list("aabb"))}))
        x 25.00%, y 25.00%, z 0.00%, team 0.00% (n = 4); the lowest, z, is taken
    """
    errors = {rater: _error(rater, truth, given) for rater, given in answers.items()}
    best = min(errors, key=lambda name: errors[name].value)
    if len(answers) < LEAST:
        return Raters(errors=errors, best=best, n=len(truth))
    share = _team(truth, answers)
    errors[TEAM] = interval_of(Errors.of(share))
    if share.any() or errors[best].value == 0:
        best = min(errors, key=lambda name: errors[name].value)
        return Raters(errors=errors, best=best, n=len(truth))
    return Raters(errors=errors, best=best, n=len(truth), findings=(_own_vote(len(answers), best),))


def _answers(column: pl.Series) -> NDArray[Any]:
    from fathom.diagnosis.predictions import labels_as_text

    there = column.is_not_null().to_numpy()
    found = np.full(len(column), "", dtype=object)
    if there.any():
        found[there] = labels_as_text(column.filter(column.is_not_null()))
    return found.astype(np.str_)


def _error(rater: str, truth: NDArray[Any], given: NDArray[Any]) -> Estimate:
    there = given != ""
    if not there.any():
        raise refuse(f"rater '{rater}'", expected="answers", got="none")
    if not np.isin(given[there], truth).any():
        raise refuse(f"rater '{rater}'", expected=f"labels as in truth ({shown(np.unique(truth), 4)})", got=shown(np.unique(given), 4))
    return interval_of(Errors.of(given[there] != truth[there]))


def _team(truth: NDArray[Any], answers: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
    """How wrong the majority is on each example, (n,): 0, 1, or the share of its tied labels that are wrong; 1 where nobody answered."""
    labels = np.unique(np.concatenate([truth, *answers.values()]))
    votes = sum(np.asarray(given[:, None] == labels[None, :], dtype=np.int64) for given in answers.values())
    votes = np.where(labels[None, :] == "", 0, votes)
    top = (votes == votes.max(axis=1, keepdims=True)) & (votes > 0)
    right = (top & (labels[None, :] == truth[:, None])).sum(axis=1)
    tied = top.sum(axis=1)
    return np.where(tied > 0, 1 - right / np.maximum(tied, 1), 1.0)


def _own_vote(k: int, best: str) -> Finding:
    return Finding(
        id="diagnosis.raters.truth_is_their_vote",
        severity="warning",
        what=f"The majority of {k} raters is never wrong: the truth looks like their own vote, so '{best}' alone is taken as human level.",
        where="human",
        evidence={"raters": k, "best": best},
        fix="Let the truth come from others, or from a better test than looking.",
    )
