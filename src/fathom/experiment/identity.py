"""What tells splits from others, as it is kept with a run."""

from __future__ import annotations

from typing import Any

from fathom.data.splits import Splits


def identity_of(splits: Splits) -> dict[str, Any]:
    """Target, way of splitting, and digests by role, as they are kept in `Experiment.data`."""
    return {
        "target": splits.target.to_json(),
        "split": splits.how.to_json(),
        "digests": {role: data.digest for role, data in splits.roles.items()},
    }
