"""The plain loop with Adam's fused form, which few ask for: the best that the loop can be without another design."""

from __future__ import annotations

from benchmarks.engine.cases import Case
from benchmarks.engine.peers.torch_loop import timed
from benchmarks.engine.timing import Asked, Timing


def run(case: Case, asked: Asked) -> Timing:
    """Train K nets one after another."""
    return timed(case, asked, fused=True)
