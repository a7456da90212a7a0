"""Errors against the size of train, or of the net, and what more of it would bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from torch import nn

from fathom.core.balanced import rare_classes
from fathom.core.expectations import number, one_of, refuse, whole
from fathom.core.records.learning_curve import LearningCurve
from fathom.core.records.settings import Settings
from fathom.data.dataset import Dataset
from fathom.data.splits import Splits, split
from fathom.diagnosis.curve_evidence import Rows, SizeErrors
from fathom.diagnosis.learning_curve import read_curve
from fathom.engine.training import Progress
from fathom.experiment.arguments import sort_arguments
from fathom.experiment.build import NetLike
from fathom.experiment.curve_nets import Planned, alike, measure, of_widths, on_parts
from fathom.experiment.run import Run
from fathom.nets.catalogue import DEFAULT, arguments_for, entry
from fathom.nets.text_net import layers_of

SHARES = (1 / 8, 1 / 4, 1 / 2, 1)
"""The sizes, as shares of train (of the widths of the net)."""

FEWEST = 20
"""Rows that the smallest size has at least."""

REPEATS = 8
"""Nets of each size; half as many where train has over 20,000 rows."""

MANY_ROWS = 20_000


def learning_curve(
    splits: Splits | Dataset,
    *,
    net: NetLike | None = None,
    against: Literal["rows", "width"] = "rows",
    sizes: Sequence[int] | None = None,
    repeats: int | None = None,
    goal: float | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    **arguments: Any,
) -> LearningCurve:
    """Errors against size at equal epochs, the power law with its floor that they follow, and what twice as much would bring.

    Nets are trained on random parts of train (an eighth, a quarter, a half, all of it), stratified, each with its own `Prepare` and seed;
    those of one size train as one program. They are measured on dev and on the rest of train. e(n) = a (n + d)^-b + c is fitted with
    all that makes it unsure: which rows there are to measure on, the luck of nets and parts, the law's own parameters, and how far real
    curves leave any such law. Test stays sealed.

    Args:
        splits: from `fathom.split`, with a dev set; a Dataset is split first.
        net: a name of the catalogue, or a callable that builds a module; "embedding" for texts and "mlp" for all else where left out.
        against: "rows" of train, or "width": the hidden layers of the net, an eighth to all of `hidden` wide.
        sizes: of your own, at least two, ascending: rows, or units of the first hidden layer.
        repeats: nets of each size; 8 where left out, 4 where train has over 20,000 rows.
        goal: the error that is wanted; the sentence then says how many rows it asks for.
        seed: of the parts and of the nets.
        progress: as in `fathom.fit`, size after size.
        **arguments: settings and arguments of the net, as in `fathom.fit`. Where `epochs` is left out it is what all of train gets.

    Returns:
        A `LearningCurve`; print it. `curve.at(2 * curve.n)` is the mean error at that size over retraining, on rows not trained on,
        with its 90% interval; `curve.needed(0.03)` the rows that an error asks for.

    Raises:
        UnusableInput: no dev set, fewer than two sizes, a size beyond train, or a module in place of a builder.
        TrainingDiverged: a net's J became infinite or NaN.

    Source:
        C2W1-14, C2W1-15, C3W1-25.

    Example:
        >>> import fathom
        >>> curve = fathom.learning_curve(fathom.split(fathom.sample("wine"), seed=0), epochs=20, repeats=3)
        >>> [p.size for p in curve.points]
        [26, 53, 106]
    """
    goal = None if goal is None else number("goal", goal, low=0.0)
    measured, rows, about = train_and_measure(splits, net, against, sizes, repeats, seed, progress, arguments)
    return read_curve(measured, rows, goal=goal, **about)


def train_and_measure(
    splits: Splits | Dataset,
    net: NetLike | None,
    against: str,
    sizes: Sequence[int] | None,
    repeats: int | None,
    seed: int,
    progress: Progress | None,
    arguments: Mapping[str, Any],
) -> tuple[list[SizeErrors], Rows, dict[str, Any]]:
    """All of `learning_curve` but the fit: the errors by size, the rows they are of, and what else the record says."""
    if isinstance(splits, Dataset):
        splits = split(splits)
    _check(splits, net)
    net = DEFAULT["tokens" if _beside(splits) is not None else "features"] if net is None else net
    one_of("against", against, ("rows", "width"))
    repeats = whole("repeats", (REPEATS if len(splits.train) <= MANY_ROWS else REPEATS // 2) if repeats is None else repeats, low=2)
    shared = _settled(splits, net, arguments)
    if against == "rows":
        planned = on_parts(splits, _rows(splits, sizes), repeats, seed)
    else:
        planned = _widths(splits, net, sizes, repeats, seed, shared)
    by_class = splits.target.kind != "regression" and bool(rare_classes(splits.train.y))
    measured, rows, largest = measure(splits, planned, by_class=by_class, net=net, progress=progress, arguments=shared)
    return measured, rows, {"against": against, "balanced": by_class, "epochs": shared["epochs"], **_about(splits, against, largest)}


def _about(splits: Splits, against: str, largest: Run) -> dict[str, Any]:
    """What the record says beside its numbers."""
    scale, made = largest.prepare.target_scale, largest.experiment
    dev = f"{len(splits.dev or ()):,} of dev"
    rest = f"on all rows not trained on: {dev}, and the rest of train" if against == "rows" and alike(splits) else f"on the {dev}"
    unit = {} if scale is None else {"unit": splits.target.name, "scale": scale.baseline}
    return {"net": f"{made.net} {made.shape}" if made is not None else "", "measured_on": rest, **unit}


def _beside(splits: Splits) -> int | None:
    """How many columns stand beside a text; None where there is no text."""
    inputs = splits.train.inputs
    return len(inputs) - 1 if any(column.kind == "text" for column in inputs) else None


def _check(splits: Any, net: NetLike | None) -> None:
    if not isinstance(splits, Splits):
        raise refuse("`splits`", expected="Splits or a Dataset", got=type(splits).__name__, fix="use fathom.split(fathom.load(...))")
    if splits.dev is None or not len(splits.dev):
        raise refuse("learning curve", expected="a dev set to measure on", got="splits without one")
    if isinstance(net, nn.Module):
        raise refuse("`net`", expected="a name or a callable that builds a module", got="a module", fix="pass lambda: MyNet(...)")


def _settled(splits: Splits, net: NetLike, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that all nets share, with the epochs that all of train asks for, and without seeds."""
    for_settings, for_net = sort_arguments(arguments, entry(net).arguments if isinstance(net, str) else None)
    epochs = Settings(**{**for_settings, "augment": None}).at(rows=len(splits.train)).epochs
    return {**for_settings, **for_net, "epochs": epochs}


def _rows(splits: Splits, sizes: Sequence[int] | None) -> list[int]:
    """Ascending sizes of parts of train."""
    m = len(splits.train)
    least = max(FEWEST, 2 * len(splits.target.classes))
    chosen = sorted(
        {whole("sizes", n, low=1, high=m) for n in sizes} if sizes is not None else {int(m * s) for s in SHARES if m * s >= least}
    )
    if len(chosen) < 2:
        got = f"{len(chosen)}, with {m:,} rows of train"
        raise refuse("learning curve", expected=f"at least two sizes, the smallest of {least} rows", got=got, fix="collect more data first")
    return chosen


def _widths(splits: Splits, net: NetLike, sizes: Sequence[int] | None, repeats: int, seed: int, shared: dict[str, Any]) -> list[Planned]:
    """Nets of several widths."""
    hidden = (
        arguments_for(net, {"hidden": shared.get("hidden")} if "hidden" in shared else {}).get("hidden") if isinstance(net, str) else None
    )
    beside = _beside(splits)
    hidden = hidden if beside is None else layers_of(hidden, beside)
    layers = tuple(hidden) if isinstance(hidden, Sequence) else (hidden,) if hidden else ()
    if not layers:
        fix = 'use net="mlp"' if beside is None else "give hidden=(32,)"
        raise refuse("`against`", expected='"rows" for a net without hidden layers of the catalogue', got='"width"', fix=fix)
    chosen = sorted({whole("sizes", w, low=1) for w in sizes} if sizes is not None else {max(1, round(layers[0] * s)) for s in SHARES})
    if len(chosen) < 2:
        raise refuse("`sizes`", expected="at least two widths", got=f"{len(chosen)}")
    shared.pop("hidden", None)
    return of_widths(splits, layers, chosen, repeats, seed)
