"""The dev meter's file: counts by dev set, whoever writes to it."""

from __future__ import annotations

import json

from fathom.core import dev_meter
from fathom.core.records.dev_looks import DevLooks


def test_counts_are_of_one_dev_set(tmp_path):
    dev_meter.add(tmp_path, "a", "fit", candidates=1)
    dev_meter.add(tmp_path, "a", "improve", candidates=12, correlation=0.8)
    dev_meter.add(tmp_path, "a", "improve", candidates=4, correlation=0.6, stopped=30)
    dev_meter.add(tmp_path, "b", "fit", candidates=1)
    found = dev_meter.read(tmp_path, "a")
    assert found.counts == {"fit": 1, "improve": 2}
    assert (found.total, found.candidates, found.stopped) == (3, 17, 30)
    assert abs(found.correlation - 0.7) < 1e-12
    assert dev_meter.read(tmp_path, "b").total == 1


def test_another_dev_set_starts_at_0(tmp_path):
    dev_meter.add(tmp_path, "a", "fit", candidates=1)
    assert dev_meter.read(tmp_path, "new") == DevLooks(counts={}, candidates=0)
    assert dev_meter.read(tmp_path / "nowhere", "a").total == 0


def test_openings_are_listed_and_are_no_looks(tmp_path):
    for run in ("x", "y"):
        dev_meter.add(tmp_path, "a", dev_meter.OPENED, looks=0, run=run)
    found = dev_meter.read(tmp_path, "a")
    assert found.openings == ("x", "y")
    assert found.total == 0


def test_a_damaged_or_hostile_line_is_passed_over(tmp_path):
    dev_meter.add(tmp_path, "a", "fit", candidates=1)
    bad = ["{", "[1]", '{"dev": "a", "what": 7}', '{"dev": "a", "what": "fit", "looks": -3, "candidates": "x", "correlation": 9}', "\x00"]
    with (tmp_path / dev_meter.METER).open("a") as file:
        file.write("\n".join(bad))  # and the last one was cut off
    found = dev_meter.read(tmp_path, "a")
    assert (found.counts, found.candidates, found.correlation) == ({"fit": 1}, 1, None)


def test_a_link_is_neither_read_nor_written(tmp_path):
    other = tmp_path / "other.txt"
    other.write_text(json.dumps({"dev": "a", "what": "fit", "looks": 5}) + "\n")
    (tmp_path / dev_meter.METER).symlink_to(other)
    dev_meter.add(tmp_path, "a", "fit", candidates=1)
    assert dev_meter.read(tmp_path, "a").total == 0
    assert other.read_text().count("\n") == 1


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path):
    (tmp_path / "file").write_text("")
    dev_meter.add(tmp_path / "file" / "runs", "a", "fit")


def test_the_words():
    looks = DevLooks(counts={"fit": 36, "improve": 12, "search": 2, "compare": 1}, candidates=50)
    assert str(looks) == "dev was looked at 51 times (36 fits, 12 experiments of improve, 2 searches, 1 comparison)"
