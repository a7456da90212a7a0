"""The example of a folder of pictures runs, and what it claims holds."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "photos.py"


@pytest.mark.slow
def test_lenet_names_new_files(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("photos_example", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not module.STAMPS.is_dir():
        pytest.skip("tuxpaint-stamps-default is not installed (apt-get install tuxpaint-stamps-default)")
    module.main(module.STAMPS, tmp_path)  # asserts what it claims
    out = " ".join(capsys.readouterr().out.split())
    assert "1 of 362 files cannot be read as pictures and is left out (food/half.png" in out
