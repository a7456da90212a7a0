"""Which words of a text counted most for a wrong answer: the gradient of the answer times the word's vector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fathom.core.records.marked_text import MarkedTexts, MarkedWord
from fathom.core.records.target import Target
from fathom.data.dataset import Dataset
from fathom.data.prepare import Prepare
from fathom.data.target import labels
from fathom.experiment.tensors import device_of, dtype_of, pair
from fathom.nets.embedding import Embedding

if TYPE_CHECKING:
    import polars as pl

MOST = 8
"""Words of a text that are marked."""

LEAST = 0.1
"""Of the strongest word's pull, below which a word is not marked."""

AT_ONCE = 64
"""Texts that a pass takes."""


def marked_words(
    net: nn.Module, prepare: Prepare, target: Target, table: pl.DataFrame, data: Dataset, *, names: Sequence[str], column: str
) -> MarkedTexts | None:
    """The words that pulled a net toward the answers that it gave, and away from the truth.

    The pull of a word is e . ds/de: e is its vector, s the answer given less the truth (of two classes and of a number z, with the sign of
    the mistake; of several classes z of the answer less z of the truth). For a net that is linear in the words' average it is exactly what
    s loses where the word's vector becomes zero.

    Args:
        net: with one embedding of words (fathom's or torch's).
        prepare: of the run, with a vocabulary.
        target: what is predicted.
        table: truth and prediction of some examples.
        data: the examples, row by row as in the table.
        names: what each is called, each once.
        column: what the column of texts is called in a table of mistakes.

    Returns:
        At most 8 words a text, by id; None where the net reads no text, or not by such an embedding.
    """
    words = prepare.vocabulary
    found = [layer for layer in net.modules() if isinstance(layer, Embedding | nn.Embedding)]
    if words is None or len(found) != 1 or not table.height:
        return None
    rows = pair(prepare(data), np.zeros(table.height, dtype=np.int64), device=device_of(net), dtype=dtype_of(net)).inputs
    weights = _weights(table, target)
    try:
        parts = [_pulls(net, found[0], rows[i : i + AT_ONCE], weights[i : i + AT_ONCE]) for i in range(0, len(rows), AT_ONCE)]
    except RuntimeError:  # a net of the user's own whose embedding does not lead to the answer
        return None
    pulls = [pull for part in parts for pull in part]
    texts = data.table.get_column(words.column).fill_null("")
    places = _places(texts.to_list(), words.tokens.of(texts).list.head(words.length).to_list(), lower=words.tokens.kind == "words")
    return MarkedTexts(column=column, words={name: _marked(at, pull) for name, at, pull in zip(names, places, pulls, strict=True)})


def _weights(table: pl.DataFrame, target: Target) -> NDArray[np.float64]:
    """(n, outputs) what each output counts in s."""
    truth, said = table.get_column("truth"), table.get_column("prediction")
    if target.kind == "regression":
        return np.where(said > truth, 1.0, -1.0)[:, None]
    codes = {label: code for code, label in enumerate(labels(target).to_list())}
    wanted, given = (np.array([codes[label] for label in column.to_list()]) for column in (truth, said))
    if target.kind == "binary":
        return np.where(given == 1, 1.0, -1.0)[:, None]
    one_hot = np.eye(len(target.classes))
    return np.asarray(one_hot[given] - one_hot[wanted])


def _pulls(net: nn.Module, embedding: nn.Module, rows: Tensor, weights: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """(T',) for each row, one a token."""
    kept: list[Tensor] = []

    def leaf(module: nn.Module, inputs: Any, vectors: Tensor) -> Tensor:
        kept.append(vectors.detach().requires_grad_())
        return kept[-1]

    before, hook = net.training, embedding.register_forward_hook(leaf)
    try:
        with torch.enable_grad():
            outputs = net.eval()(rows)
            s = (outputs * torch.from_numpy(weights).to(outputs)).sum()
            (gradient,) = torch.autograd.grad(s, kept[-1:])
    finally:
        hook.remove()
        net.train(before)
    return list((gradient * kept[-1]).sum(dim=2).detach().double().cpu().numpy())


def _places(texts: Sequence[str], tokens: Sequence[Sequence[str]], *, lower: bool) -> list[list[tuple[int, int] | None]]:
    """Where each token stands in its text; None for one that lower case has made longer.

    Example:
        >>> _places(["Not good"], [["not", "good"]], lower=True)
        [[(0, 3), (4, 8)]]
    """
    found = []
    for text, of in zip(texts, tokens, strict=True):
        plain, at, places = text.lower() if lower else text, 0, list[tuple[int, int] | None]()
        for token in of:
            start = plain.find(token, at) if len(plain) == len(text) else -1
            places.append(None if start < 0 else (start, start + len(token)))
            at = at if start < 0 else start + len(token)
        found.append(places)
    return found


def _marked(places: Sequence[tuple[int, int] | None], pulls: NDArray[np.float64]) -> tuple[MarkedWord, ...]:
    """The strongest words, in the order of the text."""
    known = [(place, float(pull)) for place, pull in zip(places, pulls, strict=False) if place is not None and np.isfinite(pull)]
    most = max((abs(pull) for _, pull in known), default=0.0)
    if not most > 0:
        return ()
    strongest = sorted(known, key=lambda each: -abs(each[1]))[:MOST]
    words = [MarkedWord(start=place[0], end=place[1], pull=round(pull / most, 3)) for place, pull in strongest if abs(pull) >= LEAST * most]
    return tuple(sorted(words, key=lambda word: word.start))
