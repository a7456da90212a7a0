"""Which slices do worse than chance allows: all of them tried at once, each p corrected for all by permutation.

    the errors are dealt out anew to the same examples, 999 times; each time the best slice is kept
    p of a slice = (1 + times that the best one of a deal was at least as good) / 1,000

That is Westfall and Young's correction (single step): exact under the null hypothesis that errors have nothing to do with what the
examples are, however the slices overlap. 'Good' is the one-sided hypergeometric tail of the mistakes inside where errors are 0/1; else
the mean rank of the errors inside, in its own deviations over the deals. Where examples come in groups, whole groups are dealt (their
mean among groups of like size, the rest within each), so that a few bad patients do not pass for a column's fault; slices that are
groups themselves are dealt by single examples and count as a second family.

Source:
    Westfall and Young 1993, Resampling-based Multiple Testing; Phipson and Smyth 2010 for the one in front.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from fathom.core.seeding import generator
from fathom.diagnosis.mistakes.hypergeometric import upper_tails

DEALS, FEWER_DEALS = 999, 299
COSTLY = 8_000_000
"""Cells of slices times examples, from which on fewer deals are made."""

CELLS = 4_000_000
"""Errors held at one time."""

Numbers = NDArray[np.float64]
Dealer = Callable[[np.random.Generator, int], NDArray[np.float32]]


def corrected_p(errors: Numbers, masks: NDArray[np.bool_], *, group: NDArray[np.int64] | None = None, seed: int = 0) -> Numbers:
    """The corrected p of each slice.

    Args:
        errors: (n,) of each example.
        masks: (S, n) which examples each slice holds; neither none nor all.
        group: (n,) the group of each example, from 0; None where they are single.
        seed: of the deals.

    Returns:
        (S,) p-values, one-sided: small where the slice does worse.

    Example:
        >>> errors = np.array([1.0] * 9 + [0.0] * 91)
        >>> masks = np.zeros((2, 100), dtype=bool)
        >>> masks[0, :12], masks[1, 40:60] = True, True
        >>> corrected_p(errors, masks).tolist()
        [0.001, 1.0]
    """
    if not len(masks) or errors.max(initial=0.0) == errors.min(initial=0.0):
        return np.ones(len(masks))
    deals = DEALS if masks.size <= COSTLY else FEWER_DEALS
    rng = generator(seed, "slices")
    flat = np.ascontiguousarray(masks.astype(np.float32))
    if group is None and bool(np.isin(errors, (0.0, 1.0)).all()):
        return _by_count(errors, flat, deals, rng)
    scores = _ranks(errors)
    return _by_rank(scores, flat, deals, rng, _single(scores) if group is None else _grouped(scores, group))


def _by_count(errors: Numbers, masks: NDArray[np.float32], deals: int, rng: np.random.Generator) -> Numbers:
    """The least tail of each deal."""
    n, wrong = len(errors), int(errors.sum())
    sizes = masks.sum(axis=1).astype(np.int64)
    tails = {int(size): upper_tails(n, wrong, int(size)) for size in np.unique(sizes)}
    table = np.ones((len(masks), int(sizes.max()) + 2))
    for i, size in enumerate(sizes.tolist()):
        table[i, : size + 2] = tails[size]
    own = table[np.arange(len(masks)), np.rint(masks @ errors.astype(np.float32)).astype(np.int64)]
    least = [
        np.take_along_axis(table, np.rint(masks @ dealt.T).astype(np.int64), axis=1).min(axis=0)
        for dealt in _dealt(_single(errors), n, deals, rng)
    ]
    best = np.sort(np.concatenate(least))
    return (1 + np.searchsorted(best, own * (1 + 1e-9), side="right")) / (deals + 1)


def _by_rank(scores: Numbers, masks: NDArray[np.float32], deals: int, rng: np.random.Generator, dealer: Dealer) -> Numbers:
    """The largest mean rank of each deal, in deviations of the slice."""
    sums = np.concatenate([masks @ dealt.T for dealt in _dealt(dealer, len(scores), deals, rng)], axis=1).astype(np.float64)
    own = masks.astype(np.float64) @ scores
    everything = np.concatenate([own[:, None], sums], axis=1)  # the observed deal is one of them: all are treated alike
    mean, std = everything.mean(axis=1), everything.std(axis=1)
    std = np.where(std > 1e-12, std, np.inf)
    best = np.sort(((sums - mean[:, None]) / std[:, None]).max(axis=0))
    own = (own - mean) / std
    return (1 + len(best) - np.searchsorted(best, own - 1e-9, side="left")) / (deals + 1)


def _dealt(dealer: Dealer, n: int, deals: int, rng: np.random.Generator) -> Iterator[NDArray[np.float32]]:
    rows = max(CELLS // n, 1)
    for done in range(0, deals, rows):
        yield dealer(rng, min(rows, deals - done))


def _single(values: Numbers) -> Dealer:
    """Every example for itself."""
    short = values.astype(np.float32)

    def deal(rng: np.random.Generator, rows: int) -> NDArray[np.float32]:
        return rng.permuted(np.broadcast_to(short, (rows, len(short))), axis=1)

    return deal


def _grouped(values: Numbers, group: NDArray[np.int64]) -> Dealer:
    """Means of groups among groups of like size, what is left within each group."""
    order = np.argsort(group, kind="stable")
    sizes = np.bincount(group)
    means = np.bincount(group, weights=values) / np.maximum(sizes, 1)
    left = values - means[group]
    like = np.floor(np.log2(np.maximum(sizes, 1))).astype(np.int64)
    classes = [np.flatnonzero(like == c) for c in np.unique(like)]
    sorted_group, sorted_left = group[order], left[order]

    def deal(rng: np.random.Generator, rows: int) -> NDArray[np.float32]:
        made = np.empty((rows, len(values)), dtype=np.float32)
        for row in made:
            new = means.copy()
            for members in classes:
                new[members] = means[rng.permutation(members)]
            within = np.argsort(sorted_group + rng.random(len(group)))  # the members of each group in a new order
            row[order] = sorted_left[within]
            row += new[group]
        return made

    return deal


def _ranks(values: Numbers) -> Numbers:
    """Ranks with ties at their middle, from -1/2 to 1/2."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts + 1) / 2
    return middle[place] / max(len(values) - 1, 1) - 0.5


def group_codes(names: Sequence[object]) -> NDArray[np.int64]:
    """(n,) whole numbers from 0 for names of groups."""
    return np.unique(np.asarray([str(name) for name in names]), return_inverse=True)[1].astype(np.int64)
