import json

import pytest

from fathom.core import run_folder
from fathom.core.exceptions import UnusableInput


def test_a_folder_is_whole_or_not_there(tmp_path):
    target = tmp_path / "a" / "run"
    with pytest.raises(RuntimeError), run_folder.written_aside(target) as aside:
        (aside / "half").write_text("x")
        raise RuntimeError
    assert not target.exists()
    assert list((tmp_path / "a").iterdir()) == []
    with run_folder.written_aside(target) as aside:
        (aside / "whole").write_text("x")
    assert [p.name for p in target.iterdir()] == ["whole"]


def test_what_is_there_is_never_overwritten(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text("{}")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.tex").write_text("x")
    (tmp_path / "file").write_text("x")
    for name, message in (("run", "a run that is there already"), ("other", "a folder with other files"), ("file", "got a file")):
        with pytest.raises(UnusableInput, match=message):
            run_folder.check_new(tmp_path / name)
    run_folder.check_new(tmp_path / "new")


def test_next_free_counts_up_and_cleans_the_name(tmp_path):
    assert run_folder.next_free(tmp_path, "my data/x").name == "my-data-x-1"
    (tmp_path / "a-1").mkdir()
    assert run_folder.next_free(tmp_path, "a").name == "a-2"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "expected JSON in run.json"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": -Infinity}', "-Infinity is not JSON"),
        (b"\xff\xfe\x00", "expected JSON in run.json"),
        (b"[" * 200_000, "expected JSON in run.json"),
        (b" " * 5000 + b"{}", "of at most 4,096 bytes, got 5,002"),
    ],
)
def test_hostile_json_is_refused(tmp_path, content, message):
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(UnusableInput, match=message):
        run_folder.read_json(tmp_path, "run.json", largest=4096 if b"{}" in content else run_folder.LARGEST_JSON)


def test_links_are_refused(tmp_path):
    (tmp_path / "secret.json").write_text(json.dumps({"a": 1}))
    run = tmp_path / "run"
    run.mkdir()
    (run / "run.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(UnusableInput, match="expected a plain file run.json, got a link"):
        run_folder.read_json(run, "run.json")
    with pytest.raises(UnusableInput, match="plain file"):
        run_folder.read_json(run, "../secret.json")
    with pytest.raises(UnusableInput, match="expected a run folder, got nothing of that name"):
        run_folder.read_json(tmp_path / "none", "run.json")
