"""The options that say which net is trained and how, each spelled once for all commands; and the settings read from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from fathom.cli import typed

Net = Annotated[
    str | None,
    typer.Option(help="mlp, logistic, softmax, linear; of texts embedding, gru, lstm, rnn; of pictures lenet5, resnet20, resnet, plain."),
]
Hidden = Annotated[str | None, typer.Option(help="Hidden sizes as in 128,64.")]
Activation = Annotated[str | None, typer.Option(help="relu, leaky_relu, tanh or sigmoid.")]
BatchNorm = Annotated[bool | None, typer.Option("--batch-norm", help="Normalize z of the hidden layers.")]

Depth = Annotated[int | None, typer.Option(help="Layers of resnet and plain: 20, 32, 44 and so on.")]
Augment = Annotated[bool, typer.Option("--augment", help="Alter train's pictures anew in every epoch, as fits the set.")]
AugmentBy = Annotated[
    str | None,
    typer.Option(help="By what: flip, upside_down, crop=2, rotate=10, shear=10, zoom=0.1, color=0.08, pca_color=0.1, cutout=0.25."),
]

Dimensions = Annotated[int | None, typer.Option(help="Of a word's vector, in the nets of texts.")]
Units = Annotated[int | None, typer.Option(help="Of a layer of gru, lstm or rnn.")]
Layers = Annotated[int | None, typer.Option(help="Of gru, lstm or rnn, one above the other.")]
Bidirectional = Annotated[bool | None, typer.Option("--bidirectional", help="gru, lstm or rnn from both ends.")]
Vectors = Annotated[str | None, typer.Option(help="Words' vectors trained elsewhere: word2vec's or GloVe's text, also .gz.")]
Frozen = Annotated[bool | None, typer.Option("--frozen", help="Do not train the words' vectors.")]

Optimizer = Annotated[str | None, typer.Option(help="adam, adamw, rmsprop, nesterov, momentum or sgd.")]
LearningRate = Annotated[float | None, typer.Option("--learning-rate", "--lr", help="alpha.")]
BatchSize = Annotated[str | None, typer.Option(help="A number or 'full'.")]
Epochs = Annotated[int | None, typer.Option(help="Passes over train.")]
Momentum = Annotated[float | None, typer.Option(help="beta of sgd, momentum, nesterov.")]
Schedule = Annotated[str | None, typer.Option(help="cosine, inverse:1, exponential:0.95, root, staircase, or JSON.")]
ClipNorm = Annotated[float | None, typer.Option(help="Largest norm of a gradient.")]
EarlyStopping = Annotated[int | None, typer.Option(help="Patience in epochs.")]
Precision = Annotated[str | None, typer.Option(help="float32, bfloat16 or float64.")]
Device = Annotated[str | None, typer.Option(help="auto, cpu, cuda.")]
DataSeed = Annotated[int | None, typer.Option(help="Seed of the batch order alone.")]

L2 = Annotated[float | None, typer.Option("--l2", "--lambd", help="lambda in lambda/(2m) times the squared weights.")]
L1 = Annotated[float | None, typer.Option(help="lambda in lambda/(2m) times the absolute weights.")]
WeightDecay = Annotated[float | None, typer.Option(help="torch's; not together with l2.")]
Dropout = Annotated[str | None, typer.Option(help="Probability of dropping, one or one per hidden layer: 0.2,0.5.")]
KeepProb = Annotated[str | None, typer.Option(help="1 - dropout.")]

Initialization = Annotated[str | None, typer.Option(help="he, xavier, glorot, random or zeros.")]
InitializationGain = Annotated[float | None, typer.Option(help="A factor on the initial standard deviation.")]
Loss = Annotated[str | None, typer.Option(help="Of a regression: squared, huber or absolute.")]
LabelSmoothing = Annotated[float | None, typer.Option(help="Share of the target spread over all classes.")]

AS_TYPED = (
    *("optimizer", "learning_rate", "epochs", "momentum", "l2", "l1", "weight_decay", "initialization", "initialization_gain"),
    *("loss", "label_smoothing", "clip_norm", "early_stopping", "precision", "device", "seed", "data_seed", "activation", "batch_norm"),
    *("depth", "dimensions", "units", "layers", "bidirectional", "vectors", "frozen"),
)
"""Settings that need no reading."""


def settings_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings and the net's arguments among the options that were given.

    Args:
        given: options by name; one that the command does not have counts as left out.

    Example:
        >>> settings_of({"hidden": "8,4", "epochs": 3, "l2": None, "data": "a.csv"})
        {'epochs': 3, 'hidden': (8, 4)}
    """
    chosen = {name: given.get(name) for name in AS_TYPED}
    chosen["hidden"] = typed.hidden(given.get("hidden"))
    chosen["dropout"] = typed.numbers("--dropout", given.get("dropout"))
    chosen["keep_prob"] = typed.numbers("--keep-prob", given.get("keep_prob"))
    chosen["batch_size"] = typed.batch_size(given.get("batch_size"))
    chosen["schedule"] = typed.schedule(given.get("schedule"))
    chosen["augment"] = given.get("augment_by") or given.get("augment") or None
    return {name: value for name, value in chosen.items() if value is not None}
