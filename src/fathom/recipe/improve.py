"""The recipe by the book: idea, experiment, result, until the goal is met or nothing helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from fathom.core import dev_meter
from fathom.core.expectations import refuse
from fathom.core.records.diagnosis import Diagnosis
from fathom.core.records.experiment import Experiment
from fathom.core.records.gap import Gap
from fathom.core.records.logbook import Logbook, LoggedExperiment
from fathom.core.records.remedy import Remedy
from fathom.data.dataset import Dataset
from fathom.data.splits import Splits
from fathom.engine.training import Progress
from fathom.experiment.build import NetLike
from fathom.experiment.candidate import Candidate
from fathom.experiment.dev_looks import dev_of, now
from fathom.experiment.fit import fit
from fathom.experiment.ready import Ready, make_ready
from fathom.experiment.run import Run
from fathom.nets.catalogue import DEFAULT
from fathom.recipe.asked import Asked, Incumbent, seconds_of
from fathom.recipe.clock import Clock, work_of
from fathom.recipe.closing import Closing, close, interrupted
from fathom.recipe.ending import End, exhausted, met
from fathom.recipe.judging import Bench
from fathom.recipe.remedies import remedies
from fathom.recipe.starts import dev_errors, starts_for
from fathom.recipe.step import Ground, Result, carry_out, reason_of
from fathom.recipe.told import Told
from fathom.recipe.underway import Underway, identity_of, taken_up

ORDER = ("avoidable_bias", "variance")
"""Bias first, then variance (C2W1-13, C2W1-14)."""

AGAIN = 3
"""How often one remedy of the bias may be kept: three doublings."""


def improve(
    splits: Splits | Dataset | Ready,
    *,
    goal: float | None = None,
    human: Any = None,
    tolerance: float | None = None,
    budget: str | float = "1m",
    net: NetLike | None = None,
    out: str | Path | None = None,
    references: bool = True,
    open_test: bool = True,
    progress: Progress | None = None,
    told: Told | None = None,
    options: Mapping[str, Any] | None = None,
    **arguments: Any,
) -> Logbook:
    """Fit, and carry out the basic recipe: cure bias, then variance, one knob at a time, as long as dev says that it helps.

    While bias is high: wider, deeper, longer. Then while variance is high: twelve values of l2 at once, dropout, early stopping. A gap that
    is unclear is worked on after those that are high. Each idea is trained from several starts as one population and kept only where the
    paired difference of the dev errors, adjusted for all values of the step, says 'better'. Test is opened once, at the end.

    Args:
        splits: as in `fit`; dev is needed.
        goal: the dev error that is enough.
        human: the human level, as in `diagnose`; with the goal it makes the tolerance.
        tolerance: the gap from which on it matters.
        budget: seconds, or '90s', '2m', '1h', for all of it, test included. The plain fit is always finished.
        net: as in `fit`; a callable where it is your own. "embedding" for texts and "mlp" for all else where left out.
        out: a folder that becomes the run folder of the best net, with `logbook.json` and `logbook.html` in it. What is under way is kept
            there after every step; after a kill or Ctrl-C the same call goes on.
        references: whether plain methods bound the floor where no human level is known.
        open_test: False leaves test sealed.
        progress: called with updates done, updates in all, and a text.
        told: called with the plain fit's record and diagnosis, and with each step as it is logged.
        options: kept with what is under way, for the command line.
        **arguments: of the plain fit, as in `fit`.

    Returns:
        The logbook; print it. `log.best` is the run of the best net.

    Raises:
        UnusableInput: no dev set, an argument outside its range, or a folder with something else in it.
        TrainingDiverged: the plain fit diverged.

    Source:
        C2W1-13, C2W1-14, C2W1-38, C2W1-39, C3W1-02.

    Example:
        >>> import fathom
        >>> splits = fathom.split(fathom.sample("wine"), seed=0)
        >>> log = fathom.improve(splits, goal=0.1, references=False, epochs=20)
        >>> log.ending, len(log.experiments), "test" in log.best.errors
        ('goal met', 0, True)
    """
    if isinstance(net, nn.Module):
        raise refuse("`net`", expected="a name or a callable that builds a module", got="a module", fix="pass lambda: MyNet(...)")
    ready = make_ready(splits, net)
    if not len(ready.prepared.targets.get("dev", ())):
        raise refuse("`splits`", expected="a dev set to judge by", got="none", fix="split with a dev set")
    seed = int(arguments.pop("seed", 0))
    asked = Asked(
        net=DEFAULT[ready.prepare.makes] if net is None else net,
        arguments=arguments,
        goal=goal,
        human=human,
        tolerance=tolerance,
        budget=seconds_of(budget),
        references=references,
        open_test=open_test,
        seed=seed,
    )
    folder = None if out is None else Path(out)
    clock = Clock(asked.budget)
    plain = Candidate.of(ready, net, asked.with_changes({})[1])
    underway = taken_up(folder, identity_of(asked, plain.experiment.to_json()), options or {}, clock)
    return _Improvement.begin(ready, asked, clock, underway, folder, progress, told or Told()).carry_on()


@dataclass
class _Improvement:
    """An improvement in the works."""

    ground: Ground
    underway: Underway
    folder: Path | None
    told: Told
    plain: Run
    run: Run
    so_far: Incumbent

    @classmethod
    def begin(
        cls, ready: Ready, asked: Asked, clock: Clock, underway: Underway, folder: Path | None, progress: Progress | None, told: Told
    ) -> _Improvement:
        """The plain fit, and where an improvement was cut off, the best net until then."""
        underway.write(folder, clock)
        began = clock.seconds
        plain = _fitted(ready, asked, {}, clock, progress, "plain fit")
        clock.reserve = 1.0 + 2 * (clock.seconds - began)
        d = plain.diagnose(**asked.rates)
        told.plain(plain, d)
        bench = Bench.of(plain, balance=d.balance is not None, seed=asked.seed)
        ground = Ground(ready, asked, bench, clock, starts_for(len(bench.like)), progress)
        so_far = underway.so_far or cls._first(ground, plain, folder)
        run = _fitted(ready, asked, so_far.changes, clock, progress, "best so far") if so_far.changes else plain
        made = cls(ground, underway, folder, told, plain, run, so_far)
        for entry in underway.entries:
            told.step(entry)
        made._keep()
        return made

    @staticmethod
    def _first(ground: Ground, plain: Run, folder: Path | None) -> Incumbent:
        """The plain settings from several starts."""
        net, arguments = ground.asked.with_changes({})
        began = ground.clock.seconds
        watched = ground.clock.watched(ground.progress, "plain fit, other starts", alarm=False)
        errors = dev_errors(ground.ready, net, [arguments], starts=ground.starts, progress=watched)[0]
        ground.clock.learn(work_of([Candidate.of(ground.ready, net, arguments)], ground.starts), ground.clock.seconds - began)
        if folder is not None:
            dev_meter.add(folder.absolute().parent, dev_of(plain), "improve", candidates=1, run=folder.name, date=now())
        return Incumbent({}, plain.errors["dev"] if errors is None else errors.mean(axis=0))

    def carry_on(self) -> Logbook:
        """Idea, experiment, result, until it ends."""
        try:
            end = self._steps()
        except KeyboardInterrupt:
            if not self.ground.clock.rang:
                end = End(
                    "interrupted",
                    "Ctrl-C in the middle of a step, which is not counted" + (": the same call goes on." if self.folder else "."),
                )
                return interrupted(self._closing(end))
            end = End("budget", f"the {self.ground.asked.budget:.0f} s were over in the middle of a step, which is not counted.")
        return close(self._closing(end))

    def _closing(self, end: End) -> Closing:
        command = self.told.command(self.so_far.changes)
        return Closing(self.ground, self.plain, self.run, self.underway.entries, self.so_far, end, self.folder, command)

    def _steps(self) -> End:
        while True:
            d = self.run.diagnose(**self.ground.asked.rates)
            end = met(d)
            if end is not None:
                return end
            idea = self._idea(d)
            if idea is None:
                return exhausted(self.underway.entries, d, len(self.ground.bench.like))
            remedy, gap = idea
            self._log(remedy, carry_out(self.ground, remedy, reason_of(gap), self.so_far))

    def _idea(self, d: Diagnosis) -> tuple[Remedy, Gap] | None:
        """The first remedy that was not tried yet: of the gaps that are high, in the course's order, then of those that are unclear."""
        experiment = self.run._experiment
        for verdict in ("high", "unclear"):
            for gap in (d.gaps[name] for name in ORDER if name in d.gaps and d.gaps[name].verdict == verdict):
                for remedy in remedies(gap.name, experiment):
                    if self._key(remedy, experiment) not in self.underway.tried and self._often(remedy) < AGAIN:
                        return remedy, gap
        return None

    def _key(self, remedy: Remedy, made: Experiment) -> str:
        """An idea is new where what it would change has changed since it was tried: for the variance, the net and how long it trains."""
        about = {"net": made.net, **made.arguments, "epochs": made.settings.epochs}
        if remedy.gap == "avoidable_bias":
            about = {**about, **self.so_far.changes}
        return f"{remedy.name}: {sorted((name, str(value)) for name, value in about.items())}"

    def _often(self, remedy: Remedy) -> int:
        return sum(e.remedy.name == remedy.name and e.outcome == "kept" for e in self.underway.entries)

    def _log(self, remedy: Remedy, result: Result) -> None:
        entry = result.entry
        self.underway.tried.append(self._key(remedy, self.run._experiment))
        self.underway.entries.append(entry)
        self._count(entry)
        if result.changes is not None:
            self.so_far = Incumbent(dict(result.changes), result.errors)
            self.run = _fitted(
                self.ground.ready, self.ground.asked, self.so_far.changes, self.ground.clock, self.ground.progress, "keeping the best"
            )
        self._keep()
        self.told.step(entry)

    def _count(self, entry: LoggedExperiment) -> None:
        if self.folder is None or not entry.tried:
            return
        n = len(entry.tried)
        folder, dev = self.folder.absolute().parent, dev_of(self.plain)
        dev_meter.add(folder, dev, "improve", candidates=n, correlation=entry.alike, run=self.folder.name, date=now())

    def _keep(self) -> None:
        self.underway.so_far = self.so_far
        self.underway.write(self.folder, self.ground.clock)


def _fitted(ready: Ready, asked: Asked, changes: Mapping[str, Any], clock: Clock, progress: Progress | None, label: str) -> Run:
    """The net that is shown: of the first start, trained alone, so that `fit` makes the same one again."""
    net, arguments = asked.with_changes(changes)
    run = fit(ready, net=net, progress=clock.watched(progress, label, alarm=False), **arguments)
    if run.history.stopped == "interrupted":
        raise KeyboardInterrupt
    return run
