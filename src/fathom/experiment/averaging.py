"""The answers of several nets, or of one net to several crops of a picture, averaged: their outputs, never their weights (C4W2-30, 31)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from fathom.core.expectations import refuse
from fathom.core.records.finding import Finding
from fathom.core.records.settings import Settings
from fathom.core.records.target import Target
from fathom.data.augmenting.crops import crops
from fathom.data.augmenting.fitting import fitting
from fathom.data.prepare import Prepare
from fathom.data.target import decode
from fathom.experiment.outcome import predictions
from fathom.tasks.task import Task

if TYPE_CHECKING:
    import polars as pl


def averaged(answers: Sequence[pl.DataFrame], target: Target, threshold: float | None = None) -> pl.DataFrame:
    """The mean of several predictions of the same rows: for classes of their probabilities, of which the largest is then predicted.

    Args:
        answers: each with prediction and p_<class>, as `Run.predict` gives them.
        target: what is predicted.
        threshold: of two classes, the probability from which on the positive one is predicted; None takes the likelier one.

    Example:
        >>> import polars as pl
        >>> one = pl.DataFrame({"prediction": ["no"], "p_no": [0.6], "p_yes": [0.4]})
        >>> other = pl.DataFrame({"prediction": ["yes"], "p_no": [0.1], "p_yes": [0.9]})
        >>> averaged([one, other], Target(name="y", kind="binary", classes=("no", "yes"), dtype="string")).row(0)
        ('yes', 0.35, 0.65)
    """
    import polars as pl

    if target.kind == "regression":
        return pl.DataFrame({"prediction": _mean([a.get_column("prediction") for a in answers])})
    p = {f"p_{label}": _mean([a.get_column(f"p_{label}") for a in answers]) for label in target.classes}
    codes = np.argmax(np.stack(list(p.values())), axis=0)
    if threshold is not None:
        if target.kind != "binary":
            raise refuse("threshold", expected="a target of two classes", got=f"'{target.name}', {target.kind}")
        codes = (p[f"p_{target.classes[1]}"] >= threshold).astype(np.int64)
    return pl.DataFrame({"prediction": decode(codes, target), **p})


def _mean(columns: Sequence[pl.Series]) -> NDArray[Any]:
    return np.asarray(np.mean([np.asarray(c.to_numpy(), dtype=np.float64) for c in columns], axis=0))


def over_crops(
    net: nn.Module, task: Task, target: Target, prepare: Prepare, inputs: Tensor, count: int, threshold: float | None
) -> pl.DataFrame:
    """Predictions for inputs (n, d); the mean over crops of each picture where `count` is above 1.

    Raises:
        UnusableInput: crops of what is no picture, or another number of them.
    """
    if count == 1:
        return predictions(net, task, target, inputs, threshold)
    if prepare.picture is None:
        raise refuse("`crops`", expected="1 for rows that are no pictures, or for a net that takes them as columns", got=repr(count))
    return averaged([predictions(net, task, target, view) for view in crops(inputs, prepare.picture, count)], target, threshold)


def mirrored(settings: Settings, prepare: Prepare, target: Target, count: int) -> tuple[Finding, ...]:
    """A warning where crops are mirrored although that may change what a picture shows, and the net never saw any that were."""
    seen = settings.augment is not None and settings.augment.flip
    if count != 10 or prepare.picture is None or seen:
        return ()
    how, kind = fitting(prepare.picture, target)
    if how.flip:
        return ()
    what = f"Half of the 10 crops are mirrored, which may change what they show ({kind})."
    return (Finding(id="data.crops.mirrored", severity="warning", what=what, evidence={"kind": kind}, fix="Take 5 crops."),)
