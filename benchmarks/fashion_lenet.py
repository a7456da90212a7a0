"""LeNet-5 on Fashion-MNIST, from the files to the test error: python benchmarks/fashion_lenet.py [EPOCHS] [NET].

Debian's dataset-fashion-mnist; the 10,000 pictures of test are opened once, at the end. The time is that of the fit alone and of all of it.
"""

from __future__ import annotations

import os
import sys
import time

import torch

import fathom


def main(epochs: int, net: str) -> None:
    """Fit, diagnose without references, open test."""
    started = time.perf_counter()
    splits = fathom.split(fathom.sample("fashion-mnist"), seed=0)
    loaded = time.perf_counter()
    run = fathom.fit(splits, net=net, epochs=epochs, learning_rate=0.002, schedule="cosine", seed=0)
    fitted = time.perf_counter()
    error = run.open_test()
    low, high = 100 * error - 196 * (error * (1 - error) / 1e4) ** 0.5, 100 * error + 196 * (error * (1 - error) / 1e4) ** 0.5
    print(run.experiment)
    print(f"test {100 * error:.2f}% ({low:.1f} to {high:.1f}), dev {100 * run.errors['dev'].mean():.2f}%, plan {dict(run.plan)}")
    print(f"load and split {loaded - started:.0f} s, fit {fitted - loaded:.0f} s (training alone {run.history.seconds:.0f} s)")
    print(f"torch {torch.__version__}, {os.cpu_count()} cores, OMP_NUM_THREADS {os.environ.get('OMP_NUM_THREADS', 'unset')}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8, sys.argv[2] if len(sys.argv) > 2 else "lenet5")
