"""The named nets: what each takes, and which kind of target it is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from torch import nn

from fathom.core.dense import DenseNet
from fathom.core.expectations import did_you_mean, one_of, refuse, shown
from fathom.nets.average_of_embeddings import build_average
from fathom.nets.mlp import build_mlp
from fathom.nets.pictures import build_lenet5, build_residual
from fathom.nets.recurrent_text import build_gru, build_lstm, build_rnn


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One named net.

    Attributes:
        name: what a user types.
        about: one line for lists.
        kinds: the kinds of target that it answers.
        arguments: its own arguments and their defaults; dropout comes from the settings.
        takes: what a row of its inputs is: "features", or "tokens" of a text, perhaps with features behind them (`inputs` is then
            the size of the vocabulary).
        build: (inputs, outputs, dropout=..., **arguments) -> (module, record of a dense net or None).
        pictures: whether it is for pictures; inputs are then the `Picture` that the columns are.
        activation: of its hidden layers where that is no argument; the initialization follows from it.
    """

    name: str
    about: str
    kinds: tuple[str, ...]
    arguments: dict[str, Any] = field(default_factory=dict)
    takes: str = "features"
    build: Callable[..., tuple[nn.Module, DenseNet | None]]
    pictures: bool = False
    activation: str = "sigmoid"


ANY = ("binary", "multiclass", "regression")


def _build_regression(inputs: int, outputs: int, dropout: Any = 0.0) -> tuple[nn.Module, DenseNet]:
    if dropout not in (0.0, ()):
        raise refuse("`dropout`", expected="0 for a net without hidden layers", got=repr(dropout), fix="use net mlp")
    return build_mlp(inputs, outputs, hidden=())


RECURRENT = {"dimensions": 50, "units": 64, "layers": 1, "bidirectional": False, "hidden": None, "vectors": None, "frozen": False}

CATALOGUE: dict[str, Entry] = {
    entry.name: entry
    for entry in (
        Entry(
            name="mlp",
            about="fully connected; hidden sizes, activation (sigmoid, tanh, relu, leaky_relu), dropout, batch norm",
            kinds=ANY,
            arguments={"hidden": (64, 32), "activation": "relu", "batch_norm": False},
            build=build_mlp,
        ),
        Entry(name="logistic", about="logistic regression: sigmoid(w x + b)", kinds=("binary",), build=_build_regression),
        Entry(name="softmax", about="softmax regression over C classes", kinds=("multiclass", "binary"), build=_build_regression),
        Entry(name="linear", about="linear regression: w x + b", kinds=("regression",), build=_build_regression),
        Entry(
            name="embedding",
            about="texts: the average of the words' vectors, then linear",
            kinds=ANY,
            arguments={"dimensions": 50, "hidden": None, "vectors": None, "frozen": False},
            takes="tokens",
            build=build_average,
        ),
        Entry(
            name="rnn",
            about="texts: a recurrent net, its last state, then linear",
            kinds=ANY,
            arguments=RECURRENT,
            takes="tokens",
            build=build_rnn,
        ),
        Entry(name="gru", about="texts: gated recurrent units", kinds=ANY, arguments=RECURRENT, takes="tokens", build=build_gru),
        Entry(name="lstm", about="texts: long short-term memory", kinds=ANY, arguments=RECURRENT, takes="tokens", build=build_lstm),
        Entry(
            name="lenet5",
            about="for pictures: two convolutions 5x5, two poolings, FC 120 and 84; dropout (C4W1-23)",
            kinds=ANY,
            build=build_lenet5,
            pictures=True,
            activation="relu",
        ),
        Entry(
            name="resnet20",
            about="for pictures: a residual net of 20 layers with batch norm (C4W2-07..09)",
            kinds=ANY,
            build=build_residual,
            pictures=True,
            activation="relu",
        ),
        Entry(
            name="resnet",
            about="for pictures: a residual net of 6k + 2 layers",
            kinds=ANY,
            arguments={"depth": 20},
            build=build_residual,
            pictures=True,
            activation="relu",
        ),
        Entry(
            name="plain",
            about="for pictures: the layers of resnet without its shortcuts",
            kinds=ANY,
            arguments={"depth": 20},
            build=partial(build_residual, residual=False),
            pictures=True,
            activation="relu",
        ),
    )
}

DEFAULT = {"features": "mlp", "tokens": "embedding"}
"""The net of data for which none was named."""


def entry(name: str) -> Entry:
    """The catalogue's entry of that name, else UnusableInput with the nearest."""
    return CATALOGUE[one_of("net", name, CATALOGUE)]


def arguments_for(name: str, given: dict[str, Any]) -> dict[str, Any]:
    """All arguments of a named net: those given over its defaults.

    Raises:
        UnusableInput: an argument that the net does not take.
    """
    known = entry(name).arguments
    for key in given:
        if key not in known:
            takes = f"an argument of {name} ({shown(known) or 'it takes none'})"
            raise refuse(f"`{key}`", expected=takes, got=f"`{key}`", fix=did_you_mean(key, known))
    return {**known, **given}
