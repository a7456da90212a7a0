"""Faults of others, and the decorator that adds one.

Each is small, on data at hand, and wrong in the way that the thread tells. Threads whose fault lies in the training loop or in
how the result was measured are left out: `check_model` is not shown either. Left out too, because the net is a sound one
that merely computes something else: a softmax over queries in a diffusion net
(https://github.com/labmlai/annotated_deep_learning_paper_implementations/issues/146, which trained as well) and channels
viewed as steps (https://github.com/vitrioil/Speech-Separation/issues/4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fathom.testing.faults.set_up import Collection, Family, Maker, register

OTHERS: Collection = {}


def of_others(family: Family, kind: str, found: str, thread: str, named: Iterable[str] = ()) -> Callable[[Maker], Maker]:
    """Add the decorated function to the faults of others.

    Args:
        family, kind: as in `SetUp`.
        found: ids without "check.", with spaces between them; one of them is enough.
        thread: "owner/repository/issues/number" or ".../pull/number" on GitHub.
        named: the parameters whose gradient is wrong.
    """
    return register(OTHERS, family, kind, found.split(), link=f"https://github.com/{thread}", named=frozenset(named))
