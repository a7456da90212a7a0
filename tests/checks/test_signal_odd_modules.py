"""check_signal on modules of every manner: recurrences by hand, packed batches, own functions, changes in place, parametrizations."""

from __future__ import annotations

import json
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import fathom


class Looping(nn.Module):
    """A recurrence by hand over torch's own cell."""

    def __init__(self) -> None:
        super().__init__()
        self.cell, self.out = nn.LSTMCell(8, 8), nn.Linear(8, 2)

    def forward(self, x):
        h = c = torch.zeros(len(x), 8)
        for t in range(x.shape[1]):
            h, c = self.cell(x[:, t], (h, c))
        return self.out(h)


class Packed(nn.Module):
    """A packed batch, and the last state instead of the outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.out = nn.LSTM(8, 8, batch_first=True), nn.Linear(8, 2)

    def forward(self, x):
        packed = nn.utils.rnn.pack_padded_sequence(x, torch.tensor([5, 4, 3, 2]), batch_first=True)
        return self.out(self.rnn(packed)[1][0][-1])


class Straight(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, gradient):
        return gradient


class Two(nn.Module):
    """Two layers, with something between them and at the inputs that torch's own nets do not have."""

    def __init__(self, between, *, change_inputs: bool = False) -> None:
        super().__init__()
        self.a, self.b, self.between, self.change_inputs = nn.Linear(8, 8), nn.Linear(8, 8), between, change_inputs

    def forward(self, x):
        if self.change_inputs:
            x.mul_(2.0)
        aside = self.b(self.b(self.b(self.b(torch.tanh(self.a(x))))))  # deeper than the answer, and no part of it
        return {"logits": self.b(self.between(self.a(x))), "aside": aside}


def weight_normed() -> nn.Module:
    net = nn.Sequential(nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 2))
    nn.utils.parametrizations.weight_norm(net[0])
    nn.utils.parametrizations.spectral_norm(net[2])
    return net


ODD = {
    "cells": (Looping, (4, 9, 8), 10),
    "packed": (Packed, (4, 5, 8), 2),
    "own function": (lambda: Two(Straight.apply), (6, 8), 7),
    "in place": (lambda: Two(F.relu_, change_inputs=True), (6, 8), 7),
    "fourier": (lambda: Two(lambda h: torch.fft.fft(h).abs()), (6, 8), 7),
    "weight norm": (weight_normed, (6, 8), 2),
    "bfloat16": (lambda: nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2)).bfloat16(), (6, 8), 2),
    "transposed": (lambda: nn.Sequential(nn.Unflatten(1, (1, 8)), nn.ConvTranspose1d(1, 4, 3), nn.ReLU(), nn.Conv1d(4, 2, 3)), (6, 8), 2),
    "parallel": (lambda: nn.DataParallel(nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))), (6, 8), 2),
}


@pytest.mark.parametrize("name", ODD)
def test_modules_of_every_manner(name):
    """Every layer has its gradient, the verdict is about the way to the outputs, weights and inputs stay as they were."""
    build, shape, layers = ODD[name]
    torch.manual_seed(0)
    net = build()
    x = torch.randn(shape, dtype=next(net.parameters()).dtype)
    before, given = {k: v.clone() for k, v in net.state_dict().items()}, x.clone()
    signal = fathom.check_signal(net, x)
    assert len(signal.layers) == layers
    path = [layer for layer in signal.layers if layer.on_path]
    assert all(layer.gradient is not None and math.isfinite(layer.std) for layer in path)
    assert signal.backward is not None
    assert torch.equal(x, given)
    assert all(torch.equal(v, before[k]) for k, v in net.state_dict().items())
    if isinstance(net, Two):
        assert [layer.depth for layer in path] == [1, 2]
    json.dumps(signal.to_json(), allow_nan=False)


def test_frozen_layers_have_their_gradient_too():
    net = nn.Sequential(nn.Embedding(20, 8), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 2))
    net.requires_grad_(False)
    signal = fathom.check_signal(net, torch.arange(10)[None])
    assert [layer.name for layer in signal.layers] == ["0", "1", "3"]
    assert all(layer.gradient for layer in signal.layers)
    assert not any(p.requires_grad for p in net.parameters())
