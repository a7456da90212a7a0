"""The general table out of errors by role and the source of each example (C3W2-11), and what a missing train_dev hides (C2W1-11)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fathom.core.expectations import refuse, shown
from fathom.core.intervals import difference, interval_of
from fathom.core.percent import decimals_of, percent
from fathom.core.records.diagnosis import Diagnosis
from fathom.core.records.errors import Errors
from fathom.core.records.estimate import Estimate
from fathom.core.records.finding import Finding
from fathom.core.records.findings import Findings
from fathom.core.records.general_table import GeneralTable
from fathom.core.roles import role_of
from fathom.diagnosis.sources import Measured, rate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST = 8
"""Sources that are listed one by one."""

SEEN = ("train", "train_dev", "dev")


def with_general(
    d: Diagnosis, counted: Mapping[str, Measured], *, sources: Any = None, dev_human: Any = None, dev_trained: Any = None, seed: int = 0
) -> Diagnosis:
    """The diagnosis with its general table, where sources or errors on data like dev are known, and with what sources show.

    Args:
        d: the diagnosis.
        counted: plain errors by role.
        sources: role -> the source of each example, in the order of its errors.
        dev_human, dev_trained: the error of people on data like dev, and the net's on such examples that it was trained on.
        seed: of the bootstrap.

    Raises:
        UnusableInput: sources that are not one for each example.
    """
    told = {}
    for name, value in (("dev_human", dev_human), ("dev_trained", dev_trained)):
        if value is not None:
            told[name] = Estimate(value=rate(name, value, bounded=d.ladder.scale is None))
    named = _by_role(sources, counted)
    if not told and not named:
        return d
    table = _of_sources(counted, named, seed) if "dev" in named and "train" in named else _of_roles(counted)
    if table is None and not told:
        return d
    table = _completed(d, table or _of_roles(counted), told)
    found = _no_train_dev(d, table)
    return dataclasses.replace(d, general=table, findings=Findings((*d.findings, *found)))


@dataclass(frozen=True, eq=False)
class Named:
    """The source of each example of a role: `names`, the most frequent first, and (n,) the place of each example's in them."""

    names: tuple[str, ...]
    of: NDArray[np.int64]

    @classmethod
    def of_values(cls, values: Any) -> Named:
        """Of any sequence of names; a missing one is '(unknown)'."""
        import polars as pl

        words = pl.Series("source", values, strict=False).cast(pl.String).fill_null("(unknown)")
        counted = words.value_counts(sort=True).sort(["count", "source"], descending=[True, False])
        names = counted.get_column("source").to_list()
        of = words.replace_strict(names, list(range(len(names))), return_dtype=pl.Int64)
        return cls(tuple(names), of.to_numpy())

    def among(self, wanted: tuple[str, ...]) -> NDArray[np.bool_]:
        """(n,) whether an example's source is one of these."""
        import numpy as np

        return np.isin(self.of, [place for place, name in enumerate(self.names) if name in wanted])


def _by_role(sources: Any, counted: Mapping[str, Measured]) -> dict[str, Named]:
    if not sources:
        return {}
    named = {}
    for word, values in sources.items():
        role = role_of(word)
        errors = counted[role].errors if role in counted else None
        if errors is None:
            continue
        if len(values) != len(errors):
            raise refuse(f"`sources` of {role}", expected=f"one for each of {len(errors):,} examples", got=f"{len(values):,}")
        named[role] = Named.of_values(values)
    return named


def _of_sources(counted: Mapping[str, Measured], named: Mapping[str, Named], seed: int) -> GeneralTable | None:
    """The table, where train has sources that dev has not."""
    goal = named["dev"].names
    general = tuple(name for name in named["train"].names if name not in goal)
    if not general:
        return None

    def cell(role: str, wanted: tuple[str, ...]) -> Estimate | None:
        return _estimate(counted[role].errors, named[role].among(wanted), seed) if role in named else None

    cells = {"trained": {"general": cell("train", general), "goal": cell("train", goal)}}
    cells["untrained"] = {"general": cell("train_dev", general), "goal": cell("dev", goal)}
    each = {name: {role: cell(role, (name,)) for role in SEEN} for name in (*goal, *general)[:MOST]}
    return GeneralTable(general=general, goal=goal, cells=_known(cells), sources=_known(each))


def _estimate(errors: Errors | None, rows: Any, seed: int) -> Estimate | None:
    if errors is None or not rows.any():
        return None
    group = None if errors.group is None else errors.group[rows]
    return interval_of(Errors.of(errors.value[rows], errors.weight[rows], group), seed)


def _known(cells: Mapping[str, Mapping[str, Estimate | None]]) -> dict[str, dict[str, Estimate]]:
    return {row: {column: e for column, e in of.items() if e is not None} for row, of in cells.items()}


def _of_roles(counted: Mapping[str, Measured]) -> GeneralTable:
    """Without sources: train and train_dev are the general data, dev is the goal."""
    at = {"trained": {"general": "train"}, "untrained": {"general": "train_dev", "goal": "dev"}}
    cells = {row: {column: counted[role].estimate for column, role in of.items() if role in counted} for row, of in at.items()}
    return GeneralTable(cells=cells)


def _completed(d: Diagnosis, table: GeneralTable, told: Mapping[str, Estimate]) -> GeneralTable:
    """With the row of people, what was told, and what the table says."""
    human = {"general": Estimate(value=d.floor.value)} if d.floor.known == "given" else {}
    human |= {"goal": told["dev_human"]} if "dev_human" in told else {}
    trained = {**table.cells.get("trained", {}), **({"goal": told["dev_trained"]} if "dev_trained" in told else {})}
    whole = dataclasses.replace(table, cells={"human": human, "trained": trained, "untrained": table.cells.get("untrained", {})})
    return dataclasses.replace(whole, says=tuple(_says(d, whole)))


def _says(d: Diagnosis, table: GeneralTable) -> Iterator[str]:
    places = decimals_of(d.ladder)
    people, people_goal = table.cell("human", "general"), table.cell("human", "goal")
    if people is not None and people_goal is not None and round(people_goal.value - people.value, 9):
        more, than = percent(people_goal.value, places), percent(people.value, places)
        apart = percent(abs(people_goal.value - people.value), places)
        word = "harder" if people_goal.value > people.value else "easier"
        yield f"people make {more}% on data like dev and {than}% on the rest: {apart} points are that it is {word} for everybody."
    trained, untrained = table.cell("trained", "goal"), table.cell("untrained", "goal")
    if trained is not None and untrained is not None and _surely_less(trained, untrained):
        yield (
            f"on data like dev the net makes {percent(trained.value, places)}% where it was trained on them and "
            f"{percent(untrained.value, places)}% where it was not: it has too few of them to learn more than those."
        )
    general = table.cell("trained", "general")
    if trained is not None and general is not None and _surely_less(general, trained):
        yield (
            f"of what it was trained on the net has {percent(general.value, places)}% of the general data wrong and "
            f"{percent(trained.value, places)}% of data like dev: among so many others it does not even fit them."
        )


def _surely_less(a: Estimate, b: Estimate) -> bool:
    """Is a below b by more than chance allows? Without intervals the values decide."""
    apart = difference(a, b)
    return round(apart.value if apart.low is None else apart.low, 9) > 0


def _no_train_dev(d: Diagnosis, table: GeneralTable) -> Iterator[Finding]:
    """Sources differ and nothing tells variance from mismatch (C2W1-11)."""
    if "train_dev" in d.ladder or not table.general or "train" not in d.ladder or "dev" not in d.ladder:
        return
    names = shown([f"'{name}'" for name in table.general], 3)
    yield Finding(
        id="diagnosis.mismatch.no_train_dev",
        severity="warning",
        what=f"train is of sources that dev has not ({names}) and there is no train-dev: what is called variance may be mismatch.",
        where="train_dev",
        evidence={"general": list(table.general), "goal": list(table.goal)},
        fix="Hold some rows of train back as train_dev.",
    )
