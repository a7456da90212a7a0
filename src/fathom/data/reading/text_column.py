"""Which column of free text the net reads: the one that the user names, or the only input there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fathom.core.expectations import shown
from fathom.core.records.finding import Finding
from fathom.data.preparing.tokens import Tokens
from fathom.data.reading.columns import Typed


def with_text(typed: Sequence[Typed], text: str | None, tokens: str) -> list[Typed]:
    """The columns, one of free text made the input.

    Args:
        typed: all columns; free text stands aside.
        text: the one that the user names; every other input is then left aside, with a finding. None takes the only text where
            nothing else is an input, and changes nothing otherwise.
        tokens: as `Tokens` reads it.
    """
    how = str(Tokens.read(tokens))
    name = text or _only(typed)
    if name is None:
        return list(typed)
    others = [t.column.name for t in typed if t.column.use == "input" and t.column.name != name]
    made = [_read(t, how) if t.column.name == name else _aside(t) if t.column.use == "input" else t for t in typed]
    if others:
        noun = "columns" if len(others) > 1 else "column"
        what = f"The net reads the text of '{name}' alone; {len(others):,} other {noun} ({shown(others, 5)}) stay aside."
        found = Finding(id="data.text.alone", severity="info", what=what, where=name, evidence={"columns": others[:100]})
        made = [replace(t, findings=(*t.findings, found)) if t.column.name == name else t for t in made]
    return made


def _only(typed: Sequence[Typed]) -> str | None:
    """The only column of free text, where there is no input."""
    texts = [t.column.name for t in typed if t.column.kind == "text" and t.column.use == "aside" and t.values is not None]
    return texts[0] if len(texts) == 1 and not any(t.column.use == "input" for t in typed) else None


def _read(typed: Typed, how: str) -> Typed:
    findings = tuple(f for f in typed.findings if f.id != "data.column.text")
    return Typed(replace(typed.column, use="input", reading=how), typed.values, findings)


def _aside(typed: Typed) -> Typed:
    return replace(typed, column=replace(typed.column, use="aside"))
