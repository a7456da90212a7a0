"""The state of a training as tensors and JSON values, and back: bit for bit what it was."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from fathom.core.records.history import Epoch
from fathom.engine.checkpoints import Checkpoint
from fathom.engine.population import Population
from fathom.engine.track import Track, restore, snapshot


@dataclass(frozen=True)
class Position:
    """Where in a training.

    Attributes:
        epoch: under way, counted from 1.
        batches: of it that are done.
        totals: the sums of the losses of those batches, by active member.
    """

    epoch: int
    batches: int
    totals: Sequence[float]


def taken(
    population: Population, tracks: Sequence[Track], active: Sequence[int], position: Position
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The whole state: tensors by name, and JSON values."""
    tensors = {"theta": population.theta}
    tensors |= {f"memory.{n}": m for n, m in enumerate(population.memory[:-1])}
    for k, track in enumerate(tracks):
        tensors |= {f"net.{k}.{name}": t for name, t in snapshot(track.net).items()}
        tensors |= {f"best.{k}.{name}": t for name, t in (track.best or {}).items()}
    state = {
        "updates": population.updates,
        "active": list(active),
        "position": {"epoch": position.epoch, "batches": position.batches, "totals": list(position.totals)},
        "tracks": [_of_track(t) for t in tracks],
    }
    return tensors, state


def put_back(checkpoint: Checkpoint, population: Population, tracks: Sequence[Track]) -> tuple[list[int], Position]:
    """Put a checkpoint's state into a population that was made anew; the active members, and where to go on."""
    tensors, state = checkpoint.tensors, checkpoint.state
    for k, (track, kept) in enumerate(zip(tracks, state["tracks"], strict=True)):
        restore(track.net, _under(tensors, f"net.{k}."))
        track.epochs[:] = [Epoch(**epoch) for epoch in kept["epochs"]]
        track.best = _under(tensors, f"best.{k}.") or None
        track.best_epoch, track.stopped = kept["best_epoch"], kept["stopped"]
        track.best_score = tuple(math.inf if v is None else v for v in kept["best_score"])  # type: ignore[assignment]
        if track.stopped == "diverged":
            track.diverged_as(kept["diverged"])
    active = list(state["active"])
    if len(active) < len(tracks):
        population.keep(active)
    population.theta.copy_(tensors["theta"])
    for n, memory in enumerate(population.memory[:-1]):
        memory.copy_(tensors[f"memory.{n}"])
    population.updates = state["updates"]
    return active, Position(**state["position"])


def _of_track(track: Track) -> dict[str, Any]:
    return {
        "epochs": [e.to_json() for e in track.epochs],
        "best_epoch": track.best_epoch,
        "best_score": [v if math.isfinite(v) else None for v in track.best_score],
        "stopped": track.stopped,
        "diverged": str(track.diverged or ""),
    }


def _under(tensors: Any, prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}
