"""`fathom.measure` against hand-written loops, and that it leaves no trace."""

import dataclasses
import random
from collections import namedtuple

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from fathom.core.exceptions import UnusableInput
from fathom.diagnosis.diagnose import diagnose
from fathom.experiment.measuring import measure


def rows(n=300, inputs=6, classes=3, seed=0):
    source = torch.Generator().manual_seed(seed)
    X = torch.randn(n, inputs, generator=source)
    return X, (X[:, :classes] + 0.5 * torch.randn(n, classes, generator=source)).argmax(1)


def loaders(batch=32):
    return {role: DataLoader(TensorDataset(*rows(seed=seed)), batch_size=batch) for role, seed in (("train", 0), ("dev", 1))}


def plain():
    torch.manual_seed(5)
    return nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3))


def noisy():
    """Dropout and batch norm, with statistics that are not those of a start, left in training mode, one layer in evaluation mode."""
    torch.manual_seed(6)
    net = nn.Sequential(
        nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 8), nn.BatchNorm1d(8), nn.Linear(8, 3)
    )
    net.train()
    for _ in range(5):
        net(3 * torch.randn(64, 6) + 1)
    net[5].eval()
    return net


def by_hand(net, loader):
    """As an engineer writes it."""
    modes = [m.training for m in net.modules()]
    net.eval()
    with torch.no_grad():
        wrong = [(net(x).argmax(1) != y).double() for x, y in loader]
    for module, mode in zip(net.modules(), modes, strict=True):
        module.training = mode
    return torch.cat(wrong).numpy()


@pytest.mark.parametrize("make", [plain, noisy])
def test_measure_equals_a_loop_by_hand(make):
    net = make()
    found = measure(net, loaders())
    for role, loader in loaders().items():
        np.testing.assert_array_equal(found[role], by_hand(net, loader))
    assert 0 < found["dev"].mean() < 1
    assert found.findings == ()


class OfWords(nn.Module):
    def __init__(self):
        super().__init__()
        self.table, self.out = nn.Embedding(20, 8), nn.Linear(8, 3)

    def forward(self, ids, mask):
        return {"loss": None, "logits": self.out((self.table(ids) * mask.unsqueeze(2)).sum(1))}


def words(n=50):
    source = torch.Generator().manual_seed(2)
    return [
        {
            "ids": torch.randint(0, 20, (8, 5), generator=source),
            "mask": torch.randint(0, 2, (8, 5), generator=source),
            "labels": torch.randint(0, 3, (8,), generator=source),
        }
        for _ in range(n)
    ]


def test_measure_equals_a_loop_by_hand_on_batches_that_are_mappings():
    torch.manual_seed(0)
    net, batches = OfWords(), words()
    with torch.no_grad():
        wrong = torch.cat([net(b["ids"], b["mask"])["logits"].argmax(1) != b["labels"] for b in batches])
    np.testing.assert_array_equal(measure(net, {"dev": batches})["dev"], wrong.double().numpy())


Pair = namedtuple("Pair", "label pixels")


@dataclasses.dataclass
class Batch:
    pixels: torch.Tensor
    y: torch.Tensor


@pytest.mark.parametrize("form", [tuple, list, lambda b: Pair(b[1], b[0]), lambda b: Batch(*b), lambda b: {"x": b[0], "target": b[1]}])
def test_every_form_of_a_batch_gives_the_same(form):
    net = plain()
    expected = by_hand(net, loaders()["dev"])
    found = measure(net, {"dev": [form(b) for b in loaders()["dev"]]})
    np.testing.assert_array_equal(found["dev"], expected)


def test_forward_and_target_serve_the_rest():
    net = plain()
    batches = [(y, "name", {"deep": x}) for x, y in loaders()["dev"]]
    found = measure(net, {"dev": batches}, target=lambda b: b[0], forward=lambda net, b: net(b[2]["deep"]))
    np.testing.assert_array_equal(found["dev"], by_hand(net, loaders()["dev"]))
    found = measure(net, {"dev": batches}, target=0, forward=lambda net, inputs: net(inputs[1]["deep"]))
    np.testing.assert_array_equal(found["dev"], by_hand(net, loaders()["dev"]))


def test_datasets_and_arrays_are_cut_into_batches():
    net, (X, y) = plain(), rows(seed=1)
    expected = by_hand(net, loaders()["dev"])
    for data in (TensorDataset(X, y), (X, y), (X.numpy(), y.numpy())):
        np.testing.assert_array_equal(measure(net, {"dev": data})["dev"], expected)


class Faulty:
    """A loader that ends in an exception after some batches."""

    def __init__(self, error):
        self.error = error

    def __iter__(self):
        torch.rand(3), np.random.rand(3), random.random()  # noqa: NPY002
        yield from list(loaders()["dev"])[:3]
        raise self.error


def trace(net):
    """Everything of a module and of the process that a measurement might move."""
    state = {k: v.clone() for k, v in net.state_dict().items()}
    drawn = (random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist())  # noqa: NPY002
    return state, [m.training for m in net.modules()], [len(m._forward_hooks) for m in net.modules()], drawn


@pytest.mark.parametrize("error", [None, KeyboardInterrupt(), ValueError("broken file")])
def test_nothing_is_left_behind_even_when_it_breaks_off(error):
    net, (X, y) = noisy(), rows()
    own = torch.Generator().manual_seed(3)
    shuffled = DataLoader(TensorDataset(X, y), batch_size=32, shuffle=True, generator=own)
    before, drawn = trace(net), own.get_state()
    if error is None:
        measure(net, {"train": shuffled, "dev": DataLoader(TensorDataset(X, y), batch_size=32, shuffle=True)})
    else:
        with pytest.raises(type(error)):
            measure(net, {"train": shuffled, "dev": Faulty(error)})
    after = trace(net)
    assert all(torch.equal(before[0][k], after[0][k]) for k in before[0])
    assert before[1:] == after[1:]
    assert torch.equal(own.get_state(), drawn)


def test_the_trace_sees_a_net_that_was_moved():
    """The check above can fail: a loop without eval() moves the statistics and draws."""
    net = noisy()
    before = trace(net)
    by = net(rows()[0])
    assert by.shape == (300, 3)
    after = trace(net)
    assert not all(torch.equal(before[0][k], after[0][k]) for k in before[0])
    assert before[3] != after[3]


def test_the_same_call_gives_the_same_errors():
    net, (X, y) = plain(), rows()
    data = {"train": DataLoader(TensorDataset(X, y), batch_size=32, shuffle=True)}
    first, second, other = measure(net, data), measure(net, data), measure(net, data, seed=1)
    np.testing.assert_array_equal(first["train"], second["train"])
    assert (first["train"] != other["train"]).any()
    assert first["train"].sum() == other["train"].sum()


def test_a_diagnosis_takes_it_and_shows_its_findings():
    net = plain()
    found = measure(net, {"train": loaders()["train"], "val": DataLoader(TensorDataset(*rows(seed=1)), batch_size=32, drop_last=True)})
    assert list(found) == ["train", "dev"]
    assert found["val"] is found["dev"]
    assert "nonsense" not in found
    d = diagnose(found, human=0.01)
    assert d.floor.value == 0.01
    assert d.ladder["dev"].estimate == found.ladder["dev"].estimate
    assert d.ladder["dev"].estimate.value == pytest.approx(found["dev"].mean())
    assert d.findings[0].id == "measure.loader.drop_last"
    assert "drop_last leaves out 12 of 300 rows" in " ".join(str(d).split())
    assert d.baseline["dev"].name.startswith("always '")


def test_a_measurement_prints_its_ladder_and_how_it_was_read():
    text = str(measure(plain(), loaders()))
    lines = text.splitlines()
    assert lines[0].startswith("train ")
    assert lines[1].startswith("dev (validation)")
    assert lines[1].endswith("n = 300")
    assert lines[2].split(maxsplit=1) == ["read", "the answer is the largest of 3 outputs"]


def test_a_rare_class_turns_the_ladder_into_one_of_balanced_errors():
    X = torch.randn(400, 1)
    y = (torch.arange(400) < 20).long()
    always = nn.Linear(1, 2)
    with torch.no_grad():
        always.weight.zero_(), always.bias.copy_(torch.tensor([1.0, 0.0]))
    found = measure(always, {"train": (X, y), "dev": (X, y)})
    assert found["dev"].mean() == 0.05
    d = diagnose(found)
    assert d.ladder["dev"].estimate.value == 0.5
    assert d.findings[0].id == "diagnosis.net.learned_nothing"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"trainn": []}, "role: expected train"),
        ({"dev": [], "val": []}, "each role once"),
        ({}, "expected a mapping"),
        ([1], "expected a mapping"),
        ({"dev": []}, "`dev`: expected at least one batch, got none"),
        ({"dev": "file.csv"}, "expected a loader: an iterable of batches, got str"),
        ({"dev": 3}, "expected a loader: an iterable of batches, got int"),
        ({"dev": [torch.ones(3, 6)]}, r"batch: expected \(inputs, targets\)"),
    ],
)
def test_data_that_cannot_be_measured_are_refused(data, message):
    with pytest.raises(UnusableInput, match=message):
        measure(plain(), data)


def test_nets_that_cannot_be_measured_are_refused():
    data = loaders()
    with pytest.raises(UnusableInput, match=r"`net`: expected a torch.nn.Module, got function"):
        measure(lambda x: x, data)
    with pytest.raises(UnusableInput, match="which is lazy and has no shape yet"):
        measure(nn.LazyLinear(3), data)
    with pytest.raises(UnusableInput, match="which is on the meta device"):
        measure(nn.Linear(6, 3, device="meta"), data)
    with pytest.raises(UnusableInput, match=r"`device`: expected cpu, where the net is, got cuda"):
        measure(plain(), data, device="cuda")
    with pytest.raises(UnusableInput, match=r"`error`: expected one of absolute, class, squared, got 'mse'"):
        measure(plain(), data, error="mse")


def test_what_the_net_itself_raises_says_on_what_it_was_called():
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied") as caught:
        measure(nn.Linear(5, 3), loaders())
    assert caught.value.__notes__ == [
        "fathom.measure called the net on a batch of train, with float32 (32, 6), in evaluation mode, under torch.inference_mode."
    ]
