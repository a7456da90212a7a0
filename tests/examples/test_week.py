"""The week of the course: short scripts through the public face, whose assertions hold, and the page that they fill."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEEK = ROOT / "examples" / "week"
OUTSIDE = {"fathom", "numpy", "torch", "plotly", "polars", "math"}
QUICK = ("06", "10", "12", "13", "14", "exercise")
"""What runs with every `make test`; the others take some seconds each and run with `make slow` and `make week`."""


def module(name: str):
    """A file of examples/week as a module; they import each other by name, as in `python examples/week/make_page.py`."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, WEEK / f"{name}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


section, page = module("section"), module("page")
SCRIPTS = section.scripts()
EACH = pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.stem)


def imports(script: Path) -> set[str]:
    tree = ast.parse(script.read_text(encoding="utf-8"))
    plain = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    return plain | {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}


def test_there_is_a_script_for_each_lecture_and_exercise():
    lectures = [s.name[:2] for s in SCRIPTS if s.name[0].isdigit()]
    assert lectures == [f"{i:02d}" for i in range(1, 15)]
    assert [s.stem for s in SCRIPTS if s.name[0] == "e"] == [
        "exercise_1_initialization",
        "exercise_2_regularization",
        "exercise_3_gradient_checking",
    ]


@EACH
def test_a_script_is_short_and_uses_the_public_face_alone(script):
    assert len(script.read_text(encoding="utf-8").splitlines()) <= 40
    names = imports(script)
    assert {name.split(".")[0] for name in names} <= OUTSIDE
    assert not {name for name in names if name.startswith("fathom.")}, "import fathom, and nothing from inside it"


@EACH
def test_a_script_says_its_rows_and_asserts_something(script):
    known = section.about(script)
    assert known["title"]
    assert known["course"]
    assert known["rows"]
    assert all(row.startswith("C2W1-") and 1 <= int(row[5:]) <= 61 for row in known["rows"])
    assert any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))))


@pytest.mark.parametrize(
    "script", [pytest.param(s, marks=() if s.stem.startswith(QUICK) else pytest.mark.slow) for s in SCRIPTS], ids=lambda s: s.stem
)
def test_a_script_holds(script, capsys):
    done = section.run(script)
    assert not done.problem, done.problem
    assert done.checked
    assert done.head
    assert all(len(row) == len(done.head) for row in done.cells)
    assert done.figures or script.name.startswith("14"), "a table says it, or a figure too"
    assert all(json.loads(figure)["data"] for figure in done.figures)


# the page


def written(folder: Path, name: str, body: str) -> Path:
    script = folder / f"{name}.py"
    script.write_text(f'"""A title.\n\nWhat is said.\n\nRows: C2W1-01.\n"""\n{body}', encoding="utf-8")
    return script


SOUND = """import polars as pl, plotly.graph_objects as go
table = pl.DataFrame({"a < b": ["1.5%", "20%"], "what": ["x", "<script>"]})
figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4]))
checked = "It is 20%."
print(table)
"""


def test_the_page_shows_what_holds_and_what_does_not(tmp_path):
    good = section.run(written(tmp_path, "01_sound", SOUND))
    bad = section.run(written(tmp_path, "02_wrong", SOUND.replace("print(table)", 'assert 1 == 2, "one is not two"')))
    assert not good.problem
    assert "one is not two" in bad.problem
    assert not bad.figures
    html = page.page([good, bad], 1.0, tmp_path / "page.html")
    assert "1 of 2 scripts hold" in html
    assert '<p class="alert">1 do' in html
    assert html.count('class="checked"') == html.count('class="problem"') == 1
    assert "It is 20%." in html
    assert "a &lt; b" in html
    assert "<td>&lt;script&gt;</td>" in html
    assert html.count('<td class="right">') == 2
    assert html.count("Plotly.newPlot(") - page.get_plotlyjs().count("Plotly.newPlot(") == 1


def test_a_page_of_scripts_that_hold_has_nothing_in_red_and_needs_no_network(tmp_path):
    html = page.page([section.run(written(tmp_path, "01_sound", SOUND))], 1.0, tmp_path / "page.html")
    own = html.replace(page.get_plotlyjs(), "")
    assert 'class="alert"' not in own
    assert 'class="problem"' not in own
    assert not re.search(r"(src|href)=\"?(https?:)?//", own)
    assert 'href="01_sound.py"' in own


def test_a_script_that_leaves_no_table_is_named(tmp_path):
    assert "KeyError: 'table'" in section.run(written(tmp_path, "01_empty", "x = 1\n")).problem


def test_only_takes_numbers_and_beginnings_of_names():
    make_page = module("make_page")
    assert [s.name[:2] for s in make_page.chosen(["4", "11"])] == ["04", "11"]
    assert [s.stem for s in make_page.chosen(["exercise_1"])] == ["exercise_1_initialization"]
    assert make_page.chosen([]) == SCRIPTS
    with pytest.raises(SystemExit, match="got 99"):
        make_page.chosen(["99"])
