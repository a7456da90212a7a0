"""A comparison: runs side by side, and what the dev set can tell of the difference between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fathom.core.records.choice import Choice
from fathom.core.records.estimate import Estimate
from fathom.core.records.ladder import Ladder
from fathom.core.records.record import Record
from fathom.core.records.seed_spread import SeedSpread

Standing = Literal["better", "no difference that this dev set can show", "worse"]


@dataclass(frozen=True, kw_only=True)
class ComparedRun(Record):
    """One of the runs.

    Attributes:
        name: of its folder; what it has and the others have not where it has no folder.
        label: what it has and the others have not: "l2 0.7".
        ladder: its errors by role.

    Example:
        >>> print(ComparedRun(name="a", label="l2 0.7", ladder=Ladder(rungs=())))
        a (l2 0.7)
    """

    name: str
    label: str
    ladder: Ladder

    def __str__(self) -> str:
        return self.name if self.name == self.label else f"{self.name} ({self.label})"


@dataclass(frozen=True, kw_only=True)
class PairedDifference(Record):
    """A run against the first one, on the same dev examples.

    Attributes:
        run, against: names of the two.
        difference: the error of `run` minus that of `against`; below 0 the run is better.
        p: of no difference at all, between the settings where there are seeds; with several runs against the first, Holm's adjustment
            is in it.
        test: "mcnemar" (exact) or "sign flips".
        only_run, only_against: examples that only one of the two gets wrong (where it is the further off, where errors are not 0/1).
        verdict: "better" or "worse" where the whole interval and p say so, else "no difference that this dev set can show"; where there are
            seeds, theirs: the settings are better, not only this net.
        says: one sentence.
        seeds: the same settings over several seeds; None where there are single nets.

    Example:
        >>> print(PairedDifference(run="b", against="a", difference=Estimate(value=-0.04, low=-0.07, high=-0.01), p=0.01, test="mcnemar",
        ...                        only_run=1, only_against=5, verdict="better", says=""))
        b against a: -0.04 (-0.07 to -0.01), p = 0.01: better
    """

    run: str
    against: str
    difference: Estimate
    p: float
    test: Literal["mcnemar", "sign flips"]
    only_run: int
    only_against: int
    verdict: Standing
    says: str
    seeds: SeedSpread | None = None

    @property
    def decisive(self) -> Estimate:
        """The difference that the verdict rests on: of the settings over seeds where they are known, else of these nets."""
        return self.difference if self.seeds is None else self.seeds.difference

    def __str__(self) -> str:
        return f"{self.run} against {self.against}: {self.decisive}, p = {self.p:.2g}: {self.verdict}"


@dataclass(frozen=True, kw_only=True)
class Comparison(Record):
    """Runs side by side; the first is what the others are held against.

    Attributes:
        headline: the verdicts in a sentence.
        runs: in the order that they were given.
        differing: what differs between them, by name, one text for each run; only what differs.
        pairs: each other run against the first.
        n: dev examples that all of them answered.
        balanced: whether errors are balanced ones, because a class is rare.
        notes: what to bear in mind.
        choice: the best by the metrics that were asked for; None where none were.
    """

    headline: str
    runs: tuple[ComparedRun, ...]
    differing: Mapping[str, tuple[str, ...]]
    pairs: tuple[PairedDifference, ...]
    n: int
    balanced: bool = False
    notes: tuple[str, ...] = ()
    choice: Choice | None = None

    def __getitem__(self, name: str) -> PairedDifference:
        for pair in self.pairs:
            if pair.run == name:
                return pair
        raise KeyError(name)

    def __str__(self) -> str:
        from fathom.core.comparison_lines import lines_of
        from fathom.core.diagnosis_lines import text_of

        return "\n".join(text_of(line) for line in lines_of(self))
