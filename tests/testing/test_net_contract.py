"""Every net of the catalogue keeps the contract, and the contract catches nets that do not."""

from __future__ import annotations

import dataclasses
import functools
import itertools

import pytest
import torch
from torch import nn

from fathom.core.records.picture import Picture
from fathom.data.prepare import Prepare
from fathom.data.samples import sample
from fathom.nets.catalogue import CATALOGUE
from fathom.nets.initialization import initialize
from fathom.testing.contract import Broken
from fathom.testing.net_contract import NET_CONTRACT, NetCase

WORDS = 30
DIGITS = Picture(channels=1, height=8, width=8)


@functools.cache
def digits():
    """(48, 64) real digits, normalized by channel."""
    data = sample("digits").take(list(range(48)))
    x = torch.tensor(data.table.select([c.name for c in data.inputs]).to_numpy().copy(), dtype=torch.float32)
    return (x - x.mean()) / x.std()


def wine():
    return torch.from_numpy(Prepare.fit(sample("wine")).apply(sample("wine").table)[0][:48].copy())


def texts():
    """(12, 9) numbers of words, 0 behind the end."""
    source = torch.Generator().manual_seed(0)
    rows = torch.randint(1, WORDS, (12, 9), generator=source).float()
    lengths = torch.randint(2, 10, (12, 1), generator=source)
    return rows * (torch.arange(9) < lengths)


def case(name, outputs=3, parameters=None, shapes=None, **arguments):
    entry = CATALOGUE[name]
    inputs = digits() if entry.pictures else texts() if entry.takes == "tokens" else wine()
    first = DIGITS if entry.pictures else WORDS if entry.takes == "tokens" else inputs.shape[1]

    def build(seed):
        net, _ = entry.build(first, outputs, dropout=0.0, **{**entry.arguments, **arguments})
        initialize(
            net,
            scheme="he" if arguments.get("activation", entry.arguments.get("activation", entry.activation)) == "relu" else "xavier",
            seed=seed,
        )
        return net

    return NetCase(build, inputs, outputs, parameters, shapes)


CELL = 6 * (6 + 5) + 6


def residual(blocks, shortcuts=0):
    """By hand: 3x3 convolutions without bias, batch norm's gamma and beta after each, n blocks of 16, 32 and 64 filters, 3 classes."""
    whole = 9 * 16 + 2 * 16
    for before, filters in ((16, 16), (16, 32), (32, 64)):
        whole += 9 * before * filters + (2 * blocks - 1) * 9 * filters**2 + 2 * blocks * 2 * filters
    return whole + shortcuts + 64 * 3 + 3


def layers(*sizes):
    """W (n_out, n_in) and b (n_out,) of fully connected layers (C1W4-04)."""
    return [shape for a, b in itertools.pairwise(sizes) for shape in ((b, a), (b,))]


def normed(*sizes):
    """With batch norm b is dropped for gamma and beta; the last layer has a b (C2W3-12)."""
    return [shape for a, b in itertools.pairwise(sizes[:-1]) for shape in ((b, a), (b,), (b,))] + layers(*sizes[-2:])


def text(cells, width=6):
    """Vectors of 5 numbers, the last layer, then the cells' blocks of weights on [state, vector]."""
    return [(WORDS, 5), *layers(width, 3), *cells]


def residual_shapes(shortcuts):
    shapes = [(16, 1, 3, 3), (16,), (16,)]
    for before, filters in ((16, 16), (16, 32), (32, 64)):
        shapes += [(filters, before, 3, 3), (filters,), (filters,), (filters, filters, 3, 3), (filters,), (filters,)]
        shapes += [(filters, before, 1, 1), (filters,), (filters,)] if shortcuts and before != filters else []
    return [*shapes, *layers(64, 3)]


CONVOLUTIONS = [(8, 1, 5, 5), (8,), (16, 8, 5, 5), (16,)]
BOTH = [shape for width in (3 + 4, 3 + 4, 3 + 6, 3 + 6) for _ in range(3) for shape in layers(width, 3)]
SHORTCUTS = 16 * 32 + 2 * 32 + 32 * 64 + 2 * 64
TABLE = {
    "mlp": ("mlp", {"parameters": 13 * 64 + 64 + 64 * 32 + 32 + 32 * 3 + 3, "shapes": layers(13, 64, 32, 3)}),
    "mlp, one unit": ("mlp", {"hidden": (1,), "activation": "tanh", "parameters": 13 + 1 + 3 + 3, "shapes": layers(13, 1, 3)}),
    "mlp, no hidden layer": ("mlp", {"hidden": (), "shapes": layers(13, 3)}),
    "mlp, twelve layers": ("mlp", {"hidden": (9,) * 12, "activation": "tanh", "shapes": layers(13, *[9] * 12, 3)}),
    "mlp, batch norm": ("mlp", {"hidden": (9, 5), "batch_norm": True, "shapes": normed(13, 9, 5, 3)}),
    "mlp, leaky": ("mlp", {"hidden": (8,), "activation": "leaky_relu", "outputs": 1, "shapes": layers(13, 8, 1)}),
    "logistic": ("logistic", {"outputs": 1, "parameters": 14, "shapes": layers(13, 1)}),
    "softmax": ("softmax", {"parameters": 42, "shapes": layers(13, 3)}),
    "linear": ("linear", {"outputs": 1, "parameters": 14, "shapes": layers(13, 1)}),
    "embedding": ("embedding", {"dimensions": 5, "parameters": WORDS * 5 + 5 * 3 + 3, "shapes": text([], 5)}),
    "embedding, hidden layers": ("embedding", {"dimensions": 5, "hidden": (4, 2), "shapes": [(WORDS, 5), *layers(5, 4, 2, 3)]}),
    "rnn": ("rnn", {"dimensions": 5, "units": 6, "parameters": WORDS * 5 + CELL + 6 * 3 + 3, "shapes": text(layers(11, 6))}),
    "gru": ("gru", {"dimensions": 5, "units": 6, "parameters": WORDS * 5 + 3 * CELL + 6 * 3 + 3, "shapes": text(3 * layers(11, 6))}),
    "lstm": ("lstm", {"dimensions": 5, "units": 6, "parameters": WORDS * 5 + 4 * CELL + 6 * 3 + 3, "shapes": text(layers(11, 24))}),
    "gru, deep in both directions": (
        "gru",
        {"dimensions": 4, "units": 3, "layers": 2, "bidirectional": True, "shapes": [(WORDS, 4), *layers(6, 3), *BOTH]},
    ),
    "lstm, one unit": ("lstm", {"dimensions": 1, "units": 1, "shapes": [(WORDS, 1), *layers(1, 3), *layers(2, 4)]}),
    "lenet5": (
        "lenet5",
        {"parameters": 208 + 3216 + (16 * 2 * 2 * 120 + 120) + 10164 + 255, "shapes": [*CONVOLUTIONS, *layers(64, 120, 84, 3)]},
    ),
    "plain": ("plain", {"depth": 8, "parameters": residual(1), "shapes": residual_shapes(False)}),
    "resnet": ("resnet", {"depth": 8, "parameters": residual(1, SHORTCUTS), "shapes": residual_shapes(True)}),
    "resnet20": ("resnet20", {"parameters": residual(3, SHORTCUTS)}),
}


@functools.cache
def made(name):
    net, more = TABLE[name]
    return case(net, **more)


def test_every_net_of_the_catalogue_has_a_case():
    assert {net for net, _ in TABLE.values()} == set(CATALOGUE)


@pytest.mark.parametrize("law", NET_CONTRACT.laws)
@pytest.mark.parametrize("name", TABLE)
def test_the_contract_holds(name, law):
    NET_CONTRACT.laws[law](made(name))


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.last = nn.Linear(13, 8), nn.Linear(8, 3)

    def forward(self, x):
        return self.last(torch.relu(self.hidden(x)))


class Mixing(Plain):
    """Looks at the batch."""

    def forward(self, x):
        return super().forward(x - x.mean(0))


class Probabilities(Plain):
    def forward(self, x):
        return torch.softmax(super().forward(x), 1)


class LogProbabilities(Plain):
    def forward(self, x):
        return torch.log_softmax(super().forward(x), 1)


class Forgotten(Plain):
    """A layer that nothing reads."""

    def __init__(self):
        super().__init__()
        self.unused = nn.Linear(8, 8)


class Steep(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z):
        return z.clone()

    @staticmethod
    def backward(ctx, slope):
        return 1.5 * slope


class WrongSlope(Plain):
    def forward(self, x):
        return self.last(torch.relu(Steep.apply(self.hidden(x))))


class Noise(Plain):
    """Draws in evaluation mode as well."""

    def forward(self, x):
        return super().forward(x) + 0.01 * torch.randn(len(x), 3)


class Blind(Plain):
    def forward(self, x):
        return super().forward(torch.zeros_like(x) * x + 1)


class Narrow(Plain):
    def forward(self, x):
        return super().forward(x)[:, :2]


def seeded(kind):
    def build(seed):
        net = kind()
        initialize(net, scheme="he", seed=seed)
        return net

    return build


def test_a_net_of_ones_own_is_left_in_peace():
    NET_CONTRACT.check(NetCase(seeded(Plain), wine(), 3, 13 * 8 + 8 + 8 * 3 + 3))


@pytest.mark.parametrize(
    ("build", "law"),
    [
        (seeded(Mixing), "examples do not see each other"),
        (seeded(Probabilities), "outputs are not probabilities"),
        (seeded(LogProbabilities), "outputs are not probabilities"),
        (seeded(Forgotten), "every parameter is reached"),
        (seeded(WrongSlope), "the gradient passes the check"),
        (seeded(Noise), "evaluation draws nothing and changes nothing"),
        (seeded(Blind), "answers differ with the inputs"),
        (seeded(Narrow), "raw outputs of the width that was asked for"),
        (lambda seed: Plain(), "the seed decides"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_net_with_a_fault_is_caught(build, law):
    broken = NetCase(build, wine(), 3)
    with torch.random.fork_rng():
        assert law in NET_CONTRACT.broken(broken)


def test_shapes_that_are_not_those_of_the_table_are_named():
    broken = NET_CONTRACT.broken(dataclasses.replace(made("softmax"), shapes=[(3, 12), (3,)]))
    assert broken == {"tensors have the shapes of the table": "expected (3, 12) for 0.weight, got (3, 13)"}
    broken = NET_CONTRACT.broken(dataclasses.replace(made("softmax"), shapes=[(3, 13)]))
    assert "expected 1 tensors, got 2: 0.weight, 0.bias" in broken.values()


def test_all_that_is_broken_is_said():
    wrong = dataclasses.replace(made("softmax"), parameters=41)
    with pytest.raises(Broken, match="net: parameters are as many as were counted: expected 41 parameters, got 42"):
        NET_CONTRACT.check(wrong)
