"""A set-up: what is given to `check_model`, and what a judge expects of the findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

Family = Literal["dense", "convolution", "recurrent", "attention", "normalization"]

Loss = Callable[[Any, Any], Tensor]
Forward = Callable[[nn.Module, Any], Any]


@dataclass(frozen=True)
class Built:
    """The arguments of `check_model`.

    Attributes:
        net, loss, inputs, targets: as `check_model` takes them.
        forward: how the net is called, where it is not net(inputs).
    """

    net: nn.Module
    loss: Loss
    inputs: Any
    targets: Any
    forward: Forward | None = None


@dataclass(frozen=True, kw_only=True)
class SetUp:
    """One set-up, built anew at each call of `build`.

    Attributes:
        name: unique within its collection.
        family: of the layers in which the fault lies, or of most layers of a sound net.
        kind: what the fault is about ("gradient", "loss", "targets", ...); of a sound one, what it is meant to provoke.
        maker: draws and builds; `build` calls it with the seed set.
        caught_by: the ids of which one must be found; empty where the set-up is sound.
        named: the parameters whose gradient is wrong, all of them; the finding must name at least one and no other.
        link: the public thread that the fault was re-made from.
        foreign: whether the module is one that nobody here wrote.
    """

    name: str
    family: Family
    kind: str
    maker: Callable[[], Built]
    caught_by: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    link: str = ""
    foreign: bool = False

    def build(self, seed: int = 0) -> Built:
        """The set-up, drawn from `seed`; torch's random state is left as it was."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return self.maker()


Collection = dict[str, SetUp]
Maker = Callable[[], Built]


def register(into: Collection, family: Family, kind: str, found: Iterable[str] = (), **more: Any) -> Callable[[Maker], Maker]:
    """A decorator: the function becomes a set-up of `into`, called by its own name.

    Args:
        into: where it is kept.
        family, kind: as in `SetUp`.
        found: ids of findings without the leading "check."; one of them is enough.
        more: other fields of `SetUp`.
    """

    def keep(maker: Maker) -> Maker:
        name = f"{family}: {maker.__name__.strip('_').replace('_', ' ')}"
        if name in into:
            raise ValueError(f"two set-ups are called '{name}'")
        into[name] = SetUp(name=name, family=family, kind=kind, maker=maker, caught_by=frozenset(f"check.{i}" for i in found), **more)
        return maker

    return keep
