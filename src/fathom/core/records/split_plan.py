"""How splits came to be: enough to make them again, and to give old rows the same role when data grow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from fathom.core.expectations import refuse
from fathom.core.records.record import Record

Method = Literal["made", "taken", "role column"]

METHODS = ("made", "taken", "role column")


@dataclass(frozen=True, kw_only=True)
class SplitPlan(Record):
    """How splits were made.

    Attributes:
        method: "made" by fathom, "taken" as they were given, or read from a "role column".
        seed: of the ranks; without meaning where nothing was made.
        rows: examples by role.
        stratified: whether each class (or tenth of a number's range) got its share in every role.
        group, time, id: the column that ruled, or "".
        dev_from_train: the dev set was not given and was made out of train.
        like: where the cut points came from, or "".
        source, goal: the column that says where an example comes from, and the sources that dev and test are taken from.
        sources: source -> role -> examples.
        cuts: what decides a row's role. By rank: "test" and "dev" (the largest rank of the role, in hex), "exceptions" (rank
            -> role), "single" (copies that do not share a role: "all" or their digests). By time: "dev_from" and "test_from".
            By source: these for the goal, and "train_dev", the same for what trains, with train_dev in the place of dev.

    Example:
        >>> print(SplitPlan(method="made", seed=0, rows={"train": 60, "dev": 20, "test": 20}, stratified=True))
        Made: ranked by a hash of each row, stratified by the target, seed 0.
    """

    method: Method
    seed: int = 0
    rows: Mapping[str, int] = field(default_factory=dict)
    stratified: bool = False
    group: str = ""
    time: str = ""
    id: str = ""
    dev_from_train: bool = False
    like: str = ""
    source: str = ""
    goal: Sequence[str] = ()
    sources: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    cuts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, values: Any) -> SplitPlan:
        """Read what `to_json` wrote.

        Raises:
            UnusableInput: it is something else.
        """
        kinds: dict[str, Any] = {name: type(default) for name, default in vars(cls(method="made")).items()}
        kinds |= {"rows": Mapping, "cuts": Mapping, "sources": Mapping, "goal": list | tuple}
        right = isinstance(values, Mapping) and set(values) <= set(kinds) and values.get("method") in METHODS
        if not right or any(not isinstance(value, kinds[name]) for name, value in values.items()):
            raise refuse("split plan", expected="the record of how a split was made", got="something else", fix="split again")
        return cls(**values)

    def __str__(self) -> str:
        text = {"made": f"Made: {self._rule()}", "taken": "Taken as they are", "role column": "Read from the role column"}[self.method]
        if self.dev_from_train:
            text += f"; dev made out of train: {self._rule()}"
        if self.goal:
            text += f", dev and test of {' and '.join(map(str, self.goal))} ({self.source}) alone"
        if self.like:
            text += f", cut points of {self.like}"
        return text + "."

    def _rule(self) -> str:
        if self.time:
            cuts = " and ".join(f"{role} from {self.cuts[f'{role}_from']}" for role in ("dev", "test") if self.cuts.get(f"{role}_from"))
            return f"by time '{self.time}', {cuts}"
        what = f"each {self.group}, none in two roles" if self.group else f"each {self.id}" if self.id else "each row"
        return f"ranked by a hash of {what}{', stratified by the target' if self.stratified else ''}, seed {self.seed}"
