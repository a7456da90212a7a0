"""What is timed in a round: entries, each a peer that trains K nets of a case, with one rate for all or a rate for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata

from benchmarks.engine.cases import Case
from benchmarks.engine.peers.peer import Peer
from benchmarks.engine.peers.table import FLOOR, PEERS, WHOLE

ONE_RATE = ", one rate"


@dataclass(frozen=True)
class Entry:
    """One line of a table: a peer, and whether each member has a learning rate of its own."""

    peer: Peer
    each: bool

    @property
    def name(self) -> str:
        """Of the line."""
        return self.peer.name + ("" if self.each else ONE_RATE)


@dataclass(frozen=True)
class Block:
    """What is timed together, in rounds.

    Attributes:
        case: the net.
        members: K.
        entries: in the order of the table.
        whole: whether this is `fathom.fit` beside the plain loop.
        epochs: of each net.
    """

    case: Case
    members: int
    entries: tuple[Entry, ...]
    epochs: int
    whole: bool = False

    @property
    def name(self) -> str:
        """As progress and tables say it."""
        return f"{self.case.name}, {'fit' if self.whole else f'K = {self.members}'}"


def blocks(cases: Sequence[Case], members: Sequence[int], *, only: Sequence[str] = (), quick: bool = False) -> list[Block]:
    """All that is to be timed.

    Args:
        cases, members: nets and K.
        only: names of peers; () takes all whose packages are installed.
        quick: as short as can be.
    """
    peers = [p for p in PEERS if (p.name in only if only else not missing(p))]
    made = []
    for case in cases:
        for k in members:
            entries = [Entry(p, True) for p in peers if p.takes(case, k)]
            entries += [Entry(p, False) for p in peers if p.takes(case, k) and p.each and k > 1]
            made.append(Block(case, k, (*entries, Entry(FLOOR, True)), 1 if quick else case.epochs(k)))
    if not only and not quick:
        made += [Block(case, 1, tuple(Entry(p, True) for p in WHOLE), FIT_EPOCHS[case.data], whole=True) for case in cases if case.dense]
    return made


FIT_EPOCHS = {"breast-cancer": 300, "fashion-mnist": 20}
"""Of `fathom.fit` and the loop beside it."""


def missing(peer: Peer) -> list[str]:
    """The packages that a peer needs and that are not installed."""
    return [name for name in peer.needs if _version(name) is None]


def versions() -> dict[str, str]:
    """Of what is compared."""
    found = {name: _version(name) for name in ("torch", "numpy", "scikit-learn", "keras", "jax", "skorch", "lightning")}
    return {name: version for name, version in found.items() if version is not None}


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
