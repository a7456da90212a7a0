"""Names of parameters and modules as a sentence shows them."""

from __future__ import annotations

from collections.abc import Iterable

from fathom.core.expectations import shown


def quoted(names: Iterable[str], most: int = 4) -> str:
    """Names in quotes, the first few of them.

    Example:
        >>> quoted(["0.weight", "0.bias", "2.weight"], most=2)
        "'0.weight', '0.bias' and 1 more"
    """
    return shown([f"'{name}'" for name in names], most)
