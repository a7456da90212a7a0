"""Tags and corrected labels in the run folder: read with mistrust, written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fathom.core import run_folder
from fathom.core.exceptions import UnusableInput
from fathom.core.records.corrections import Corrections
from fathom.core.records.tags import Tags


def read_tags(folder: Path) -> Tags:
    """The tags of a run folder; none where nothing was looked at yet.

    Raises:
        UnusableInput: the file is damaged.
    """
    return _read(folder, run_folder.TAGS, Tags.from_json) or Tags()


def read_corrections(folder: Path) -> Corrections:
    """The corrected labels of a run folder; none where nobody corrected one.

    Raises:
        UnusableInput: the file is damaged.
    """
    return _read(folder, run_folder.CORRECTIONS, Corrections.from_json) or Corrections()


def _read(folder: Path, name: str, build: Callable[[Any], Any]) -> Any:
    if not (folder / name).exists():
        return None
    values = run_folder.read_json(folder, name)
    try:
        return build(values)
    except UnusableInput as error:
        raise UnusableInput(f"run '{folder}': {name} is damaged: {error}") from None


def change_tags(folder: Path, change: Callable[[Tags], Tags]) -> Tags:
    """Read, change and write the tags, so that what another window wrote meanwhile is kept."""
    made = change(read_tags(folder))
    _write(folder, run_folder.TAGS, {"schema": run_folder.SCHEMA, **made.to_json()})
    return made


def add_corrections(folder: Path, more: Corrections) -> Corrections:
    """Read, add to and write the corrected labels."""
    made = read_corrections(folder).with_(more)
    _write(folder, run_folder.CORRECTIONS, {"schema": run_folder.SCHEMA, **made.to_json()})
    return made


def _write(folder: Path, name: str, values: dict[str, Any]) -> None:
    path = folder / name
    if path.parent.is_symlink():
        raise UnusableInput(f"run '{folder}': expected a plain folder mistakes, got a link. Copy the folder from where it was made.")
    path.parent.mkdir(exist_ok=True)
    run_folder.write_over(path, run_folder.json_text(values))
