"""K members trained as one program: their parameters, gradients, optimizer memory and statistics, stacked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from fathom.core.records.settings import Settings
from fathom.engine.alter import Alter
from fathom.engine.hyper import Hyper, Number
from fathom.engine.layout import Layout, trained
from fathom.engine.optimizers import UPDATES, clip, decay, penalize


@dataclass(frozen=True)
class Member:
    """One net of a population.

    Attributes:
        net: the module; its parameters and floating buffers become views of the population's.
        settings: with `epochs` decided; members of a population share optimizer, batch size and epochs.
        rows: the numbers of its own rows of train (int64), where it does not see all of them.
        shift, scale: (n_x,) its own scaling of the inputs, x -> (x - shift) * scale; None where they come scaled.
        alter: what alters the inputs of a batch before they are learned from; None leaves them as they are.
    """

    net: nn.Module
    settings: Settings
    rows: Tensor | None = None
    shift: Tensor | None = None
    scale: Tensor | None = None
    alter: Alter | None = None


@dataclass
class Population:
    """The state of K members; a step may reuse its memory.

    Attributes:
        members: in the order in which they are stacked.
        layout: of one member's parameters.
        theta: (K P,) all parameters; the modules' tensors are views of it.
        gradient: (K P,) of J, written by every step.
        memory: the optimizer's vectors, each (K P,), and a last one to scribble on.
        buffers: statistics of norm layers by name, (K, ...); the modules' buffers are views of them.
        hyper: the hyperparameters, a row a member.
        alphas: (K P,) the learning rates spread, or one number.
        blocks, gradients: views of theta and gradient, (K, *shape) by name.
        scaling: (K, 1, n_x) shift and scale of the members' own; None where the inputs come scaled.
        updates: steps made so far.
    """

    members: list[Member]
    layout: Layout
    theta: Tensor
    gradient: Tensor
    memory: tuple[Tensor, ...]
    buffers: dict[str, Tensor]
    hyper: Hyper
    alphas: Number
    counts: list[int]
    updates: int = 0
    blocks: dict[str, Tensor] = field(default_factory=dict)
    gradients: dict[str, Tensor] = field(default_factory=dict)
    scaling: tuple[Tensor, Tensor] | None = None

    @classmethod
    def of(cls, members: Sequence[Member], rows: int) -> Population:
        """Stack members; `rows` is m of those that see all of train."""
        layout = Layout.of(members[0].net)
        theta = layout.flat([m.net for m in members])
        counts = [rows if m.rows is None else len(m.rows) for m in members]
        kept = UPDATES[members[0].settings.optimizer][1]
        memory = tuple(torch.zeros_like(theta) for _ in range(kept + 1))
        made = cls(list(members), layout, theta, torch.zeros_like(theta), memory, _stacked_buffers(members), None, 0.0, counts)  # type: ignore[arg-type]
        made._bind()
        return made

    def scaled(self, X: Tensor) -> Tensor:
        """Rows (B, ...) as they are, or (K, B, n_x) where members scale their inputs on their own."""
        return X if self.scaling is None else (X - self.scaling[0]) * self.scaling[1]

    def __len__(self) -> int:
        return len(self.members)

    def _bind(self) -> None:
        """Make the modules' tensors views of the stacked ones, and spread the hyperparameters."""
        settings = [m.settings for m in self.members]
        self.hyper = Hyper.of(settings, self.counts, self.layout, self.theta)
        shifts, scales = [m.shift for m in self.members if m.shift is not None], [m.scale for m in self.members if m.scale is not None]
        self.scaling = (torch.stack(shifts).unsqueeze(1), torch.stack(scales).unsqueeze(1)) if shifts else None
        self.alphas = self._of_members([s.learning_rate for s in settings])
        self.blocks, self.gradients = self.layout.blocks(self.theta), self.layout.blocks(self.gradient)
        with torch.no_grad():
            for k, member in enumerate(self.members):
                for block, p in zip(self.blocks.values(), trained(member.net), strict=True):
                    p.data = block[k]
                for stacked, b in zip(self.buffers.values(), member.net.buffers(), strict=True):
                    b.data = stacked[k]

    def _of_members(self, values: Sequence[float]) -> Number:
        if len(set(values)) == 1:
            return float(values[0])
        return self.layout.spread(torch.tensor(values, dtype=torch.float64).to(self.theta))

    def update(self, factors: Sequence[float]) -> None:
        """One update of theta from `gradient`, which holds that of the data term.

        Args:
            factors: of each member's schedule, on its learning rate.
        """
        alpha = self._alpha(factors)
        penalize(self.gradient, self.theta, self.hyper)
        clip(self.gradient, self.hyper, self.layout)
        decay(self.theta, self.gradient, self.hyper, alpha)
        self.updates += 1
        UPDATES[self.hyper.optimizer][0](self.theta, self.gradient, self.memory, self.hyper, alpha, self.updates)

    def _alpha(self, factors: Sequence[float]) -> Number:
        if all(f == factors[0] for f in factors):
            return self.alphas if factors[0] == 1.0 else self.alphas * factors[0]
        return self._of_members([m.settings.learning_rate * f for m, f in zip(self.members, factors, strict=True)])

    def keep(self, numbers: Sequence[int]) -> None:
        """Go on with some of the members; the others' modules keep their values in tensors of their own. With none it is the end."""
        left = set(range(len(self))) - set(numbers)
        for k in left:
            for tensor in (*self.members[k].net.parameters(), *self.members[k].net.buffers()):
                tensor.data = tensor.detach().clone()
        if not numbers:
            return
        index = torch.tensor(list(numbers), dtype=torch.int64, device=self.theta.device)
        self.theta = self.layout.kept(self.theta, index)
        self.gradient = torch.zeros_like(self.theta)
        self.memory = tuple(self.layout.kept(m, index) for m in self.memory)
        self.members = [self.members[k] for k in numbers]
        self.buffers = _stacked_buffers(self.members)
        self.counts = [self.counts[k] for k in numbers]
        self._bind()

    def penalties(self, norms: Sequence[float] | None = None) -> list[float]:
        """lambda/(2m) times the squares (absolute values) of the weights of each member (C2W1-17..19); `norms` are the `weight_norms`."""
        settings = [m.settings for m in self.members]
        squares = [s.l2 * norm**2 for s, norm in zip(settings, self.weight_norms() if norms is None else norms, strict=True)]
        sums = self._sums(lambda w: w.abs()) if any(s.l1 for s in settings) else [0.0] * len(self)
        terms = zip(settings, squares, sums, self.counts, strict=True)
        return [(square + s.l1 * total) / (2 * rows) for s, square, total, rows in terms]

    def weight_norms(self) -> list[float]:
        """The Frobenius norm of all weights of each member, biases and norm layers left out."""
        return [total**0.5 for total in self._sums(lambda w: w.square())]

    def _sums(self, of: Callable[[Tensor], Tensor]) -> list[float]:
        """By member, the sum of a function of its weights, in float64."""
        named = zip(self.blocks.values(), self.layout.is_weight, strict=True)
        weights = [block.reshape(len(self), -1) for block, yes in named if yes]
        return torch.stack([of(w.double()).sum(1) for w in weights]).sum(0).tolist() if weights else [0.0] * len(self)


def _stacked_buffers(members: Sequence[Member]) -> dict[str, Tensor]:
    """The buffers of all members by the first one's names, (K, ...); read from the modules, which may have replaced theirs."""
    columns = zip(*(m.net.buffers() for m in members), strict=True)
    names = [name for name, _ in members[0].net.named_buffers()]
    return {name: torch.stack(column) for name, column in zip(names, columns, strict=True)}
