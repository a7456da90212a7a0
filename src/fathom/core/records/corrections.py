"""Corrected labels, by role and example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fathom.core.expectations import refuse
from fathom.core.records.record import Record
from fathom.core.roles import ROLES

LONGEST = 1_000
"""Letters of a label."""


@dataclass(frozen=True, kw_only=True)
class Corrections(Record):
    """Labels that a person set right, or looked at and confirmed.

    Attributes:
        labels: by role, the right label of each example by its id; both as text.

    Example:
        >>> print(Corrections(labels={"dev": {"12": "dog"}}))
        dev: 1 label
    """

    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __str__(self) -> str:
        return "\n".join(f"{role}: {len(ids):,} label{'s' * (len(ids) != 1)}" for role, ids in self.labels.items()) or "no corrections"

    def __bool__(self) -> bool:
        return any(self.labels.values())

    def with_(self, more: Corrections) -> Corrections:
        """Both; the later one counts where an example is in both."""
        roles = [role for role in ROLES if role in self.labels or role in more.labels]
        return Corrections(labels={role: {**self.labels.get(role, {}), **more.labels.get(role, {})} for role in roles})

    @classmethod
    def from_json(cls, values: Any) -> Corrections:
        """What `to_json` gave.

        Raises:
            UnusableInput: it is something else.
        """
        labels = values.get("labels") if isinstance(values, dict) else None
        if not isinstance(labels, dict) or not set(labels) <= set(ROLES) or not all(_texts(ids) for ids in labels.values()):
            raise refuse("corrections", expected="labels by role and id, as text", got="something else")
        return cls(labels=labels)


def _texts(ids: Any) -> bool:
    return isinstance(ids, dict) and all(isinstance(label, str) and len(label) <= LONGEST for label in ids.values())
