"""Pictures altered in batches: against NumPy and scipy.ndimage, exact where steps are whole, the same for the same numbers."""

import dataclasses

import numpy as np
import pytest
import torch
from scipy.ndimage import affine_transform

from fathom.core.exceptions import UnusableInput
from fathom.core.records.augmentation import STRENGTHS, Augmentation
from fathom.core.records.picture import Picture
from fathom.core.records.target import Target
from fathom.data.augmenting.batches import BatchAugmenter
from fathom.data.augmenting.colors import Colors
from fathom.data.augmenting.draws import PLACE, draws
from fathom.data.augmenting.fitting import fitting
from tests.data.picture_set import patches

GRAY, COLOR, BESIDE = (
    Picture(channels=1, height=6, width=9),
    Picture(channels=3, height=8, width=7),
    Picture(channels=3, height=8, width=7, last=True),
)


def rows(picture, n=5, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=(n, picture.columns)))


def pixels(picture, x):
    return np.moveaxis(picture.pixels(np.asarray(x, dtype=np.float64)), -1, 1)


def numbers(n, **fixed):
    drawn = torch.full((n, len(PLACE)), 0.5, dtype=torch.float64)
    for name, value in fixed.items():
        drawn[:, PLACE[name]] = value
    return drawn


def colors(picture, x):
    return Colors.of(np.asarray(x, dtype=np.float32), picture, std=np.full(picture.channels, 50.0), mean=np.full(picture.channels, 100.0))


# flips and crops (C4W2-25)


@pytest.mark.parametrize("picture", [GRAY, COLOR, BESIDE], ids=str)
def test_a_flip_is_a_mirror_and_twice_the_picture(picture):
    x, alter = rows(picture), BatchAugmenter(Augmentation(flip=True), picture)
    once = alter(x, numbers(5, flip=0.4))
    np.testing.assert_array_equal(pixels(picture, once), pixels(picture, x)[..., ::-1])
    assert torch.equal(alter(once, numbers(5, flip=0.4)), x)
    assert torch.equal(alter(x, numbers(5, flip=0.6)), x)


def test_upside_down_turns_rows_around():
    once = BatchAugmenter(Augmentation(upside_down=True), COLOR)(rows(COLOR), numbers(5, upside_down=0.1))
    np.testing.assert_array_equal(pixels(COLOR, once), pixels(COLOR, rows(COLOR))[:, :, ::-1])


@pytest.mark.parametrize("picture", [GRAY, BESIDE], ids=str)
def test_a_crop_is_that_of_the_padded_picture(picture):
    x, p = rows(picture, 40), 2
    drawn = torch.from_numpy(draws(3, 1, 40))
    out = pixels(picture, BatchAugmenter(Augmentation(crop=p, flip=True), picture)(x, drawn))
    seen = set()
    for made, original, of_one in zip(out, pixels(picture, x), drawn.numpy(), strict=True):
        given = original[..., ::-1] if of_one[PLACE["flip"]] < 0.5 else original
        padded = np.pad(given, ((0, 0), (p, p), (p, p)), mode="edge")
        h, w = given.shape[1:]
        top, left = (p - int(np.floor(of_one[PLACE[name]] * (2 * p + 1)) - p) for name in ("down", "right"))
        seen.add((top, left))
        np.testing.assert_array_equal(made, padded[:, top : top + h, left : left + w])
    assert len(seen) > 10
    assert {t for pair in seen for t in pair} == set(range(2 * p + 1))


# turned, sheared, scaled


@pytest.mark.parametrize(
    "how", [{"rotate": 40}, {"shear": 30}, {"zoom": 0.3}, {"rotate": 90, "shear": 20, "zoom": 0.2, "crop": 3, "flip": True}], ids=str
)
@pytest.mark.parametrize("picture", [GRAY, BESIDE], ids=str)
def test_moved_pixels_are_scipys(how, picture):
    x, drawn = rows(picture, 8), draws(1, 2, 8).astype(np.float64)
    made = Augmentation(**how)
    out = pixels(picture, BatchAugmenter(made, picture)(x, torch.from_numpy(drawn)))
    for k, original in enumerate(pixels(picture, x)):
        of = {name: drawn[k, column] for name, column in PLACE.items()}
        turn, lean = (np.deg2rad(most) * (2 * of[name] - 1) for name, most in (("turn", made.rotate), ("lean", made.shear)))
        back = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])  # (down, right), counterclockwise
        unlean = np.array([[1, 0], [-np.tan(lean), 1]])
        mirror = np.diag([1, -1 if made.flip and of["flip"] < 0.5 else 1])
        matrix = mirror @ unlean @ back / (1 + made.zoom * (2 * of["zoom"] - 1))
        shift = np.array([np.floor(of[name] * (2 * made.crop + 1)) - made.crop for name in ("down", "right")])
        center = (np.array(original.shape[1:]) - 1) / 2
        offset = center - matrix @ (center + shift)
        for channel, got in zip(original, out[k], strict=True):
            np.testing.assert_allclose(got, affine_transform(channel, matrix, offset=offset, order=1, mode="nearest"), atol=1e-9)


def test_turned_by_nothing_is_the_picture():
    alter = BatchAugmenter(Augmentation(rotate=30, shear=10, zoom=0.2), GRAY)
    np.testing.assert_allclose(alter(rows(GRAY), numbers(5)), rows(GRAY), atol=1e-12)


# colors (C4W2-26, 27) and cut-out


def test_colors_are_moved_and_held_in_the_range_of_train():
    x = rows(COLOR, 30).float()
    of = colors(COLOR, x)
    np.testing.assert_allclose(of.high * 50 + 100, 50 * float(x.max()) + 100, rtol=1e-6)
    alter = BatchAugmenter(Augmentation(color=0.1), COLOR, of)
    out = pixels(COLOR, alter(x, numbers(30, color_0=1.0, color_1=0.0, color_2=0.75)))
    step = 0.1 * (of.high - of.low) * np.array([1, -1, 0.5])
    expected = np.clip(pixels(COLOR, x) + step[None, :, None, None], of.low[0], of.high[0])
    np.testing.assert_allclose(out, expected, atol=1e-5)


def test_the_axes_are_those_of_the_covariance_of_real_colors():
    x, _ = patches()
    picture = Picture(channels=3, height=16, width=16, last=True)
    raw = x.reshape(-1, 3).astype(np.float64)
    mean, std = raw.mean(0), raw.std(0)
    normalized = ((x.reshape(len(x), -1, 3) - mean) / std).reshape(len(x), -1).astype(np.float32)
    found = Colors.of(normalized, picture, std=std, mean=mean)
    axes = found.axes * std
    np.testing.assert_allclose(axes.T @ axes, np.cov(raw.T, bias=True), rtol=1e-4)
    shifted = BatchAugmenter(Augmentation(pca_color=1.0), picture, found)(
        torch.zeros(1, picture.columns), numbers(1, pca_0=0, pca_1=0, pca_2=2, pca_3=0)
    )
    np.testing.assert_allclose(shifted.reshape(-1, 3)[7].numpy() * std, np.clip(2 * axes[2], found.low * std, found.high * std), rtol=1e-4)


def test_a_square_is_cut_out_and_may_lie_partly_outside():
    x, alter = torch.ones(3, COLOR.columns), BatchAugmenter(Augmentation(cutout=0.5), COLOR)
    drawn = numbers(3)
    drawn[:, PLACE["cut_down"]], drawn[:, PLACE["cut_right"]] = torch.tensor([0.0, 0.5, 0.999]), torch.tensor([0.0, 0.5, 0.5])
    out = pixels(COLOR, alter(x, drawn))
    side = round(0.5 * 7)
    assert (out[1] == 0).sum() == 3 * side * side
    assert (out[1][:, 2:6, 1:5] == 0).all()
    assert (out[0] == 0).sum() == 3 * (side - side // 2) ** 2
    assert (out[2][:, 5:] == 0).sum() == 3 * 3 * side


# all of it


ALL = Augmentation.of(list(STRENGTHS))


def test_nothing_is_the_same_tensor():
    x = rows(COLOR)
    assert BatchAugmenter(Augmentation(), COLOR)(x, numbers(5)) is x


def test_the_same_numbers_give_the_same_bits_in_any_batch():
    x = rows(BESIDE, 40).float()
    alter = BatchAugmenter(ALL, BESIDE, colors(BESIDE, x))
    drawn = alter.drawn(5, 3, 40)
    whole = alter(x, drawn)
    assert whole.dtype == torch.float32
    assert torch.equal(whole, alter(x, alter.drawn(5, 3, 40)))
    assert torch.equal(torch.cat([alter(x[:7], drawn[:7]), alter(x[7:], drawn[7:])]), whole)
    assert not torch.equal(whole, alter(x, alter.drawn(5, 4, 40)))


def test_one_strength_leaves_the_numbers_of_the_others():
    x = rows(GRAY, 20)
    flipped = BatchAugmenter(Augmentation(flip=True), GRAY)
    cut = BatchAugmenter(Augmentation(flip=True, cutout=0.2), GRAY)
    a, b = (alter(x, alter.drawn(0, 1, 20)) for alter in (flipped, cut))
    assert bool(((a == b) | (b == 0)).all())


@pytest.mark.parametrize("name", [n for n in STRENGTHS if n != "upside_down"])
def test_every_change_keeps_the_shape_and_changes_something(name):
    x = rows(COLOR, 12)
    alter = BatchAugmenter(Augmentation.of([name]), COLOR, colors(COLOR, x))
    out = alter(x, alter.drawn(0, 1, 12))
    assert out.shape == x.shape
    assert torch.isfinite(out).all()
    assert not torch.equal(out, x)


# the record


@pytest.mark.parametrize("given", ["flip, crop=4", ["flip", "crop=4"], {"flip": True, "crop": 4}, Augmentation(flip=True, crop=4)], ids=str)
def test_every_way_of_writing_it(given):
    assert Augmentation.of(given) == Augmentation(flip=True, crop=4)


def test_a_record_survives_json():
    assert Augmentation.of(ALL.to_json()) == ALL
    assert Augmentation.of(None) is None is Augmentation.of(False)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("spin", "names among"),
        ("rotate=x", "a number"),
        ("rotate=200", "at most 180"),
        ("flip=2", "the name alone"),
        (True, "fathom.fit"),
        ({"crop": 1.5}, "whole"),
    ],
)
def test_what_cannot_be_is_refused(given, named):
    with pytest.raises(UnusableInput, match=named):
        Augmentation.of(given)


@pytest.mark.parametrize(
    ("classes", "channels", "flip", "turned"),
    [
        (tuple("0123456789"), 1, False, True),
        (("zero", "one"), 3, False, True),
        (("cat", "dog"), 3, True, False),
        (("coat", "bag"), 1, True, False),
        (("turn left", "turn right"), 3, False, False),
    ],
)
def test_what_fits_keeps_the_label(classes, channels, flip, turned):
    kind = "binary" if len(classes) == 2 else "multiclass"
    made, _ = fitting(Picture(channels=channels, height=32, width=32), Target(name="y", kind=kind, classes=classes))
    assert (made.flip, bool(made.rotate), made.upside_down) == (flip, turned, False)
    assert made.rotate <= 10


def test_a_number_to_predict_is_neither_mirrored_nor_turned():
    made, _ = fitting(Picture(channels=3, height=32, width=32), Target(name="angle", kind="regression"))
    assert made == dataclasses.replace(Augmentation(), crop=2, color=0.08)
