"""What every entry is asked for, and what it gives back."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One training.

    Attributes:
        rows: an .npz file with train, train_y, test and test_y: pictures (n, 1, 28, 28) normalized by train's mean and deviation.
        net: lenet5; fathom takes resnet20 as well.
        epochs, batch, rate, seed: of Adam with a cosine down to 0 over all updates.
        threads: of every entry; 0 takes what the library takes.
        augment: for fathom alone: altered pictures.
        device: for fathom alone.
    """

    rows: Path
    net: str
    epochs: int
    batch: int
    rate: float
    seed: int
    threads: int
    augment: bool = False
    device: str = "auto"

    def arrays(self) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32], NDArray[np.int64]]:
        """Train and test."""
        with np.load(self.rows) as found:
            return found["train"], found["train_y"], found["test"], found["test_y"]


@dataclass(kw_only=True)
class Made:
    """What a training gave.

    Attributes:
        training: seconds from the first step to the last.
        call: seconds of the whole call, from data in memory to a net; compilation and, for fathom, preparing and measuring included.
        wrong: test pictures of 10,000 that the net gets wrong.
        steps, parameters: of the training and the net.
        about: threads and the like.
    """

    training: float = 0.0
    call: float = 0.0
    wrong: int = 0
    steps: int = 0
    parameters: int = 0
    about: str = ""

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Add the seconds of what is done inside to one of the two."""
        start = time.perf_counter()
        try:
            yield
        finally:
            setattr(self, name, getattr(self, name) + time.perf_counter() - start)

    def to_json(self) -> dict[str, float | int | str]:
        """As JSON values."""
        return dataclasses.asdict(self)
