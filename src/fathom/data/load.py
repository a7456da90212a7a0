"""`fathom.load`: a file, a frame or a pair of arrays as a dataset."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fathom.core.expectations import refuse
from fathom.core.records.column import Use
from fathom.data.dataset import Dataset
from fathom.data.reading.assemble import Wanted, assemble
from fathom.data.sources.picture_block import Decoding
from fathom.data.sources.source import raw_of


def load(
    source: Any,
    target: str | None = None,
    *,
    kind: str | None = None,
    name: str | None = None,
    group: str | None = None,
    time: str | None = None,
    id: str | None = None,
    role: str | None = None,
    ignore: Sequence[str] = (),
    types: Mapping[str, str] | None = None,
    text: str | None = None,
    tokens: str = "words",
    size: int | tuple[int, int] | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Dataset:
    """Examples with typed columns and a target, from data as people have them.

    Args:
        source: a path (.csv, .tsv, .txt, each also .gz; .parquet, .npz, .jsonl, .json; a folder with a folder of pictures for each
            class; a table with a column of paths of pictures; an IDX file, a folder or a pair of them), 'sample:NAME', a polars or
            pandas frame, a mapping of columns, a list of mappings, a pair of arrays (X, y) with X (n, ...) and y (n,), or a torch
            Dataset or DataLoader of (input, target), which is read once.
        target: the column to predict; arrays call theirs 'y', samples know theirs.
        kind: "binary", "multiclass", "regression" or "classification"; found from the values where left out.
        name: what the set is called; the file's name where left out.
        group: the column whose values stay in one role (a patient).
        time: the column of dates or numbers by which test is the latest.
        id: the column that names the rows.
        role: the column with train, dev or test in it.
        ignore: columns to leave out.
        types: kinds by column where detection would err ({"zip": "category"}), or a date format ({"when": "%d/%m/%Y"}).
        text: the column of texts that the net reads beside the other inputs; the only column of free text is found where left out.
        tokens: "words" or "characters"; 'words,3,5000,100' takes those that train has 3 times, 5,000 at most, and 100 of each text.
        size: the side that picture files are brought to, or (height, width); where left out their own if all have the same up to 64,
            else 32.
        progress: called with files done, files in all, and a text, where many picture files are decoded.

    Returns:
        The dataset; `findings` says what was assumed, left aside and left out.

    Raises:
        UnusableInput: the source cannot be read, or there is nothing to learn in it; one line says what and what to do.

    Example:
        >>> table = {"size": [1, 2, 3, 4, 5] * 4, "color": ["red", "blue"] * 10, "price": [1.5, 2.0, 3.5, 4.0, 5.5] * 4}
        >>> data = load(table, target="price")
        >>> len(data), str(data.target), [str(c) for c in data.inputs]
        (20, 'price: regression', ['size: number', 'color: category'])
    """
    if isinstance(source, Dataset):
        return source
    if isinstance(source, str) and source.startswith("sample:"):
        return _sample(source.removeprefix("sample:"), target)
    columns: list[tuple[str | None, Use]] = [(group, "group"), (time, "time"), (id, "id"), (role, "role")]
    uses = {column: use for column, use in columns if column is not None}
    if len(uses) < sum(column is not None for column, _ in columns):
        raise refuse("`group`, `time`, `id`, `role`", expected="a column each", got="one column twice")
    single = (ignore,) if isinstance(ignore, str) else tuple(ignore)
    raw = raw_of(source, name, pictures=Decoding(size=size, progress=progress))
    return assemble(raw, Wanted(target=target, kind=kind, uses=uses, ignore=single, types=dict(types or {}), text=text, tokens=tokens))


def _sample(name: str, target: str | None) -> Dataset:
    from fathom.data.samples import sample

    data = sample(name)
    if target not in (None, data.target.name):
        raise refuse("`target`", expected=f"'{data.target.name}', the target of sample:{name}, or none", got=f"'{target}'")
    return data
