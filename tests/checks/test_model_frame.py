"""The frame of check_model: the net is left as it was, the budget is kept, checks that fail or do not apply are said."""

from __future__ import annotations

import copy
import random
import time
from collections.abc import Iterator

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

import fathom
from fathom.checks import model
from fathom.checks.budget import Clock, OutOfTime, seconds
from fathom.checks.check import Check, Skip, Subject
from fathom.checks.rows import size_of, taken
from fathom.core.exceptions import UnusableInput
from fathom.core.records.finding import Finding


class Awkward(nn.Module):
    """Dropout, batch norm, a counter, a carried state, a log, hooks, a frozen part and gradients that are there already."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm, self.drop = nn.Linear(5, 8), nn.BatchNorm1d(8), nn.Dropout(0.3)
        self.last = nn.Linear(8, 3)
        self.first.weight.requires_grad_(False)
        self.calls, self.log, self.state = 0, [], torch.zeros(8)
        self._private = {"seen": 0}

    def forward(self, x):
        self.calls += 1
        self.log.append(len(x))
        self._private["seen"] += 1
        h = self.drop(torch.relu(self.norm(self.first(x))))
        self.state = h.detach().mean(0)
        self.extra = random.random() + np.random.random()  # noqa: NPY002
        return self.last(h)


def batch(n: int = 24) -> tuple[torch.Tensor, torch.Tensor]:
    source = torch.Generator().manual_seed(0)
    return torch.randn(n, 5, generator=source), torch.arange(n) % 3


def spoil(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """A check that leaves nothing as it was, and then fails."""
    net = subject.net
    net.eval()
    net.register_forward_hook(lambda *args: None)
    net.register_buffer("planted", torch.ones(2))
    for parameter in net.parameters():
        parameter.requires_grad_(True)
        parameter.data.add_(1.0)
    subject.cost().backward()
    net.last = nn.Linear(8, 3)
    net.first.in_features = 7
    torch.manual_seed(99)
    yield Finding(id="check.spoil", severity="info", what="spoiled.")
    raise RuntimeError("the check's own fault")


def one(run, **about) -> Check:
    return Check(id=about.pop("id", "check.spoil"), name="a check", run=run, **about)


def use(monkeypatch, *checks: Check) -> None:
    monkeypatch.setattr(model, "CHECKS", checks)


def everything(net: nn.Module) -> list[object]:
    """Whatever can be seen of a module, bit for bit."""
    seen: list[object] = []
    for name, module in net.named_modules():
        seen.append((name, type(module), module.training))
        for key, value in sorted(vars(module).items()):
            if isinstance(value, torch.Tensor):
                seen.append((key, id(value), value.numpy().tobytes()))
            elif key not in ("_parameters", "_buffers", "_modules"):
                seen.append((key, repr(value)))
    for kind in (net.named_parameters, net.named_buffers):
        for name, tensor in kind():
            grad = None if tensor.grad is None else (id(tensor.grad), tensor.grad.numpy().tobytes())
            seen.append((name, id(tensor), tensor.requires_grad, tensor.detach().numpy().tobytes(), grad))
    seen.append([list(getattr(m, "_forward_hooks", {}).items()) for m in net.modules()])
    return [*seen, random.getstate(), np.random.get_state()[1].tobytes(), torch.get_rng_state().numpy().tobytes()]  # noqa: NPY002


@pytest.mark.parametrize("checks", ["all", "spoiling"])
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_net_is_left_as_it_was(monkeypatch, checks, mode):
    if checks == "spoiling":
        use(monkeypatch, one(spoil))
    torch.manual_seed(0)
    net = Awkward()
    net.register_forward_hook(lambda *args: None)
    inputs, targets = batch()
    F.cross_entropy(net(inputs), targets).backward()
    net.drop.training = False  # a mode of its own
    getattr(net, mode)() if mode == "eval" else None
    before, given = everything(net), (inputs.clone(), targets.clone())
    found = fathom.check_model(net, nn.CrossEntropyLoss(), inputs, targets)
    assert everything(net) == before
    assert torch.equal(inputs, given[0])
    assert torch.equal(targets, given[1])
    if checks == "spoiling":
        assert [f.id for f in found.findings] == ["check.frame.crashed"]
        assert "the check's own fault" in found.findings[0].what
        assert found.findings[0].severity == "info"
        assert found.ok


def test_loss_with_weights_of_its_own_is_left_too(monkeypatch):
    class Loss(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.ones(()))
            self.calls = 0

        def forward(self, outputs, targets):
            self.calls += 1
            return self.scale * F.cross_entropy(outputs, targets)

    loss = Loss()
    fathom.check_model(nn.Linear(5, 3), loss, *batch())
    assert loss.calls == 0
    assert loss.scale.grad is None


def test_same_seed_same_findings():
    torch.manual_seed(0)
    net = Awkward()
    one, two = (fathom.check_model(net, nn.CrossEntropyLoss(), *batch(), only="check.signal") for _ in range(2))
    assert one.findings == two.findings


def test_order_and_lists(monkeypatch):
    def fine(subject, clock):
        yield from ()

    def bad(subject, clock):
        yield Finding(id="check.bad.low", severity="info", what="low.")
        yield Finding(id="check.bad.high", severity="error", what="high.")

    def skipped(subject, clock):
        raise Skip("the net has no norm layer")
        yield

    regression = one(fine, id="check.regression", kinds=("regression",))
    use(monkeypatch, one(fine, id="check.fine"), one(bad, id="check.bad"), one(skipped, id="check.skipped"), regression)
    said: list[tuple[int, int, str]] = []
    found = fathom.check_model(nn.Linear(5, 3), nn.CrossEntropyLoss(), *batch(), announce=lambda *a: said.append(a))
    assert [f.id for f in found.findings] == ["check.bad.high", "check.bad.low"]
    assert not found.ok
    assert dict(found.passed) == {"check.fine": "a check"}
    assert {(n.id, n.reason) for n in found.not_checked} == {
        ("check.skipped", "the net has no norm layer"),
        ("check.regression", "it is for targets of kind regression, these are classes"),
    }
    assert said == [(0, 4, "a check"), (1, 4, "a check"), (2, 4, "a check"), (3, 4, "a check")]
    assert found.to_json()["ok"] is False
    assert "Not checked:" in str(found)


def test_only_and_skip(monkeypatch):
    ran: list[str] = []

    def named(id):
        def run(subject, clock):
            ran.append(id)
            yield Finding(id=f"{id}.one", severity="warning", what="one.")
            yield Finding(id=f"{id}.two", severity="warning", what="two.")

        return one(run, id=id, finds=(f"{id}.one", f"{id}.two"))

    use(monkeypatch, named("check.a"), named("check.b"), named("check.b2"))

    def findings(**chosen):
        ran.clear()
        return [f.id for f in fathom.check_model(nn.Linear(5, 3), nn.CrossEntropyLoss(), *batch(), **chosen).findings]

    assert findings(only="check.a") == ["check.a.one", "check.a.two"]
    assert ran == ["check.a"]
    assert findings(only=["b.two"]) == ["check.b.two"]
    assert findings(skip="check.b") == ["check.a.one", "check.a.two", "check.b2.one", "check.b2.two"]
    assert ran == ["check.a", "check.b2"]
    assert findings(only="a", skip=["check.a.one"]) == ["check.a.two"]
    with pytest.raises(fathom.UnusableInput, match=r"`only`: expected the id of a check.*Did you mean"):
        findings(only="check.a.onee")


def test_budget_leaves_out_the_dear_ones_and_says_what_they_want(monkeypatch):
    """A pass takes 20 ms; with 2 s a check of 10,000 passes is left out, and wants about 200 s."""

    class Slow(nn.Linear):
        def forward(self, x):
            time.sleep(0.02)
            return super().forward(x)

    def passes(n):
        def run(subject, clock):
            for _ in range(n):
                subject.cost()
            yield from ()

        return run

    cheap, dear = one(passes(2), id="check.cheap", cost=2), one(passes(10_000), id="check.dear", cost=10_000, least=24)
    liar = one(passes(10_000), id="check.liar", cost=1)
    use(monkeypatch, cheap, liar, dear)
    start = time.perf_counter()
    found = fathom.check_model(Slow(5, 3), nn.CrossEntropyLoss(), *batch(), budget=2)
    assert time.perf_counter() - start < 6.0
    assert set(found.passed) == {"check.cheap"}
    left = {n.id: n for n in found.not_checked}
    assert "no time left" in left["check.dear"].reason
    assert left["check.dear"].seconds > 100.0
    assert "broken off" in left["check.liar"].reason
    assert 0.01 < found.pass_seconds < 0.5


def test_large_batches_are_shortened_to_keep_the_budget(monkeypatch):
    """4 ms an example: 256 examples take 1 s a pass, and 10 passes fit into 3 s only on fewer."""
    given: list[int] = []

    class PerExample(nn.Linear):
        def forward(self, x):
            time.sleep(0.004 * len(x))
            return super().forward(x)

    def run(subject, clock):
        given.append(subject.size)
        for _ in range(10):
            subject.cost()
        yield from ()

    use(monkeypatch, one(run, id="check.ten", cost=10))
    start = time.perf_counter()
    found = fathom.check_model(PerExample(5, 3), nn.CrossEntropyLoss(), *batch(256), budget=3)
    assert time.perf_counter() - start < 8.0
    assert 8 <= given[0] < 256
    assert dict(found.shortened) == {"check.ten": given[0]}
    assert "check.ten" in found.passed


def test_one_pass_longer_than_the_budget_is_said():
    class Slow(nn.Linear):
        def forward(self, x):
            time.sleep(0.3)
            return super().forward(x)

    found = fathom.check_model(Slow(5, 3), nn.CrossEntropyLoss(), *batch(), budget=0.1)
    assert "check.budget.exceeded" in {f.id for f in found.findings}
    assert found.not_checked


def test_interrupt_keeps_what_is_finished(monkeypatch):
    def stop(subject, clock):
        raise KeyboardInterrupt
        yield

    def bad(subject, clock):
        yield Finding(id="check.bad", severity="warning", what="bad.")

    use(monkeypatch, one(bad, id="check.bad"), one(stop, id="check.stop"), one(bad, id="check.after"))
    net = Awkward()
    before = everything(net)
    found = fathom.check_model(net, nn.CrossEntropyLoss(), *batch())
    assert everything(net) == before
    assert found.interrupted
    assert [f.id for f in found.findings] == ["check.bad"]
    assert [(n.id, n.reason) for n in found.not_checked] == [("check.stop", "interrupted"), ("check.after", "interrupted")]


@pytest.mark.parametrize(
    ("net", "loss", "id", "where"),
    [
        (nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(6, 3)), nn.CrossEntropyLoss(), "check.forward.fails", "2"),
        (nn.Linear(5, 2), nn.CrossEntropyLoss(), "check.loss.fails", ""),
        (nn.Linear(5, 3), lambda o, y: F.cross_entropy(o.detach(), y), "check.backward.fails", ""),
    ],
    ids=["forward", "loss", "backward"],
)
def test_a_net_that_fails_is_a_finding_and_not_an_exception(net, loss, id, where):
    found = fathom.check_model(net, loss, *batch())
    first = found.findings[0]
    assert (first.id, first.severity, first.where) == (id, "error", where)
    assert not found.ok


def test_what_needs_a_stage_that_fails_is_listed(monkeypatch):
    def run(subject, clock):
        yield from ()

    use(monkeypatch, one(run, id="check.any", needs=""), one(run, id="check.out", needs="outputs"), one(run, id="check.grad"))
    found = fathom.check_model(nn.Linear(5, 2), nn.CrossEntropyLoss(), *batch())
    assert set(found.passed) == {"check.any", "check.out"}
    assert [(n.id, n.reason) for n in found.not_checked] == [("check.grad", "the backward pass fails")]


def test_loaders_mappings_tuples_and_forward():
    inputs, targets = batch()
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(inputs, targets), batch_size=12)

    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(10, 3)

        def forward(self, left, right):
            return self.layer(torch.cat((left, right), 1))

    loss = nn.CrossEntropyLoss()
    assert fathom.check_model(nn.Linear(5, 3), loss, loader, only="check.signal").examples == 12
    assert "check.signal" in fathom.check_model(Two(), loss, (inputs, inputs), targets, only="check.signal").passed
    assert "check.signal" in fathom.check_model(Two(), loss, {"left": inputs, "right": inputs}, targets, only="check.signal").passed
    called = fathom.check_model(Two(), loss, inputs, targets, forward=lambda net, x: net(x, x), only="check.signal")
    assert "check.signal" in called.passed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((nn.Linear, nn.MSELoss(), torch.ones(2), torch.ones(2)), "`net`: expected a torch module"),
        ((nn.Linear(5, 3), "mse", torch.ones(2), torch.ones(2)), "`loss`: expected a callable"),
        ((nn.Linear(5, 3), nn.MSELoss(), torch.ones(2, 5)), "`targets`: expected the targets of the batch"),
        ((nn.Linear(5, 3), nn.MSELoss(), []), "loader: expected at least one batch"),
        ((nn.LazyLinear(3), nn.MSELoss(), torch.ones(2, 5), torch.ones(2, 3)), "a lazy module"),
    ],
)
@pytest.mark.filterwarnings("ignore:Lazy modules")
def test_wrong_arguments_are_one_line(arguments, message):
    with pytest.raises(fathom.UnusableInput, match=message):
        fathom.check_model(*arguments)


@pytest.mark.parametrize(("written", "wanted"), [("60s", 60), ("2m", 120), ("1.5 min", 90), ("1h", 3600), (7, 7), ("0.5", 0.5)])
def test_budgets(written, wanted):
    assert seconds(written) == wanted


@pytest.mark.parametrize("written", ["", "60 parsecs", "-3s", 0, -1, float("nan"), "s"])
def test_wrong_budgets(written):
    with pytest.raises(fathom.UnusableInput, match="`budget`"):
        seconds(written)


def test_clock_ends():
    clock = Clock(0.01)
    clock.tick()
    time.sleep(0.02)
    with pytest.raises(OutOfTime):
        clock.tick()


def test_rows_of_every_shape_of_batch():
    time_first = torch.arange(24.0).reshape(4, 3, 2)
    assert size_of(time_first, torch.zeros(3)) == 3
    assert torch.equal(taken(time_first, [0, 2], 3), time_first[:, [0, 2]])
    tokens = torch.arange(12)
    assert torch.equal(taken(tokens, [1], 4), tokens[3:6])
    mask = torch.ones(7, 7)
    assert taken({"x": torch.arange(4), "mask": mask}, slice(0, 2), 4)["mask"] is mask


@pytest.mark.parametrize(
    ("loss", "targets", "kind", "name"),
    [
        (nn.CrossEntropyLoss(), torch.arange(6) % 3, "classes", "cross_entropy"),
        (F.cross_entropy, torch.arange(6) % 3, "classes", "cross_entropy"),
        (lambda o, y: F.cross_entropy(o, y), torch.arange(6) % 3, "classes", "cross_entropy"),
        (lambda o, y: F.nll_loss(o, y), torch.arange(6) % 3, "classes", "nll"),
        (lambda o, y: F.binary_cross_entropy_with_logits(o, y), torch.ones(6, 3), "binary", "bce_with_logits"),
        (lambda o, y: F.mse_loss(o, y), torch.randn(6, 3), "regression", "mse"),
        (lambda o, y: ((o - y) ** 4).mean(), torch.randn(6, 3), "regression", ""),
        (lambda o, y: (o.sum(1) * y).mean(), torch.arange(6) % 3, "classes", ""),
        (lambda o, y: F.cross_entropy(o, y) / 0, "no tensor", "unknown", ""),
    ],
)
def test_loss_and_kind_are_known(loss, targets, kind, name):
    subject = Subject(nn.Linear(5, 3), loss, torch.randn(6, 5), targets)
    assert (subject.kind, subject.loss_name) == (kind, name)


def test_a_copy_where_it_can_be_had():
    net = nn.Linear(2, 2)
    subject = Subject(net, nn.MSELoss(), torch.ones(1, 2), torch.ones(1, 2))
    assert subject.fresh() is not net
    net.stuck = net.weight * 2  # a tensor with a history cannot be copied
    with pytest.raises(RuntimeError):
        copy.deepcopy(net)
    assert subject.fresh() is None


def test_an_empty_batch_is_refused():
    with pytest.raises(UnusableInput, match="at least one example"):
        fathom.check_model(nn.Linear(4, 3), nn.CrossEntropyLoss(), torch.zeros(0, 4), torch.zeros(0, dtype=torch.int64))
