"""The remedies of the basic recipe, in the course's order, each for one gap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fathom.core.picture_nets import PICTURE_NETS, RESIDUAL
from fathom.core.records.experiment import Experiment
from fathom.core.records.remedy import Remedy
from fathom.core.settings_apart import text_of
from fathom.core.text_nets import AVERAGED, TEXT_NETS

NO_LAYERS = ("logistic", "softmax", "linear")

FIRST_HIDDEN = (64, 32)

L2_FROM, L2_TO, L2_VALUES = 1e-4, 5e-2, 12
"""l2 is the course's lambda of lambda/(2m), so that the same pull on W is that times m; from hardly any to what blurs most tables."""

DROPOUT = (0.1, 0.2, 0.35, 0.5)

LEAST_DEV = 40
"""Dev examples without which early stopping has nothing to go by on each half of them."""


def remedies(gap: str, made: Experiment) -> tuple[Remedy, ...]:
    """What may be tried against a gap, given the experiment so far; in the order in which it is tried (C2W1-13, C2W1-14).

    Args:
        gap: "avoidable_bias" or "variance"; others are not cured by settings.
        made: the experiment so far, as resolved.

    Example:
        >>> from fathom.core.records.settings import Settings
        >>> made = Experiment(data={}, net="mlp", arguments={"hidden": (64, 32)}, shape="9-64-32-1", parameters=1,
        ...                   settings=Settings(epochs=50), rows={"train": 1000, "dev": 300}, features=9)
        >>> [r.name for r in remedies("avoidable_bias", made)], [r.name for r in remedies("variance", made)]
        (['wider', 'deeper', 'longer'], ['l2', 'dropout', 'early stopping'])
        >>> remedies("avoidable_bias", made)[0].what
        'hidden 128-64 in place of 64-32'
    """
    if gap == "avoidable_bias":
        return tuple(_bias(made))
    return tuple(_variance(made)) if gap == "variance" else ()


def _bias(made: Experiment) -> Iterator[Remedy]:
    """A bigger net, then longer training."""
    if made.net in TEXT_NETS:
        yield from _of_texts(made)
    elif made.net in NO_LAYERS or made.arguments.get("hidden") == ():
        choice = {"net": "mlp", "hidden": FIRST_HIDDEN}
        yield _of_bias("wider", f"mlp with hidden {text_of(FIRST_HIDDEN)}", "hidden layers let it bend", [choice])
    elif made.net in PICTURE_NETS:
        yield _of_pictures(made)
    elif made.net != "custom":
        hidden = tuple(made.arguments["hidden"])
        double, more = tuple(2 * n for n in hidden), (hidden[0], *hidden)
        now = f"in place of {text_of(hidden)}"
        why = "a bigger network almost always helps the train error"
        yield _of_bias("wider", f"hidden {text_of(double)} {now}", why, [{"hidden": double}])
        yield _of_bias("deeper", f"hidden {text_of(more)} {now}", "another layer builds on what the first ones found", [{"hidden": more}])
    epochs = made.settings.epochs or 1
    why = "longer training does not always help the train error and never hurts it"
    yield _of_bias("longer", f"{2 * epochs:,} epochs in place of {epochs:,}", why, [{"epochs": 2 * epochs}])


def _of_texts(made: Experiment) -> Iterator[Remedy]:
    """Longer vectors of words or more units, with wider layers behind them; then another layer, of the cell where there is one."""
    size, layers = ("dimensions", "hidden") if made.net == AVERAGED else ("units", "layers")
    about, hidden = made.arguments, tuple(made.arguments["hidden"])
    given = size == "dimensions" and about.get("vectors")  # words' vectors from a file have the length that they have
    wider: dict[str, Any] = ({} if given else {size: 2 * about[size]}) | ({"hidden": tuple(2 * n for n in hidden)} if hidden else {})
    deeper: dict[str, Any] = {"layers": about["layers"] + 1} if layers == "layers" else {"hidden": (hidden[:1] or (32,)) + hidden}
    why = "a bigger network almost always helps the train error"
    if wider:
        yield _of_bias("wider", _changed(wider, about), why, [wider])
    yield _of_bias("deeper", _changed(deeper, about), "another layer builds on what the first ones found", [deeper])


def _changed(choice: Mapping[str, Any], about: Mapping[str, Any]) -> str:
    """'units 128 in place of 64'."""
    return ", ".join(f"{name} {text_of(value)} in place of {text_of(about[name])}" for name, value in choice.items())


def _of_pictures(made: Experiment) -> Remedy:
    """A residual net, then a deeper one."""
    if made.net not in RESIDUAL:
        choice: dict[str, Any] = {"net": "resnet", "depth": 20}
        return _of_bias("deeper", "resnet of 20 layers", "shortcuts let a deep net learn at least what a shallow one does", [choice])
    depth = made.arguments.get("depth", 20)
    what = f"resnet of {depth + 12} layers in place of {depth}"
    return _of_bias("deeper", what, "a bigger network almost always helps the train error", [{"net": "resnet", "depth": depth + 12}])


def _variance(made: Experiment) -> Iterator[Remedy]:
    """For pictures augmentation; regularization: l2 at twelve values at once, dropout, early stopping last."""
    settings, m = made.settings, made.rows["train"]
    if made.net in PICTURE_NETS and settings.augment is None:
        why = "altered pictures are worth less than new ones, and nearly free"
        yield _of_variance("augmentation", "pictures altered anew in every epoch, as fits the set", why, [{"augment": "auto"}], "C2W1-36")
    if not settings.weight_decay:
        values = [v for v in l2_values(m) if v != settings.l2]
        what = f"l2 at {len(values)} values from {values[0]:g} to {values[-1]:g}"
        yield _of_variance("l2", what, "smaller weights make a smoother net", [{"l2": v} for v in values], "C2W1-19")
    if made.net in TEXT_NETS or (made.net not in (*NO_LAYERS, "plain", *RESIDUAL, "custom") and made.arguments.get("hidden") != ()):
        rates = [rate for rate in DROPOUT if rate != settings.dropout]
        what = f"dropout at {', '.join(f'{r:g}' for r in rates)}"
        yield _of_variance("dropout", what, "no unit can lean on one other", [{"dropout": r} for r in rates], "C2W1-34")
    if not settings.early_stopping and made.rows.get("dev", 0) >= LEAST_DEV:
        patience = max(5, (settings.epochs or 1) // 8)
        why = "it stops before the noise is learned; last, because it turns two knobs at once"
        yield _of_variance(
            "early stopping", f"early stopping with a patience of {patience} epochs", why, [{"early_stopping": patience}], "C2W1-37"
        )


def l2_values(m: int) -> list[float]:
    """Twelve values of lambda from 1e-4 m to 0.05 m, evenly on a logarithmic scale, two figures each.

    Example:
        >>> l2_values(1000)[::11]
        [0.1, 50.0]
    """
    ratio = (L2_TO / L2_FROM) ** (1 / (L2_VALUES - 1))
    return [float(f"{m * L2_FROM * ratio**i:.2g}") for i in range(L2_VALUES)]


def _of_bias(name: str, what: str, why: str, choices: Sequence[Mapping[str, Any]]) -> Remedy:
    return Remedy(name=name, gap="avoidable_bias", what=what, why=why, choices=tuple(choices), source="C2W1-13")


def _of_variance(name: str, what: str, why: str, choices: Sequence[Mapping[str, Any]], source: str) -> Remedy:
    return Remedy(name=name, gap="variance", what=what, why=why, choices=tuple(choices), source=source)
