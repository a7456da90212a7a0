"""The page of `benchmarks/checks.py`: counts and intervals from outcomes that are made up here."""

from __future__ import annotations

import pytest

from benchmarks.checks import Outcome, count, grid, loud, main, misses, page, share
from fathom.core.intervals import wilson


def outcome(right=True, group="planted", family="dense", kind="loss", found=(), **more):
    return Outcome(group=group, name="a", family=family, kind=kind, right=right, seconds=1.0, found=found, **more)


def test_a_share_has_wilsons_interval():
    interval = wilson(19, 20)
    assert share([outcome()] * 19 + [outcome(False)]) == f"19 / 20, 95% ({interval.low:.0%} to {interval.high:.0%})"
    assert share([]) == "-"
    assert count([outcome(), outcome(False)]) == "1 / 2"
    assert count([]) == ""


def test_the_grid_counts_by_kind_and_family_with_margins():
    lines = grid([outcome(), outcome(False), outcome(kind="gradient", family="attention")])
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| gradient", "| loss", "| all"]
    assert lines[2].split(" | ")[1:6] == ["", "", "", "1 / 1", ""]
    assert lines[3].split(" | ")[1] == "1 / 2"
    assert "| 2 / 3, 67%" in lines[-1]


def test_a_miss_says_what_was_found_and_a_crash_is_a_miss():
    assert misses([outcome()]) == ["None."]
    assert misses([outcome(False, found=["error check.x"], wanted=["check.y"])]) == ["- a: found error check.x; wanted check.y"]
    assert misses([outcome(False, crash="Traceback\nValueError: no")]) == ["- a: found ValueError: no"]


def test_loud_counts_set_ups_and_findings():
    assert loud([outcome(found=["warning check.x", "warning check.y", "error check.z"]), outcome()], "warning") == (1, 2)


def test_the_page_keeps_the_groups_apart():
    outcomes = [outcome(), outcome(False, group="others", link="https://github.com/a/b/issues/1"), outcome(group="sound", foreign=True)]
    text = page(outcomes, machine="m", date="2026-01-01", versions={"Python": "3"}, seed=0)
    assert "| other planted faults: caught | 1 / 1, 100%" in text
    assert "| faults of others: caught | 0 / 1, 0%" in text
    assert "| no | a | [a/b/issues/1](https://github.com/a/b/issues/1) |  |" in text
    assert "| of these, modules that nobody here wrote | 1 / 1" in text


def test_the_command_on_some_set_ups_prints_and_writes_nothing(tmp_path, capsys):
    target = tmp_path / "page.md"
    assert main(["--match", "dW2", "--page", str(target), "--out", str(tmp_path)]) == 0
    assert "| planted wrong gradients: caught, and the right tensor named | 3 / 3" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("group", ["planted", "others", "sound"])
def test_every_group_may_be_empty(group):
    assert page([outcome(group=group)], machine="m", date="d", versions={}, seed=0).endswith("\n")
