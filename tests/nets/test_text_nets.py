"""The nets of texts against NumPy, and the counts of their parameters."""

import numpy as np
import pytest
import torch

from fathom.nets.average_of_embeddings import AverageOfEmbeddings
from fathom.nets.catalogue import CATALOGUE
from fathom.nets.embedding import Embedding
from fathom.nets.initialization import initialize
from fathom.nets.recurrent import Recurrent

TEXTS = [[5, 2, 4, 3], [2, 9], [7], [1, 1, 8, 2, 6, 4]]
NAMES = ("embedding", "rnn", "gru", "lstm")


def padded(texts, time=8, dtype=torch.float32):
    rows = torch.zeros(len(texts), time, dtype=dtype)
    for i, text in enumerate(texts):
        rows[i, : len(text)] = torch.tensor(text)
    return rows


def built(name, words=12, outputs=3, **arguments):
    torch.manual_seed(0)
    net = CATALOGUE[name].build(words, outputs, **arguments)[0]
    initialize(net, scheme="xavier", seed=1)
    return net.double().eval()


def test_a_look_up_is_a_product_with_a_one_hot_vector():
    """C5W2-01, C5W2-08: e_j = E o_j; 10,000 words of 300 dimensions are 3,000,000 weights."""
    made = Embedding(10_000, 300)
    assert made.weight.numel() == 3_000_000
    one_hot = torch.nn.functional.one_hot(torch.tensor([6257, 456]), 10_000).float()
    assert float(one_hot[0] @ one_hot[1]) == 0.0
    torch.testing.assert_close(one_hot @ made.weight, made(torch.tensor([[6257.0, 456.0]]))[0])


def test_the_average_of_embeddings_against_numpy():
    """C5W2-19."""
    net = built("embedding", dimensions=4)
    E, W, b = (p.detach().numpy() for p in (net.embedding.weight, net.linear.weight, net.linear.bias))
    wanted = [W @ np.mean([E[j] for j in text], axis=0) + b for text in TEXTS]
    np.testing.assert_allclose(net(padded(TEXTS)).detach().numpy(), wanted, atol=1e-12)


def test_the_order_of_words_counts_for_recurrent_nets_alone():
    """C5W2-19, 20."""
    forth, back = padded([TEXTS[0]]), padded([TEXTS[0][::-1]])
    for name in NAMES:
        net = built(name)
        assert bool(torch.allclose(net(forth), net(back))) is (name == "embedding"), name


@pytest.mark.parametrize("name", NAMES)
def test_padding_and_neighbors_change_nothing(name):
    net = built(name)
    together = net(padded(TEXTS))
    alone = torch.cat([net(padded([text], time=len(text))) for text in TEXTS])
    torch.testing.assert_close(together, alone)


@pytest.mark.parametrize("name", NAMES)
def test_the_vector_of_padding_stays_zero(name):
    net = built(name)
    net(padded(TEXTS)).square().sum().backward()
    assert not net.embedding.weight[0].any()
    assert not net.embedding.weight.grad[0].any()
    assert net.embedding.weight.grad[2].any()


@pytest.mark.parametrize("name", ["rnn", "gru", "lstm"])
def test_the_last_states_are_those_of_the_layers(name):
    """C5W1-21, 22: two layers in both directions, the last states side by side."""
    net = built(name, units=5, layers=2, bidirectional=True, dimensions=4)
    lengths = torch.tensor([len(t) for t in TEXTS])
    last = net.recurrent(net.embedding(padded(TEXTS)), lengths)[1]
    assert last.shape == (4, 10)
    torch.testing.assert_close(net(padded(TEXTS)), net.linear(last))


def test_initial_vectors_have_length_one_and_follow_from_the_seed():
    nets = [Embedding(5_000, 64) for _ in range(3)]
    for net, seed in zip(nets, (0, 0, 1), strict=True):
        initialize(net, scheme="xavier", seed=seed)
    assert float(nets[0].weight[1:].detach().square().sum(1).mean()) == pytest.approx(1.0, abs=0.02)
    assert torch.equal(nets[0].weight, nets[1].weight)
    assert not torch.equal(nets[0].weight, nets[2].weight)
    assert not nets[0].weight[0].any()


@pytest.mark.parametrize("name", NAMES)
def test_many_rows_are_read_in_parts(name, monkeypatch):
    net = built(name)
    whole = net(padded(TEXTS))
    monkeypatch.setattr("fathom.nets.text_net.AT_ONCE", 1)
    with torch.no_grad():
        torch.testing.assert_close(net(padded(TEXTS)), whole.detach())


def test_rows_that_a_stack_of_nets_does_not_share():
    net = AverageOfEmbeddings(12, 1, dimensions=3)
    rows = torch.stack([padded(TEXTS), padded(TEXTS[::-1])])
    stacked = torch.vmap(net)(rows)
    torch.testing.assert_close(stacked[1], net(rows[1]))


def test_recurrent_keeps_its_shape():
    assert Recurrent("lstm", 3, 4, layers=3)(torch.zeros(2, 5, 3))[0].shape == (2, 5, 4)
