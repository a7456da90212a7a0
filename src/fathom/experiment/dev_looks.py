"""Runs and the dev meter of the folder that they stand in."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from fathom.core import dev_meter, run_folder
from fathom.core.records.dev_looks import DevLooks
from fathom.core.records.experiment import Experiment
from fathom.core.records.history import History
from fathom.core.records.target import Target
from fathom.core.records.threshold import Threshold

if TYPE_CHECKING:
    import polars as pl


class Run(Protocol):
    """What is read of a `Run`, which counts itself here and so cannot be imported."""

    @property
    def tables(self) -> Mapping[str, pl.DataFrame]: ...  # noqa: D102
    @property
    def target(self) -> Target: ...  # noqa: D102
    @property
    def history(self) -> History: ...  # noqa: D102
    @property
    def experiment(self) -> Experiment | None: ...  # noqa: D102
    @property
    def threshold(self) -> Threshold | None: ...  # noqa: D102
    @property
    def openings(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def folder(self) -> Path | None: ...  # noqa: D102


BESIDE = 8
"""Earlier runs whose dev errors a new one is compared with, the latest ones."""


def digest_of(dev: pl.DataFrame, target: str) -> str:
    """A name for a dev set: blake2b of its target, its ids and what is true of them.

    Args:
        dev: with the columns id and truth, as errors/dev.parquet has them.
        target: the column that is predicted.
    """
    hashed = hashlib.blake2b(target.encode(), digest_size=16)
    for name in ("id", "truth"):
        hashed.update("\x1f".join(map(str, dev.get_column(name).to_list())).encode("utf-8", "replace") + b"\x1e")
    return hashed.hexdigest()


def dev_of(run: Run) -> str:
    """The digest of a run's dev set; "" where it has none."""
    return digest_of(run.tables["dev"], run.target.name) if "dev" in run.tables else ""


def looks_of(run: Run, runs: Path | None = None) -> DevLooks | None:
    """What the dev meter says of a run's dev set; None where there is no folder of runs, or no dev set.

    Args:
        run: whose dev set.
        runs: the folder of runs that it is going to be saved in, where it counts as one more; left out, the one that it was saved in.
    """
    dev = dev_of(run)
    folder = runs or (None if run.folder is None else run.folder.absolute().parent)
    if folder is None or not dev:
        return None
    found = dev_meter.read(folder, dev)
    if runs is None:
        return found
    counts = {**found.counts, "fit": found.counts.get("fit", 0) + 1}
    return dataclasses.replace(found, counts=counts, candidates=found.candidates + 1, stopped=max(found.stopped, stopped_epochs(run)))


def count_saved(run: Run, *, fit: bool) -> None:
    """Write down, in the folder that it was saved in, that a run's dev error was shown, and that its test was opened.

    Args:
        run: it was saved.
        fit: False where its look is written down already.
    """
    dev = dev_of(run)
    if fit and dev and run.folder is not None:
        folder = run.folder.absolute().parent
        rho = correlation_beside(folder, run, dev)
        dev_meter.add(folder, dev, "fit", candidates=1, stopped=stopped_epochs(run), correlation=rho, run=run.folder.name, date=now())
    if run.threshold is not None:
        count_threshold(run)
    if run.openings:
        count_opening(run)


def count_threshold(run: Run) -> None:
    """Write down that a saved run's threshold was tuned on dev."""
    dev = dev_of(run)
    if dev and run.folder is not None:
        dev_meter.add(run.folder.absolute().parent, dev, "threshold", run=run.folder.name, date=now())


def count_comparison(runs: Sequence[Run]) -> None:
    """Write down that saved runs were held against each other on dev, in the folder of the first."""
    dev, first = dev_of(runs[0]), runs[0].folder
    if dev and first is not None:
        names = ", ".join(run.folder.name for run in runs if run.folder is not None)
        dev_meter.add(first.absolute().parent, dev, "compare", run=names, date=now())


def count_opening(run: Run) -> None:
    """Write down that test was opened for a saved run: in the meter it stands beside the looks at that run's dev set."""
    dev = dev_of(run)
    if dev and run.folder is not None:
        dev_meter.add(run.folder.absolute().parent, dev, dev_meter.OPENED, looks=0, run=run.folder.name, date=now())


def stopped_epochs(run: Run) -> int:
    """How many epochs early stopping chose from; 0 where it was off."""
    if run.experiment is None or not run.experiment.settings.early_stopping:
        return 0
    return len(run.history.measured("dev"))


def correlation_beside(folder: Path, run: Run, dev: str) -> float | None:
    """The mean correlation of a run's dev errors with those of earlier runs on the same dev set; None where there are none."""
    mine = run.tables["dev"].get_column("error").to_numpy()
    found = [rho for path in _beside(folder, run) if (rho := _correlation(mine, path, dev, run.target.name)) is not None]
    return sum(found) / len(found) if found else None


def _beside(folder: Path, run: Run) -> list[Path]:
    """The dev errors of the latest other runs of the folder."""
    own = None if run.folder is None else run.folder.name
    paths = [p / run_folder.ERRORS / "dev.parquet" for p in folder.iterdir() if p.is_dir() and not p.is_symlink() and p.name != own]
    there = [path for path in paths if path.is_file() and not path.is_symlink()]
    return sorted(there, key=lambda path: path.stat().st_mtime)[-BESIDE:]


def _correlation(mine: Any, path: Path, dev: str, target: str) -> float | None:
    import polars as pl

    try:
        if path.stat().st_size > 64 * 1024**2:
            return None
        table = pl.read_parquet(path, columns=["id", "truth", "error"])
    except (OSError, pl.exceptions.PolarsError):
        return None
    if table.height != len(mine) or digest_of(table, target) != dev:
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        rho = float(np.corrcoef(mine, table.get_column("error").to_numpy())[0, 1])
    return rho if math.isfinite(rho) else None


def now() -> str:
    """The date, to the second, in UTC."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
