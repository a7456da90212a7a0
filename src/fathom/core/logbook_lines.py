"""A logbook as lines of text, each piece with its meaning, as `fathom.core.diagnosis_lines` has them: a story with its figures."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from typing import Protocol

from fathom.core.diagnosis_lines import Line
from fathom.core.ladder_figures import ends_figure, error_figure
from fathom.core.percent import percent
from fathom.core.records.dev_looks import DevLooks
from fathom.core.records.ladder import Ladder
from fathom.core.records.remedy import Remedy

LABEL = 12
"""Letters of what stands on the left."""

MEANING = {"kept": "low", "not kept": "faint", "not tried": "unclear"}


class Step(Protocol):
    """What is read of a `LoggedExperiment`."""

    @property
    def remedy(self) -> Remedy: ...  # noqa: D102
    @property
    def reason(self) -> str: ...  # noqa: D102
    @property
    def outcome(self) -> str: ...  # noqa: D102
    @property
    def before(self) -> float: ...  # noqa: D102
    @property
    def after(self) -> float: ...  # noqa: D102
    @property
    def says(self) -> str: ...  # noqa: D102
    @property
    def starts(self) -> int: ...  # noqa: D102
    @property
    def nets(self) -> int: ...  # noqa: D102
    @property
    def seconds(self) -> float: ...  # noqa: D102


class Start(Protocol):
    """What is read of the plain fit."""

    @property
    def plain(self) -> str: ...  # noqa: D102
    @property
    def before(self) -> Ladder: ...  # noqa: D102
    @property
    def balanced(self) -> bool: ...  # noqa: D102


class Drawable(Start, Protocol):
    """What is read of a `Logbook`, which prints itself by these lines and so cannot be imported here."""

    @property
    def headline(self) -> str: ...  # noqa: D102
    @property
    def after(self) -> Ladder: ...  # noqa: D102
    @property
    def experiments(self) -> Sequence[Step]: ...  # noqa: D102
    @property
    def says(self) -> str: ...  # noqa: D102
    @property
    def looks(self) -> DevLooks: ...  # noqa: D102
    @property
    def optimism(self) -> float | None: ...  # noqa: D102
    @property
    def next(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def command(self) -> str: ...  # noqa: D102


def lines_of(log: Drawable, width: int = 80) -> list[Line]:
    """The whole story: headline, the plain fit, idea, experiment and result of each step, the end, what is left to do."""
    lines: list[Line] = [((text, "title"),) for text in textwrap.wrap(log.headline, width)]
    for section in (start_lines(log, width), *(step_lines(i, e, width) for i, e in enumerate(log.experiments, 1)), end_lines(log, width)):
        lines += [(), *section]
    return lines


def figures(ladder: Ladder) -> str:
    """'train 0.0%, dev 22.4% (19.9 to 25.1), test sealed'."""
    rungs = [rung for rung in ladder if rung.name not in ("human", "floor")]
    parts = [_figure(rung.name, ladder) for rung in rungs]
    return ", ".join([*parts, *(f"{role} sealed" for role in ladder.sealed)])


def step_heads(number: int, step: Step) -> tuple[str, str]:
    """The figure that a step went from and to, and the word for how it ended: ('22.4% to 19.1%', 'kept')."""
    change = f"{percent(step.before)}% to {percent(step.after)}%" if step.outcome == "kept" else f"{percent(step.before)}%"
    return change, step.outcome


def experiment_text(step: Step) -> str:
    """'l2 at 12 values from 0.3 to 90; 48 nets as one population, 4 starts each, 9.1 s'."""
    if not step.nets:
        return step.remedy.what
    return f"{step.remedy.what}; {step.nets} nets, {step.starts} starts of each value, {step.seconds:.1f} s"


def optimism_text(log: Drawable) -> str:
    """What all the looks at dev cost."""
    text = f"{str(log.looks)[0].upper()}{str(log.looks)[1:]}"
    if log.optimism is None or not math.isfinite(log.optimism):
        return f"{text}."
    return f"{text}: the best of {log.looks.candidates:,} is expected to look up to {percent(log.optimism)} points better than it is."


def _figure(role: str, ladder: Ladder) -> str:
    e = ladder[role].estimate
    ends = ends_figure(e.low, e.high, ladder)
    return f"{role.replace('_', '-')} {error_figure(e.value, ladder)}" + (f" ({ends})" if ends and role != "train" else "")


def start_lines(log: Start, width: int) -> Iterator[Line]:
    """The plain fit."""
    yield (("  0  the plain fit", "title"),)
    yield from _entry("net", log.plain, width)
    unit = " (balanced errors: each class counts alike)" if log.balanced else ""
    yield from _entry("result", figures(log.before) + unit, width)


def step_lines(number: int, step: Step, width: int) -> Iterator[Line]:
    """Idea, experiment and result."""
    change, ended = step_heads(number, step)
    yield ((f"{number:>3}  {step.remedy.name}", "title"), (f"   dev {change}   ", ""), (ended, MEANING[ended]))
    yield from _entry("idea", f"{step.reason}. {step.remedy.why[0].upper()}{step.remedy.why[1:]} ({step.remedy.source}).", width)
    yield from _entry("experiment", experiment_text(step), width)
    yield from _entry("result", f"{step.says[0].upper()}{step.says[1:]}", width)


def end_lines(log: Drawable, width: int) -> Iterator[Line]:
    """Why it ended, the net that came of it, and what is left."""
    yield (("  The end", "title"),)
    yield from _entry("why", log.says, width)
    yield from _entry("the net", figures(log.after), width)
    yield from _entry("dev", optimism_text(log), width)
    for i, text in enumerate(log.next):
        yield from _entry("next" if i == 0 else "", text, width)
    for i, text in enumerate(log.command.splitlines()):
        yield from _entry("again" if i == 0 else "", text.strip(), width)


def _entry(label: str, text: str, width: int) -> Iterator[Line]:
    """A label on the left, the text wrapped under itself."""
    wrapped = textwrap.wrap(text, width - LABEL - 5, break_on_hyphens=False)
    for i, part in enumerate(wrapped):
        yield ((f"     {label if i == 0 else '':<{LABEL}}", "faint"), (part, ""))
