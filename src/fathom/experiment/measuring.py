"""A net that was trained elsewhere, measured: an error for each example by role, which a diagnosis takes."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.parameter import is_lazy

from fathom.core.expectations import one_of, refuse, whole
from fathom.core.records.finding import Finding
from fathom.core.roles import ROLES, role_of
from fathom.core.seeding import derive
from fathom.experiment.measuring_classes import ClassReader
from fathom.experiment.measuring_errors import OwnReader, Reader
from fathom.experiment.measuring_numbers import NumberReader
from fathom.experiment.measuring_pass import Pass, Target
from fathom.experiment.measuring_result import Measured
from fathom.experiment.measuring_sources import ENDLESS, Source, first_rows, source_of, untouched_generators
from fathom.experiment.sample_size import AT_THE_END, rows_for
from fathom.nets.calling import Forward
from fathom.nets.untouched import untouched
from fathom.report.progress import progress_bar

ERRORS = ("class", "squared", "absolute")
Limit = float | Mapping[str, float] | None


def measure(
    net: nn.Module,
    data: Mapping[str, Any],
    error: str | Callable[[Any, Any], Any] = "class",
    *,
    forward: Forward | None = None,
    target: Target = None,
    device: torch.device | str | None = None,
    limit: Limit = None,
    unit: str = "",
    seed: int = 0,
    progress: bool | None = None,
) -> Measured:
    """The errors of any trained module over any loaders, for `fathom.diagnose`.

    The net runs in evaluation mode under `torch.inference_mode`. The mode of every submodule, buffers, hooks and the random state
    of Python, NumPy, torch and the loaders are put back, on an exception and on Ctrl-C too. Of train as many rows are measured as
    give its error an interval of half a point at worst (38,415); they are drawn at random where the loader or its dataset lets one.

    Args:
        net: any `torch.nn.Module`, where its weights are.
        data: role -> a loader: any iterable of batches. A batch is (inputs, target), a longer tuple with the target last, or a
            mapping, dataclass or named tuple with one of target, targets, label, labels, y. A dataset or a pair of arrays (X, y)
            is cut into batches.
        error: "class": 0 or 1, by the largest of C outputs (n, C), or by one output at its cut (0 for logits, 1/2 where all
            lie between 0 and 1). "squared", "absolute": of numbers, in the target's unit. Or (outputs, targets) -> (n,).
        forward: (net, inputs) -> outputs, where the net is not called as net(inputs), net(*inputs) or net(**inputs).
        target: the key or place of the target in a batch, or a callable batch -> target.
        device: where the batches go; the net's own where left out.
        limit: the most rows of a role, or a mapping of role -> most; `math.inf` measures every row. An endless iterable needs one.
        unit: of the target, for numbers ("mmHg").
        seed: of the rows that are drawn, and of whatever the loaders draw.
        progress: a bar on the error stream; where that is a terminal and it takes over a second, if left out.

    Returns:
        A mapping of role -> the errors (n,), with `findings`; print it, or give it to `fathom.diagnose`.

    Raises:
        UnusableInput: an unknown role, a loader without batches, outputs and targets that do not fit, or an iterable without end.

    Source:
        C1W3-19, C3W2-10 (the ladder that the errors are for).

    Example:
        >>> X, y = torch.tensor([[2.0], [-1.0], [3.0], [-2.0]]), torch.tensor([1, 0, 0, 0])
        >>> net, loader = nn.Linear(1, 1), [(X, y)]
        >>> _ = nn.init.ones_(net.weight), nn.init.zeros_(net.bias)
        >>> errors = measure(net, {"train": loader, "dev": loader}, error="class")
        >>> errors["dev"]
        array([0., 0., 1., 0.])
        >>> from fathom.diagnosis.diagnose import diagnose
        >>> print(diagnose(errors, human=0.01).ladder["dev"])
        dev 0.25 (0.04559 to 0.6994)
    """
    reader, loaders = _reader(error), _by_role(data)
    place = _place(net, device)
    limits = _limits(limit, loaders)
    with untouched_generators(loaders.values()), untouched(net, weights=False), progress_bar(progress) as bar:
        net.eval()
        _seed(seed)
        sources = {role: source_of(role, loader, _most(role, limits.get(role)), seed) for role, loader in loaders.items()}
        over = Pass(net, reader, forward, target, place, bar).over
        kept = {role: over(role, source, may_end=role in limits) for role, source in sources.items()}
    read = reader.finish(kept)
    return Measured(
        errors=read.errors,
        truth=read.truth,
        how=read.how,
        scale=read.scale,
        unit=f"{unit}²" if unit and error == "squared" else unit,
        rows={role: source.rows for role, source in sources.items() if source.rows is not None},
        findings=(*_of_sources(sources, read.errors), *read.findings),
    )


def _reader(error: Any) -> Reader:
    if callable(error):
        return OwnReader(error)
    kind = one_of("error", error, ERRORS)
    return ClassReader() if kind == "class" else NumberReader(kind)  # type: ignore[arg-type]  # one of the two that are left


def _by_role(data: Any) -> dict[str, Any]:
    """The loaders in the order of the ladder."""
    if not isinstance(data, Mapping) or not data:
        got = "an empty one" if isinstance(data, Mapping) else type(data).__name__
        raise refuse("`data`", expected='a mapping as in {"train": loader, "dev": loader}', got=got)
    found: dict[str, Any] = {}
    for word, loader in data.items():
        role = role_of(word)
        if role in found:
            raise refuse("roles", expected="each role once", got=f"'{word}' and another name of {role}")
        found[role] = loader
    return {role: found[role] for role in ROLES if role in found}


def _place(net: Any, device: torch.device | str | None) -> torch.device:
    """The device of the net, and so of the batches; a net that cannot run is refused."""
    if not isinstance(net, nn.Module):
        fix = "a run has its errors already: run.errors" if hasattr(net, "errors") else "wrap a function in a module of your own"
        raise refuse("`net`", expected="a torch.nn.Module", got=type(net).__name__, fix=fix)
    tensors = dict(itertools.chain(net.named_parameters(), net.named_buffers()))
    for name, tensor in tensors.items():
        if is_lazy(tensor) or tensor.is_meta:
            kind = "which is lazy and has no shape yet" if is_lazy(tensor) else "which is on the meta device"
            raise refuse(
                "`net`", expected="weights that have values", got=f"'{name}', {kind}", fix="load its weights first, or call it once"
            )
    first = next(iter(tensors.values()), None)
    own = torch.device("cpu") if first is None else first.device
    if device is None or first is None:
        return own if device is None else torch.device(device)
    place = torch.device(device)
    if place.type != own.type or (place.index is not None and place.index != own.index):
        raise refuse("`device`", expected=f"{own}, where the net is", got=str(place), fix=f"move the net first: net.to('{place}')")
    return own


def _limits(limit: Limit, loaders: Mapping[str, Any]) -> dict[str, float]:
    """The limits that were given, by role; an endless iterable must have one."""
    given = {role_of(word): most for word, most in limit.items()} if isinstance(limit, Mapping) else dict.fromkeys(loaders, limit)
    found = {role: most if most == math.inf else whole("limit", most, low=1) for role, most in given.items() if most is not None}
    for role, loader in loaders.items():
        if isinstance(loader, ENDLESS) and found.get(role, math.inf) == math.inf:
            got = f"itertools.{type(loader).__name__}"
            raise refuse(f"`{role}`", expected="an iterable that ends", got=got, fix=f"pass limit={{'{role}': rows}}")
    return found


def _most(role: str, limit: float | None) -> int | None:
    """Rows after which to stop: as asked for, else of train as many as its interval wants."""
    if limit is None:
        return rows_for(AT_THE_END) if role == "train" else None
    return None if limit == math.inf else int(limit)


def _seed(seed: int) -> None:
    """The generators that loaders draw from; whoever calls this puts their states back."""
    number = derive(whole("seed", seed), "measure")
    random.seed(number)
    np.random.seed(number % 2**32)  # noqa: NPY002  # what a dataset draws from
    torch.default_generator.manual_seed(number)


def _of_sources(sources: Mapping[str, Source], errors: Mapping[str, NDArray[Any]]) -> Iterator[Finding]:
    for role, source in sources.items():
        yield from source.findings
        held = len(errors[role])
        if source.most is not None and held >= source.most and not source.random and (source.rows is None or source.rows > held):
            yield first_rows(role, held)
