"""The derivatives of the losses, derived by hand, against autograd."""

import pytest
import torch

from fathom.engine.task import TaskSide
from fathom.tasks.binary import Binary
from fathom.tasks.multiclass import MultiClass
from fathom.tasks.regression import Regression

TASKS = {
    "binary": (Binary(classes=("a", "b")), 1, True),
    "binary, smoothed": (Binary(classes=("a", "b"), label_smoothing=0.1), 1, True),
    "multiclass": (MultiClass(classes=("a", "b", "c")), 3, True),
    "multiclass, smoothed": (MultiClass(classes=("a", "b", "c"), label_smoothing=0.2), 3, True),
    "squared": (Regression(mean=0, std=1, baseline=1), 1, False),
    "absolute": (Regression(mean=0, std=1, baseline=1, loss_name="absolute"), 1, False),
    "huber": (Regression(mean=0, std=1, baseline=1, loss_name="huber"), 1, False),
}


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("name", TASKS)
def test_slopes_equal_autograd(name, own):
    task, width, codes = TASKS[name]
    source = torch.Generator().manual_seed(0)
    columns = 3 * torch.randn(4, width, 50, generator=source, dtype=torch.float64)
    shape = (4, 50) if own else (50,)
    targets = (
        torch.randint(0, max(2, width), shape, generator=source) if codes else torch.randn(shape, generator=source, dtype=torch.float64)
    )
    by_hand, by_autograd = (side.losses_and_slopes(columns, targets) for side in (TaskSide(task.loss, task.slope), TaskSide(task.loss)))
    for ours, theirs in zip(by_hand, by_autograd, strict=True):
        assert torch.allclose(ours, theirs, atol=1e-12)
        assert ours.shape == theirs.shape
