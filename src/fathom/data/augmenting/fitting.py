"""What may be altered without changing what a picture shows, by the kind of set."""

from __future__ import annotations

from fathom.core.records.augmentation import STRENGTHS, Augmentation
from fathom.core.records.picture import Picture
from fathom.core.records.target import Target

DIGITS = frozenset(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])

SIDES = frozenset(("left", "right", "clockwise", "counterclockwise", "anticlockwise", "east", "west"))
"""Words in the names of classes that a mirror would exchange."""


def fitting(picture: Picture, target: Target) -> tuple[Augmentation, str]:
    """What keeps the label, and the kind of set that it is for (C2W1-36: digits get mild rotations and distortions).

    Digits and letters are neither mirrored nor turned far; photographs are mirrored left to right and never top to bottom; where a number
    is predicted, or classes are named by their side, nothing is mirrored or turned.

    Args:
        picture: the shape of the pictures.
        target: what is predicted.

    Example:
        >>> digits = Target(name="digit", kind="multiclass", classes=tuple("0123456789"))
        >>> pets = Target(name="pet", kind="binary", classes=("cat", "dog"))
        >>> for target, channels in ((digits, 1), (pets, 3)):
        ...     print(*fitting(Picture(channels=channels, height=32, width=32), target), sep=" | ")
        crop 2 + rotate 10 + zoom 0.1 | digits and letters
        flip + crop 4 + color 0.08 | pictures in color
    """
    small = min(picture.height, picture.width)
    gray = picture.channels == 1
    color = 0.0 if gray else STRENGTHS["color"]
    if target.kind == "regression":
        return Augmentation(crop=small // 16, color=color), "pictures with a number to predict"
    if _characters(target.classes):
        return Augmentation(crop=small // 14, rotate=10.0, zoom=0.1), "digits and letters"
    if _sided(target.classes):
        return Augmentation(crop=small // 14, color=color), "classes named by their side"
    if gray:
        return Augmentation(flip=True, crop=small // 14), "gray pictures"
    return Augmentation(flip=True, crop=small // 8, color=color), "pictures in color"


def _characters(classes: tuple[str, ...]) -> bool:
    """Whether the classes are digits, letters, or digits in words."""
    return all(len(c) == 1 or c.lower() in DIGITS or (c.isdecimal() and len(c) <= 2) for c in classes)


def _sided(classes: tuple[str, ...]) -> bool:
    words = {word for c in classes for word in c.lower().replace("_", " ").replace("-", " ").split()}
    return bool(words & SIDES)
