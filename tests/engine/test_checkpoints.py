"""A training that is killed anywhere and taken up again has the bits of one that was left alone."""

import itertools
from functools import partial

import pytest
import torch

from fathom.core.exceptions import UnusableInput
from fathom.core.records.settings import Settings
from fathom.engine.checkpoints import Checkpoints
from fathom.engine.measured import Measured
from fathom.engine.population import Member
from fathom.engine.task import TaskSide
from fathom.engine.training import Job, train
from fathom.nets.initialization import initialize
from fathom.nets.mlp import dense_net, mlp
from fathom.tasks.multiclass import MultiClass

TASK = MultiClass(classes=("a", "b", "c"))
SETTINGS = {
    "plain": {},
    "schedule and clipping": {"schedule": {"name": "cosine", "warmup": 7}, "clip_norm": 0.5, "optimizer": "nesterov"},
    "early stopping": {"early_stopping": 4, "learning_rate": 0.05},
    "dropout and batch norm": {"dropout": 0.3, "batch_norm": True, "l2": 1.0},
}


class Killed(Exception):
    pass


def mean_loss(outputs, targets):
    return float(TASK.loss(outputs, targets).mean())


def job(folder, arguments, *, members=1, record=True, kill_after=None, rows=90):
    """Batches of one row where a training should be killed inside an epoch: looks happen every 256 steps."""
    source = torch.Generator().manual_seed(0)
    X, y = torch.randn(rows, 5, generator=source), torch.randint(0, 3, (rows,), generator=source)
    arguments = dict(arguments)
    of_net = {"dropout": arguments.get("dropout", 0.0), "batch_norm": arguments.pop("batch_norm", False)}
    made = []
    for k in range(members):
        net = mlp(dense_net(5, 3, hidden=(6, 4), **of_net))
        initialize(net, scheme="he", seed=k)
        settings = Settings(**{"epochs": 12, "batch_size": 16, "seed": k, "data_seed": 0, **arguments, "learning_rate": 0.01 * (k + 1)})
        made.append(Member(net, settings))
    looks = itertools.count(1)

    def progress(done, total, text):
        if kill_after is not None and next(looks) > kill_after:
            raise Killed

    def measure(outputs, whole):
        return [Measured({"dev": TASK.errors(o, y).rate}, partial(mean_loss, o, y)) for o in outputs(X)]

    side = TaskSide(TASK.loss, TASK.slope, dense_net(5, 3, hidden=(6, 4), **of_net) if record else None)
    checkpoints = None if folder is None else Checkpoints(folder, seconds=0.0)
    return Job(members=made, inputs=X, targets=y, task=side, measure=measure, progress=progress, checkpoints=checkpoints)


def weights(one):
    return [t.clone() for m in one.members for t in m.net.state_dict().values()]


def same(a, b):
    return len(a) == len(b) and all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("name", SETTINGS)
def test_killed_and_resumed_has_the_same_bits(name, members, tmp_path):
    whole = job(None, SETTINGS[name], members=members)
    tracks, _ = train(whole)
    for kill_after in (1, 5, 8, 19):
        folder = tmp_path / f"{kill_after}"
        killed = job(folder, SETTINGS[name], members=members, kill_after=kill_after)
        with pytest.raises(Killed):
            train(killed)
        again = job(folder, SETTINGS[name], members=members)
        resumed, _ = train(again)
        assert same(weights(again), weights(whole))
        assert [[e.to_json() for e in t.epochs] for t in resumed] == [[e.to_json() for e in t.epochs] for t in tracks]
        assert [t.best_epoch for t in resumed] == [t.best_epoch for t in tracks]


@pytest.mark.parametrize("record", [True, False])
def test_killed_inside_an_epoch(record, tmp_path):
    arguments = {"batch_size": 1, "epochs": 2}
    whole = job(None, arguments, record=record, rows=700)
    tracks, _ = train(whole)
    killed = job(tmp_path, arguments, record=record, rows=700, kill_after=5)  # in the second epoch, between two looks
    with pytest.raises(Killed):
        train(killed)
    newest = Checkpoints(tmp_path).newest()
    assert newest.state["position"] == {"epoch": 2, "batches": 256, "totals": newest.state["position"]["totals"]}
    again = job(tmp_path, arguments, record=record, rows=700)
    resumed, _ = train(again)
    assert same(weights(again), weights(whole))
    assert [e.J for e in resumed[0].epochs] == [e.J for e in tracks[0].epochs]


def test_members_that_stopped_before_stay_stopped(tmp_path):
    arguments = {"early_stopping": 2, "optimizer": "sgd", "epochs": 30}
    whole = job(None, arguments, members=3)
    tracks, _ = train(whole)
    killed = job(tmp_path, arguments, members=3, kill_after=2 * max(len(t.epochs) for t in tracks) - 3)
    with pytest.raises(Killed):
        train(killed)
    again = job(tmp_path, arguments, members=3)
    resumed, _ = train(again)
    assert [t.stopped for t in resumed] == [t.stopped for t in tracks]
    assert same(weights(again), weights(whole))


def some(folder, count):
    kept = Checkpoints(folder, seconds=0.0)
    for number in range(count):
        kept.write({"a": torch.full((3,), float(number))}, {"number": number})
    return kept


def test_the_last_two_are_kept_and_the_newest_is_read(tmp_path):
    kept = some(tmp_path, 5)
    assert len(list(tmp_path.iterdir())) == 2
    assert kept.newest().state == {"number": 4}
    kept.clear()
    assert not tmp_path.exists()
    assert kept.newest() is None


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b[:-1] + bytes([b[-1] ^ 1]), lambda b: b"", lambda b: b"x" * 40])
def test_a_damaged_newest_falls_back_to_the_one_before(tmp_path, damage):
    kept = some(tmp_path, 3)
    newest = max(tmp_path.iterdir())
    newest.write_bytes(damage(newest.read_bytes()))
    read = kept.newest()
    assert read.state == {"number": 1}
    assert read.tensors["a"].tolist() == [1.0] * 3
    assert newest.name in kept.passed_over[0]


def test_a_full_disk_leaves_the_older_ones_and_says_so(tmp_path, monkeypatch):
    kept = some(tmp_path, 2)

    def full(path, tensors, state):
        path.write_bytes(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fathom.engine.checkpoints._write", full)
    kept.write({"a": torch.zeros(1)}, {})
    assert kept.trouble == "OSError: No space left on device"
    assert kept.newest().state == {"number": 1}
    assert len(list(tmp_path.iterdir())) == 2


def test_checkpoints_of_another_training_are_refused(tmp_path):
    kept = Checkpoints(tmp_path, seconds=0.0, identity={"threads": 1, "data": {"digest": "a"}})
    kept.write({"a": torch.zeros(1)}, {})
    assert Checkpoints(tmp_path, identity={"threads": 1, "data": {"digest": "a"}}).newest() is not None
    with pytest.raises(UnusableInput, match=r"threads 1\), got threads 2|threads 1, got threads 2"):
        Checkpoints(tmp_path, identity={"threads": 2, "data": {"digest": "a"}}).newest()
    with pytest.raises(UnusableInput, match='data {"digest": "b"}'):
        Checkpoints(tmp_path, identity={"threads": 1, "data": {"digest": "b"}}).newest()
