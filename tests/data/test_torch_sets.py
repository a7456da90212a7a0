"""Torch Datasets and DataLoaders as data: the same table as the arrays that they hold."""

import numpy as np
import polars as pl
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

import fathom
from fathom.core.exceptions import UnusableInput

X = torch.randn(60, 1, 2, 3, generator=torch.Generator().manual_seed(0))
Y = torch.arange(60) % 3


class Items(Dataset):
    def __init__(self, make, rows=6):
        self.make, self.rows = make, rows

    def __len__(self):
        return self.rows

    def __getitem__(self, number):
        return self.make(number)


class Stream(IterableDataset):
    def __iter__(self):
        yield from zip(X, Y, strict=True)


SOURCES = {
    "dataset": TensorDataset(X, Y),
    "shuffled loader": DataLoader(TensorDataset(X, Y), batch_size=7, shuffle=True),
    "loader that puts together on its own": DataLoader(
        TensorDataset(X, Y), batch_size=7, collate_fn=lambda pairs: (torch.stack([x for x, _ in pairs]), torch.stack([y for _, y in pairs]))
    ),
    "items of plain Python": Items(lambda n: (X[n].numpy(), int(Y[n])), rows=60),
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_torch_set_gives_the_table_of_its_arrays(name):
    data, expected = fathom.load(SOURCES[name]), fathom.load((X.numpy(), Y.numpy()))
    assert data.table.equals(expected.table)
    assert data.notes == expected.notes == {"shape": "1x2x3"}
    assert not [f for f in data.findings if f.id == "data.source.random_items"]


def test_a_net_of_ones_own_is_fitted_on_loaders():
    splits = fathom.split(train=SOURCES["shuffled loader"], dev=TensorDataset(X, Y))
    run = fathom.fit(
        splits, net=lambda n_in, n_out: nn.Sequential(nn.Unflatten(1, (1, 2, 3)), nn.Flatten(), nn.Linear(n_in, n_out)), epochs=2
    )
    assert run.errors["dev"].shape == (60,)
    assert run.splits.train.table.select(pl.exclude("y")).to_numpy().shape == (60, 6)


def test_items_that_are_drawn_anew_are_said():
    found = fathom.load(Items(lambda n: (np.random.default_rng().normal(size=3), n % 2), rows=30)).findings
    assert "data.source.random_items" in {f.id for f in found}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (Stream(), "got a stream"),
        (DataLoader(Stream(), batch_size=4), "got a stream"),
        (Items(lambda n: X[n]), r"expected \(input, target\)"),
        (Items(lambda n: (X[n], Y[n], n)), "got 3 values"),
        (Items(lambda n: (torch.zeros(n + 1), 0)), "one shape"),
        (Items(lambda n: (torch.zeros(2), 0), rows=0), "got none"),
        (DataLoader(TensorDataset(X), batch_size=4, collate_fn=lambda rows: [r[0] for r in rows]), r"batch 0"),
    ],
)
def test_what_is_no_set_of_pairs_is_refused_in_one_line(source, words):
    with pytest.raises(UnusableInput, match=words) as caught:
        fathom.load(source)
    assert "\n" not in str(caught.value)
