"""Recurrent layers by the course's equations: RNN, GRU and LSTM (C5W1-05, 06, 16..19), one step after another.

torch.nn.GRU multiplies the reset gate in after the matrix product and calls 1 - Gamma_u its update gate; the course's GRU is
another function, and stands here. Inputs are (n, T, d), rows first, as everywhere in fathom.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional


class RNNCell(nn.Module):
    """a<t> = tanh(Wa [a<t-1>, x<t>] + ba) (C5W1-05, 06)."""

    blocks = 1

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__()
        self.units = units
        self.W = nn.Linear(units + inputs, self.blocks * units)

    def start(self, rows: int, like: Tensor) -> tuple[Tensor, ...]:
        """a<0> = 0."""
        return (like.new_zeros(rows, self.units),)

    def forward(self, x: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Inputs (n, d) and the state before -> the state after; its first tensor is a<t> (n, units)."""
        return (torch.tanh(self.W(torch.cat([state[0], x], dim=1))),)


class GRUCell(RNNCell):
    """c~ = tanh(Wc [Gr * c<t-1>, x] + bc), c<t> = Gu * c~ + (1 - Gu) * c<t-1>, a = c (C5W1-16, 17).

    Gu, Gr = sigma(W [c<t-1>, x] + b). Without the relevance gate Gr it is the course's simplified form.
    """

    def __init__(self, inputs: int, units: int, *, relevance: bool = True) -> None:
        nn.Module.__init__(self)
        self.units = units
        self.update = nn.Linear(units + inputs, units)
        self.candidate = nn.Linear(units + inputs, units)
        self.relevance = nn.Linear(units + inputs, units) if relevance else None

    def forward(self, x: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """See `RNNCell`."""
        c = state[0]
        both = torch.cat([c, x], dim=1)
        kept = c if self.relevance is None else torch.sigmoid(self.relevance(both)) * c
        candidate = torch.tanh(self.candidate(torch.cat([kept, x], dim=1)))
        gate = torch.sigmoid(self.update(both))
        return (torch.lerp(c, candidate.to(c.dtype), gate.to(c.dtype)),)  # under autocast the products are bfloat16, the state is not


class LSTMCell(RNNCell):
    """c<t> = Gu * c~ + Gf * c<t-1>, a<t> = Go * tanh(c<t>); the gates from [a<t-1>, x<t>] (C5W1-18).

    The blocks of W are the candidate c~, Gu, Gf and Go. With peepholes c<t-1> enters the gates as well, element by element (C5W1-19).
    """

    blocks = 4

    def __init__(self, inputs: int, units: int, *, peepholes: bool = False) -> None:
        super().__init__(inputs, units)
        self.peepholes = nn.Parameter(torch.zeros(3, units)) if peepholes else None

    def start(self, rows: int, like: Tensor) -> tuple[Tensor, ...]:
        """a<0> = c<0> = 0."""
        return (like.new_zeros(rows, self.units), like.new_zeros(rows, self.units))

    def forward(self, x: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """See `RNNCell`; the state is (a, c)."""
        a, c = state
        z, update, forget, output = self.W(torch.cat([a, x], dim=1)).chunk(4, dim=1)
        if self.peepholes is not None:
            update, forget, output = (gate + w * c for gate, w in zip((update, forget, output), self.peepholes, strict=True))
        c = torch.sigmoid(update) * torch.tanh(z) + torch.sigmoid(forget) * c
        return torch.sigmoid(output) * torch.tanh(c), c


CELLS: dict[str, type[RNNCell]] = {"rnn": RNNCell, "gru": GRUCell, "lstm": LSTMCell}


class Recurrent(nn.Module):
    """Layers of a cell over sequences, one above the other, in one direction or in both (C5W1-21, 22).

    Args:
        cell: "rnn", "gru" or "lstm".
        inputs: d.
        units: of each layer and direction.
        layers: one above the other.
        bidirectional: also from the end to the beginning; a layer then gives 2 x units.

    Example:
        >>> states, last = Recurrent("gru", 3, 4, layers=2, bidirectional=True)(torch.zeros(5, 7, 3), torch.tensor([7, 2, 1, 5, 7]))
        >>> tuple(states.shape), tuple(last.shape)
        ((5, 7, 8), (5, 8))
    """

    def __init__(self, cell: str, inputs: int, units: int, *, layers: int = 1, bidirectional: bool = False) -> None:
        super().__init__()
        self.directions = 2 if bidirectional else 1
        widths = [inputs, *[units * self.directions] * (layers - 1)]
        self.cells = nn.ModuleList(CELLS[cell](width, units) for width in widths for _ in range(self.directions))

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Sequences (n, T, d) with their lengths (n,) -> all a<t> of the last layer (n, T, units), 0 past the end, and the last ones.

        The last one of the direction from the end is that of the first word.
        """
        rows, time, _ = x.shape
        lengths = torch.full((rows,), time, device=x.device) if lengths is None else lengths
        inside = torch.arange(time, device=x.device) < lengths.unsqueeze(1)
        reading = _reading(inside)
        order = None if reading is None else lengths.argsort(descending=True, stable=True)
        x = x if order is None else x[order]
        last: list[Tensor] = []
        cells = cast("list[RNNCell]", list(self.cells))
        for start in range(0, len(cells), self.directions):
            pair = enumerate(cells[start : start + self.directions])
            steps = [range(time), range(time - 1, -1, -1)]
            found = [
                _all_rows(cell, x, inside, steps[i]) if reading is None else _rows_inside(cell, x, reading, steps[i]) for i, cell in pair
            ]
            x = torch.cat([states for states, _ in found], dim=2)
            last = [a for _, a in found]
        ends = torch.cat(last, dim=1)
        return (x, ends) if order is None else (x[order.argsort()], ends[order.argsort()])


def _reading(inside: Tensor) -> list[int] | None:
    """How many rows are not yet at their end, step by step; None where nets are stacked on rows that differ."""
    try:
        return cast("list[int]", inside.sum(dim=0).tolist())
    except RuntimeError:
        return None


def _rows_inside(cell: RNNCell, x: Tensor, reading: Sequence[int], steps: Sequence[int]) -> tuple[Tensor, Tensor]:
    """All a<t> (n, T, units), 0 past the end of a sequence, and the last one (n, units).

    The longest sequences stand first, so that each step is made for the first rows alone: what is past its end costs nothing.
    """
    state = cell.start(len(x), x)
    seen = [state[0]] * x.shape[1]
    columns = x.unbind(dim=1)
    for t in steps:
        rows = reading[t]
        if not rows:
            continue
        new = cell(columns[t][:rows], tuple(part[:rows] for part in state))
        seen[t] = new[0] if rows == len(x) else functional.pad(new[0], (0, 0, 0, len(x) - rows))
        state = new if rows == len(x) else tuple(torch.cat([a, b[rows:]]) for a, b in zip(new, state, strict=True))
    return torch.stack(seen, dim=1), state[0]


def _all_rows(cell: RNNCell, x: Tensor, inside: Tensor, steps: Sequence[int]) -> tuple[Tensor, Tensor]:
    """As `_rows_inside` with the rows in any order: every step is made for all, and past the end the state stands still."""
    state = cell.start(len(x), x)
    seen = [state[0]] * x.shape[1]
    for t in steps:
        here = inside[:, t : t + 1]
        state = tuple(torch.where(here, new, old) for new, old in zip(cell(x[:, t], state), state, strict=True))
        seen[t] = state[0] * here
    return torch.stack(seen, dim=1), state[0]
