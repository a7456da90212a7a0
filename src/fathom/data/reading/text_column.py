"""Which column of free text the net reads: the one that the user names, or the only one there is; other inputs stand beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fathom.core.expectations import shown
from fathom.core.records.finding import Finding
from fathom.data.preparing.tokens import Tokens
from fathom.data.reading.columns import Typed

ENOUGH = 0.5
"""Share of the rows that must have a text for it to be read unasked beside other inputs."""


def with_text(typed: Sequence[Typed], text: str | None, tokens: str) -> list[Typed]:
    """The columns, one of free text made an input.

    Args:
        typed: all columns; free text stands aside.
        text: the one that the user names; None takes the only one there is, if most rows have it or nothing else is an input.
        tokens: as `Tokens` reads it.
    """
    how = str(Tokens.read(tokens))
    name = text or _only(typed)
    if name is None:
        return list(typed)
    others = [t.column.name for t in typed if t.column.use == "input" and t.column.name != name]
    beside = (_beside(name, others),) if others else ()
    return [_read(t, how, beside) if t.column.name == name else t for t in typed]


def _beside(name: str, others: Sequence[str]) -> Finding:
    noun = "columns" if len(others) > 1 else "column"
    what = f"The net reads the text of '{name}' beside {len(others):,} other {noun} ({shown(others, 5)})."
    fix = f"ignore='{name}' leaves it out."
    return Finding(id="data.text.beside", severity="info", what=what, where=name, evidence={"columns": list(others[:100])}, fix=fix)


def _only(typed: Sequence[Typed]) -> str | None:
    """The only column of free text; where there are other inputs, most rows must have it."""
    texts = [t for t in typed if t.column.kind == "text" and t.column.use == "aside" and t.values is not None]
    if len(texts) != 1:
        return None
    (only,) = texts
    values = only.values
    if values is None or (values.null_count() > (1 - ENOUGH) * len(values) and any(t.column.use == "input" for t in typed)):
        return None
    return only.column.name


def _read(typed: Typed, how: str, said: Sequence[Finding]) -> Typed:
    findings = tuple(f for f in typed.findings if f.id != "data.column.text")
    return Typed(replace(typed.column, use="input", reading=how), typed.values, (*findings, *said))
