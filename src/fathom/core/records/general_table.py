"""The general table: errors by kind of error (people, trained on, not trained on) and by kind of data (general, the goal)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fathom.core.expectations import shown
from fathom.core.records.estimate import Estimate
from fathom.core.records.record import Record

ROWS = {"human": "human level", "trained": "trained on", "untrained": "not trained on"}
"""The table's rows, and what they are called."""

COLUMNS = ("general", "goal")


@dataclass(frozen=True, kw_only=True)
class GeneralTable(Record):
    """C3W2-11: bias and variance are read down a column, the mismatch along a row.

    Attributes:
        general: the sources of train that dev has not; () where they have no names.
        goal: the sources of dev.
        cells: row -> column -> error, as far as they are known: "human", "trained", "untrained" by "general", "goal". They are plain
            errors, also where the ladder is one of balanced errors.
        sources: source -> role -> error, the largest source first; {} where they have no names.
        says: what the table shows, a sentence each.

    Example:
        >>> rate = lambda value: Estimate(value=value)
        >>> cells = {"human": {"general": rate(0.04)}, "untrained": {"general": rate(0.1), "goal": rate(0.06)}}
        >>> print(GeneralTable(general=("web",), goal=("app",), cells=cells))
                        general: web  goal: app
        human level     0.04          -
        trained on      -             -
        not trained on  0.1           0.06
    """

    general: tuple[str, ...] = ()
    goal: tuple[str, ...] = ()
    cells: Mapping[str, Mapping[str, Estimate]]
    sources: Mapping[str, Mapping[str, Estimate]] = field(default_factory=dict)
    says: tuple[str, ...] = ()

    @property
    def heads(self) -> tuple[str, str]:
        """What the columns are called: 'general: web', 'goal: app'."""
        general = f"general: {shown([_short(n) for n in self.general], 2)}" if self.general else "general data"
        return general, f"goal: {shown([_short(n) for n in self.goal], 2)}" if self.goal else "data like dev"

    def cell(self, row: str, column: str) -> Estimate | None:
        """An error, where it is known."""
        return self.cells.get(row, {}).get(column)

    def __str__(self) -> str:
        general, goal = self.heads
        rows = [("", general, goal), *((name, *(_text(self.cell(row, c)) for c in COLUMNS)) for row, name in ROWS.items())]
        widths = [max(len(row[i]) for row in rows) for i in range(3)]
        return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def _short(name: str) -> str:
    return name if len(name) <= 16 else f"{name[:15]}\u2026"


def _text(estimate: Estimate | None) -> str:
    return "-" if estimate is None else str(estimate)
