"""What a settings line says in torch's terms is run in torch, beside the engine: the same weights after 100 steps.

The expressions in backquotes are taken from the printed lines and evaluated as they stand.
"""

import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler

from fathom.core.records.equivalents import equivalents, equivalents_of
from fathom.core.records.experiment import Experiment
from fathom.core.records.settings import Settings
from fathom.engine.order import batches
from fathom.engine.task import TaskSide
from fathom.engine.training import Job
from fathom.nets.dropout import SeededDropout
from fathom.nets.initialization import initialize
from fathom.nets.mlp import build_mlp
from fathom.tasks.regression import Regression
from tests.engine import one_net
from tests.engine.one_net import theta_of

ROWS, EPOCHS, BATCH = 24, 25, 6
STEPS = EPOCHS * ROWS // BATCH
WITHIN = {"rtol": 1e-9, "atol": 1e-10}
OPTIMIZERS = {
    name: (lambda kind: lambda **known: lambda groups, **rest: kind(groups, **{**rest, **known}))(getattr(torch.optim, name))
    for name in ("SGD", "Adam", "AdamW", "RMSprop")
}
NAMES = {
    "torch": SimpleNamespace(optim=SimpleNamespace(**OPTIMIZERS), nn=nn),
    **{n: getattr(lr_scheduler, n) for n in ("LambdaLR", "ExponentialLR", "StepLR", "CosineAnnealingLR")},
}


def printed(line, **names):
    """The values of a line's expressions, in order."""
    return [eval(text, NAMES, names) for text in re.findall(r"`([^`]+)`", line)]


def line_of(lines, beginning):
    return next((line for line in lines if line.startswith(beginning)), None)


def problem(*layers):
    source = torch.Generator().manual_seed(0)
    inputs = torch.randn(ROWS, 5, generator=source, dtype=torch.float64)
    targets = torch.randn(ROWS, generator=source, dtype=torch.float64)
    net = nn.Sequential(nn.Linear(5, 4), nn.Tanh(), *layers, nn.Linear(4, 1)).double()
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(torch.randn(p.shape, generator=source, dtype=torch.float64) * 0.5)
    return net, inputs, targets


def squared(outputs, targets):
    return 0.5 * (outputs[:, 0] - targets).square()


def settings_of(**given):
    return Settings(**{"epochs": EPOCHS, "batch_size": BATCH, "learning_rate": 0.05, **given})


def by_the_engine(settings, *layers):
    net, inputs, targets = problem(*layers)
    history = one_net.history_of(one_net.job(net, inputs, targets, squared, settings))
    assert history.epochs[-1].updates == STEPS
    return theta_of(net)


class Rate:
    """The learning rate by torch's own schedulers, each on an optimizer of its own, multiplied."""

    def __init__(self, settings, lines):
        self.base, self.parts = settings.learning_rate, []
        for line in lines:
            if line.startswith(("schedule", "warm-up")):
                start = [v for v in (self.base, *printed(line, o=self._optimizer(self.base))) if isinstance(v, float)][-1]
                optimizer = self._optimizer(start)
                scheduler = next(v for v in printed(line, o=optimizer) if not isinstance(v, float))
                self.parts.append((optimizer, scheduler, "a step an epoch" in line))

    @staticmethod
    def _optimizer(rate):
        return torch.optim.SGD([torch.zeros(1)], lr=rate)

    def now(self):
        return self.base * np.prod([o.param_groups[0]["lr"] / self.base for o, _, _ in self.parts])

    def step(self, *, epoch_ends):
        for optimizer, scheduler, by_epoch in self.parts:
            if epoch_ends or not by_epoch:
                optimizer.step()
                scheduler.step()


def by_torch(settings, lines, *layers, optimizer=None, weight_decay=None):
    """A plain torch loop with what the lines say and nothing else; the order of the rows is the engine's."""
    net, inputs, targets = problem(*layers)
    weights = [p for p in net.parameters() if p.dim() == 2]
    biases = [p for p in net.parameters() if p.dim() == 1]
    said = next((printed(line)[0] for line in lines if "`torch.optim" in line and "weight_decay=" not in line), None)
    make = optimizer or said or DEFAULTS[settings.optimizer](settings)
    if weight_decay is None:
        weight_decay = decay_in(lines)
    rate, step = Rate(settings, lines), 0
    own = make([{"params": weights, "weight_decay": weight_decay}, {"params": biases, "weight_decay": 0.0}], lr=settings.learning_rate)
    for group in own.param_groups:
        group["times"] = group["lr"] / settings.learning_rate
    for epoch in range(1, EPOCHS + 1):
        for number, rows in enumerate(parts := batches(ROWS, epoch, settings), start=1):
            for layer in net:
                if isinstance(layer, SeededDropout):
                    layer.at(seed=settings.seed, step=step)
            for group in own.param_groups:
                group["lr"] = rate.now() * group["times"]
            own.zero_grad()
            (squared(net(inputs[rows]), targets[rows]).mean() + on_the_loss(lines, weights)).backward()
            if settings.clip_norm:
                nn.utils.clip_grad_norm_(net.parameters(), settings.clip_norm)
            own.step()
            rate.step(epoch_ends=number == len(parts))
            step += 1
    return theta_of(net)


DEFAULTS = {
    "sgd": lambda s: torch.optim.SGD,
    "adam": lambda s: torch.optim.Adam,
    "adamw": lambda s: torch.optim.AdamW,
}
"""Where no line says anything the names mean the same."""


def decay_in(lines):
    """weight_decay as the lines have it: the quotient of l2, or the argument of AdamW."""
    l2, own = line_of(lines, "l2"), line_of(lines, "weight_decay")
    if l2 is not None and "weight_decay 0" in l2:
        return printed(l2)[0]
    return 0.0 if own is None else float(own.split()[1].rstrip(":"))


def on_the_loss(lines, weights):
    terms = [line for line in lines if line.endswith("no setting for it") or "on the loss;" in line]
    return sum((printed(line, W=W)[0] for line in terms for W in weights), torch.zeros((), dtype=torch.float64))


CASES = {
    "momentum of the course": {"optimizer": "momentum", "learning_rate": 0.5},
    "momentum of torch": {"optimizer": "sgd", "momentum": 0.8},
    "nesterov": {"optimizer": "nesterov"},
    "rmsprop without eps": {"optimizer": "rmsprop", "eps": 0.0, "learning_rate": 0.01},
    "adamw": {"optimizer": "adamw"},
    "adamw with weight_decay": {"optimizer": "adamw", "weight_decay": 0.1},
    "l2": {"optimizer": "sgd", "l2": 0.7},
    "l2 with momentum": {"optimizer": "momentum", "l2": 2.4, "learning_rate": 0.4},
    "l2 with adam": {"optimizer": "adam", "l2": 2.4, "learning_rate": 0.01},
    "l2 with rmsprop": {"optimizer": "rmsprop", "eps": 0.0, "l2": 2.4, "learning_rate": 0.01},
    "l2 with adamw": {"optimizer": "adamw", "l2": 2.4},
    "l2 with clipping": {"optimizer": "sgd", "l2": 9.6, "clip_norm": 0.2},
    "weight_decay": {"optimizer": "sgd", "weight_decay": 0.05},
    "weight_decay with clipping": {"optimizer": "sgd", "weight_decay": 0.3, "clip_norm": 0.2},
    "l1": {"optimizer": "sgd", "l1": 0.5},
    "l1 with adam": {"optimizer": "adam", "l1": 0.5, "learning_rate": 0.01},
    **{name: {"optimizer": "sgd", "schedule": name} for name in ("exponential", "root", "cosine")},
    "inverse": {"optimizer": "sgd", "schedule": {"name": "inverse", "rate": 0.5}},
    "staircase": {"optimizer": "sgd", "schedule": {"name": "staircase", "rate": 0.3, "every": 4}},
    "cosine to a tenth, with momentum": {"optimizer": "momentum", "schedule": {"name": "cosine", "rate": 0.1}},
    "warm-up": {"optimizer": "sgd", "schedule": {"name": "root", "warmup": 30}},
    "warm-up of adam": {"optimizer": "adam", "schedule": {"name": "cosine", "warmup": 10}},
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_printed_trains_alike_over_100_steps(name):
    settings = settings_of(**CASES[name])
    lines = equivalents(settings, rows=ROWS)
    assert lines
    optimizer = torch.optim.Adam if name == "l2 with adamw" else None  # as the line says
    torch.testing.assert_close(by_the_engine(settings), by_torch(settings, lines, optimizer=optimizer), **WITHIN)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("momentum of the course", {"optimizer": lambda g, lr: torch.optim.SGD(g, lr=lr / 10, momentum=0.5)}),
        ("l2", {"weight_decay": 0.7}),
        ("l2 with adamw", {"optimizer": torch.optim.AdamW}),
        ("adamw with weight_decay", {"optimizer": torch.optim.Adam}),
    ],
)
def test_the_comparison_sees_a_wrong_equivalent(name, wrong):
    settings = settings_of(**CASES[name])
    apart = by_the_engine(settings) - by_torch(settings, equivalents(settings, rows=ROWS), **wrong)
    assert apart.abs().max() > 1e-4


def test_the_cosine_goes_on_from_one_update_to_the_next():
    """Else the rate of a whole epoch would be one, and the comparison above would not see it."""
    lines = equivalents(settings_of(optimizer="sgd", schedule="cosine"), rows=ROWS)
    assert f"T_max={STEPS}" in lines[0]


def test_torchs_momentum_is_the_courses_at_the_rate_that_is_printed():
    settings = settings_of(optimizer="sgd", momentum=0.8)
    line = line_of(equivalents(settings, rows=ROWS), "momentum")
    course = settings_of(optimizer="momentum", momentum=0.8, learning_rate=printed(line)[1])
    torch.testing.assert_close(by_the_engine(course), by_the_engine(settings), **WITHIN)


def test_a_weight_decay_is_the_l2_that_is_printed():
    settings = settings_of(optimizer="sgd", weight_decay=0.05)
    line = line_of(equivalents(settings, rows=ROWS), "weight_decay")
    assert printed(line) == [pytest.approx(1.2)]
    torch.testing.assert_close(by_the_engine(settings_of(optimizer="sgd", l2=printed(line)[0])), by_the_engine(settings), **WITHIN)


def test_rmsprop_has_its_eps_inside_the_root_as_it_says():
    """With the formula that the line gives, written out; torch's own is another trajectory."""
    settings = settings_of(optimizer="rmsprop", learning_rate=0.01, betas=(0.9, 0.95), eps=1e-3)
    (line,) = equivalents(settings, rows=ROWS)
    assert "alpha 0.95" in line
    assert "eps 0.001 inside the root, sqrt(S + eps)" in line

    class Inside(torch.optim.Optimizer):
        def __init__(self, groups, lr):
            super().__init__(groups, {"lr": lr})
            self.squares = {}

        @torch.no_grad()
        def step(self):
            for group in self.param_groups:
                for p in group["params"]:
                    S = self.squares[p] = 0.95 * self.squares.get(p, torch.zeros_like(p)) + 0.05 * p.grad**2
                    p -= group["lr"] * p.grad / (S + 0.001).sqrt()

    engine = by_the_engine(settings)
    torch.testing.assert_close(engine, by_torch(settings, (), optimizer=Inside), **WITHIN)
    outside = by_torch(settings, (), optimizer=lambda g, lr: torch.optim.RMSprop(g, lr=lr, alpha=0.95, eps=1e-3))
    assert (engine - outside).abs().max() > 1e-3


def test_dropout_is_torchs_at_the_probability_that_is_printed():
    settings = settings_of(optimizer="sgd", dropout=0.3)
    (line,) = equivalents(settings, rows=ROWS)
    assert line.startswith("dropout 0.3: keep_prob 0.7")
    theirs = printed(line)[0]
    ours = SeededDropout(theirs.p, layer=1)
    ones = torch.ones(20_000)
    torch.manual_seed(0)
    for layer in (ours, theirs):
        out = layer(ones)
        assert out.unique().tolist() == pytest.approx([0.0, 1 / 0.7])
        assert (out == 0).double().mean().item() == pytest.approx(0.3, abs=4 * (0.21 / 20_000) ** 0.5)
    made = by_the_engine(settings, ours)
    torch.testing.assert_close(made, by_torch(settings, (), SeededDropout(theirs.p, layer=1)), **WITHIN)
    assert (made - by_the_engine(settings)).abs().max() > 1e-3


def test_batch_norm_is_torchs_with_the_numbers_that_are_printed():
    settings = settings_of(optimizer="sgd", l2=1.2)
    line = line_of(equivalents(settings, rows=ROWS, arguments={"batch_norm": True}), "batch_norm")
    theirs = nn.Sequential(nn.Linear(5, 4, bias=False), printed(line.replace("units", "4"))[0], nn.Tanh(), nn.Linear(4, 1)).double()
    ours, record = build_mlp(5, 1, hidden=(4,), activation="tanh", batch_norm=True)
    ours = ours.double()
    ours.load_state_dict(theirs.state_dict())
    _, inputs, targets = problem()
    task = Regression(mean=0.0, std=1.0, baseline=1.0)
    member = one_net.job(ours, inputs, targets, task.loss, settings).members
    one_net.history_of(Job(members=member, inputs=inputs, targets=targets, task=TaskSide(task.loss, task.slope, record)))
    weights = [p for p in theirs.parameters() if p.dim() == 2]
    others = [p for p in theirs.parameters() if p.dim() == 1]
    decay = decay_in(equivalents(settings, rows=ROWS))
    own = torch.optim.SGD([{"params": weights, "weight_decay": decay}, {"params": others}], lr=settings.learning_rate)
    theirs.train()
    for epoch in range(1, EPOCHS + 1):
        for rows in batches(ROWS, epoch, settings):
            own.zero_grad()
            squared(theirs(inputs[rows]), targets[rows]).mean().backward()
            own.step()
    for name, value in theirs.state_dict().items():
        if not name.endswith("num_batches_tracked"):
            torch.testing.assert_close(ours.state_dict()[name], value, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("scheme", ["he", "xavier", "glorot", "random", "zeros"])
def test_an_initialization_has_the_spread_of_torchs_that_is_printed(scheme):
    line = line_of(equivalents(Settings(initialization=scheme, initialization_gain=2.0), rows=ROWS), scheme)
    assert line.endswith(", times 2; biases 0") or "times 2" in line
    layer = nn.Linear(300, 700)
    torch.manual_seed(0)
    theirs = 2 * printed(line, W=torch.empty(700, 300))[0].std()
    initialize(layer, scheme=scheme, gain=2.0)
    assert layer.weight.std().item() == pytest.approx(float(theirs), rel=0.01)  # four standard errors of a spread are 0.6%
    assert not layer.bias.any()


def test_xavier_is_not_torchs_xavier_and_that_is_said():
    line = line_of(equivalents(Settings(initialization="xavier"), rows=ROWS), "xavier")
    assert "torch's xavier_normal_ is glorot here" in line
    W = torch.empty(700, 300)
    torch.manual_seed(0)
    assert nn.init.xavier_normal_(W).std() < 0.8 * printed(line, W=torch.empty(700, 300))[0].std()


def test_nothing_is_said_where_nothing_was_set():
    for optimizer in ("adam", "sgd"):
        assert equivalents(Settings(optimizer=optimizer), rows=211) == ()


def test_dropout_by_layer_and_zeros():
    assert equivalents(Settings(dropout=(0.1, 0.25)), rows=9) == ("dropout 0.1, 0.25: keep_prob 0.9, 0.75, by hidden layer",)
    assert equivalents(Settings(dropout=(0.0, 0.0)), rows=9) == ()


def test_an_experiment_has_its_own_m():
    made = Experiment(
        data={},
        net="mlp",
        arguments={"batch_norm": True},
        shape="2-8-1",
        parameters=33,
        settings=Settings(l2=0.7, epochs=3),
        rows={"train": 211},
        features=2,
    )
    lines = equivalents_of(made)
    assert lines[0] == "l2 0.7: weight_decay 0.0033 at m = 211, `0.7/211`, on weights alone"
    assert lines[1].startswith("batch_norm: ")


def test_numbers_are_printed_with_all_their_figures():
    rate = 0.012345678901
    (line,) = equivalents(Settings(optimizer="nesterov", learning_rate=rate), rows=9)
    assert str(rate) in line
    assert equivalents(Settings(l2=1e-9), rows=9)[0].startswith("l2 1e-09: weight_decay 1.1e-10 at m = 9, `1e-09/9`")
