"""Recurrent layers against the course's equations in NumPy, and against torch where its equations are the same."""

import numpy as np
import pytest
import torch
from torch import nn

from fathom.nets.recurrent import CELLS, GRUCell, LSTMCell, Recurrent, RNNCell

N, T, D, H = 4, 6, 3, 5


def sigma(z):
    return 1 / (1 + np.exp(-z))


def numbers(linear):
    return linear.weight.detach().numpy(), linear.bias.detach().numpy()


def data():
    return torch.randn(N, T, D, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def made(cell, **arguments):
    torch.manual_seed(1)
    return cell(D, H, **arguments).double()


def walked(cell, x):
    state = cell.start(N, x)
    for t in range(T):
        state = cell(x[:, t], state)
    return [s.detach().numpy() for s in state]


def test_rnn():
    """C5W1-05, 06: with torch.nn.RNN's weights put side by side, Wa = [Waa | Wax]."""
    cell, x = made(RNNCell), data()
    theirs = nn.RNN(D, H, batch_first=True).double()
    with torch.no_grad():
        cell.W.weight.copy_(torch.cat([theirs.weight_hh_l0, theirs.weight_ih_l0], 1))
        cell.W.bias.copy_(theirs.bias_hh_l0 + theirs.bias_ih_l0)
    np.testing.assert_allclose(walked(cell, x)[0], theirs(x)[1][0].detach().numpy(), atol=1e-12)
    assert RNNCell(10_000, 100).W.weight.shape == (100, 10_100)


@pytest.mark.parametrize("relevance", [False, True])
def test_gru(relevance):
    """C5W1-16, 17."""
    cell, x = made(GRUCell, relevance=relevance), data()
    (Wu, bu), (Wc, bc) = numbers(cell.update), numbers(cell.candidate)
    c = np.zeros((N, H))
    for t in range(T):
        both = np.hstack([c, x[:, t].numpy()])
        gate = sigma(both @ Wu.T + bu)
        r = 1.0
        if relevance:
            Wr, br = numbers(cell.relevance)
            r = sigma(both @ Wr.T + br)
        candidate = np.tanh(np.hstack([r * c, x[:, t].numpy()]) @ Wc.T + bc)
        c = gate * candidate + (1 - gate) * c
    np.testing.assert_allclose(walked(cell, x)[0], c, atol=1e-12)


@pytest.mark.parametrize(("bias", "expected"), [(-50.0, "copies"), (50.0, "overwrites")])
def test_the_update_gate_copies_or_overwrites(bias, expected):
    """C5W1-16: Gu = 0 carries c on for ever, Gu = 1 writes the candidate."""
    cell, x = made(GRUCell), data()
    nn.init.zeros_(cell.update.weight)
    nn.init.constant_(cell.update.bias, bias)
    before = torch.randn(N, H, dtype=torch.float64)
    after = before
    for t in range(T):
        candidate = cell.candidate(torch.cat([torch.sigmoid(cell.relevance(torch.cat([after, x[:, t]], 1))) * after, x[:, t]], 1)).tanh()
        (after,) = cell(x[:, t], (after,))
    torch.testing.assert_close(after, before if expected == "copies" else candidate)


def test_open_relevance_is_the_simplified_gru():
    """C5W1-17: Gr = 1."""
    full, simple, x = made(GRUCell), made(GRUCell, relevance=False), data()
    nn.init.zeros_(full.relevance.weight)
    nn.init.constant_(full.relevance.bias, 50.0)
    simple.update.load_state_dict(full.update.state_dict())
    simple.candidate.load_state_dict(full.candidate.state_dict())
    np.testing.assert_allclose(walked(full, x)[0], walked(simple, x)[0], atol=1e-12)


@pytest.mark.parametrize("peepholes", [False, True])
def test_lstm(peepholes):
    """C5W1-18, 19; without peepholes also torch.nn.LSTM, whose blocks stand in the order input, forget, cell, output."""
    cell, x = made(LSTMCell, peepholes=peepholes), data()
    W, b = numbers(cell.W)
    P = np.zeros((3, H))
    if peepholes:
        nn.init.normal_(cell.peepholes)
        P = cell.peepholes.detach().numpy()
    a = c = np.zeros((N, H))
    for t in range(T):
        z, u, f, o = np.split(np.hstack([a, x[:, t].numpy()]) @ W.T + b, 4, axis=1)
        u, f, o = sigma(u + P[0] * c), sigma(f + P[1] * c), sigma(o + P[2] * c)
        c = u * np.tanh(z) + f * c
        a = o * np.tanh(c)
    for ours, expected in zip(walked(cell, x), (a, c), strict=True):
        np.testing.assert_allclose(ours, expected, atol=1e-12)
    if not peepholes:
        theirs = nn.LSTM(D, H, batch_first=True).double()
        order = [torch.as_tensor(block) for block in np.split(np.arange(4 * H), 4)]
        index = torch.cat([order[1], order[2], order[0], order[3]])
        with torch.no_grad():
            theirs.weight_hh_l0.copy_(cell.W.weight[index, :H])
            theirs.weight_ih_l0.copy_(cell.W.weight[index, H:])
            theirs.bias_hh_l0.copy_(cell.W.bias[index])
            theirs.bias_ih_l0.zero_()
        np.testing.assert_allclose(walked(cell, x)[0], theirs(x)[1][0][0].detach().numpy(), atol=1e-12)


def test_counts():
    """C5W1-20: three blocks against four."""
    gru, lstm = (sum(p.numel() for p in CELLS[name](D, H).parameters()) for name in ("gru", "lstm"))
    assert gru == 3 * (H * (H + D) + H)
    assert lstm == 4 * (H * (H + D) + H)


@pytest.mark.parametrize("cell", CELLS)
def test_what_follows_the_end_of_a_sequence_changes_nothing(cell):
    torch.manual_seed(0)
    net, x = Recurrent(cell, D, H, layers=2, bidirectional=True).double(), data()
    lengths = torch.tensor([6, 1, 3, 4])
    states, last = net(x, lengths)
    other = x.clone()
    for row, length in enumerate(lengths.tolist()):
        other[row, length:] = 99.0
        alone_states, alone_last = net(x[row : row + 1, :length])
        torch.testing.assert_close(states[row, :length], alone_states[0])
        torch.testing.assert_close(last[row], alone_last[0])
        assert not states[row, length:].any()
    torch.testing.assert_close(net(other, lengths)[1], last)


@pytest.mark.parametrize(("bidirectional", "hangs"), [(False, False), (True, True)])
def test_only_both_directions_see_the_future(bidirectional, hangs):
    """C5W1-09, 21."""
    torch.manual_seed(0)
    net, x = Recurrent("lstm", D, H, bidirectional=bidirectional).double(), data()
    later = x.clone()
    later[:, -1] += 1.0
    assert (not torch.allclose(net(x)[0][:, 0], net(later)[0][:, 0])) is hangs


def test_gradients_through_time_shrink_and_grow():
    """C5W1-15, and C5W1-08: those of the unrolled net."""
    x = torch.randn(1, 40, D, dtype=torch.float64)
    norms = {}
    for scale in (0.3, 3.0):
        torch.manual_seed(0)
        cell = RNNCell(D, H).double()
        with torch.no_grad():
            cell.W.weight[:, :H] = scale * torch.linalg.qr(torch.randn(H, H, dtype=torch.float64)).Q
            cell.W.weight[:, H:] *= 0.0
            cell.W.bias.zero_()
        first = torch.full((1, H), 1e-9, dtype=torch.float64, requires_grad=True)
        state = (first,)
        for t in range(15):
            state = cell(x[:, t], state)
        state[0].sum().backward()
        norms[scale] = float(first.grad.norm())
    assert norms[0.3] < 1e-6
    assert norms[3.0] > 1e6


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_steps_for_the_rows_that_read_are_the_steps_for_all(cell, monkeypatch):
    """States, last states and gradients, with rows of several lengths, one of them empty."""
    torch.manual_seed(0)
    net = Recurrent(cell, 3, 4, layers=2, bidirectional=True).double()
    lengths = torch.tensor([2, 7, 0, 5, 7, 1])
    made = []
    for all_rows in (False, True):
        if all_rows:
            monkeypatch.setattr("fathom.nets.recurrent._reading", lambda inside: None)
        x = torch.from_numpy(np.random.default_rng(0).normal(size=(6, 9, 3))).requires_grad_()
        states, last = net(x, lengths)
        (states.square().sum() + last.pow(3).sum()).backward()
        made.append([states, last, x.grad, *(p.grad for p in net.parameters())])
        net.zero_grad()
    for ours, theirs in zip(*made, strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-12, rtol=1e-12)


def test_a_text_costs_no_steps_past_its_end(monkeypatch):
    """The rows of every step, counted."""
    seen = []
    kept = Recurrent("rnn", 3, 4)
    forward = type(kept.cells[0]).forward
    monkeypatch.setattr(type(kept.cells[0]), "forward", lambda self, x, state: seen.append(len(x)) or forward(self, x, state))
    kept(torch.zeros(4, 6, 3), torch.tensor([1, 4, 2, 4]))
    assert seen == [4, 3, 2, 2]


@pytest.mark.parametrize("cell", CELLS)
def test_half_precision_is_the_same_function(cell):
    """Under autocast, as `precision="bfloat16"` trains: the state stays in float32, where the GRU once met a product in bfloat16."""
    torch.manual_seed(0)
    net, x = Recurrent(cell, D, H, layers=2, bidirectional=True), data().float()
    lengths = torch.tensor([6, 1, 3, 4])
    with torch.autocast("cpu", torch.bfloat16):
        half = net(x, lengths)[1]
    half.float().sum().backward()
    torch.testing.assert_close(half.float(), net(x, lengths)[1], atol=3e-2, rtol=3e-2)
    assert all(bool(torch.isfinite(p.grad).all()) for p in net.parameters())
