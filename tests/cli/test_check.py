"""`fathom check`: a user's file in, findings out; exit codes, one-line errors, and the file that trains when it is imported."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from fathom.cli.main import main

SOUND = """
    import torch
    from torch import nn
    from beside import WIDTH

    def build():
        print("a print of the user's")
        torch.manual_seed(0)
        net = nn.Sequential(nn.Linear(8, WIDTH), nn.ReLU(), nn.Linear(WIDTH, 3))
        return net, nn.CrossEntropyLoss(), torch.randn(32, 8), torch.arange(32) % 3

    def with_loader():
        net, loss, inputs, targets = build()
        data = torch.utils.data.TensorDataset(inputs, targets)
        return net, loss, torch.utils.data.DataLoader(data, batch_size=16)

    def mapping():
        net, loss, inputs, targets = build()
        return {"net": net, "loss": loss, "inputs": inputs, "targets": targets, "forward": lambda net, x: net(x)}

    def deep():
        torch.manual_seed(0)
        layers = [m for _ in range(25) for m in (nn.Linear(8, 8), nn.Sigmoid())]
        return nn.Sequential(*layers, nn.Linear(8, 3)), nn.CrossEntropyLoss(), torch.randn(32, 8), torch.arange(32) % 3

    def sized(size): ...
    def pair(): return 1, 2
    def nothing(): ...
    def raises(): raise KeyError("missing")
    def keys(): return {"model": 1}
    value = 3
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A user's file with a module beside it."""
    (tmp_path / "sound.py").write_text(textwrap.dedent(SOUND))
    (tmp_path / "beside.py").write_text("WIDTH = 16\n")
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield tmp_path / "sound.py"
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in str(sys.modules[name].__file__):
            del sys.modules[name]


def check(*arguments: object) -> int:
    return main(["check", *map(str, arguments), "--only", "check.signal"])


@pytest.mark.parametrize("function", ["build", "with_loader", "mapping"])
def test_sound_net_is_exit_code_0(file, function, capsys):
    assert check(f"{file}:{function}") == 0
    out, err = capsys.readouterr()
    assert "no error and no warning" in out
    assert "a print of the user's" in err
    assert not list(file.parent.glob("__pycache__"))


def test_error_is_exit_code_1_and_has_all_parts(file, capsys):
    assert check(f"{file}:deep") == 1
    out = capsys.readouterr().out
    for part in ("error", "[check.signal.vanishing]", "evidence", "cause", "fix", "verdict    1 error"):
        assert part in out
    assert max(map(len, out.splitlines())) <= 100


def test_json_is_one_document(file, capsys):
    assert check(f"{file}:deep", "--json") == 1
    document = json.loads(capsys.readouterr().out)
    assert document["ok"] is False
    assert document["findings"][0]["id"] == "check.signal.vanishing"
    assert {"not_checked", "passed", "budget", "seconds"} <= set(document)


def test_quiet_is_one_line(file, capsys):
    assert check(f"{file}:build", "--quiet") == 0
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("buidl", "expected a function 'buidl', got no 'buidl'. Did you mean 'build'."),
        ("value", "got 'value', which is int"),
        ("sized", "function 'sized': expected no arguments without a default, got sized(size)."),
        ("pair", "expected (net, loss, inputs, targets) or (net, loss, loader), got 2 parts (int, int)"),
        ("nothing", "expected (net, loss, inputs, targets) or (net, loss, loader), got NoneType"),
        ("raises", "function 'raises': expected a return value, got KeyError in line"),
        ("keys", "got keys model"),
    ],
)
def test_wrong_functions_are_one_line(file, function, message, capsys):
    assert check(f"{file}:{function}") == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("sound.py", "expected FILE.py:FUNCTION, as in train.py:build, got 'sound.py'"),
        ("sond.py:build", "got no file 'sond.py'. Did you mean 'sound.py'"),
        ("sound.py:", "expected FILE.py:FUNCTION"),
    ],
)
def test_wrong_sources_are_one_line(file, source, message, capsys, monkeypatch):
    monkeypatch.chdir(file.parent)
    assert check(source) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--budget", "3 parsecs"), "--budget: expected a time as in 60s, 2m or 1h"),
        (("--only", "check.nothing"), "expected the id of a check"),
        (("--skip", "check.signal.vanish"), "expected the id of a check"),
    ],
)
def test_wrong_options_are_one_line(file, options, message, capsys):
    assert check(f"{file}:build", *options) == 2
    err = capsys.readouterr().err
    assert message in err
    assert len(err.splitlines()) <= 2  # the user's own print is there too


TRAINS = """
    import torch
    from torch import nn

    net = nn.Linear(3, 1)
    for step in range(10_000_000):
        try:
            net(torch.randn(4, 3)).pow(2).mean().backward()
        except Exception:
            pass

    def build():
        return net, nn.MSELoss(), torch.randn(4, 3), torch.randn(4, 1)
"""


def test_file_that_trains_when_imported_is_named_as_such(file, capsys):
    import torch

    before = torch.autograd.backward
    path = file.parent / "trains.py"
    path.write_text(textwrap.dedent(TRAINS))
    start = time.perf_counter()
    assert check(f"{path}:build") == 2
    assert time.perf_counter() - start < 20.0
    err = capsys.readouterr().err
    assert "got one that trains" in err
    assert 'Put line 8 and what belongs to it under the line `if __name__ == "__main__":`' in err
    assert torch.autograd.backward is before


def test_file_that_tries_one_gradient_when_imported_is_no_training(file):
    path = file.parent / "tries.py"
    path.write_text("import torch\nfrom sound import build\nx = torch.ones(1, requires_grad=True)\n(x * x).sum().backward()\n")
    assert check(f"{path}:build") == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import no_such_package\n", "got ModuleNotFoundError in line 1: No module named 'no_such_package'"),
        ("def build(:\n", "got SyntaxError in line 1"),
        ("raise SystemExit(3)\n", "got an exit with code 3"),
    ],
)
def test_file_that_fails_when_imported_is_one_line(file, text, message, capsys):
    path = file.parent / "fails.py"
    path.write_text(text)
    assert check(f"{path}:build") == 2
    assert message in capsys.readouterr().err


SLOW = """
    import time
    import torch
    from torch import nn

    class Slow(nn.Linear):
        def forward(self, x):
            time.sleep(0.3)
            return super().forward(x)

    def build():
        torch.manual_seed(0)
        print("ready", flush=True)
        return nn.Sequential(Slow(8, 8), *(nn.Linear(8, 8) for _ in range(3))), nn.MSELoss(), torch.randn(64, 8), torch.randn(64, 8)
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT of this kind")
def test_interrupt_is_exit_code_130_and_shows_what_is_finished(tmp_path):
    path = tmp_path / "slow.py"
    path.write_text(textwrap.dedent(SLOW))
    command = [sys.executable, "-m", "fathom", "check", f"{path}:build"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert process.stderr.readline() == "ready\n"
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "interrupted" in out
