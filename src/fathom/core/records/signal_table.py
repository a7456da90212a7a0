"""The table of a signal by layer in plain text; of a deep net, the parts that matter."""

from __future__ import annotations

from collections.abc import Sequence

from fathom.core.records.layer_signal import LayerSignal

MOST = 24
"""Layers that are shown in full."""
AROUND = 4
"""Layers at each end, and before and after the one where it starts, of a deeper net."""
NAME = 32
"""Widest name; a longer one loses its beginning."""

HEADER = ("layer", "kind", "std", "factor", "sound std", "gradient", "factor back", "")


def table(layers: Sequence[LayerSignal], starts: str = "") -> list[str]:
    """The lines of the table; columns that no layer has a value for are left out.

    Example:
        >>> for line in table([LayerSignal(name="0", kind="Linear", depth=1, mean=0.0, std=1.5)]):
        ...     print(line)
        layer  kind    std
        0      Linear  1.5
    """
    rows = [row if row is None else _cells(row, starts) for row in _shortened(layers, starts)]
    filled = [cells for cells in rows if cells is not None]
    kept = [i for i in range(len(HEADER)) if any(cells[i] for cells in filled)]
    widths = [max(len(HEADER[i]), *(len(cells[i]) for cells in filled)) for i in kept] if filled else []
    lines = [_line([HEADER[i] for i in kept], widths, kept)]
    hidden = len(layers) - len(filled)
    for cells in rows:
        lines.append(f"... {hidden} layers in all left out" if cells is None else _line([cells[i] for i in kept], widths, kept))
    return lines


def _line(cells: Sequence[str], widths: Sequence[int], kept: Sequence[int]) -> str:
    """Names to the left, numbers to the right."""
    aligned = [
        cell.ljust(width) if column in (0, 1, 7) else cell.rjust(width) for cell, width, column in zip(cells, widths, kept, strict=True)
    ]
    return "  ".join(aligned).rstrip()


def _shortened(layers: Sequence[LayerSignal], starts: str) -> list[LayerSignal | None]:
    """The layers that are shown; None stands for those left out."""
    if len(layers) <= MOST:
        return list(layers)
    shown = {*range(AROUND), *range(len(layers) - AROUND, len(layers))}
    at = next((i for i, layer in enumerate(layers) if layer.name == starts), None)
    if at is not None:
        shown |= set(range(max(at - AROUND, 0), min(at + AROUND + 1, len(layers))))
    rows: list[LayerSignal | None] = []
    for i, layer in enumerate(layers):
        if i in shown:
            rows.append(layer)
        elif rows[-1] is not None:
            rows.append(None)
    return rows


def _cells(layer: LayerSignal, starts: str) -> tuple[str, ...]:
    name = layer.name if len(layer.name) <= NAME else f"..{layer.name[2 - NAME :]}"
    kind = f"{layer.kind}, {layer.activation}" if layer.activation and layer.activation != layer.kind else layer.kind
    out = [f"{share:.0%} {word}" for word, share in (("dead", layer.dead), ("saturated", layer.saturated)) if share and share >= 0.005]
    if starts and layer.name == starts:
        out.append("<- starts here")
    return (
        name,
        kind,
        _number(layer.std),
        _number(layer.factor),
        _number(layer.sound),
        _number(layer.gradient),
        _number(layer.gradient_factor),
        ", ".join(out),
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"
