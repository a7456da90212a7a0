"""The recipe on planted situations: the right knob first, and an end that says which it is."""

from __future__ import annotations

import json

import numpy as np
import pytest

import fathom
from fathom.core.exceptions import UnusableInput
from fathom.core.records.logbook import LoggedExperiment
from fathom.recipe.improve import improve
from fathom.recipe.told import Told

QUICK = {"references": False, "budget": 60}


def arrays(X, y):
    return fathom.split(fathom.load((X, y)), seed=0)


@pytest.fixture(scope="module")
def rings():
    """No line tells these apart: a net without hidden layers underfits."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 2))
    return arrays(X, (np.hypot(*X.T) > 1.2).astype(int))


@pytest.fixture(scope="module")
def noisy():
    """Two columns tell, 28 do not, and every tenth label is wrong: a net learns all of train by heart."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(900, 30))
    y = (X[:, 0] + X[:, 1] > 0) ^ (rng.random(900) < 0.1)
    return arrays(X, y.astype(int))


@pytest.fixture(scope="module")
def short():
    """The same, made for speed: what is measured of it means nothing."""
    rng = np.random.default_rng(2)
    X = rng.normal(size=(300, 10))
    return arrays(X, ((X[:, 0] > 0) ^ (rng.random(300) < 0.1)).astype(int))


def names(log):
    return [e.remedy.name for e in log.experiments]


def test_planted_bias_is_cured_by_a_bigger_net_first(rings):
    """C2W1-13: a line cannot bend; the first idea is a bigger network, and it helps."""
    log = improve(rings, net="logistic", human=0.0, goal=0.12, epochs=40, **QUICK)
    first = log.experiments[0]
    assert (first.remedy.name, first.remedy.gap, first.outcome) == ("wider", "avoidable_bias", "kept")
    assert "avoidable bias is high" in first.reason
    assert log.changes["net"] == "mlp"
    assert log.best.errors["dev"].mean() < 0.2 < log.experiments[0].before


def test_planted_variance_is_met_with_l2_first(noisy):
    """C2W1-14: train is learned by heart; twelve values of l2 at once, and one of them is better."""
    log = improve(noisy, human=0.1, goal=0.15, hidden=(32,), epochs=60, **QUICK)
    first = log.experiments[0]
    assert (first.remedy.name, first.outcome, len(first.tried)) == ("l2", "kept", 12)
    assert log.changes["l2"] > 0
    assert log.after["dev"].estimate.value < log.before["dev"].estimate.value
    assert log.best.settings.l2 == log.changes["l2"]


def test_the_goal_stops_it_and_test_is_opened_once(rings):
    log = improve(rings, goal=0.5, human=0.0, epochs=5, **QUICK)
    assert (log.ending, log.experiments) == ("goal met", ())
    assert len(log.best.openings) == 1
    assert "test" in log.after


def test_test_stays_sealed_where_asked(rings):
    log = improve(rings, goal=0.5, human=0.0, epochs=5, open_test=False, **QUICK)
    assert "test" in log.after.sealed
    assert log.best.openings == []


@pytest.fixture(scope="module")
def few():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(150, 8))
    return arrays(X, (X[:, 0] + 0.8 * rng.normal(size=150) > 0).astype(int))


def test_dev_that_cannot_tell_is_said_to(few):
    """C3W1-13: thirty dev examples show no difference under some ten points."""
    log = improve(few, human=0.1, hidden=(16,), epochs=30, **QUICK)
    assert log.ending == "dev cannot tell"
    assert "with n = 30 dev shows differences from about" in log.says
    assert "larger dev set" in log.next[0]


def test_low_bias_and_variance_end_it(rings):
    """C2W1-14: done at low bias and low variance."""
    log = improve(rings, human=0.0, tolerance=0.3, epochs=40, **QUICK)
    assert (log.ending, names(log)) == ("sound", [])


def test_the_budget_is_respected(noisy):
    log = improve(noisy, human=0.1, hidden=(32,), epochs=60, references=False, budget=0.2)
    assert log.ending == "budget"
    assert all(e.outcome == "not tried" for e in log.experiments)
    assert log.seconds < 6.0


def test_a_step_that_goes_over_the_budget_is_ended(noisy, monkeypatch):
    left = iter([100.0, 100.0, 100.0])  # when the step is begun, and twice while it trains
    monkeypatch.setattr("fathom.recipe.clock.Clock.left", property(lambda self: next(left, -1.0)))
    log = improve(noisy, human=0.1, hidden=(32,), epochs=60, **QUICK)
    assert log.ending == "budget"
    assert "in the middle of a step" in log.says
    assert log.experiments == ()
    assert len(log.best.openings) == 1


class Killed(Exception):
    pass


class Killer(Told):
    """Ends the process, as far as a test can, after so many steps."""

    def __init__(self, after):
        self.left = after

    def step(self, entry):
        self.left -= 1
        if self.left == 0:
            raise Killed


def timeless(log):
    text = json.loads(json.dumps(log.to_json()))
    for e in (text, *text["experiments"]):
        e["seconds"] = 0
    return text


ASKED = {"human": 0.1, "hidden": (8,), "epochs": 6, "open_test": False, **QUICK}


@pytest.fixture(scope="module")
def whole(short, tmp_path_factory):
    """Left alone: the logbook, and the folder of the best run."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    return improve(short, out=folder, **ASKED), folder


@pytest.mark.parametrize("after", [1, 2])
def test_killed_between_steps_it_resumes_to_the_same_logbook(short, whole, tmp_path, after):
    log, folder = whole
    assert len(log.experiments) > after
    with pytest.raises(Killed):
        improve(short, out=tmp_path / "run", told=Killer(after), **ASKED)
    assert not (tmp_path / "run" / "run.json").exists()
    resumed = improve(short, out=tmp_path / "run", **ASKED)
    assert timeless(resumed) == timeless(log)
    assert np.array_equal(resumed.best.errors["dev"], log.best.errors["dev"])
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == sorted(p.name for p in folder.iterdir())


def test_interrupted_it_keeps_what_is_done_and_goes_on(noisy, tmp_path):
    asked = {"human": 0.1, "hidden": (32,), "epochs": 40, "open_test": False, **QUICK}

    def stop(done, total, text):
        if not text.startswith(("plain fit", "l2", "keeping")):
            raise KeyboardInterrupt

    log = improve(noisy, out=tmp_path / "run", progress=stop, **asked)
    assert (log.ending, names(log)) == ("interrupted", ["l2"])
    again = improve(noisy, out=tmp_path / "run", **asked)
    assert again.ending != "interrupted"
    assert names(again)[0] == "l2"
    assert len(names(again)) > 1
    assert timeless(again)["experiments"][0] == timeless(log)["experiments"][0]


def test_another_question_does_not_go_on(short, tmp_path):
    asked = {"hidden": (16,), "epochs": 25, **QUICK}
    with pytest.raises(Killed):
        improve(short, human=0.1, out=tmp_path / "run", told=Killer(1), **asked)
    with pytest.raises(UnusableInput, match="another human level"):
        improve(short, human=0.05, out=tmp_path / "run", **asked)


def test_a_folder_with_a_run_is_refused(rings, tmp_path):
    asked = {"goal": 0.5, "human": 0.0, "epochs": 5, **QUICK}
    improve(rings, out=tmp_path / "run", **asked)
    with pytest.raises(UnusableInput, match="a run that is there already"):
        improve(rings, out=tmp_path / "run", **asked)


def test_the_folder_is_a_run_with_a_logbook(rings, tmp_path):
    log = improve(rings, net="logistic", human=0.0, goal=0.12, epochs=40, out=tmp_path / "run", **QUICK)
    opened = fathom.open_run(tmp_path / "run")
    assert np.array_equal(opened.errors["dev"], log.best.errors["dev"])
    kept = json.loads((tmp_path / "run" / "logbook.json").read_text())
    assert [LoggedExperiment.from_json(e) for e in kept["experiments"]] == list(log.experiments)
    page = (tmp_path / "run" / "logbook.html").read_text()
    assert "1. Wider" in page
    assert "script" not in page
    assert log.looks.counts == {"improve": 1 + sum(bool(e.tried) for e in log.experiments)}


def test_the_story_reads_at_80_columns(rings):
    log = improve(rings, net="logistic", human=0.0, goal=0.12, epochs=40, **QUICK)
    lines = str(log).splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines if line.startswith("     ") and line[5] != " "][:5] == [
        "net",
        "result",
        "idea",
        "experiment",
        "result",
    ]


@pytest.mark.parametrize(
    ("arguments", "match"),
    [({"budget": "soon"}, "a time as in 90s"), ({"hiden": (3,)}, "hidden"), ({"goal": -1}, "goal")],
)
def test_what_cannot_be_asked(rings, arguments, match):
    with pytest.raises(UnusableInput, match=match):
        improve(rings, epochs=2, **{**QUICK, **arguments})


def test_no_dev_is_refused():
    with pytest.raises(UnusableInput, match="a dev set to judge by"):
        improve(fathom.split(fathom.sample("wine"), dev_size=0), epochs=2)
