"""The leaks as a table: how often the audit says what was planted, and how often without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.situations.judge import Share

AUDITED = "audit of "
"""What the names of the results begin with."""


def leak_lines(results: Mapping[str, Any]) -> Iterator[str]:
    """From results by name, "audit of KIND: TABLE / seed" -> {"faulty": said, "clean": said}."""
    found: dict[str, list[Mapping[str, bool]]] = {}
    for name, result in results.items():
        if name.startswith(AUDITED):
            found.setdefault(name.removeprefix(AUDITED).rpartition(" / ")[0], []).append(result)
    if not found:
        return
    yield from ("", "## Leaks, and a test set from elsewhere", "")
    yield "What `fathom.audit` says where a fault is planted in a split of real rows, cut anew for each seed: caught is a warning or an"
    yield "error with the right name, of the right role or column. Said without it: of the same split where nothing is planted"
    yield "(patients apart, days in order). How often the audit finds anything in clean sets is measured apart."
    yield ""
    yield "| planted | where | caught | said without it |"
    yield "|---|---|---|---|"
    for name, each in found.items():
        kind, _, table = name.partition(": ")
        shares = (Share(sum(result[which] for result in each), len(each)) for which in ("faulty", "clean"))
        yield f"| {kind} | {table} | {' | '.join(str(s) for s in shares)} |"
    yield ""
    yield "Patients with 3 rows each that nobody named by `group=` are missed: in train alone their column has a value for more than"
    yield "half of the rows, so it is taken for a mere identifier and left out (a note of the audit says that)."
