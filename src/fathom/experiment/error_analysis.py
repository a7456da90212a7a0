"""`fathom.mistakes`: the error analysis of a run, with what people saw in its mistakes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from fathom.core.expectations import refuse, shown, whole
from fathom.core.records.corrections import Corrections
from fathom.core.records.error_analysis import ErrorAnalysis
from fathom.core.records.tags import Tags, split_tags
from fathom.experiment.analysis import analyze
from fathom.experiment.drawn import MOST_DRAWS, names_of
from fathom.experiment.mistakes_files import corrections_in
from fathom.experiment.opening import open_records
from fathom.experiment.run import Run
from fathom.experiment.tags_store import add_corrections, change_tags, read_corrections, read_tags


def mistakes(
    run: Run | str | Path,
    *,
    sample: int | None = None,
    tags: Mapping[object, str | Iterable[str]] | None = None,
    corrections: Mapping[object, object] | str | Path | None = None,
    seed: int = 0,
    rows: int = 20,
) -> ErrorAnalysis:
    """What went wrong on dev, why as far as people said, and where it is worse than chance allows.

    Args:
        run: a run, or the folder of one. What is said here of a run that has a folder is kept there.
        sample: mistakes to draw at random and look at; shares and ceilings are of these. A number to predict is drawn in proportion to
            the error.
        tags: by the id of a dev example, its causes: "blurry, dog" or ["blurry", "dog"]; "" where it was looked at and none fits.
            The tag "label?" says that the label is wrong.
        corrections: the right label by the id of a dev example, or a CSV with the columns id, label and, for other roles, role.
        seed: of the draw.
        rows: how many of the worst mistakes.

    Returns:
        An `ErrorAnalysis`; print it. `a.table["blurry"].ceiling` is the error if every blurry mistake were mended.

    Raises:
        UnusableInput: no run with a dev set, an unknown id, a tag or label that cannot be.

    Source:
        C3W2-01..06, C3W2-12.

    Example:
        >>> import fathom
        >>> run = fathom.fit(fathom.split(fathom.sample("wine"), seed=0), epochs=2, seed=1)
        >>> first = fathom.mistakes(run).worst[0]
        >>> a = fathom.mistakes(run, sample=100, tags={m.id: "pale" for m in fathom.mistakes(run, sample=100).sample})
        >>> a.table["pale"].share.value, a.table["pale"].ceiling.value
        (1.0, 0.0)
    """
    opened = run if isinstance(run, Run) else open_records(_path(run))
    if opened.experiment is None:
        raise refuse("mistakes", expected="a run that was trained to its end", got="one that diverged")
    kept, right = _tags(opened, sample, tags, seed), _corrections(opened, corrections)
    return analyze(opened, tags=kept, corrections=right, rows=rows)


def _path(given: object) -> Path:
    if isinstance(given, str | Path):
        return Path(given)
    raise refuse("run", expected="a run, or the folder of one", got=type(given).__name__)


def _tags(run: Run, sample: int | None, tags: Mapping[object, str | Iterable[str]] | None, seed: int) -> Tags:
    """Those of the folder and the new ones, which are written there."""
    known = names_of(run.tables["dev"]) if tags and "dev" in run.tables else []
    new = {str(name): split_tags(said) if isinstance(said, str) else list(said) for name, said in (tags or {}).items()}
    unknown = [name for name in new if name not in set(known)]
    if unknown:
        raise refuse("`tags`", expected="ids of dev", got=shown((repr(name[:40]) for name in unknown), 4))

    def change(old: Tags) -> Tags:
        made = old if sample is None else with_sample(old, sample, seed)
        for name, said in new.items():
            made = made.tagged(name, said)
        return made

    if not new and sample is None:
        return Tags() if run.folder is None else read_tags(run.folder)
    return change(Tags()) if run.folder is None else change_tags(run.folder, change)


def with_sample(tags: Tags, sample: int, seed: int) -> Tags:
    """With another sample to look at; the first of a larger one are those of a smaller one, where the seed is the same."""
    from dataclasses import replace

    return replace(tags, sample=whole("`sample`", sample, high=MOST_DRAWS), seed=whole("`seed`", seed))


def _corrections(run: Run, given: Mapping[object, object] | str | Path | None) -> Corrections:
    """Those of the folder and the new ones, which are written there once they fit."""
    old = Corrections() if run.folder is None else read_corrections(run.folder)
    if given is None:
        return old
    if isinstance(given, Mapping):
        more = Corrections(labels={"dev": {str(name): str(label) for name, label in given.items()}})
    else:
        more = corrections_in(Path(given), {role: names_of(table) for role, table in run.tables.items()})
    check(run, more)
    return old.with_(more) if run.folder is None else add_corrections(run.folder, more)


def check(run: Run, corrections: Corrections) -> None:
    """Refuse corrections before they are written.

    Raises:
        UnusableInput: an unknown id, or a label that is none of the target's.
    """
    from fathom.experiment.corrected import corrected_table, value_of

    for role, labels in corrections.labels.items():
        if role in run.tables:
            corrected_table(run, role, labels)
        else:
            for label in labels.values():
                value_of(label, run.target)
