"""All planted faults of modules."""

from __future__ import annotations

from fathom.testing.faults.planted import batches, data, gradients, graphs, initializations, losses
from fathom.testing.faults.planted.collection import PLANTED
from fathom.testing.faults.set_up import SetUp

FILES = (batches, data, gradients, graphs, initializations, losses)
"""Loading a file adds its set-ups."""


def planted_faults() -> list[SetUp]:
    """One for each, in the order of their names."""
    return [PLANTED[name] for name in sorted(PLANTED)]
