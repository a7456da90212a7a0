"""K members trained as one program: their parameters, gradients, optimizer memory and statistics, stacked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from fathom.core.records.settings import Settings
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
    """

    net: nn.Module
    settings: Settings
    rows: Tensor | None = None
    shift: Tensor | None = None
    scale: Tensor | None = None


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
    _spread: dict[tuple[float, ...], Number] = field(default_factory=dict)

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

    def __len__(self) -> int:
        return len(self.members)

    def _bind(self) -> None:
        """Make the modules' tensors views of the stacked ones, and spread the hyperparameters."""
        settings = [m.settings for m in self.members]
        self.hyper = Hyper.of(settings, self.counts, self.layout, self.theta)
        self.alphas = self._of_members([s.learning_rate for s in settings])
        blocks = self.layout.blocks(self.theta)
        with torch.no_grad():
            for k, member in enumerate(self.members):
                for block, p in zip(blocks.values(), trained(member.net), strict=True):
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

    def penalties(self) -> list[float]:
        """lambda/(2m) times the squares (absolute values) of the weights of each member (C2W1-17..19)."""
        squares, sums = self._weight_sums()
        terms = zip(self.members, self.counts, squares.tolist(), sums.tolist(), strict=True)
        return [(m.settings.l2 * a + m.settings.l1 * b) / (2 * rows) for m, rows, a, b in terms]

    def weight_norms(self) -> list[float]:
        """The Frobenius norm of all weights of each member, biases and norm layers left out."""
        return [float(v) for v in self._weight_sums()[0].sqrt()]

    def _weight_sums(self) -> tuple[Tensor, Tensor]:
        """(K,) sums of squares and of absolute values, in float64."""
        blocks = self.layout.blocks(self.theta)
        weights = [blocks[name].reshape(len(self), -1) for name, yes in zip(self.layout.names, self.layout.is_weight, strict=True) if yes]
        zero = torch.zeros(len(self), dtype=torch.float64, device=self.theta.device)
        squares = sum((w.double().square().sum(1) for w in weights), start=zero)
        sums = sum((w.double().abs().sum(1) for w in weights), start=zero)
        return squares, sums


def _stacked_buffers(members: Sequence[Member]) -> dict[str, Tensor]:
    """The buffers of all members by the first one's names, (K, ...); read from the modules, which may have replaced theirs."""
    columns = zip(*(m.net.buffers() for m in members), strict=True)
    names = [name for name, _ in members[0].net.named_buffers()]
    return {name: torch.stack(column) for name, column in zip(names, columns, strict=True)}
