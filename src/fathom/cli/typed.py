"""What is typed on a command line, read: lists of numbers, schedules, batch sizes."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from fathom.core.expectations import refuse

DEV = ("--dev", "--val", "--valid", "--validation", "--eval", "--holdout")
"""The options that name the dev set."""


def hidden(text: str | None) -> tuple[int, ...] | None:
    """'128,64' or '128-64' -> (128, 64); '0' or 'none' -> ().

    Example:
        >>> hidden("128-64"), hidden("none")
        ((128, 64), ())
    """
    if text is None:
        return None
    if text.strip().lower() in ("0", "none", ""):
        return ()
    try:
        return tuple(int(part) for part in text.replace("-", ",").replace(" ", ",").split(",") if part)
    except ValueError:
        raise refuse("--hidden", expected="sizes as in 128,64", got=repr(text)) from None


def numbers(name: str, text: str | None) -> float | tuple[float, ...] | None:
    """'0.2' -> 0.2; '0.2,0.5' -> (0.2, 0.5)."""
    if text is None:
        return None
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        raise refuse(name, expected="a number, or several as in 0.2,0.5", got=repr(text)) from None
    return values[0] if len(values) == 1 else values


def batch_size(text: str | None) -> int | str | None:
    """A number or 'full'."""
    if text is None or text == "full":
        return text
    try:
        return int(text)
    except ValueError:
        raise refuse("--batch-size", expected="a number or 'full'", got=repr(text)) from None


def schedule(text: str | None) -> Any:
    """'cosine', 'exponential:0.9', or JSON as in '{"name": "staircase", "rate": 0.5, "every": 20}'."""
    if text is None:
        return None
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text)
        except ValueError:
            raise refuse("--schedule", expected="a name, name:rate, or JSON", got=repr(text)) from None
    name, _, rate = text.partition(":")
    return {"name": name, "rate": numbers("--schedule", rate)} if rate else name


def size(name: str, text: str | None) -> int | float | None:
    """'1000' -> 1000 rows; '0.1' or '10%' -> a share."""
    if text is None:
        return None
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else int(text) if text.isdigit() else float(text)
    except ValueError:
        raise refuse(name, expected="a number of rows or a share as in 10%", got=repr(text)) from None


def sides(text: str | None) -> int | tuple[int, int] | None:
    """'64' -> 64; '48x64' -> (48, 64), height and width.

    Example:
        >>> sides("64"), sides("48x64")
        (64, (48, 64))
    """
    if text is None:
        return None
    parts = text.lower().replace(" ", "").split("x")
    if len(parts) > 2 or not all(part.isdecimal() for part in parts):
        raise refuse("--size", expected="a side as in 64, or height and width as in 48x64", got=repr(text))
    numbers = [int(part) for part in parts]
    return numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1])


def types(texts: list[str] | None) -> dict[str, str]:
    """['zip=category', 'born=%d/%m/%Y'] -> {'zip': 'category', 'born': '%d/%m/%Y'}."""
    pairs = [text.rpartition("=") for text in texts or ()]
    for text, (name, _, kind) in zip(texts or (), pairs, strict=True):
        if not name or not kind:
            raise refuse("--types", expected="a column and its kind as in zip=category", got=repr(text))
    return {name: kind for name, _, kind in pairs}


def source(text: str | None) -> dict[str, Any]:
    """'where=app' -> {'source': 'where', 'goal_source': 'app'}; several goals as in 'region=us,uk', all as in 'region=*'.

    Example:
        >>> source("where=app")
        {'source': 'where', 'goal_source': 'app'}
    """
    if text is None:
        return {}
    column, _, goal = text.rpartition("=")
    if not column:
        return {"source": text}
    several = [name.strip() for name in goal.split(",") if name.strip()]
    return {"source": column, "goal_source": several[0] if len(several) == 1 else several}


def by_source(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `fathom.split` about sources among the options that were given."""
    asked = {**source(given.get("source")), "also": given.get("also") or None, "source_input": given.get("source_input") or None}
    asked["train_dev_size"] = size("--train-dev-size", given.get("train_dev_size"))
    return {name: value for name, value in asked.items() if value is not None}


def command_line(name: str, given: Mapping[str, Any]) -> str:
    """The command that was typed, from what it was read as; what was left out stays out.

    Example:
        >>> command_line("fit", {"data": "a b.csv", "target": "y", "epochs": None, "ignore": ["c", "d"], "open_test": True})
        "fathom fit 'a b.csv' --target y --ignore c --ignore d --open-test"
    """
    words = ["fathom", name, str(given["data"])]
    for option, value in given.items():
        if option in ("data", "as_json", "quiet", "resume", "checkpoint_every") or value is None or value is False:
            continue
        for each in value if isinstance(value, list) else [value]:
            words += [f"--{option.replace('_', '-')}"] + ([] if each is True else [str(each)])
    return shlex.join(words)
