"""Opening a run folder: JSON, safetensors and Parquet alone; nothing in a folder is ever imported or unpickled."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import torch
from torch import nn

from fathom.core import run_folder
from fathom.core.exceptions import UnusableInput
from fathom.core.expectations import number, one_of, refuse, shown, whole
from fathom.core.picture_nets import PICTURE_NETS
from fathom.core.records.boundary import Boundary
from fathom.core.records.errors import Errors
from fathom.core.records.experiment import Experiment
from fathom.core.records.finding import Finding
from fathom.core.records.history import Epoch, History
from fathom.core.records.mismatch import Mismatch
from fathom.core.records.settings import Settings
from fathom.core.records.target import Kind, Target
from fathom.core.records.threshold import Threshold
from fathom.core.roles import ROLES
from fathom.core.worst import chances_of
from fathom.data.prepare import Prepare
from fathom.diagnosis.metrics.spelling import read_metric, read_requirement, seconds_of
from fathom.experiment.build import build
from fathom.experiment.look import Look, read_marked, read_slices
from fathom.experiment.mistakes import MOST
from fathom.experiment.references import FittedReference
from fathom.experiment.run import Run
from fathom.experiment.task import task_of

if TYPE_CHECKING:
    import polars as pl

LARGEST_TABLE = 4 * 1024**3
"""Bytes of an errors file that is opened at most."""

LARGEST_MISTAKES = 256 * 1024**2
"""Bytes of a mistakes file: 200 rows of 100,000 columns are under that."""


def open_run(path: str | Path, net: Callable[[], nn.Module] | nn.Module | None = None) -> Run:
    """Open a saved run: predict, diagnose, compare; splits are not in the folder.

    Args:
        path: the run folder.
        net: the module, or what builds it, where the run's net was the user's own; nothing in a folder is imported.

    Raises:
        UnusableInput: no run folder, a damaged or hostile one, or a net that the weights do not fit.
    """
    return _opened(Path(path), lambda run, folder: _with_net(run, folder, net))


def open_records(path: str | Path) -> Run:
    """Open a saved run without its net, which may be the user's own: all that a report or a comparison needs.

    Args:
        path: the run folder.

    Raises:
        UnusableInput: no run folder, or a damaged or hostile one.
    """
    return _opened(Path(path), lambda run, folder: run)


def _opened(path: Path, finish: Callable[[Run, Path], Run]) -> Run:
    try:
        folder = path.resolve() if path.is_symlink() else path
    except (OSError, RuntimeError):  # a link that leads to itself: Python 3.12 and older say RuntimeError
        raise refuse(f"run '{path}'", expected="a run folder", got="a link that leads nowhere") from None
    head = run_folder.read_json(folder, run_folder.RUN)
    try:
        return finish(_read(folder, head), folder)
    except UnusableInput as error:
        if str(error).startswith("run '"):
            raise
        raise damaged(folder, str(error)) from None
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RuntimeError, MemoryError) as error:
        raise damaged(folder, f"{type(error).__name__}: {error}") from None


def damaged(folder: Path, why: str) -> UnusableInput:
    """The error for a run folder that does not hold together."""
    return refuse(f"run '{folder}'", expected="a run folder as fathom wrote it", got=f"a damaged one ({why[:160]})", fix="fit again")


def _with_net(run: Run, folder: Path, net: Any) -> Run:
    task = task_of(run.target, run.prepare, run.settings)
    experiment = run._experiment
    module = _net(folder, experiment, net, run.prepare, task.outputs, run.target.kind)
    return dataclasses.replace(run, task=task, net=module)


def _read(folder: Path, head: dict[str, Any]) -> Run:
    if head["schema"] != run_folder.SCHEMA:
        raise refuse(
            f"run '{folder}'", expected=f"schema {run_folder.SCHEMA}", got=repr(head["schema"]), fix="open it with the fathom that wrote it"
        )
    experiment = _experiment(head["experiment"])
    target = _target(head["target"])
    prepare = Prepare.from_json(run_folder.read_json(folder, run_folder.PREPARE))
    return Run(
        experiment=experiment,
        target=target,
        task=None,
        prepare=prepare,
        net=None,
        history=_history(folder, head["history"]),
        tables={role: table for role in ROLES if (table := _table(folder, role, target)) is not None},
        findings=tuple(Finding(**f) for f in head["findings"]),
        fitted=_references(folder),
        openings=[str(date) for date in head["openings"]],
        plan=dict(head.get("plan", {})),
        asked={name: value for name, value in dict(head.get("asked", {})).items() if name in ("human", "goal", "tolerance", "references")},
        wanted=_wanted(dict(head.get("wanted") or {})),
        command=str(head.get("command", "")),
        folder=folder,
        threshold=None if head.get("threshold") is None else Threshold.from_json(head["threshold"]),
        made_with={str(name): str(version) for name, version in dict(head.get("versions", {})).items()},
        kept_look=_look(folder, target),
        kept_boundary=_boundary(folder, target),
        kept_mismatch=_mismatch(folder),
    )


def _wanted(values: dict[str, Any]) -> dict[str, Any]:
    """The metrics for the page, each a text that can be read."""
    found: dict[str, Any] = {name: [str(text) for text in values.get(name) or []] for name in ("metric", "require")}
    for text in found["metric"]:
        read_metric(text)
    for text in found["require"]:
        read_requirement(text)
    if values.get("duration") is not None:
        seconds_of(values["duration"])
        found["duration"] = values["duration"]
    return {name: value for name, value in found.items() if value}


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


def _net(folder: Path, experiment: Experiment, net: Any, prepare: Prepare, outputs: int, kind: str) -> nn.Module:
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
    _check_size(folder, experiment, weights, prepare.width, outputs)
    chosen = net if net is not None else experiment.net
    if not all(bool(torch.isfinite(w).all()) for w in weights.values() if w.is_floating_point()):
        raise damaged(folder, "weights that are not finite")
    settings = dataclasses.replace(experiment.settings, device="auto", dropout=experiment.settings.dropout if net is None else 0.0)
    rows = {"makes": prepare.makes, "picture": prepare.picture, "beside": prepare.beside}
    about: dict[str, Any] = {"arguments": experiment.arguments, "kind": kind, **rows}
    built = build(chosen, inputs=prepare.width, outputs=outputs, settings=settings, **about)
    built.module.load_state_dict(weights)
    return built.module.eval()


def _check_size(folder: Path, experiment: Experiment, weights: dict[str, torch.Tensor], inputs: int, outputs: int) -> None:
    """Before a net is built from numbers in a file: they must be the size of the weights that lie beside them."""
    about = experiment.arguments
    of_words, hidden = tuple(about[name] for name in ("dimensions", "units") if name in about), about.get("hidden") or ()
    if experiment.net == "custom":
        return
    if experiment.arguments.get("depth", 0) > len(weights):  # each layer has a tensor at least
        raise damaged(folder, f"a net of {experiment.arguments['depth']:,} layers beside {len(weights):,} tensors")
    if experiment.net in PICTURE_NETS:  # their other sizes follow from the picture, all of whose pixels are listed in the folder
        return
    sizes = [inputs, *of_words, *(hidden if isinstance(hidden, list | tuple) else [hidden]), outputs]
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


def _table(folder: Path, role: str, target: Target) -> pl.DataFrame | None:
    table = _parquet(folder, f"{run_folder.ERRORS}/{role}.parquet")
    return None if table is None else _checked(folder, table, f"{role}.parquet", ("error", "weight"), target)


def _checked(folder: Path, table: pl.DataFrame, name: str, sound: Sequence[str], target: Target) -> pl.DataFrame:
    """A table of examples whose columns are there and of the right type."""
    if not {"id", "truth", "prediction", *sound} <= set(table.columns):
        raise damaged(folder, f"{name} lacks columns")
    if not all(_sound(table.get_column(column)) for column in sound):
        raise damaged(folder, f"{name} with errors or weights that are no numbers of at least 0")
    answers = ("truth", "prediction") if target.kind == "regression" else ()
    if not all(table.schema[column].is_numeric() and not table.get_column(column).null_count() for column in answers):
        raise damaged(folder, f"{name} with answers that are no numbers")
    if not all(table.schema[column].is_numeric() for column in chances_of(table)):
        raise damaged(folder, f"{name} with probabilities that are no numbers")
    if any(dtype.is_nested() or dtype.is_object() for dtype in table.dtypes):
        raise damaged(folder, f"{name} with a list in a cell")
    return table


def _look(folder: Path, target: Target) -> Look | None:
    kept = [_seen(folder, name, target) for name in (run_folder.MISTAKES, run_folder.DRAWN)]
    return None if kept[0] is None else Look(kept[0], kept[1], read_slices(folder), read_marked(folder))


def _seen(folder: Path, name: str, target: Target) -> pl.DataFrame | None:
    table = _parquet(folder, name, LARGEST_MISTAKES)
    return None if table is None else _checked(folder, table.head(MOST), name, ("error",), target)


def _boundary(folder: Path, target: Target) -> Boundary | None:
    if not (folder / run_folder.BOUNDARY).exists():
        return None
    made = Boundary.from_json(run_folder.read_json(folder, run_folder.BOUNDARY))
    if made.classes != target.classes:
        raise damaged(folder, f"{run_folder.BOUNDARY} with other classes than the run's")
    return made


def _mismatch(folder: Path) -> Mismatch | None:
    """What the saved diagnosis knew of the difference between train_dev and dev; the data are not at hand any more."""
    if not (folder / run_folder.DIAGNOSIS).exists():
        return None
    kept = run_folder.read_json(folder, run_folder.DIAGNOSIS)
    values = kept.get("mismatch") if isinstance(kept, dict) else None
    return None if values is None else Mismatch.from_json(values)


def _sound(column: pl.Series) -> bool:
    return column.dtype.is_numeric() and not column.null_count() and bool((column.is_finite() & (column >= 0)).all())


def _references(folder: Path) -> list[FittedReference]:
    table = _parquet(folder, run_folder.REFERENCES)
    if table is None:
        return []
    columns = {name: table.get_column(name).to_numpy() for name in table.columns}
    return [FittedReference(name=name, about="", errors=Errors.of(v), rows=0, seconds=0.0) for name, v in columns.items()]


def _parquet(folder: Path, name: str, largest: int = LARGEST_TABLE) -> pl.DataFrame | None:
    import polars as pl

    if not (folder / name).exists():
        return None
    path = run_folder.file_in(folder, name)
    if path.stat().st_size > largest:
        raise damaged(folder, f"{name} of over {largest // 1024**2:,} MiB")
    try:
        return pl.read_parquet(path)
    except pl.exceptions.PolarsError as error:
        raise damaged(folder, f"{name}: {error}") from None
