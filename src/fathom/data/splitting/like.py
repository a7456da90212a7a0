"""The plan of an earlier split, from whatever holds it: splits, a run, a run folder, a folder that `fathom split` wrote."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fathom.core import run_folder
from fathom.core.exceptions import UnusableInput
from fathom.core.expectations import refuse
from fathom.core.records.split_plan import SplitPlan

SPLIT = "split.json"
"""What `fathom split --out` writes beside the tables."""


def plan_like(source: Any) -> SplitPlan:
    """The plan whose cut points are to be kept, named after its source.

    Args:
        source: a `SplitPlan`, `Splits`, a `Run`, or the path of a run folder or of a folder of `fathom split --out`.

    Raises:
        UnusableInput: it holds no plan, or one without cut points.
    """
    name, plan = _found(source)
    if not plan.cuts or not _sound(plan.cuts):
        raise refuse("`like`", expected="a split that fathom made", got=f"one that was {plan.method}", fix="split without like=")
    return _named(plan, name)


def _found(source: Any) -> tuple[str, SplitPlan]:
    if isinstance(source, SplitPlan):
        return "an earlier split", source
    if isinstance(source, str | Path):
        folder = Path(source)
        return folder.name, SplitPlan.from_json(_stored(folder))
    if isinstance(how := getattr(source, "how", None), SplitPlan):
        return "an earlier split", how
    data = getattr(getattr(source, "experiment", None), "data", None)
    if isinstance(data, Mapping) and "split" in data:
        return "an earlier run", SplitPlan.from_json(data["split"])
    raise refuse("`like`", expected="splits, a run, or the path of a run folder", got=type(source).__name__)


def target_like(source: Any) -> str:
    """The name of the target of an earlier split, "" where its source does not say."""
    if isinstance(source, str | Path) and not (Path(source) / SPLIT).is_file():
        source = run_folder.read_json(Path(source), run_folder.RUN).get("experiment", {}).get("data", {})
    elif not isinstance(source, str | Path):
        source = getattr(getattr(source, "experiment", None), "data", {})
    target = source.get("target") if isinstance(source, Mapping) else None
    return str(target.get("name", "")) if isinstance(target, Mapping) else ""


def _stored(folder: Path) -> Any:
    if (folder / SPLIT).is_file():
        return run_folder.read_json(folder, SPLIT)
    head = run_folder.read_json(folder, run_folder.RUN)
    try:
        return head["experiment"]["data"]["split"]
    except (KeyError, TypeError):
        raise UnusableInput(f"run '{folder}': expected how it was split, got a {run_folder.RUN} without it.") from None


def _named(plan: SplitPlan, name: str) -> SplitPlan:
    import dataclasses

    return dataclasses.replace(plan, like=name)


def _sound(cuts: Mapping[str, Any]) -> bool:
    """Whether cut points that were read from a file can be used: every hash is hex, every role one that a split gives."""
    if "train_dev" in cuts:
        inner, outer = cuts["train_dev"], {name: cut for name, cut in cuts.items() if name != "train_dev"}
        return isinstance(inner, Mapping) and "train_dev" not in inner and "exceptions" in inner and _sound(inner) and _sound(outer)
    if "exceptions" not in cuts:
        return {"dev_from", "test_from"} & set(cuts) != set() and all(_moment(cuts.get(name)) for name in ("dev_from", "test_from"))
    exceptions, single = cuts["exceptions"], cuts.get("single", ())
    if not isinstance(exceptions, Mapping) or not (single == "all" or isinstance(single, list | tuple)):
        return False
    words = [cut for cut in (cuts.get("test"), cuts.get("dev")) if cut is not None] + list(exceptions)
    words += [] if single == "all" else list(single)
    return set(map(str, exceptions.values())) <= {"train", "dev", "test"} and all(map(_hex, words))


def _moment(cut: Any) -> bool:
    import numpy as np

    try:
        return cut is None or isinstance(cut, float | int) or not np.isnat(np.datetime64(cut))
    except (TypeError, ValueError):
        return False


def _hex(word: Any) -> bool:
    return isinstance(word, str) and len(word) == 16 and all(c in "0123456789abcdef" for c in word)
