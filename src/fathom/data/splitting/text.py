"""Splits as plain text: sizes, classes by role, and how they were made."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from fathom.core.records.split_plan import SplitPlan
from fathom.core.records.target import Target

if TYPE_CHECKING:
    from fathom.data.dataset import Dataset

WIDTH = 69
"""Columns, so that a label beside it leaves 80."""

LEFT = 34
"""Columns of role, rows and share."""

LONGEST = 20
"""Letters of a class that are shown."""

SHOWN = {"train": "train", "train_dev": "train-dev", "dev": "dev (validation)", "test": "test"}


def splits_text(roles: Mapping[str, Dataset], how: SplitPlan, target: Target) -> str:
    """A line a role, then how the splits came to be."""
    total = sum(len(data) for data in roles.values())
    heads = ["", "rows", "share", *_target_heads(target)]
    rows = [[SHOWN[role], f"{len(data):,}", _percent(len(data), total), *_target_cells(data)] for role, data in roles.items()]
    return "\n".join([*_table([heads, *rows]), *_source_lines(how, list(roles)), *textwrap.wrap(str(how), WIDTH)])


MOST_SOURCES = 8
"""Sources that have a line of their own."""


def _source_lines(how: SplitPlan, roles: list[str]) -> list[str]:
    """Rows of each source by role, the goal first; nothing where there are no sources."""
    if not how.sources:
        return []
    ordered = sorted(how.sources.items(), key=lambda item: (item[0] not in how.goal, -sum(item[1].values())))
    kept, rest = ordered[:MOST_SOURCES], ordered[MOST_SOURCES:]
    rows = [[f"{_cut(name, LONGEST)}{' (goal)' if name in how.goal else ''}", *_counts(of, roles)] for name, of in kept]
    if rest:
        rows.append([f"{len(rest)} more", *_counts({r: sum(of.get(r, 0) for _, of in rest) for r in roles}, roles)])
    return ["", *_table([[_cut(how.source, LONGEST), *(SHOWN[role].removesuffix(" (validation)") for role in roles)], *rows]), ""]


def _counts(of: Mapping[str, int], roles: list[str]) -> list[str]:
    return [f"{of.get(role, 0):,}" if of.get(role) else "-" for role in roles]


def _table(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))]) for row in rows]
    return [line.rstrip() for line in lines]


def _style(target: Target) -> str:
    """What there is room for: rows and share of each class, shares alone, or the smallest and the largest class."""
    if target.kind == "regression":
        return "number"
    widths = [len(_cut(name, LONGEST)) for name in target.classes]
    if LEFT + sum(max(w, 15) + 2 for w in widths) <= WIDTH:
        return "rows"
    return "shares" if LEFT + sum(max(w, 5) + 2 for w in widths) <= WIDTH else "ends"


def _target_heads(target: Target) -> list[str]:
    style = _style(target)
    if style == "number":
        return [f"mean {_cut(target.name, LONGEST)}", "std"]
    return [f"least of {len(target.classes)}", "most"] if style == "ends" else [_cut(name, LONGEST) for name in target.classes]


def _target_cells(data: Dataset) -> list[str]:
    target, style = data.target, _style(data.target)
    if style == "number":
        return [f"{data.y.mean():.4g}", f"{data.y.std():.4g}"]
    counts = np.bincount(data.y, minlength=len(target.classes))
    if style != "ends":
        return [f"{n:,} ({_percent(n, len(data))})" if style == "rows" else _percent(n, len(data)) for n in counts]
    low, high = int(np.argmin(counts)), int(np.argmax(counts))
    return [f"{_cut(target.classes[i], 9)} {_percent(int(counts[i]), len(data))}" for i in (low, high)]


def _percent(part: int, whole: int) -> str:
    return f"{part / max(whole, 1):.1%}"


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split()) or "(blank)"
    return text if len(text) <= most else f"{text[: most - 1]}…"
