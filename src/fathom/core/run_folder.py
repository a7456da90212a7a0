"""The run folder: where things lie in it, and how its files are read when someone else may have made them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from fathom.core.exceptions import UnusableInput
from fathom.core.expectations import refuse

SCHEMA = 1

RUN = "run.json"
HISTORY = "history.jsonl"
PREPARE = "prepare.json"
WEIGHTS = "weights.safetensors"
DIAGNOSIS = "diagnosis.json"
ERRORS = "errors"
REFERENCES = "references.parquet"
MISTAKES = "mistakes/dev.parquet"
DRAWN = "mistakes/drawn.parquet"
SLICES = "mistakes/slices.json"
MARKED = "mistakes/words.json"
TAGS = "mistakes/tags.json"
CORRECTIONS = "mistakes/corrections.json"
BOUNDARY = "boundary.json"
REPORT = "report.html"
UNFINISHED = "unfinished.json"
IMPROVING = "improving.json"
LOGBOOK = "logbook.json"
LOGBOOK_PAGE = "logbook.html"
CHECKPOINTS = "checkpoints"

LARGEST_JSON = 64 * 1024 * 1024
"""Bytes; a prepare.json of 100,000 columns is under 20 MiB."""


def check_new(folder: Path) -> None:
    """Refuse a folder that holds something already, or that cannot be written, before any work is done.

    Raises:
        UnusableInput: it is a file, a run, a folder with other content, or its parent cannot be written.
    """
    if folder.is_file():
        raise refuse(f"out folder '{folder}'", expected="a folder", got="a file", fix="choose another name")
    if folder.is_dir() and any(folder.iterdir()):
        got = "a run that is there already" if (folder / RUN).exists() else "a folder with other files"
        fix = "choose another name with --out"
        if (folder / UNFINISHED).exists():
            got, fix = "a training that was cut off", f"{fix}, or go on with it: fathom fit --resume {folder}"
        if (folder / IMPROVING).exists():
            got, fix = "an improvement that was cut off", f"{fix}, or go on with it: fathom improve --resume {folder}"
        raise refuse(f"out folder '{folder}'", expected="a new or empty folder", got=got, fix=fix)
    parent = _nearest_parent(folder)
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise refuse(f"out folder '{folder}'", expected="a place that can be written", got=f"'{parent}', which cannot")


def _nearest_parent(folder: Path) -> Path:
    parent = folder.absolute()
    while not parent.exists() and parent != parent.parent:
        parent = parent.parent
    return parent


def next_free(base: Path, name: str) -> Path:
    """base/name-1, or the next number that is free."""
    plain = "".join(c if c.isalnum() or c in "-_." else "-" for c in name).strip("-.") or "run"
    number = 1
    while (base / f"{plain}-{number}").exists():
        number += 1
    return base / f"{plain}-{number}"


@contextmanager
def written_aside(folder: Path, *, finishing: bool = False) -> Iterator[Path]:
    """A folder beside `folder` to write into; it takes the name `folder` when all went well, else it is removed.

    Args:
        folder: new or empty.
        finishing: it may hold an unfinished training or improvement, which is removed in the end.
    """
    if not (finishing and any((folder / name).is_file() for name in (UNFINISHED, IMPROVING))):
        check_new(folder)
    aside = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    try:
        aside.mkdir(parents=True)
    except OSError as error:
        raise refuse(f"out folder '{folder}'", expected="a place that can be written", got=error.strerror or str(error)) from None
    try:
        yield aside
        if finishing:
            forget_unfinished(folder)
        if folder.is_dir():
            folder.rmdir()
        aside.rename(folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def forget_unfinished(folder: Path) -> None:
    """Remove what is kept of an unfinished training or improvement."""
    for name in (UNFINISHED, IMPROVING):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / CHECKPOINTS, ignore_errors=True)


def file_in(folder: Path, name: str) -> Path:
    """A plain file of a run folder; links and anything outside the folder are refused.

    Raises:
        UnusableInput: the folder is none, the file is missing, a link, or not a plain file.
    """
    if not folder.is_dir():
        raise refuse(f"run '{folder}'", expected="a run folder", got="a file" if folder.exists() else "nothing of that name")
    path = folder / name
    if path.is_symlink() or path.parent.is_symlink() or ".." in Path(name).parts:
        raise refuse(f"run '{folder}'", expected=f"a plain file {name}", got="a link", fix="copy the folder from where it was made")
    if not path.is_file():
        what = "no such file" if not path.exists() else "something else"
        raise refuse(f"run '{folder}'", expected=f"the file {name}", got=what, fix="the folder is no run, or it is damaged")
    return path


def read_json(folder: Path, name: str, largest: int = LARGEST_JSON) -> Any:
    """A JSON file of a run folder, checked for size and for numbers that JSON does not know.

    Raises:
        UnusableInput: too large, not UTF-8, not JSON, nested too deeply, or with NaN or Infinity in it.
    """
    path = file_in(folder, name)
    size = path.stat().st_size
    if size > largest:
        raise refuse(f"run '{folder}'", expected=f"{name} of at most {largest:,} bytes", got=f"{size:,}")
    try:
        return parse_json(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise UnusableInput(f"run '{folder}': expected JSON in {name}, got what does not read as such ({error}).") from None


def parse_json(text: str) -> Any:
    """JSON without NaN and Infinity, which it does not know; ValueError where it is none."""
    return json.loads(text, parse_constant=_no_constant)


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def json_text(value: Any, *, short: bool = False) -> str:
    """JSON values as text, two spaces a level, or on one line where `short`; NaN is an error of ours."""
    form: dict[str, Any] = {"separators": (",", ":")} if short else {"indent": 2}
    return json.dumps(value, ensure_ascii=False, allow_nan=False, **form) + "\n"


def write_json(path: Path, value: Any, *, short: bool = False) -> None:
    """Write JSON values; see `json_text`."""
    path.write_text(json_text(value, short=short), encoding="utf-8")


def write_over(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all, in place of one that may be there; a link is replaced, not followed.

    Raises:
        UnusableInput: it cannot be written, or is a folder.
    """
    if not path.name or path.is_dir():
        raise refuse(f"file '{path}'", expected="the name of a file", got="a folder")
    aside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        aside.unlink(missing_ok=True)
        with open(aside, "xb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
        aside.replace(path)
    except OSError as error:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise refuse(f"file '{path}'", expected="a place that can be written", got=error.strerror or str(error)) from None
