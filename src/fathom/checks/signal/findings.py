"""What a signal gives reason to say: it vanishes, explodes, dies or saturates; where, why, and what mends it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from fathom.checks.signal.layers import Layer
from fathom.checks.signal.path import Path
from fathom.core.records.finding import Finding, Severity
from fathom.core.records.layer_signal import LayerSignal
from fathom.core.records.mend import Mend
from fathom.core.records.time_signal import TimeSignal

SURE = 1e6
"""A signal that changes more than this many times stops a net from learning, whatever the optimizer."""
SMALL, LARGE = 0.5, 2.0
"""Outside of these a factor per layer is worth a warning, whatever the depth of today."""
DEEP = 4
"""Layers that a path has before its factor per layer means something."""
DEAD, SATURATED = 0.75, 0.5
GATED = {"lstm_cell", "gru_cell"}
TINY = 1e-30
"""A layer that reads less than this is dead because the signal is."""
ENDING = {"vanishing": "shrinks", "exploding": "grows"}


def found(
    path: Path, rows: Sequence[LayerSignal], layers: Sequence[Layer], times: Sequence[TimeSignal], mends: Sequence[Mend]
) -> Iterator[Finding]:
    """All findings of one signal check."""
    if path.verdict != "healthy":
        yield _of_verdict(path, rows, layers, mends)
    else:
        yield from _of_factor(path, rows)
    yield from _of_times(times)
    yield from _dead(rows)
    yield from _saturated(path, rows)


def _of_verdict(path: Path, rows: Sequence[LayerSignal], layers: Sequence[Layer], mends: Sequence[Mend]) -> Finding:
    first, last = rows[path.layers[0]], rows[path.layers[-1]]
    start = rows[path.starts if path.starts is not None else path.layers[0]]
    if path.backwards:
        subject, factor = "gradient", path.gradient_factor
        span = _span("it", path.backward, first.name, last.name)
    else:
        subject, factor = "signal", path.factor
        span = _span("its std", path.forward, last.name, first.name)
    spread = f"{_times(factor)} per layer over {len(path.layers)} layers"
    what = f"The {subject} {ENDING[path.verdict]}: {span}, {spread}; it starts at '{start.name}'."
    best = mends[0] if mends else None
    evidence = {
        "forward": path.forward,
        "backward": path.backward,
        "factor": path.factor,
        "gradient_factor": path.gradient_factor,
        "layers": len(path.layers),
        "starts": start.name,
        "tried": {mend.name: mend.verdict for mend in mends},
    }
    return Finding(
        id=f"check.signal.{path.verdict}",
        severity=_severity(path, layers),
        what=what,
        where=start.name,
        evidence=evidence,
        cause=_cause(path, start, mends),
        fix=_fix(best),
    )


def _span(subject: str, ratio: float | None, here: str, there: str) -> str:
    if ratio == 0.0:
        return f"nothing of it is left at '{here}'"
    if ratio is not None and ratio == math.inf:
        return f"at '{here}' it has left the range of the numbers"
    return f"at '{here}' {subject} is {_times(ratio)} what it is at '{there}'"


def _severity(path: Path, layers: Sequence[Layer]) -> Severity:
    """Through time it is common and does not stop a net from learning: never an error, with gates not even a warning."""
    ratio = (path.backward if path.backwards else path.forward) or 0.0
    again = {layers[place].operation for place in path.layers if layers[place].call > 1}
    if again:
        return "info" if again <= GATED and path.verdict == "vanishing" else "warning"
    return "warning" if 1.0 / SURE <= ratio <= SURE else "error"


def _cause(path: Path, start: LayerSignal, mends: Sequence[Mend]) -> str:
    healed = {mend.name for mend in mends if mend.verdict == "healthy"}
    size = "small" if path.verdict == "vanishing" else "large"
    if (start.dead or 0.0) >= DEAD:
        return f"{start.dead:.0%} of the units of '{start.name}' are dead."
    if "initialization" in healed and start.sound:
        return f"the initial weights are too {size}: std at '{start.name}' is {start.std:.2g}, with sound weights {start.sound:.2g}."
    if "initialization" in healed:
        return f"the initial weights are too {size}."
    if "activation" in healed:
        return "sigmoid and tanh have slopes below 1 (sigmoid at most 1/4), and every layer multiplies by them."
    if path.verdict == "vanishing":
        return "a layer on the way passes nothing on, or many layers in a row have neither a norm nor a residual sum."
    return "residual sums or weights that add up over many layers without a norm between."


def _fix(best: Mend | None) -> str:
    if best is None:
        return "Initialize the weights soundly (He for ReLU, Xavier for tanh), or put a norm layer after each layer."
    back = "" if best.backward is None else f" and gradients {best.backward:.2g} times"
    effect = f"tried: activations {best.forward:.2g} times from first to last{back}, {best.verdict}"
    return f"{best.what}: {best.how} ({effect})."


def _of_factor(path: Path, rows: Sequence[LayerSignal]) -> Iterator[Finding]:
    if len(path.layers) < DEEP:
        return
    for subject, factor in (("gradient on its way back", path.gradient_factor), ("signal", path.factor)):
        if factor is not None and not SMALL <= factor <= LARGE:
            case = "vanishing" if factor < SMALL else "exploding"
            yield Finding(
                id=f"check.signal.{case}",
                severity="warning",
                what=f"A layer makes the {subject} {_times(factor)} as large; over {len(path.layers)} layers that is still bearable.",
                where=rows[path.layers[0]].name,
                evidence={"forward": path.forward, "backward": path.backward, "factor": factor, "layers": len(path.layers)},
                cause="the initial weights do not fit the activations; torch's default for nn.Linear is 0.41 times He's.",
                fix="Draw the weights with He (ReLU) or Xavier (tanh) before you make the net deeper.",
            )
            return


def _of_times(times: Sequence[TimeSignal]) -> Iterator[Finding]:
    for time in times:
        if time.verdict == "healthy":
            continue
        gated = time.kind in ("LSTM", "GRU")
        what = (
            f"Through time the gradient of '{time.name}' {ENDING[time.verdict]}: at the first of {len(time.gradients)} steps it is "
            f"{_times(time.ratio)} what it is at the last, {_times(time.factor)} per step."
        )
        cause = "what a step passes on is multiplied by the same weights at every step."
        fixes = {
            "exploding": "Clip the norm of the gradient (clip_norm=1.0), or start from orthogonal recurrent weights.",
            "vanishing": "Start with a forget-gate bias of 1."
            if time.kind == "LSTM"
            else "Take an LSTM or a GRU, or orthogonal recurrent weights.",
        }
        yield Finding(
            id=f"check.signal.{time.verdict}",
            severity="info" if gated and time.verdict == "vanishing" else "warning",
            what=what,
            where=time.name,
            evidence={"ratio": time.ratio, "factor": time.factor, "steps": len(time.gradients)},
            cause=cause,
            fix=fixes[time.verdict],
        )


def _dead(rows: Sequence[LayerSignal]) -> Iterator[Finding]:
    """One finding for all such layers; a layer that reads nothing cannot help being dead."""
    dead = [row for row in rows if row.dead is not None and row.dead >= DEAD and (row.parent is None or rows[row.parent].std > TINY)]
    if not dead:
        return
    worst = max(dead, key=lambda row: row.dead or 0.0)
    cut = any(row.dead == 1.0 and row.on_path and row.std == 0.0 for row in dead)
    others = f", and at least {DEAD:.0%} in {len(dead) - 1} more layer{'s' * (len(dead) > 2)}" if len(dead) > 1 else ""
    yield Finding(
        id="check.signal.dead",
        severity="error" if cut else "warning",
        what=f"{worst.dead:.0%} of the units of '{worst.name}' give the same value for every example{others}: "
        "no gradient comes through them.",
        where=worst.name,
        evidence={"dead": worst.dead, "activation": worst.activation, "layers": [row.name for row in dead]},
        cause="large negative biases, inputs with a mean far from 0, or a step of learning that was too large.",
        fix="Set the biases to 0, standardize the inputs, lower the learning rate; nn.LeakyReLU keeps a slope.",
    )


def _saturated(path: Path, rows: Sequence[LayerSignal]) -> Iterator[Finding]:
    """One finding for all such layers; the outputs' own sigmoid may be sure of itself."""
    flat = [row for place, row in enumerate(rows) if (row.saturated or 0.0) >= SATURATED and place != path.layers[-1]]
    if not flat:
        return
    worst = max(flat, key=lambda row: row.saturated or 0.0)
    others = f", and at least {SATURATED:.0%} in {len(flat) - 1} more layer{'s' * (len(flat) > 2)}" if len(flat) > 1 else ""
    yield Finding(
        id="check.signal.saturated",
        severity="warning",
        what=f"{worst.saturated:.0%} of the activations of '{worst.name}' lie where {worst.activation} is flat{others}: "
        "hardly any gradient comes through.",
        where=worst.name,
        evidence={"saturated": worst.saturated, "activation": worst.activation, "layers": [row.name for row in flat]},
        cause="weights or inputs that are too large for this activation.",
        fix="Standardize the inputs, and draw the weights with Xavier: std sqrt(1/fan_in).",
    )


def _times(value: float | None) -> str:
    return "" if value is None else f"{value:.2g} times"
