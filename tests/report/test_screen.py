import io

import pytest
from rich.console import Console

from fathom.core.records.experiment import Experiment
from fathom.core.records.finding import Finding
from fathom.core.records.history import Epoch, History
from fathom.core.records.settings import Settings
from fathom.report import screen
from fathom.report.progress import progress_bar


@pytest.fixture
def plain():
    return Console(file=io.StringIO(), width=60, highlight=False)


def printed(console):
    return console.file.getvalue().splitlines()


def test_text_wraps_under_itself_without_trailing_blanks(plain):
    screen.line(plain, "data", "word " * 30)
    lines = printed(plain)
    assert lines[0].startswith("data       word")
    assert all(part.startswith(" " * 11 + "word") for part in lines[1:])
    assert all(part == part.rstrip() and len(part) <= 60 for part in lines)


def test_a_table_is_kept_as_it_is(plain):
    screen.block(plain, "split", "       rows\ntrain    10")
    assert printed(plain) == ["split             rows", "           train    10"]


def test_markup_in_data_is_no_markup(plain):
    screen.line(plain, "data", "[red]x[/red] {braces} [/]")
    assert printed(plain) == ["data       [red]x[/red] {braces} [/]"]


def test_errors_come_first_and_many_findings_are_cut(plain):
    found = [Finding(id=f"a.b.c{i}", severity="info", what=f"thing {i}") for i in range(12)]
    screen.findings(plain, [*found, Finding(id="a.b.bad", severity="error", what="bad", fix="Mend it.")], most=3)
    assert [part.split()[0] for part in printed(plain)] == ["error", "info", "info", "and"]
    assert "bad Mend it." in printed(plain)[0]


def test_the_end_of_a_training_is_one_line(plain):
    epochs = [
        Epoch(epoch=i, J=1.0 / i, data_term=0.0, penalty=0.0, learning_rate=0.1, weight_norm=1.0, updates=5 * i) for i in (1, 2, 3, 4)
    ]
    screen.trained(plain, History(epochs, best_epoch=2, seconds=1.5))
    assert " ".join(printed(plain)).split() == [
        "1.5",
        "s,",
        "20",
        "updates,",
        "J",
        "1",
        "to",
        "0.25;",
        "early",
        "stopping",
        "kept",
        "epoch",
        "2",
        "of",
        "4",
    ]


def test_the_settings_say_what_they_are_elsewhere(plain):
    made = {"data": {}, "net": "mlp", "shape": "2-8-1", "parameters": 33, "rows": {"train": 211}, "features": 2}
    screen.experiment(plain, Experiment(settings=Settings(l2=0.7, epochs=3), **made))
    text = " ".join(" ".join(printed(plain)).split())
    assert text.endswith("l2 0.7 the same l2 0.7: weight_decay 0.0033 at m = 211, `0.7/211`, on weights alone")
    count = len(printed(plain))
    screen.experiment(plain, Experiment(settings=Settings(epochs=3), **made))
    assert not any("the same" in part for part in printed(plain)[count:])


def test_no_bar_where_nobody_looks(capsys):
    with progress_bar() as move:
        assert move is None
    with progress_bar(shown=True) as move:
        move(1, 2, "epoch 1/2")
    assert capsys.readouterr().out == ""
