"""`fathom fit --resume`: a training that was killed goes on with the same bits; what cannot be is said in one line."""

import itertools
import json
import random
import signal
import subprocess
import sys
import time

import pytest

from fathom.cli.main import main
from fathom.core import run_folder

FIT = ["sample:wine", "--epochs", "15", "--hidden", "8", "--dropout", "0.2", "--no-references", "--checkpoint-every", "0"]


class Killed(BaseException):
    """As a kill: nothing is cleaned up."""


@pytest.fixture
def cut_off(tmp_path, monkeypatch):
    """A folder as a kill in the seventh epoch leaves it."""
    from fathom.engine import training

    monkeypatch.chdir(tmp_path)
    passes = training._Running._pass

    def stop(self, epoch):
        if epoch == 7:
            raise Killed
        return passes(self, epoch)

    with monkeypatch.context() as patch:
        patch.setattr(training._Running, "_pass", stop)
        patch.setattr(run_folder, "forget_unfinished", lambda folder: None)
        with pytest.raises(Killed):
            main(["fit", *FIT, "--out", "r"])
    return tmp_path / "r"


def test_it_goes_on_with_the_same_bits(cut_off, capsys):
    assert sorted(p.name for p in cut_off.iterdir()) == ["checkpoints", "unfinished.json"]
    assert main(["fit", "--resume", "r"]) == 0
    assert main(["fit", *FIT, "--out", "whole"]) == 0
    whole = cut_off.parent / "whole"
    assert (cut_off / "weights.safetensors").read_bytes() == (whole / "weights.safetensors").read_bytes()
    assert (cut_off / "history.jsonl").read_text() == (whole / "history.jsonl").read_text()
    assert sorted(p.name for p in cut_off.iterdir()) == sorted(p.name for p in whole.iterdir())
    assert "--hidden 8 --epochs 15" in json.loads((cut_off / "run.json").read_text())["command"]


def test_a_folder_with_a_training_that_was_cut_off_is_not_written_over(cut_off, capsys):
    assert main(["fit", *FIT, "--out", "r"]) == 2
    assert "fathom fit --resume r" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--resume", "r", "--epochs", "3"], "got --epochs"),
        (["sample:wine", "--resume", "r"], "got DATA"),
        (["--resume", "nowhere"], "nothing of that name"),
        (["--resume", "."], "a folder without one"),
    ],
)
def test_what_cannot_be_resumed_is_one_line(cut_off, capsys, arguments, words):
    assert main(["fit", *arguments]) == 2
    err = capsys.readouterr().err
    assert words in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "text", ["", "[]", '{"schema": 1}', '{"schema": 1, "options": {"evil": 1}}', '{"schema": 1, "options": {"data": {}}}']
)
def test_a_damaged_unfinished_json_is_one_line(cut_off, capsys, text):
    (cut_off / run_folder.UNFINISHED).write_text(text)
    assert main(["fit", "--resume", "r"]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_damaged_newest_checkpoint_is_said(cut_off, capsys):
    newest = max((cut_off / "checkpoints").iterdir())
    newest.write_bytes(newest.read_bytes()[:50])
    assert main(["fit", "--resume", "r"]) == 0
    assert "newest checkpoint was damaged" in " ".join(capsys.readouterr().out.split())


def test_a_finished_run_is_not_resumed(cut_off, capsys):
    assert main(["fit", "--resume", "r"]) == 0
    assert main(["fit", "--resume", "r"]) == 2
    assert "finished" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_twenty_kills_at_random_moments_and_twenty_resumes(tmp_path):
    fit = [sys.executable, "-m", "fathom", "fit", "sample:digits", "--epochs", "40", "--dropout", "0.2", "--no-references", "--quiet"]
    fit += ["--checkpoint-every", "0.05"]
    started = time.monotonic()
    subprocess.run([*fit, "--out", "whole"], cwd=tmp_path, check=True, capture_output=True)
    whole, seconds = (tmp_path / "whole" / "weights.safetensors").read_bytes(), time.monotonic() - started
    source, resumed = random.Random(0), 0
    for number in itertools.count():
        if resumed == 20:
            break
        folder = tmp_path / f"r{number}"
        running = subprocess.Popen([*fit, "--out", folder.name], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not (folder / "unfinished.json").exists() and running.poll() is None:
            time.sleep(0.01)
        time.sleep(source.uniform(0, 0.5 * seconds))
        running.send_signal(signal.SIGKILL)
        running.wait()
        if (folder / "run.json").exists():
            continue  # it had finished
        done = subprocess.run([*fit[:4], "--resume", folder.name, "--quiet"], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert (folder / "weights.safetensors").read_bytes() == whole
        resumed += 1


@pytest.mark.parametrize("value", ["nan", "inf"])
def test_a_setting_that_is_no_number_is_one_line_and_leaves_nothing(tmp_path, monkeypatch, capsys, value):
    monkeypatch.chdir(tmp_path)
    assert main(["fit", "sample:wine", "--lr", value, "--out", "r"]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
