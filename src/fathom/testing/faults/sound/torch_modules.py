"""Sound: modules of torch.nn as they come, with nothing of ours around them but a choice among their outputs."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fathom.testing.faults.parts import each_token
from fathom.testing.faults.real_data import cancer, digit_rows, digits, next_characters, text_sources, vocabulary
from fathom.testing.faults.set_up import Built
from fathom.testing.faults.sound.collection import sound


def _next_row() -> tuple[Tensor, Tensor]:
    x, _ = digit_rows(48)
    return x[:, :-1].contiguous(), x[:, 1:].contiguous().tanh()


@sound("recurrent", "foreign", foreign=True)
def _nn_lstm() -> Built:
    return Built(nn.LSTM(8, 8, batch_first=True), nn.MSELoss(), *_next_row(), forward=lambda net, x: net(x)[0])


@sound("recurrent", "foreign", foreign=True)
def _nn_gru() -> Built:
    return Built(nn.GRU(8, 8, batch_first=True), nn.MSELoss(), *_next_row(), forward=lambda net, x: net(x)[0])


@sound("recurrent", "foreign", foreign=True)
def _nn_rnn_of_two_layers() -> Built:
    return Built(nn.RNN(8, 8, num_layers=2, batch_first=True), nn.MSELoss(), *_next_row(), forward=lambda net, x: net(x)[0])


@sound("recurrent", "foreign", foreign=True)
def _nn_lstm_time_first() -> Built:
    x, y = _next_row()
    net = nn.LSTM(8, 8, num_layers=2)
    return Built(net, nn.SmoothL1Loss(), x, y, forward=lambda net, x: net(x.transpose(0, 1))[0].transpose(0, 1))


@sound("recurrent", "foreign", foreign=True)
def _nn_lstm_of_both_directions() -> Built:
    x, _ = digit_rows(48)
    net = nn.LSTM(8, 4, num_layers=2, bidirectional=True, dropout=0.1, batch_first=True)
    return Built(net, nn.L1Loss(), x, x.tanh(), forward=lambda net, x: net(x)[0])


@sound("attention", "foreign", foreign=True)
def _nn_embedding_as_a_language_model() -> Built:
    return Built(nn.Embedding(vocabulary(), vocabulary()), each_token, *next_characters())


@sound("attention", "foreign", foreign=True)
def _nn_transformer_encoder_layer() -> Built:
    x, _ = digit_rows(48)
    return Built(nn.TransformerEncoderLayer(8, 4, 16, dropout=0.0, batch_first=True), nn.MSELoss(), x, F.layer_norm(x.roll(1, 1), (8,)))


@sound("attention", "foreign", foreign=True)
def _nn_transformer_encoder() -> Built:
    layer = nn.TransformerEncoderLayer(8, 2, 32, batch_first=True)
    x, _ = digit_rows(48)
    return Built(nn.TransformerEncoder(layer, 2), nn.MSELoss(), x, F.layer_norm(x.flip(1), (8,)))


@sound("attention", "foreign", foreign=True)
def _nn_transformer_encoder_norm_first() -> Built:
    layer = nn.TransformerEncoderLayer(8, 2, 32, activation="gelu", norm_first=True, batch_first=True)
    x, _ = digit_rows(48)
    return Built(nn.TransformerEncoder(layer, 3, enable_nested_tensor=False), nn.L1Loss(), x, x.flip(1))


@sound("attention", "foreign", foreign=True)
def _nn_transformer_decoder() -> Built:
    x, _ = digit_rows(32)
    layer = nn.TransformerDecoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
    net = nn.TransformerDecoder(layer, 2)
    inputs = {"tgt": x[:, :4].contiguous(), "memory": x[:, 4:].contiguous()}
    return Built(net, nn.MSELoss(), inputs, F.layer_norm(x[:, 2:6], (8,)))


@sound("attention", "foreign", foreign=True)
def _nn_transformer() -> Built:
    x, _ = digit_rows(24)
    net = nn.Transformer(8, 2, 1, 1, 16, batch_first=True)

    def forward(net: nn.Module, batch: dict[str, Tensor]) -> Tensor:
        mask = nn.Transformer.generate_square_subsequent_mask(batch["tgt"].shape[1], dtype=batch["tgt"].dtype)
        return net(batch["src"], batch["tgt"], tgt_mask=mask, tgt_is_causal=True)

    inputs = {"src": x[:, :4].contiguous(), "tgt": x[:, 3:7].contiguous()}
    return Built(net, nn.MSELoss(), inputs, F.layer_norm(x[:, 4:], (8,)), forward=forward)


@sound("attention", "foreign", foreign=True)
def _nn_multihead_attention() -> Built:
    x, _ = digit_rows(48)
    net = nn.MultiheadAttention(8, 2, batch_first=True)
    return Built(net, nn.MSELoss(), x, 0.5 * x.mean(1, keepdim=True).expand_as(x).contiguous(), forward=lambda net, x: net(x, x, x)[0])


@sound("dense", "foreign", foreign=True)
def _nn_bilinear() -> Built:
    x, y = cancer()
    return Built(nn.Bilinear(10, 10, 2), nn.CrossEntropyLoss(), (x[:, :10], x[:, 20:]), y)


@sound("dense", "foreign", foreign=True)
def _nn_embedding_bag() -> Built:
    return Built(nn.EmbeddingBag(vocabulary(), 4, mode="sum"), nn.CrossEntropyLoss(), *text_sources())


@sound("dense", "foreign", foreign=True)
def _nn_adaptive_log_softmax() -> Built:
    x, y = digits()
    net = nn.AdaptiveLogSoftmaxWithLoss(64, 10, cutoffs=[4, 8], div_value=2.0)
    return Built(net, nn.NLLLoss(), x, y, forward=lambda net, x: net.log_prob(x))  # type: ignore[operator]


@sound("normalization", "foreign", foreign=True)
def _nn_root_mean_square_norms() -> Built:
    x, y = digits()
    parts = [nn.RMSNorm(64), nn.Linear(64, 32), nn.SiLU(), nn.RMSNorm(32), nn.Linear(32, 10)]
    return Built(nn.Sequential(*parts), nn.CrossEntropyLoss(), torch.as_tensor(x), y)
