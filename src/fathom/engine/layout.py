"""Where the parameters of K members lie: one flat vector, a block for each tensor, in it the members one after another.

A population is the course's theta K times (C2W1-53): every update is a few operations on the flat vector. The block of the
tensor W1 is (K, *shape of W1) and contiguous, so that a product over all members is one call. With K = 1 the flat vector is
the theta of the one net, in the order of its parameters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from fathom.engine.weights import weight_names


@dataclass(frozen=True)
class Layout:
    """The tensors of one member, in order.

    Attributes:
        names: of the trained parameters, as the module names them.
        shapes: of one member's tensors.
        is_weight: by tensor, whether penalties act on it (C2W1-19).

    Example:
        >>> layout = Layout(("W", "b"), ((2, 3), (2,)), (True, False))
        >>> layout.size, layout.spread(torch.tensor([1.0, 2.0])).shape
        (8, torch.Size([16]))
    """

    names: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    is_weight: tuple[bool, ...]

    @classmethod
    def of(cls, net: nn.Module) -> Layout:
        """The trained parameters of a net."""
        named = [(name, p) for name, p in net.named_parameters() if p.requires_grad]
        weights = weight_names(net)
        return cls(tuple(n for n, _ in named), tuple(tuple(p.shape) for _, p in named), tuple(n in weights for n, _ in named))

    @property
    def size(self) -> int:
        """P, the parameters of one member."""
        return sum(map(math.prod, self.shapes))

    def blocks(self, flat: Tensor) -> dict[str, Tensor]:
        """Views of a flat vector (K P,): (K, *shape) by name."""
        members = flat.numel() // self.size
        blocks, start = {}, 0
        for name, shape in zip(self.names, self.shapes, strict=True):
            end = start + members * math.prod(shape)
            blocks[name] = flat[start:end].view(members, *shape)
            start = end
        return blocks

    def flat(self, members: Sequence[nn.Module]) -> Tensor:
        """The parameters of K nets of this layout as one flat vector (K P,); their names may differ, not their order."""
        columns = zip(*(trained(net) for net in members), strict=True)
        return torch.cat([torch.stack([p.detach() for p in column]).reshape(-1) for column in columns])

    def spread(self, values: Tensor) -> Tensor:
        """One number a member (K,) as a vector (K P,): each number wherever its member lies."""
        return torch.cat([values.repeat_interleave(math.prod(shape)) for shape in self.shapes])

    def weights(self, members: int, like: Tensor) -> Tensor:
        """(K P,) 1 for weights, 0 for biases and norm layers."""
        parts = [
            torch.full((members * math.prod(shape),), float(yes), dtype=like.dtype, device=like.device)
            for shape, yes in zip(self.shapes, self.is_weight, strict=True)
        ]
        return torch.cat(parts)

    def by_member(self, flat: Tensor) -> Tensor:
        """A flat vector (K P,) as (K, P): a copy, one row a member."""
        return torch.cat([block.reshape(block.shape[0], -1) for block in self.blocks(flat).values()], dim=1)

    def kept(self, flat: Tensor, members: Tensor) -> Tensor:
        """The flat vector of some of the members, in the order of their numbers (int64)."""
        return torch.cat([block[members].reshape(-1) for block in self.blocks(flat).values()])


def trained(net: nn.Module) -> list[nn.Parameter]:
    """The parameters of a net that are trained, in its own order."""
    return [p for p in net.parameters() if p.requires_grad]
