"""Tags and corrected labels as CSV, to and fro: for a spreadsheet, or for somebody else to fill in.

Whoever opens the file in a spreadsheet must not run what stands in the data: a text that begins with a sign that a spreadsheet takes for
a formula is written with an apostrophe before it, which is taken off again when the file is read.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fathom.core.exceptions import UnusableInput
from fathom.core.expectations import refuse, shown
from fathom.core.records.corrections import Corrections
from fathom.core.records.mistake import Mistake
from fathom.core.records.tags import Tags, split_tags
from fathom.core.roles import role_of
from fathom.core.run_folder import write_over
from fathom.data.sources.delimited import read_delimited
from fathom.data.sources.paths import existing_file, file_bytes

if TYPE_CHECKING:
    import polars as pl

LARGEST = 64 * 1024**2
"""Bytes of a file that is read."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
NONE = "-"
"""In the column of tags: looked at, and none fits."""


def write_tags(path: Path, mistakes: Iterable[Mistake]) -> int:
    """Write mistakes with their tags; returns how many.

    The columns: id, tags (several with a semicolon between, '-' where none fits, empty where nobody looked), comment, truth, prediction,
    sure, then the inputs.

    Raises:
        UnusableInput: the file cannot be written.
    """
    listed = list(mistakes)
    inputs = list(dict.fromkeys(name for each in listed for name in each.inputs))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "tags", "comment", "truth", "prediction", "sure", *(_head(name) for name in inputs)])
    for each in listed:
        tags = "; ".join(each.tags) or (NONE if each.looked else "")
        own = [each.id, tags if tags == NONE else _safe(tags), each.comment, each.truth, each.prediction]
        sure = "" if each.sure is None else f"{each.sure:.4f}"
        writer.writerow([*(_safe(v) if v is not tags else v for v in own), sure, *(_safe(each.inputs.get(name)) for name in inputs)])
    write_over(path, out.getvalue())
    return len(listed)


def _head(name: str) -> str:
    taken = ("id", "tags", "comment", "truth", "prediction", "sure")
    return str(_safe(f"input {name}" if name.strip().lower() in taken else name))


def _safe(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) and text != NONE and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _plain(text: str) -> str:
    """What stood there before `_safe`."""
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in FORMULA else text


def tags_in(path: Path, known: Sequence[str], tags: Tags) -> tuple[Tags, int]:
    """The tags of a file added to those that are there; nothing is taken where any row is wrong.

    Args:
        path: a CSV with the columns id and tags, and comment where there is one; other columns are ignored.
        known: the ids that there are.
        tags: those that are there.

    Returns:
        All tags, and how many examples the file spoke of.

    Raises:
        UnusableInput: the file cannot be read, lacks a column, has an id twice or an unknown one, or a tag that cannot be.
    """
    frame = _table(path, ("id", "tags"))
    names = [_plain(name.strip()) for name in frame.get_column("id").to_list()]
    _check_ids(path, names, set(known))
    comments = frame.get_column("comment").to_list() if "comment" in frame.columns else [None] * frame.height
    count = 0
    for row, (name, text, comment) in enumerate(zip(names, frame.get_column("tags").to_list(), comments, strict=True), start=2):
        said = None if comment is None else _plain(comment)
        if not text.strip() and not said:
            continue
        try:
            tags = tags.tagged(name, [_plain(tag) for tag in split_tags(_plain(text.strip()))], said)
        except UnusableInput as error:
            raise UnusableInput(f"file '{path}', row {row:,}: {error}") from None
        count += 1
    return tags, count


def corrections_in(path: Path, known: Mapping[str, Sequence[str]]) -> Corrections:
    """The corrected labels of a file.

    Args:
        path: a CSV with the columns id and label, and role where an id could be of several.
        known: by role, the ids of the roles that were measured.

    Raises:
        UnusableInput: the file cannot be read, lacks a column, has an id twice, or one that no role or more than one has.
    """
    frame = _table(path, ("id", "label"))
    names = [_plain(name.strip()) for name in frame.get_column("id").to_list()]
    sets = {role: set(ids) for role, ids in known.items()}
    roles = frame.get_column("role").to_list() if "role" in frame.columns else [""] * frame.height
    labels: dict[str, dict[str, str]] = {}
    for row, (name, label, word) in enumerate(zip(names, frame.get_column("label").to_list(), roles, strict=True), start=2):
        if not label.strip():
            continue
        where = f"file '{path}', row {row:,}"
        role = role_of(word) if word.strip() else _role(where, name, sets)
        if role in sets and name not in sets[role]:
            raise refuse(where, expected=f"an id of {role}", got=repr(name[:60]))
        if name in labels.setdefault(role, {}):
            raise refuse(where, expected="each id once", got=f"{name[:60]!r} again")
        labels[role][name] = _plain(label.strip())
    return Corrections(labels=labels)


def _role(where: str, name: str, sets: Mapping[str, set[str]]) -> str:
    """The one role that has the id."""
    found = [role for role, ids in sets.items() if name in ids]
    if len(found) == 1:
        return found[0]
    if found:
        raise refuse(where, expected="an id of one role", got=f"{name[:60]!r}, of {' and '.join(found)}", fix="add a column role")
    fix = "for test, which is sealed, add a column role"
    raise refuse(where, expected=f"an id of {' or '.join(sets)}", got=repr(name[:60]), fix=fix if "test" not in sets else "")


def _check_ids(path: Path, names: Sequence[str], known: set[str]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise refuse(f"file '{path}'", expected="ids of dev", got=shown((repr(name[:40]) for name in unknown), 4), fix="nothing was taken")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise refuse(f"file '{path}'", expected="each id once", got=shown((repr(n[:40]) for n in twice), 4), fix="nothing was taken")


def _table(path: Path, needed: Sequence[str]) -> pl.DataFrame:
    """The file as text, its columns in lower case."""
    file = existing_file(path)
    if file.stat().st_size > LARGEST:
        raise refuse(f"file '{path}'", expected=f"at most {LARGEST // 1024**2} MiB", got=f"{file.stat().st_size:,} bytes")
    data = file_bytes(file)
    if len(data) > LARGEST:
        raise refuse(f"file '{path}'", expected=f"at most {LARGEST // 1024**2} MiB", got=f"{len(data):,} bytes")
    frame = read_delimited(data, str(path)).frame
    lower = {name.strip().lower(): name for name in reversed(frame.columns)}
    absent = [name for name in needed if name not in lower]
    if absent:
        got = shown((name[:40] for name in frame.columns), 6)
        raise refuse(f"file '{path}'", expected=f"a CSV with the columns {' and '.join(needed)}", got=f"the columns {got}")
    return frame.select([frame.get_column(lower[name]).fill_null("").alias(name) for name in (*needed, "comment", "role") if name in lower])
