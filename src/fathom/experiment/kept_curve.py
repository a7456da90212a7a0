"""The learning curve that lies in a run folder, so that the run's advice knows what more data would bring."""

from __future__ import annotations

from pathlib import Path

from fathom.core import run_folder
from fathom.core.records.learning_curve import LearningCurve

CURVE = "curve.json"


def kept_curve(folder: Path | None) -> LearningCurve | None:
    """The curve against rows that `fathom curve --run` has put there; None where there is none.

    Raises:
        UnusableInput: the file is something else.
    """
    if folder is None or not (folder / CURVE).exists():
        return None
    curve = LearningCurve.from_json(run_folder.read_json(folder, CURVE))
    return curve if curve.against == "rows" else None


def keep_curve(folder: Path, curve: LearningCurve) -> None:
    """Put a curve into a run folder, in the place of an older one.

    Raises:
        UnusableInput: the folder cannot be written.
    """
    run_folder.write_over(folder / CURVE, run_folder.json_text(curve.to_json(), short=True))
