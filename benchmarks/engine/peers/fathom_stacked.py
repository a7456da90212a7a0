"""fathom's stacked plan: functional_call under vmap."""

from __future__ import annotations

from benchmarks.engine.cases import Case
from benchmarks.engine.peers.fathom_plans import timed
from benchmarks.engine.timing import Asked, Timing


def run(case: Case, asked: Asked) -> Timing:
    """Train K nets."""
    return timed(case, asked)
