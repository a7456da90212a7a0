"""An improvement under way: what is kept of it in its folder after every step, so that a kill costs one step at most."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from fathom.core import run_folder
from fathom.core.expectations import refuse
from fathom.core.records.logbook import LoggedExperiment
from fathom.core.records.record import plain
from fathom.recipe.asked import Asked, Incumbent
from fathom.recipe.clock import Clock


@dataclass
class Underway:
    """The steps so far.

    Attributes:
        identity: the plain experiment and the question; only the same improvement goes on from here.
        entries: of the steps that are done.
        so_far: the experiment so far.
        tried: keys of the ideas that were tried.
        options: of the command line, where it came from there.
    """

    identity: Mapping[str, Any]
    entries: list[LoggedExperiment] = field(default_factory=list)
    so_far: Incumbent | None = None
    tried: list[str] = field(default_factory=list)
    options: Mapping[str, Any] = field(default_factory=dict)

    def write(self, folder: Path | None, clock: Clock) -> None:
        """Keep it, whole or not at all; nothing where there is no folder."""
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        so_far = None if self.so_far is None else {"changes": self.so_far.changes, "errors": np.asarray(self.so_far.errors).tolist()}
        kept = {
            "schema": run_folder.SCHEMA,
            "options": self.options,
            "identity": self.identity,
            "entries": [e.to_json() for e in self.entries],
            "so_far": so_far,
            "tried": self.tried,
            "seconds": clock.seconds,
            "rate": clock.rate,
        }
        run_folder.write_over(folder / run_folder.IMPROVING, run_folder.json_text(plain(kept), short=True))


def taken_up(folder: Path | None, identity: Mapping[str, Any], options: Mapping[str, Any], clock: Clock) -> Underway:
    """The improvement that a folder holds, or a new one.

    Raises:
        UnusableInput: the folder holds another one, a finished run, or something else.
    """
    now = json.loads(json.dumps(plain(identity)))
    if folder is None or not (folder / run_folder.IMPROVING).exists():
        if folder is not None:
            run_folder.check_new(folder)
        return Underway(now, options=options)
    kept = run_folder.read_json(folder, run_folder.IMPROVING)
    try:
        made, before = _read(kept), float(kept["seconds"])
        clock.rate = None if kept["rate"] is None else float(kept["rate"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        got = f"a damaged one ({type(error).__name__}: {error})"
        raise refuse(f"'{folder}'", expected="an improvement as fathom wrote it", got=got, fix="begin anew elsewhere") from None
    for name, value in now.items():
        if made.identity.get(name) != value:
            got = f"another {name}"
            raise refuse(f"'{folder}'", expected="the improvement that it holds", got=got, fix="begin anew elsewhere, or ask the same")
    clock.spent += before
    return made


def _read(kept: Mapping[str, Any]) -> Underway:
    if kept["schema"] != run_folder.SCHEMA:
        raise ValueError(f"schema {kept['schema']}")
    so_far = kept["so_far"]
    return Underway(
        identity=dict(kept["identity"]),
        entries=[LoggedExperiment.from_json(e) for e in kept["entries"]],
        so_far=None if so_far is None else Incumbent(_with_tuples(so_far["changes"]), np.asarray(so_far["errors"], dtype=np.float64)),
        tried=[str(key) for key in kept["tried"]],
        options=dict(kept["options"]),
    )


def _with_tuples(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in changes.items()}


def identity_of(asked: Asked, experiment: Mapping[str, Any]) -> dict[str, Any]:
    """What has to be the same for an improvement to be gone on with."""
    data = experiment["data"]
    return {
        "data": {"digests": data["digests"], "target": data["target"], "split": data["split"], "rows": experiment["rows"]},
        "net": [experiment["net"], experiment["shape"]],
        "settings": experiment["settings"],
        "goal": asked.goal,
        "human level": asked.human,
        "tolerance": asked.tolerance,
    }
