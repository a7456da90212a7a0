"""How long people wait, in fresh processes; on an otherwise idle machine: `make timing`."""

import statistics
import subprocess
import sys
import time

import numpy as np
import polars as pl
import pytest

pytestmark = pytest.mark.timing


def seconds(arguments, folder, times=5):
    """The median wall time of a command in a process of its own."""
    taken = []
    for number in range(times):
        command = [sys.executable, "-m", "fathom", *(a.format(number=number) for a in arguments)]
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, cwd=folder)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def table(folder, rows=500):
    source = np.random.default_rng(0)
    x = source.normal(size=(rows, 12))
    y = np.where(x[:, 0] + x[:, 1] ** 2 + 0.3 * source.normal(size=rows) > 0.7, "yes", "no")
    pl.DataFrame({**{f"x{i}": x[:, i] for i in range(12)}, "y": y.tolist()}).write_csv(folder / "d.csv")


def test_diagnose_from_rates_answers_in_under_0_3_s(tmp_path):
    assert seconds(["diagnose", "--train", "1%", "--dev", "11%"], tmp_path, times=9) < 0.3


def test_fit_on_500_rows_takes_under_6_s(tmp_path):
    table(tmp_path)
    assert seconds(["fit", "d.csv", "--target", "y", "--no-references", "--out", "a{number}"], tmp_path) < 6


def test_fit_on_500_rows_with_references_and_page_takes_under_12_s(tmp_path):
    table(tmp_path)
    assert seconds(["fit", "d.csv", "--target", "y", "--out", "b{number}"], tmp_path) < 12
