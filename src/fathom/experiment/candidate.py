"""One net that is to be trained: from the arguments that a user names to a module, a task and an experiment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from fathom.core.expectations import refuse
from fathom.core.records.experiment import Experiment
from fathom.core.records.finding import Finding
from fathom.core.records.picture import Picture
from fathom.core.records.settings import Settings
from fathom.core.seeding import derive
from fathom.experiment.arguments import sort_arguments
from fathom.experiment.augmented import chosen
from fathom.experiment.build import Built, NetLike, build
from fathom.experiment.identity import identity_of
from fathom.experiment.ready import Ready
from fathom.experiment.task import task_of
from fathom.experiment.word_vectors import put_in, vectors_for
from fathom.nets.catalogue import DEFAULT, entry
from fathom.tasks.task import Task


@dataclass(frozen=True)
class Candidate:
    """A net to train.

    Attributes:
        ready: the data that it is trained on.
        settings: as resolved for this train set.
        built: the module, initialized.
        task: loss, errors and decoding.
        experiment: the record of all that.
        findings: what was seen while the net was built.
    """

    ready: Ready
    settings: Settings
    built: Built
    task: Task
    experiment: Experiment
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, ready: Ready, net: NetLike | None, arguments: Mapping[str, Any]) -> Candidate:
        """The candidate that a user's arguments describe; without a net the one for such data.

        Raises:
            UnusableInput: an argument that is unknown or outside its range, or early stopping without a dev set.
        """
        net = DEFAULT[ready.prepare.makes] if net is None else net
        ready = ready.for_net(net, whole=bool(arguments.get("augment")))
        arguments, altered = chosen(arguments, ready)
        net_arguments = entry(net).arguments if isinstance(net, str) else None
        for_settings, for_net = sort_arguments(arguments, net_arguments)
        settings = Settings(**for_settings).at(rows=len(ready.prepared.targets["train"]))
        if settings.early_stopping and not len(ready.prepared.targets.get("dev", ())):
            raise refuse("`early_stopping`", expected="a dev set to stop by", got="splits without one")
        target = ready.splits.target
        task = task_of(target, ready.prepare, settings)
        vectors, for_net = vectors_for(ready.prepare, for_net)
        with torch.random.fork_rng():  # a user's own module may draw from torch's global generator
            torch.manual_seed(derive(settings.seed, "global"))
            built = build(
                net,
                inputs=ready.prepare.width,
                outputs=task.outputs,
                settings=settings,
                arguments=for_net,
                kind=target.kind,
                makes=ready.prepare.makes,
                picture=ready.prepare.picture,
                beside=ready.prepare.beside,
            )
        words = ready.prepare.vocabulary
        found = () if vectors is None or words is None else (put_in(built, words, vectors, for_net["vectors"]),)
        return cls(ready, settings, built, task, _experiment(ready, built, settings), (*found, *altered))

    @property
    def dense(self) -> bool:
        """Whether the engine has passes of its own for it."""
        return self.built.record is not None and self.settings.precision != "bfloat16"

    @property
    def alike(self) -> tuple[Any, ...]:
        """Candidates that agree in this may be trained as one program."""
        s, record, shape = self.settings, self.built.record, self.built.shape
        make = (shape, self.built.parameters) if record is None else (record.sizes, record.activation, record.batch_norm)
        data = (self.experiment.rows["train"], self.experiment.features)
        training = (s.optimizer, s.batch_size, s.epochs, bool(s.early_stopping), s.precision, s.device, s.augment)
        return (*data, *make, *training, s.loss, s.label_smoothing)


def _experiment(ready: Ready, built: Built, settings: Settings) -> Experiment:
    train = ready.splits.train
    picture = Picture.of(train.notes.get("shape", ""), len(train.inputs))
    return Experiment(
        data={
            "name": train.name,
            "path": train.path,
            "digest": train.digest,
            "generated": train.generated,
            "columns": [c.to_json() for c in train.columns],
            **({} if picture is None else {"picture": str(picture)}),
            **identity_of(ready.splits),
        },
        net=built.name,
        arguments=built.arguments,
        shape=built.shape,
        parameters=built.parameters,
        settings=settings,
        rows={role: len(targets) for role, targets in ready.prepared.targets.items()},
        features=len(ready.prepare.names),
    )
