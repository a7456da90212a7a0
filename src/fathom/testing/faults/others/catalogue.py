"""All faults of others."""

from __future__ import annotations

from fathom.testing.faults.others import batches, graphs, losses
from fathom.testing.faults.others.collection import OTHERS
from fathom.testing.faults.set_up import SetUp

FILES = (batches, graphs, losses)
"""Loading a file adds its set-ups."""


def faults_of_others() -> list[SetUp]:
    """One for each, in the order of their names."""
    return [OTHERS[name] for name in sorted(OTHERS)]
