"""Sound: recurrence, attention, text."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fathom.testing.faults.parts import Attention, Block, Custom, Language, Last, dense, each_token
from fathom.testing.faults.real_data import digit_images, digit_rows, next_characters, padded_sources, text_sources, vocabulary
from fathom.testing.faults.set_up import Built
from fathom.testing.faults.sound.collection import sound


@sound("recurrent", "plain")
def _lstm() -> Built:
    return Built(Last(nn.LSTM(8, 16, batch_first=True), 10), nn.CrossEntropyLoss(), *digit_rows())


@sound("recurrent", "plain")
def _gru_of_two_layers_with_dropout() -> Built:
    return Built(Last(nn.GRU(8, 16, num_layers=2, dropout=0.2, batch_first=True), 10), nn.CrossEntropyLoss(), *digit_rows())


@sound("recurrent", "time.order")
def _both_directions_for_a_class() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        return net.out(net.rnn(x)[0].mean(1))

    net = Custom(run, rnn=nn.LSTM(8, 12, bidirectional=True, batch_first=True), out=nn.Linear(24, 10))
    return Built(net, nn.CrossEntropyLoss(), *digit_rows())


@sound("recurrent", "batch.leak")
def _time_first_and_transposed() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        return net.out(net.rnn(x.transpose(0, 1))[0][-1])

    return Built(Custom(run, rnn=nn.RNN(8, 16), out=nn.Linear(16, 10)), nn.CrossEntropyLoss(), *digit_rows())


@sound("recurrent", "output.classes")
def _next_character() -> Built:
    def run(net: Custom, tokens: Tensor) -> Tensor:
        return net.out(net.rnn(net.tokens(tokens))[0])

    net = Custom(run, tokens=nn.Embedding(vocabulary(), 8), rnn=nn.GRU(8, 24, batch_first=True), out=nn.Linear(24, vocabulary()))
    return Built(net, each_token, *next_characters())


@sound("recurrent", "output.classes")
def _next_character_with_classes_in_the_middle() -> Built:
    def run(net: Custom, tokens: Tensor) -> Tensor:
        return net.out(net.rnn(net.tokens(tokens))[0]).transpose(1, 2)

    net = Custom(run, tokens=nn.Embedding(vocabulary(), 8), rnn=nn.LSTM(8, 24, batch_first=True), out=nn.Linear(24, vocabulary()))
    return Built(net, nn.CrossEntropyLoss(), *next_characters(32, 10))


@sound("recurrent", "inputs")
def _lengths_packed() -> Built:
    x, y = text_sources(48, 16)
    lengths = torch.randint(6, 17, (48,))
    x = x * (torch.arange(16) < lengths[:, None])

    def run(net: Custom, tokens: Tensor, lengths: Tensor) -> Tensor:
        packed = nn.utils.rnn.pack_padded_sequence(net.tokens(tokens), lengths, batch_first=True, enforce_sorted=False)
        return net.out(net.rnn(packed)[1][-1])

    net = Custom(run, tokens=nn.Embedding(vocabulary(), 8, padding_idx=0), rnn=nn.GRU(8, 16, batch_first=True), out=nn.Linear(16, 4))
    return Built(net, nn.CrossEntropyLoss(), (x, lengths), y)


@sound("recurrent", "weights")
def _forget_gate_open() -> Built:
    net = Last(nn.LSTM(8, 16, batch_first=True), 10)
    nn.init.constant_(net.layer.bias_ih_l0[16:32], 1.0)
    nn.init.orthogonal_(net.layer.weight_hh_l0)
    return Built(net, nn.CrossEntropyLoss(), *digit_rows())


@sound("convolution", "time.order")
def _causal_convolutions() -> Built:
    def run(net: Custom, tokens: Tensor) -> Tensor:
        x = net.tokens(tokens).transpose(1, 2)
        for layer in net.layers:
            x = layer(F.pad(x, (2, 0))).relu()
        return net.out(x.transpose(1, 2))

    layers = nn.ModuleList([nn.Conv1d(8, 16, 3), nn.Conv1d(16, 16, 3)])
    net = Custom(run, tokens=nn.Embedding(vocabulary(), 8), layers=layers, out=nn.Linear(16, vocabulary()))
    return Built(net, each_token, *next_characters())


@sound("attention", "time.order")
def _causal_language_model() -> Built:
    return Built(Language(Block(16, Attention(16, causal=True))), each_token, *next_characters())


@sound("attention", "parameter.unregistered")
def _tied_language_model() -> Built:
    net = Language(nn.Sequential(Block(16, Attention(16, causal=True)), nn.LayerNorm(16)))
    nn.init.normal_(net.tokens.weight, std=0.02)
    net.head.weight = net.tokens.weight
    return Built(net, each_token, *next_characters())


@sound("attention", "time.order")
def _masked_words() -> Built:
    _, windows = next_characters()
    hidden = torch.rand(windows.shape) < 0.2
    targets = windows.masked_fill(~hidden, -100)

    def loss(outputs: Tensor, targets: Tensor) -> Tensor:
        return F.cross_entropy(outputs.flatten(0, 1), targets.flatten())

    return Built(Language(nn.Sequential(Block(16, Attention(16)), nn.LayerNorm(16))), loss, windows.masked_fill(hidden, 0), targets)


@sound("attention", "time.order")
def _order_does_not_matter_on_purpose() -> Built:
    return Built(Language(Block(16, Attention(16)), classes=4, positions=None), nn.CrossEntropyLoss(), *text_sources())


@sound("dense", "time.order")
def _bag_of_letters() -> Built:
    net = nn.Sequential(nn.EmbeddingBag(vocabulary(), 16), nn.Linear(16, 4))
    return Built(net, nn.CrossEntropyLoss(), *text_sources())


@sound("dense", "time.order")
def _set_of_rows() -> Built:
    net = Custom(lambda net, x: net.out(net.each(x).sum(1)), each=dense(8, 32, 32), out=nn.Linear(32, 10))
    return Built(net, nn.CrossEntropyLoss(), *digit_rows())


@sound("attention", "inputs")
def _padding_masked() -> Built:
    def run(net: Custom, tokens: Tensor) -> Tensor:
        real = tokens > 0
        x = net.mixer(net.tokens(tokens) + net.places.weight[: tokens.shape[1]], src_key_padding_mask=~real)
        return net.out((x * real[:, :, None]).sum(1) / real.sum(1, keepdim=True))

    mixer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
    parts = {"tokens": nn.Embedding(vocabulary(), 16), "places": nn.Embedding(24, 16), "mixer": mixer, "out": nn.Linear(16, 4)}
    return Built(Custom(run, **parts), nn.CrossEntropyLoss(), *padded_sources(32))


@sound("attention", "signal")
def _patches_of_images() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        patches = net.patch(x).flatten(2).transpose(1, 2)
        first = net.first.weight.expand(len(x), -1, -1)
        return net.out(net.blocks(torch.cat([first, patches], 1) + net.places.weight)[:, 0])

    blocks = nn.Sequential(*(Block(16, Attention(16)) for _ in range(2)), nn.LayerNorm(16))
    parts = {"patch": nn.Conv2d(1, 16, 2, stride=2), "first": nn.Embedding(1, 16), "places": nn.Embedding(17, 16)}
    net = Custom(run, **parts, blocks=blocks, out=nn.Linear(16, 10))
    for name in ("first", "places"):
        nn.init.trunc_normal_(getattr(net, name).weight, std=0.02)
    return Built(net, nn.CrossEntropyLoss(), *digit_images(48))


@sound("attention", "signal")
def _pooled_by_attention() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        states = net.rnn(x)[0]
        return net.out((net.score(states).softmax(1) * states).sum(1))

    parts = {"rnn": nn.GRU(8, 16, batch_first=True), "score": nn.Linear(16, 1, bias=False), "out": nn.Linear(16, 10)}
    return Built(Custom(run, **parts), nn.CrossEntropyLoss(), *digit_rows())
