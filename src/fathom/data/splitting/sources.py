"""Where examples come from: the values of a set's source column, and which of them are the goal (C3W2-07)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import did_you_mean, refuse, shown
from fathom.data.dataset import Dataset

EVERY = "*"
"""As a goal: every source."""

UNKNOWN = "(unknown)"
"""The source of a row that names none."""

MOST = 200
"""Different sources; a column with more says something else."""


@dataclass(frozen=True, eq=False)
class Sources:
    """The source of each example.

    Attributes:
        names: as text, the most frequent first.
        of: (n,) int64, the place in `names`.
    """

    names: tuple[str, ...]
    of: NDArray[np.int64]

    @property
    def counts(self) -> dict[str, int]:
        """Examples by source."""
        return dict(zip(self.names, np.bincount(self.of, minlength=len(self.names)).tolist(), strict=True))

    def among(self, names: Sequence[str]) -> NDArray[np.bool_]:
        """(n,) whether an example's source is one of `names`."""
        return np.isin(self.of, [place for place, name in enumerate(self.names) if name in names])


def sources_of(data: Dataset) -> Sources:
    """The sources of a set with a source column; numbers read '3' and not '3.0', a missing value is `UNKNOWN`.

    Raises:
        UnusableInput: more than 200 different ones.
    """
    import polars as pl

    column = data.table.get_column(data.source_column or "")
    if column.dtype.is_float() and (column.drop_nulls() == column.drop_nulls().round()).all():
        column = column.cast(pl.Int64, strict=False)
    words = column.cast(pl.String).fill_null(UNKNOWN)
    counted = words.value_counts(sort=True).sort(["count", words.name], descending=[True, False])
    names = tuple(counted.get_column(words.name).to_list())
    if len(names) > MOST:
        raise refuse("`source`", expected=f"a column with at most {MOST} different values", got=f"'{column.name}' with {len(names):,}")
    places = {name: place for place, name in enumerate(names)}
    of = words.replace_strict(list(places), list(places.values()), return_dtype=pl.Int64) if names else words.cast(pl.Int64)
    return Sources(names, of.to_numpy())


def goal_of(sources: Sources, goal: Any) -> tuple[str, ...]:
    """The names of the sources that are the goal.

    Args:
        sources: those that there are.
        goal: a name, several, or "*" for all.

    Raises:
        UnusableInput: none was given, or one that is not there.

    Example:
        >>> goal_of(Sources(("web", "app"), np.array([0, 0, 1])), "app")
        ('app',)
    """
    if goal is None:
        listed = shown([f"{name} ({n:,})" for name, n in sources.counts.items()], 8)
        fix = f"dev and test are taken from it alone; say goal_source='{sources.names[-1]}', or '*' if all count alike"
        raise refuse("`goal_source`", expected=f"the source that counts: one of {listed}", got="none", fix=fix)
    wanted = [goal] if isinstance(goal, str | int | float | bool) else list(goal)
    if wanted == [EVERY]:
        return sources.names
    return tuple(dict.fromkeys(_named(sources, name) for name in wanted))


def _named(sources: Sources, name: Any) -> str:
    text = str(name).lower() if isinstance(name, bool) else f"{name:g}" if isinstance(name, float) else str(name)
    if text in sources.names:
        return text
    aliases = {"yes": "true", "no": "false", "1": "true", "0": "false"} if set(sources.names) <= {"true", "false", UNKNOWN} else {}
    other = aliases.get(text.lower(), text.lower())
    if other in sources.names:
        return other
    hint = did_you_mean(text, sources.names) or f"take one of {shown(sources.names, 8)}"
    raise refuse("`goal_source`", expected="the name of a source", got=repr(name), fix=hint)


def rows_by_source(parts: Mapping[str, Dataset]) -> dict[str, dict[str, int]]:
    """Source -> role -> examples, for the roles of a split; the most frequent source of train first."""
    counted = {role: sources_of(part).counts for role, part in parts.items()}
    names = dict.fromkeys(name for counts in counted.values() for name in counts)
    return {name: {role: counts.get(name, 0) for role, counts in counted.items()} for name in names}
