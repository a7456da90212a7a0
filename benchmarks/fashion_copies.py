"""Fashion-MNIST has pictures of one article more than once: which, by a measure that the audit does not use, and a few to look at.

    python -m benchmarks.fashion_copies search     the nearest ten pictures of each of the 70,000; two minutes
    python -m benchmarks.fashion_copies count      what the page says
    python -m benchmarks.fashion_copies draw FILE.png [--every]

The audit goes by the distance to the nearest row over that to the tenth. The second measure here is blind to shape and shade: the
correlation of the details of two pictures, each pixel less the mean of the nine around it. Of the 70,000 pictures none has 0.96 with its
tenth neighbor. Pairs that only the ratio calls near (below 0.42; details below 0.95) were drawn side by side and looked at, all 87: one
article each, in another shade or size. `left_out` names one picture of each such pair: without them the set is clean by design.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fathom.data.auditing.nearest import nearest
from fathom.data.samples import sample

FILE = Path(__file__).with_name("fashion_copies_2026-11-28.json")
SIDE, RANKS, K = 28, 3, 10
DETAIL, RATIO = 0.95, 0.42
"""Where a pair counts as copies by its details; and by its ratio, when looked at."""

CERTAIN = 0.96
"""No picture's tenth neighbor reaches it."""

BATCH = 2_000


def pictures() -> tuple[NDArray[np.float32], NDArray[Any]]:
    """(n, 784) pixels and (n,) labels, in the order of the files: train's 60,000, then test's 10,000."""
    data = sample("fashion-mnist")
    return data.table.select([c.name for c in data.inputs]).to_numpy().astype(np.float32), data.y


def details(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, 784) each pixel less the mean of the nine around it (the border repeats), with mean 0 and length 1.

    Example:
        >>> float(abs(details(np.full((1, 784), 7.0, np.float32))).max())
        0.0
    """
    padded = np.pad(x.reshape(-1, SIDE, SIDE), ((0, 0), (1, 1), (1, 1)), mode="edge")
    around = sum(padded[:, i : i + SIDE, j : j + SIDE] for i in range(3) for j in range(3)) / 9
    own = (x.reshape(-1, SIDE, SIDE) - around).reshape(len(x), -1)
    own = own - own.mean(axis=1, keepdims=True)
    found: NDArray[np.float32] = own / np.maximum(np.linalg.norm(own, axis=1, keepdims=True), 1e-6)
    return found


def likeness(x: NDArray[np.float32], a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.float64]:
    """(q,) the correlation of the details of pictures `a` and `b`."""
    parts = [(details(x[a[i : i + BATCH]]) * details(x[b[i : i + BATCH]])).sum(axis=1) for i in range(0, len(a), BATCH)]
    return np.concatenate(parts).astype(np.float64)


def search() -> None:
    """Find and keep the pairs."""
    x, y = pictures()
    every = np.arange(len(x))
    distances, places = nearest(x, x, K, every)
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for rank in range(RANKS):
        alike, ratio = likeness(x, every, places[:, rank]), distances[:, rank] / distances[:, -1]
        for i in np.flatnonzero((alike >= DETAIL) | ((ratio < RATIO) & (rank == 0))):
            a, b = sorted((int(i), int(places[i, rank])))
            ratio_before = found.get((a, b), {}).get("ratio", 1.0)
            same = bool(y[a] == y[b])
            found[a, b] = {
                "pair": [a, b],
                "details": round(float(alike[i]), 4),
                "ratio": min(ratio_before, round(float(ratio[i]), 4)),
                "same_label": same,
            }
    tenth = float(likeness(x, every, places[:, -1]).max())
    pairs = sorted(found.values(), key=lambda p: -p["details"])
    FILE.write_text(json.dumps({"tenth": tenth, "pairs": pairs}).replace("}, {", "},\n{") + "\n", encoding="utf-8")


def known() -> list[dict[str, Any]]:
    """The pairs, those most alike in details first."""
    found: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["pairs"]
    return found


def left_out() -> set[int]:
    """All but the first picture of each heap of copies."""
    first: dict[int, int] = {}

    def root(i: int) -> int:
        while first.get(i, i) != i:
            i = first[i]
        return i

    for found in known():
        a, b = sorted(map(root, found["pair"]))
        first[b] = a
    return {i for pair in known() for i in pair["pair"] if root(i) != i}


def count() -> str:
    """The figures of the page."""
    pairs, of_train = known(), 60_000
    lines = [f"{len(pairs)} pairs in all, {len(left_out())} pictures to leave out"]
    for name, chosen in (
        (f"details at least {CERTAIN}", [p for p in pairs if p["details"] >= CERTAIN]),
        (f"details at least {DETAIL}", [p for p in pairs if p["details"] >= DETAIL]),
        (f"details below {DETAIL}, ratio below {RATIO}, looked at", [p for p in pairs if p["details"] < DETAIL]),
        ("ratio below 0.33", [p for p in pairs if p["ratio"] < 0.33]),
    ):
        across = sum((p["pair"][0] < of_train) != (p["pair"][1] < of_train) for p in chosen)
        others = sum(not p["same_label"] for p in chosen)
        lines.append(f"{name}: {len(chosen)} pairs, {across} across train and test as published, other label {others}")
    return "\n".join(lines)


def draw(path: Path, chosen: list[dict[str, Any]], across: int = 6) -> None:
    """Pairs side by side, dark on light, with their rows."""
    from PIL import Image, ImageDraw

    x, _ = pictures()
    size, width, height = 84, 190, 108
    page = Image.new("L", (across * width, -(-len(chosen) // across) * height), 255)
    pen = ImageDraw.Draw(page)
    for place, about in enumerate(chosen):
        left, top = place % across * width, place // across * height
        for side, row in enumerate(about["pair"]):
            one = Image.fromarray((255 - x[row]).reshape(SIDE, SIDE).astype(np.uint8)).resize((size, size), Image.Resampling.NEAREST)
            page.paste(one, (left + 2 + side * (size + 4), top + 2))
        pen.text((left + 2, top + size + 4), f"{about['pair'][0]}, {about['pair'][1]}: {about['details']:.2f}", fill=0)
    page.save(path, optimize=True)


def main() -> None:
    """Search, count or draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("search", "count", "draw"))
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--every", action="store_true", help="all that were looked at, not a few across train and test")
    given = parser.parse_args()
    if given.what == "search":
        search()
    elif given.what == "count":
        print(count())
    else:
        crossing = [p for p in known() if (p["pair"][0] < 60_000) != (p["pair"][1] < 60_000)]
        draw(given.file, [p for p in known() if p["details"] < DETAIL] if given.every else crossing[:: max(1, len(crossing) // 18)][:18])


if __name__ == "__main__":
    main()
