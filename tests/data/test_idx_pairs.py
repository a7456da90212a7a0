"""IDX files with their labels, as a file, a pair or a folder; written here by the format's own text."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest

import fathom
from fathom.core.exceptions import UnusableInput
from fathom.data.conform import conform
from fathom.data.load import load
from fathom.data.splits import split
from tests.data.picture_set import digits


def idx(array):
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


@pytest.fixture
def folder(tmp_path):
    x, y = digits()
    labels = (y == "one").astype(np.uint8)
    for part, at in (("train", slice(0, 50)), ("t10k", slice(50, 60))):
        (tmp_path / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(x[at])))
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(idx(labels[at]))
    return tmp_path


def pixels_of(data):
    return data.table.select(c.name for c in data.inputs).to_numpy()


def test_a_folder_of_pairs_is_a_split(folder):
    x, y = digits()
    data = load(folder)
    assert (data.notes, data.target.name, data.target.kind, data.name) == ({"shape": "8x8"}, "label", "binary", folder.name)
    np.testing.assert_array_equal(pixels_of(data), x.reshape(60, -1))
    np.testing.assert_array_equal(data.y, y == "one")
    assert {role: len(part) for role, part in split(data).roles.items()} == {"train": 40, "dev": 10, "test": 10}


def test_a_file_finds_its_labels_and_a_pair_names_them(folder):
    x, y = digits()
    for source in (
        folder / "train-images-idx3-ubyte.gz",
        (str(folder / "train-images-idx3-ubyte.gz"), str(folder / "train-labels-idx1-ubyte")),
    ):
        data = load(source)
        np.testing.assert_array_equal(pixels_of(data), x[:50].reshape(50, -1))
        np.testing.assert_array_equal(data.y, y[:50] == "one")
        assert data.name == "train"
    again, _ = conform(folder / "t10k-images-idx3-ubyte.gz", data.columns, need_target=False)
    np.testing.assert_array_equal(again.select(c.name for c in data.inputs).to_numpy(), x[50:].reshape(10, -1))


def test_what_does_not_fit_together_is_one_line(folder):
    x, _ = digits()
    images, labels = folder / "train-images-idx3-ubyte.gz", folder / "train-labels-idx1-ubyte"
    labels.write_bytes(idx(np.zeros(49)))
    with pytest.raises(UnusableInput, match=r"train-labels-idx1-ubyte': expected a label for each of 50 pictures, got shape \(49,\)"):
        load(images)
    with pytest.raises(UnusableInput, match=r"expected pictures \(n, height, width\), got shape \(49,\)"):
        load((labels, labels))
    labels.unlink()
    with pytest.raises(UnusableInput, match="expected a file of labels beside it, as in train-labels-idx1-ubyte, got none"):
        load(folder)
    with pytest.raises(UnusableInput, match="target"):
        load(images)
    labels.write_bytes(idx(np.zeros(50)))
    images.write_bytes(idx(x[:50, :6]))
    with pytest.raises(UnusableInput, match="expected pictures of one size, got 6x8 and 8x8"):
        load(folder)


def test_fashion_mnist_from_its_files_is_the_sample(fashion_mnist):
    data, known = load(fashion_mnist / "t10k-images-idx3-ubyte.gz"), fathom.sample("fashion-mnist")
    assert len(data) == 10_000
    np.testing.assert_array_equal(pixels_of(data)[:50], pixels_of(known.take(np.arange(60_000, 60_050))))
    assert data.target.kind == "multiclass"
    assert len(data.target.classes) == 10


def test_npz_of_pictures_keeps_their_shape(tmp_path):
    x, y = digits()
    np.savez(tmp_path / "set.npz", images=x, labels=y)
    np.savez(tmp_path / "parts.npz", x_train=x[:40], y_train=y[:40], x_test=x[40:], y_test=y[40:])
    for name in ("set.npz", "parts.npz"):
        data = load(tmp_path / name)
        assert data.notes == {"shape": "8x8"}
        np.testing.assert_array_equal(pixels_of(data), x.reshape(60, -1))
