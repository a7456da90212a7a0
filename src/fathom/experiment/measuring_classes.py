"""Classes: an error of 1 where the answer is not the true class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fathom.core.expectations import refuse
from fathom.core.records.finding import Finding
from fathom.experiment.measuring_errors import Kept, Read, do_not_fit, not_numbers, tensor_of

FITS = "outputs (n, C) or (n,) for n examples, and targets (n,) or one-hot (n, C)"


class ClassReader:
    """0 or 1: the largest of C outputs, or one output beside its cut, against the true class."""

    def keep(self, role: str, outputs: Tensor, targets: Any) -> dict[str, Tensor]:
        """The answer (or the one output), the true class, and whether an output is NaN."""
        y, z = tensor_of(role, targets), outputs
        rows = y.shape[0] if y.dim() else 1
        if z.numel() == rows and z.shape[:1] in ((rows,), ()):
            name = "output" if z.is_floating_point() else "answer"
            return {name: _wide(z.reshape(-1)), "truth": _flat(role, outputs, y, rows)}
        if z.dim() > 2 and z.numel() == z.shape[0] * z.shape[1]:
            z = z.flatten(1)
        if z.dim() != 2 or z.shape[0] != rows:
            raise do_not_fit(role, outputs, y, FITS)
        kept = {"answer": z.argmax(1), "nan": z.isnan().any(1), "classes": torch.full_like(z[:, 0], z.shape[1], dtype=torch.int64)}
        if y.dim() == 2 and y.shape == z.shape:
            return {**kept, "truth": y.float().argmax(1), "sum": y.float().sum(1), "top": y.float().amax(1)}
        return {**kept, "truth": _flat(role, outputs, y, rows)}

    def check(self, role: str, held: Kept) -> None:
        """Targets are classes that the net has."""
        if "output" in held:
            _two(role, held["truth"])
            return
        _classes(role, held["truth"], int(held["classes"].min()) if "classes" in held else None)
        if "sum" in held:
            _one_hot(role, held["sum"], held["top"])

    def finish(self, kept: Mapping[str, Kept]) -> Read:
        """Errors, true classes, and how the outputs were read."""
        kinds = {role: next(name for name in ("output", "classes", "answer") if name in held) for role, held in kept.items()}
        if len(set(kinds.values())) > 1:
            got = ", ".join(f"{role} {KINDS[kind]}" for role, kind in kinds.items())
            raise refuse("outputs", expected="the same form for every role", got=got)
        return _two_classes(kept) if "output" in kinds.values() else _several(kept)


KINDS = {"output": "one output", "classes": "an output for each class", "answer": "whole numbers"}


def _wide(z: Tensor) -> Tensor:
    """Floats of half precision as single ones, which NumPy knows too."""
    return z.to(torch.promote_types(z.dtype, torch.float32)) if z.is_floating_point() else z.long()


def _flat(role: str, outputs: Tensor, y: Tensor, rows: int) -> Tensor:
    if y.numel() != rows:
        raise do_not_fit(role, outputs, y, FITS)
    return y.reshape(-1)


def _several(kept: Mapping[str, Kept]) -> Read:
    truth, errors, found, how = {}, {}, [], "the outputs are the numbers of the classes"
    for role, held in kept.items():
        width = int(held["classes"].min()) if "classes" in held else None
        how = how if width is None else f"the answer is the largest of {width:,} outputs"
        truth[role] = _classes(role, held["truth"], width)
        nan = held.get("nan", np.zeros(len(truth[role]), dtype=bool))
        errors[role] = ((held["answer"] != truth[role]) | nan).astype(np.float64)
        found += _of_nan(role, nan)
        found += _one_hot(role, held["sum"], held["top"]) if "sum" in held else []
    return Read(errors=errors, truth=truth, how=how, findings=tuple(found))


def _two_classes(kept: Mapping[str, Kept]) -> Read:
    outputs = np.concatenate([held["output"] for held in kept.values()])
    known = outputs[~np.isnan(outputs)]
    shares = bool(len(known) and known.min() >= 0 and known.max() <= 1)
    cut = 0.5 if shares else 0.0
    truth, errors, found = {}, {}, [_read_as_shares()] if shares else []
    for role, held in kept.items():
        truth[role], nan = _two(role, held["truth"]), np.isnan(held["output"])
        errors[role] = (((held["output"] > cut) != truth[role]) | nan).astype(np.float64)
        found += _of_nan(role, nan)
    how = "class 1 where the output, a probability, is above 1/2" if shares else "class 1 where the output, a logit, is above 0"
    return Read(errors=errors, truth=truth, how=how, findings=tuple(found))


def _read_as_shares() -> Finding:
    return Finding(
        id="measure.outputs.probabilities",
        severity="info",
        what="All outputs lie between 0 and 1: they were read as probabilities, with the cut at 1/2.",
        fix="If they are logits, pass error=lambda outputs, targets: (outputs > 0).flatten() != targets.flatten().",
    )


def _of_nan(role: str, nan: NDArray[np.bool_]) -> list[Finding]:
    return [not_numbers(role, int(nan.sum()), len(nan))] if nan.any() else []


def _whole(role: str, y: NDArray[Any]) -> NDArray[np.int64]:
    """True classes as whole numbers, whatever they are typed as."""
    if not (np.isfinite(y) & (y == np.round(y))).all():
        bad = y[~(np.isfinite(y) & (y == np.round(y)))][0]
        raise refuse(
            f"targets of {role}", expected="the number of a class", got=f"{bad:g}", fix="for numbers to predict say error='absolute'"
        )
    return y.astype(np.int64)


def _classes(role: str, y: NDArray[Any], width: int | None) -> NDArray[np.int64]:
    """True classes, all of which the net has an output for; `width` is None where nobody knows how many it has."""
    truth = _whole(role, y)
    if width is not None and (truth.min() < 0 or truth.max() >= width):
        bad = truth.min() if truth.min() < 0 else truth.max()
        fix = "number the classes from 0" if truth.min() >= 1 and truth.max() == width else "is this net for this target?"
        raise refuse(f"targets of {role}", expected=f"classes from 0 to {width - 1}, as the net has {width} outputs", got=str(bad), fix=fix)
    return truth


def _two(role: str, y: NDArray[Any]) -> NDArray[np.int64]:
    truth = _whole(role, y)
    if set(np.unique(truth)) <= {0, 1}:
        return truth
    if set(np.unique(truth)) <= {-1, 1}:
        return (truth > 0).astype(np.int64)
    got = ", ".join(str(v) for v in np.unique(truth)[:6])
    raise refuse(f"targets of {role}", expected="0 and 1 (or -1 and 1), as the net has one output", got=got)


def _one_hot(role: str, sums: NDArray[Any], tops: NDArray[Any]) -> list[Finding]:
    """Rows of targets that are not one-hot: several labels are refused, soft ones named."""
    soft = (np.abs(sums - 1) > 1e-6) | (np.abs(tops - 1) > 1e-6)
    if not soft.any():
        return []
    if (np.abs(sums - 1) > 1e-3).any():
        fix = "for several labels pass error=lambda outputs, targets: ((outputs > 0) != (targets > 0)).float().mean(1)"
        expected = "class numbers, or rows with a single 1"
        raise refuse(f"targets of {role}", expected=expected, got=f"a row that sums to {sums[np.abs(sums - 1) > 1e-3][0]:g}", fix=fix)
    return [
        Finding(
            id="measure.targets.soft",
            severity="warning",
            what=f"{role}: {soft.sum():,} of {len(soft):,} targets are shares of several classes; the largest counts as the truth.",
            where=role,
            evidence={"rows": int(soft.sum()), "of": len(soft)},
            cause="mixup, cutmix or label smoothing in the loader.",
            fix="Measure on the plain targets.",
        )
    ]
