"""Which rows of a loader are measured, and what is said of the loader."""

import itertools
import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    SequentialSampler,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
)

from fathom.core.exceptions import UnusableInput
from fathom.experiment.measuring import measure
from fathom.experiment.measuring_augmented import augmented
from fathom.experiment.sample_size import AT_THE_END, rows_for

WANTED = rows_for(AT_THE_END)


def row_numbers(outputs, targets):
    """As an error: the number of the row, so that a test sees which rows were measured."""
    return outputs[:, 0]


def numbered(n):
    return TensorDataset(torch.arange(float(n))[:, None], torch.zeros(n))


def seen(loader, role="train", **more):
    found = measure(nn.Identity(), {role: loader}, row_numbers, **more)
    return found[role], [f.id for f in found.findings]


@pytest.mark.parametrize("shuffle", [False, True])
def test_of_a_large_train_set_as_many_rows_as_the_interval_wants_drawn_at_random(shuffle):
    n = 60_000
    loader = DataLoader(numbered(n), batch_size=512, shuffle=shuffle)
    rows, findings = seen(loader)
    assert len(rows) == WANTED == 38_415
    assert len(set(rows)) == WANTED
    assert findings == []
    assert abs(rows.mean() - (n - 1) / 2) < 4 * n / math.sqrt(12 * WANTED)  # four standard errors
    dev, _ = seen(loader, "dev")
    assert len(set(dev)) == n
    whole, _ = seen(loader, limit={"train": math.inf})
    assert len(set(whole)) == n


def test_a_limit_holds_for_all_roles_or_for_one():
    loader = DataLoader(numbered(1000), batch_size=64)
    found = measure(nn.Identity(), {"train": loader, "dev": loader}, row_numbers, limit=100)
    assert [len(v) for v in found.values()] == [100, 100]
    assert found["dev"].max() > 500  # drawn, not the first ones
    found = measure(nn.Identity(), {"train": loader, "dev": loader}, row_numbers, limit={"val": 100})
    assert [len(v) for v in found.values()] == [1000, 100]
    assert "n = 100 of 1,000" in str(found)
    with pytest.raises(UnusableInput, match="`limit`: expected a whole number of at least 1, got 0"):
        measure(nn.Identity(), {"train": loader}, row_numbers, limit=0)


class Stream(IterableDataset):
    def __iter__(self):
        yield from ((torch.tensor([float(i)]), torch.tensor(0.0)) for i in range(500))


def test_rows_that_cannot_be_drawn_are_the_first_and_that_is_said():
    batches = [(torch.arange(500.0)[i : i + 50, None], torch.zeros(50)) for i in range(0, 500, 50)]
    for loader in (batches, iter(batches), DataLoader(Stream(), batch_size=50)):
        rows, findings = seen(loader, limit=120)
        assert rows.tolist() == list(range(120))
        assert findings == ["measure.loader.first_rows"]
    assert seen(batches)[1] == []


def test_a_subset_that_is_shuffled_is_a_sample():
    rows, findings = seen(DataLoader(numbered(1000), batch_size=50, sampler=SubsetRandomSampler(range(500, 1000))), limit=100)
    assert rows.min() >= 500
    assert rows.max() > 700
    assert findings == []


def test_drop_last_is_named_with_what_it_leaves_out():
    for shuffle, severity in ((False, "warning"), (True, "info")):
        loader = DataLoader(numbered(107), batch_size=10, drop_last=True, shuffle=shuffle)
        found = measure(nn.Identity(), {"dev": loader}, row_numbers)
        assert len(found["dev"]) == 100
        assert [(f.id, f.severity, f.evidence) for f in found.findings] == [
            ("measure.loader.drop_last", severity, {"dropped": 7, "rows": 107})
        ]
    assert seen(DataLoader(numbered(100), batch_size=10, drop_last=True))[1] == []
    assert seen(DataLoader(numbered(107), batch_size=10))[1] == []
    with pytest.raises(UnusableInput, match="at least one batch, got none. A loader with drop_last has none below a full batch"):
        seen(DataLoader(numbered(7), batch_size=10, drop_last=True))


@pytest.mark.parametrize(
    "sampler",
    [RandomSampler(numbered(200), replacement=True), WeightedRandomSampler([1.0] * 199 + [1000.0], 200)],
)
def test_rows_drawn_with_replacement_are_measured_once_each(sampler):
    rows, findings = seen(DataLoader(numbered(200), batch_size=32, sampler=sampler))
    assert rows.tolist() == list(range(200))
    assert findings == ["measure.loader.resampled"]


class Noisy(Dataset):
    def __init__(self, n=50):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        if i >= self.n:
            raise IndexError
        return torch.tensor([float(i)]) + torch.rand(1) / 2, 0.0


class RandomCrop:
    def __call__(self, x):
        return x


class Compose:
    def __init__(self, *transforms):
        self.transforms = list(transforms)


class Transformed(Noisy):
    def __init__(self, transform):
        super().__init__()
        self.transform = transform

    def __getitem__(self, i):
        return torch.tensor([float(i)]), 0.0


def test_augmentation_is_found_by_asking_twice_and_by_the_names_of_transforms():
    for dataset in (Noisy(), Subset(Noisy(), range(20)), Transformed(Compose(RandomCrop())), Transformed(nn.Sequential(RandomApply()))):
        assert seen(DataLoader(dataset, batch_size=10))[1] == ["measure.loader.augmented"]
    assert seen(DataLoader(Transformed(Compose(nn.Identity())), batch_size=10))[1] == []


class RandomApply(nn.Module):
    pass


def test_the_finding_on_augmentation_says_what_it_does_to_the_ladder():
    loader = DataLoader(Noisy(), batch_size=10)
    found = measure(nn.Identity(), {"train": loader, "dev": loader}, row_numbers).findings
    assert found[0].what == "train was measured on augmented inputs: the same row differs each time that it is read."
    assert "less of the gap is bias" in found[0].fix
    assert "Take the augmentation out" in found[1].fix


@pytest.mark.parametrize("nan", [torch.nan, np.nan])
def test_a_plain_dataset_of_any_content_is_not_called_augmented(nan):
    rows = [({"x": torch.tensor([nan]), "name": "a", "more": [np.array([nan]), object()]}, nan) for _ in range(9)]
    assert augmented("dev", rows) is None


def test_own_samplers_and_batch_samplers_are_taken_as_they_are():
    by_batch = DataLoader(numbered(100), batch_sampler=BatchSampler(SequentialSampler(range(100)), 9, drop_last=True))
    assert len(seen(by_batch)[0]) == 99

    class Odd(BatchSampler):
        def __iter__(self):
            return iter([[1, 3], [5]])

    assert seen(DataLoader(numbered(9), batch_sampler=Odd(SequentialSampler(range(9)), 2, False)))[0].tolist() == [1, 3, 5]
    assert seen(DataLoader(numbered(9), sampler=[8, 2]))[0].tolist() == [8, 2]


def test_an_endless_iterable_needs_a_limit():
    batch = (torch.arange(4.0)[:, None], torch.zeros(4))
    with pytest.raises(UnusableInput, match=r"`dev`: expected an iterable that ends, got itertools.cycle. Pass limit=\{'dev': rows\}"):
        seen(itertools.cycle([batch]), "dev")
    assert len(seen(itertools.cycle([batch]), "dev", limit=10)[0]) == 10

    def forever():
        while True:
            yield torch.zeros(250_000, 1), torch.zeros(250_000)

    with pytest.raises(UnusableInput, match="expected an iterable that ends, got 1,000,000 rows so far"):
        seen(forever(), "dev")
    assert len(seen(forever(), "train")[0]) == WANTED


def test_workers_read_the_same_rows():
    rows, findings = seen(DataLoader(numbered(300), batch_size=32, num_workers=1), limit=100)
    assert rows.tolist() == seen(DataLoader(numbered(300), batch_size=32), limit=100)[0].tolist()
    assert findings == []


def test_an_iterator_that_was_read_already_is_refused():
    batches = iter([(torch.ones(3, 1), torch.zeros(3))])
    with pytest.raises(UnusableInput, match="an iterator can be read only once"):
        measure(nn.Identity(), {"train": batches, "dev": batches}, row_numbers)
