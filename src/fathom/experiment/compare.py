"""Runs side by side: from runs, in memory or in folders, to a comparison and its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fathom.core.expectations import refuse
from fathom.core.records.choice import Choice
from fathom.core.records.comparison import Comparison
from fathom.core.records.diagnosis import Diagnosis
from fathom.core.settings_apart import names_apart, settings_apart
from fathom.data.splits import Splits
from fathom.diagnosis.comparison import Candidate, compare_candidates
from fathom.diagnosis.metrics.choosing import choose_among
from fathom.experiment.dev_looks import count_comparison
from fathom.experiment.opening import open_run
from fathom.experiment.run import Run
from fathom.experiment.run_metrics import Words, card_of_run
from fathom.experiment.twins import gathered, with_twins
from fathom.report.comparison_page import comparison_page

MOST = 8
"""Runs side by side: as many as there are colors that can be told apart."""


def compare(
    a: Run | str | Path,
    b: Run | str | Path,
    *others: Run | str | Path,
    report: str | Path | None = None,
    seed: int = 0,
    seeds: int | None = None,
    splits: Splits | None = None,
    metric: Words = (),
    require: Words = (),
    positive: str | None = None,
    duration: str | float | None = None,
) -> Comparison:
    """Hold runs against the first one: settings that differ, ladders, and the paired difference on the same dev examples.

    The difference is the dev error of a run minus that of the first, (b - c)/n for 0/1 errors, b the examples that only the run gets
    wrong and c those that only the first does; its interval is Tango's (1998), its p McNemar's exact one. Other errors have the
    studentized bootstrap of the differences over groups, and sign flips.

    Another seed makes another net. Runs that differ in seed alone are therefore taken together, and `seeds=5` trains the missing ones: the
    verdict is then about the settings, from an interval that minds what other seeds and other examples would change.

    Args:
        a: the run that the others are held against; a folder is opened.
        b, *others: the others.
        report: an .html file to write the page to; written over where it is there.
        seed: of the bootstrap and the flips.
        seeds: nets of each setting, trained in one go where they are missing; None leaves it at the runs that are given.
        splits: the data, which `seeds` needs where the runs were opened from disk.
        metric: choose the best run by it, as `fathom.choose` does; the error where only `require` is given.
        require: what the chosen run has to meet, as in 'time <= 100ms'.
        positive, duration: as in `fathom.metrics`.

    Returns:
        A `Comparison`; print it. `c["b"]` is the paired difference of the run called b, with its interval and verdict.

    Raises:
        UnusableInput: no run, one that diverged, other targets, or not the same dev examples.

    Example:
        >>> import fathom
        >>> splits = fathom.split(fathom.sample("wine"), seed=0)
        >>> c = fathom.compare(fathom.fit(splits, epochs=1), fathom.fit(splits, epochs=40))
        >>> c.pairs[0].run, c.pairs[0].verdict, c.differing
        ('epochs 40', 'better', {'epochs': ('1', '40')})
    """
    given = checked_runs([a, b, *others])
    groups = gathered(given) if seeds is None else with_twins(gathered(given), seeds, splits)
    runs = [group[0] for group in groups]
    if len(runs) > MOST:
        raise refuse("runs", expected=f"at most {MOST}", got=str(len(runs)))
    experiments = [run._experiment for run in runs]
    labels = names_apart(experiments, [_folder_name(run) for run in runs])
    names = _names(runs, labels)
    diagnoses = _diagnoses(runs)
    balance = all(d.balance is not None for d in diagnoses)
    candidates = [
        Candidate(
            name=name,
            label=label,
            ladder=d.ladder,
            dev=group[0].tables["dev"],
            scale=d.ladder.scale,
            twins=tuple(twin.tables["dev"] for twin in group[1:]),
        )
        for name, label, d, group in zip(names, labels, diagnoses, groups, strict=True)
    ]
    made = compare_candidates(candidates, differing=settings_apart(experiments), balance=balance, seed=seed)
    count_comparison(runs)
    if metric or require:
        named = dict(zip(names, runs, strict=True))
        made = replace(made, choice=_choice(named, made, metric or "error", require, positive, duration))
    if report is not None:
        _write(Path(report), page_of(made, runs))
    return made


def _choice(
    runs: Mapping[str, Run], made: Comparison, metric: Words, require: Words, positive: str | None, duration: str | float | None
) -> Choice:
    """The best run by the metrics, and whether dev tells it from the first one."""
    cards = {name: card_of_run(run, metric, require, positive=positive, duration=duration) for name, run in runs.items()}
    found = choose_among(cards)
    pair = next((pair for pair in made.pairs if pair.run == found.best), None)
    if pair is None or pair.verdict == "better":
        return found
    return replace(found, notes=(f"by its dev error {pair.run} is not shown to be better than {pair.against}: {pair.verdict}.",))


def page_of(made: Comparison, runs: Sequence[Run]) -> str:
    """The page of a comparison: the record, and the curves and boundaries of its runs."""
    names = [run.name for run in made.runs]
    return comparison_page(
        made,
        histories={name: run.history for name, run in zip(names, runs, strict=True)},
        boundaries={name: found for name, run in zip(names, runs, strict=True) if (found := run.boundary) is not None},
    )


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise refuse(f"report '{path}'", expected="a file that can be written", got=error.strerror or str(error)) from None


def checked_runs(given: Sequence[Run | str | Path]) -> list[Run]:
    """Runs, or the folders of some, that can be compared: trained to their end, with a dev set, with one target."""
    runs = [_run(each) for each in given]
    _check(runs)
    return runs


def _run(given: Run | str | Path) -> Run:
    if isinstance(given, Run):
        return given
    if isinstance(given, str | Path):
        return open_run(given)
    raise refuse("run", expected="a run, or the folder of one", got=type(given).__name__)


def _check(runs: Sequence[Run]) -> None:
    """Each was trained, has a dev set, and predicts the same.

    Raises:
        UnusableInput: one did not.
    """
    for i, run in enumerate(runs, start=1):
        what = f"run {i}" if run.folder is None else f"run '{run.folder}'"
        if run.experiment is None:
            raise refuse(what, expected="a run that was trained to its end", got="one that diverged", fix="leave it out")
        if "dev" not in run.tables or not run.tables["dev"].height:
            raise refuse(what, expected="errors on dev", got="none", fix="fit it on splits with a dev set")
        a, b = (
            f"{t.kind} '{t.name}'" + (f" with the classes {', '.join(t.classes)}" if t.classes else "")
            for t in (runs[0].target, run.target)
        )
        if a != b:
            raise refuse(what, expected=f"the target of the first run, {a[:120]}", got=b[:120])


def _diagnoses(runs: Sequence[Run]) -> list[Diagnosis]:
    """The ladders, all of balanced errors or all of plain ones."""
    made = [run.diagnose(references=False, **_human(run)) for run in runs]
    if all(d.balance is not None for d in made) or all(d.balance is None for d in made):
        return made
    return [run.diagnose(references=False, truth={}, **_human(run)) for run in runs]


def _human(run: Run) -> dict[str, Any]:
    return {"human": run.asked["human"]} if "human" in run.asked else {}


def _folder_name(run: Run) -> str:
    return str(run._experiment.data.get("name", "run")) if run.folder is None else run.folder.resolve().name


def _names(runs: Sequence[Run], labels: Sequence[str]) -> list[str]:
    """The names of the folders, the whole paths where those are the same, and labels where a run has no folder."""
    folders = [None if run.folder is None else run.folder for run in runs]
    short = [label if folder is None else folder.resolve().name for folder, label in zip(folders, labels, strict=True)]
    if len(set(short)) == len(short):
        return short
    whole = [label if folder is None else str(folder) for folder, label in zip(folders, labels, strict=True)]
    return whole if len(set(whole)) == len(whole) else [f"{name} ({chr(97 + i)})" for i, name in enumerate(whole)]
