"""From a folder of pictures to a net, its ladder, and predictions for new files.

1,797 handwritten digits (scikit-learn's, real scans of 8 x 8) are written as PNG files, a folder for each digit, as people have pictures;
one file is broken on the way. LeNet-5 learns them from the folder; a softmax regression on the same splits is what it must beat.

Rows: C4W1-04, C4W1-23, C4W1-28.

python examples/photos.py
"""

import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

import fathom


def written(folder: Path) -> tuple[Path, Path]:
    """A folder of pictures, a folder for each class; and one with 20 others, without their classes."""
    scans, digits = load_digits(return_X_y=True)
    pixels = np.round(scans.reshape(-1, 8, 8) * 255 / 16).astype(np.uint8)
    photos, new = folder / "photos", folder / "new"
    new.mkdir(parents=True)
    for number, (scan, digit) in enumerate(zip(pixels, digits, strict=True)):
        if number < 20:
            Image.fromarray(scan).save(new / f"{number:02}_is_a_{digit}.png")
            continue
        (photos / str(digit)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(scan).save(photos / str(digit) / f"{number}.png")
    (photos / "3" / "half.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    return photos, new


def main(folder: Path) -> None:
    """Load, split, fit, diagnose, predict."""
    photos, new = written(folder)
    data = fathom.load(photos)
    for found in data.findings:
        print(found)
    splits = fathom.split(data, seed=0)
    lenet = fathom.fit(splits, net="lenet5", epochs=15, learning_rate=0.003)
    softmax = fathom.fit(splits, net="softmax", epochs=15, learning_rate=0.003)
    print(lenet.diagnose())
    print(fathom.compare(softmax, lenet).headline)
    said = lenet.predict(new)
    print(said.select("file", "prediction").head(5))
    right = sum(name[-5] == str(digit) for name, digit in zip(said["file"], said["prediction"], strict=True))
    print(f"{right} of {len(said)} new files are read right")
    assert lenet.errors["dev"].mean() < softmax.errors["dev"].mean()
    assert right >= 18


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        main(Path(place))
