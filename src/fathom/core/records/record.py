"""What every record can do: turn itself into plain JSON values."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any


def plain(value: Any) -> Any:
    """`value` as JSON knows it: arrays become lists, records dicts, NaN and infinity None.

    Example:
        >>> import numpy as np
        >>> plain({"a": np.float64("nan"), "b": np.arange(2)})
        {'a': None, 'b': [0, 1]}
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Record):
        return value.to_json()
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if hasattr(value, "tolist"):  # NumPy's arrays and scalars; NumPy itself is not loaded for a diagnosis of bare rates
        return plain(value.tolist())
    return str(value)


class Record:
    """Base of the frozen dataclasses that are drawn, written or compared.

    A subclass is a dataclass with a plain-text `__str__`; `to_json` gives a dict of JSON values, one key a field.
    """

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values, by name."""
        return {f.name: plain(getattr(self, f.name)) for f in dataclasses.fields(self)}  # type: ignore[arg-type]

    def _repr_html_(self) -> str | None:
        from fathom.core.display import html_of

        return html_of(self)
