"""Augmentation while a net trains: what fits the set, who can have it, and what carries it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fathom.core.expectations import refuse
from fathom.core.records.augmentation import Augmentation
from fathom.core.records.finding import Finding
from fathom.core.records.settings import Settings
from fathom.data.augmenting.batches import BatchAugmenter
from fathom.data.augmenting.colors import Colors
from fathom.data.augmenting.fitting import fitting
from fathom.experiment.ready import Ready


def chosen(arguments: Mapping[str, Any], ready: Ready) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """The arguments with the augmentation that fits the set where `augment` is True, and a finding that says what it is.

    Args:
        arguments: as a user typed them.
        ready: the data, as the net takes them.

    Raises:
        UnusableInput: augmentation of what is no picture.
    """
    asked = arguments.get("augment")
    if not asked:
        return dict(arguments), ()
    picture, target = ready.prepare.picture, ready.splits.target
    if picture is None:
        raise refuse("`augment`", expected="pictures: a folder of them, or arrays (n, height, width)", got="a table or texts")
    how, kind = fitting(picture, target) if asked in (True, "auto") else (Augmentation.of(asked), "")
    return {**arguments, "augment": how}, () if how is None else (_said(how, kind),)


def alter_of(settings: Settings, ready: Ready) -> BatchAugmenter | None:
    """What alters the batches of a net; None where nothing is altered."""
    how, picture = settings.augment, ready.prepare.picture
    if how is None or picture is None:
        return None
    if not (how.color or how.pca_color):
        return BatchAugmenter(how, picture)
    first = [int(np.flatnonzero(picture.channel_of == c)[0]) for c in range(picture.channels)]
    scaling = ready.prepare.scaling
    return BatchAugmenter(
        how, picture, Colors.of(ready.prepared.inputs["train"], picture, std=scaling.std[first], mean=scaling.mean[first])
    )


def _said(how: Augmentation, kind: str) -> Finding:
    fits = f" (what fits {kind})" if kind else ""
    what = f"The pictures of train are altered anew in every epoch: {how}{fits}. J is of altered pictures, errors are of plain ones."
    return Finding(id="data.augment.batches", severity="info", what=what, evidence={**how.to_json(), "kind": kind})
