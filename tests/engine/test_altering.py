"""Inputs altered anew in every epoch: each example by its own numbers, the same alone and among many; retired members read nothing more."""

import torch

from fathom.core.records.settings import Settings
from fathom.engine.altering import batches_of
from fathom.engine.order_of_members import Order
from fathom.engine.population import Member, Population
from fathom.engine.task import TaskSide
from fathom.engine.training import Job, train
from fathom.nets.initialization import initialize
from fathom.nets.mlp import dense_net, mlp
from fathom.tasks.multiclass import MultiClass

TASK = MultiClass(classes=("a", "b", "c"))


class Noise:
    """Adds numbers of its own to each example."""

    def drawn(self, seed, epoch, rows):
        return torch.rand(rows, 5, generator=torch.Generator().manual_seed(1000 * seed + epoch))

    def __call__(self, inputs, drawn):
        return inputs + drawn


def members(data_seeds, *, rows=None, **more):
    made = []
    for k, data_seed in enumerate(data_seeds):
        net = mlp(dense_net(5, 3, hidden=(6,)))
        initialize(net, scheme="he", seed=k)
        settings = Settings(**{"epochs": 3, "batch_size": 8, "seed": k, "data_seed": data_seed, **{n: v[k] for n, v in more.items()}})
        made.append(Member(net, settings, None if rows is None else rows[k], alter=Noise()))
    return made


def data(rows=30):
    source = torch.Generator().manual_seed(0)
    return torch.randn(rows, 5, generator=source), torch.randint(0, 3, (rows,), generator=source)


def batches(those, epoch=2, behind=0):
    X, y = data()
    population = Population.of(those, len(X))
    return list(batches_of(X, y, Order(those, len(X), X.device).of(epoch, those), population, epoch, behind=behind))


def test_a_batch_is_its_rows_altered_each_by_its_place_in_the_epoch():
    X, y = data()
    order = torch.cat(list(Order(members([4]), 30, X.device).of(2, members([4]))))
    expected = X[order] + Noise().drawn(4, 2, 30)
    got = batches(members([4]))
    assert torch.equal(torch.cat([inputs[rows] for inputs, _, rows in got]), expected)
    assert torch.equal(torch.cat([targets[rows] for _, targets, rows in got]), y[order])


def test_members_of_other_seeds_and_rows_read_what_they_read_alone():
    rows = [torch.arange(20), torch.arange(10, 30), torch.arange(5, 25)]
    for given in (None, rows):
        together = batches(members([0, 1, 1], rows=given))
        for k, seed in enumerate([0, 1, 1]):
            alone = members([0, 1, 1], rows=given)[k]
            assert alone.settings.data_seed == seed
            for (a, t, r), (inputs, targets, of_all) in zip(batches([alone]), together, strict=True):
                own = r[0] if r.dim() == 2 else r
                assert torch.equal(a[own], inputs[of_all[k]])
                assert torch.equal(t[own], targets[of_all[k]])


def test_a_training_that_was_cut_off_goes_on_with_the_same_numbers():
    whole, rest = batches(members([0])), batches(members([0]), behind=2)
    assert len(rest) == len(whole) - 2
    assert all(torch.equal(a[0], b[0]) for a, b in zip(whole[2:], rest, strict=True))


def test_without_alterations_the_inputs_are_not_touched():
    plain = [Member(m.net, m.settings) for m in members([0, 1])]
    X, y = data()
    assert all(
        inputs is X and targets is y for inputs, targets, _ in batches_of(X, y, [torch.zeros(2, 4).long()], Population.of(plain, 30), 1)
    )


def test_a_member_that_diverges_within_an_epoch_leaves_the_others_their_rows():
    X, y = data(300)
    side = TaskSide(TASK.loss, TASK.slope, dense_net(5, 3, hidden=(6,)))
    more = {"optimizer": ["sgd"] * 3, "batch_size": [1] * 3, "epochs": [2] * 3}
    together = members([0, 1, 2], learning_rate=[1e30, 0.01, 0.01], **more)
    tracks, _ = train(Job(members=together, inputs=X, targets=y, task=side))
    assert [t.stopped for t in tracks] == ["diverged", "", ""]
    for k in (1, 2):
        alone = members([0, 1, 2], learning_rate=[1e30, 0.01, 0.01], **more)[k]
        (track,), _ = train(Job(members=[alone], inputs=X, targets=y, task=side))
        assert abs(track.epochs[-1].J - tracks[k].epochs[-1].J) < 1e-5
