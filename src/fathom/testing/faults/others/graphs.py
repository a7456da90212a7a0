"""Of others: parameters without a gradient, with a wrong one, or unknown to the optimizer."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.nn import functional as F

from fathom.testing.faults.others.collection import of_others
from fathom.testing.faults.parts import Custom, Do, dense
from fathom.testing.faults.real_data import cancer, diabetes, digit_images, digit_rows, digits, text_sources, wine
from fathom.testing.faults.set_up import Built

CUT = "gradient.detached gradient.none"
UNREGISTERED = "parameter.unregistered"


@of_others("dense", "registration", UNREGISTERED, "pytorch/pytorch/issues/666")
def _list_of_layers() -> Built:
    class Net(nn.Module):
        def __init__(self, layers: int) -> None:
            super().__init__()
            self.layer = nn.Linear(10, 10)
            self.list_of_layers = [nn.Linear(10, 10) for _ in range(layers)]
            self.out = nn.Linear(10, 1)

        def forward(self, x: Tensor) -> Tensor:
            x = self.layer(x).relu()
            for layer in self.list_of_layers:
                x = layer(x).relu()
            return self.out(x).squeeze(1)

    return Built(Net(4), nn.MSELoss(), *diabetes())


@of_others("dense", "registration", UNREGISTERED, "pytorch/pytorch/issues/715")
def _lists_of_layer_and_activation() -> Built:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hids: list[list[nn.Module]] = []
            inside = 64
            for _ in range(2):
                self.hids.append([nn.Linear(inside, 32), nn.ReLU()])
                inside = 32
            self.classifier = nn.Linear(32, 10)

        def forward(self, x: Tensor) -> Tensor:
            for linear, activation in self.hids:
                x = activation(linear(x))
            return self.classifier(x)

    return Built(Net(), nn.CrossEntropyLoss(), *digits())


@of_others("recurrent", "registration", UNREGISTERED, "ikostrikov/pytorch-meta-optimizer/issues/11")
def _list_of_cells() -> Built:
    class Optimizer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear1 = nn.Linear(8, 16)
            self.lstms = []
            for _ in range(2):
                self.lstms.append(nn.LSTMCell(16, 16))
            self.linear2 = nn.Linear(16, 10)

        def forward(self, x: Tensor) -> Tensor:
            states = [(x.new_zeros(len(x), 16), x.new_zeros(len(x), 16)) for _ in self.lstms]
            hidden = x.new_zeros(len(x), 16)
            for t in range(x.shape[1]):
                hidden = self.linear1(x[:, t]).tanh()
                for number, cell in enumerate(self.lstms):
                    states[number] = cell(hidden, states[number])
                    hidden = states[number][0]
            return self.linear2(hidden)

    return Built(Optimizer(), nn.CrossEntropyLoss(), *digit_rows())


@of_others("convolution", "registration", f"{UNREGISTERED} determinism.differs", "lafith/Mobile-UNet/issues/1")
def _convolution_made_at_every_call() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        y = net.block(x)
        if x.shape[1] != y.shape[1]:
            x = nn.Conv2d(x.shape[1], y.shape[1], 1).to(x.dtype)(x)
        return net.out((x + y).mean((2, 3)))

    block = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU6(), nn.Conv2d(8, 8, 3, padding=1))
    return Built(Custom(run, block=block, out=nn.Linear(8, 10)), nn.CrossEntropyLoss(), *digit_images())


@of_others("convolution", "registration", "parameter.unused gradient.none", "inria-thoth/HySUPP/issues/3")
def _second_layer_never_called() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        return net.out(net.layer3(net.layer1(x)).mean((2, 3)))

    layers = {f"layer{number}": nn.Sequential(nn.Conv2d(i, 8, 3), nn.LeakyReLU(0.2)) for number, i in ((1, 1), (2, 8), (3, 8))}
    return Built(Custom(run, **layers, out=nn.Linear(8, 10)), nn.CrossEntropyLoss(), *digit_images())


@of_others("attention", "graph", f"{CUT} gradient.wrong", "lucidrains/CoCa-pytorch/issues/6")
def _features_taken_by_a_hook_that_detaches() -> Built:
    class Extractor(nn.Module):
        def __init__(self, body: nn.Module) -> None:
            super().__init__()
            self.body = body
            self.latents: Tensor | None = None
            self.body.register_forward_hook(self.keep)

        def keep(self, module: nn.Module, inputs: Any, output: Tensor) -> None:
            self.latents = output.clone().detach()

        def forward(self, x: Tensor) -> Tensor:
            self.body(x)
            assert self.latents is not None
            return self.latents

    def run(net: Custom, x: Tensor) -> Tensor:
        return net.head(net.image(x).mean(1))

    encoder = Extractor(nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True))
    return Built(Custom(run, image=encoder, head=nn.Linear(8, 10)), nn.CrossEntropyLoss(), *digit_rows())


@of_others("dense", "graph", CUT, "alexhernandezgarcia/gflownet/pull/251")
def _logits_of_the_policy_cloned_without_their_graph() -> Built:
    class Policy(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = dense(13, 32, 3)
            self.log_z = nn.Parameter(torch.zeros(()))

        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            policy_outputs = self.body(x)
            return policy_outputs.clone().detach(), self.log_z

    def trajectory_balance(outputs: tuple[Tensor, Tensor], actions: Tensor) -> Tensor:
        log_probabilities = outputs[0].log_softmax(1).gather(1, actions[:, None])[:, 0]
        return ((outputs[1] + log_probabilities - 1.0) ** 2).mean()

    return Built(Policy(), trajectory_balance, *wine())


class _ISRLU(Function):
    @staticmethod
    def forward(ctx: Any, tensor: Tensor) -> Tensor:
        negatives = torch.min(tensor, 0 * tensor)
        ctx.nisr = torch.rsqrt(1.0 + negatives**2)
        return tensor * ctx.nisr

    @staticmethod
    def backward(ctx: Any, grad_out: Tensor) -> Tensor:
        return ctx.nisr**3


@of_others("dense", "gradient", "gradient.wrong", "pytorch/pytorch/issues/4355", ["0.weight", "0.bias"])
def _gradient_of_above_forgotten() -> Built:
    return Built(nn.Sequential(nn.Linear(64, 16), Do(_ISRLU.apply), nn.Linear(16, 10)), nn.CrossEntropyLoss(), *digits(48))


class _Prod(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x.prod(1)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return x.prod(1, keepdim=True) / x


@of_others("dense", "gradient", "gradient.wrong", "pytorch/pytorch/issues/995", ["parts.weight", "parts.bias"])
def _minus_in_front_of_a_product_lost() -> Built:
    x, y = cancer(48)
    net = Custom(lambda net, x: 1 - _Prod.apply(net.parts(x).sigmoid()), parts=nn.Linear(30, 4))  # a noisy 'or'
    return Built(net, nn.BCELoss(), x, y.float())


@of_others("attention", "graph", f"{CUT} parameter.not_moving parameter.unused", "DEEP-PolyU/KEQA_WSDM19/issues/2")
def _attention_weights_always_one() -> Built:
    def run(net: Custom, tokens: Tensor) -> Tensor:
        x = net.embed(tokens).transpose(0, 1)
        states, _ = net.rnn(x)
        steps, n = tokens.shape[1], tokens.shape[0]
        scores = net.attn(torch.cat((x, states), 2).reshape(steps * n, -1))  # (steps n, 1)
        weights = F.softmax(scores, dim=-1).view(steps, n, 1)
        return net.out((weights * states).sum(0))

    parts = {"embed": nn.Embedding(40, 8), "rnn": nn.GRU(8, 16), "attn": nn.Linear(24, 1), "out": nn.Linear(16, 4)}
    return Built(Custom(run, **parts), nn.CrossEntropyLoss(), *text_sources(48, 12))
