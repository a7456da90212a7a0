"""A plain loop over tensors with torch.optim.Adam as it comes."""

from __future__ import annotations

import math

import torch
from torch.nn import functional

from benchmarks.fashion.asked import Asked, Made
from benchmarks.fashion.torch_net import lenet, wrong


def run(asked: Asked) -> Made:
    """Train, and count test's errors."""
    torch.set_num_threads(asked.threads or torch.get_num_threads())
    made, (train, train_y, test, test_y) = Made(), asked.arrays()
    X, y = torch.from_numpy(train), torch.from_numpy(train_y)
    steps = asked.epochs * math.ceil(len(X) / asked.batch)
    with made.timed("call"):
        net = lenet(asked.seed).train()
        optimizer = torch.optim.Adam(net.parameters(), lr=asked.rate)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)
        order = torch.Generator().manual_seed(asked.seed)
        with made.timed("training"):
            for _ in range(asked.epochs):
                for rows in torch.randperm(len(X), generator=order).split(asked.batch):
                    optimizer.zero_grad()
                    functional.cross_entropy(net(X[rows]), y[rows]).backward()
                    optimizer.step()
                    schedule.step()
    made.wrong = wrong(net, torch.from_numpy(test), torch.from_numpy(test_y))
    made.steps, made.parameters = steps, sum(p.numel() for p in net.parameters())
    made.about = f"{torch.get_num_threads()} threads"
    return made
