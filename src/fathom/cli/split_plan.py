"""What `fathom split --plan` prints: sizes, and what sets of these sizes can tell."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fathom.cli.rates import read_rate
from fathom.core.expectations import refuse
from fathom.core.percent import percent
from fathom.diagnosis.sizes import LARGEST, rows_to_tell, tells

if TYPE_CHECKING:
    from fathom.core.records.tells import Tells
    from fathom.data.splitting.sizes import Sizes

RATES = (0.01, 0.05, 0.1, 0.2)
"""Error rates for which a plan says what dev and test would tell."""


def show_plan(rows: int, asked: dict[str, Any], tell: str | None, as_json: bool) -> None:
    """Print the plan for so many rows.

    Args:
        rows: in all.
        asked: dev_size and test_size, None for the rule.
        tell: two rates that dev is to tell apart, as they were typed.
        as_json: one document instead of lines.
    """
    from fathom.data.splitting.sizes import role_sizes

    sizes = role_sizes(rows, asked["dev_size"], asked["test_size"])
    told = {role: [tells(n, rate) for rate in RATES] for role, n in (("dev", sizes.dev), ("test", sizes.test)) if n}
    wanted = None if tell is None else _wanted(tell)
    if as_json:
        print(json.dumps(_document(sizes, told, wanted)))
        return
    print("\n".join([f"{rows:,} rows: {sizes}", *_lines(sizes, told), *([] if wanted is None else _wanted_lines(wanted, sizes.dev))]))


def _document(sizes: Sizes, told: dict[str, list[Tells]], wanted: dict[str, Any] | None) -> dict[str, Any]:
    widths = {f"{t.rate:g}": (t.high - t.low) / 2 for t in told.get("dev", [])}
    records = {role: [t.to_json() for t in each] for role, each in told.items()}
    return {"rows": sizes._asdict(), "half_width_at_error": widths, "tells": records} | ({} if wanted is None else {"to_tell": wanted})


def _lines(sizes: Sizes, told: dict[str, list[Tells]]) -> list[str]:
    """A table: a row for what dev or test tells, a column for an error rate; all in points."""
    table = [("where the error is", [f"{rate:.0%}" for rate in RATES])]
    for role, each in told.items():
        if role == "dev" or sizes.test != sizes.dev:
            table.append((f"{role} knows it to (95%) +-", [f"{50 * (t.high - t.low):.2g}" for t in each]))
    if "dev" in told:
        table.append(("a better net shows from (1)", [_from(t.paired) for t in told["dev"]]))
        table.append(("and on other examples from (2)", [_from(t.unpaired) for t in told["dev"]]))
    lines = [f"  {name:<32}{''.join(f'{cell:>8}' for cell in cells)}" for name, cells in table] if told else []
    return [*lines, *(_footnotes(sizes.dev) if "dev" in told else [])]


def _footnotes(dev: int) -> list[str]:
    return [
        f"in points; one example of dev is {100 / dev:.2g}",
        "(1) shown four times in five, where both nets answer the same examples and as",
        "    many of them are in discord as are wrong; (2) as many examples of its own",
    ]


def _from(difference: float | None) -> str:
    return "never" if difference is None else f"{100 * difference:.2g}"


def _wanted(text: str) -> dict[str, Any]:
    """The two rates, and how many examples tell them apart."""
    parts = text.replace(",", " ").split()
    if len(parts) != 2:
        raise refuse("--tell", expected="two rates as in 97%,97.1%", got=repr(text))
    a, b = (read_rate(part, "--tell").value for part in parts)
    return {"rates": [a, b], "paired": rows_to_tell(a, b), "unpaired": rows_to_tell(a, b, paired=False)}


def _wanted_lines(wanted: dict[str, Any], dev: int) -> list[str]:
    a, b = wanted["rates"]
    places = next((k for k in (1, 2) if abs(round(100 * a, k) - 100 * a) + abs(round(100 * b, k) - 100 * b) < 1e-9), 3)
    enough = "enough" if dev >= wanted["paired"] else "not enough"
    one = min(round(1 / abs(a - b)), LARGEST)
    return [
        f"to tell {percent(a, places)}% from {percent(b, places)}%, four times in five, takes",
        f"  {_rough(wanted['paired'])} dev examples that both nets answer: {dev:,} are {enough}",
        f"  {_rough(wanted['unpaired'])} each where they answer others; of {one:,} it is a single one",
    ]


def _rough(n: int) -> str:
    """Three figures: 233,536 -> '234,000'."""
    return f"{int(float(f'{n:.3g}')):,}"
