"""Does the learning curve's 90% interval at twice the data cover what twice the data really brings? On real sets.

    python examples/real_tables/fetch.py FOLDER                          (Debian packages, see there)
    python -m benchmarks.learning_curve FOLDER [--trials 50] [--minutes 8]
    python -m benchmarks.learning_curve FOLDER --table

A trial draws rows of a set, splits them as a person would (`fathom.split`: 3/5 train, 1/5 dev, test closed) and asks
`fathom.learning_curve` for the error at 2n. The truth: ten nets, each trained on the n rows of train and n others drawn anew from the
whole set, with a seed of its own; the mean of their errors on all rows of the set that they were not trained on.

Every trial is a line of FOLDER/learning_curve.jsonl; a command that is called again goes on where it stopped. The table is made from
the lines, with the code as it is: what the evidence says is kept, so that a change of the fit needs no training.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fathom.core.balanced import balanced
from fathom.core.intervals import wilson
from fathom.core.records.errors import Errors
from fathom.core.records.power_law import PowerLaw
from fathom.core.seeding import derive, generator
from fathom.data.dataset import Dataset
from fathom.data.load import load
from fathom.data.sources.idx import read_idx
from fathom.data.splits import Splits, split
from fathom.diagnosis.curve_evidence import Evidence, evidence_of
from fathom.diagnosis.learning_curve import WORTH, verdict_of
from fathom.diagnosis.power_law_fit import fit_power_law
from fathom.experiment.learning_curve import train_and_measure
from fathom.experiment.subsets import Subset, fit_subsets

SEEDS = 10
"""Nets whose mean error is the truth."""

MOST = 8_000
"""Rows of a set that are used."""

LEVEL = 0.9


class Case(NamedTuple):
    """A set, and a way to train on it.

    Attributes:
        name: of the set.
        rows: that a person has; 3/5 of them are train.
        hidden: of the net.
        fitted: whether the fit's constants were chosen with this set in view; the others were not used in the choice.
        epochs: 1,000 updates on all of train, or fewer.
    """

    name: str
    rows: int
    hidden: tuple[int, ...]
    fitted: bool
    epochs: int

    @property
    def key(self) -> str:
        """The set, and the epochs."""
        return f"{self.name}, {self.epochs} epochs"


CASES = (
    Case("fashion", 1_600, (32,), True, 60),
    Case("letters", 2_400, (64, 32), True, 45),
    Case("satellite", 1_200, (32,), True, 80),
    Case("wa_churn", 1_200, (16,), True, 80),
    Case("credit_data", 1_000, (32,), False, 100),
    Case("mlc_churn", 2_000, (32, 16), False, 50),
    Case("hpc", 1_200, (32,), False, 80),
    Case("check_times", 1_600, (32,), False, 60),
    Case("fashion", 1_600, (32,), True, 15),
    Case("letters", 2_400, (64, 32), True, 20),
)
"""Classes, at small and at large errors; classes of which one is rare, so that errors are balanced (mlc_churn, hpc); a number
(check_times); and two trainings that are over before the smallest sizes have learned much."""

TARGETS = {
    "satellite": "classes",
    "wa_churn": "churn",
    "credit_data": "Status",
    "mlc_churn": "churn",
    "hpc": "class",
    "check_times": "check_time",
}


def read(name: str, folder: Path) -> Dataset:
    """A set, with at most 8,000 rows of it drawn by a fixed seed."""
    if name == "fashion":
        found = folder / "debian/usr/share/datasets/fashion-mnist"
        x, y = read_idx(found / "train-images-idx3-ubyte.gz"), read_idx(found / "train-labels-idx1-ubyte.gz")
        small = x.reshape(-1, 7, 4, 7, 4).mean((2, 4)).reshape(-1, 49)
        data = load((small[:20_000], y[:20_000].astype(str)))
    elif name == "letters":
        data = load(_letters(folder), target="lettr")
    else:
        data = load(folder / f"{name}.csv", target=TARGETS[name])
    return data.take(np.sort(generator(0, name).permutation(len(data))[:MOST]))


def _letters(folder: Path) -> Any:
    sys.path.append(str(folder / "reader"))
    import rdata

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = rdata.read_rda(folder / "debian/usr/lib/R/site-library/mlbench/data/LetterRecognition.rda")
    return found["LetterRecognition"].astype({"lettr": str})


def trial(case: Case, data: Dataset, seed: int) -> dict[str, Any]:
    """One person's curve, and the truth."""
    mine = np.sort(generator(seed, case.name).permutation(len(data))[: case.rows])
    splits = split(data.take(mine), seed=seed)
    arguments = {"hidden": case.hidden, "epochs": case.epochs}
    started = time.perf_counter()
    measured, rows, about = train_and_measure(splits, "mlp", "rows", None, None, seed, None, arguments)
    seconds = time.perf_counter() - started
    found = evidence_of(measured, rows)
    now, errors = (truth(data, splits, seed, arguments, twice=twice, by_class=about["balanced"]) for twice in (False, True))
    return {
        "case": case.key,
        "seed": seed,
        "n": len(splits.train),
        "sizes": found.size.tolist(),
        "means": found.mean.tolist(),
        "covariance": found.covariance.tolist(),
        "truth_now": float(np.mean(now)),
        "truth": float(np.mean(errors)),
        "truth_spread": float(np.std(errors, ddof=1)),
        "balanced": about["balanced"],
        "seconds": seconds,
    }


def truth(data: Dataset, splits: Splits, seed: int, shared: Mapping[str, Any], *, twice: bool, by_class: bool) -> list[float]:
    """The errors of ten nets on the person's train, or on twice as many rows, each on all rows that it was not trained on."""
    place = np.full(int(data.rows.max()) + 1, -1)
    place[data.rows] = np.arange(len(data))
    mine = place[splits.train.rows]
    others = np.setdiff1d(np.arange(len(data)), mine)
    subsets = []
    for k in range(SEEDS):
        more = generator(seed, data.name, "others", k).permutation(others)[: len(mine) if twice else 0]
        train = np.sort(np.concatenate([mine, more]))
        own = {"seed": derive(seed, "truth", k) % 2**31}
        subsets.append(Subset(train, np.setdiff1d(np.arange(len(data)), train), own))
    runs = fit_subsets(data, subsets, net="mlp", how=splits.how, **shared)
    baseline = _baseline(splits)
    found = []
    for run in runs:
        errors = Errors.of(run.errors["dev"])
        rate = balanced(errors, run.tables["dev"].get_column("truth").to_numpy()).rate if by_class else errors.rate
        scale = run.prepare.target_scale
        found.append(rate if scale is None or baseline is None else rate * scale.baseline / baseline)
    return found


def _baseline(splits: Splits) -> float | None:
    """The unit of the errors of a number to predict: the mean distance from the median in the person's train."""
    if splits.target.kind != "regression":
        return None
    return float(np.abs(splits.train.y - np.median(splits.train.y)).mean())


def study(folder: Path, trials: int, minutes: float, only: Sequence[str]) -> None:
    """Go on with the trials that are missing, set by set in turn, until the time is over."""
    out = folder / "learning_curve.jsonl"
    done = {(line["case"], line["seed"]) for line in lines_in(out)}
    sets: dict[str, Dataset] = {}
    ends = time.monotonic() + 60 * minutes
    for seed in range(trials):
        for case in CASES:
            if (case.key, seed) in done or (only and case.name not in only):
                continue
            if time.monotonic() > ends:
                return
            data = sets.setdefault(case.name, read(case.name, folder)) if case.name not in sets else sets[case.name]
            line = trial(case, data, seed)
            with out.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")


def lines_in(out: Path) -> list[dict[str, Any]]:
    """The trials that were made."""
    return [json.loads(line) for line in out.read_text("utf-8").splitlines()] if out.exists() else []


def law_of(line: dict[str, Any]) -> PowerLaw:
    """The law from what a trial measured."""
    evidence = Evidence(np.array(line["sizes"]), np.array(line["means"]), np.array(line["covariance"]))
    return fit_power_law(evidence)


def table(found: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The table in Markdown."""
    heads = (
        "set",
        "rows of train",
        "net, epochs",
        "error at 2n",
        "width of the interval",
        "covered",
        "expected / true",
        "sure and right",
        "s",
    )
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    for case in CASES:
        own = [line for line in found if line["case"] == case.key]
        if own:
            net = f"{'-'.join(map(str, case.hidden))}, {case.epochs}"
            kind = " (balanced)" if own[0]["balanced"] else ""
            yield f"| {case.name}{kind}{'' if case.fitted else ' *'} | {own[0]['n']:,} | {net} | {_figures(own)} |"
    for name, kept in (("all", None), ("all but *", True), ("all *", False)):
        names = {c.key for c in CASES if kept is None or c.fitted == kept}
        own = [line for line in found if line["case"] in names]
        if own:
            yield f"| {name} | | | {_figures(own)} |"


def _figures(own: Sequence[dict[str, Any]]) -> str:
    laws = [law_of(line) for line in own]
    expected = [law.error(2 * law.at, LEVEL) for law in laws]
    covered = sum((e.low or 0) <= line["truth"] <= (e.high or 1) for e, line in zip(expected, own, strict=True))
    share = wilson(covered, len(own))
    width = np.mean([(e.high or 0) - (e.low or 0) for e in expected])
    ratio = np.median([e.value / line["truth"] for e, line in zip(expected, own, strict=True)])
    truths = f"{np.mean([line['truth'] for line in own]):.1%}"
    text = f"{covered} of {len(own)}: {covered / len(own):.0%} ({share.low:.0%} to {share.high:.0%})"
    seconds = np.median([line["seconds"] for line in own])
    return f"{truths} | {100 * width:.1f} points | {text} | {ratio:.2f} | {_verdicts(laws, own)} | {seconds:.1f}"


def _verdicts(laws: Sequence[PowerLaw], own: Sequence[dict[str, Any]]) -> str:
    """'helps' where ten nets on twice the rows have an error lower by a twentieth than ten on n, 'will not help' where they have not."""
    right = sure = 0
    for law, line in zip(laws, own, strict=True):
        verdict = verdict_of(law)
        if verdict != "unclear":
            sure += 1
            gained = 1 - line["truth"] / line["truth_now"] >= WORTH
            right += gained == (verdict == "helps")
    return f"{right} of {sure}"


def main() -> None:
    """Make trials, or print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--trials", type=int, default=50, help="of each set")
    parser.add_argument("--minutes", type=float, default=8.0, help="after which no trial is begun")
    parser.add_argument("--only", nargs="*", default=[], help="names of sets")
    parser.add_argument("--table", action="store_true", help="no trials, the table alone")
    given = parser.parse_args()
    if not given.table:
        study(given.folder, given.trials, given.minutes, given.only)
    for line in table(lines_in(given.folder / "learning_curve.jsonl")):
        print(line, flush=True)


if __name__ == "__main__":
    main()
