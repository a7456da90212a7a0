"""A few steps of training in place, as the checks need them; the frame puts the weights back."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from fathom.checks.check import Skip, Subject
from fathom.checks.sanity.calm import calm, reseed

BETAS, EPS = (0.9, 0.999), 1e-8


def trainable(subject: Subject) -> dict[str, Tensor]:
    """The parameters that training moves: of the net, and of a loss that has some, as "loss.<name>"."""
    found: dict[str, Tensor] = {name: p for name, p in subject.net.named_parameters() if p.requires_grad}
    if isinstance(subject.loss, nn.Module):
        seen = {id(p) for p in found.values()}
        found.update({f"loss.{name}": p for name, p in subject.loss.named_parameters() if p.requires_grad and id(p) not in seen})
    return found


def gradients(cost: Tensor, parameters: Sequence[Tensor]) -> list[Tensor | None]:
    """The gradient of the cost for each parameter, None where there is none; sparse ones are made dense."""
    if not parameters or not cost.requires_grad:
        return [None] * len(parameters)
    try:
        found = torch.autograd.grad(cost, list(parameters), allow_unused=True)
    except RuntimeError as error:
        if "second time" in str(error):
            raise Skip("a second backward pass fails, because the net keeps a part of the graph of the first") from error
        raise
    return [g.coalesce().to_dense() if g is not None and g.is_sparse else g for g in found]


class Practice:
    """Adam or plain gradient descent on the calm net and one batch.

    Args:
        subject: its net is put in calm mode and trained in place.
        rate: the learning rate.
        adam: False for theta -= rate * gradient.

    Example:
        >>> from torch import nn
        >>> subject = Subject(nn.Linear(1, 1), nn.MSELoss(), torch.ones(4, 1), torch.ones(4, 1))
        >>> practice = Practice(subject, 0.1)
        >>> first, last = practice.steps(1)[0], practice.steps(50)[-1]
        >>> last < first
        True
    """

    def __init__(self, subject: Subject, rate: float, *, adam: bool = True) -> None:
        self.subject, self.rate, self.adam = subject, rate, adam
        calm(subject.net)
        self.names = list(trainable(subject))
        self.parameters = list(trainable(subject).values())
        self._mean = [torch.zeros_like(p) for p in self.parameters] if adam else []
        self._square = [torch.zeros_like(p) for p in self.parameters] if adam else []
        self._step = 0

    def cost(self) -> Tensor:
        """The cost now, with its graph."""
        reseed(self.subject.seed)
        return self.subject.cost()

    def steps(self, n: int, *, enough: float = -math.inf) -> list[float]:
        """Up to n steps; the cost before each, ending early at one that is not finite or not above `enough`."""
        costs: list[float] = []
        for _ in range(n):
            cost = self.cost()
            costs.append(float(cost.detach()))
            if not math.isfinite(costs[-1]) or costs[-1] <= enough:
                break
            self.update(gradients(cost, self.parameters))
        return costs

    @torch.no_grad()
    def update(self, found: Sequence[Tensor | None]) -> None:
        """One update by these gradients."""
        self._step += 1
        for place, (parameter, gradient) in enumerate(zip(self.parameters, found, strict=True)):
            if gradient is None:
                continue
            if not self.adam:
                parameter.add_(gradient, alpha=-self.rate)
                continue
            mean, square = self._mean[place], self._square[place]
            mean.lerp_(gradient, 1.0 - BETAS[0])
            square.mul_(BETAS[1]).add_(gradient.abs().square(), alpha=1.0 - BETAS[1])
            root = square.sqrt().div_(math.sqrt(1.0 - BETAS[1] ** self._step)).add_(EPS)
            parameter.addcdiv_(mean, root, value=-self.rate / (1.0 - BETAS[0] ** self._step))
