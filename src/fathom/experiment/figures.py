"""The figures of a run, alone or beside others, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from fathom.core.expectations import one_of, refuse, shown
from fathom.core.records.boundary import Boundary
from fathom.core.records.diagnosis import Diagnosis
from fathom.core.records.experiment import Experiment
from fathom.core.records.history import History
from fathom.core.records.target import Target
from fathom.core.settings_apart import names_apart
from fathom.report.figures.boundary import boundary_figure
from fathom.report.figures.confusion import confusion_figure
from fathom.report.figures.cost import cost_figure
from fathom.report.figures.errors import errors_figure
from fathom.report.figures.ladder import ladder_figure
from fathom.report.figures.learning_rate import learning_rate_figure
from fathom.report.figures.residuals import residuals_figure
from fathom.report.figures.theme import COLORS
from fathom.report.figures.weight_norm import weight_norm_figure

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars as pl

FIGURES = ("ladder", "cost", "errors", "learning_rate", "weight_norm", "confusion", "residuals", "boundary")


class Drawable(Protocol):
    """What is read of a `Run`, which draws itself by this and so cannot be imported here."""

    experiment: Experiment | None
    target: Target
    history: History
    tables: dict[str, pl.DataFrame]
    folder: Path | None
    asked: Mapping[str, Any]

    @property
    def boundary(self) -> Boundary | None: ...  # noqa: D102

    def diagnose(self, *, references: bool | Mapping[str, Any] = True, **arguments: Any) -> Diagnosis: ...  # noqa: D102


def figure_of(run: Drawable, name: str, beside: Sequence[Drawable] = ()) -> go.Figure:
    """The figure of that name, of a run or of several side by side.

    Args:
        run: the first.
        name: one of `FIGURES`.
        beside: the others.

    Raises:
        UnusableInput: an unknown name, a figure that one of the runs cannot have, or runs that do not go together.
    """
    one_of("name", name, FIGURES)
    others: list[Drawable] = list(beside) if isinstance(beside, list | tuple) else [cast(Drawable, beside)]
    if not all(hasattr(other, "experiment") and hasattr(other, "history") for other in others):
        raise refuse("`beside`", expected="other runs, in a list", got=shown(type(other).__name__ for other in others))
    runs = [run, *others]
    if len(runs) > len(COLORS):
        raise refuse("`beside`", expected=f"at most {len(COLORS) - 1} runs", got=str(len(runs) - 1))
    for i, each in enumerate(runs):
        why = _lacks(each, name)
        if why:
            whose = "this run" if i == 0 else f"run {i} of `beside`"
            has = [other for other in FIGURES if not _lacks(each, other)]
            raise refuse(f"figure '{name}'", expected=f"a run with {why[0]}", got=f"{whose}, which has {why[1]}", fix=_instead(has))
    _check_together(name, runs)
    fallback = [str(r.experiment.data.get("name", "run")) if r.folder is None else r.folder.resolve().name for r in runs if r.experiment]
    names = names_apart([r.experiment for r in runs if r.experiment], fallback)
    return _DRAWN[name](dict(zip(names, runs, strict=True)))


def _instead(has: Sequence[str]) -> str:
    return f"it has {shown(has)}" if has else "it has no figure: it was not trained to its end"


def _lacks(run: Drawable, name: str) -> tuple[str, str] | None:
    """What a run would need for a figure, and what it has instead; None where it can be drawn."""
    if run.experiment is None:
        return "a trained net", "none: it diverged"
    if name in ("cost", "learning_rate", "weight_norm") and not len(run.history):
        return "at least one finished epoch", "none"
    if name == "errors" and not any(epoch.errors for epoch in run.history):
        return "errors that were measured while it trained", "none"
    if name == "boundary" and run.boundary is None:
        n = run.experiment.features
        return (
            "two inputs that are numbers",
            f"{n} inputs" if n != 2 else "two inputs that are not both plain numbers, or no grid in its folder",
        )
    return _lacks_outcome(run, name)


def _lacks_outcome(run: Drawable, name: str) -> tuple[str, str] | None:
    """The same for what is drawn from the errors on dev."""
    classes = run.target.kind != "regression"
    if name == "confusion" and not classes:
        return "classes to predict", "a number to predict"
    if name == "residuals" and classes:
        return "a number to predict", "classes to predict"
    if name in ("confusion", "residuals") and ("dev" not in run.tables or not run.tables["dev"].height):
        return "a dev set", "none"
    return None


def _check_together(name: str, runs: Sequence[Drawable]) -> None:
    """Do the drawings have the same axes?

    Raises:
        UnusableInput: they have not.
    """
    first = runs[0]
    for other in runs[1:]:
        kinds: list[tuple[str, Any, Any]] = [("kind of target", first.target.kind == "regression", other.target.kind == "regression")]
        if name in ("confusion", "boundary"):
            kinds.append(("classes", first.target.classes, other.target.classes))
        if name == "boundary" and first.boundary is not None and other.boundary is not None:
            kinds.append(("inputs", first.boundary.axes, other.boundary.axes))
        for what, a, b in kinds:
            if a != b:
                raise refuse("`beside`", expected=f"runs with the same {what}", got=f"{_words(a)} and {_words(b)}")


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "a number" if value else "classes"
    return f"({shown(value)})"


Runs = Mapping[str, Drawable]


def _histories(runs: Runs) -> dict[str, History]:
    return {name: run.history for name, run in runs.items()}


def _dev(runs: Runs) -> dict[str, pl.DataFrame]:
    return {name: run.tables["dev"] for name, run in runs.items()}


def _first(runs: Runs) -> Drawable:
    return next(iter(runs.values()))


def _ladder(runs: Runs) -> go.Figure:
    """References only of a run alone: of several they would be many, and fitting them takes seconds."""
    if len(runs) == 1:
        return ladder_figure({name: run.diagnose(**run.asked) for name, run in runs.items()})
    made = {name: run.diagnose(**{**run.asked, "references": False}) for name, run in runs.items()}
    if len({d.balance is not None for d in made.values()}) > 1:
        made = {name: run.diagnose(**{**run.asked, "references": False, "truth": {}}) for name, run in runs.items()}
    return ladder_figure(made)


def _regression(runs: Runs) -> bool:
    return _first(runs).target.kind == "regression"


def _boundaries(runs: Runs) -> dict[str, Boundary]:
    return {name: found for name, run in runs.items() if (found := run.boundary) is not None}


_DRAWN: dict[str, Callable[[Runs], Any]] = {
    "ladder": _ladder,
    "cost": lambda runs: cost_figure(_histories(runs)),
    "errors": lambda runs: errors_figure(_histories(runs), regression=_regression(runs)),
    "learning_rate": lambda runs: learning_rate_figure(_histories(runs)),
    "weight_norm": lambda runs: weight_norm_figure(_histories(runs)),
    "confusion": lambda runs: confusion_figure(_dev(runs), _first(runs).target.classes),
    "residuals": lambda runs: residuals_figure(_dev(runs), _first(runs).target.name),
    "boundary": lambda runs: boundary_figure(_boundaries(runs)),
}
