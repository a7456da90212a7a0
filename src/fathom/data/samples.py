"""`fathom.sample`: real sets that installed packages ship, and generated ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import number, one_of, refuse, whole
from fathom.core.records.sample_set import SampleSet
from fathom.core.seeding import generator
from fathom.data.dataset import Dataset
from fathom.data.generated import NOISE, ROWS, generate
from fathom.data.reading.assemble import Wanted, assemble
from fathom.data.reading.raw import Raw
from fathom.data.sources.arrays import digest_of, matrix_frame, series
from fathom.data.sources.idx import read_idx

FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist")
"""Where Debian's package dataset-fashion-mnist puts its four files."""

CLOTHES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
"""The classes of Fashion-MNIST in the order of their codes."""

_SETS = (
    SampleSet(name="breast-cancer", rows=569, columns=30, kind="binary", target="diagnosis", source="scikit-learn"),
    SampleSet(name="digits", rows=1_797, columns=64, kind="multiclass", target="digit", source="scikit-learn"),
    SampleSet(name="wine", rows=178, columns=13, kind="multiclass", target="cultivar", source="scikit-learn"),
    SampleSet(name="diabetes", rows=442, columns=10, kind="regression", target="progression", source="scikit-learn"),
    SampleSet(name="fashion-mnist", rows=70_000, columns=784, kind="multiclass", target="clothing", source="Debian package"),
    *(SampleSet(name=n, rows=ROWS, columns=2, kind="binary", target="class", source="formula", generated=True) for n in NOISE),
)
_BY_NAME = {s.name: s for s in _SETS}


def samples() -> list[SampleSet]:
    """The sets that `sample` knows, each with whether its package is installed.

    Example:
        >>> [s.name for s in samples() if s.generated]
        ['circles', 'moons', 'spirals']
    """
    return [dataclasses.replace(s, installed=s.name != "fashion-mnist" or FASHION_MNIST.is_dir()) for s in _SETS]


def sample(name: str, *, n: int | None = None, noise: float | None = None, seed: int = 0) -> Dataset:
    """A real set that an installed package ships, or a generated one.

    Args:
        name: one of `samples()`.
        n: examples; of a real set that many are drawn without replacement and kept in order, all where left out. Generated
            sets have 400 where left out.
        noise: of generated sets, the standard deviation of the noise.
        seed: of the draw or the generation.

    Raises:
        UnusableInput: no such set, its package is not installed, or more examples than a real set has.

    Example:
        >>> data = sample("breast-cancer")
        >>> len(data), str(data.target)
        (569, 'diagnosis: binary (benign, malignant)')
        >>> sample("moons", n=100).generated
        True
    """
    about = _BY_NAME[one_of("sample", name, _BY_NAME)]
    if about.generated:
        return _generated(about, n, noise, seed)
    if noise is not None:
        raise refuse("`noise`", expected=f"none for the real set '{name}'", got=noise)
    x, names, y, role, notes = _READERS.get(name, _bundled)(name)
    digest = digest_of(x, y)
    if n is not None:
        kept = np.sort(generator(seed, "sample", name).permutation(len(y))[: whole("n", n, low=10, high=len(y))])
        x, y, role = x[kept], y[kept], None if role is None else role[kept]
        return dataclasses.replace(_dataset(about, x, names, y, role, notes, digest), rows=kept.astype(np.int64))
    return _dataset(about, x, names, y, role, notes, digest)


Arrays = tuple[NDArray[Any], Sequence[str], NDArray[Any], NDArray[Any] | None, dict[str, str]]


def _dataset(
    about: SampleSet,
    x: NDArray[Any],
    names: Sequence[str],
    y: NDArray[Any],
    role: NDArray[Any] | None,
    notes: dict[str, str],
    digest: str,
) -> Dataset:
    frame = matrix_frame(x, list(names)).with_columns(series(about.target, y))
    if role is not None:
        frame = frame.with_columns(series("role", role))
    raw = Raw(frame, name=about.name, digest=digest, array=True, notes=notes)
    data = assemble(
        raw, Wanted(target=about.target, kind=about.kind, uses={} if role is None else {"role": "role"}), generated=about.generated
    )
    if about.name == "fashion-mnist" and set(data.target.classes) == set(CLOTHES):
        return dataclasses.replace(data, target=dataclasses.replace(data.target, classes=CLOTHES))
    return data


def _generated(about: SampleSet, n: int | None, noise: float | None, seed: int) -> Dataset:
    count = ROWS if n is None else whole("n", n, low=10)
    spread = NOISE[about.name] if noise is None else number("noise", noise, low=0.0)
    points, classes = generate(about.name, count, spread, whole("seed", seed))
    notes = {"generated": f"n {count}, noise {spread:g}, seed {seed}"}
    return _dataset(about, points, ("x0", "x1"), classes, None, notes, digest_of(points, classes))


def _bundled(name: str) -> Arrays:
    """Scikit-learn's own copy: its column names, the classes as words, diabetes in its own units."""
    from sklearn import datasets

    if name == "diabetes":
        bunch = datasets.load_diabetes(scaled=False)
        return bunch.data, _names(bunch), bunch.target, None, {}
    bunch = getattr(datasets, f"load_{name.replace('-', '_')}")()
    y = bunch.target if name == "digits" else bunch.target_names[bunch.target]
    return bunch.data, _names(bunch), y, None, {"shape": "8x8"} if name == "digits" else {}


def _names(bunch: Any) -> list[str]:
    return [str(n) for n in bunch.feature_names]


def _fashion_mnist(name: str) -> Arrays:
    """70,000 pictures of 28 x 28; the package's train and t10k files are the roles train and test."""
    if not FASHION_MNIST.is_dir():
        fix = "install the package: apt-get install dataset-fashion-mnist"
        raise refuse(
            f"sample '{name}'", expected=f"the files of Debian's dataset-fashion-mnist in {FASHION_MNIST}", got="no such folder", fix=fix
        )
    parts = [(part, *_part(part)) for part in ("train", "t10k")]
    x = np.concatenate([images.reshape(len(images), -1) for _, images, _ in parts])
    y = np.array(CLOTHES)[np.concatenate([labels for _, _, labels in parts])]
    roles = np.repeat(["train", "test"], [len(labels) for _, _, labels in parts])
    return x, [f"pixel_{i // 28}_{i % 28}" for i in range(784)], y, roles, {"shape": "28x28"}


def _part(part: str) -> tuple[NDArray[Any], NDArray[Any]]:
    paths = [FASHION_MNIST / f"{part}-{what}.gz" for what in ("images-idx3-ubyte", "labels-idx1-ubyte")]
    images, labels = (read_idx(path) for path in paths)
    if images.ndim != 3 or images.shape[1:] != (28, 28) or labels.shape != images.shape[:1] or labels.max(initial=0) >= len(CLOTHES):
        raise refuse(f"file '{paths[0]}'", expected="pictures of 28 x 28 with a label 0..9 each", got=f"{images.shape} and {labels.shape}")
    return images, labels


_READERS = {"fashion-mnist": _fashion_mnist}
