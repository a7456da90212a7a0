"""From a target to its task."""

from __future__ import annotations

from fathom.core.expectations import refuse
from fathom.core.records.target import Target
from fathom.tasks.binary import Binary
from fathom.tasks.multiclass import MultiClass
from fathom.tasks.regression import Regression
from fathom.tasks.task import Task


def task_for(
    target: Target, *, mean: float = 0.0, std: float = 1.0, baseline: float = 1.0, loss: str = "squared", label_smoothing: float = 0.0
) -> Task:
    """The task that a target asks for.

    Args:
        target: its kind decides.
        mean, std, baseline: of train's target, for regression.
        loss: for regression.
        label_smoothing: for classes.

    Raises:
        UnusableInput: label smoothing of a number, or a regression's loss for classes.
    """
    if target.kind == "regression":
        if label_smoothing:
            raise refuse("`label_smoothing`", expected="0 for a regression", got=label_smoothing)
        return Regression(mean=mean, std=std, baseline=baseline, loss_name=loss)
    if loss != "squared":
        raise refuse("`loss`", expected="no value for classes", got=repr(loss), fix="classes have the logistic or softmax loss")
    if target.kind == "binary":
        return Binary(classes=(target.classes[0], target.classes[1]), label_smoothing=label_smoothing)
    return MultiClass(classes=target.classes, label_smoothing=label_smoothing)
