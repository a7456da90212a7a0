"""Is the bias verdict right where nobody gave a human level? Simulated tables whose Bayes error is known by design.

    python -m benchmarks.bias_verdict [--seeds 200] [--rows 1000]

Two classes, five normal features x. The clean class is sign(s(x)); each label is flipped with probability b. So the Bayes rule is
sign(s), its error b. s is linear (a linear net can be at Bayes) or curved (it cannot; its bias is truly high). `fathom.fit` with
its references, no --human.

The true bias of a run is its train error minus the Bayes rule's on the same rows, so that the luck of the flips drops out. A verdict
is right when it is 'high' and the true bias reaches the tolerance, or 'low' and it does not; 'unclear' is never wrong.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fathom.core.intervals import wilson
from fathom.data.splits import split
from fathom.experiment.fit import fit

BAYES = (0.0, 0.1, 0.3)
"""The Bayes errors b."""

NETS = (("linear", "logistic", ()), ("curved", "logistic", ()), ("curved", "mlp", (64,)))
"""(s, net, hidden): at Bayes, truly biased, and one that can learn it all and the flips too."""

FEATURES = 5
EPOCHS = 40
LEARNING_RATE = 0.03
AT_BAYES = 0.01
"""A true bias up to here, half of the tolerance, is none to speak of."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """One table and the verdict on it; `bias` is the true one."""

    bayes: float
    surface: str
    net: str
    seed: int
    bias: float
    tolerance: float
    verdict: str

    @property
    def wrong(self) -> bool:
        """'high' below the tolerance, or 'low' at or above it."""
        return (self.verdict == "high" and self.bias < self.tolerance) or (self.verdict == "low" and self.bias >= self.tolerance)

    @property
    def high_at_bayes(self) -> bool:
        return self.verdict == "high" and self.bias <= AT_BAYES


def table(surface: str, bayes: float, rows: int, seed: int) -> tuple[Array, NDArray[np.int64], NDArray[np.bool_]]:
    """x (rows, 5), labels (rows,) and which of them are flipped (rows,): the rows that the Bayes rule gets wrong."""
    rng = np.random.default_rng([seed, rows, round(100 * bayes)])
    x = rng.normal(size=(rows, FEATURES))
    s = x[:, 0] + x[:, 1] - x[:, 2] if surface == "linear" else x[:, 0] + 2 * np.sin(2 * x[:, 1]) * x[:, 2]
    flipped = rng.random(rows) < bayes
    return x, ((s > 0) ^ flipped).astype(np.int64), flipped


def case(surface: str, net: str, hidden: Sequence[int], bayes: float, rows: int, seed: int) -> Case:
    """Fit one table, 3/5 of it train and 1/5 dev as the rule of sizes has it, and read the bias."""
    x, y, flipped = table(surface, bayes, rows, seed)
    train, dev = 3 * rows // 5, 4 * rows // 5
    splits = split(train=(x[:train], y[:train]), dev=(x[train:dev], y[train:dev]))
    more = {"hidden": tuple(hidden)} if hidden else {}
    run = fit(splits, net=net, epochs=EPOCHS, learning_rate=LEARNING_RATE, seed=seed, **more)
    found = run.diagnose()
    bias = float(run.errors["train"].mean() - flipped[:train].mean())
    return Case(bayes, surface, net, seed, bias, found.tolerance, found.gaps["avoidable_bias"].verdict)


def cases(seeds: Iterable[int], rows: int = 1_000) -> Iterator[Case]:
    """Every Bayes error, surface and net, seed by seed."""
    for seed in seeds:
        for bayes in BAYES:
            for surface, net, hidden in NETS:
                yield case(surface, net, hidden, bayes, rows, seed)


def lines(found: Sequence[Case]) -> Iterator[str]:
    """The table in Markdown; intervals are Wilson's, 95%."""
    yield "| Bayes error | table, net | true bias, mean | high | low | unclear | right or unclear | 'high' at Bayes |"
    yield "|---|---|---|---|---|---|---|---|"
    for bayes in BAYES:
        for surface, net, _ in NETS:
            own = [c for c in found if (c.bayes, c.surface, c.net) == (bayes, surface, net)]
            if own:
                yield _line(f"{bayes:.0%} | {surface}, {net}", own)
    yield _line("all | ", found)


def _line(name: str, found: Sequence[Case]) -> str:
    count = {verdict: sum(c.verdict == verdict for c in found) for verdict in ("high", "low", "unclear")}
    bias = f"{np.mean([c.bias for c in found]):.1%}"
    at_bayes = [c for c in found if c.bias <= AT_BAYES]
    fine = _share(sum(not c.wrong for c in found), len(found))
    high = _share(sum(c.high_at_bayes for c in at_bayes), len(at_bayes))
    return f"| {name} | {bias} | {count['high']} | {count['low']} | {count['unclear']} | {fine} | {high} |"


def _share(of: int, n: int) -> str:
    if not n:
        return "-"
    found = wilson(of, n)
    return f"{of} of {n} ({found.low:.1%} to {found.high:.1%})"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--rows", type=int, default=1_000)
    given = parser.parse_args()
    for line in lines(list(cases(range(given.seeds), given.rows))):
        print(line, flush=True)


if __name__ == "__main__":
    main()
