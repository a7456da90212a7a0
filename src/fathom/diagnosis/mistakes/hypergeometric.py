"""The chance of as many mistakes in a slice, or more, were they dealt out at random: the tail of the hypergeometric law."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@lru_cache(maxsize=8)
def _log_factorials(most: int) -> NDArray[np.float64]:
    """log 0! .. log most!"""
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, most + 1)))])


def upper_tails(n: int, wrong: int, size: int) -> NDArray[np.float64]:
    """P(X >= k) for k = 0..size + 1, X the mistakes among `size` examples drawn from n of which `wrong` are mistakes.

    P(X = k) = C(wrong, k) C(n - wrong, size - k) / C(n, size)

    Args:
        n: examples.
        wrong: mistakes among them, 0..n.
        size: of the slice, 0..n.

    Returns:
        (size + 2,) falling from 1 to 0.

    Source:
        Fisher 1935 (the one-sided exact test).

    Example:
        >>> upper_tails(10, 5, 3).round(4).tolist()
        [1.0, 0.9167, 0.5, 0.0833, 0.0]
    """
    log = _log_factorials(n)
    k = np.arange(max(0, size - (n - wrong)), min(size, wrong) + 1)
    chosen = log[wrong] - log[k] - log[wrong - k]
    others = log[n - wrong] - log[size - k] - log[n - wrong - size + k]
    pmf = np.zeros(size + 2)
    pmf[k] = np.exp(chosen + others - (log[n] - log[size] - log[n - size]))
    return np.minimum(np.cumsum(pmf[::-1])[::-1], 1.0)
