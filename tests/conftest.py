"""The weather in which all tests run: one thread, and the same random examples every time."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when torch and NumPy load, hence before the imports below

os.environ["FATHOM_CACHE"] = "off"  # no test writes into the cache of whoever runs it; those of the cache name a folder of their own

import pytest
from hypothesis import settings

settings.register_profile("fathom", max_examples=30, deadline=None, derandomize=True, database=None)
settings.load_profile("fathom")

FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist")


@pytest.fixture
def fashion_mnist() -> Path:
    """The folder of Debian's package; the test is skipped where it is not installed."""
    if not FASHION_MNIST.is_dir():
        pytest.skip("dataset-fashion-mnist is not installed (apt-get install dataset-fashion-mnist)")
    return FASHION_MNIST
