"""A diagnosis on the screen: the same words as its text, colors by verdict, plain in a log file."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from fathom.diagnosis.diagnose import diagnose
from fathom.report.terminal import show

FOUND = diagnose({"train": (70, 7000), "dev": (110, 1000)}, references={"linear": 0.2}, sealed={"test": 114})


def printed(**options):
    file = io.StringIO()
    show(FOUND, Console(**{"file": file, "width": 80, "highlight": False, **options}))
    return file.getvalue()


def test_a_log_file_has_the_plain_text():
    assert printed().rstrip("\n") == str(FOUND)


def test_a_terminal_has_colors_by_verdict():
    text = printed(force_terminal=True, color_system="standard", legacy_windows=False)
    assert "\x1b[1;31mhigh" in text
    assert "\x1b[32mlow" in text


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_line_is_wider_than_the_console(width):
    assert max(map(len, printed(width=width).splitlines())) <= max(width, 75)


def test_bars_without_blocks_where_the_encoding_has_none():
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    show(FOUND, Console(file=file, width=80))
    file.flush()
    text = file.buffer.getvalue().decode("ascii")
    assert "###" in text
