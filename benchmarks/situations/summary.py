"""The study's counts as one record: by situation, gap, size and place of the tolerance, over all nets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from benchmarks.situations.draws import Tally
from benchmarks.situations.judge import judged
from benchmarks.situations.page import Study

COUNTS = ("high", "low", "unclear", "right", "wrong", "too_small")


def summary(study: Study, plan: Mapping[str, Any]) -> dict[str, Any]:
    """What was shown, and the counts behind it."""
    shown = [asdict(one) | {"limits": one.share.limits} for one in judged(study.drawn)]
    return {"plan": dict(plan), "nets": {name: study.nets(name) for name in study.tallies}, "shown": shown, "counts": [*_counts(study)]}


def _counts(study: Study) -> list[dict[str, Any]]:
    found = []
    for name, tallies in study.tallies.items():
        cells: dict[tuple[str, str, float | None], list[Tally]] = {}
        for tally in tallies:
            cells.setdefault((tally.gap, tally.size, tally.moved), []).append(tally)
        for (gap, size, moved), mine in cells.items():
            spread = [round(f(t.distance for t in mine), 3) for f in (min, max)]
            counted = {count: sum(getattr(t, count) for t in mine) for count in COUNTS}
            truth = round(sum(t.truth for t in mine) / len(mine), 5)
            found.append({"situation": name, "gap": gap, "size": size, "moved": moved, "truth": truth, "distance": spread, **counted})
    return found
