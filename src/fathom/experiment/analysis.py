"""The error analysis of a run: what went wrong on dev, what people saw in it, and what follows (C3W2-01..06, 12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from fathom.core.expectations import refuse, whole
from fathom.core.intervals import interval_of
from fathom.core.records.corrections import Corrections
from fathom.core.records.error_analysis import ErrorAnalysis
from fathom.core.records.errors import Errors
from fathom.core.records.estimate import Estimate
from fathom.core.records.label_rule import LabelRule
from fathom.core.records.mistake import Mistake
from fathom.core.records.picture import Picture
from fathom.core.records.suspect import Suspect
from fathom.core.records.tag_table import TagTable
from fathom.core.records.tags import LABEL, Tagged, Tags
from fathom.core.records.target import Target
from fathom.core.worst import chances_of, inputs_of, sureness, worst
from fathom.data.prepare import Prepare
from fathom.data.target import encode
from fathom.diagnosis.mistakes.differing import steps_of
from fathom.diagnosis.mistakes.label_errors import suspects_of
from fathom.diagnosis.mistakes.label_rule import REMINDERS, label_rule
from fathom.diagnosis.mistakes.tag_table import tag_table
from fathom.experiment.corrected import relabeled
from fathom.experiment.drawn import drawn, names_of
from fathom.experiment.look import Look, further_rows
from fathom.experiment.mistakes import MOST, usual_of
from fathom.experiment.outcome import errors_in
from fathom.report.pixel_columns import picture_shape

if TYPE_CHECKING:
    import polars as pl

SUSPECTS = 20
"""Likely label errors that are listed."""


class Measured(Protocol):
    """What is read of a run."""

    tables: dict[str, pl.DataFrame]
    target: Target
    prepare: Prepare
    folder: Path | None
    experiment: Any

    @property
    def look(self) -> Look: ...  # noqa: D102


@dataclass(eq=False)
class Examined:
    """A run's dev set, read for its mistakes; what takes time is made once.

    Attributes:
        run: measured on dev.
        tags: what people saw.
    """

    run: Measured
    tags: Tags

    @property
    def number(self) -> bool:
        """Whether a number is predicted."""
        return self.run.target.kind == "regression"

    @property
    def table(self) -> pl.DataFrame:
        """Of dev."""
        return self.run.tables["dev"]

    @cached_property
    def names(self) -> list[str]:
        """The ids as text."""
        return names_of(self.table)

    @cached_property
    def sampled(self) -> list[int]:
        """The rows that were drawn to be looked at, with repetition for a number."""
        if not self.tags.sample:
            return []
        return drawn(self.table, number=self.number, seed=self.tags.seed)[: self.tags.sample]

    @cached_property
    def inputs(self) -> dict[int, dict[str, Any]]:
        """By row of dev, the input columns of the examples that are kept with them, the most telling first."""
        look, order = self.run.look, self.columns or inputs_of(self.run.look.worst)
        kept = [(look.worst, worst(self.table, number=self.number, most=MOST))]
        if look.drawn is not None:
            kept.append((look.drawn, further_rows(self.table, number=self.number)))
        ids = self.table.get_column("id").to_list()
        found: dict[int, dict[str, Any]] = {}
        for frame, rows in kept:
            shown = frame.select([name for name in order if name in frame.columns])
            same = frame.get_column("id").to_list() == [ids[row] for row in rows]
            found |= dict(zip(rows, shown.to_dicts(), strict=True)) if same and shown.width else {}
        return found

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The input columns, those first in which mistakes differ most from the rest; none where they are the pixels of a picture."""
        look = self.run.look
        there = inputs_of(look.worst)
        if Picture.of_names(there) is not None or self.run.prepare.picture is not None or picture_shape(there) is not None:
            return ()
        telling = look.slices.telling if look.slices is not None else ()
        named = [f"input {name}" if name not in there else name for name in telling]
        first = [name for name in named if name in there]
        return (*first, *sorted((name for name in there if name not in set(first)), key=lambda name: -self._far(name)))

    def _far(self, name: str) -> float:
        """How far the worst mistakes are from train's mean, in its standard deviations; 1 where nobody can say."""
        mean, std = usual_of(self.run.prepare).get(name, (0.0, 0.0))
        values = self.run.look.worst.get_column(name)
        if not std > 0 or not values.dtype.is_numeric() or not len(values.drop_nulls()):
            return 1.0
        return float(np.nanmean(np.abs(values.drop_nulls().to_numpy() - mean))) / std

    def mistakes(self, rows: Iterable[int], likely: Mapping[str, str]) -> tuple[Mistake, ...]:
        """Rows of dev as people see them."""
        chosen = list(rows)
        part = self.table[chosen] if chosen else self.table.head(0)
        sure = part.select(sureness(part).alias("sure")).get_column("sure").to_list()
        return tuple(
            self._mistake(row, said, None if self.number or p != p else float(p), likely)
            for row, said, p in zip(chosen, part.select("truth", "prediction", "error").iter_rows(), sure, strict=True)
        )

    def _mistake(self, row: int, said: tuple[Any, Any, Any], sure: float | None, likely: Mapping[str, str]) -> Mistake:
        name = self.names[row]
        seen = self.tags.examples.get(name, Tagged())
        return Mistake(
            id=name,
            truth=said[0],
            prediction=said[1],
            sure=sure,
            error=float(said[2]),
            inputs=self.inputs.get(row, {}),
            tags=seen.tags,
            comment=seen.comment,
            looked=name in self.tags.examples,
            likely=likely.get(name, ""),
            words=self._words(name, self.inputs.get(row, {})),
        )

    def _words(self, name: str, inputs: Mapping[str, Any]) -> tuple[str, ...]:
        """What pulled most toward the answer, of an example with a text."""
        marked = self.run.look.marked
        return () if marked is None else tuple(marked.toward(name, str(inputs.get(marked.column) or "")))

    @cached_property
    def suspects(self) -> tuple[tuple[Suspect, ...], int]:
        """Likely label errors of dev, and of test where it is opened: both go through the same process."""
        if self.number:
            return (), 0
        found: list[Suspect] = []
        count = 0
        for role in ("dev", "test"):
            if role in self.run.tables:
                listed, many = _suspects(self.run.tables[role], self.run.target, role)
                found += listed
                count += many
        return tuple(found), count


def _suspects(table: pl.DataFrame, target: Target, role: str) -> tuple[tuple[Suspect, ...], int]:
    """Of one role; none where a class has no probability."""
    import polars as pl

    chances = chances_of(table)
    if len(chances) != len(target.classes):
        return (), 0
    truth = table.get_column("truth")
    labels = encode(truth.cast(pl.String).str.to_lowercase() if truth.dtype == pl.Boolean else truth.cast(pl.String), _as_text(target))
    p = table.select(chances).cast(pl.Float64).fill_null(0.0).to_numpy()
    return suspects_of(names_of(table), labels.astype(np.int64), p, target.classes, role=role)


def _as_text(target: Target) -> Target:
    """The target with the names that its labels have as text in their own type."""
    import dataclasses

    import polars as pl

    from fathom.data.target import labels

    texts = labels(target).cast(pl.String)
    return dataclasses.replace(target, classes=tuple(texts.str.to_lowercase() if target.dtype == "boolean" else texts))


def analyze(run: Measured, *, tags: Tags, corrections: Corrections, rows: int = 20) -> ErrorAnalysis:
    """The error analysis of a run that has a dev set.

    Args:
        run: measured on dev.
        tags: what people saw.
        corrections: labels that people set right.
        rows: how many of the worst mistakes.

    Raises:
        UnusableInput: no dev set, or corrections that do not fit.
    """
    if "dev" not in run.tables or not run.tables["dev"].height:
        raise refuse("mistakes", expected="a run with a dev set", got=f"{', '.join(run.tables) or 'no errors'}")
    x = Examined(run, tags)
    errors = errors_in(x.table)
    error = interval_of(Errors(errors.value, np.ones(len(errors.value)), errors.group))
    wrong = np.flatnonzero(errors.value > 0).tolist()
    suspects, suspected = x.suspects
    likely = {s.id: s.likely for s in suspects if s.role == "dev"}
    names = [x.names[row] for row in wrong]
    table = tag_table(tags, error=error, wrong=names, drawn=[x.names[row] for row in x.sampled], repeated=x.number)
    scale = run.prepare.target_scale
    slices = run.look.slices
    return ErrorAnalysis(
        name=str(run.experiment.data.get("name", "run")),
        error=error,
        wrong=len(wrong),
        number=x.number,
        unit="" if scale is None else scale.unit,
        scale=None if scale is None else scale.baseline,
        worst=x.mistakes(worst(x.table, number=x.number, most=whole("rows", rows, low=0)), likely),
        sample=x.mistakes(dict.fromkeys(x.sampled), likely),
        columns=x.columns,
        table=table,
        slices=slices,
        suspects=suspects[:SUSPECTS],
        suspected=suspected,
        labels=_labels(table, error),
        relabeled=relabeled(run, corrections),
        steps=steps_of(slices),
        notes=tuple(_notes(run, errors, corrections)),
    )


def _labels(table: TagTable, error: Estimate) -> LabelRule | None:
    found = next((row for row in table.tags if row.tag.casefold() == LABEL), None)
    return None if found is None else label_rule(error.value, found.share)


def _notes(run: Measured, errors: Errors, corrections: Corrections) -> Iterable[str]:
    from fathom.core.balanced import rare_classes

    if run.target.kind != "regression" and rare_classes(run.tables["dev"].get_column("truth").to_numpy()):
        yield "A class is rare: the ladder is one of balanced errors, while mistakes are counted here one by one."
    if corrections:
        roles = [role for role in ("dev", "test") if corrections.labels.get(role)]
        yield "Corrected labels change no file of the data: set them right there too, and fit again with --like RUN."
        if len(roles) == 1:
            yield f"Only labels of {roles[0]} were corrected. {REMINDERS}"
        changed = corrections.labels.get("dev", {})
        right = {n for n, e in zip(names_of(run.tables["dev"]), errors.value.tolist(), strict=True) if not e}
        if changed and not right & set(changed):
            yield "Only labels of mistakes were looked at: errors that made the net look right stay, and dev looks better than it is."
