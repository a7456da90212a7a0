"""Seeded masks in place of `nn.Dropout` while a net of the user's own is trained."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn

from fathom.nets.dropout import SeededDropout


@contextmanager
def seeded_dropout(net: nn.Module) -> Iterator[nn.Module]:
    """Lend a net with its `nn.Dropout` layers replaced by layers whose masks follow from seed, layer and step; put them back.

    The shares and the scaling are the same; the masks no longer depend on what else has drawn from torch's global generator.

    Example:
        >>> net = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5))
        >>> with seeded_dropout(net) as lent:
        ...     print(lent[1])
        SeededDropout(p=0.5)
        >>> net[1]
        Dropout(p=0.5, inplace=False)
    """
    places = [(parent, name, child) for parent in net.modules() for name, child in parent.named_children() if type(child) is nn.Dropout]
    numbers = {child: number for number, child in enumerate(dict.fromkeys(child for *_, child in places), start=1)}
    ours = {child: SeededDropout(child.p, layer=number) for child, number in numbers.items()}
    for parent, name, child in places:
        setattr(parent, name, ours[child].train(child.training))
    try:
        yield net
    finally:
        for parent, name, child in places:
            child.train(ours[child].training)
            setattr(parent, name, child)
