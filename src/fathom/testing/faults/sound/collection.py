"""The sound set-ups, and the decorator that adds one.

Each is one that someone trains as it is: a judge expects no finding of severity error. `kind` says which check it tempts.
"""

from __future__ import annotations

from collections.abc import Callable

from fathom.testing.faults.set_up import Collection, Family, Maker, register

SOUND: Collection = {}


def sound(family: Family, kind: str, *, foreign: bool = False, link: str = "") -> Callable[[Maker], Maker]:
    """Add the decorated function to the sound set-ups.

    Args:
        family, kind: as in `SetUp`.
        foreign: whether the module is one that nobody here wrote.
        link: a public thread that says that this is sound.
    """
    return register(SOUND, family, kind, foreign=foreign, link=link)
