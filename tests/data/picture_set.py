"""Real pictures for tests: scikit-learn's digits in gray, and patches of its two photographs in color."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits, load_sample_image


def digits(count: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """(n, 8, 8) uint8 from 0 to 255, and (n,) text: zeros and ones."""
    found = load_digits(n_class=2)
    return np.round(found.images[:count] * 255 / 16).astype(np.uint8), np.array(["nil", "one"])[found.target[:count]]


def patches(side: int = 16, each: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """(n, side, side, 3) uint8 of a flower and of a temple, and (n,) text."""
    cut = []
    for name in ("flower.jpg", "china.jpg"):
        photo = load_sample_image(name)
        down, across = (np.linspace(0, n - side, each).astype(int) for n in photo.shape[:2])
        cut += [photo[i : i + side, j : j + side] for i, j in zip(down, across, strict=True)]
    return np.stack(cut), np.repeat(["flower", "temple"], each)


def written(folder: Path, pictures: np.ndarray, labels: np.ndarray, suffix: str = "png") -> Path:
    """A folder for each class."""
    from PIL import Image

    for i, (pixels, label) in enumerate(zip(pictures, labels, strict=True)):
        (folder / label).mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / label / f"{i:03}.{suffix}")
    return folder
