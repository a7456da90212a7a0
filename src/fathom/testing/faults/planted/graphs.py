"""Parameters that the gradient does not reach, or that the optimizer never sees."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fathom.testing.faults.parts import Attention, Block, Custom, Do, Language, Last, convolutional, dense, each_token
from fathom.testing.faults.planted.collection import planted
from fathom.testing.faults.real_data import cancer, diabetes, digit_images, digit_rows, digits, next_characters, text_sources, wine
from fathom.testing.faults.set_up import Built

CUT = "gradient.detached gradient.none"
ZERO = f"{CUT} parameter.not_moving"


def _around(function: object) -> Built:
    return Built(nn.Sequential(nn.Linear(64, 32), Do(function), nn.Linear(32, 10)), nn.CrossEntropyLoss(), *digits())  # type: ignore[arg-type]


@planted("dense", "graph", CUT)
def _detached_between_layers() -> Built:
    return _around(lambda x: x.relu().detach())


@planted("dense", "graph", CUT)
def _data_between_layers() -> Built:
    return _around(lambda x: x.relu().data)


@planted("dense", "graph", CUT)
def _through_numpy() -> Built:
    return _around(lambda x: torch.from_numpy(x.relu().detach().numpy()))


@planted("dense", "graph", CUT)
def _made_anew_from_numbers() -> Built:
    return _around(lambda x: torch.tensor([[value.item() for value in row] for row in x.relu()], dtype=x.dtype))


@planted("dense", "graph", CUT)
def _hard_threshold() -> Built:
    return _around(lambda x: (x > 0).to(x.dtype))


@planted("dense", "graph", ZERO)
def _rounded() -> Built:
    return _around(lambda x: (4 * x).round() / 4)


@planted("dense", "graph", CUT)
def _made_whole_numbers() -> Built:
    return _around(lambda x: (10 * x).long().to(x.dtype))


@planted("dense", "graph", CUT)
def _class_of_the_largest() -> Built:
    x, y = digits()
    net = nn.Sequential(nn.Linear(64, 16), Do(lambda z: z.argmax(1)), nn.Embedding(16, 10))
    return Built(net, nn.CrossEntropyLoss(), x, y)


@planted("dense", "graph", CUT)
def _output_not_a_tensor_of_the_graph() -> Built:
    return Built(dense(30, 16, 2), lambda o, t: nn.functional.cross_entropy(o.clone().detach(), t), *cancer())


@planted("convolution", "graph", CUT)
def _no_grad_around_the_features() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        with torch.no_grad():
            features = net.features(x).relu()
        return net.head(features.mean((2, 3)))

    net = Custom(run, features=nn.Conv2d(1, 16, 3), head=nn.Linear(16, 10))
    return Built(net, nn.CrossEntropyLoss(), *digit_images())


@planted("convolution", "graph", CUT)
def _branch_detached_in_a_residual() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        x = net.first(x)
        return net.head((x + net.branch(x).data).relu().flatten(1))

    net = Custom(run, first=nn.Conv2d(1, 8, 3), branch=nn.Conv2d(8, 8, 3, padding=1), head=nn.Linear(288, 10))
    return Built(net, nn.CrossEntropyLoss(), *digit_images())


@planted("recurrent", "graph", f"{CUT} gradient.wrong time.order")
def _state_detached_at_every_step() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        state = x.new_zeros(len(x), 16)
        for t in range(x.shape[1]):
            state = net.cell(x[:, t], state.detach())
        return net.head(state)

    return Built(Custom(run, cell=nn.GRUCell(8, 16), head=nn.Linear(16, 10)), nn.CrossEntropyLoss(), *digit_rows())


@planted("recurrent", "graph", CUT)
def _encoder_state_rebuilt() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        _, state = net.encoder(x)
        return net.head(torch.tensor(state[0].tolist(), dtype=x.dtype))

    net = Custom(run, encoder=nn.GRU(8, 16, batch_first=True), head=nn.Linear(16, 10))
    return Built(net, nn.CrossEntropyLoss(), *digit_rows())


@planted("attention", "graph", f"{CUT} gradient.wrong")
def _weights_detached() -> Built:
    attention = Attention(16, causal=True, normalize=lambda scores: scores.softmax(-1).detach())
    return Built(Language(Block(16, attention)), each_token, *next_characters())


@planted("attention", "graph", CUT)
def _embedding_looked_up_in_its_data() -> Built:
    def run(net: Custom, tokens: Tensor) -> Tensor:
        return net.head(net.block(net.table.weight.data[tokens]).mean(1))

    net = Custom(run, table=nn.Embedding(40, 16), block=Block(16, Attention(16)), head=nn.Linear(16, 4))
    return Built(net, nn.CrossEntropyLoss(), *text_sources())


@planted("normalization", "graph", f"{CUT} gradient.wrong")
def _statistics_detached() -> Built:
    def normalized(x: Tensor) -> Tensor:
        return (x - x.mean(1, keepdim=True).detach()) / x.std(1, keepdim=True).detach()

    net = nn.Sequential(nn.Linear(64, 32), Do(normalized), nn.ReLU(), nn.Linear(32, 10))
    return Built(net, nn.CrossEntropyLoss(), *digits())


@planted("dense", "registration", "parameter.unregistered")
def _layers_in_a_list() -> Built:
    class Listed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = [nn.Linear(64, 32), nn.Linear(32, 32)]
            self.out = nn.Linear(32, 10)

        def forward(self, x: Tensor) -> Tensor:
            for layer in self.hidden:
                x = layer(x).relu()
            return self.out(x)

    return Built(Listed(), nn.CrossEntropyLoss(), *digits())


@planted("convolution", "registration", "parameter.unregistered")
def _branches_in_a_dict() -> Built:
    class Branched(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.branches = {size: nn.Conv2d(1, 4, size, padding=size // 2) for size in (1, 3, 5)}
            self.out = nn.Linear(12, 10)

        def forward(self, x: Tensor) -> Tensor:
            return self.out(torch.cat([branch(x).relu().mean((2, 3)) for branch in self.branches.values()], dim=1))

    return Built(Branched(), nn.CrossEntropyLoss(), *digit_images())


@planted("dense", "registration", "parameter.unregistered")
def _weight_a_plain_tensor() -> Built:
    class Plain(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.randn(13, 16, requires_grad=True)
            self.out = nn.Linear(16, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.out((x @ self.weight).tanh())

    return Built(Plain(), nn.CrossEntropyLoss(), *wine())


@planted("attention", "registration", "parameter.unregistered")
def _positions_a_plain_tensor() -> Built:
    class Plain(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.positions = nn.Parameter(torch.randn(12, 16)).requires_grad_() * 0.3  # a product is no parameter
            self.tokens, self.block, self.out = nn.Embedding(40, 16), Block(16, Attention(16)), nn.Linear(16, 4)

        def forward(self, tokens: Tensor) -> Tensor:
            return self.out(self.block(self.tokens(tokens) + self.positions).mean(1))

    return Built(Plain(), nn.CrossEntropyLoss(), *text_sources(64, 12))


@planted("dense", "registration", "parameter.unregistered determinism.differs")
def _layer_made_in_the_forward_pass() -> Built:
    return Built(Custom(lambda net, x: net.out(nn.Linear(30, 16)(x).relu()), out=nn.Linear(16, 2)), nn.CrossEntropyLoss(), *cancer())


@planted("dense", "registration", "parameter.unused gradient.none")
def _layer_never_used() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        return net.third(net.first(x).relu())

    net = Custom(run, first=nn.Linear(10, 16), second=nn.Linear(16, 16), third=nn.Linear(16, 1))
    return Built(net, lambda o, t: nn.functional.mse_loss(o[:, 0], t), *diabetes())


@planted("convolution", "registration", "parameter.unused gradient.none")
def _same_convolution_twice() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        x = net.second(net.first(x).relu()).relu()
        return net.out(net.second(x).mean((2, 3)))  # meant: net.third

    net = Custom(run, first=nn.Conv2d(1, 8, 3), second=nn.Conv2d(8, 8, 3), third=nn.Conv2d(8, 8, 3), out=nn.Linear(8, 10))
    return Built(net, nn.CrossEntropyLoss(), *digit_images())


@planted("attention", "registration", "parameter.unused gradient.none time.order")
def _positions_never_added() -> Built:
    net = Language(Block(16, Attention(16)), classes=10)
    positions = net.positions
    net.positions = None
    net.add_module("place", positions)
    net.tokens = nn.Linear(8, 16)  # type: ignore[assignment]
    return Built(net, nn.CrossEntropyLoss(), *digit_rows())


@planted("normalization", "registration", "parameter.unused gradient.none")
def _norm_forgotten_in_the_forward_pass() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        return net.out(net.first(x).mean((2, 3)).relu())

    net = Custom(run, first=nn.Conv2d(1, 8, 3, bias=False), norm=nn.BatchNorm2d(8), out=nn.Linear(8, 10))
    return Built(net, nn.CrossEntropyLoss(), *digit_images())


@planted("dense", "registration", "parameter.frozen")
def _layer_frozen() -> Built:
    net = dense(64, 32, 32, 10)
    net[2].requires_grad_(False)
    return Built(net, nn.CrossEntropyLoss(), *digits())


@planted("convolution", "registration", "parameter.frozen")
def _fresh_backbone_frozen() -> Built:
    net = convolutional(8, 16)
    for parameter in list(net.parameters())[:-2]:
        parameter.requires_grad = False
    return Built(net, nn.CrossEntropyLoss(), *digit_images())


@planted("recurrent", "registration", "parameter.frozen")
def _recurrent_weights_frozen() -> Built:
    net = Last(nn.LSTM(8, 16, batch_first=True), 10)
    net.layer.weight_hh_l0.requires_grad = False
    return Built(net, nn.CrossEntropyLoss(), *digit_rows())


@planted("recurrent", "graph", f"time.order {ZERO} parameter.unused")
def _first_state_instead_of_the_last() -> Built:
    net = Custom(lambda net, x: net.out(net.rnn(x)[0][:, 0]), rnn=nn.RNN(8, 16, batch_first=True), out=nn.Linear(16, 10))
    return Built(net, nn.CrossEntropyLoss(), *digit_rows())


@planted("recurrent", "graph", f"time.order {ZERO} parameter.unused")
def _backward_direction_read_after_one_step() -> Built:
    net = Last(nn.LSTM(8, 12, bidirectional=True, batch_first=True), 10)
    return Built(net, nn.CrossEntropyLoss(), *digit_rows())


@planted("convolution", "graph", f"{ZERO} parameter.unused")
def _branch_times_zero() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        x = net.first(x).relu()
        return net.out((x + 0 * net.branch(x)).mean((2, 3)))

    net = Custom(run, first=nn.Conv2d(1, 8, 3), branch=nn.Conv2d(8, 8, 3, padding=1), out=nn.Linear(8, 10))
    return Built(net, nn.CrossEntropyLoss(), *digit_images())


@planted("attention", "graph", f"{ZERO} parameter.unused")
def _softmax_over_a_single_score() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        states = net.rnn(x)[0]
        weights = net.score(states).softmax(dim=-1)  # (n, t, 1): always 1
        return net.out((weights * states).sum(1))

    net = Custom(run, rnn=nn.GRU(8, 16, batch_first=True), score=nn.Linear(16, 1), out=nn.Linear(16, 10))
    return Built(net, nn.CrossEntropyLoss(), *digit_rows())
