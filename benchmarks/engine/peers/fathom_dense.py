"""fathom's dense plan: the passes derived by hand."""

from __future__ import annotations

from benchmarks.engine.cases import Case
from benchmarks.engine.peers.fathom_plans import timed
from benchmarks.engine.timing import Asked, Timing


def run(case: Case, asked: Asked) -> Timing:
    """Train K nets."""
    return timed(case, asked, dense=True)
