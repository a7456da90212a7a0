"""Fully connected nets: the L-layer network of the course, and the regressions, which are its shallowest case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from numbers import Number
from typing import Any, get_args

from torch import nn

from fathom.core.dense import Activation, DenseNet
from fathom.core.expectations import one_of, refuse, whole, yes_or_no
from fathom.nets.dropout import SeededDropout

ACTIVATIONS: dict[str, type[nn.Module]] = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU, "leaky_relu": nn.LeakyReLU}


def dense_net(
    inputs: int,
    outputs: int,
    *,
    hidden: Sequence[int] = (64, 32),
    activation: str = "relu",
    dropout: float | Sequence[float] = 0.0,
    batch_norm: bool = False,
) -> DenseNet:
    """The record of a fully connected net, checked.

    Args:
        inputs, outputs: n^[0] and n^[L].
        hidden: units of each hidden layer; () gives a regression.
        activation: of the hidden layers: sigmoid, tanh, relu or leaky_relu (slope 0.01, C1W3-03..06).
        dropout: the probability of dropping after each hidden layer, one number or one per layer (C2W1-32); never of inputs (C2W1-33).
        batch_norm: normalize z of each hidden layer over the mini-batch (C2W3-09..11).

    Raises:
        UnusableInput: sizes, names or probabilities that cannot be.

    Example:
        >>> print(dense_net(2, 1, hidden=(3, 5, 4, 2)), dense_net(3, 1, hidden=(4,)).parameters)
        2-3-5-4-2-1 21
    """
    if not isinstance(hidden, Iterable | Number) or isinstance(hidden, str):
        raise refuse("`hidden`", expected="sizes as in (64, 32), or () for none", got=repr(hidden))
    sizes = tuple(whole("hidden", h, low=1) for h in (hidden if isinstance(hidden, Iterable) else [hidden]))
    one_of("activation", activation, get_args(Activation))
    rates = tuple(dropout) if isinstance(dropout, Sequence) else (float(dropout),) * len(sizes)
    if len(rates) != len(sizes):
        raise refuse("`dropout`", expected=f"one number or {len(sizes)}, one per hidden layer", got=f"{len(rates)}")
    return DenseNet(sizes=(inputs, *sizes, outputs), activation=activation, dropout=rates, batch_norm=yes_or_no("batch_norm", batch_norm))  # type: ignore[arg-type]


def mlp(record: DenseNet) -> nn.Sequential:
    """The module of a fully connected net: inputs (n, n_x) -> raw outputs (n, n_y).

    A hidden layer is linear, batch norm (then without b, which it cancels, C2W3-11), activation, dropout.

    Example:
        >>> [tuple(p.shape) for p in mlp(dense_net(2, 1, hidden=(3,))).parameters()]
        [(3, 2), (3,), (1, 3), (1,)]
    """
    layers: list[nn.Module] = []
    for number, units in enumerate(record.sizes[1:-1], start=1):
        layers.append(nn.Linear(record.sizes[number - 1], units, bias=not record.batch_norm))
        if record.batch_norm:
            layers.append(nn.BatchNorm1d(units))
        layers.append(ACTIVATIONS[record.activation]())
        if record.dropout[number - 1] > 0.0:
            layers.append(SeededDropout(record.dropout[number - 1], layer=number))
    return nn.Sequential(*layers, nn.Linear(record.sizes[-2], record.sizes[-1]))


def build_mlp(inputs: int, outputs: int, **arguments: Any) -> tuple[nn.Module, DenseNet]:
    """Module and record of a fully connected net; arguments as in `dense_net`."""
    record = dense_net(inputs, outputs, **arguments)
    return mlp(record), record
