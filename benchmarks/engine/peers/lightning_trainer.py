"""Lightning in its barebones mode (no logging, checkpoints, progress or checks), with a DataLoader, one net after another."""

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

from benchmarks.engine.cases import Case, rates
from benchmarks.engine.timing import Asked, Stopwatch, Timing
from benchmarks.engine.torch_nets import loss_of, module, size, tensors

logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
logging.getLogger("lightning.fabric").setLevel(logging.ERROR)


class Timed(LightningModule):
    """A net with its loss and its optimizer."""

    def __init__(self, case: Case, rate: float, seed: int) -> None:
        super().__init__()
        self.net, self.rate, self.watch, self.steps = module(case, seed), rate, Stopwatch(), 0

    def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
        """The loss of a batch."""
        X, y = batch
        self.steps += 1
        return functional.cross_entropy(self.net(X), y)

    def configure_optimizers(self) -> Any:
        """Adam as torch has it."""
        return torch.optim.Adam(self.parameters(), lr=self.rate)

    def on_train_start(self) -> None:
        """Before the first step."""
        self.watch.start()

    def on_train_end(self) -> None:
        """After the last step."""
        self.watch.stop()


def run(case: Case, asked: Asked) -> Timing:
    """Train K nets one after another."""
    torch.set_num_threads(asked.threads)
    X, y = tensors(case)
    nets = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        started = time.perf_counter()
        for k, rate in enumerate(rates(asked.members, each=asked.each)):
            net = Timed(case, rate, k)
            order = torch.Generator().manual_seed(asked.seed + k)
            loader = DataLoader(TensorDataset(X, y), batch_size=case.batch, shuffle=True, generator=order)
            Trainer(max_epochs=asked.epochs, accelerator="cpu", devices=1, barebones=True).fit(net, loader)
            nets.append(net)
        call = time.perf_counter() - started
    return Timing(
        seconds=sum(net.watch.seconds for net in nets),
        call=call,
        steps=sum(net.steps for net in nets),
        parameters=size(nets[0]),
        loss=loss_of(nets[0].net, case),
    )
