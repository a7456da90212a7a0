"""The example of a data mismatch runs, and its figures hold."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "mismatch.py"


@pytest.mark.slow
def test_looking_and_synthesizing_help(capsys: pytest.CaptureFixture[str]) -> None:
    spec = importlib.util.spec_from_file_location("mismatch_example", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main()  # asserts what it claims
    out = capsys.readouterr().out
    assert "brightness is lower in dev: median 0.134 vs 0.301 in train-dev" in " ".join(out.split())
    assert "better" in out
