"""Sample sets against scikit-learn's own, generated ones against their formulas."""

import gzip
import struct

import numpy as np
import pytest
from sklearn import datasets

from fathom.core.exceptions import UnusableInput
from fathom.data import samples as module
from fathom.data.generated import generate
from fathom.data.samples import CLOTHES, sample, samples
from fathom.data.sources.idx import read_idx


@pytest.mark.parametrize("about", [s for s in samples() if s.name != "fashion-mnist"], ids=lambda s: s.name)
def test_the_list_is_true(about):
    data = sample(about.name)
    assert (len(data), len(data.inputs)) == (about.rows, about.columns)
    assert (data.target.kind, data.target.name, data.generated) == (about.kind, about.target, about.generated)
    assert data.name == about.name
    assert len(data.digest) == 64
    assert data.findings == () or about.name == "breast-cancer"
    assert about.name in str(about)


@pytest.mark.parametrize(
    ("name", "loader"), [("breast-cancer", datasets.load_breast_cancer), ("wine", datasets.load_wine), ("digits", datasets.load_digits)]
)
def test_bundled_sets_are_scikit_learns(name, loader):
    own, theirs = sample(name), loader()
    assert np.array_equal(own.table.select([c.name for c in own.inputs]).to_numpy(), theirs.data)
    assert [c.name for c in own.inputs] == list(theirs.feature_names)
    labels = theirs.target if name == "digits" else theirs.target_names[theirs.target]
    assert own.table.get_column(own.target.name).to_list() == [str(v) for v in labels]


def test_diabetes_is_in_its_own_units():
    own, theirs = sample("diabetes"), datasets.load_diabetes(scaled=False)
    assert np.array_equal(own.y, theirs.target)
    assert own.table.get_column("age").to_list() == theirs.data[:, 0].tolist()


def test_malignant_is_the_positive_class():
    assert sample("breast-cancer").target.classes == ("benign", "malignant")


def test_a_part_of_a_set_is_drawn_and_keeps_its_rows():
    part, whole = sample("wine", n=50, seed=3), sample("wine")
    assert len(part) == 50
    assert part.table.equals(whole.take(part.rows).table)
    assert part.rows.tolist() == sorted(set(part.rows.tolist()))
    assert part.rows.tolist() == sample("wine", n=50, seed=3).rows.tolist() != sample("wine", n=50, seed=4).rows.tolist()


@pytest.mark.parametrize("name", ["circles", "moons", "spirals"])
def test_generated_sets_follow_their_seed(name):
    a, b, c = sample(name, seed=1), sample(name, seed=1), sample(name, seed=2)
    assert a.table.equals(b.table)
    assert not a.table.equals(c.table)
    assert a.generated
    assert np.bincount(a.y).tolist() == [200, 200]
    assert len(sample(name, n=11)) == 11


def test_without_noise_points_lie_on_the_formulas():
    points, classes = generate("circles", 100, 0.0, 0)
    assert np.hypot(*points.T) == pytest.approx(np.where(classes == 0, 1.0, 0.5))
    points, classes = generate("moons", 100, 0.0, 0)
    center = np.where(classes[:, None] == 0, [0.0, 0.0], [1.0, 0.5])
    assert np.hypot(*(points - center).T) == pytest.approx(np.ones(100))
    assert (points[classes == 0, 1] >= 0).all()
    assert (points[classes == 1, 1] <= 0.5).all()
    points, classes = generate("spirals", 100, 0.0, 0)
    radius = np.hypot(*points.T)
    turn = np.exp(1j * np.pi * (1.75 * radius + classes))
    assert points[:, 0] + 1j * points[:, 1] == pytest.approx(radius * turn)


def test_noise_has_the_standard_deviation_that_was_asked_for():
    clean, _ = generate("circles", 20_000, 0.0, 0)
    noisy, _ = generate("circles", 20_000, 0.3, 0)
    assert (noisy - clean).std() == pytest.approx(0.3, rel=0.02)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("iris", {}, "one of breast-cancer, circles"),
        ("fashion-mnsit", {}, "(?i)did you mean 'fashion-mnist'"),
        ("wine", {"noise": 0.1}, "none for the real set 'wine', got 0.1"),
        ("wine", {"n": 179}, "a whole number from 10 to 178, got 179"),
        ("moons", {"n": 3}, "of at least 10, got 3"),
        ("moons", {"noise": -1}, "`noise`: expected a finite number of at least 0"),
        ("moons", {"seed": -1}, "`seed`"),
    ],
)
def test_what_cannot_be_is_refused(name, options, words):
    with pytest.raises(UnusableInput, match=words):
        sample(name, **options)


def test_fashion_mnist(fashion_mnist):
    data = sample("fashion-mnist", n=3_000)
    assert data.target.classes == CLOTHES
    assert data.column_for("role") == "role"
    assert len(data.inputs) == 784
    assert data.notes == {"shape": "28x28"}
    labels = read_idx(fashion_mnist / "train-labels-idx1-ubyte.gz")
    train = data.rows < 60_000
    assert (data.table.get_column("role").to_numpy() == np.where(train, "train", "test")).all()
    assert np.array_equal(data.y[train], labels[data.rows[train]])
    assert labels[:5].tolist() == [9, 0, 0, 3, 0]  # as the authors print them


def test_fashion_mnist_says_how_to_install_it(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "FASHION_MNIST", tmp_path / "none")
    with pytest.raises(UnusableInput, match="Install the package: apt-get install dataset-fashion-mnist"):
        sample("fashion-mnist")
    assert [s.name for s in samples() if not s.installed] == ["fashion-mnist"]
    assert "not installed" in str(next(s for s in samples() if not s.installed))


def idx(values, code=0x08):
    values = np.asarray(values)
    return (
        bytes([0, 0, code, values.ndim])
        + struct.pack(f">{values.ndim}I", *values.shape)
        + values.astype(values.dtype.newbyteorder(">")).tobytes()
    )


@pytest.mark.parametrize(("dtype", "code"), [("u1", 0x08), ("i1", 0x09), ("i2", 0x0B), ("i4", 0x0C), ("f4", 0x0D), ("f8", 0x0E)])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_idx_reads_every_type(tmp_path, dtype, code, pack):
    values = np.arange(24).reshape(2, 3, 4).astype(dtype)
    (tmp_path / "a").write_bytes(pack(idx(values, code)))
    read = read_idx(tmp_path / "a")
    assert read.dtype == np.dtype(dtype)
    assert np.array_equal(read, values)


GOOD = idx(np.arange(6, dtype="u1").reshape(2, 3))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "another magic number"),
        (b"\x01" + GOOD[1:], "another magic number"),
        (GOOD[:2] + b"\x07" + GOOD[3:], "another magic number"),
        (GOOD[:3] + b"\x09" + GOOD[4:], "another magic number"),
        (GOOD[:7], "a header that is cut off"),
        (GOOD[:-1], "18 bytes as its header says, got 17"),
        (GOOD + b"\x00", "got more"),
        (bytes([0, 0, 8, 3]) + b"\xff" * 12, "a header that says"),
        (gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 2]) + bytes(10**7)), "got more"),
        (gzip.compress(GOOD)[:20], "as its header says|damaged|cut off|another magic"),
        (b"\x1f\x8b" + bytes(30), "damaged"),
    ],
    ids=["empty", "magic", "type", "axes", "head", "short", "long", "huge", "bomb", "cut gzip", "broken gzip"],
)
def test_hostile_idx_files_are_refused(tmp_path, content, words):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(UnusableInput, match=words):
        read_idx(tmp_path / "a")
