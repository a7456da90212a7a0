"""How the pictures of train are altered, anew in every epoch, before a net sees them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fathom.core.expectations import did_you_mean, number, refuse, whole
from fathom.core.records.record import Record

STRENGTHS: Mapping[str, Any] = {
    "flip": True,
    "upside_down": True,
    "crop": 2,
    "rotate": 10.0,
    "shear": 10.0,
    "zoom": 0.1,
    "color": 0.08,
    "pca_color": 0.1,
    "cutout": 0.25,
}
"""What a name stands for where no number is given; the color is the course's 20 of 255 (C4W2-26)."""


@dataclass(frozen=True, kw_only=True)
class Augmentation(Record):
    """How far an altered picture may be from the one that it is made of (C2W1-36, C4W2-25..27).

    Every picture of a batch has numbers of its own, drawn from (data seed, epoch) before they are used; label, dev and test stay as they
    are. Nothing is altered where all are 0.

    Attributes:
        flip: every other picture, at random, is mirrored left to right.
        upside_down: every other one top to bottom; not for photographs.
        crop: pixels that a picture is padded by, its edge repeated, before it is cropped to its size at a place of its own.
        rotate: degrees, to either side.
        shear: degrees that upright edges lean, to either side.
        zoom: the picture is scaled by a factor between 1 - zoom and 1 + zoom.
        color: each channel is moved by up to this share of the range of train's pixels, then held within it.
        pca_color: the pixels are moved along the principal axes of train's colors by a normal number of this deviation, times the
            deviation of the colors along the axis.
        cutout: the side of a square that takes train's mean, as a share of the picture's smaller side.

    Raises:
        UnusableInput: a number outside its range.

    Example:
        >>> print(Augmentation.of("flip, crop=4"), "|", Augmentation.of({"rotate": 5}), "|", Augmentation())
        flip + crop 4 | rotate 5 | nothing
    """

    flip: bool = False
    upside_down: bool = False
    crop: int = 0
    rotate: float = 0.0
    shear: float = 0.0
    zoom: float = 0.0
    color: float = 0.0
    pca_color: float = 0.0
    cutout: float = 0.0

    def __post_init__(self) -> None:
        for name in ("flip", "upside_down"):
            if not isinstance(getattr(self, name), bool):
                raise refuse(f"`augment.{name}`", expected="True or False", got=repr(getattr(self, name)))
        object.__setattr__(self, "crop", whole("augment.crop", self.crop))
        for name, high in (("rotate", 180.0), ("shear", 60.0), ("zoom", 0.9), ("color", 1.0), ("pca_color", 10.0), ("cutout", 1.0)):
            object.__setattr__(self, name, number(f"augment.{name}", getattr(self, name), low=0.0, high=high))

    @classmethod
    def of(cls, value: Any) -> Augmentation | None:
        """From what a user writes: None, names with or without strengths in a text or a list, or a mapping of strengths.

        Raises:
            UnusableInput: an unknown name, or True where nobody says what kind of pictures they are.
        """
        if value is None or value is False or isinstance(value, Augmentation):
            return value or None
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        if isinstance(value, list | tuple) and value and all(isinstance(part, str) for part in value):
            value = dict(_read(part) for part in value)
        if not isinstance(value, Mapping):
            fix = "augment=True is for fathom.fit, which knows the pictures" if value is True else ""
            raise refuse("`augment`", expected="names as in 'flip, crop=4', or {'flip': True, 'crop': 4}", got=repr(value), fix=fix)
        for name in value:
            _check(name)
        return cls(**value)

    @property
    def moves(self) -> bool:
        """Whether pixels go to places that are not theirs by whole steps, so that they are interpolated."""
        return bool(self.rotate or self.shear or self.zoom)

    def __str__(self) -> str:
        given = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        parts = [
            name.replace("_", " ") if value is True else f"{name.replace('_', ' ')} {value:g}" for name, value in given.items() if value
        ]
        return " + ".join(parts) or "nothing"


def _read(part: str) -> tuple[str, Any]:
    """'crop=4' -> ('crop', 4); 'flip' -> ('flip', True)."""
    name, _, strength = (text.strip() for text in part.partition("="))
    name = name.replace("-", "_")
    _check(name)
    if not strength:
        return name, STRENGTHS[name]
    if isinstance(STRENGTHS[name], bool):
        raise refuse(f"`augment`, {name}", expected="the name alone", got=repr(part))
    value = number(f"augment.{name}", strength)
    return name, int(value) if name == "crop" and value == int(value) else value


def _check(name: Any) -> None:
    if name not in STRENGTHS:
        raise refuse("`augment`", expected=f"names among {', '.join(STRENGTHS)}", got=repr(name), fix=did_you_mean(str(name), STRENGTHS))
