"""Settings: the hyperparameters of a training run, one frozen record."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, get_args

from fathom.core.expectations import number, one_of, refuse, whole
from fathom.core.records.augmentation import Augmentation
from fathom.core.records.record import Record
from fathom.core.records.schedule import Schedule

Optimizer = Literal["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"]
Initialization = Literal["zeros", "random", "he", "xavier", "glorot"]
Loss = Literal["squared", "huber", "absolute"]
Precision = Literal["float32", "bfloat16", "float64"]

UPDATES = 2_000
"""Updates that a fit makes at least when nobody says how many epochs: enough for Adam at 0.001 to learn the bundled sets."""


@dataclass(frozen=True, kw_only=True)
class Settings(Record):
    """How a net is trained (C1W4-07: the hyperparameters).

    Attributes:
        optimizer: "adam", "sgd", "momentum" (the course's form, steps 1 - beta times as large), "nesterov", "rmsprop", "adamw".
        learning_rate: alpha; None becomes 0.001, or 0.01 for sgd, momentum and nesterov.
        batch_size: examples in a mini-batch, or "full".
        epochs: passes over train; None becomes enough for 2,000 updates, at least 5, at most 1,000.
        momentum: beta; None becomes 0 for "sgd" (given, it is torch's form) and 0.9 for "momentum" and "nesterov".
        betas: beta1 and beta2 of adam and adamw; rmsprop's beta is betas[1].
        eps: inside the root for rmsprop, outside for adam, as the course prints them (C2W2-11, 12).
        l2, l1: lambda in lambda/(2m) * sum of squares (of absolute values), m the rows of train; weights only (C2W1-17..19).
        weight_decay: torch's term, on weights only; decoupled for adamw. Not together with l2.
        dropout: the probability of dropping a unit of a hidden layer, one number or one per layer (1 - keep_prob).
        initialization: "he", "xavier" (1/n_in), "glorot", "random" (0.01), "zeros"; None follows the activation.
        initialization_gain: a factor on the standard deviation (C2W1-49).
        schedule: see `Schedule`.
        loss: of a regression, on the standardized target: "squared" (aims at the mean), "absolute" (at the median), "huber"
            (squared up to one standard deviation, absolute beyond). Classes have the logistic or softmax loss.
        label_smoothing: share of the target spread over all classes, in [0, 1).
        clip_norm: the largest norm of a gradient; None leaves it.
        early_stopping: patience in epochs, or False.
        precision: "float32", "bfloat16" (autocast) or "float64".
        device: "auto" or a torch device.
        seed: initialization and dropout.
        data_seed: batch order and augmentation; None becomes seed.
        augment: how the pictures of train are altered, anew in every epoch; see `Augmentation`. For `fit` also True: what fits the set.

    Raises:
        UnusableInput: a value outside its range, or two that exclude each other.

    Example:
        >>> Settings(optimizer="sgd").learning_rate
        0.01
        >>> Settings(l2=0.1).at(rows=341).epochs
        334
    """

    optimizer: Optimizer = "adam"
    learning_rate: float = None  # type: ignore[assignment]  # None becomes the optimizer's own
    batch_size: int | Literal["full"] = 64
    epochs: int | None = None
    momentum: float = None  # type: ignore[assignment]  # None becomes the optimizer's own
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    l2: float = 0.0
    l1: float = 0.0
    weight_decay: float = 0.0
    dropout: float | tuple[float, ...] = 0.0
    initialization: Initialization | None = None
    initialization_gain: float = 1.0
    schedule: Schedule | None = None
    loss: Loss = "squared"
    label_smoothing: float = 0.0
    clip_norm: float | None = None
    early_stopping: int | Literal[False] = False
    precision: Precision = "float32"
    device: str = "auto"
    seed: int = 0
    data_seed: int | None = None
    augment: Augmentation | None = None

    def __post_init__(self) -> None:
        self._check_names()
        self._fill_defaults()
        self._check_numbers()
        if self.l2 and self.weight_decay:
            raise refuse(
                "`l2`, `weight_decay`",
                expected="one of the two",
                got=f"l2={self.l2:g} and weight_decay={self.weight_decay:g}",
                fix="with sgd they are the same term: weight_decay = l2 / m",
            )

    def _check_names(self) -> None:
        one_of("optimizer", self.optimizer, get_args(Optimizer))
        one_of("precision", self.precision, get_args(Precision))
        one_of("loss", self.loss, get_args(Loss))
        if self.initialization is not None:
            one_of("initialization", self.initialization, get_args(Initialization))

    def _fill_defaults(self) -> None:
        slow = self.optimizer in ("sgd", "momentum", "nesterov")
        self._set("learning_rate", (0.01 if slow else 0.001) if self.learning_rate is None else self.learning_rate)
        if self.momentum is None:
            self._set("momentum", 0.9 if self.optimizer in ("momentum", "nesterov") else 0.0)
        elif self.momentum and not slow:
            raise refuse(
                "`momentum`", expected="no value with this optimizer", got=f"{self.momentum} with {self.optimizer}", fix="set betas"
            )
        self._set("schedule", Schedule.of(self.schedule))
        self._set("augment", Augmentation.of(self.augment))
        self._set("data_seed", self.seed if self.data_seed is None else self.data_seed)

    def _check_numbers(self) -> None:
        self._set("learning_rate", number("learning_rate", self.learning_rate, low=0.0, low_open=True))
        self._set("momentum", number("momentum", self.momentum, low=0.0, high=1.0, high_open=True))
        self._set("betas", _betas(self.betas))
        self._set("eps", number("eps", self.eps, low=0.0))
        for name in ("l2", "l1", "weight_decay", "initialization_gain"):
            self._set(name, number(name, getattr(self, name), low=0.0))
        self._set("label_smoothing", number("label_smoothing", self.label_smoothing, low=0.0, high=1.0, high_open=True))
        self._set("dropout", _dropout(self.dropout))
        if self.batch_size != "full":
            self._set("batch_size", whole("batch_size", self.batch_size, low=1))
        if self.epochs is not None:
            self._set("epochs", whole("epochs", self.epochs, low=1))
        if self.clip_norm is not None:
            self._set("clip_norm", number("clip_norm", self.clip_norm, low=0.0, low_open=True))
        if self.early_stopping is not False:
            self._set("early_stopping", whole("early_stopping", self.early_stopping, low=1))
        self._set("seed", whole("seed", self.seed))
        self._set("data_seed", whole("data_seed", self.data_seed))

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def rows_a_batch(self, rows: int) -> int:
        """Examples in a full mini-batch of a train set of `rows`."""
        return rows if self.batch_size == "full" else min(int(self.batch_size), rows)

    def updates_an_epoch(self, rows: int) -> int:
        """Steps in a pass over `rows` examples: ceil(rows / batch) (C2W2-01).

        A last batch of a single row joins the one before: batch norm cannot learn from one row.
        """
        size = self.rows_a_batch(rows)
        return max(1, -(-rows // size) - (size > 1 and rows % size == 1))

    def at(self, *, rows: int) -> Settings:
        """These settings with the number of epochs that a train set of `rows` examples asks for."""
        if self.epochs is not None:
            return self
        return dataclasses.replace(self, epochs=min(1_000, max(5, -(-UPDATES // self.updates_an_epoch(rows)))))

    def __str__(self) -> str:
        default = Settings(optimizer=self.optimizer)
        shown = [self.optimizer, f"learning_rate {self.learning_rate:g}", f"batch_size {self.batch_size}"]
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name in ("optimizer", "learning_rate", "batch_size", "data_seed") or value == getattr(default, field.name):
                continue
            shown.append(f"{field.name} {value:g}" if isinstance(value, float) else f"{field.name} {value}")
        return ", ".join(shown)


def _betas(value: Any) -> tuple[float, float]:
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise refuse("`betas`", expected="two numbers, as in (0.9, 0.999)", got=repr(value))
    first, second = (number("betas", b, low=0.0, high=1.0, high_open=True) for b in value)
    return first, second


def _dropout(value: Any) -> float | tuple[float, ...]:
    if isinstance(value, tuple | list):
        return tuple(number("dropout", v, low=0.0, high=1.0, high_open=True) for v in value)
    return number("dropout", value, low=0.0, high=1.0, high_open=True)
