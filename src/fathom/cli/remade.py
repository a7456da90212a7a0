"""The data of a saved run, loaded and split again by the command that made it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fathom.core.expectations import refuse

if TYPE_CHECKING:
    from fathom.data.splits import Splits


def remade_splits(folder: Path) -> Splits:
    """The splits that a run of `fathom fit` was fitted on; from the folder that it was run in, where its data have a relative path.

    Args:
        folder: of the run.

    Raises:
        UnusableInput: no run folder, a run that was made in Python, or data that are not there any more.
    """
    from fathom.cli.splits_of_options import splits_of
    from fathom.core.run_folder import RUN, read_json

    head = read_json(folder, RUN)
    words = shlex.split(str(head.get("command", "")))
    if words[:2] != ["fathom", "fit"]:
        fix = "compare them in Python with fathom.compare(a, b, seeds=5, splits=splits)"
        raise refuse(f"run '{folder}'", expected="a run of fathom fit, whose data can be found again", got="one made in Python", fix=fix)
    return splits_of(_options(words[2:]))


def _options(words: list[str]) -> dict[str, Any]:
    """The options of fit as the command reads them."""
    import typer
    from typer.main import get_command

    from fathom.cli.fit import command
    from fathom.cli.text_parameters import take_texts_as_typed

    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name="fit")(command)
    built = get_command(app)
    take_texts_as_typed(built)
    return dict(built.make_context("fathom fit", list(words)).params)
