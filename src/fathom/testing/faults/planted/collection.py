"""The planted faults, and the decorator that adds one."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fathom.testing.faults.set_up import Collection, Family, Maker, register

PLANTED: Collection = {}


def planted(family: Family, kind: str, found: str, named: Iterable[str] = ()) -> Callable[[Maker], Maker]:
    """Add the decorated function to the planted faults.

    Args:
        family, kind: as in `SetUp`.
        found: ids without "check.", with spaces between them; one of them is enough.
        named: the parameters whose gradient is wrong.
    """
    return register(PLANTED, family, kind, found.split(), named=frozenset(named))
