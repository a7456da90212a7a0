"""Columns that say how a set could better be split than at random: a date, or the roles themselves."""

from __future__ import annotations

from collections.abc import Iterator

from fathom.core.records.column import Column
from fathom.core.records.finding import Finding
from fathom.core.records.split_plan import SplitPlan
from fathom.core.roles import ALIASES, ROLES
from fathom.data.dataset import Dataset

FEW_DAYS = 20
"""Dates with fewer different values than this are no line of time."""


def split_hints(data: Dataset, plan: SplitPlan) -> tuple[Finding, ...]:
    """What the columns of a set that was split at random suggest.

    Args:
        data: the whole set.
        plan: how it was split; nothing is said where a time, a group or an earlier split ruled.
    """
    if plan.time or plan.group or plan.like:
        return ()
    return tuple(finding for column in data.inputs for finding in (*_roles(data, column), *_dates(data, column)))


def _roles(data: Dataset, column: Column) -> Iterator[Finding]:
    """All values are names of roles, train among them."""
    if column.kind != "category":
        return
    words = data.table.get_column(column.name).drop_nulls().unique(maintain_order=True).head(len(ROLES) + 1).to_list()
    named = {ALIASES.get(word.lower(), word.lower()) for word in words}
    if not (len(named) > 1 and "train" in named and named <= set(ROLES)):
        return
    what = f"'{column.name}' holds roles ({', '.join(words)}) and is used as an input."
    fix = f"role='{column.name}' splits by it, ignore='{column.name}' leaves it out."
    yield Finding(id="data.split.role_column", severity="warning", what=what, where=column.name, evidence={"values": words}, fix=fix)


def _dates(data: Dataset, column: Column) -> Iterator[Finding]:
    """A line of time that the split does not follow: test has the days between those of train."""
    if column.kind != "date":
        return
    days = data.table.get_column(column.name)
    if days.n_unique() < FEW_DAYS:
        return
    first, last = (str(day)[:10] for day in (days.min(), days.max()))
    what = f"'{column.name}' runs from {first} to {last}, and every role has rows of all of it."
    fix = f"If the net is to answer for later days, time='{column.name}' makes test the latest."
    evidence = {"first": first, "last": last}
    yield Finding(id="data.split.at_random_in_time", severity="info", what=what, where=column.name, evidence=evidence, fix=fix)
