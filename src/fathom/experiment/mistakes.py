"""The worst mistakes on dev as people see them: every input column as it was, beside truth and prediction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fathom.core.worst import chances_of, worst
from fathom.data.dataset import Dataset
from fathom.data.prepare import Prepare

if TYPE_CHECKING:
    import polars as pl

MOST = 200
"""Examples that are kept."""


def mistakes_of(table: pl.DataFrame, data: Dataset | None, *, number: bool) -> pl.DataFrame:
    """The worst examples of a role.

    Args:
        table: what the net says of the role: id, truth, prediction, p_<class>, error.
        data: the role's examples, row by row as in the table; None where they are not at hand.
        number: whether the target is a number.

    Returns:
        At most 200 rows, the worst first: id, the input columns, truth, prediction, p_<class>, error. An input column whose name
        is taken by one of the others is called "input <name>". For classes only wrong examples.
    """
    return rows_as_seen(table, worst(table, number=number, most=MOST), data)


def rows_as_seen(table: pl.DataFrame, rows: Sequence[int], data: Dataset | None) -> pl.DataFrame:
    """Some examples of a role as people see them; see `mistakes_of`."""
    import polars as pl

    said = table[list(rows)]
    own = ("truth", "prediction", *chances_of(table), "error")
    if data is None:
        return said.select("id", *own)
    seen = data.table[list(rows)].select(c.name for c in data.inputs)
    taken = {"id", *own}
    names = {name: _free(name, taken) for name in seen.columns}
    return pl.concat([said.select("id"), seen.rename(names), said.select(own)], how="horizontal")


def _free(name: str, taken: set[str]) -> str:
    """A name that no other column has, which is then taken."""
    while name in taken:
        name = f"input {name}"
    taken.add(name)
    return name


def usual_of(prepare: Prepare) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation on train of each input that is a number."""
    scaling = prepare.scaling
    numbers = zip(scaling.raws, scaling.mean.tolist(), scaling.std.tolist(), strict=True)
    return {raw.column: (mean, std) for raw, mean, std in numbers if raw.part == ""}
