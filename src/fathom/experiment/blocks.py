"""The tensors that candidates train on as one program: one block of rows for each Ready, all blocks under one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from fathom.core.records.settings import Settings
from fathom.experiment.build import device_of, dtype_of
from fathom.experiment.candidate import Candidate
from fathom.experiment.ready import Ready
from fathom.experiment.tensors import Pair, pair

Roles = Mapping[str, Pair]
"""The tensors of one Ready by role, test left out."""


@dataclass(frozen=True)
class Blocks:
    """What a population reads.

    Attributes:
        train: (M, d) and (M,), the train rows of every distinct Ready, block after block.
        rows: by candidate, the numbers of its own block in `train`; None where all share the only one.
        roles: by candidate, its own tensors by role.
    """

    train: Pair
    rows: Sequence[Tensor | None]
    roles: Sequence[Roles]

    @classmethod
    def of(cls, candidates: Sequence[Candidate], tensors: Mapping[int, Roles]) -> Blocks:
        """The blocks of candidates, from the tensors of their Readys."""
        roles = [tensors[id(c.ready)] for c in candidates]
        distinct = list({id(r): r for r in roles}.values())
        if len(distinct) == 1:
            return cls(distinct[0]["train"], [None] * len(candidates), roles)
        parts = [r["train"] for r in distinct]
        train = Pair(torch.cat([p.inputs for p in parts]), torch.cat([p.targets for p in parts]))
        ends = torch.tensor([len(p) for p in parts]).cumsum(0).tolist()
        numbers = {id(r): torch.arange(end - len(p), end) for r, p, end in zip(distinct, parts, ends, strict=True)}
        return cls(train, [numbers[id(r)] for r in roles], roles)

    @property
    def shared(self) -> bool:
        """Whether all candidates read the same rows."""
        return self.rows[0] is None


def tensors_of(candidates: Sequence[Candidate]) -> dict[int, Roles]:
    """The tensors of every distinct Ready of the candidates, by its id()."""
    settings = candidates[0].settings
    return {key: _roles(ready, settings) for key, ready in {id(c.ready): c.ready for c in candidates}.items()}


def _roles(ready: Ready, settings: Settings) -> Roles:
    """Tensors of the roles that a fit may see."""
    device, dtype = device_of(settings), dtype_of(settings)
    seen = [role for role in ready.prepared.targets if role != "test"]
    return {role: pair(ready.prepared.inputs[role], ready.prepared.targets[role], device=device, dtype=dtype) for role in seen}
