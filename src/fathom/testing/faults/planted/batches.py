"""Examples that see each other, steps that see the future, and passes that differ."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fathom.testing.faults.parts import Attention, Block, Custom, Do, Language, Last, convolutional, dense, each_token
from fathom.testing.faults.planted.collection import planted
from fathom.testing.faults.real_data import cancer, digit_images, digit_rows, digits, next_characters, text_sources, wine
from fathom.testing.faults.set_up import Built

LEAK = "batch.leak"


@planted("dense", "batch", LEAK)
def _standardized_over_the_batch() -> Built:
    net = nn.Sequential(Do(lambda x: (x - x.mean(0)) / (x.std(0) + 1e-3)), dense(30, 16, 2))
    return Built(net, nn.CrossEntropyLoss(), *cancer())


@planted("dense", "batch", LEAK)
def _gate_over_the_wrong_dimension() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        return net.out(net.value(x) * len(x) * net.gate(x).softmax(dim=0))

    net = Custom(run, value=nn.Linear(13, 16), gate=nn.Linear(13, 16), out=nn.Linear(16, 3))
    return Built(net, nn.CrossEntropyLoss(), *wine())


@planted("convolution", "batch", LEAK)
def _view_mixes_images() -> Built:
    net = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), Do(lambda x: x.transpose(0, 1).reshape(x.shape[0], -1)), nn.Linear(512, 10)
    )
    return Built(net, nn.CrossEntropyLoss(), *digit_images())


@planted("convolution", "batch", LEAK)
def _largest_over_images() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        features = net.first(x).relu().mean((2, 3))
        return net.out(features / features.max(dim=0).values.clamp(min=1e-6))

    return Built(Custom(run, first=nn.Conv2d(1, 8, 3), out=nn.Linear(8, 10)), nn.CrossEntropyLoss(), *digit_images())


@planted("recurrent", "batch", LEAK)
def _batch_taken_for_time() -> Built:
    return Built(Last(nn.LSTM(8, 16), 10), nn.CrossEntropyLoss(), *digit_rows())


@planted("recurrent", "batch", LEAK)
def _last_states_viewed_wrong() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        _, state = net.rnn(x)  # (layers and directions, n, units)
        return net.out(state.view(len(x), -1))

    net = Custom(run, rnn=nn.GRU(8, 8, num_layers=2, bidirectional=True, batch_first=True), out=nn.Linear(32, 10))
    return Built(net, nn.CrossEntropyLoss(), *digit_rows())


@planted("attention", "batch", LEAK)
def _softmax_over_the_batch() -> Built:
    attention = Attention(16, normalize=lambda scores: scores.softmax(0))
    return Built(Language(Block(16, attention), classes=4), nn.CrossEntropyLoss(), *text_sources(32, 12))


@planted("attention", "batch", LEAK)
def _batch_taken_for_time_in_an_encoder() -> Built:
    layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0)
    return Built(Language(layer, classes=4), nn.CrossEntropyLoss(), *text_sources(32, 12))


@planted("normalization", "batch", LEAK)
def _layer_norm_over_the_batch() -> Built:
    net = nn.Sequential(nn.Linear(64, 32), Do(lambda x: F.layer_norm(x.T, x.T.shape[1:]).T), nn.ReLU(), nn.Linear(32, 10))
    return Built(net, nn.CrossEntropyLoss(), *digits())


@planted("attention", "time", "time.order")
def _future_not_masked() -> Built:
    return Built(Language(Block(16, Attention(16))), each_token, *next_characters())


@planted("attention", "time", "time.order nan.born loss.not_finite")
def _mask_upside_down() -> Built:
    def normalize(scores: Tensor) -> Tensor:
        earlier = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
        return scores.masked_fill(earlier, -1e9).softmax(-1)

    return Built(Language(Block(16, Attention(16, normalize=normalize))), each_token, *next_characters())


@planted("attention", "time", "time.order")
def _heads_split_by_view() -> Built:
    attention = Attention(16, causal=True, split=lambda x, heads: x.reshape(len(x), heads, x.shape[1], -1))
    return Built(Language(Block(16, attention)), each_token, *next_characters())


@planted("attention", "time", "time.order")
def _softmax_over_queries() -> Built:
    attention = Attention(16, causal=True, normalize=lambda scores: scores.nan_to_num(neginf=-1e9).softmax(-2))
    return Built(Language(Block(16, attention)), each_token, *next_characters())


@planted("recurrent", "time", "time.order")
def _both_directions_for_the_next_character() -> Built:
    def run(net: Custom, tokens: Tensor) -> Tensor:
        return net.out(net.rnn(net.tokens(tokens))[0])

    net = Custom(run, tokens=nn.Embedding(40, 8), rnn=nn.LSTM(8, 16, bidirectional=True, batch_first=True), out=nn.Linear(32, 40))
    return Built(net, each_token, *next_characters())


@planted("convolution", "time", "time.order")
def _padding_on_both_sides() -> Built:
    def run(net: Custom, tokens: Tensor) -> Tensor:
        hidden = net.second(net.first(net.tokens(tokens).transpose(1, 2)).relu()).relu()
        return net.out(hidden.transpose(1, 2))

    convolution = nn.Conv1d(8, 16, 3, padding=1), nn.Conv1d(16, 16, 3, padding=1)
    net = Custom(run, tokens=nn.Embedding(40, 8), first=convolution[0], second=convolution[1], out=nn.Linear(16, 40))
    return Built(net, each_token, *next_characters())


RANDOM = "determinism.differs mode.differs"


@planted("dense", "mode", RANDOM)
def _dropout_also_in_eval() -> Built:
    net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), Do(lambda x: F.dropout(x, 0.5)), nn.Linear(32, 10))
    return Built(net, nn.CrossEntropyLoss(), *digits())


@planted("convolution", "mode", RANDOM)
def _augmented_also_in_eval() -> Built:
    def shifted(x: Tensor) -> Tensor:
        return x.roll(int(torch.randint(-2, 3, ())), dims=3)

    return Built(nn.Sequential(Do(shifted), convolutional(8, 16)), nn.CrossEntropyLoss(), *digit_images())


@planted("recurrent", "mode", RANDOM)
def _first_state_random() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        return net.out(net.rnn(x, torch.randn(1, len(x), 16))[0][:, -1])

    return Built(Custom(run, rnn=nn.GRU(8, 16, batch_first=True), out=nn.Linear(16, 10)), nn.CrossEntropyLoss(), *digit_rows())


@planted("recurrent", "mode", f"{RANDOM} batch.leak gradient.wrong")
def _state_kept_from_the_batch_before() -> Built:
    class Keeping(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn, self.out = nn.GRU(8, 16, batch_first=True), nn.Linear(16, 10)
            self.state: Tensor | None = None

        def forward(self, x: Tensor) -> Tensor:
            kept = self.state if self.state is not None and self.state.shape[1] == len(x) else None
            states, last = self.rnn(x, kept if kept is None else kept.to(x.dtype))
            self.state = last.detach()
            return self.out(states[:, -1])

    return Built(Keeping(), nn.CrossEntropyLoss(), *digit_rows())


@planted("dense", "mode", "determinism.differs")
def _inputs_changed_in_place() -> Built:
    def doubled(x: Tensor) -> Tensor:
        x *= 1.5
        return x

    return Built(nn.Sequential(Do(doubled), dense(30, 16, 2)), nn.CrossEntropyLoss(), *cancer())


@planted("dense", "mode", "dropout.rate")
def _dropout_of_nearly_all() -> Built:
    net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.99), nn.Linear(64, 10))
    return Built(net, nn.CrossEntropyLoss(), *digits())


@planted("convolution", "mode", "dropout.rate")
def _keep_probability_taken_for_dropout() -> Built:
    net = nn.Sequential(nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Dropout2d(0.95), nn.Flatten(), nn.Linear(576, 10))
    return Built(net, nn.CrossEntropyLoss(), *digit_images())


@planted("attention", "mode", "dropout.rate")
def _dropout_of_nearly_all_in_an_encoder() -> Built:
    layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.98, batch_first=True)
    return Built(Language(layer, classes=4), nn.CrossEntropyLoss(), *text_sources(32, 12))


@planted("normalization", "mode", "mode.differs")
def _running_statistics_never_move() -> Built:
    x, y = wine()
    net = nn.Sequential(nn.Linear(13, 32), nn.BatchNorm1d(32, momentum=0.0), nn.ReLU(), nn.Linear(32, 3))
    nn.init.constant_(net[0].bias, 5)  # type: ignore[arg-type]
    return Built(net, nn.CrossEntropyLoss(), 3 * x + 10, y)


@planted("normalization", "mode", "mode.differs")
def _statistics_of_another_data_set() -> Built:
    net = convolutional(8, 16, normal=nn.BatchNorm2d, bias=False)
    for layer in (net[1], net[4]):
        nn.init.constant_(layer.running_mean, 40.0)  # type: ignore[arg-type]
        nn.init.constant_(layer.running_var, 1e-4)  # type: ignore[arg-type]
    return Built(net, nn.CrossEntropyLoss(), *digit_images())


@planted("normalization", "parameter", "bias.cancelled")
def _bias_in_front_of_batch_norm() -> Built:
    net = nn.Sequential(nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 10))
    return Built(net, nn.CrossEntropyLoss(), *digits())


@planted("normalization", "parameter", "bias.cancelled")
def _bias_of_convolutions_in_front_of_batch_norm() -> Built:
    return Built(convolutional(8, 16, normal=nn.BatchNorm2d), nn.CrossEntropyLoss(), *digit_images())


@planted("normalization", "parameter", "bias.cancelled")
def _bias_in_front_of_instance_norm() -> Built:
    return Built(convolutional(8, 16, normal=nn.InstanceNorm2d), nn.CrossEntropyLoss(), *digit_images())


@planted("dense", "numbers", "nan.born loss.not_finite")
def _own_softmax_overflows() -> Built:
    x, y = digits()

    def own(logits: Tensor) -> Tensor:
        powers = logits.exp()
        return (powers / powers.sum(1, keepdim=True)).log()

    net = nn.Sequential(dense(64, 32, 10), Do(lambda z: own(400 * z)))
    return Built(net, nn.NLLLoss(), x, y)


@planted("dense", "numbers", "nan.born gradient.wrong")
def _distance_of_a_pair_of_equals() -> Built:
    x, y = digits(64)
    partners = torch.where((torch.arange(64) % 4 == 0)[:, None], x, x.roll(1, 0))

    def run(net: Custom, pairs: Tensor) -> Tensor:
        codes = net.body(pairs)
        return ((codes[:, 0] - codes[:, 1]) ** 2).sum(1).sqrt()

    def contrast(distances: Tensor, same: Tensor) -> Tensor:
        return (same * distances**2 + (1 - same) * (2 - distances).clamp(min=0) ** 2).mean()

    same = (torch.arange(64) % 4 == 0) | (y == y.roll(1))
    return Built(Custom(run, body=dense(64, 32, 8)), contrast, torch.stack([x, partners], dim=1), same.float())


@planted("convolution", "numbers", "nan.born loss.not_finite")
def _deviation_of_a_constant_image() -> Built:
    x, y = digit_images()
    x[3] = 0.5
    net = nn.Sequential(Do(lambda x: (x - x.mean((2, 3), keepdim=True)) / x.std((2, 3), keepdim=True)), convolutional(8, 16))
    return Built(net, nn.CrossEntropyLoss(), x, y)


@planted("attention", "numbers", "nan.born loss.not_finite")
def _all_keys_masked() -> Built:
    def normalize(scores: Tensor) -> Tensor:
        before = torch.ones(scores.shape[-2:], dtype=torch.bool).triu()  # the first query sees nothing
        return scores.masked_fill(before, float("-inf")).softmax(-1)

    return Built(Language(Block(16, Attention(16, normalize=normalize))), each_token, *next_characters())


@planted("recurrent", "numbers", "nan.born loss.not_finite")
def _length_of_zero() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        states = net.rnn(x)[0]
        kept = (x[:, :, :1] > 2).to(x.dtype)  # no row of most digits
        return net.out((states * kept).sum(1) / kept.sum(1))

    return Built(Custom(run, rnn=nn.GRU(8, 16, batch_first=True), out=nn.Linear(16, 10)), nn.CrossEntropyLoss(), *digit_rows())
