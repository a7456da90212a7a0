"""The target: what is to be predicted, in the user's own terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fathom.core.records.record import Record

Kind = Literal["binary", "multiclass", "regression"]


@dataclass(frozen=True, kw_only=True)
class Target(Record):
    """Name, kind and classes of what is predicted.

    Attributes:
        name: the target's column.
        kind: "binary", "multiclass" or "regression".
        classes: the labels as text, in the order of their codes 0..C-1; for binary, classes[1] is the positive one.
            Empty for regression.
        dtype: how the user's labels are typed ("string", "integer", "float" or "boolean"), so that predictions come
            back in the same type.

    Example:
        >>> print(Target(name="churned", kind="binary", classes=("no", "yes"), dtype="string"))
        churned: binary (no, yes)
    """

    name: str
    kind: Kind
    classes: tuple[str, ...] = ()
    dtype: Literal["string", "integer", "float", "boolean"] = "float"

    def __str__(self) -> str:
        from fathom.core.expectations import shown

        labels = [c if len(c) <= 30 else f"{c[:29]}\u2026" for c in self.classes]
        return f"{self.name}: {self.kind}" + (f" ({shown(labels)})" if labels else "")
