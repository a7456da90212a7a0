"""Prepare as plain text of 80 columns: a line a column, the middle left out where there are many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fathom.core.records.picture import Picture
from fathom.core.records.target_scale import TargetScale
from fathom.data.preparing.levels import Levels
from fathom.data.preparing.scaling import Scaling
from fathom.data.preparing.vocabulary import Vocabulary

LINES = 24
"""Columns that are shown at most."""


def prepare_text(
    scaling: Scaling,
    levels: Sequence[Levels],
    target: TargetScale | None,
    rows: int,
    features: int,
    dropped: Sequence[str],
    vocabulary: Vocabulary | None = None,
) -> str:
    """The table, then what was dropped, the target, and on how many examples it was fitted."""
    if vocabulary is not None and not features:
        return "\n".join([*_of_text(vocabulary), *_of_target(target), f"fitted on train ({rows:,})"])
    lines = [_number(scaling, i) for i in range(len(scaling.raws))] + [_category(level) for level in levels]
    lines = lines if len(lines) <= LINES else [*lines[: LINES // 2], _left_out(len(lines) - LINES), *lines[-(LINES // 2) :]]
    table = [("column", "mean", "standard deviation", "fill value", "missing"), *lines]
    text = [f"{cut(name, 25):<25}  {mean:>11}  {std:>18}  {fill:>10}  {note}".rstrip() for name, mean, std, fill, note in table]
    if dropped:
        text.append(f"dropped, constant on train: {', '.join(dropped[:4])}{f' and {len(dropped) - 4:,} more' if len(dropped) > 4 else ''}")
    read = [] if vocabulary is None else _of_text(vocabulary)
    beside = "" if vocabulary is None else " beside the text"
    return "\n".join([*read, *text, *_of_target(target), f"{features:,} features{beside}, fitted on train ({rows:,})"])


def _of_target(target: TargetScale | None) -> list[str]:
    return [] if target is None else [f"target {target}"]


def _of_text(vocabulary: Vocabulary) -> list[str]:
    tokens = vocabulary.tokens
    return [
        f"text '{cut(vocabulary.column, 40)}': {len(vocabulary.words):,} {tokens.kind}, {vocabulary.unknown:.1%} of train <UNK>",
        f"the most frequent: {cut(' '.join(vocabulary.words[:12]), 60)}",
        f"{vocabulary.length:,} tokens of a text are read",
    ]


def pictures_text(picture: Picture, scaling: Scaling, target: TargetScale | None, rows: int) -> str:
    """A line a channel, the target, and on how many pictures it was fitted."""
    names = {1: ("gray",), 3: ("red", "green", "blue"), 4: ("red", "green", "blue", "alpha")}[picture.channels]
    first = np.unique(picture.channel_of, return_index=True)[1]
    lines = [f"{'channel':<25}  {'mean':>11}  {'standard deviation':>18}"]
    lines += [f"{name:<25}  {f'{scaling.mean[i]:.4g}':>11}  {f'{scaling.std[i]:.4g}':>18}" for name, i in zip(names, first, strict=True)]
    if target is not None:
        lines.append(f"target {target}")
    return "\n".join([*lines, f"pictures of {picture.height} x {picture.width}, {picture.columns:,} numbers, fitted on train ({rows:,})"])


Line = tuple[str, str, str, str, str]


def _number(scaling: Scaling, i: int) -> Line:
    raw, note = scaling.raws[i], "flagged" if scaling.flagged[i] else ""
    fill = f"{scaling.fill[i]:.4g}"
    if raw.part == "0/1":
        return raw.name, "0/1", "as it is", fill, note
    return raw.name, f"{scaling.mean[i]:.4g}", f"{scaling.std[i]:.4g}", fill, note


def _category(level: Levels) -> Line:
    return level.column, f"{len(level.kept)} levels", "+ other", "missing" if level.missing else "other", "flagged" if level.missing else ""


def _left_out(count: int) -> Line:
    return f"... {count:,} more", "", "", "", ""


def cut(text: str, most: int) -> str:
    """The start of a text that is too long.

    Example:
        >>> cut("abcdef", 4)
        'abc…'
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"
