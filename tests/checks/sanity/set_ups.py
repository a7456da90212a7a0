"""Real data and small nets for the tests of single checks, and how one check is run."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import torch
from torch import nn

import fathom
from fathom.core.records.finding import Finding

CE = nn.CrossEntropyLoss()


def findings(set_up: tuple[Any, ...], *only: str, **more: Any) -> list[Finding]:
    """What `check_model` finds, of these ids alone where some are named."""
    return list(fathom.check_model(*set_up, only=only or None, **more).findings)


def found(set_up: tuple[Any, ...], id: str, severity: str | None = None, **more: Any) -> Finding:
    """The finding of that id, which must be there."""
    mine = [f for f in findings(set_up, id, **more) if f.id == id and severity in (None, f.severity)]
    assert mine, f"no {id} in {[str(f) for f in findings(set_up)]}"
    return mine[0]


def silent(set_up: tuple[Any, ...], *only: str, **more: Any) -> bool:
    """Nothing is found, not even that a check could not run."""
    return not [str(f) for f in findings(set_up, *only, **more)]


def ids(these: Iterable[Finding]) -> set[str]:
    return {f.id for f in these}


@cache
def _table(name: str) -> tuple[torch.Tensor, torch.Tensor]:
    from sklearn import datasets

    loaded = getattr(datasets, f"load_{name}")()
    order = torch.randperm(len(loaded.data), generator=torch.Generator().manual_seed(0)).numpy()
    return torch.tensor(loaded.data[order], dtype=torch.float32), torch.tensor(loaded.target[order])


def standardized(x: torch.Tensor) -> torch.Tensor:
    spread = x.std(0)
    return (x - x.mean(0)) / spread.where(spread > 0, torch.ones_like(spread))


def digits(n: int = 96) -> tuple[torch.Tensor, torch.Tensor]:
    x, y = _table("digits")
    return x[:n] / 16, y[:n].long()


def rows_of_digits(n: int = 48) -> tuple[torch.Tensor, torch.Tensor]:
    """The digits as sequences of 8 rows."""
    x, y = digits(n)
    return x.view(-1, 8, 8), y


def cancer(n: int = 96, *, raw: bool = False) -> tuple[torch.Tensor, torch.Tensor]:
    x, y = _table("breast_cancer")
    return (x if raw else standardized(x))[:n], y[:n].float()[:, None]


def diabetes(n: int = 96) -> tuple[torch.Tensor, torch.Tensor]:
    x, y = _table("diabetes")
    return standardized(x)[:n], ((y - y.mean()) / y.std()).float()[:n, None]


TEXT = "the lead line tells a sailor how deep the water is and what the bottom is made of, and fathom does that for a net. "
LETTERS = sorted(set(TEXT))


def letters(n: int = 12, t: int = 16) -> tuple[torch.Tensor, torch.Tensor]:
    """Letters, and the letters one further on."""
    line = torch.tensor([LETTERS.index(c) for c in TEXT * 10])
    starts = torch.randint(0, len(line) - t - 1, (n,), generator=torch.Generator().manual_seed(1))
    windows = torch.stack([line[int(i) : int(i) + t + 1] for i in starts])
    return windows[:, :-1].clone(), windows[:, 1:].clone()


def dense(*sizes: int, last: tuple[nn.Module, ...] = (), seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    parts: list[nn.Module] = []
    for inside, outside in itertools.pairwise(sizes):
        parts += [nn.Linear(inside, outside), nn.ReLU()]
    return nn.Sequential(*parts[:-1], *last)


class Net(nn.Module):
    """A module whose forward pass is given: run(self, *inputs)."""

    def __init__(self, run: Callable[..., Any], **parts: Any) -> None:
        super().__init__()
        self.run = run
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, *inputs: Any, **named: Any) -> Any:
        return self.run(self, *inputs, **named)


def net(run: Callable[..., Any], **parts: Callable[[], Any]) -> Net:
    """The parts are made with the seed set."""
    torch.manual_seed(0)
    return Net(run, **{name: part() for name, part in parts.items()})


class Letters(nn.Module):
    """A small causal transformer over letters."""

    def __init__(self, width: int = 16, *, causal: bool = True, dropout: float = 0.1) -> None:
        super().__init__()
        self.letters, self.places = nn.Embedding(len(LETTERS), width), nn.Embedding(32, width)
        layer = nn.TransformerEncoderLayer(width, 2, 2 * width, dropout, batch_first=True, norm_first=True)
        self.mixer = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head, self.causal = nn.Linear(width, len(LETTERS)), causal

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1]) if self.causal else None
        return self.head(self.mixer(self.letters(x) + self.places(torch.arange(x.shape[1])), mask=mask))


def each_letter(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return nn.functional.cross_entropy(outputs.flatten(0, 1), targets.flatten())
