"""fathom measures how far a neural network is from where it should be, tells what the distance is made of, and says what to do next.

Every public name is loaded on first use, so that `import fathom` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fathom.core.display import load_with

if TYPE_CHECKING:
    from fathom.checks.gradient.check import check_gradient as check_gradient
    from fathom.checks.model import check_model as check_model
    from fathom.checks.signal.check_signal import check_signal as check_signal
    from fathom.core.exceptions import FathomError as FathomError
    from fathom.core.exceptions import TestSealed as TestSealed
    from fathom.core.exceptions import TrainingDiverged as TrainingDiverged
    from fathom.core.exceptions import UnusableInput as UnusableInput
    from fathom.core.records.diagnosis import Diagnosis as Diagnosis
    from fathom.core.records.errors import Errors as Errors
    from fathom.core.records.estimate import Estimate as Estimate
    from fathom.core.records.finding import Finding as Finding
    from fathom.core.records.learning_curve import LearningCurve as LearningCurve
    from fathom.core.records.settings import Settings as Settings
    from fathom.data.auditing.audit import audit as audit
    from fathom.data.augment import augment as augment
    from fathom.data.dataset import Dataset as Dataset
    from fathom.data.load import load as load
    from fathom.data.prepare import Prepare as Prepare
    from fathom.data.samples import sample as sample
    from fathom.data.splits import Splits as Splits
    from fathom.data.splits import split as split
    from fathom.diagnosis.diagnose import diagnose as diagnose
    from fathom.diagnosis.sizes import rows_to_tell as rows_to_tell
    from fathom.diagnosis.sizes import tells as tells
    from fathom.experiment.compare import compare as compare
    from fathom.experiment.disagree import disagree as disagree
    from fathom.experiment.ensemble import ensemble as ensemble
    from fathom.experiment.error_analysis import mistakes as mistakes
    from fathom.experiment.fit import fit as fit
    from fathom.experiment.fit import fit_many as fit_many
    from fathom.experiment.folded_run import FoldedRun as FoldedRun
    from fathom.experiment.learning_curve import learning_curve as learning_curve
    from fathom.experiment.measuring import measure as measure
    from fathom.experiment.metrics import choose as choose
    from fathom.experiment.metrics import metrics as metrics
    from fathom.experiment.opening import open_run as open_run
    from fathom.experiment.run import Run as Run
    from fathom.recipe.improve import improve as improve

_HOME = {
    # data
    "load": "fathom.data.load",
    "sample": "fathom.data.samples",
    "split": "fathom.data.splits",
    "augment": "fathom.data.augment",
    "audit": "fathom.data.auditing.audit",
    "Dataset": "fathom.data.dataset",
    "Splits": "fathom.data.splits",
    "Prepare": "fathom.data.prepare",
    # training
    "fit": "fathom.experiment.fit",
    "fit_many": "fathom.experiment.fit",
    "open_run": "fathom.experiment.opening",
    "measure": "fathom.experiment.measuring",
    "FoldedRun": "fathom.experiment.folded_run",
    "Run": "fathom.experiment.run",
    "Settings": "fathom.core.records.settings",
    # diagnosis
    "diagnose": "fathom.diagnosis.diagnose",
    "compare": "fathom.experiment.compare",
    "disagree": "fathom.experiment.disagree",
    "ensemble": "fathom.experiment.ensemble",
    "metrics": "fathom.experiment.metrics",
    "choose": "fathom.experiment.metrics",
    "rows_to_tell": "fathom.diagnosis.sizes",
    "tells": "fathom.diagnosis.sizes",
    "learning_curve": "fathom.experiment.learning_curve",
    "mistakes": "fathom.experiment.error_analysis",
    "Diagnosis": "fathom.core.records.diagnosis",
    "Errors": "fathom.core.records.errors",
    "Estimate": "fathom.core.records.estimate",
    "Finding": "fathom.core.records.finding",
    "LearningCurve": "fathom.core.records.learning_curve",
    # the recipe
    "improve": "fathom.recipe.improve",
    # checks
    "check_gradient": "fathom.checks.gradient.check",
    "check_model": "fathom.checks.model",
    "check_signal": "fathom.checks.signal.check_signal",
    # errors raised
    "FathomError": "fathom.core.exceptions",
    "TestSealed": "fathom.core.exceptions",
    "TrainingDiverged": "fathom.core.exceptions",
    "UnusableInput": "fathom.core.exceptions",
}

__all__ = list(_HOME)


def _load_drawers() -> None:
    """Records show themselves in a notebook; what draws them is loaded with the first one."""
    import fathom.report.notebook  # noqa: F401


load_with(_load_drawers)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'fathom' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
