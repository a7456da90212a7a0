"""What is kept of one member while its population trains: its epochs, and the weights that early stopping goes back to."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from torch import Tensor, nn

from fathom.core.exceptions import TrainingDiverged
from fathom.core.records.history import Epoch, History
from fathom.core.records.settings import Settings

BLOWN_UP = 1e6
"""A J this many times the first epoch's (at least 1) is divergence, even where it is still finite."""


@dataclass
class Track:
    """One member.

    Attributes:
        net: its module.
        settings: with `epochs` decided.
        epochs: finished ones.
        best, best_epoch, best_score: with early stopping, the weights of the lowest dev error (of equal ones the lower dev loss).
        stopped: "" while it trains and after a full run, "early", "interrupted" or "diverged".
        diverged: what went wrong, where it diverged.
    """

    net: nn.Module
    settings: Settings
    epochs: list[Epoch] = field(default_factory=list)
    best: dict[str, Tensor] | None = None
    best_epoch: int | None = None
    best_score: tuple[float, float] = (math.inf, math.inf)
    stopped: str = ""
    diverged: TrainingDiverged | None = None

    def guard(self, epoch: int, objective: float) -> bool:
        """Whether J is still a number to go by; where it is not, the member is marked as diverged."""
        first = max(1.0, self.epochs[0].J) if self.epochs else max(1.0, objective if math.isfinite(objective) else 1.0)
        if math.isfinite(objective) and objective <= BLOWN_UP * first:
            return True
        became = "NaN" if math.isnan(objective) else "infinite" if math.isinf(objective) else f"{objective:.3g}"
        rate = self.settings.learning_rate
        self.diverged_as(
            f"Training diverged in epoch {epoch} of {self.settings.epochs}: J became {became} "
            f"({self.settings.optimizer}, learning rate {rate:g}). "
            f"Try a learning rate of {rate / 10:g}, or clip_norm=1."
        )
        return False

    def diverged_as(self, what: str) -> None:
        """Mark the member as diverged."""
        self.stopped, self.diverged = "diverged", TrainingDiverged(what)

    def add(self, epoch: Epoch, dev_loss: Callable[[], float] | None) -> None:
        """Write an epoch down; with early stopping, keep its weights where they are the best so far, or stop."""
        self.epochs.append(epoch)
        patience = self.settings.early_stopping
        if not patience or "dev" not in epoch.errors:
            return
        error = epoch.errors["dev"]
        if error <= self.best_score[0] and (score := (error, dev_loss() if dev_loss else math.inf)) < self.best_score:
            self.best_score, self.best_epoch, self.best = score, epoch.epoch, snapshot(self.net)
        elif self.best_epoch is not None and epoch.epoch - self.best_epoch >= patience:
            self.stopped = "early"

    def finish(self) -> None:
        """Put the best weights back, where early stopping kept some."""
        if self.best is not None:
            restore(self.net, self.best)
        self.net.eval()

    def history(self, seconds: float) -> History:
        """The record of this member."""
        return History(self.epochs, self.best_epoch, seconds, self.stopped)

    def progress(self) -> str:
        """The latest figures in a few words."""
        if not self.epochs:
            return ""
        last = next((e for e in reversed(self.epochs) if e.errors), self.epochs[-1])
        return f"  J {self.epochs[-1].J:.4g}" + "".join(f"  {role} {error:.2%}" for role, error in last.errors.items())


def snapshot(net: nn.Module) -> dict[str, Tensor]:
    """Copies of all parameters and buffers, by name."""
    return {name: tensor.clone() for name, tensor in net.state_dict().items()}


def restore(net: nn.Module, kept: Mapping[str, Tensor]) -> None:
    """Put a snapshot back, in place."""
    for name, tensor in net.state_dict().items():
        tensor.detach().copy_(kept[name])
