"""What stands for 'no value' in text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

MARKERS = ("", "na", "n/a", "#n/a", "<na>", "nan", "nat", "null", "none", "?", "-")
"""Missing in any column, in any case, with space around."""

LABEL_MARKERS = tuple(m for m in MARKERS if m not in ("none", "-"))
"""Missing in a target of labels: 'none' and '-' are classes there (none, mild, severe; +, -)."""


def without_markers(text: pl.Series, markers: tuple[str, ...] = MARKERS) -> pl.Series:
    """Text without space around it, null where it stands for no value.

    Example:
        >>> import polars as pl
        >>> without_markers(pl.Series([" a", "N/A", "-"])).to_list()
        ['a', None, None]
    """
    import polars as pl

    bare = text.str.strip_chars()
    longest = max(map(len, markers))
    suspect = bare.str.len_bytes() <= longest
    if not suspect.any():
        return bare
    gone = suspect & bare.str.to_lowercase().is_in(list(markers))
    return pl.select(pl.when(~gone).then(bare)).to_series().alias(text.name)
