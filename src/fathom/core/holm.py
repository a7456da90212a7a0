"""Several tests at once: p-values adjusted so that the whole family keeps its level."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p: Sequence[float]) -> list[float]:
    """p-values of several tests, adjusted so that the chance of one false 'different' among them stays at the level.

    The smallest is multiplied by k, the next by k - 1 and so on, never below the one before, at most 1.

    Source:
        Holm 1979.

    Example:
        >>> [round(v, 9) for v in holm([0.01, 0.04, 0.03])]
        [0.03, 0.06, 0.06]
    """
    adjusted, before = [0.0] * len(p), 0.0
    for rank, i in enumerate(sorted(range(len(p)), key=lambda i: p[i])):
        before = max(before, min(1.0, (len(p) - rank) * p[i]))
        adjusted[i] = before
    return adjusted
