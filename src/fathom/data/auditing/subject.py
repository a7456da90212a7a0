"""What an audit looks at: splits as they are and as a net would see them, and an order of rows that no file decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.records.prepared import Prepared
from fathom.core.seeding import generator
from fathom.data.dataset import Dataset
from fathom.data.prepare import Prepare
from fathom.data.preparing.pictures import picture_in
from fathom.data.splits import Splits
from fathom.data.splitting.copies import mixed
from fathom.data.splitting.row_digests import row_digests

Features = NDArray[np.float32]

BLOCK = 65_536
"""Rows whose keys are made at a time."""


@dataclass(eq=False)
class Subject:
    """Splits under audit.

    Attributes:
        splits: as they are.
        prepare, prepared: fitted on train, and every role as a net would see it.
        seed: of everything that is drawn.
        most: rows of a role that a check of single columns looks at.
        neighbors: rows whose nearest neighbors are looked for, of train and of the others each.
    """

    splits: Splits
    prepare: Prepare
    prepared: Prepared
    seed: int = 0
    most: int = 20_000
    neighbors: int = 2_000

    @property
    def roles(self) -> dict[str, Dataset]:
        """The sets that have rows."""
        return {role: data for role, data in self.splits.roles.items() if len(data)}

    @property
    def train(self) -> Dataset:
        """The train set."""
        return self.splits.train

    @property
    def cells(self) -> int:
        """Rows times inputs, of all roles."""
        return sum(len(data) for data in self.roles.values()) * max(len(self.train.inputs), 1)

    @property
    def rows(self) -> int:
        """Of all roles."""
        return sum(len(data) for data in self.roles.values())

    @cached_property
    def digests(self) -> dict[str, NDArray[np.uint64]]:
        """By role, (n,) equal for rows with equal inputs."""
        names = [c.name for c in self.train.inputs]
        return {role: row_digests(data.table, names, 0) for role, data in self.roles.items()}

    @cached_property
    def picture(self) -> tuple[int, int] | None:
        """(rows, columns) where the inputs are the pixels of pictures, all of them and in reading order."""
        parts = self.train.notes.get("shape", "").split("x")
        if len(parts) != 2 or not all(part.isdigit() for part in parts):
            return None
        shape = (int(parts[0]), int(parts[1]))
        return shape if shape[0] * shape[1] == len(self.train.inputs) and min(shape) > 1 else None

    @property
    def pixels(self) -> bool:
        """Whether the inputs are the pixels of pictures, gray or in color."""
        return self.picture is not None or picture_in(self.train) is not None

    @cached_property
    def weights(self) -> Features:
        """(d,) what a feature counts in a distance: all the same, but a pixel of a picture by how much it varies.

        Pixels share one unit, so that their own scale is the right one: a corner that is hardly ever lit must not outweigh the rest.
        """
        weights = np.ones(len(self.prepare.names), dtype=np.float32)
        if self.pixels:
            scaling, at = self.prepare.scaling, self.prepare.layout
            std = scaling.std[at.values]
            weights[at.value_at] = std / np.sqrt(np.mean(std**2))
        return weights

    def points(self, role: str, rows: NDArray[np.int64] | None = None) -> Features:
        """(n, d) the rows of a role as distances are taken between them."""
        x = self.prepared.inputs[role] if rows is None else self.prepared.inputs[role][rows]
        return x * self.weights if self.pixels else x

    @cached_property
    def keys(self) -> dict[str, NDArray[np.uint64]]:
        """By role, (n,) a hash of each row's scaled inputs: what is drawn goes by it, so neither the order of the rows nor the unit
        (nor the sign) of a column matters.
        """
        factors = generator(self.seed, "audit", "keys").integers(1, 2**62, len(self.prepare.names), dtype=np.uint64) * np.uint64(2)
        return {role: keys_of(x, factors + np.uint64(1)) for role, x in self.prepared.inputs.items()}

    def drawn(self, role: str, most: int) -> NDArray[np.int64]:
        """Positions of at most `most` rows of a role, those with the smallest keys, in the order of the keys."""
        keys = self.keys[role]
        order = np.argsort(keys, kind="stable") if len(keys) <= most else np.argpartition(keys, most)[:most]
        return order[np.argsort(keys[order], kind="stable")].astype(np.int64)

    def beside_text(self) -> Subject | None:
        """The columns beside a text, as a subject of their own; the subject itself without a text, None where it stands alone."""
        words = self.prepare.vocabulary
        if words is None:
            return self
        if not self.prepare.beside:
            return None
        columns = tuple(replace(c, use="aside") if c.name == words.column else c for c in self.prepare.columns)
        roles = {role: replace(data, columns=columns) for role, data in self.splits.roles.items()}
        inputs = {role: x[:, words.length :] for role, x in self.prepared.inputs.items()}
        return replace(
            self,
            splits=replace(self.splits, roles=roles),
            prepare=replace(self.prepare, columns=columns, vocabulary=None),
            prepared=replace(self.prepared, inputs=inputs),
        )

    @property
    def ruling(self) -> Mapping[str, str]:
        """The columns that stand for a group and a time, where the user named them."""
        found = {use: self.train.column_for(use) for use in ("group", "time")}
        return {use: name for use, name in found.items() if name is not None}

    @property
    def exchangeable(self) -> bool:
        """Whether the roles were drawn from one set, row by row."""
        how = self.splits.how
        return how.method == "made" and not (how.time or how.group or how.like or how.source)

    def groups(self, role: str) -> NDArray[Any] | None:
        """(n,) the group of each row, or None where no column names groups."""
        return self.prepared.groups.get(role)


def keys_of(x: Features, factors: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """(n,) a hash of the absolute values of each row, in ten-thousandths of a standard deviation."""
    keys = np.zeros(len(x), dtype=np.uint64)
    for start in range(0, len(x), BLOCK):
        cells = np.rint(np.abs(x[start : start + BLOCK]) * np.float32(10_000)).astype(np.int64).view(np.uint64)
        keys[start : start + BLOCK] = (cells * factors).sum(axis=1, dtype=np.uint64)
    return mixed(keys, np.ones(len(keys), dtype=np.int64))
