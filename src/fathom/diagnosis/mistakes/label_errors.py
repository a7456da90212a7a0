"""Labels that are likely wrong, ranked by what the net's probabilities say against them: confident learning (C3W2-04).

    t_j = mean of p_j over the examples labeled j: how sure the net is of class j where it is right to be
    example i is a suspect where, among the classes with p_ij >= t_j, the likeliest is not its label
    ranked by p_likely - p_label, the largest first

The probabilities have to be those of examples that the net did not learn from, as those of dev are. A net that is simply wrong looks
the same: whether a label is wrong only a person can say.

Source:
    Northcutt, Jiang and Chuang 2021, Confident Learning: Estimating Uncertainty in Dataset Labels, JAIR 70 (the rule and the ranking by
    normalized margin).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fathom.core.records.suspect import Suspect

MOST = 100
"""Suspects that are kept; there are rarely more in 10,000 examples that are worth a look."""


def suspected(labels: NDArray[np.int64], p: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which labels are likely wrong.

    Args:
        labels: (n,) codes 0..C-1.
        p: (n, C) probabilities.

    Returns:
        The positions, the likeliest first, and for each the class that the net takes it for.

    Example:
        >>> p = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8], [0.05, 0.95]])
        >>> rows, likely = suspected(np.array([0, 0, 1, 1, 0]), p)
        >>> rows.tolist(), likely.tolist()
        ([4], [1])
    """
    C = p.shape[1]
    counts = np.bincount(labels, minlength=C)
    own = np.bincount(labels, weights=p[np.arange(len(labels)), labels], minlength=C)
    limits = np.where(counts > 0, own / np.maximum(counts, 1), np.inf)
    sure = np.where(p >= limits - 1e-12, p, -1.0)
    likely = sure.argmax(axis=1)
    rows = np.flatnonzero((sure.max(axis=1) >= 0) & (likely != labels))
    margin = p[rows, likely[rows]] - p[rows, labels[rows]]
    order = np.argsort(-margin, kind="stable")
    return rows[order], likely[rows][order]


def suspects_of(
    ids: Sequence[str], labels: NDArray[np.int64], p: NDArray[np.float64], classes: Sequence[str], *, role: str = "dev", most: int = MOST
) -> tuple[tuple[Suspect, ...], int]:
    """The suspects as people read them, and how many there are in all.

    Args:
        ids: of the n examples.
        labels: (n,) codes.
        p: (n, C) probabilities.
        classes: the C names.
        role: that the examples belong to.
        most: suspects that are wanted.
    """
    rows, likely = suspected(labels, p)
    net = p.argmax(axis=1)
    listed = [
        Suspect(
            id=ids[i],
            label=classes[labels[i]],
            likely=classes[j],
            p_label=float(p[i, labels[i]]),
            p_likely=float(p[i, j]),
            predicted=bool(net[i] == labels[i]),
            role=role,
        )
        for i, j in zip(rows[:most].tolist(), likely[:most].tolist(), strict=True)
    ]
    return tuple(listed), len(rows)
