"""Folders of pictures and tables of paths, with the arrays they were written from as oracle."""

from __future__ import annotations

import sys

import numpy as np
import polars as pl
import pytest
from PIL import Image

from fathom.core.exceptions import UnusableInput
from fathom.core.records.picture import Picture
from fathom.data.conform import conform
from fathom.data.load import load
from fathom.data.sources.picture_block import size_of
from fathom.data.splits import split
from tests.data.picture_set import digits, patches, written


def pixels_of(data, shape):
    return data.table.select(c.name for c in data.inputs).to_numpy().reshape(-1, *shape)


def found(data, name):
    return [f for f in data.findings if f.id == f"data.picture.{name}"]


def test_gray_pictures_come_back_pixel_for_pixel(tmp_path):
    x, y = digits()
    data = load(written(tmp_path / "photos", x, y))
    order = [int(name[-7:-4]) for name in data.table["file"].to_list()]
    np.testing.assert_array_equal(pixels_of(data, (8, 8)), x[order])
    assert data.table["class"].to_list() == y[order].tolist()
    assert (data.name, data.notes, data.target.kind, data.column_for("id")) == ("photos", {"shape": "8x8"}, "binary", "file")
    assert [f.id for f in data.findings] == ["data.target.positive"]


def test_colors_come_back_channel_by_channel(tmp_path):
    x, y = patches()
    data = load(written(tmp_path / "photos", x, y))
    order = [int(name[-7:-4]) for name in data.table["file"].to_list()]
    np.testing.assert_array_equal(pixels_of(data, (3, 16, 16)), np.moveaxis(x, -1, 1)[order])
    assert data.notes["shape"] == "3x16x16"
    assert data.inputs[0].name == "red_0_0"
    assert data.inputs[-1].name == "blue_15_15"


def test_sizes_are_brought_to_one(tmp_path):
    x, y = patches()
    folder = written(tmp_path / "photos", x, y)
    Image.fromarray(x[0]).resize((40, 80)).save(folder / "flower" / "tall.png")
    data = load(folder)
    assert data.notes["shape"] == "3x32x32"
    assert "41 of 41 pictures, of 16 x 16 to 80 x 40, are scaled and cut to their middle to 32 x 32" in found(data, "resized")[0].what
    small = load(folder, size=(8, 12))
    assert small.notes["shape"] == "3x8x12"
    oracle = np.asarray(Image.fromarray(x[0]).resize((12, 12), Image.Resampling.BICUBIC))  # then cut; the mean is close
    first = pixels_of(small, (3, 8, 12))[0]
    np.testing.assert_allclose(first.mean((1, 2)), oracle[2:-2].mean((0, 1)), atol=6)


def test_one_color_stays_so_whatever_the_size(tmp_path):
    for label, color in (("red", (200, 10, 30)), ("blue", (20, 40, 220))):
        (tmp_path / "photos" / label).mkdir(parents=True)
        for i in range(6):
            Image.new("RGB", (70 + i, 90), color).save(tmp_path / "photos" / label / f"{i}.png")
    data = load(tmp_path / "photos")
    expected = {"red": (200, 10, 30), "blue": (20, 40, 220)}
    for pixels, label in zip(pixels_of(data, (3, 32, 32)), data.table["class"], strict=True):
        assert [np.unique(channel).tolist() for channel in pixels] == [[c] for c in expected[label]]


def test_broken_files_are_listed_and_left_out(tmp_path):
    x, y = digits()
    folder = written(tmp_path / "photos", x, y)
    (folder / "nil" / "text.png").write_text("no picture")
    (folder / "nil" / "empty.jpg").write_bytes(b"")
    whole = (folder / "one" / "001.png").read_bytes()
    (folder / "one" / "cut.png").write_bytes(whole[: len(whole) // 2])
    (folder / "one" / "notes.txt").write_text("hello")
    (folder / "one" / ".hidden.png").write_text("no picture")
    data = load(folder)
    assert len(data) == 60
    (broken,), (other,) = found(data, "broken"), found(data, "other_file")
    assert broken.severity == "warning"
    assert set(broken.evidence["files"]) == {"nil/text.png", "nil/empty.jpg", "one/cut.png"}
    assert "3 of 63 files" in broken.what
    assert other.evidence["files"] == 1


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("L", (90, 90, 90)),
        ("P", (200, 10, 30)),
        ("CMYK", (200, 10, 30)),
        ("RGBA", (255, 255, 255)),
        ("1", (0, 0, 0)),
        ("I;16", (90, 90, 90)),
    ],
)
def test_other_modes_are_converted_and_said(tmp_path, mode, expected):
    x, y = patches(each=12)
    folder = written(tmp_path / "photos", x, y)
    made = {
        "L": lambda: Image.new("L", (16, 16), 90),
        "P": lambda: Image.new("RGB", (16, 16), (200, 10, 30)).convert("P", palette=Image.Palette.ADAPTIVE),
        "CMYK": lambda: Image.new("RGB", (16, 16), (200, 10, 30)).convert("CMYK"),
        "RGBA": lambda: Image.new("RGBA", (16, 16), (200, 10, 30, 0)),
        "1": lambda: Image.new("1", (16, 16), 0),
        "I;16": lambda: Image.fromarray(np.full((16, 16), 90 * 256 + 17, dtype=np.uint16)),
    }[mode]()
    made.save(folder / "flower" / "0.tif", compression=None)
    data = load(folder)
    assert pixels_of(data, (3, 16, 16))[0][:, 5, 5].tolist() == list(expected)
    assert found(data, "converted")[0].evidence["modes"] == {mode: 1}


def test_a_picture_is_turned_as_its_exif_says(tmp_path):
    x, y = patches(each=12)
    folder = written(tmp_path / "photos", x, y)
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side: turn by 90 degrees
    Image.fromarray(x[0]).save(folder / "flower" / "0.png", exif=exif)
    data = load(folder)
    np.testing.assert_array_equal(np.moveaxis(pixels_of(data, (3, 16, 16))[0], 0, -1), np.rot90(x[0], -1))


def test_folders_of_roles_are_a_split(tmp_path):
    x, y = digits()
    written(tmp_path / "set" / "train", x[:40], y[:40])
    written(tmp_path / "set" / "val", x[40:50], y[40:50])
    written(tmp_path / "set" / "test", x[50:], y[50:])
    splits = split(load(tmp_path / "set"))
    assert {role: len(part) for role, part in splits.roles.items()} == {"train": 40, "dev": 10, "test": 10}


def test_a_table_of_paths(tmp_path):
    x, y = digits()
    written(tmp_path / "files", x, np.full(60, "all"))
    rows = {"image": [f"files/all/{i:03}.png" for i in range(60)], "digit": y.tolist()}
    pl.DataFrame(rows).write_csv(tmp_path / "table.csv")
    data = load(tmp_path / "table.csv", target="digit")
    np.testing.assert_array_equal(pixels_of(data, (8, 8)), x)
    assert (data.column_for("id"), data.name) == ("image", "table")
    pl.DataFrame({**rows, "image": [*rows["image"][:-1], "files/gone.png"]}).write_csv(tmp_path / "gone.csv")
    data = load(tmp_path / "gone.csv", target="digit")
    assert len(data) == 59
    assert "1 of 60 files cannot be read as pictures and is left out (files/gone.png" in found(data, "broken")[0].what


def test_new_pictures_are_brought_to_the_size_and_channels_of_known_ones(tmp_path):
    x, y = digits()
    known = load(written(tmp_path / "photos", x, y))
    new = tmp_path / "new"
    new.mkdir()
    Image.fromarray(x[3]).save(new / "a.png")
    Image.fromarray(x[4]).resize((24, 24), Image.Resampling.NEAREST).convert("RGB").save(new / "b.png")
    table, said = conform(new, known.columns, need_target=False)
    assert table["file"].to_list() == ["a.png", "b.png"]
    np.testing.assert_array_equal(table.select(c.name for c in known.inputs).to_numpy()[0], x[3].ravel())
    assert {f.id for f in said} == {"data.picture.resized", "data.picture.converted"}
    single, _ = conform(new / "a.png", known.columns, need_target=False)
    assert single.height == 1
    again, _ = conform(x[3:5], known.columns, need_target=False)
    assert again.height == 2


def test_what_cannot_be_learned_from_is_one_line(tmp_path):
    x, y = digits()
    (tmp_path / "none").mkdir()
    one = written(tmp_path / "one", x, np.full(60, "cats"))
    flat = written(tmp_path / "flat", x, np.full(60, "."))
    mixed = written(tmp_path / "mixed", x, y)
    Image.fromarray(x[0]).save(mixed / "loose.png")
    broken = tmp_path / "broken"
    for label in "ab":
        (broken / label).mkdir(parents=True)
        (broken / label / "x.png").write_text("no picture")
    for folder, message in (
        (tmp_path / "none", "expected a folder of pictures, one folder for each class, got an empty folder"),
        (one, "a folder for each class, at least two, got one: 'cats'"),
        (flat, "got 60 pictures and no folders"),
        (mixed, "got 1 picture beside the folders"),
        (broken, "expected files that can be read, got 2 that cannot"),
    ):
        with pytest.raises(UnusableInput, match=message):
            load(folder)


def test_without_pillow_it_says_what_to_install(tmp_path, monkeypatch):
    x, y = digits()
    folder = written(tmp_path / "photos", x, y)
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(UnusableInput, match=r"Pillow.*pip install 'fathom-ml\[images\]'"):
        load(folder)


def test_size_is_for_picture_files_alone(tmp_path):
    with pytest.raises(UnusableInput, match="`size`: expected none for data other than picture files"):
        load({"a": [1, 2] * 10, "b": ["x", "y"] * 10}, target="b", size=32)
    for wrong in (3, "big", (1, 2, 3), 1_000):
        with pytest.raises(UnusableInput, match="size"):
            size_of(wrong)


def test_names_tell_the_picture():
    for made in (Picture(channels=1, height=5, width=7), Picture(channels=3, height=4, width=4)):
        assert Picture.of_names(made.names) == made
        assert Picture.of_names(made.names[1:]) is None
    assert Picture.of_names(["age"]) is None
    assert Picture.of_names([]) is None
