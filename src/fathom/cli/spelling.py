"""Python's way of saying a setting, in the way of the command line."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fathom.core.records.finding import Finding

_TYPES = re.compile(r"types=\{'([^']+)': '([^']+)'\}")
_QUOTED = re.compile(r"\b(kind|source|group|time|id|role|text|ignore|target|human|schedule|loss)='([^']+)'")
_NUMBER = re.compile(r"\b(folds|epochs|size|train_dev_size|learning_rate|clip_norm|weight_decay|dropout|l2|batch_size)=([0-9.e+-]*[0-9])")
_GOAL = re.compile(r"\bgoal_source='([^']+)'")
_BARE = re.compile(r"\bgive (group|time|id)=(?=[\s.,;]|$)")


def as_options(text: str) -> str:
    """Settings in a text as they are typed on a command line.

    Example:
        >>> as_options("types={'zip': 'category'}, or group='patient', or epochs=86.")
        '--types zip=category, or --group patient, or --epochs 86.'
    """
    text = text.replace("types={...}", "--types NAME=KIND")
    text = _GOAL.sub(lambda m: f"--source {_word(f'COLUMN={m[1]}')}", text)
    text = _TYPES.sub(lambda m: f"--types {_word(f'{m[1]}={m[2]}')}", text)
    text = _QUOTED.sub(lambda m: f"--{m[1]} {_word(m[2])}", text)
    text = _NUMBER.sub(lambda m: f"--{m[1].replace('_', '-')} {m[2]}", text)
    return _BARE.sub(lambda m: f"give --{m[1]}", text)


def spelled(found: Iterable[Finding]) -> list[Finding]:
    """The findings with their fixes in the way of the command line."""
    return [dataclasses.replace(f, what=as_options(f.what), fix=as_options(f.fix)) for f in found]


def _word(text: str) -> str:
    return f'"{text}"' if re.search(r"\s", text) else text
