"""What a check of `check_model` is, and the subject that it looks at: a net, its loss and a batch."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from torch import Tensor, nn

from fathom.checks.budget import Clock
from fathom.checks.loss_kind import kind_of, loss_name
from fathom.checks.returned import replaced
from fathom.checks.rows import Rows, size_of, taken
from fathom.core.records.finding import Finding
from fathom.nets.calling import Forward, raw, returned
from fathom.nets.untouched import untouched

Loss = Callable[[Any, Any], Tensor]
"""(outputs, targets) -> the mean loss of the batch."""


class Skip(Exception):  # not an error: the check does not apply
    """A check does not apply to this subject; its text says why ("the net has no norm layer")."""


@dataclass
class Subject:
    """A net with its loss and a batch, as the checks see it.

    The frame runs every check inside `untouched(net)` with the random state seeded, so a check may train `net` in place,
    set hooks and change modes: all is put back. In place is the rule, because a loss may hold a penalty on the net's own
    weights; `fresh()` gives a copy where two nets are wanted.

    Attributes:
        net, loss, inputs, targets: what the user gave; `inputs` may be a tensor, a tuple or a mapping.
        forward: (net, inputs) -> outputs, or None.
        seed: for whatever a check draws.
        loader: where the batch came from, or None.
        known: what was found out once, shared by the subjects made of this one.
        last: (raw outputs, all that the net returned) of the last pass, where these are two things.
        clock: `outputs` and `cost` call `clock.tick()`, so that a check ends when the budget does.
    """

    net: nn.Module
    loss: Loss
    inputs: Any
    targets: Any
    forward: Forward | None = None
    seed: int = 0
    loader: Any = None
    clock: Clock = field(default_factory=Clock)
    known: dict[str, str] = field(default_factory=dict)
    last: tuple[Tensor, Any] | None = field(default=None, repr=False)

    @cached_property
    def size(self) -> int:
        """The number of examples of the batch."""
        return size_of(self.inputs, self.targets)

    @property
    def kind(self) -> str:
        """What the targets are: "classes", "binary" (several labels too), "regression" or "unknown"."""
        return kind_of(self.loss_name, self.targets)

    @property
    def loss_name(self) -> str:
        """The loss as torch calls it ("cross_entropy", "bce_with_logits", "mse", ...), or ""; a lambda's is read off its graph."""
        if "loss" not in self.known:
            few = self.some(2)
            with untouched(self.net, weights=False):
                self.known["loss"] = loss_name(self.loss, few.outputs, few.cost_of)
        return self.known["loss"]

    def batch(self, n: int) -> tuple[Any, Any]:
        """n examples as (inputs, targets), spread evenly, as a batch may be sorted; all of them where there are fewer."""
        n = min(n, self.size)
        return self.rows([i * self.size // n for i in range(n)])

    def rows(self, rows: Rows) -> tuple[Any, Any]:
        """Some examples as (inputs, targets)."""
        return taken(self.inputs, rows, self.size), taken(self.targets, rows, self.size)

    def outputs(self, rows: Rows | None = None, *, net: nn.Module | None = None, inputs: Any = None) -> Tensor:
        """The raw outputs for the batch, for some rows of it, or for other inputs; of the net or of a copy."""
        self.clock.tick()
        if inputs is None:
            inputs = self.inputs if rows is None else taken(self.inputs, rows, self.size)
        everything = returned(self.net if net is None else net, inputs, self.forward)
        outputs = raw(everything)
        self.last = None if outputs is everything else (outputs, everything)
        return outputs

    def cost(self, rows: Rows | None = None, *, net: nn.Module | None = None, inputs: Any = None, targets: Any = None) -> Tensor:
        """The loss for the batch, for some rows, or for other inputs and targets; a scalar (the mean where the loss gives several)."""
        if targets is None:
            targets = self.targets if rows is None else taken(self.targets, rows, self.size)
        return self.cost_of(self.outputs(rows, net=net, inputs=inputs), targets)

    def cost_of(self, outputs: Tensor, targets: Any = None) -> Tensor:
        """The loss of outputs that are there already; a scalar."""
        value = self.loss_of(outputs, targets)
        return value.reshape(()) if value.numel() == 1 else value.mean()

    def loss_of(self, outputs: Tensor, targets: Any = None) -> Tensor:
        """What the loss gives for raw outputs: it takes what the net returns, as in a training loop, or the raw outputs alone."""
        targets = self.targets if targets is None else targets
        if self.last is None or self.known.get("takes") == "raw":
            return self.loss(outputs, targets)
        everything = replaced(self.last[1], self.last[0], outputs)
        if "takes" in self.known:
            return self.loss(everything, targets)
        try:
            value = self.loss(everything, targets)
        except (TypeError, AttributeError):  # torch's losses take tensors alone
            value = self.loss(outputs, targets)
            self.known["takes"] = "raw"
        else:
            self.known["takes"] = "all"
        return value

    def fresh(self) -> nn.Module | None:
        """A deep copy of the net, or None where it cannot be copied."""
        try:
            return copy.deepcopy(self.net)
        except Exception:  # whatever a module's own attributes raise when they are copied
            return None

    def some(self, n: int) -> Subject:
        """The same subject with n of its examples; see `batch`."""
        if n >= self.size:
            return self
        inputs, targets = self.batch(n)
        return replace(self, inputs=inputs, targets=targets)


Run = Callable[[Subject, Clock], Iterator[Finding]]
"""Looks at a subject and yields findings; raises `Skip(reason)` where it does not apply."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check of `check_model`.

    Attributes:
        id: its name in lists and for `only` and `skip`, the stem of its findings' ids: "check.loss.initial".
        name: what it looks at, in a few words: "initial loss against its expected value".
        run: yields the findings.
        cost: estimate of its time, in forward and backward passes over the batch.
        finds: the ids that it can find, where they are more than `id`.
        needs: what has to work before it makes sense: "outputs" (the forward pass), "cost" (the loss too),
            "gradient" (the backward pass too), or "" where the batch or the weights are enough.
        kinds: the kinds of targets that it is for; empty for all.
        least: the fewest examples that it makes sense on; the frame may hand it fewer than the batch has.
    """

    id: str
    name: str
    run: Run
    cost: float = 1.0
    finds: tuple[str, ...] = ()
    needs: str = "gradient"
    kinds: tuple[str, ...] = ()
    least: int = 8
