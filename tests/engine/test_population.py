"""Members of a population equal the same nets trained alone, and the dense plan equals autograd, over a grid of settings."""

import itertools

import pytest
import torch
from torch.nn import functional

from fathom.core.records.settings import Settings
from fathom.engine.choice import plan_for
from fathom.engine.measured import Measured
from fathom.engine.population import Member, Population
from fathom.engine.task import TaskSide
from fathom.engine.training import Job, train
from fathom.nets.initialization import initialize
from fathom.nets.mlp import dense_net, mlp
from fathom.tasks.multiclass import MultiClass

ROWS, INPUTS, CLASSES, MEMBERS = 100, 5, 3, 4
TASK = MultiClass(classes=("a", "b", "c"))
OPTIMIZERS = {
    "sgd": lambda k: {"optimizer": "sgd", "learning_rate": 0.05 * (k + 1)},
    "sgd in torch's form": lambda k: {"optimizer": "sgd", "learning_rate": 0.01 * (k + 1), "momentum": 0.2 * k},
    "momentum": lambda k: {"optimizer": "momentum", "learning_rate": 0.05 * (k + 1), "momentum": 0.5 + 0.1 * k},
    "nesterov": lambda k: {"optimizer": "nesterov", "learning_rate": 0.01 * (k + 1)},
    "rmsprop": lambda k: {
        "optimizer": "rmsprop",
        "learning_rate": 0.002 * (k + 1),
        "betas": (0.9, 0.9 + 0.02 * k),
        "eps": 10.0 ** -(6 + k),
    },
    "adam": lambda k: {"optimizer": "adam", "learning_rate": 0.005 * (k + 1), "betas": (0.8 + 0.03 * k, 0.99 + 0.002 * k)},
    "adamw": lambda k: {"optimizer": "adamw", "learning_rate": 0.005 * (k + 1), "weight_decay": 0.1 * k},
}
EXTRAS = {
    "plain": lambda k: {},
    "penalties": lambda k: {"l1": 0.2 * k, "l2": 0.5 * k},
    "schedules": lambda k: {"schedule": [None, {"name": "inverse", "rate": 0.3}, {"name": "cosine", "warmup": 5}, "root"][k]},
    "clipping": lambda k: {"clip_norm": [None, 0.1, 1.0, 0.01][k]},
}


def data(dtype):
    source = torch.Generator().manual_seed(0)
    X = torch.randn(ROWS, INPUTS, generator=source, dtype=dtype)
    return X, torch.randint(0, CLASSES, (ROWS,), generator=source)


def member(k, *, arguments, dtype, dropout=0.0, batch_norm=False, own_order=False, own_rows=False, own_scale=False):
    settings = Settings(**{"epochs": 29, "batch_size": 16, "seed": k, "data_seed": k if own_order else 0, **arguments})
    net = mlp(dense_net(INPUTS, CLASSES, hidden=(7, 4), dropout=dropout, batch_norm=batch_norm)).to(dtype)
    initialize(net, scheme="he", gain=1.0, seed=k)
    rows = torch.randperm(ROWS, generator=torch.Generator().manual_seed(k))[:80] if own_rows else None
    shift, scale = (
        (torch.full((INPUTS,), 0.1 * k, dtype=dtype), torch.full((INPUTS,), 1 + 0.1 * k, dtype=dtype)) if own_scale else (None, None)
    )
    return Member(net, settings, rows, shift, scale)


def trained(members, *, dense, dtype=torch.float64, batch_norm=False):
    X, y = data(dtype)
    record = dense_net(INPUTS, CLASSES, hidden=(7, 4), batch_norm=batch_norm) if dense else None
    tracks, _ = train(Job(members=members, inputs=X, targets=y, task=TaskSide(TASK.loss, TASK.slope, record)))
    assert tracks[0].epochs[-1].updates >= 140
    return [torch.cat([p.detach().reshape(-1) for p in m.net.parameters()]) for m in members], tracks


@pytest.mark.parametrize(("optimizer", "extra"), [*itertools.product(OPTIMIZERS, EXTRAS)])
def test_members_equal_solo_runs_and_autograd(optimizer, extra):
    if optimizer == "adamw" and extra == "penalties":
        pytest.skip("l2 and weight_decay exclude each other")

    def one(k):
        return member(k, arguments=OPTIMIZERS[optimizer](k) | EXTRAS[extra](k), dtype=torch.float64)

    together, tracks = trained([one(k) for k in range(MEMBERS)], dense=True)
    for k in range(MEMBERS):
        alone, track = trained([one(k)], dense=k % 2 == 0)  # by hand and by autograd in turn: the variants below do both for each
        assert torch.allclose(together[k], alone[0], rtol=0, atol=1e-9)
        assert [e.J for e in tracks[k].epochs] == pytest.approx([e.J for e in track[0].epochs], abs=1e-9)
        assert tracks[k].epochs[-1].learning_rate == pytest.approx(track[0].epochs[-1].learning_rate, rel=1e-12)


VARIANTS = {
    "dropout": {"dropout": 0.3},
    "dropout of each layer": {"dropout": (0.5, 0.1)},
    "batch norm": {"batch_norm": True},
    "batch norm and dropout": {"batch_norm": True, "dropout": 0.2},
    "own order": {"own_order": True},
    "own rows": {"own_rows": True},
    "own scaling": {"own_scale": True},
    "all at once": {"own_rows": True, "own_scale": True, "dropout": 0.2, "batch_norm": True},
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_variants_equal_solo_runs_and_autograd(variant):
    batch_norm = VARIANTS[variant].get("batch_norm", False)

    def one(k):
        return member(k, arguments={"learning_rate": 0.01 * (k + 1)}, dtype=torch.float64, **VARIANTS[variant])

    together, _ = trained([one(k) for k in range(MEMBERS)], dense=True, batch_norm=batch_norm)
    for k in range(MEMBERS):
        alone, _ = trained([one(k)], dense=True, batch_norm=batch_norm)
        plain, _ = trained([one(k)], dense=False, batch_norm=batch_norm)
        assert torch.allclose(together[k], alone[0], rtol=0, atol=1e-9)
        assert torch.allclose(together[k], plain[0], rtol=0, atol=1e-9)


def test_members_may_drop_with_rates_of_their_own():
    def one(k):
        return member(k, arguments={}, dtype=torch.float64, dropout=[0.0, 0.2, (0.0, 0.5), 0.7][k])

    together, _ = trained([one(k) for k in range(MEMBERS)], dense=True)
    for k in range(MEMBERS):
        assert torch.allclose(together[k], trained([one(k)], dense=False)[0][0], rtol=0, atol=1e-9)


def test_in_float32_one_step_is_within_rounding():
    for optimizer, tolerance in {"sgd": 1e-6, "adam": 1e-5}.items():

        def one(k, optimizer=optimizer):
            return member(k, arguments={"optimizer": optimizer, "batch_size": "full", "epochs": 1}, dtype=torch.float32)

        X, y = data(torch.float32)
        side = TaskSide(TASK.loss, TASK.slope, dense_net(INPUTS, CLASSES, hidden=(7, 4)))
        many = [one(k) for k in range(MEMBERS)]
        train(Job(members=many, inputs=X, targets=y, task=side))
        for k in range(MEMBERS):
            alone = one(k)
            train(Job(members=[alone], inputs=X, targets=y, task=TaskSide(TASK.loss)))
            for a, b in zip(many[k].net.parameters(), alone.net.parameters(), strict=True):
                assert float((a - b).detach().norm() / b.detach().norm()) < tolerance


def test_a_member_that_diverges_is_retired_alone():
    def one(k):
        return member(k, arguments={"optimizer": "sgd", "learning_rate": 1e300 if k == 1 else 0.05}, dtype=torch.float64)

    together, tracks = trained([one(k) for k in range(3)], dense=True)
    assert [t.stopped for t in tracks] == ["", "diverged", ""]
    assert "learning rate of 1e+299" in str(tracks[1].diverged)
    for k in (0, 2):
        assert torch.allclose(together[k], trained([one(k)], dense=False)[0][0], rtol=0, atol=1e-9)


def test_the_others_go_on_when_one_stops_early():
    def measure(outputs, whole):
        measured = outputs(data(torch.float64)[0])
        return [Measured({"dev": float(functional.cross_entropy(o, data(torch.float64)[1]))}) for o in measured]

    def run(ks):
        X, y = data(torch.float64)
        made = [
            member(k, arguments={"learning_rate": [0.3, 0.001, 0.5][k], "early_stopping": 3, "epochs": 60}, dtype=torch.float64) for k in ks
        ]
        side = TaskSide(TASK.loss, TASK.slope, dense_net(INPUTS, CLASSES, hidden=(7, 4)))
        tracks, _ = train(Job(members=made, inputs=X, targets=y, task=side, measure=measure))
        return made, tracks

    made, tracks = run(range(3))
    assert {t.stopped for t in tracks} == {"early", ""}
    for k in range(3):
        alone, track = run([k])
        assert (tracks[k].best_epoch, len(tracks[k].epochs)) == (track[0].best_epoch, len(track[0].epochs))
        for a, b in zip(made[k].net.parameters(), alone[0].net.parameters(), strict=True):
            assert torch.allclose(a, b, rtol=0, atol=1e-9)


def test_nets_own_their_memory_after_a_training():
    made = [member(k, arguments={"epochs": 1}, dtype=torch.float64) for k in range(2)]
    trained_before = made[1].net[0].weight
    trained_with = Job(members=made, inputs=data(torch.float64)[0], targets=data(torch.float64)[1], task=TaskSide(TASK.loss))
    train(trained_with)
    assert made[1].net[0].weight is trained_before
    assert made[0].net[0].weight.untyped_storage().nbytes() == made[0].net[0].weight.numel() * 8


def test_the_modules_of_a_population_are_its_memory():
    made = [member(k, arguments={}, dtype=torch.float64) for k in range(2)]
    population = Population.of(made, ROWS)
    with torch.no_grad():
        population.theta.zero_()
    assert all(float(p.detach().abs().sum()) == 0.0 for m in made for p in m.net.parameters())


@pytest.mark.parametrize("dense", [True, False])
def test_the_outputs_of_one_member_are_its_row_of_all(dense):
    X, _ = data(torch.float64)
    members = [member(k, arguments={}, dtype=torch.float64) for k in range(3)]
    population = Population.of(members, len(X))
    plan = plan_for(population, TaskSide(TASK.loss, TASK.slope, dense_net(INPUTS, CLASSES, hidden=(7, 4)) if dense else None))
    assert plan.name == ("dense" if dense else "stacked")
    with torch.no_grad():
        whole = plan.outputs(X)
        for place in range(3):
            torch.testing.assert_close(plan.outputs_of(place, X), whole[place])
