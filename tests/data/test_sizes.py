from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fathom.core.exceptions import UnusableInput
from fathom.data.splitting.apportion import apportion, share_roles
from fathom.data.splitting.sizes import role_sizes

COURSE = [  # C2W1-03, C2W1-04
    (100, (60, 20, 20)),
    (1_000, (600, 200, 200)),
    (10_000, (6_000, 2_000, 2_000)),
    (1_000_000, (980_000, 10_000, 10_000)),
    (4_000_000, (3_980_000, 10_000, 10_000)),
    (8_000_000, (7_960_000, 20_000, 20_000)),  # 99.5/0.25/0.25
    (569, (341, 114, 114)),
    (3, (1, 1, 1)),
    (1, (1, 0, 0)),
]


@pytest.mark.parametrize(("m", "sizes"), COURSE, ids=[str(m) for m, _ in COURSE])
def test_sizes_are_the_courses(m: int, sizes: tuple[int, int, int]) -> None:
    assert role_sizes(m) == sizes


def test_asked_sizes() -> None:
    assert role_sizes(1_000, dev=0.3, test=0) == (700, 300, 0)  # C2W1-03: 70/30
    assert role_sizes(1_000, test=False) == (800, 200, 0)  # C2W1-07
    assert role_sizes(1_000, dev=50, test=100) == (850, 50, 100)
    assert role_sizes(1_000_000, 0.0025, 0.0025) == (995_000, 2_500, 2_500)


@pytest.mark.parametrize("asked", [-1, 1.5, True, "many", float("nan"), float("inf")])
def test_sizes_that_make_no_sense_are_refused(asked: object) -> None:
    with pytest.raises(UnusableInput, match=r"`dev_size`: expected a count"):
        role_sizes(100, dev=asked)  # type: ignore[arg-type]


def test_nothing_left_for_train_is_refused() -> None:
    with pytest.raises(UnusableInput, match="at least one example left for train, got 60 dev and 40 test of 100"):
        role_sizes(100, dev=60, test=40)


@given(st.lists(st.integers(1, 500), min_size=1, max_size=30), st.floats(0, 1))
def test_largest_remainder_is_exact_and_within_one(sizes: list[int], share: float) -> None:
    weights = np.array(sizes)
    total = int(share * weights.sum())
    got = apportion(total, weights)
    assert got.sum() == total
    assert (np.abs(got - total * weights / weights.sum()) < 1).all()


@given(st.lists(st.integers(1, 60), min_size=1, max_size=20), st.floats(0, 0.4), st.floats(0, 0.4))
def test_roles_are_shared_exactly_and_every_stratum_is_in_every_role(sizes: list[int], dev: float, test: float) -> None:
    strata = np.array(sizes)
    wanted = int(dev * strata.sum()), int(test * strata.sum())
    devs, tests = share_roles(*wanted, strata)
    assert (devs.sum(), tests.sum()) == wanted
    assert (devs >= 0).all()
    assert (tests >= 0).all()
    assert (devs + tests <= strata).all()
    if wanted[0] >= len(strata) and (strata >= 2).all() and (strata - 2).sum() >= sum(wanted):
        assert (devs >= 1).all()
