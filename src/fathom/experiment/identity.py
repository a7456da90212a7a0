"""What tells splits from others, as it is kept with a run."""

from __future__ import annotations

from typing import Any

from fathom.core.expectations import refuse
from fathom.core.records.experiment import Experiment
from fathom.data.dataset import Dataset
from fathom.data.splits import Splits


def identity_of(splits: Splits) -> dict[str, Any]:
    """Target, way of splitting, and digests by role, as they are kept in `Experiment.data`."""
    return {
        "target": splits.target.to_json(),
        "split": splits.how.to_json(),
        "digests": {role: data.digest for role, data in splits.roles.items()},
    }


def test_of(source: Splits | None, made: Experiment) -> Dataset:
    """The test set of the splits that a run was fitted on.

    Raises:
        UnusableInput: no splits, none with a test set, or others than the run's.
    """
    if source is None:
        raise refuse("test", expected="the splits of this run", got="a run opened from disk", fix="pass run.open_test(splits)")
    test = source.roles.get("test")
    if test is None or not len(test):
        raise refuse("test", expected="a test set", got="splits without one")
    if identity_of(source) != {name: made.data[name] for name in identity_of(source)}:
        fix = "split the same data with the same seed and arguments"
        raise refuse("test", expected="the splits that this run was fitted on", got="others", fix=fix)
    return test
