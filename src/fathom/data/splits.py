"""Splits: the sets by role, made by the course's rule or taken as they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fathom.core.expectations import refuse, shown, whole
from fathom.core.records.column import Column
from fathom.core.records.finding import Finding
from fathom.core.records.record import plain
from fathom.core.records.split_plan import Method, SplitPlan
from fathom.core.records.target import Target
from fathom.core.roles import ALIASES, ROLES, role_of
from fathom.data.dataset import Dataset
from fathom.data.splitting.by_source import BySource, make_by_source, take_by_source
from fathom.data.splitting.existing import absent_classes, absent_findings, as_dataset, by_role_column, check_train, like_train
from fathom.data.splitting.hints import split_hints
from fathom.data.splitting.joined import joined
from fathom.data.splitting.like import plan_like
from fathom.data.splitting.made import Asked, Made, make, ruled_by
from fathom.data.splitting.shared_rows import shared_rows
from fathom.data.splitting.text import splits_text


@dataclass(frozen=True, eq=False)
class Splits:
    """The sets by role, and how they came to be.

    Attributes:
        roles: role -> Dataset, in the order train, train_dev, dev, test; a role without examples is absent.
        how: the record of how, with the cut points.
        findings: what loading and splitting saw.
    """

    roles: Mapping[str, Dataset]
    how: SplitPlan
    findings: tuple[Finding, ...] = ()

    @property
    def train(self) -> Dataset:
        """What a net is fitted on."""
        return self.roles["train"]

    @property
    def train_dev(self) -> Dataset | None:
        """Like train, not trained on (C3W2-09); None where absent."""
        return self.roles.get("train_dev")

    @property
    def dev(self) -> Dataset | None:
        """What choices are made by; None where absent."""
        return self.roles.get("dev")

    @property
    def test(self) -> Dataset | None:
        """What is opened once, at the end; None where absent."""
        return self.roles.get("test")

    @property
    def target(self) -> Target:
        """What is predicted."""
        return self.train.target

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, the same in every role."""
        return self.train.columns

    @property
    def seed(self) -> int:
        """The seed that the split was made with."""
        return self.how.seed

    def to_json(self) -> dict[str, Any]:
        """Sizes, how, and findings; not the rows."""
        rows = {role: len(data) for role, data in self.roles.items()}
        return {"rows": rows, "target": plain(self.target), "how": plain(self.how), "findings": plain(list(self.findings))}

    def __str__(self) -> str:
        return splits_text(self.roles, self.how, self.target)


def split(
    data: Any = None,
    *,
    train: Any = None,
    dev: Any = None,
    test: Any = None,
    train_dev: Any = None,
    target: str | None = None,
    seed: int = 0,
    dev_size: float | None = None,
    test_size: float | None = None,
    group: str | None = None,
    time: str | None = None,
    id: str | None = None,
    stratify: bool = True,
    like: Any = None,
    source: str | None = None,
    goal_source: Any = None,
    also: Any = None,
    train_dev_size: float | None = None,
    source_input: bool = False,
    **aliases: Any,
) -> Splits:
    """Split a set into train, dev and test, or take the splits that exist.

    Made: dev = test = min(m/5, 10,000), exact; inside each class (each tenth of a number's range) the smallest hashes of a row are
    test, the next dev, so that a row's role depends on the row and the seed and not on its place in the file. Equal rows share a role.

    Args:
        data: a Dataset, or anything that `load` reads, to be split; a column with the use "role" is followed.
        train, dev, test, train_dev: sets that exist already, in place of `data`; val, valid, validation, eval and holdout are read
            as dev. Without dev it is made out of train.
        target: the target's column where a set is not loaded yet.
        seed: another seed, another split.
        dev_size, test_size: a count, a share below 1, or 0 for none; the rule where left out.
        group: a column whose values (patients) never stand in two roles.
        time: a column of dates or numbers: test is the latest, then dev, then train.
        id: a column to rank by in place of the row's own content.
        stratify: False to draw from all classes together.
        like: an earlier split (splits, a run, a run folder) whose cut points are kept, so that old rows keep their roles.
        source: the column that says where an example comes from (a web page, the app). Dev and test are then of the goal alone, a
            quarter of it each; the rest of it and all other sources train, and train_dev is carved out of what trains.
        goal_source: the source that counts, several of them, or "*" for all: they are shuffled, and all are in dev and in test.
        also: other sets whose examples train beside those of `data`, which is the goal: a set, several, or name -> set;
            `goal_source` then is what the goal is called.
        train_dev_size: rows, a share of what trains, or 0 for none; as many as dev, at most a fifth of what trains, where left out.
        source_input: True where the net may see the source column.

    Raises:
        UnusableInput: no train, sets that do not fit together, or arguments that exclude each other.

    Example:
        >>> import fathom
        >>> splits = fathom.split(fathom.sample("breast-cancer"), seed=0)
        >>> len(splits.train), len(splits.dev), len(splits.test)
        (341, 114, 114)

    Source: C2W1-02..04, C2W1-06, C2W1-07, C3W1-09..11, C3W2-07..09.
    """
    asked = Asked(
        seed=whole("seed", seed, low=-(2**63)),
        dev_size=dev_size,
        test_size=test_size,
        stratify=stratify,
        like=like,
        goal=goal_source,
        train_dev_size=train_dev_size,
    )
    given = _given({"train": train, "dev": dev, "test": test, "train_dev": train_dev}, aliases)
    rules = Rules({"group": group, "time": time, "id": id}, source, source_input)
    if "train" in given:
        if data is not None:
            raise refuse("split", expected="`data` or `train`", got="both", fix="pass split(train=..., dev=...) or split(data)")
        return _taken(given, target, asked, rules)
    if data is None:
        raise refuse("split", expected="a set to split, or `train`", got=f"{shown(given) or 'neither'}", fix="pass split(data)")
    if given:
        return _taken({"train": data, **given}, target, asked, rules)
    loaded, asked = _with_others(as_dataset(data, target), also, asked, rules)
    check_train(loaded)
    column = loaded.column_for("role")
    if column:
        return _by_column(loaded, column, asked)
    if loaded.source_column or _by_source_before(like):
        return _of_sources(loaded, make_by_source(loaded, asked))
    _check_source_told(asked)
    return _of_made(make(loaded, asked))


@dataclass(frozen=True)
class Rules:
    """The columns that rule a split: group, time and id by use, and the source with whether it is an input."""

    uses: Mapping[str, str | None]
    source: str | None = None
    source_input: bool = False

    def over(self, data: Dataset) -> Dataset:
        """The set with these uses."""
        data = ruled_by(data, **self.uses)
        if self.source is None or not self.source_input:
            return ruled_by(data, source=self.source)
        ruled_by(data, source=self.source)  # refuses a column that is not there
        return dataclasses.replace(data, notes={**data.notes, "source": self.source})


def _with_others(data: Dataset, also: Any, asked: Asked, rules: Rules) -> tuple[Dataset, Asked]:
    """The set ruled by its columns; with other sets beside it, the whole of them, with the first one as the goal."""
    if also is None:
        return rules.over(data), asked
    if rules.source is not None:
        fix = "`also` makes the column of sources itself, with the first set as the goal"
        raise refuse("split", expected="`also` or `source`", got="both", fix=fix)
    data = data if asked.goal is None else dataclasses.replace(data, name=str(asked.goal))
    whole_set = joined(data, also)
    source = whole_set.column_for("source")
    return Rules(rules.uses, source, rules.source_input).over(whole_set), dataclasses.replace(asked, goal=data.name)


def _by_source_before(like: Any) -> bool:
    return like is not None and bool(plan_like(like).source)


def _check_source_told(asked: Asked) -> None:
    for name, value in (("goal_source", asked.goal), ("train_dev_size", asked.train_dev_size)):
        if value:
            raise refuse(f"`{name}`", expected="a source column beside it", got="none", fix="say source='the column'")


def _of_sources(data: Dataset, made: BySource) -> Splits:
    seen = (*data.findings, *made.findings, *split_hints(data, made.plan))
    return Splits(made.parts, made.plan, (*seen, *absent_findings(made.plan.rows), *absent_classes(made.parts)))


def _given(roles: Mapping[str, Any], aliases: Mapping[str, Any]) -> dict[str, Any]:
    """The sets by role; an alias together with its name is an error."""
    given = {role: source for role, source in roles.items() if source is not None}
    for word, source in aliases.items():
        if word not in ALIASES:
            raise TypeError(f"split() got an unexpected keyword argument '{word}'")
        role = role_of(word)
        if source is not None and role in given:
            raise refuse(f"`{word}`", expected=f"`{role}` under one name", got=f"`{role}` twice", fix="leave one out")
        if source is not None:
            given[role] = source
    return given


def _of_made(made: Made) -> Splits:
    parts = made.parts()
    seen = (*made.data.findings, *made.findings, *split_hints(made.data, made.plan))
    findings = (*seen, *absent_findings(made.plan.rows), *absent_classes(parts))
    return Splits(parts, made.plan, findings)


def _by_column(data: Dataset, column: str, asked: Asked) -> Splits:
    parts = by_role_column(data, column)
    return _assembled(parts, asked, "role column", data.findings)


def _taken(given: Mapping[str, Any], target: str | None, asked: Asked, rules: Rules) -> Splits:
    train = rules.over(as_dataset(given["train"], target))
    check_train(train)
    parts = {"train": train, **{role: like_train(role, given[role], train) for role in ROLES if role in given and role != "train"}}
    if note := train.notes.get("source"):
        parts = {role: dataclasses.replace(data, notes={**data.notes, "source": note}) for role, data in parts.items()}
    seen = {(f.id, f.what): f for data in parts.values() for f in data.findings}
    return _assembled(parts, asked, "taken", tuple(seen.values()))


def _assembled(parts: dict[str, Dataset], asked: Asked, method: Method, findings: tuple[Finding, ...]) -> Splits:
    """Check sets that were given, and make dev out of train where there is none and nobody declined it."""
    findings = (*findings, *shared_rows(parts))
    plan = SplitPlan(method=method)
    if "dev" not in parts and (asked.dev_size is None or asked.dev_size):
        asked_dev = dataclasses.replace(asked, test_size=None if asked.like is not None else 0)
        made = _dev_of(parts["train"], asked_dev, has_train_dev="train_dev" in parts)
        if "test" in made.plan.rows and "test" in parts:
            raise refuse(
                "`like`", expected="a split that had a test set of its own", got="one that cuts test out of train", fix="leave test out"
            )
        parts, plan = {**parts, **made.parts}, dataclasses.replace(made.plan, method=method, dev_from_train=True)
        findings = (*findings, *made.findings)
    elif parts["train"].source_column:
        taken = take_by_source(parts, asked, plan)
        parts, plan, findings = taken.parts, taken.plan, (*findings, *taken.findings)
    parts = {role: parts[role] for role in ROLES if role in parts}
    rows = {role: len(data) for role, data in parts.items()}
    return Splits(parts, dataclasses.replace(plan, rows=rows), (*findings, *absent_findings(rows), *absent_classes(parts)))


def _dev_of(train: Dataset, asked: Asked, *, has_train_dev: bool) -> BySource:
    """Dev made out of train; of a train set with sources, out of the goal's rows, and train_dev where there is none."""
    if train.source_column:
        return make_by_source(train, dataclasses.replace(asked, train_dev_size=0) if has_train_dev else asked)
    _check_source_told(asked)
    made = make(train, asked)
    return BySource(made.parts(), made.plan, made.findings)
