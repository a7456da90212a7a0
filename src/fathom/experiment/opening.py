"""Opening a run folder: JSON, safetensors and Parquet alone; nothing in a folder is ever imported or unpickled."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import torch
from torch import nn

from fathom.core import run_folder
from fathom.core.exceptions import UnusableInput
from fathom.core.expectations import number, one_of, refuse, shown, whole
from fathom.core.records.errors import Errors
from fathom.core.records.experiment import Experiment
from fathom.core.records.finding import Finding
from fathom.core.records.history import Epoch, History
from fathom.core.records.settings import Settings
from fathom.core.records.target import Kind, Target
from fathom.core.roles import ROLES
from fathom.data.prepare import Prepare
from fathom.experiment.build import build
from fathom.experiment.references import FittedReference
from fathom.experiment.run import Run
from fathom.experiment.task import task_of

if TYPE_CHECKING:
    import polars as pl

LARGEST_TABLE = 4 * 1024**3
"""Bytes of an errors file that is opened at most."""


def open_run(path: str | Path, net: Callable[[], nn.Module] | nn.Module | None = None) -> Run:
    """Open a saved run: predict, diagnose, compare; splits are not in the folder.

    Args:
        path: the run folder.
        net: the module, or what builds it, where the run's net was the user's own; nothing in a folder is imported.

    Raises:
        UnusableInput: no run folder, a damaged or hostile one, or a net that the weights do not fit.
    """
    folder = Path(path).resolve() if Path(path).is_symlink() else Path(path)
    head = run_folder.read_json(folder, run_folder.RUN)
    try:
        return _open(folder, head, net)
    except UnusableInput as error:
        if str(error).startswith("run '"):
            raise
        raise damaged(folder, str(error)) from None
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RuntimeError, MemoryError) as error:
        raise damaged(folder, f"{type(error).__name__}: {error}") from None


def damaged(folder: Path, why: str) -> UnusableInput:
    """The error for a run folder that does not hold together."""
    return refuse(f"run '{folder}'", expected="a run folder as fathom wrote it", got=f"a damaged one ({why[:160]})", fix="fit again")


def _open(folder: Path, head: dict[str, Any], net: Any) -> Run:
    if head["schema"] != run_folder.SCHEMA:
        raise refuse(
            f"run '{folder}'", expected=f"schema {run_folder.SCHEMA}", got=repr(head["schema"]), fix="open it with the fathom that wrote it"
        )
    experiment = _experiment(head["experiment"])
    target = _target(head["target"])
    prepare = Prepare.from_json(run_folder.read_json(folder, run_folder.PREPARE))
    task = task_of(target, prepare, experiment.settings)
    module = _net(folder, experiment, net, len(prepare.names), task.outputs, target.kind)
    return Run(
        experiment=experiment,
        target=target,
        task=task,
        prepare=prepare,
        net=module,
        history=_history(folder, head["history"]),
        tables={role: table for role in ROLES if (table := _table(folder, role)) is not None},
        findings=tuple(Finding(**f) for f in head["findings"]),
        fitted=_references(folder),
        openings=[str(date) for date in head["openings"]],
        plan=dict(head.get("plan", {})),
        asked={name: value for name, value in dict(head.get("asked", {})).items() if name in ("human", "goal", "tolerance", "references")},
        command=str(head.get("command", "")),
        folder=folder,
    )


def _experiment(values: dict[str, Any]) -> Experiment:
    settings = dict(values["settings"])
    for name in ("betas", "dropout"):
        if isinstance(settings[name], list):
            settings[name] = tuple(settings[name])
    experiment = Experiment(**{**values, "settings": Settings(**settings)})
    for name, rows in experiment.rows.items():
        whole(f"rows of {name}", rows)
    whole("parameters", experiment.parameters)
    return experiment


def _target(values: dict[str, Any]) -> Target:
    target = Target(**{**values, "classes": tuple(values["classes"])})
    one_of("kind", target.kind, get_args(Kind))
    wanted = {"binary": 2, "multiclass": 3, "regression": 0}[target.kind]
    right = len(target.classes) >= wanted if target.kind == "multiclass" else len(target.classes) == wanted
    if not right or len(set(target.classes)) != len(target.classes) or not all(isinstance(c, str) for c in target.classes):
        raise refuse("classes", expected=f"those of a {target.kind} target, each once", got=shown(target.classes))
    return target


def _net(folder: Path, experiment: Experiment, net: Any, inputs: int, outputs: int, kind: str) -> nn.Module:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    if experiment.net == "custom" and net is None:
        raise refuse(
            f"run '{folder}'",
            expected=f"the user's own net ({experiment.shape})",
            got="none",
            fix="open it in Python with fathom.open_run(path, net=...)",
        )
    if experiment.net != "custom" and experiment.parameters > 2**31:
        raise damaged(folder, f"{experiment.parameters:,} parameters")
    try:
        weights = load_file(run_folder.file_in(folder, run_folder.WEIGHTS))
    except SafetensorError as error:
        raise damaged(folder, f"weights: {error}") from None
    _check_size(folder, experiment, weights, inputs, outputs)
    chosen = net if net is not None else experiment.net
    if not all(bool(torch.isfinite(w).all()) for w in weights.values() if w.is_floating_point()):
        raise damaged(folder, "weights that are not finite")
    settings = dataclasses.replace(experiment.settings, device="auto", dropout=experiment.settings.dropout if net is None else 0.0)
    built = build(chosen, inputs=inputs, outputs=outputs, settings=settings, arguments=experiment.arguments, kind=kind)
    built.module.load_state_dict(weights)
    return built.module.eval()


def _check_size(folder: Path, experiment: Experiment, weights: dict[str, torch.Tensor], inputs: int, outputs: int) -> None:
    """Before a net is built from numbers in a file: they must be the size of the weights that lie beside them."""
    hidden = experiment.arguments.get("hidden", ())
    if experiment.net == "custom":
        return
    sizes = [inputs, *(hidden if isinstance(hidden, list | tuple) else [hidden]), outputs]
    stored = sum(w.numel() for w in weights.values())
    wanted = sum(int(a) * int(b) for a, b in itertools.pairwise(sizes))
    if wanted > stored:
        raise damaged(folder, f"a net of {wanted:,} weights beside {stored:,} stored ones")


def _history(folder: Path, summary: dict[str, Any]) -> History:
    path = run_folder.file_in(folder, run_folder.HISTORY)
    if path.stat().st_size > run_folder.LARGEST_JSON:
        raise damaged(folder, "a history of over 64 MiB")
    lines = path.read_text(encoding="utf-8").splitlines()
    epochs = [_epoch(run_folder.parse_json(line)) for line in lines if line]
    seconds = summary["seconds"]
    return History(epochs, summary["best_epoch"], float("nan") if seconds is None else float(seconds), str(summary["stopped"]))


def _epoch(values: dict[str, Any]) -> Epoch:
    """One line of the history, its numbers checked."""
    for name, value in values.items():
        for part in value.values() if name == "errors" else [value]:
            number(name, part)
    return Epoch(**values)


def _table(folder: Path, role: str) -> pl.DataFrame | None:
    table = _parquet(folder, f"{run_folder.ERRORS}/{role}.parquet")
    if table is not None and not {"truth", "prediction", "error", "weight"} <= set(table.columns):
        raise damaged(folder, f"{role}.parquet lacks columns")
    if table is not None and not all(_sound(table.get_column(name)) for name in ("error", "weight")):
        raise damaged(folder, f"{role}.parquet with errors or weights that are no numbers of at least 0")
    return table


def _sound(column: pl.Series) -> bool:
    return column.dtype.is_numeric() and not column.null_count() and bool((column.is_finite() & (column >= 0)).all())


def _references(folder: Path) -> list[FittedReference]:
    table = _parquet(folder, run_folder.REFERENCES)
    if table is None:
        return []
    columns = {name: table.get_column(name).to_numpy() for name in table.columns}
    return [FittedReference(name=name, about="", errors=Errors.of(v), rows=0, seconds=0.0) for name, v in columns.items()]


def _parquet(folder: Path, name: str) -> pl.DataFrame | None:
    import polars as pl

    if not (folder / name).exists():
        return None
    path = run_folder.file_in(folder, name)
    if path.stat().st_size > LARGEST_TABLE:
        raise damaged(folder, f"{name} of over 4 GiB")
    try:
        return pl.read_parquet(path)
    except pl.exceptions.PolarsError as error:
        raise damaged(folder, f"{name}: {error}") from None
