"""Twins: runs of the same settings with other seeds, given or trained; their spread is the noise floor of a comparison."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from fathom.core.expectations import refuse, whole
from fathom.core.records.record import plain
from fathom.data.splits import Splits
from fathom.experiment.fit import fit_many
from fathom.experiment.identity import identity_of
from fathom.experiment.ready import Ready, make_ready
from fathom.experiment.run import Run

MOST = 50
"""Seeds of one setting."""


def gathered(runs: Sequence[Run]) -> list[list[Run]]:
    """Runs that differ in seed alone stand together, the first of them first; where all do, each stands alone.

    A comparison of one setting's seeds is still a comparison of nets; and a run that is given twice is no twin of itself.
    """
    by_settings: dict[str, list[Run]] = {}
    for run in runs:
        by_settings.setdefault(_without_seed(run), []).append(run)
    apart = all(len({r.settings.seed for r in group}) == len(group) for group in by_settings.values())
    return list(by_settings.values()) if len(by_settings) > 1 and apart else [[run] for run in runs]


def with_twins(groups: Sequence[Sequence[Run]], seeds: int, splits: Splits | None = None) -> list[list[Run]]:
    """Each group filled up to so many seeds; all that are missing train in one call.

    Args:
        groups: of runs, as `gathered` gives them.
        seeds: nets of each, those that are there counted.
        splits: the data, where the runs were opened from disk.

    Raises:
        UnusableInput: the data are not at hand, or a net is the user's own.
    """
    whole("seeds", seeds, low=2, high=MOST)
    ready = _data(groups, splits)
    wanted: list[tuple[int, str, dict[str, Any]]] = []
    for place, group in enumerate(groups):
        run, taken = group[0], {r.settings.seed for r in group}
        if run._experiment.net == "custom":
            fix = "fit it with other seeds yourself and give those runs too"
            raise refuse("seeds", expected="a net of the catalogue, which can be built again", got="a net of the user's own", fix=fix)
        fresh = (seed for seed in range(1 + place * MOST, 1 + (place + 2) * MOST) if seed not in taken)
        wanted += [(place, run._experiment.net, _arguments(run, next(fresh))) for _ in range(seeds - len(group))]
    filled = [list(group) for group in groups]
    for net in dict.fromkeys(name for _, name, _ in wanted):
        own = [(place, arguments) for place, name, arguments in wanted if name == net]
        trained = fit_many(ready, net=net, settings=[arguments for _, arguments in own])
        for (place, _), run in zip(own, trained, strict=True):
            filled[place] += [run] if run.experiment is not None else []
    return filled


def _without_seed(run: Run) -> str:
    e = run._experiment
    settings = {k: v for k, v in e.settings.to_json().items() if k not in ("seed", "data_seed")}
    return repr((e.net, plain(e.arguments), e.shape, settings, e.data.get("digests"), e.data.get("split")))


def _arguments(run: Run, seed: int) -> dict[str, Any]:
    """What trains the same settings with another seed; a batch order of its own where it was chosen apart stays."""
    settings = run.settings
    made = {f.name: getattr(settings, f.name) for f in dataclasses.fields(settings)}
    apart = settings.data_seed is not None and settings.data_seed != settings.seed
    made |= {"seed": seed, "data_seed": settings.data_seed if apart else None}
    return {**made, **run._experiment.arguments}


def _data(groups: Sequence[Sequence[Run]], splits: Splits | None) -> Ready:
    """The data of the runs, checked to be theirs.

    Raises:
        UnusableInput: they are not at hand, or others.
    """
    known = next((run.ready for group in groups for run in group if run.ready is not None), None)
    if splits is None and known is None:
        raise refuse(
            "seeds", expected="the data of the runs", got="runs opened from disk", fix="give splits=, the splits that they were fitted on"
        )
    ready = known if splits is None else make_ready(splits, groups[0][0]._experiment.net)
    assert ready is not None
    own = identity_of(ready.splits)
    for group in groups:
        data = group[0]._experiment.data
        if own != {name: data.get(name) for name in own}:
            raise refuse(
                "seeds", expected="the splits that the runs were fitted on", got="others", fix="split the same data with the same seed"
            )
    return ready
