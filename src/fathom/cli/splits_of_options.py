"""From the options of a command to its data set and its splits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fathom.cli import typed

if TYPE_CHECKING:
    from fathom.data.dataset import Dataset
    from fathom.data.splits import Splits

COLUMNS = ("target", "kind", "group", "time", "id", "role", "text", "tokens")
"""Options that go to `fathom.load` as they were typed."""
SETS = ("dev", "test", "train_dev")
"""Options that name a file of a role."""


def dataset_of(given: Mapping[str, Any]) -> Dataset:
    """The data set that a command's options name.

    Args:
        given: options of data_options.py by name; one that the command does not have counts as left out.
    """
    from fathom.data.load import load
    from fathom.report.progress import progress_bar

    told = typed.source(given.get("source"))
    as_text = {told["source"]: "category"} if told else {}
    with progress_bar(False if given.get("quiet") else None) as progress:
        return load(
            given["data"],
            ignore=tuple(given.get("ignore") or ()),
            types={**as_text, **typed.types(given.get("types"))},
            size=typed.sides(given.get("size")),
            progress=progress,
            **{name: given[name] for name in COLUMNS if given.get(name) is not None},
        )


def splits_of(given: Mapping[str, Any]) -> Splits:
    """The splits that a command's options ask for: made by rule, kept from a run, or the files that were named."""
    from fathom.data.splits import split

    data = dataset_of(given)
    sizes = {name: typed.size(f"--{name.replace('_', '-')}", given.get(name)) for name in ("dev_size", "test_size")}
    rules = {"seed": given["split_seed"], "like": given.get("like"), **sizes, **typed.by_source(given)}
    asked = {name: value for name, value in rules.items() if value is not None}
    sets = {name: given[name] for name in SETS if given.get(name) is not None}
    return split(train=data, **sets, **asked) if sets else split(data, **asked)


def name_of(data: str) -> str:
    """What a set is called in the name of a run folder.

    Example:
        >>> name_of("sample:wine"), name_of("data/churn.csv.gz")
        ('wine', 'churn')
    """
    return data.removeprefix("sample:") if data.startswith("sample:") else Path(data).name.split(".")[0]
