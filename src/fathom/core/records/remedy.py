"""A remedy: one change to an experiment, for exactly one gap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Remedy(Record):
    """One knob, and the values of it that are tried at once; a knob acts on one gap alone (C3W1-02).

    Attributes:
        name: "wider", "deeper", "longer", "l2", "dropout" or "early stopping".
        gap: the one gap that it is for: "avoidable_bias" or "variance".
        what: in a few words, with its values: "l2 at 12 values, 0.3 to 90".
        why: what it rests on.
        choices: arguments by name that take the place of those of the experiment so far, one mapping a value.
        source: the course's row.

    Example:
        >>> print(Remedy(name="wider", gap="avoidable_bias", what="hidden 128-64", why="helps train", choices=({"hidden": (128, 64)},)))
        wider (for avoidable_bias): hidden 128-64
    """

    name: str
    gap: str
    what: str
    why: str
    choices: tuple[Mapping[str, Any], ...]
    source: str = ""

    def __str__(self) -> str:
        return f"{self.name} (for {self.gap}): {self.what}"
