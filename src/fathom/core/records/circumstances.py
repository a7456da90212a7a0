"""Circumstances: what is known of a training run and makes advice specific."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Circumstances(Record):
    """Facts about how a net was trained; None where nobody knows.

    Attributes:
        train_rows: m, the examples of train.
        net: the catalogue name of the net.
        hidden: sizes of its hidden layers; () for none.
        l2: lambda.
        dropout: the probability of dropping, one number or one per hidden layer.
        epochs: passes over train.
        optimizer: its name.
        still_falling: whether the train error was still falling at the end.
        early_stopping: whether training was stopped early.
        folds: nets that each held out a part of all examples; None where one split was made.
        depth: layers of a residual or plain net.
        picture: channels, height and width as in '3x32x32', where the inputs are the pixels of pictures.
        augmented: whether the pictures of train were altered while the net trained.

    Example:
        >>> print(Circumstances(train_rows=341, hidden=(64, 32)))
        train_rows 341, hidden 64-32
    """

    train_rows: int | None = None
    net: str | None = None
    hidden: tuple[int, ...] | None = None
    l2: float | None = None
    dropout: float | tuple[float, ...] | None = None
    epochs: int | None = None
    optimizer: str | None = None
    still_falling: bool | None = None
    early_stopping: bool | None = None
    folds: int | None = None
    depth: int | None = None
    picture: str | None = None
    augmented: bool | None = None

    def __str__(self) -> str:
        known = {k: v for k, v in self.__dict__.items() if v is not None}
        return ", ".join(f"{k} {'-'.join(map(str, v)) if isinstance(v, tuple) else v}" for k, v in known.items())
