"""What several commands take is spelled once: the same option has the same names, type and help everywhere."""

from __future__ import annotations

import importlib
from typing import get_type_hints

import pytest

from fathom.cli import data_options, training_options

COMMANDS = ("fit", "audit", "curve", "improve", "split")
OTHER_MEANING = {
    "split": {"data", "dev", "test", "like"},  # sizes, and a number of rows with --plan
    "improve": {"net", "hidden", "epochs"},  # of the plain fit
    "curve": {"net", "epochs"},
}


@pytest.mark.parametrize("command", COMMANDS)
def test_an_option_of_the_data_or_of_the_training_is_the_shared_one(command: str) -> None:
    hints = get_type_hints(importlib.import_module(f"fathom.cli.{command}").command, include_extras=True)
    shared = {**vars(training_options), **vars(data_options)}
    for name, hint in hints.items():
        alias = shared.get("".join(part.capitalize() for part in name.split("_")))
        if name not in {"return", "data", *OTHER_MEANING.get(command, ())} and alias is not None:
            assert hint is alias or hint == alias, name
    assert {"target", "kind", "ignore", "types", "text", "tokens", "size", "source", "also"} <= set(hints)
