"""What a peer is to the benchmark: a name, a function that trains, and the ways in which it is tried for its best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from benchmarks.engine.cases import Case
from benchmarks.engine.timing import Asked, Timing

Run = Callable[[Case, Asked], Timing]
Group = Literal["peer", "plain", "fathom", "floor"]


@dataclass(frozen=True, kw_only=True)
class Peer:
    """One row of the table.

    Attributes:
        name: in the table.
        module: the file that trains, "benchmarks.engine.peers.*", imported in a process of its own.
        group: "peer" (what a user would pick instead), "plain" (the loop), "fathom" or "floor".
        needs: packages without which it is left out.
        options: what it is tried with, once a thread count.
        each: whether its time depends on the members' learning rates being one or many.
        dense: whether it takes fully connected nets; convolutional: whether it takes LeNet-5.
        least: the fewest members that it makes sense for.
        threads_are_fixed: once its process has started.
        together: whether it trains its members as one program.
    """

    name: str
    module: str
    group: Group
    needs: tuple[str, ...] = ()
    options: tuple[str, ...] = ("",)
    each: bool = False
    dense: bool = True
    convolutional: bool = True
    least: int = 1
    threads_are_fixed: bool = False
    together: bool = False

    def takes(self, case: Case, members: int) -> bool:
        """Whether it is timed there."""
        return (self.dense if case.dense else self.convolutional) and members >= self.least
