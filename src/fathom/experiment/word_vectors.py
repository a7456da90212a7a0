"""Vectors of words that were trained elsewhere, put into a net before it is trained (C5W2-04)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from fathom.core.expectations import refuse
from fathom.core.records.finding import Finding
from fathom.data.prepare import Prepare
from fathom.data.preparing.vocabulary import FIRST, Vocabulary
from fathom.data.sources.vectors import Vectors, read_vectors
from fathom.experiment.build import Built
from fathom.nets.embedding import Embedding


def vectors_for(prepare: Prepare, arguments: Mapping[str, Any]) -> tuple[Vectors | None, dict[str, Any]]:
    """The vectors that the net's arguments name, and the arguments with their width.

    Raises:
        UnusableInput: the file cannot be used, or the arguments ask for another width.
    """
    path = arguments.get("vectors")
    if path is None or prepare.vocabulary is None:
        return None, dict(arguments)
    found = read_vectors(path, prepare.vocabulary.words)
    width = found.values.shape[1]
    if arguments.get("dimensions", width) != width:
        raise refuse("`dimensions`", expected=f"{width}, those of {path}, or none", got=str(arguments["dimensions"]))
    return found, {**arguments, "vectors": str(path), "dimensions": width}


def put_in(built: Built, vocabulary: Vocabulary, vectors: Vectors, path: str) -> Finding:
    """Write the vectors into the net's embedding; words that the file lacks keep their draw, at the length of the others.

    Returns:
        How many words have a vector.
    """
    (embedding,) = (layer for layer in built.module.modules() if isinstance(layer, Embedding))
    values = torch.from_numpy(vectors.values).to(embedding.weight)
    with torch.no_grad():
        embedding.weight.mul_(values.norm(dim=1).mean())
        embedding.weight[torch.from_numpy(vectors.places + FIRST).to(values.device)] = values
    had, of = len(vectors.places), len(vocabulary.words)
    what = f"{had:,} of {of:,} {vocabulary.tokens.kind} begin with their vector of {Path(path).name}; the others with one of its length."
    return Finding(id="data.text.vectors", severity="info", what=what, where=vocabulary.column, evidence={"with": had, "words": of})
