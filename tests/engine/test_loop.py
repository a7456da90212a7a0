import itertools
import math

import numpy as np
import pytest
import torch
from torch import nn

from fathom.core.exceptions import TrainingDiverged
from fathom.core.records.settings import Settings
from fathom.engine.measured import Measured
from fathom.engine.order import batches
from fathom.engine.schedules import factor
from fathom.engine.training import Job, interval
from fathom.nets.initialization import initialize
from fathom.nets.mlp import build_mlp
from tests.engine import one_net
from tests.engine.one_net import history_of, theta_of


def squared(outputs, targets):
    return 0.5 * (outputs[:, 0] - targets).square()


def job(rows=40, seed=0, **settings):
    source = torch.Generator().manual_seed(1)
    inputs = torch.randn(rows, 3, generator=source)
    targets = inputs @ torch.tensor([1.0, -2.0, 0.5]) + 0.3
    net, _ = build_mlp(3, 1, hidden=(8,), dropout=settings.get("dropout", 0.0))
    initialize(net, scheme="he", seed=seed)
    chosen = Settings(**{"epochs": 20, "batch_size": 8, "seed": seed, **settings})
    return one_net.job(net, inputs, targets, squared, chosen)


def net_of(run):
    return run.members[0].net


def changed(run, **parts):
    return Job(**{**run.__dict__, **parts})


def test_history_has_an_epoch_a_row_and_J_is_data_term_plus_penalty():
    """C2W1-25: the J that is logged contains the penalty."""
    run = job(l2=2.0)
    history = history_of(run)
    assert [e.epoch for e in history] == list(range(1, 21))
    assert history.epochs[-1].updates == 100
    np.testing.assert_allclose(history["J"], np.add(history["data_term"], history["penalty"]))
    weights = sum(float(p.detach().double().square().sum()) for p in net_of(run).parameters() if p.dim() == 2)
    np.testing.assert_allclose(history.epochs[-1].penalty, 2.0 / (2 * 40) * weights, rtol=1e-6)
    np.testing.assert_allclose(history.epochs[-1].weight_norm, math.sqrt(weights), rtol=1e-6)


def test_full_batch_gradient_descent_falls_on_every_step():
    """C1W3-08, C2W2-02: J is monotone for a small rate."""
    J = history_of(job(batch_size="full", optimizer="sgd", learning_rate=0.02, epochs=200, l2=0.5))["J"]
    assert all(b <= a for a, b in itertools.pairwise(J))


def test_same_seed_same_bits_and_other_seed_other_bits():
    first, again, other = job(dropout=0.3), job(dropout=0.3), job(dropout=0.3, seed=1)
    for one in (first, again, other):
        history_of(one)
        torch.rand(7)  # the global generator has no say
    assert torch.equal(theta_of(net_of(first)), theta_of(net_of(again)))
    assert not torch.equal(theta_of(net_of(first)), theta_of(net_of(other)))


def test_training_leaves_the_global_generator_alone():
    one = job(dropout=0.3)
    state = torch.get_rng_state()
    history_of(one)
    assert torch.equal(torch.get_rng_state(), state)


def test_divergence_names_the_epoch_and_what_to_try():
    with pytest.raises(
        TrainingDiverged, match=r"epoch \d+ of 20: J became .*learning rate 1000.*Try a learning rate of 100, or clip_norm=1"
    ):
        history_of(job(optimizer="sgd", learning_rate=1000.0))


def test_nan_in_the_data_is_divergence_not_a_hang():
    bad = job()
    bad.inputs[3, 1] = math.nan
    with pytest.raises(TrainingDiverged, match="epoch 1 of 20: J became NaN"):
        history_of(bad)


def test_early_stopping_ends_with_the_weights_of_the_best_dev_epoch():
    """C2W1-37."""
    run = job(early_stopping=3, epochs=50)
    dev = iter([0.5, 0.3, 0.2, 0.4, 0.4, 0.4, 0.1])
    kept = {}

    def measure(outputs, whole):
        error = next(dev)
        kept[error] = theta_of(net_of(run)).clone()
        return [Measured({"dev": error}, lambda: error)]

    history = history_of(changed(run, measure=measure))
    assert (history.stopped, history.best_epoch, len(history)) == ("early", 3, 6)
    assert torch.equal(theta_of(net_of(run)), kept[0.2])


def scored(error, loss):
    return Measured({"dev": error}, lambda: loss)


def test_equal_dev_errors_are_told_apart_by_the_dev_loss():
    run = job(early_stopping=2, epochs=4)
    scores = iter([(0.2, 0.9), (0.2, 0.5), (0.2, 0.7), (0.3, 0.1)])
    history = history_of(changed(run, measure=lambda outputs, whole: [scored(*next(scores))]))
    assert history.best_epoch == 2


def test_the_dev_loss_is_asked_for_only_where_it_can_decide():
    asked = []
    run = job(early_stopping=5, epochs=5)
    errors = enumerate([0.3, 0.4, 0.3, 0.2, 0.5], start=1)

    def measure(outputs, whole):
        epoch, error = next(errors)
        return [Measured({"dev": error}, lambda: asked.append(epoch) or float(epoch))]

    assert history_of(changed(run, measure=measure)).best_epoch == 4
    assert asked == [1, 3, 4]  # the first, the tie, the improvement


def test_interrupt_keeps_what_is_finished():
    run = job(epochs=50)

    def stop(done, total, text):
        if done >= 20:
            raise KeyboardInterrupt

    history = history_of(changed(run, progress=stop))
    assert history.stopped == "interrupted"
    assert 3 <= len(history) <= 4


def test_interrupt_before_the_first_epoch_goes_through():
    def stop(done, total, text):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        history_of(changed(job(), progress=stop))


@pytest.mark.parametrize(
    ("rows", "measured", "epochs", "early", "expected"),
    [(1000, 100, 200, False, 1), (1000, 1000, 200, False, 10), (1000, 5000, 40, False, 4), (1000, 5000, 40, 5, 4), (10, 10, 5, False, 1)],
)
def test_measuring_costs_a_tenth_of_the_examples_but_happens_ten_times(rows, measured, epochs, early, expected):
    run = job(rows=rows, epochs=epochs, early_stopping=early)
    assert interval(changed(run, measured_rows=measured)) == expected


@pytest.mark.parametrize("early", [False, 100])
def test_with_early_stopping_dev_is_measured_in_every_epoch_and_train_at_intervals(early):
    def measure(outputs, whole):
        return [Measured({"dev": 0.5} | ({"train": 0.1} if whole else {}), lambda: 1.0)]

    run = job(rows=1000, epochs=40, early_stopping=early, batch_size="full")
    history = history_of(changed(run, measure=measure, measured_rows=5000))
    at_intervals = [1, *range(4, 41, 4)]
    assert [epoch for epoch, _ in history.measured("train")] == at_intervals
    assert [epoch for epoch, _ in history.measured("dev")] == (list(range(1, 41)) if early else at_intervals)


def test_batches_visit_every_row_once_and_pair_with_the_seed():
    """C2W2-01: ceil(m / size) batches, shuffled."""
    for rows, size, count in ((1000, 64, 16), (5000, 1000, 5), (7, 3, 2), (1, 64, 1)):
        settings = Settings(batch_size=size)
        parts = batches(rows, 1, settings)
        assert len(parts) == count == settings.updates_an_epoch(rows)
        assert sorted(torch.cat(parts).tolist()) == list(range(rows))
    a, b = (torch.cat(batches(100, 1, Settings(data_seed=s, batch_size=10))) for s in (0, 1))
    assert not torch.equal(a, b)
    assert not torch.equal(a, torch.cat(batches(100, 2, Settings(batch_size=10))))


def test_schedule_and_warm_up_set_the_rate_of_a_step():
    settings = Settings(learning_rate=0.2, schedule={"name": "inverse", "rate": 1.0, "warmup": 4})
    assert [round(0.2 * factor(settings.schedule, 1, step, 100), 4) for step in (0, 1, 3, 9)] == [0.025, 0.05, 0.1, 0.1]
    cosine = Settings(learning_rate=1.0, schedule="cosine")
    assert [round(factor(cosine.schedule, 1, step, 100), 4) for step in (0, 50, 100)] == [1.0, 0.5, 0.0]


def test_bfloat16_and_float64_train():
    for precision, dtype in (("bfloat16", torch.float32), ("float64", torch.float64)):
        run = job(precision=precision, epochs=60)
        net_of(run).to(dtype)
        history = history_of(changed(run, inputs=run.inputs.to(dtype), targets=run.targets.to(dtype)))
        assert history["J"][-1] < 0.5 * history["J"][0]


class Twice(nn.Module):
    """A module that no catalogue knows, with a frozen part and one that the loss does not reach."""

    def __init__(self):
        super().__init__()
        self.frozen, self.used, self.unused = nn.Linear(3, 3), nn.Linear(3, 1), nn.Linear(2, 2)
        self.frozen.requires_grad_(False)

    def forward(self, inputs):
        return self.used(self.frozen(inputs))


def test_a_module_of_the_users_trains_and_frozen_parts_stay():
    net = Twice()
    frozen, unused, used = (m.weight.clone() for m in (net.frozen, net.unused, net.used))
    run = job()
    history_of(one_net.job(net, run.inputs, run.targets, squared, run.members[0].settings))
    assert torch.equal(net.frozen.weight, frozen)
    assert torch.equal(net.unused.weight, unused)
    assert not torch.equal(net.used.weight, used)
