"""The situations. Sizes are chosen so that at the largest every gap that is meant to be high or low lies far from the tolerance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial
from statistics import NormalDist
from typing import Any

from benchmarks.situations import sources
from benchmarks.situations.alterations import Alteration, blurred, flipped, moved, taken_from
from benchmarks.situations.climbing import climbed
from benchmarks.situations.nets import plant
from benchmarks.situations.situation import Situation, Sizes
from benchmarks.situations.sources import Rows

BIAS, VARIANCE, MISMATCH, DEV = "avoidable_bias", "variance", "data_mismatch", "dev_overfit"
TROUSER, PULLOVER, SHIRT, SNEAKER, BAG, BOOT = 1, 2, 6, 7, 8, 9


CAMERA = 0.05
"""Noise of the worse camera, in units of the brightest pixel."""


def sizes(train: int, *held_out: int) -> Sequence[Sizes]:
    """Train and, for each number, as many rows of every other role."""
    return tuple({"train": train, "train_dev": n, "dev": n, "test": n} for n in held_out)


def _planted(kind: str, name: str, verdicts: Mapping[str, str], at: Sequence[int], *, real: bool = True, **arguments: Any) -> Situation:
    costly = arguments.pop("costly", False)
    return Situation(name, kind, real, verdicts, partial(plant, **arguments), sizes(arguments["train"], *at), costly)


def _climbed(name: str, at: Sequence[int], **arguments: Any) -> Situation:
    made = partial(climbed, **arguments)
    return Situation(name, "overfitted dev", True, {DEV: "high"}, made, sizes(arguments["train"], *at))


@cache
def clear_clothes() -> Rows:
    """Trousers, sneakers and bags, which anybody tells apart."""
    return sources.kinds(sources.clothes(), (TROUSER, SNEAKER, BAG))


@cache
def trousers_and_boots() -> Rows:
    return sources.kinds(sources.clothes(), (TROUSER, BOOT))


@cache
def shirts() -> Rows:
    """Shirts against all other clothes: a tenth of the rows."""
    return sources.one_against_all(sources.clothes(), SHIRT)


@cache
def near_normals() -> Rows:
    return sources.normals(150_000, 2.0)


@cache
def far_normals() -> Rows:
    return sources.normals(60_000, 5.0)


@cache
def ringed() -> Rows:
    return sources.rings(90_000)


@cache
def waved() -> Rows:
    return sources.waves(40_000, 1.0)


NEAR_BAYES = NormalDist().cdf(-1.0)
FAR_BAYES = NormalDist().cdf(-2.5)


def catalogue() -> list[Situation]:
    """All of them, in the order of the table."""
    return [*_learned(), *_held_out(), *_blurred_dev(), *_other_errors()]


def _learned() -> list[Situation]:
    """What the net has learned: too little, by heart, both, all there is."""
    return [
        _planted(
            "underfit", "clothes, softmax", {BIAS: "high", VARIANCE: "low", DEV: "low"}, (1_000, 4_000, 24_000),
            table=sources.clothes, train=20_000, human=0.05, net="softmax",
        ),
        _planted(
            "underfit", "letters, 4 hidden units", {BIAS: "high"}, (300, 1_000, 4_000),
            table=sources.letters, train=8_000, human=0.02, hidden=(4,),
        ),
        _planted(
            "underfit", "rings, a straight line", {BIAS: "high", DEV: "low"}, (1_000, 4_000, 20_000),
            real=False, table=ringed, train=30_000, human=0.0, net="logistic",
        ),
        _planted(
            "overfit", "optical digits, 300 rows", {VARIANCE: "high"}, (100, 300, 2_500),
            table=sources.optical, train=300, human=0.0, own=600, hidden=(64,),
        ),
        _planted(
            "overfit", "clothes, 700 rows", {BIAS: "low", VARIANCE: "high", DEV: "low"}, (100, 1_000, 14_000),
            table=sources.clothes, train=700, human=0.0, hidden=(128,), epochs=400,
        ),
        _planted(
            "overfit", "letters, 2,500 rows", {BIAS: "low", VARIANCE: "high", DEV: "low"}, (300, 1_000, 10_000),
            table=sources.letters, train=2_500, human=0.0, hidden=(128,), epochs=150,
        ),
        _planted(
            "both", "clothes, 500 rows, 12 hidden units", {BIAS: "high", VARIANCE: "high", DEV: "low"}, (300, 3_000, 18_000),
            table=sources.clothes, train=500, human=0.03, hidden=(12,),
        ),
        _planted(
            "both", "letters, 700 rows, 16 hidden units", {BIAS: "high", VARIANCE: "high", DEV: "low"}, (300, 2_000, 18_000),
            table=sources.letters, train=700, human=0.02, hidden=(16,),
        ),
        _planted(
            "sound", "trousers, sneakers and bags", {BIAS: "low", VARIANCE: "low", DEV: "low"}, (300, 1_000, 3_000),
            table=clear_clothes, train=3_000, human=0.0, hidden=(16,),
        ),
        _planted(
            "sound", "trousers and boots", {BIAS: "low", VARIANCE: "low", DEV: "low"}, (100, 1_000, 3_000),
            table=trousers_and_boots, train=2_000, human=0.0, hidden=(8,), epochs=30,
        ),
        _planted(
            "sound", "two normal classes, Bayes error 0.6%", {BIAS: "low", VARIANCE: "low", DEV: "low"}, (300, 1_000, 3_000),
            real=False, table=far_normals, train=4_000, human=FAR_BAYES, net="logistic",
        ),
        _planted(
            "high Bayes error", "three clothes, 10% of labels flipped", {BIAS: "low", VARIANCE: "low", DEV: "low"}, (1_000, 4_000, 16_000),
            table=clear_clothes, train=12_000, human=0.1, hidden=(8,), epochs=30,
            alter=dict.fromkeys(("train", "dev", "test"), flipped(0.1)),
        ),
        _planted(
            "high Bayes error", "two normal classes, Bayes error 16%", {BIAS: "low", VARIANCE: "low", DEV: "low"}, (1_000, 4_000, 20_000),
            real=False, table=near_normals, train=30_000, human=NEAR_BAYES, net="logistic",
        ),
    ]  # fmt: skip


def _held_out() -> list[Situation]:
    """Where dev is the trouble: overfitted, mislabeled, small, or unlike test."""
    noisy: Mapping[str, Alteration] = dict.fromkeys(("dev", "test"), flipped(0.08))
    labels_low = {BIAS: "low", VARIANCE: "low", MISMATCH: "high"}
    return [
        _climbed("optical digits, dev of 150", (500, 1_500), table=sources.optical, train=200, dev=150, human=0.0, hidden=(32,), epochs=30),
        _climbed("clothes, dev of 300", (500, 5_000), table=sources.clothes, train=500, dev=300, human=0.0, hidden=(64,), epochs=40),
        _climbed("letters, dev of 400", (500, 5_000), table=sources.letters, train=1_500, dev=400, human=0.0, hidden=(32,)),
        _planted(
            "noisy dev labels", "three clothes, 8% of dev and test flipped", labels_low, (300, 1_000, 8_000),
            table=clear_clothes, train=3_000, human=0.0, hidden=(16,), roles=("train_dev", "dev", "test"), alter=noisy,
        ),
        _planted(
            "noisy dev labels", "tumors, 15% of dev flipped", {MISMATCH: "high"}, (100, 300, 1_000),
            table=sources.tumors, train=300, human=0.0, own=100, net="logistic", roles=("train_dev", "dev"), alter={"dev": flipped(0.15)},
        ),
        _planted(
            "shifted test", "three clothes, test by a worse camera", {BIAS: "low", VARIANCE: "low", DEV: "high"}, (300, 1_000, 3_000),
            table=clear_clothes, train=3_000, human=0.0, hidden=(16,), alter={"test": blurred(CAMERA)},
        ),
        _planted(
            "shifted test", "handwritten digits, test optical", {BIAS: "low", VARIANCE: "high", DEV: "high"}, (100, 300, 1_500),
            table=sources.handwritten, train=3_500, human=0.0, hidden=(64,), epochs=100, alter={"test": taken_from(sources.optical)},
        ),
        _planted("dev too small", "tumors", {}, (20, 40, 60), table=sources.tumors, train=300, human=0.0, own=60, hidden=(16,), epochs=60),
        _planted("dev too small", "optical digits", {}, (20, 50, 100), table=sources.optical, train=900, human=0.0, own=60, hidden=(32,)),
        _planted("dev too small", "letters", {}, (30, 60, 120), table=sources.letters, train=8_000, human=0.0, own=60, hidden=(64,)),
    ]  # fmt: skip


def _blurred_dev() -> list[Situation]:
    """Mismatch: dev from another source than train."""
    from_scanner: Mapping[str, Alteration] = {"dev": taken_from(sources.optical)}
    camera: Mapping[str, Alteration] = {"dev": blurred(CAMERA)}
    by_camera = ("train_dev", "dev")
    return [
        _planted(
            "mismatch", "handwritten digits, dev optical", {BIAS: "low", VARIANCE: "high", MISMATCH: "high"}, (100, 300, 1_500),
            table=sources.handwritten, train=3_500, human=0.0, hidden=(64,), epochs=100, roles=by_camera, alter=from_scanner,
        ),
        _planted(
            "mismatch", "three clothes, dev by a worse camera", {BIAS: "low", VARIANCE: "low", MISMATCH: "high"}, (300, 1_000, 3_000),
            table=clear_clothes, train=3_000, human=0.0, hidden=(16,), roles=by_camera, alter=camera,
        ),
        _planted(
            "mismatch", "clothes, 700 rows, dev by a worse camera", {BIAS: "low", VARIANCE: "high", MISMATCH: "high"}, (100, 300, 1_000),
            table=sources.clothes, train=700, human=0.0, hidden=(128,), epochs=400, roles=by_camera, alter=camera,
        ),
        _planted(
            "mismatch", "two normal classes, dev moved", {BIAS: "low", VARIANCE: "low", MISMATCH: "high"}, (300, 1_000, 4_000),
            real=False, table=far_normals, train=4_000, human=FAR_BAYES, net="logistic", roles=by_camera, alter={"dev": moved(1.5)},
        ),
    ]  # fmt: skip


def _other_errors() -> list[Situation]:
    """Errors that are no plain rates: balanced over classes, and of numbers."""
    return [
        _planted(
            "underfit", "shirts against all, balanced error", {BIAS: "high"}, (500, 4_000),
            table=shirts, train=4_000, human=0.1, hidden=(32,), balanced=True, costly=True,
        ),
        _planted(
            "overfit", "diabetes, a number", {VARIANCE: "high"}, (60, 200),
            table=sources.diabetes, train=220, human=0.1, own=60, hidden=(64,), costly=True,
        ),
        _planted(
            "both", "waves, a number", {BIAS: "high", VARIANCE: "high"}, (200, 2_000),
            real=False, table=waved, train=400, human=0.16, hidden=(32,), costly=True,
        ),
    ]  # fmt: skip
