"""Lightning in its barebones mode (no logging, checkpoints, progress or checks), with a DataLoader."""

from __future__ import annotations

import logging
import time
import warnings
from typing import Any

import torch
from lightning.pytorch import LightningModule, Trainer
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.fashion.asked import Asked, Made
from benchmarks.fashion.torch_net import lenet, wrong

logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)


class Timed(LightningModule):
    """A net with its loss, its optimizer and its schedule."""

    def __init__(self, asked: Asked, steps: int) -> None:
        super().__init__()
        self.net, self.rate, self.total = lenet(asked.seed), asked.rate, steps
        self.started = self.seconds = 0.0

    def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
        """The loss of a batch."""
        X, y = batch
        return functional.cross_entropy(self.net(X), y)

    def configure_optimizers(self) -> Any:
        """Adam, and a cosine over all steps."""
        optimizer = torch.optim.Adam(self.parameters(), lr=self.rate)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=self.total)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def on_train_start(self) -> None:
        """Before the first step."""
        self.started = time.perf_counter()

    def on_train_end(self) -> None:
        """After the last step."""
        self.seconds = time.perf_counter() - self.started


def run(asked: Asked) -> Made:
    """Train, and count test's errors."""
    torch.set_num_threads(asked.threads or torch.get_num_threads())
    made, (train, train_y, test, test_y) = Made(), asked.arrays()
    rows = TensorDataset(torch.from_numpy(train), torch.from_numpy(train_y))
    loader = DataLoader(rows, batch_size=asked.batch, shuffle=True, generator=torch.Generator().manual_seed(asked.seed))
    made.steps = asked.epochs * len(loader)
    with warnings.catch_warnings(), made.timed("call"):
        warnings.simplefilter("ignore")
        module = Timed(asked, made.steps)
        Trainer(max_epochs=asked.epochs, accelerator="cpu", devices=1, barebones=True).fit(module, loader)
    made.training = module.seconds
    made.wrong = wrong(module.net, torch.from_numpy(test), torch.from_numpy(test_y))
    made.parameters = sum(p.numel() for p in module.parameters())
    made.about = f"{torch.get_num_threads()} threads"
    return made
