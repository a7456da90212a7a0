"""What `fathom.measure` adds to the bare loop: a net of 10 million parameters over 50,000 images of 28 x 28.

    python -m benchmarks.measure [--rounds 7] [--batch 256] [--threads 1] [--data FOLDER]

The images are Fashion-MNIST's first 50,000 where the folder holds them, else random ones of the same shape. The bare loop does
what measure must do at least: evaluation mode, torch.inference_mode, 0 or 1 for each example. Both read the same DataLoader; each
round runs both, in turns who is first; the figure is the median of the rounds' ratios, with their range. The whole call counts.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from fathom.data.sources.idx import read_idx
from fathom.experiment.measuring import measure

IMAGES = 50_000
SIZES = (784, 2400, 2400, 1000, 10)
FOLDER = Path("/usr/share/datasets/fashion-mnist")


def images(folder: Path) -> tuple[str, Tensor, Tensor]:
    """Name, pixels (n, 784) from 0 to 1, classes (n,)."""
    found = [next(iter(folder.glob(f"train-{part}-*")), None) for part in ("images", "labels")]
    if found[0] is None or found[1] is None:
        source = torch.Generator().manual_seed(0)
        return "random images", torch.rand(IMAGES, 784, generator=source), torch.randint(0, 10, (IMAGES,), generator=source)
    pixels, classes = (read_idx(path)[:IMAGES] for path in found if path is not None)
    return "Fashion-MNIST", torch.from_numpy(pixels.reshape(len(pixels), -1) / np.float32(255)), torch.from_numpy(classes.astype(np.int64))


def network() -> nn.Module:
    """Fully connected, with batch norm and dropout, left in training mode as a training loop leaves it."""
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(SIZES[:-1]):
        layers += [nn.Linear(n_in, n_out), nn.BatchNorm1d(n_out), nn.ReLU(), nn.Dropout(0.2)]
    return nn.Sequential(*layers, nn.Linear(SIZES[-2], SIZES[-1]))


def bare(net: nn.Module, loader: DataLoader[tuple[Tensor, ...]]) -> NDArray[np.float64]:
    """The loop that an engineer writes."""
    net.eval()
    with torch.inference_mode():
        wrong = torch.cat([net(x).argmax(1) != y for x, y in loader])
    net.train()
    return wrong.double().numpy()


def measured(net: nn.Module, loader: DataLoader[tuple[Tensor, ...]]) -> NDArray[np.float64]:
    return measure(net, {"dev": loader}, error="class")["dev"]


def timed(call: Callable[..., NDArray[np.float64]], *given: object) -> tuple[float, float, NDArray[np.float64]]:
    """Seconds by the clock, seconds of the processor (which other processes hardly move), and the errors."""
    began, used = time.perf_counter(), time.process_time()
    found = call(*given)
    return time.perf_counter() - began, time.process_time() - used, found


def main() -> None:
    """Print seconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--data", type=Path, default=FOLDER)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    name, pixels, classes = images(given.data)
    net, loader = network(), DataLoader(TensorDataset(pixels, classes), batch_size=given.batch)
    parameters = sum(p.numel() for p in net.parameters())
    print(
        f"{name}: {len(classes):,} of {tuple(pixels.shape[1:])}; {parameters:,} parameters; batch {given.batch}, {given.threads} thread(s)"
    )
    ways = {"bare": bare, "measure": measured}
    clock: dict[str, list[float]] = {way: [] for way in ways}
    processor: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(given.rounds):
        found = {}
        for way in sorted(ways, reverse=bool(number % 2)):
            seconds, used, found[way] = timed(ways[way], net, loader)
            clock[way].append(seconds)
            processor[way].append(used)
        assert np.array_equal(found["bare"], found["measure"])
    for what, times in (("clock", clock), ("processor", processor)):
        ratios = [m / b for m, b in zip(times["measure"], times["bare"], strict=True)]
        medians = ", ".join(f"{way} {statistics.median(times[way]):.2f} s" for way in ways)
        print(f"{what:9}: {medians}; measure / bare: median {statistics.median(ratios):.4f} ({min(ratios):.4f} to {max(ratios):.4f})")


if __name__ == "__main__":
    main()
