"""The call that makes a run again, for one that was made in Python and not by a command."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from fathom.core.records.augmentation import Augmentation
from fathom.core.records.experiment import Experiment
from fathom.core.records.schedule import Schedule
from fathom.core.records.settings import Settings

WIDTH = 100
"""Characters of a line."""


def python_call(experiment: Experiment) -> str:
    """`fathom.fit` with the arguments that differ from the defaults; splits and a net of the user's own are named as such."""
    pieces = [f"{name}={value}" for name, value in _arguments(experiment)]
    lines, line = [], "run = fathom.fit(splits"
    for piece in pieces:
        if len(line) + len(piece) + 3 > WIDTH:
            lines.append(f"{line},")
            line = f"    {piece}"
        else:
            line = f"{line}, {piece}"
    return "\n".join([*lines, f"{line})  # splits: the data and the split above"])


def _arguments(made: Experiment) -> Iterator[tuple[str, str]]:
    yield "net", made.shape if made.net == "custom" else repr(made.net)
    for name, value in made.arguments.items():
        yield name, _written(value)
    default = Settings(optimizer=made.settings.optimizer)
    for field in dataclasses.fields(made.settings):
        value = getattr(made.settings, field.name)
        same = made.settings.seed if field.name == "data_seed" else getattr(default, field.name)
        if value != same or field.name in ("optimizer", "learning_rate", "batch_size", "seed"):
            yield field.name, _written(value)


def _written(value: Any) -> str:
    if isinstance(value, Schedule):
        return "schedule" if value.name == "custom" else repr(_short(value.to_json()))
    if isinstance(value, Augmentation):
        return repr({name: strength for name, strength in value.to_json().items() if strength})
    return repr(tuple(value)) if isinstance(value, list | tuple) else repr(value)


def _short(schedule: Mapping[str, Any]) -> dict[str, Any]:
    """Without what only other schedules read."""
    return {
        name: v for name, v in schedule.items() if not (name == "every" and schedule["name"] != "staircase") and (name != "warmup" or v)
    }
