"""How many examples each role gets (C2W1-03, C2W1-04).

dev = test = min(m/5, 10,000) up to 4 million examples, 0.25% each above. Where other sources fill train (C3W2-07) a quarter of the goal
takes the place of a fifth of all.
"""

from __future__ import annotations

from typing import NamedTuple

from fathom.core.expectations import refuse

ENOUGH = 10_000
"""Examples of dev beyond which more tell little: 0.1% is ten of them (C3W1-13)."""

LARGE = 4_000_000
"""Examples beyond which 0.25% is more than `ENOUGH`."""


PARTS = 5
"""dev is one part in five, and so is test."""

GOAL_PARTS = 4
"""Of the goal, where other sources fill train."""


class Sizes(NamedTuple):
    """Examples by role."""

    train: int
    dev: int
    test: int

    def __str__(self) -> str:
        return f"{self.train:,} train, {self.dev:,} dev, {self.test:,} test"


def role_sizes(m: int, dev: float | None = None, test: float | None = None, *, others_train: bool = False) -> Sizes:
    """Sizes of train, dev and test for m examples.

    Args:
        m: examples in all.
        dev: None for the rule, else a count (1,000) or a share (0.2); 0 or False for none.
        test: likewise.
        others_train: whether examples of other sources are in train too: then none of these need to be, and the rule is a quarter.

    Raises:
        UnusableInput: nothing would be left for train, or a size makes no sense.

    Example:
        >>> print(role_sizes(1_000))
        600 train, 200 dev, 200 test
        >>> role_sizes(1_000_000)
        Sizes(train=980000, dev=10000, test=10000)
        >>> role_sizes(1_000, dev=0.3, test=0)
        Sizes(train=700, dev=300, test=0)
        >>> role_sizes(10_000, others_train=True)  # the course's 10,000 app pictures beside 200,000 of the web (C3W2-07)
        Sizes(train=5000, dev=2500, test=2500)
    """
    parts = GOAL_PARTS if others_train else PARTS
    sizes = [_size(name, m, asked, parts) for name, asked in (("dev_size", dev), ("test_size", test))]
    if m - sum(sizes) < (0 if others_train else 1):
        raise refuse(
            "split sizes",
            expected="at least one example left for train",
            got=f"{sizes[0]:,} dev and {sizes[1]:,} test of {m:,}",
            fix="give a smaller dev_size or test_size",
        )
    return Sizes(m - sum(sizes), *sizes)


def rule(m: int, parts: int = PARTS) -> int:
    """The size of dev, and of test, for m examples: m/5 (m/400 above 4 million) to the nearest whole number, at most 10,000 below."""
    return round(m / 400) if m > LARGE else min(round(m / parts), ENOUGH)


def size_of(name: str, m: int, asked: float) -> int:
    """A size that was asked for, a count or a share of m, as a count.

    Raises:
        UnusableInput: it is neither.
    """
    return _size(name, m, asked, PARTS)


def _size(name: str, m: int, asked: float | None, parts: int) -> int:
    if asked is None:
        return rule(m, parts)
    expected = "a count (1000), a share below 1 (0.2), or 0 for none"
    try:
        size = float(asked)
        right = 0 <= size < float("inf") and (size < 1 or size == int(size)) and asked is not True
    except (TypeError, ValueError):
        right = False
    if not right:
        raise refuse(f"`{name}`", expected=expected, got=repr(asked))
    return int(size) if size >= 1 else max(round(m * size), int(size > 0))
