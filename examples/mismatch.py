"""Digits that were scanned, digits that were photographed: what a data mismatch is made of, and what helps.

1,797 handwritten digits (scikit-learn's, 8 x 8). A quarter of them is made into what a phone in a dim room gives: half as bright, and one
pixel off the middle. Those are the goal; a net learns from scans alone. The diagnosis names what differs; scans that are made alike, by
guess and varied, are added to train, and the same dev set is looked at again. (The four made of one scan may stand in train and in
train-dev both; in a table a column that names the scan, given as group=, keeps them together.)

Rows: C3W2-07, C3W2-09, C3W2-11, C3W2-12, C3W2-13.

python examples/mismatch.py
"""

import numpy as np
from sklearn.datasets import load_digits

import fathom

images, digits = load_digits(return_X_y=True)
images = images.reshape(-1, 8, 8)
phone = np.arange(len(images)) % 4 == 0


def photographed(scans: np.ndarray) -> np.ndarray:
    """Half as bright, one pixel to the right and down."""
    moved = np.roll(scans, (1, 1), axis=(1, 2))
    moved[:, 0], moved[:, :, 0] = 0, 0
    return 0.5 * moved


def made_alike(scans: np.ndarray, seed: int) -> np.ndarray:
    """Scans made into photographs by guess: dimmer by a factor of 0.4 to 0.8, moved by up to a pixel; each drawn anew (C3W2-13)."""
    rng = np.random.default_rng(seed)
    moved = [np.roll(scan, rng.integers(-1, 2, 2), axis=(0, 1)) for scan in scans]
    return np.stack(moved) * rng.uniform(0.4, 0.8, (len(scans), 1, 1))


def examined(others: dict) -> tuple[fathom.Run, fathom.Diagnosis]:
    """A net trained on other sources alone, measured on photographs: all of them are dev and test."""
    app = fathom.load((photographed(images[phone]), digits[phone]), name="app")
    splits = fathom.split(app, also=others, dev_size=225, test_size=225, seed=0)
    print(splits, end="\n\n")
    run = fathom.fit(splits, hidden=(64,), epochs=40, seed=0)
    d = run.diagnose(human=0.0, references=False)
    print(d, end="\n\n")
    return run, d


def main() -> None:
    """Look, name what differs, synthesize it, look again."""
    web = (images[~phone], digits[~phone])
    first, d = examined({"web": web})
    assert set(first.tables["dev"]["source"]) == {"app"}
    assert d.focus == "data_mismatch"
    assert {"brightness", "contrast"} <= {shift.column for shift in d.mismatch.shifts}

    made = (np.concatenate([made_alike(web[0], seed) for seed in range(4)]), np.tile(web[1], 4))
    second, e = examined({"web": web, "made": made})
    assert second.tables["dev"]["id"].to_list() == first.tables["dev"]["id"].to_list(), "more rows of other sources move none of the goal"
    assert e.ladder["dev"].estimate.high < d.ladder["dev"].estimate.low
    print(fathom.compare(first, second))


if __name__ == "__main__":
    main()
