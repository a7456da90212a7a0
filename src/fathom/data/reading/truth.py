"""Yes and no in text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

PAIRS = (("false", "true"), ("no", "yes"), ("n", "y"), ("f", "t"), ("off", "on"))
"""(no, yes) in lower case; the first two also where only one of them occurs."""

_WORDS = {no: False for no, _ in PAIRS} | {yes: True for _, yes in PAIRS} | {"0": False, "1": True, "0.0": False, "1.0": True}


def is_yes_no(values: pl.Series) -> bool:
    """True where the different values are a pair of words for no and yes.

    Example:
        >>> import polars as pl
        >>> is_yes_no(pl.Series(["Yes", "no"])), is_yes_no(pl.Series(["m", "f"]))
        (True, False)
    """
    if not 1 <= len(values) <= 6:  # the same two words in several spellings
        return False
    words = set(values.str.to_lowercase())
    return any(words == set(pair) for pair in PAIRS) or any(len(words) == 1 and words < set(pair) for pair in PAIRS[:2])


def read_yes_no(text: pl.Series) -> pl.Series:
    """Text as Boolean, null where it is neither.

    Example:
        >>> import polars as pl
        >>> read_yes_no(pl.Series([" Yes", "n", "0", "maybe"])).to_list()
        [True, False, False, None]
    """
    import polars as pl

    return text.str.strip_chars().str.to_lowercase().replace_strict(_WORDS, default=None, return_dtype=pl.Boolean)
