"""What measuring the errors while a net trains costs: `fathom.fit` as it is, beside the same with nothing measured on the way.

    python -m benchmarks.measuring_cost [--rounds 9] [--out benchmarks]

Both train the same nets on the same rows, in turns who is first; the figure is the median of the rounds' ratios of the seconds that
the history counts, with their quartiles. Beside it stands what a clock around the measurements alone says, as a share of the rest of
the training: it is hardly disturbed by neighbors on the machine, but does not see what a measurement leaves of the caches to the
steps after it. The limits are those of the engine's design: 10% of one net's time, 20% of a small population's.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fathom
from benchmarks.bundled import hardware, slug
from fathom.data.splits import Splits
from fathom.engine import training as engine
from fathom.engine.measured import Measured
from fathom.experiment import training


class Clock:
    """The seconds that measurements took."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def timed(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The same call, its time counted."""

        def counted(*arguments: Any) -> Any:
            start = time.perf_counter()
            try:
                return call(*arguments)
            finally:
                self.seconds += time.perf_counter() - start

        return counted

    def train(self, job: engine.Job) -> Any:
        """Train as ever, the time of measurements and of the losses that early stopping asks for counted."""

        def whole(measured: Measured) -> Measured:
            return dataclasses.replace(measured, dev_loss=measured.dev_loss and self.timed(measured.dev_loss))

        if job.measure is None:
            raise ValueError("members that share their rows are wanted")
        measure = self.timed(job.measure)
        return engine.train(dataclasses.replace(job, measure=lambda outputs, all_roles: [whole(m) for m in measure(outputs, all_roles)]))


def unmeasured(job: engine.Job) -> Any:
    """Train without measuring."""
    return engine.train(dataclasses.replace(job, measure=None, measure_member=None))


def seconds(make: Callable[[], list[Any]], train: Callable[..., Any]) -> tuple[float, int]:
    """Of the training alone, and how often errors were measured."""
    training.train = train  # type: ignore[attr-defined]
    try:
        runs = make()
    finally:
        training.train = engine.train  # type: ignore[attr-defined]
    return runs[0].history.seconds, len(runs[0].history.measured("dev"))


def cases() -> dict[str, tuple[float, Callable[[], list[Any]]]]:
    """By name the limit and what is trained."""
    table = fathom.split(fathom.sample("breast-cancer"), seed=0)
    digits = fathom.split(fathom.sample("digits"), seed=0)
    rates = [{"learning_rate": 0.0003 * 1.25**k} for k in range(16)]

    def one(splits: Splits, **arguments: Any) -> Callable[[], list[Any]]:
        return lambda: [fathom.fit(splits, **arguments)]

    def many(splits: Splits, **arguments: Any) -> Callable[[], list[Any]]:
        return lambda: list(fathom.fit_many(splits, settings=rates, **arguments))

    return {
        "one net 30-64-32-1, breast-cancer (m = 341), 2,000 updates": (0.10, one(table)),
        "one net 64-64-32-10, digits (m = 1,079), 2,000 updates": (0.10, one(digits)),
        "one net 64-64-32-10, digits, early stopping: every epoch": (0.10, one(digits, early_stopping=1_000, epochs=100)),
        "16 nets 30-64-32-1, breast-cancer": (0.20, many(table)),
        "16 nets 64-64-32-10, digits": (0.20, many(digits)),
    }


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measuring_cost", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    given = parser.parse_args()
    machine, date = hardware(), datetime.date.today().isoformat()
    lines = [
        "# What measuring while training costs",
        "",
        f"{machine}, {date}; `python -m benchmarks.measuring_cost`, {given.rounds} rounds.",
        "",
    ]
    lines += [
        "| trained | measured, times | added by measuring | middle half of the rounds | by the clock | limit | |",
        "|---|---|---|---|---|---|---|",
    ]
    raw: dict[str, Any] = {"hardware": machine, "date": date, "cases": {}}
    for name, (limit, make) in cases().items():
        seconds(make, engine.train)
        ratios, shares, times = [], [], 0
        for number in range(given.rounds):
            order = [(True, engine.train), (False, unmeasured)]
            taken = {measured: seconds(make, train) for measured, train in (order if number % 2 else order[::-1])}
            ratios.append(taken[True][0] / taken[False][0])
            times = taken[True][1]
            clock = Clock()
            spent, _ = seconds(make, clock.train)
            shares.append(clock.seconds / (spent - clock.seconds))
        added = statistics.median(ratios) - 1
        met = "met" if added <= limit else "missed"
        low, _, high = (q - 1 for q in statistics.quantiles(ratios, n=4))
        share = statistics.median(shares)
        lines.append(f"| {name} | {times} | {added:+.1%} | {low:+.1%} to {high:+.1%} | {share:.1%} | {limit:.0%} | {met} |")
        raw["cases"][name] = {"ratios": ratios, "by the clock": shares}
        print(lines[-1], flush=True)
    stem = given.out / f"measuring_cost_{slug(machine)}_{date}"
    Path(f"{stem}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    Path(f"{stem}.json").write_text(json.dumps(raw, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
