"""Saving a run: JSON, safetensors and Parquet in one folder, whole or not there."""

from __future__ import annotations

import io
import platform
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn

from fathom.core import run_folder
from fathom.core.records.boundary import Boundary
from fathom.core.records.diagnosis import Diagnosis
from fathom.experiment.look import Look, write_look
from fathom.experiment.references import FittedReference

if TYPE_CHECKING:
    import polars as pl


def save(
    folder: Path,
    *,
    head: Mapping[str, Any],
    history: str,
    prepare: Mapping[str, Any],
    net: nn.Module,
    tables: Mapping[str, pl.DataFrame],
    references: Sequence[FittedReference],
    look: Look | None,
    boundary: Boundary | None,
    diagnosis: Diagnosis,
    page: str,
    finishing: bool = False,
) -> None:
    """Write a run folder aside and give it its name when it is whole.

    Args:
        folder: new or empty.
        head: what run.json holds.
        history: lines of JSON, one an epoch.
        prepare: as JSON values.
        net: its weights and buffers are written.
        tables: errors by role.
        references: plain methods on the same dev set.
        look: what is kept of dev's mistakes; None where the data are not at hand.
        boundary: of a net with two inputs.
        diagnosis: the ladder and what follows from it.
        page: report.html.
        finishing: the folder may hold the unfinished training of this run, which is removed.

    Raises:
        UnusableInput: the folder holds something already or cannot be written.
    """
    from safetensors.torch import save_file

    with run_folder.written_aside(folder, finishing=finishing) as aside:
        run_folder.write_json(aside / run_folder.RUN, head)
        (aside / run_folder.HISTORY).write_text(history, encoding="utf-8")
        run_folder.write_json(aside / run_folder.PREPARE, prepare)
        tensors = {name: t.detach().cpu().contiguous().clone() for name, t in net.state_dict().items()}
        save_file(tensors, aside / run_folder.WEIGHTS)
        (aside / run_folder.ERRORS).mkdir()
        for role, table in tables.items():
            table.write_parquet(aside / run_folder.ERRORS / f"{role}.parquet")
        if references:
            write_references(aside, references)
        if look is not None:
            write_look(aside, look)
        if boundary is not None:
            run_folder.write_json(aside / run_folder.BOUNDARY, boundary.to_json(), short=True)
        run_folder.write_json(aside / run_folder.DIAGNOSIS, diagnosis.to_json())
        (aside / run_folder.REPORT).write_text(page, encoding="utf-8")


def write_references(folder: Path, references: Sequence[FittedReference]) -> None:
    """The references' error on each dev example, one column a method, in the order of errors/dev.parquet."""
    import polars as pl

    pl.DataFrame({r.name: r.errors.value for r in references}).write_parquet(folder / run_folder.REFERENCES)


def write_opening(folder: Path, *, head: Mapping[str, Any], table: pl.DataFrame, diagnosis: Diagnosis, page: str) -> None:
    """Write into a saved run's folder that test was opened, and what it showed."""
    file = io.BytesIO()
    table.write_parquet(file)
    run_folder.write_over(folder / run_folder.ERRORS / "test.parquet", file.getvalue())
    run_folder.write_over(folder / run_folder.RUN, run_folder.json_text(head))
    run_folder.write_over(folder / run_folder.DIAGNOSIS, run_folder.json_text(diagnosis.to_json()))
    run_folder.write_over(folder / run_folder.REPORT, page)


def asked_of(diagnosis: Diagnosis) -> dict[str, Any]:
    """The arguments that make the same diagnosis again."""
    asked: dict[str, Any] = {"tolerance": diagnosis.tolerance, "references": bool(diagnosis.references)}
    if diagnosis.floor.known == "given":
        raters = diagnosis.floor.raters
        asked["human"] = {name: e.value for name, e in raters.items()} if raters else diagnosis.floor.value
    return asked if diagnosis.goal is None else {**asked, "goal": diagnosis.goal}


def versions() -> dict[str, str]:
    """The versions that the bits of a run depend on."""
    return dict(_versions())


@cache
def _versions() -> Mapping[str, str]:
    """Looked up once: it takes milliseconds, and each net of a population asks."""
    from importlib import metadata

    names = {"fathom": "fathom-ml", "torch": "torch", "numpy": "numpy", "polars": "polars"}
    found = {"python": platform.python_version()}
    for name, distribution in names.items():
        try:
            found[name] = metadata.version(distribution)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def head_of(run: Any) -> dict[str, Any]:
    """What run.json holds of a run."""
    return {
        "schema": run_folder.SCHEMA,
        "experiment": run.experiment.to_json(),
        "target": run.target.to_json(),
        "history": {name: value for name, value in run.history.to_json().items() if name != "epochs"},
        "findings": [f.to_json() for f in run.findings],
        "openings": run.openings,
        "plan": run.plan,
        "asked": run.asked,
        "wanted": dict(run.wanted),
        "threshold": None if run.threshold is None else run.threshold.to_json(),
        "command": run.command,
        "versions": run.made_with,
    }
