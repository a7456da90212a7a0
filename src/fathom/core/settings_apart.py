"""The settings that set experiments apart, and names for runs that say so: 'l2 0.7', 'dropout 0.2'."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from fathom.core.records.experiment import Experiment
from fathom.core.records.settings import Settings

ABSENT = "-"
"""Of a net that has no such argument."""

MOST_PARTS = 3
"""Settings in the name of a run."""

MOST_LETTERS = 48

OF_THE_OPTIMIZER = ("momentum", "betas", "eps")
"""What comes with the optimizer where nobody chose it."""


def settings_apart(experiments: Sequence[Experiment]) -> dict[str, tuple[str, ...]]:
    """What differs between experiments, as text: net and its arguments, settings, data; {} where nothing does.

    Args:
        experiments: at least one.

    Returns:
        By name, in the order of the records, one text for each experiment.

    Example:
        >>> made = dict(data={}, net="mlp", shape="2-8-1", parameters=33, rows={"train": 100}, features=2)
        >>> plain, decayed = (Experiment(settings=Settings(l2=l2), **made) for l2 in (0.0, 0.7))
        >>> settings_apart([plain, decayed])
        {'l2': ('0', '0.7')}
    """
    listed = [{**_of_net(e), **_of_settings(e), **_of_data(e)} for e in experiments]
    names = dict.fromkeys(name for values in listed for name in values)
    texts = {name: tuple(text_of(values[name]) if name in values else ABSENT for values in listed) for name in names}
    found = {name: values for name, values in texts.items() if len(set(values)) > 1}
    if found.get("data_seed") == found.get("seed"):
        found.pop("data_seed", None)
    return {
        name: values for name, values in found.items() if name not in OF_THE_OPTIMIZER or not all(_at_default(name, e) for e in experiments)
    }


def names_apart(experiments: Sequence[Experiment], fallback: Sequence[str] = ()) -> tuple[str, ...]:
    """A name for each experiment that says what it has and the others have not; each name once.

    A setting at its default is left out as long as another one tells the runs apart; 'no l2' is said for one that is off.

    Args:
        experiments: at least one.
        fallback: what to call them where no setting differs, as in the names of their folders.

    Example:
        >>> made = dict(data={"name": "moons"}, net="mlp", shape="2-8-1", parameters=33, rows={"train": 100}, features=2)
        >>> names_apart([Experiment(settings=Settings(**s), **made) for s in ({}, {"l2": 0.7}, {"dropout": 0.2})])
        ('no l2, no dropout', 'l2 0.7', 'dropout 0.2')
    """
    apart = [name for name in settings_apart(experiments) if _tells(name, experiments)]
    short = [_name(e, apart, whole=False) for e in experiments]
    if len(set(short)) < len(short) or not all(short):
        short = [_name(e, apart, whole=True) for e in experiments]
    if len(set(short)) < len(short) or not all(short):
        short = _told_apart(short, fallback or [str(e.data.get("name", "run")) for e in experiments])
    return tuple(short)


def text_of(value: Any) -> str:
    """A setting as people write it.

    Example:
        >>> text_of((64, 32)), text_of(0.30000000000000004), text_of(False), text_of(None)
        ('64-32', '0.3', 'no', 'none')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "-".join(text_of(v) for v in value) or "none"
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _of_net(e: Experiment) -> dict[str, Any]:
    return {"net": e.net, "shape": e.shape, **e.arguments}


def _of_settings(e: Experiment) -> dict[str, Any]:
    """Without those that the optimizer does not read."""
    found = {field.name: getattr(e.settings, field.name) for field in dataclasses.fields(e.settings)}
    for name in ("betas", "eps") if e.settings.optimizer in ("sgd", "momentum", "nesterov") else ("momentum",):
        del found[name]
    return {**found, "initialization": found["initialization"] or "default"}


def _of_data(e: Experiment) -> dict[str, Any]:
    """Name, rows and digests of the data, and the seed of the split."""
    plan, digests = e.data.get("split"), e.data.get("digests")
    found = {"data": e.data.get("name"), **{f"{role} rows": f"{n:,}" for role, n in e.rows.items()}}
    found["split seed"] = plan.get("seed") if isinstance(plan, Mapping) else None
    return {**found, **({f"{role} digest": str(d)[:12] for role, d in digests.items()} if isinstance(digests, Mapping) else {})}


def _tells(name: str, experiments: Sequence[Experiment]) -> bool:
    """Is it a choice of the user, not what follows from another one?"""
    if name == "data":
        return True
    if name == "shape":
        return len({text_of(e.arguments.get("hidden")) for e in experiments}) == 1 and len({e.net for e in experiments}) == 1
    if not hasattr(experiments[0].settings, name):
        return any(name in e.arguments for e in experiments) or name == "net"
    return not all(_at_default(name, e) for e in experiments) or name == "optimizer"


def _at_default(name: str, e: Experiment) -> bool:
    """Would the experiment have this value if nobody had asked for one? Rates follow the optimizer, epochs the batch."""
    default = Settings(optimizer=e.settings.optimizer, batch_size=e.settings.batch_size, seed=e.settings.seed)
    if "train" in e.rows:
        default = default.at(rows=e.rows["train"])
    if name in ("batch_size", "seed"):
        return bool(getattr(e.settings, name) == getattr(Settings(), name))
    return bool(getattr(e.settings, name) == getattr(default, name))


def _name(e: Experiment, apart: Sequence[str], *, whole: bool) -> str:
    values = {**_of_net(e), **_of_settings(e), **_of_data(e)}
    present = [name for name in apart if name in values]
    chosen = [name for name in present if not (hasattr(e.settings, name) and name != "optimizer" and _at_default(name, e))]
    if not chosen and not whole:
        chosen = [name for name in present if _is_off(values[name])]
    parts = [_part(name, values[name]) for name in (present if whole or not chosen else chosen)]
    text = ", ".join(parts[:MOST_PARTS])
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"


def _part(name: str, value: Any) -> str:
    """'l2 0.7', 'no l2', 'batch_norm', 'adam'."""
    if name in ("optimizer", "net", "data", "shape"):
        return text_of(value)
    if _is_off(value):
        return f"no {name}"
    return name if value is True else f"{name} {text_of(value)}"


def _is_off(value: Any) -> bool:
    """None, False, 0.0, or zeros for every layer."""
    if isinstance(value, tuple | list):
        return not any(value)
    return value is None or value is False or (isinstance(value, float) and value == 0)


def _told_apart(names: Sequence[str], fallback: Sequence[str]) -> list[str]:
    """The fallback where there are no names, and a letter where two are the same."""
    chosen = [name or other for name, other in zip(names, fallback, strict=True)]
    if len(set(chosen)) < len(chosen) and len(set(fallback)) == len(fallback):
        chosen = list(fallback)
    seen: dict[str, int] = {}
    told = []
    for name in chosen:
        seen[name] = seen.get(name, 0) + 1
        told.append(f"{name} ({chr(96 + seen[name])})" if chosen.count(name) > 1 else name)
    return told
