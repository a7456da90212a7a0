"""How many examples each role gets (C2W1-03, C2W1-04).

dev = test = min(m/5, 10,000) up to 4 million examples, 0.25% each above.
"""

from __future__ import annotations

from typing import NamedTuple

from fathom.core.expectations import refuse

ENOUGH = 10_000
"""Examples of dev beyond which more tell little: 0.1% is ten of them (C3W1-13)."""

LARGE = 4_000_000
"""Examples beyond which 0.25% is more than `ENOUGH`."""


class Sizes(NamedTuple):
    """Examples by role."""

    train: int
    dev: int
    test: int

    def __str__(self) -> str:
        return f"{self.train:,} train, {self.dev:,} dev, {self.test:,} test"


def role_sizes(m: int, dev: float | None = None, test: float | None = None) -> Sizes:
    """Sizes of train, dev and test for m examples.

    Args:
        m: examples in all.
        dev: None for the rule, else a count (1,000) or a share (0.2); 0 or False for none.
        test: likewise.

    Raises:
        UnusableInput: nothing would be left for train, or a size makes no sense.

    Example:
        >>> print(role_sizes(1_000))
        600 train, 200 dev, 200 test
        >>> role_sizes(1_000_000)
        Sizes(train=980000, dev=10000, test=10000)
        >>> role_sizes(1_000, dev=0.3, test=0)
        Sizes(train=700, dev=300, test=0)
    """
    sizes = [_size(name, m, asked) for name, asked in (("dev_size", dev), ("test_size", test))]
    if m - sum(sizes) < 1:
        raise refuse(
            "split sizes",
            expected="at least one example left for train",
            got=f"{sizes[0]:,} dev and {sizes[1]:,} test of {m:,}",
            fix="give a smaller dev_size or test_size",
        )
    return Sizes(m - sum(sizes), *sizes)


def rule(m: int) -> int:
    """The size of dev, and of test, for m examples: m/5 (m/400 above 4 million) to the nearest whole number, at most 10,000 below."""
    return round(m / 400) if m > LARGE else min(round(m / 5), ENOUGH)


def _size(name: str, m: int, asked: float | None) -> int:
    if asked is None:
        return rule(m)
    expected = "a count (1000), a share below 1 (0.2), or 0 for none"
    try:
        size = float(asked)
        right = 0 <= size < float("inf") and (size < 1 or size == int(size)) and asked is not True
    except (TypeError, ValueError):
        right = False
    if not right:
        raise refuse(f"`{name}`", expected=expected, got=repr(asked))
    return int(size) if size >= 1 else max(round(m * size), int(size > 0))
