"""The example of a folder of pictures runs, and what it claims holds."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "photos.py"


@pytest.mark.slow
def test_lenet_reads_new_files(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("photos_example", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main(tmp_path)  # asserts what it claims
    out = capsys.readouterr().out
    assert "1 of 1,778 files cannot be read as pictures and is left out (3/half.png" in " ".join(out.split())
