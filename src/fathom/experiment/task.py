"""The task of an experiment, the same when a run is fitted and when it is opened again."""

from __future__ import annotations

from fathom.core.records.settings import Settings
from fathom.core.records.target import Target
from fathom.data.prepare import Prepare
from fathom.tasks.choice import task_for
from fathom.tasks.task import Task


def task_of(target: Target, prepare: Prepare, settings: Settings) -> Task:
    """What the target asks for, with the scale that train has and the loss that the settings name.

    Raises:
        UnusableInput: settings of a loss that this kind of target does not have.
    """
    scale = prepare.target_scale
    numbers = {} if scale is None else {"mean": scale.mean, "std": scale.std, "baseline": scale.baseline}
    return task_for(target, loss=settings.loss, label_smoothing=settings.label_smoothing, **numbers)
