"""What a diagnosis needs to know of a run, so that its advice fits what was done."""

from __future__ import annotations

from collections.abc import Iterable

from fathom.core.picture_nets import PICTURE_NETS
from fathom.core.records.circumstances import Circumstances
from fathom.core.records.experiment import Experiment
from fathom.core.records.finding import Finding
from fathom.core.records.folds import Folds


def circumstances_of(experiment: Experiment, findings: Iterable[Finding], folds: Folds | None = None) -> Circumstances:
    """Size of train, net and settings, and whether J was still falling at the end."""
    settings = experiment.settings
    return Circumstances(
        train_rows=experiment.rows["train"] if folds is None else round(sum(f.train_rows for f in folds.folds) / len(folds)),
        net=experiment.net,
        hidden=None if experiment.net in PICTURE_NETS else tuple(experiment.arguments.get("hidden", ())),
        depth=experiment.arguments.get("depth"),
        picture=experiment.data.get("picture"),
        augmented=True if settings.augment else None,
        l2=settings.l2,
        dropout=settings.dropout,
        epochs=settings.epochs,
        optimizer=settings.optimizer,
        folds=None if folds is None else len(folds),
        early_stopping=bool(settings.early_stopping),
        still_falling=any(f.id == "engine.train.still_falling" for f in findings),
    )
