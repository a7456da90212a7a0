"""Five folds beside one split: how wide the interval of the variance gap is, how often it covers, and what it costs.

    python -m benchmarks.folds widths coverage cost page [--sets 200] [--seeds 5] [--only easy]

widths: the four bundled sets, five seeds of split and net; the width from five folds over that from one split.
coverage: simulated sets of 400 examples. The truth is the error of every net on 20,000 fresh examples less its train error; "of these
nets" is the mean over the five of the set, "of all such" the mean over the nets of all sets (a number's in the unit of each set).
cost: seconds of training, folds beside one fit, interleaved, medians; for a quiet machine.
page: the table. What is measured goes into a JSON file beside, set by set, and is not measured again.
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

import fathom
from fathom.data.dataset import Dataset
from fathom.engine.plans.loop import outputs_of
from fathom.experiment.run import Run
from fathom.experiment.tensors import pair

BUNDLED = ("breast-cancer", "digits", "wine", "diabetes")
KINDS = ("easy", "five", "curved", "number")
ROWS, FRESH, FOLDS = 400, 20_000, 5
FILE = Path(__file__).with_name("folds_amd-epyc-2-cores_2026-11-28.json")

Figures = dict[str, Any]


def drawn(kind: str, rows: int, seed: int) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """A simulated set: two normal classes, five classes, two classes on a curve with a tenth of the labels flipped, or a number."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    if kind == "easy":
        y = rng.integers(0, 2, rows)
        return rng.normal(size=(rows, 20)) + y[:, None] * np.linspace(1.2, 0, 20), y
    if kind == "five":
        centers, y = np.random.default_rng(5).normal(size=(5, 10)) * 1.1, rng.integers(0, 5, rows)
        return rng.normal(size=(rows, 10)) + centers[y], y
    x = rng.normal(size=(rows, 5 if kind == "curved" else 10))
    if kind == "curved":
        return x, ((x[:, 0] + 2 * np.sin(2 * x[:, 1]) * x[:, 2] > 0) ^ (rng.random(rows) < 0.1)).astype(int)
    return x, x[:, 0] + 0.5 * x[:, 1] * x[:, 2] + np.sin(x[:, 3]) + rng.normal(size=rows)


def true_error(run: Run, fresh: Dataset) -> float:
    """The error of a net on fresh examples; of a number in its own unit."""
    assert run.net is not None
    assert run.task is not None
    scale = run.prepare.target_scale
    y = fresh.y if scale is None else run.prepare.scale_target(fresh.y)
    data = pair(run.prepare(fresh), y, device=torch.device("cpu"), dtype=torch.float32)
    return run.task.errors(outputs_of(run.net, data.inputs), data.targets).rate * (1.0 if scale is None else scale.baseline)


def simulated(kind: str, seed: int, fresh: Dataset) -> Figures:
    """One set: its interval, and the true gap of its nets; `unit` turns an own unit into that of the interval."""
    splits = fathom.split(train=drawn(kind, ROWS, seed))
    folded = fathom.fit(splits, folds=FOLDS, seed=100 * seed, epochs=60)
    gap = folded.diagnose(references=False).gaps["variance"]
    scales = [run.prepare.target_scale for run in folded.runs]
    own = [1.0 if scale is None else scale.baseline for scale in scales]
    whole = folded.ready.prepare.target_scale
    true = [true_error(run, fresh) - float(run.errors["train"].mean()) * unit for run, unit in zip(folded.runs, own, strict=True)]
    return {"low": gap.low, "high": gap.high, "true": statistics.mean(true), "unit": 1.0 if whole is None else whole.baseline}


def widths(name: str, seed: int) -> Figures:
    """The widths of the variance gap's interval on a bundled set."""
    splits = fathom.split(fathom.sample(name), seed=seed)
    gaps = [
        run.diagnose(references=False, truth={}).gaps["variance"]
        for run in (fathom.fit(splits, seed=seed), fathom.fit(splits, seed=seed, folds=FOLDS))
    ]
    return {key: (gap.high or 0) - (gap.low or 0) for key, gap in zip(("one", "folds"), gaps, strict=True)}


def costs(name: str, rounds: int) -> list[Figures]:
    """Seconds of training, one fit and five folds in turn."""
    splits, found = fathom.split(fathom.sample(name), seed=0), []
    for _ in range(rounds):
        one, folded = fathom.fit(splits), fathom.fit(splits, folds=FOLDS)
        seconds = sum(run.history.seconds / run.plan["members"] for run in folded.runs)
        found.append({"one": one.history.seconds, "folds": seconds, "programs": len({run.plan["members"] for run in folded.runs})})
    return found


def measure(parts: list[str], sets: int, seeds: int, only: list[str]) -> None:
    """What is asked for and not there yet."""
    known: Figures = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    for kind in (k for k in KINDS if "coverage" in parts and (not only or k in only)):
        fresh = fathom.load(drawn(kind, FRESH, 10**6))
        for seed in range(sets):
            key = f"coverage {kind} {seed}"
            if key not in known:
                known[key] = simulated(kind, seed, fresh)
            if seed % 20 == 19:
                keep(known)
    for name in BUNDLED:
        for seed in range(seeds if "widths" in parts else 0):
            if f"width {name} {seed}" not in known:
                known[f"width {name} {seed}"] = widths(name, seed)
        if "cost" in parts and f"cost {name}" not in known:
            known[f"cost {name}"] = costs(name, 5)
        keep(known)


def keep(known: Figures) -> None:
    """Into the file, with what another process may have measured meanwhile."""
    there = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    FILE.write_text(json.dumps(there | known, indent=0) + "\n", encoding="utf-8")


def page() -> str:
    """The tables in Markdown."""
    known = json.loads(FILE.read_text(encoding="utf-8"))
    lines = ["# Five folds beside one split", "", "2026-11-28, AMD EPYC, 2 cores; `python -m benchmarks.folds`.", ""]
    lines += ["| set | interval of the variance gap, one split | five folds | ratio (at most 0.6) | cost in plain fits (at most 2) |"]
    lines += ["|---|---|---|---|---|"]
    for name in BUNDLED:
        found = [v for k, v in known.items() if k.startswith(f"width {name} ")]
        one, folds = (statistics.mean(f[key] for f in found) for key in ("one", "folds"))
        cost = known.get(f"cost {name}")
        ratio = "-" if cost is None else f"{statistics.median(c['folds'] / c['one'] for c in cost):.2f}"
        lines.append(f"| {name} | {one:.1%} wide | {folds:.1%} | {folds / one:.2f} | {ratio} |")
    lines += ["", "| simulated | sets | covers the gap of these nets | of all such nets (95% wanted) |", "|---|---|---|---|"]
    for kind in KINDS:
        found = [v for k, v in known.items() if k.startswith(f"coverage {kind} ")]
        if found:
            mean = statistics.mean(f["true"] for f in found)
            shares = [
                sum(f["low"] <= truth(f) / f["unit"] <= f["high"] for f in found) / len(found) for truth in (own_truth, lambda _, m=mean: m)
            ]
            lines.append(f"| {kind} | {len(found)} | {shares[0]:.1%} | {shares[1]:.1%} |")
    return "\n".join(lines) + "\n"


def own_truth(found: Figures) -> float:
    """The gap of a set's own nets."""
    return float(found["true"])


def main() -> None:
    """Measure, then write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="+", choices=["widths", "coverage", "cost", "page"])
    parser.add_argument("--sets", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=[], choices=KINDS)
    given = parser.parse_args()
    measure(given.parts, given.sets, given.seeds, given.only)
    if "page" in given.parts:
        FILE.with_suffix(".md").write_text(page(), encoding="utf-8")
        print(page())


if __name__ == "__main__":
    main()
