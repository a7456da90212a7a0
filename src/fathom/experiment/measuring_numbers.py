"""Numbers to predict: how far apart prediction and target are, and what the best constant answer would get."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fathom.core.expectations import refuse
from fathom.experiment.measuring_errors import Kept, Read, do_not_fit, tensor_of

WIDE = 4096
"""Numbers of a batch's targets that are kept where an example has several: an image to predict has thousands."""

Distance = Literal["squared", "absolute"]


class NumberReader:
    """(y_hat - y)^2 or |y_hat - y|, the mean over the numbers of an example, in the target's unit.

    The baseline is the best constant answer over train (without train, over the first role): the mean of the targets by squared
    error, their median by absolute error. Its error is the scale.
    """

    def __init__(self, distance: Distance) -> None:
        self._distance = distance

    def keep(self, role: str, outputs: Tensor, targets: Any) -> dict[str, Tensor]:
        """The errors of a batch and its targets, of wide ones as many rows as the baseline needs."""
        y = tensor_of(role, targets)
        if y.numel() != outputs.numel() or y.shape[:1] != outputs.shape[:1]:
            raise do_not_fit(role, outputs, y, "as many numbers in outputs and targets")
        prediction, truth = (t.reshape(t.shape[0], -1) if t.dim() else t.reshape(1, 1) for t in (outputs, y))
        apart = prediction.to(torch.promote_types(prediction.dtype, torch.float32)) - truth
        errors = (apart.square() if self._distance == "squared" else apart.abs()).mean(1)
        rows = truth.shape[0] if truth.shape[1] == 1 else max(1, WIDE // truth.shape[1])
        return {"errors": errors, "nan": prediction.isnan().any(1), "sample": truth[:rows]}

    def check(self, role: str, held: Kept) -> None:
        """Predictions and targets are finite."""
        bad = ~np.isfinite(held["errors"])
        if not bad.any():
            return
        whose = "outputs" if held["nan"].any() or np.isfinite(held["sample"]).all() else "targets"
        got = f"{bad.sum():,} of {len(bad):,} rows with NaN or infinity"
        fix = "fathom.check_signal shows the layer where they begin" if whose == "outputs" else "leave such rows out"
        raise refuse(f"{whose} of {role}", expected="finite numbers", got=got, fix=fix)

    def finish(self, kept: Mapping[str, Kept]) -> Read:
        """The errors, the targets, and the baseline's error as the scale."""
        errors = {role: held["errors"].astype(np.float64) for role, held in kept.items()}
        source = "train" if "train" in kept else next(iter(kept))
        scale = self._baseline(source, kept[source]["sample"].astype(np.float64))
        single = all(held["sample"].shape[1] == 1 for held in kept.values()) and self._distance == "absolute"
        truth = {role: held["sample"][:, 0].astype(np.float64) for role, held in kept.items()} if single else {}
        name = "mean" if self._distance == "squared" else "median"
        how = f"{self._distance} error; 100% is what the {name} of {source} gets as the only answer"
        return Read(errors=errors, truth=truth, how=how, scale=scale)

    def _baseline(self, role: str, y: NDArray[np.float64]) -> float:
        apart = (y - y.mean(0)) ** 2 if self._distance == "squared" else np.abs(y - np.median(y, axis=0))
        scale = float(apart.mean())
        if len(y) > 1 and not scale > 0:
            raise refuse(f"targets of {role}", expected="numbers that differ", got=f"{y.flat[0]:g} in every row")
        return scale
