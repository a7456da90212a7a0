"""A training that was cut off: what `fathom fit` was told, kept in its run folder beside the checkpoints until it is over."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from fathom.core import run_folder
from fathom.core.expectations import refuse

NOT_KEPT = ("resume", "out", "as_json", "quiet")
"""Options of the moment: where it goes, and how it is shown."""


@contextmanager
def unfinished(folder: Path, given: Mapping[str, Any]) -> Iterator[Path]:
    """Keep the options in a run folder while a training is under way; yields the folder of its checkpoints.

    Where the training ends by an exception nothing is left behind: what stays is what a kill or a power cut leaves.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        options = {name: _plain(value) for name, value in given.items() if name not in NOT_KEPT}
        run_folder.write_over(folder / run_folder.UNFINISHED, run_folder.json_text({"schema": run_folder.SCHEMA, "options": options}))
    except OSError as error:
        raise refuse(f"out folder '{folder}'", expected="a place that can be written", got=error.strerror or str(error)) from None
    try:
        yield folder / run_folder.CHECKPOINTS
    except BaseException:
        run_folder.forget_unfinished(folder)
        with suppress(OSError):
            for path in made:
                path.rmdir()
        raise


def options_of(folder: Path, given: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The options that an unfinished training was begun with.

    Args:
        folder: its run folder.
        given: the options typed beside --resume; only those of the moment may be there.
        defaults: of every option.

    Raises:
        UnusableInput: no unfinished training, a damaged one, or other options.
    """
    others = [name for name, value in given.items() if name not in NOT_KEPT and value != defaults[name]]
    if others:
        named = ", ".join("DATA" if name == "data" else f"--{name.replace('_', '-')}" for name in others)
        raise refuse("--resume", expected="no other options: they are those that the run was begun with", got=named)
    if (folder / run_folder.RUN).is_file():
        raise refuse(f"--resume '{folder}'", expected="a training that was cut off", got="a run that is finished")
    if folder.is_dir() and not (folder / run_folder.UNFINISHED).exists():
        raise refuse(f"--resume '{folder}'", expected="a training that was cut off", got="a folder without one")
    kept = run_folder.read_json(folder, run_folder.UNFINISHED)
    options = kept.get("options") if isinstance(kept, dict) else None
    sound = isinstance(options, dict) and set(options) <= set(defaults) and all(_sound(v) for v in options.values())
    if not isinstance(options, dict) or not sound or kept.get("schema") != run_folder.SCHEMA:
        raise refuse(f"--resume '{folder}'", expected="unfinished.json as fathom wrote it", got="something else", fix="fit again")
    like = options.get("like")
    return {**defaults, **options, "like": None if like is None else Path(like)}


def _plain(value: Any) -> Any:
    """As JSON knows it; numbers that it does not know are refused by the fit itself."""
    return str(value) if isinstance(value, Path) or (isinstance(value, float) and not math.isfinite(value)) else value


def _sound(value: Any) -> bool:
    return (
        value is None or isinstance(value, str | int | float | bool) or (isinstance(value, list) and all(isinstance(v, str) for v in value))
    )
