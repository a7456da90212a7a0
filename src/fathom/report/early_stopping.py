"""What early stopping costs, read off the history: J goes on falling after the epoch whose weights are kept (C2W1-38, 39)."""

from __future__ import annotations

import math

from fathom.core.records.history import Epoch, History

WINDOW = 10
"""Epochs before the one that was kept over which the fall of J is measured."""

STILL = 0.001
"""Share of itself that J loses in an epoch, from which on it is falling."""

WHY = (
    "Early stopping stops optimizing J and regularizes at once, two jobs with one knob (C2W1-38); L2 with a full training keeps them apart."
)


def cost_of_stopping(history: History) -> str:
    """A few sentences, or "" where early stopping was off.

    The fall of J by the epoch is 1 - (J_k / J_(k-w))^(1/w), w = 10 or as many epochs as there were before epoch k.

    Example:
        >>> def epoch(i): return Epoch(epoch=i, J=0.5**i, data_term=0.5**i, penalty=0.0, learning_rate=0.1, weight_norm=1.0, updates=i)
        >>> cost_of_stopping(History([epoch(i) for i in range(1, 5)], best_epoch=2, stopped="early")).partition(";")[0]
        'The weights of epoch 2 of 4 are kept. There J was 0.25 and still falling, by 50% an epoch'
    """
    kept = next((e for e in history if e.epoch == history.best_epoch), None)
    if kept is None:
        return ""
    last = history.epochs[-1]
    begins = f"The weights of epoch {kept.epoch:,} of {last.epoch:,} are kept."
    return f"{begins} There J was {kept.J:.3g}{_course(history, kept)}{_after(kept, last)}. {WHY}"


def _course(history: History, kept: Epoch) -> str:
    """Whether J was falling there, and how fast."""
    before = next((e for e in history if e.epoch >= kept.epoch - WINDOW), kept)
    width = kept.epoch - before.epoch
    if not width or not (before.J > 0 and kept.J > 0 and math.isfinite(before.J) and math.isfinite(kept.J)):
        return ""
    fall = 1.0 - (kept.J / before.J) ** (1.0 / width)
    if fall >= STILL:
        return f" and still falling, by {_percent(fall)} an epoch"
    return " and no longer falling"


def _after(kept: Epoch, last: Epoch) -> str:
    """What J did in the epochs that were thrown away."""
    if last.epoch == kept.epoch or not (kept.J > 0 and math.isfinite(last.J)):
        return ""
    change = 1.0 - last.J / kept.J
    n = last.epoch - kept.epoch
    epochs = f"the {n:,} epochs" if n > 1 else "the epoch"
    if abs(change) < STILL:
        return f"; {epochs} after it, thrown away, left it there"
    way = f"took it down to {last.J:.3g}, {_percent(change)} less" if change > 0 else f"took it up to {last.J:.3g}"
    return f"; {epochs} after it, thrown away, {way}"


def _percent(share: float) -> str:
    return f"{float(f'{100 * share:.2g}'):g}%"
