"""Is fathom's net, as it comes, worth scikit-learn's, as it comes? Dev errors on the four bundled sets.

    python benchmarks/bundled.py [--seeds 10] [--sets wine digits] [--out benchmarks]

For each seed a set is split anew; `fathom.fit` and scikit-learn's MLPClassifier (MLPRegressor), all with their defaults, see
the same train and dev sets through the same preparation (fitted on train alone). For regression scikit-learn is given the target
as it is, which is what its defaults do, and in a row of its own the target standardized, as fathom's own preparation has it.
An error is 0 or 1 for classes; for diabetes |y - prediction| over the mean |y - median| of train: 100% is what the median gets.
Test is left sealed. Two intervals of the paired difference, because they answer two questions:

- over seeds: would another split and start of the same set say the same? The splits overlap, so the variance of the mean
  over J seeds is s^2 (1/J + n_dev/n_train), with a t quantile (Nadeau and Bengio 2003);
- over examples: would other examples of the same kind say the same? An example's differences are added over the seeds in
  which it was in dev, and the examples are the sample (as McNemar's test has them for a single split).
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import os
import platform
import re
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

STANDARDIZED = ", target standardized"
SETS = ("breast-cancer", "digits", "wine", "diabetes", f"diabetes{STANDARDIZED}")


@dataclass(frozen=True)
class Pair:
    """One split of one set: the errors (n,) of both nets on the same dev examples."""

    seed: int
    train_rows: int
    rows: NDArray[np.int64]
    ours: NDArray[np.float64]
    theirs: NDArray[np.float64]
    theirs_stopped_early: bool
    references: Mapping[str, float] = field(default_factory=dict)

    @property
    def difference(self) -> float:
        return float((self.ours - self.theirs).mean())


@dataclass(frozen=True)
class Interval:
    value: float
    low: float
    high: float


def measure(name: str, seed: int) -> Pair:
    """Fit both nets on one split."""
    import fathom

    splits = fathom.split(fathom.sample(name.removesuffix(STANDARDIZED)), seed=seed)
    run = fathom.fit(splits, seed=seed)
    if splits.dev is None:
        raise RuntimeError(f"{name} was split without dev")
    inputs = run.prepare(splits.train), run.prepare(splits.dev)
    targets = splits.train.y, splits.dev.y
    theirs, stopped = peer_errors(inputs, targets, splits.train.target.kind, seed, standardized=name.endswith(STANDARDIZED))
    references = {r.name: r.errors.rate for r in run.references}
    return Pair(seed, len(splits.train), splits.dev.rows, run.errors["dev"], theirs, stopped, references)


def peer_errors(
    inputs: tuple[NDArray[np.float32], NDArray[np.float32]],
    targets: tuple[NDArray, NDArray],
    kind: str,
    seed: int,
    *,
    standardized: bool = False,
) -> tuple[NDArray[np.float64], bool]:
    """scikit-learn's errors (n,) on dev, and whether it warned that its 200 epochs were not enough."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    (train, dev), (y, truth) = inputs, targets
    regression = kind == "regression"
    center, scale = (y.mean(), y.std()) if standardized else (0, 1)
    net = (MLPRegressor if regression else MLPClassifier)(random_state=seed)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        net.fit(train, (y - center) / scale if standardized else y)
    stopped = any(issubclass(w.category, ConvergenceWarning) for w in caught)
    guess = net.predict(dev)
    if not regression:
        return (guess != truth).astype(np.float64), stopped
    return np.abs(guess * scale + center - truth) / np.abs(y - np.median(y)).mean(), stopped


def over_seeds(pairs: Sequence[Pair]) -> Interval:
    """The mean over seeds of the paired difference, 95%, for splits that overlap."""
    from scipy.stats import t

    d = np.array([pair.difference for pair in pairs])
    ratio = float(np.mean([len(pair.rows) / pair.train_rows for pair in pairs]))
    half = t.ppf(0.975, len(d) - 1) * d.std(ddof=1) * math.sqrt(1 / len(d) + ratio) if len(d) > 1 else math.inf
    return Interval(float(d.mean()), float(d.mean() - half), float(d.mean() + half))


def over_examples(pairs: Sequence[Pair]) -> Interval:
    """The mean paired difference, 95%, with the examples as the sample: a ratio of sums over examples."""
    rows = np.concatenate([pair.rows for pair in pairs])
    d = np.concatenate([pair.ours - pair.theirs for pair in pairs])
    _, which = np.unique(rows, return_inverse=True)
    total, times = np.bincount(which, weights=d), np.bincount(which)
    value, k = total.sum() / times.sum(), len(times)
    spread = np.sum((total - value * times) ** 2) * k / max(k - 1, 1)
    half = 1.959964 * math.sqrt(spread) / times.sum()
    return Interval(float(value), float(value - half), float(value + half))


def discordant(pairs: Sequence[Pair]) -> tuple[int, int]:
    """How often ours was worse and theirs was worse on one example, over all seeds."""
    d = np.concatenate([pair.ours - pair.theirs for pair in pairs])
    return int((d > 0).sum()), int((d < 0).sum())


def verdict(interval: Interval) -> str:
    """In words, from the interval over examples."""
    if interval.high < 0:
        return "better"
    return "worse" if interval.low > 0 else "within noise"


def summary(name: str, pairs: Sequence[Pair]) -> dict[str, object]:
    """One set's result as JSON values."""
    ours, theirs = (np.array([getattr(p, side).mean() for p in pairs]) for side in ("ours", "theirs"))
    examples, worse = over_examples(pairs), discordant(pairs)
    return {
        "set": name,
        "train": pairs[0].train_rows,
        "dev": len(pairs[0].rows),
        "fathom": float(ours.mean()),
        "scikit_learn": float(theirs.mean()),
        "references": {name: float(np.mean([p.references[name] for p in pairs])) for name in pairs[0].references},
        "over_seeds": asdict(over_seeds(pairs)),
        "over_examples": asdict(examples),
        "fathom_worse": worse[0],
        "scikit_learn_worse": worse[1],
        "scikit_learn_not_converged": sum(p.theirs_stopped_early for p in pairs),
        "verdict": verdict(examples),
        "by_seed": [{"seed": p.seed, "fathom": float(o), "scikit_learn": float(t)} for p, o, t in zip(pairs, ours, theirs, strict=True)],
    }


def percent(interval: dict[str, float]) -> str:
    """Percentage points with their ends, as in '-0.35 (-1.10 to +0.40)'."""
    return f"{100 * interval['value']:+.2f} ({100 * interval['low']:+.2f} to {100 * interval['high']:+.2f})"


REFERENCES = ("linear", "nearest neighbors", "boosted trees")


def reference_table(results: Sequence[dict]) -> list[str]:
    """Mean dev errors of the net and of the references that every fit has beside it, in percent."""
    rows = [r for r in results if r["references"]]
    lines = [f"| set | net | {' | '.join(REFERENCES)} |", "|" + "---|" * (len(REFERENCES) + 2)]
    for r in rows:
        cells = [f"{100 * r['references'][name]:.2f}" for name in REFERENCES]
        lines.append(f"| {r['set']} | {100 * r['fathom']:.2f} | {' | '.join(cells)} |")
    return [
        "",
        "The references on the same splits (linear: ridge or logistic regression; 15 neighbors; histogram gradient boosting):",
        "",
        *lines,
    ]


COLUMNS = ("set", "train / dev", "fathom", "scikit-learn", "over seeds", "over examples", "worse on: fathom / scikit-learn", "verdict")


def row(r: dict) -> list[str]:
    """One set's line, a text for each of COLUMNS."""
    errors = [f"{100 * r[side]:.2f}" for side in ("fathom", "scikit_learn")]
    worse = f"{r['fathom_worse']} / {r['scikit_learn_worse']}"
    return [r["set"], f"{r['train']:,} / {r['dev']:,}", *errors, percent(r["over_seeds"]), percent(r["over_examples"]), worse, r["verdict"]]


def page(results: Sequence[dict], *, hardware: str, date: str, versions: dict[str, str], seeds: int) -> str:
    """The table as Markdown."""
    lines = [
        f"# Dev error on the bundled sets, {date}",
        "",
        f"{hardware}; {', '.join(f'{k} {v}' for k, v in versions.items())}; seeds 0 to {seeds - 1}.",
        "Made by `benchmarks/bundled.py`, which says how.",
        "",
        "Errors in percent (diabetes: of the baseline's error); differences are fathom minus scikit-learn in points, with 95% intervals:",
        "below zero fathom is better. 'worse on' counts single examples over all seeds. The verdict reads the interval over examples.",
        "",
        f"| {' | '.join(COLUMNS)} |",
        "|" + "---|" * len(COLUMNS),
    ]
    lines += [f"| {' | '.join(row(r))} |" for r in results]
    late = [f"{r['set']} {r['scikit_learn_not_converged']}" for r in results if r["scikit_learn_not_converged"]]
    if late:
        lines += ["", f"Fits in which scikit-learn said that its default of 200 epochs was not enough: {', '.join(late)} of {seeds}."]
    return "\n".join([*lines, *reference_table([r for r in results if STANDARDIZED not in r["set"]])]) + "\n"


def hardware() -> str:
    """The processor's name and the cores that this process may use."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", info.read_text(encoding="utf-8")) if info.is_file() else None
    name = found.group(1).strip() if found else platform.processor() or platform.machine()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return f"{' '.join(name.split())}, {cores} cores"


def slug(text: str) -> str:
    """A text as part of a file's name.

    >>> slug("Intel(R) Xeon(R) CPU @ 2.60GHz, 2 cores")
    'intel-xeon-cpu-2.60ghz-2-cores'
    """
    return re.sub(r"[^a-z0-9.]+", "-", re.sub(r"\((R|TM)\)", "", text, flags=re.IGNORECASE).lower()).strip("-")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, write it and its numbers."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    given = parser.parse_args(arguments)
    results = []
    for name in given.sets:
        pairs = []
        for seed in range(given.seeds):
            pairs.append(measure(name, seed))
            print(f"{name} seed {seed}: fathom {pairs[-1].ours.mean():.4f}, scikit-learn {pairs[-1].theirs.mean():.4f}", file=sys.stderr)
        results.append(summary(name, pairs))
    machine, date = hardware(), datetime.date.today().isoformat()
    versions = {"Python": platform.python_version(), **{n: metadata.version(n) for n in ("torch", "numpy", "scikit-learn")}}
    text = page(results, hardware=machine, date=date, versions=versions, seeds=given.seeds)
    stem = given.out / f"bundled_{slug(machine)}_{date}"
    record = {"hardware": machine, "date": date, "versions": versions, "seeds": given.seeds, "results": results}
    Path(f"{stem}.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    Path(f"{stem}.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
