"""What a column of text is: categories, free text or an identifier."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fathom.core.records.column import ColumnKind

if TYPE_CHECKING:
    import polars as pl

_ID_NAME = re.compile(
    r"(^|[_\s.-])(id|ids|uuid|guid)$|^(index|idx|key|rowid|row_?num(ber)?|row_?no|s_?no)$|^unnamed|^(id|uuid|guid)[_\s]", re.I
)
_CAMEL_ID = re.compile(r"[a-z](Id|ID)$")

_TEXT_WORDS = 4.0
_TEXT_LENGTH = 60.0
_MANY = 20
"""Fewer different values than this are categories, however long they are."""

_UNIQUE = 0.95


def names_an_identifier(name: str) -> bool:
    """True for names as 'id', 'customer_id', 'orderId', 'uuid', 'Unnamed: 0'.

    Example:
        >>> [names_an_identifier(n) for n in ("customer_id", "orderId", "paid", "Unnamed: 0", "uv_index")]
        [True, True, False, True, False]
    """
    return bool(_ID_NAME.search(name) or _CAMEL_ID.search(name))


def kind_of_words(name: str, values: pl.Series, counts: pl.Series) -> ColumnKind:
    """Category, text or identifier.

    Text: at least 4 words or 60 characters on average, and too many different ones to be labels.
    Identifier: nearly every value different, or a name as 'customer_id' and most values different.

    Args:
        name: of the column.
        values: (u,) the different values.
        counts: (u,) how often each occurs.

    Example:
        >>> import polars as pl
        >>> kind_of_words("city", pl.Series(["Rome", "Oslo"]), pl.Series([7, 5]))
        'category'
    """
    n, different = int(counts.sum()), len(values)
    if different >= _MANY and different > 0.2 * n and _is_prose(values, counts):
        return "text"
    if different > _UNIQUE * n and different > 2:
        return "identifier"
    if names_an_identifier(name) and different > max(_MANY, 0.5 * n):
        return "identifier"
    return "category"


def _is_prose(values: pl.Series, counts: pl.Series) -> bool:
    n = int(counts.sum())
    words = float(((values.str.count_matches(r"\s+") + 1) * counts).sum()) / n
    length = float((values.str.len_chars() * counts).sum()) / n
    return words >= _TEXT_WORDS or length >= _TEXT_LENGTH
