"""The end of an improvement: test is opened once, the best net is saved, the logbook is written."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fathom.core import run_folder
from fathom.core.records.dev_looks import DevLooks
from fathom.core.records.logbook import Logbook, LoggedExperiment
from fathom.diagnosis.looked_at import expected_optimism
from fathom.experiment.dev_looks import looks_of, stopped_epochs
from fathom.experiment.run import Run
from fathom.recipe.asked import Incumbent
from fathom.recipe.ending import End, headline, next_steps
from fathom.recipe.step import Ground
from fathom.report.logbook_page import logbook_page
from fathom.report.python_call import python_call
from fathom.report.screen import settings_text


@dataclass(frozen=True)
class Closing:
    """What there is at the end.

    Attributes:
        ground: what all steps stood on.
        plain, best: the first net and the best one.
        entries: of the steps.
        so_far: what the best net has and the plain one has not.
        end: why here.
        folder: where the best net goes; None for nowhere.
        command: what makes the best net again; "" for the call in Python.
    """

    ground: Ground
    plain: Run
    best: Run
    entries: Sequence[LoggedExperiment]
    so_far: Incumbent
    end: End
    folder: Path | None
    command: str


def close(at: Closing) -> Logbook:
    """Open test, save the best net, write the logbook beside it."""
    asked = at.ground.asked
    if asked.open_test and "test" in at.ground.ready.prepared.targets:
        at.best.open_test()
    log = _logbook(at)
    if at.folder is not None:
        diagnosis = at.best.diagnose(looks=log.looks, **asked.rates)
        at.best.save(at.folder, diagnosis=diagnosis, command=log.command, finishing=True, counted=True)
        run_folder.write_over(at.folder / run_folder.LOGBOOK, run_folder.json_text(log.to_json()))
        run_folder.write_over(at.folder / run_folder.LOGBOOK_PAGE, logbook_page(log))
    return log


def interrupted(at: Closing) -> Logbook:
    """What there is after Ctrl-C: test stays sealed, the folder keeps what is under way."""
    return _logbook(at)


def _logbook(at: Closing) -> Logbook:
    asked, experiment = at.ground.asked, at.best._experiment
    before, after = (run.diagnose(**asked.rates) for run in (at.plain, at.best))
    looks = _looks(at)
    return Logbook(
        headline=headline(before.ladder, after.ladder, at.entries, str(experiment.data["name"]), at.end),
        name=str(experiment.data["name"]),
        plain=f"{at.plain._experiment}; {settings_text(at.plain._experiment)}",
        before=before.ladder,
        after=after.ladder,
        experiments=tuple(at.entries),
        ending=at.end.ending,
        says=f"{at.end.says[0].upper()}{at.end.says[1:]}",
        changes=at.so_far.changes,
        goal=asked.goal,
        human=after.floor.value if after.floor.known == "given" else None,
        budget=asked.budget,
        seconds=at.ground.clock.seconds,
        looks=looks,
        optimism=expected_optimism(looks, after.ladder["dev"].estimate),
        next=next_steps(after, at.end, at.entries, len(at.ground.bench.like)),
        command=at.command or python_call(experiment),
        balanced=after.balance is not None,
        best=at.best,
    )


def _looks(at: Closing) -> DevLooks:
    """As the folder of runs counts them; without one, those of this improvement."""
    if at.folder is not None:
        found = looks_of(dataclasses.replace(at.best, folder=at.folder))
        if found is not None:
            return dataclasses.replace(found, stopped=max(found.stopped, stopped_epochs(at.best)))
    steps = [e for e in at.entries if e.tried]
    alike = [e.alike for e in steps if e.alike is not None]
    return DevLooks(
        counts={"improve": 1 + len(steps)},
        candidates=1 + sum(len(e.tried) for e in steps),
        stopped=stopped_epochs(at.best),
        correlation=sum(alike) / len(alike) if alike else None,
    )
