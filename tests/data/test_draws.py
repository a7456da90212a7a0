"""Random parts of a set: exact, stratified, with copies and groups whole."""

from __future__ import annotations

import numpy as np
import pytest

from fathom.data.load import load
from fathom.data.samples import sample
from fathom.data.splits import split
from fathom.data.splitting.draws import Drawing


@pytest.mark.parametrize("rows", [20, 53, 89, 178])
def test_a_part_has_its_size_and_every_class_its_share(rows):
    data = sample("wine")
    drawing = Drawing.of(data)
    part, rest = drawing.draw(rows, np.random.default_rng(0))
    assert len(part) == rows
    assert sorted([*part, *rest]) == list(range(178))
    shares = np.bincount(data.y[part], minlength=3) - rows * np.bincount(data.y) / 178
    assert np.abs(shares).max() <= 1.5


def test_every_row_is_as_likely_as_its_neighbor():
    drawing = Drawing.of(sample("wine"))
    rng = np.random.default_rng(1)
    counts = sum(np.bincount(drawing.draw(89, rng)[0], minlength=178) for _ in range(400))
    assert np.abs(counts / 400 - 0.5).max() < 4.5 * np.sqrt(0.25 / 400)


def test_copies_are_never_on_both_sides():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(400, 3))
    x[380:] = x[:20]  # 20 twins, each under 1% of the set
    drawing = Drawing.of(load((x, np.arange(400) % 2)))
    for _ in range(20):
        part, rest = drawing.draw(60, rng)
        assert len(part) == 60
        assert not {tuple(x[i]) for i in part} & {tuple(x[i]) for i in rest}


def test_groups_are_never_on_both_sides():
    rng = np.random.default_rng(3)
    frame = {"x": rng.normal(size=90), "who": np.repeat(np.arange(30), 3).astype(str), "y": np.arange(90) % 2}
    splits = split(load(frame, target="y", group="who"), seed=0)
    who = splits.train.table.get_column("who").to_numpy()
    drawing = Drawing.of(splits.train)
    part, rest = drawing.draw(25, rng)
    assert len(part) == 25
    assert not set(who[part]) & set(who[rest])
