"""The benchmark of the engine: its arithmetic, its guard against a busy machine, its rounds, and a smoke run of the torch rows."""

from __future__ import annotations

import io
import json
import os
import statistics
import time

import numpy as np
import pytest
import torch

from benchmarks.engine import __main__ as program
from benchmarks.engine import quiet, summary, targets, worker
from benchmarks.engine.cases import CASES, LENET, MEMBERS, MIDDLE, SMALL, operations, parameters, rates
from benchmarks.engine.page import other_threads, page
from benchmarks.engine.peers.table import BY_NAME, DENSE, FIT, FIT_LOOP, FLOOR, KERAS, LOOP, PLAIN, STACKED
from benchmarks.engine.plan import ONE_RATE, Block, Entry, blocks
from benchmarks.engine.quiet import Guard, Sample
from benchmarks.engine.ratios import Spread, best, pays_up_to, times_as_fast
from benchmarks.engine.rounds import Measuring, Result, Way
from benchmarks.engine.timing import Asked, Timing
from benchmarks.engine.torch_nets import module, size
from benchmarks.engine.workers import PeerFailed, environment


def timing(seconds, steps=100, **more):
    return Timing(seconds=seconds, call=2 * seconds, steps=steps, parameters=4130, loss=0.5, more=more)


def result(case=SMALL, members=16, *, whole=False, **seconds):
    """A result whose entries took so many seconds of 100 steps, one number a round."""
    entries = tuple(Entry(BY_NAME[name.removesuffix(ONE_RATE)], not name.endswith(ONE_RATE)) for name in seconds)
    made = Result(Block(case, members, entries, 1, whole))
    made.ways = dict.fromkeys(seconds, Way(1, ""))
    made.timings = {name: [timing(s) for s in values] for name, values in seconds.items()}
    return made


# arithmetic


def test_a_ratio_is_taken_within_rounds_and_then_its_median():
    ours, theirs = np.array([1.0, 4.0, 2.0, 1.0, 8.0]), np.array([3.0, 8.0, 2.0, 5.0, 8.0])
    found = times_as_fast(list(ours), list(theirs))
    assert found.median == np.median(theirs / ours) == 2.0
    assert (found.low, found.high) == ((theirs / ours).min(), (theirs / ours).max())
    assert found.median != statistics.median(theirs) / statistics.median(ours)


def test_rounds_of_different_length_are_not_compared():
    with pytest.raises(ValueError, match="longer|shorter"):
        times_as_fast([1.0], [1.0, 2.0])


def test_the_best_is_of_the_medians_not_of_the_luckiest_round():
    assert best({"a": [9.0, 0.1, 9.0], "b": [2.0, 2.0, 2.0], "c": []}, ["a", "b", "c", "absent"]) == "b"
    assert best({}, ["a"]) is None


@pytest.mark.parametrize(
    ("medians", "said"),
    [
        ({4: 2.0, 16: 3.0, 64: 1.1}, "at every K measured, up to 64"),
        ({4: 2.0, 16: 1.2, 64: 0.9}, "up to K = 16"),
        ({4: 0.9, 16: 2.0}, "at no K measured"),
    ],
)
def test_up_to_which_k_stacking_pays(medians, said):
    assert str(pays_up_to({k: Spread(m, m, m) for k, m in medians.items()})) == said


def test_operations_and_parameters_are_those_of_the_nets():
    for case in CASES:
        net = module(case)
        assert parameters(case) == size(net)
        counted = _counted(net, torch.zeros(case.batch, *case.image))
        assert operations(case) == counted


def _counted(net, X):
    """By torch's own counter of operations, the gradient of the inputs not wanted."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        net(X).sum().backward()
    return counter.get_total_flops()


def test_a_rate_for_each_or_one_for_all():
    assert rates(16, each=False) == [1e-3] * 16
    assert np.allclose(rates(16, each=True), np.geomspace(3e-4, 3e-3, 16))
    assert rates(1, each=True) == [1e-3]


# what the note reads from the numbers


def test_targets_are_read_from_their_own_block_with_one_rate_or_many():
    plain, keras = [8.0, 8.0, 8.0], [5.0, 6.0, 5.0]
    one = result(MIDDLE, 16, **{PLAIN.name: plain, KERAS.name: keras, DENSE.name: [2.0, 2.0, 2.0], DENSE.name + ONE_RATE: [1.0, 1.0, 1.0]})
    other = result(SMALL, 64, **{KERAS.name: [11.0], DENSE.name: [1.0]})
    found = {t: summary.of_target([one, other], t) for t in targets.TARGETS}
    by = {(t.case, t.members, t.each, t.beside): (r.median if r else None, targets.verdict(r, t.least)) for t, r in found.items()}
    assert by == {
        (SMALL.name, 64, True, "best peer"): (11.0, "missed"),
        (MIDDLE.name, 16, True, "best peer"): (2.5, "met"),
        (MIDDLE.name, 16, True, "plain loop"): (4.0, "met"),
        (MIDDLE.name, 16, False, "best peer"): (5.0, "met"),
        (MIDDLE.name, 16, False, "plain loop"): (8.0, "met"),
        (MIDDLE.name, 1, True, "best peer"): (None, "not measured"),
    }


def test_the_plan_of_another_net_is_the_faster_of_stacked_and_loop():
    assert summary.ours(result(LENET, 4, **{STACKED.name: [2.0], LOOP.name: [1.0]}), each=True) == LOOP.name
    assert summary.ours(result(LENET, 4, **{STACKED.name: [1.0], LOOP.name: [2.0]}), each=True) == STACKED.name
    assert summary.ours(result(SMALL, 4, **{STACKED.name: [1.0], DENSE.name: [2.0]}), each=True) == DENSE.name


def test_slower_than_the_plain_loop_counts_only_in_every_round():
    slow = result(SMALL, 1, **{PLAIN.name: [1.0, 1.0], DENSE.name: [1.2, 1.3]})
    noisy = result(MIDDLE, 1, **{PLAIN.name: [1.0, 1.0], DENSE.name: [1.2, 0.9]})
    said = targets.never_slower(summary.beside_the_loop([slow, noisy]))
    assert len(said) == 1
    assert said[0].startswith("30-64-32-2, K = 1 ")


def test_stacking_is_beside_the_same_round_or_beside_a_single_net():
    one = result(SMALL, 1, **{DENSE.name: [3.0, 2.0, 4.0]})
    many = result(SMALL, 4, **{DENSE.name: [1.0, 2.0, 1.0], STACKED.name: [1.0, 1.0, 2.0], LOOP.name: [3.0, 4.0, 4.0]})
    assert summary.stacking([one, many], SMALL, STACKED.name, LOOP.name) == {4: Spread(3.0, 2.0, 4.0)}
    assert summary.stacking([one, many], SMALL, DENSE.name, DENSE.name) == {4: Spread(3.0, 1.0, 4.0)}


def test_overhead_is_seconds_an_epoch_over_the_loop_of_the_same_round():
    made = Result(Block(SMALL, 1, (Entry(FIT, True), Entry(FIT_LOOP, True)), 10, whole=True))
    made.timings = {FIT.name: [timing(0.3, measured=12.0), timing(0.1, measured=12.0)], FIT_LOOP.name: [timing(0.2), timing(0.2)]}
    ((case, found),) = summary.overheads([made])
    assert case == SMALL
    assert found["training"].low == pytest.approx(-10.0)
    assert found["training"].high == pytest.approx(10.0)
    assert found["call"].high == pytest.approx(20.0)


def test_the_note_says_what_was_left_out_and_what_failed():
    fine = result(SMALL, 4, **{PLAIN.name: [2.0], DENSE.name: [1.0]})
    fine.failed = {KERAS.name: "Keras on JAX: ImportError"}
    out = Result(Block(MIDDLE, 64, (Entry(PLAIN, True),), 1), left_out="a round would take 75 s")
    text = page([fine, out], hardware="a machine", date="2026-11-21", versions={"torch": "2"}, rounds=1, remarks=["Interrupted."])
    assert "Left out: a round would take 75 s." in text
    assert "ImportError" in text
    assert "**Interrupted.**" in text
    assert "| **fathom, dense** | 10,000.0 |" in text


def test_the_note_says_where_another_number_of_threads_than_fathoms_own_was_quicker():
    made = result(SMALL, 4, **{PLAIN.name: [2.0], DENSE.name: [1.0], LOOP.name: [1.0]})
    assert other_threads(made) == []
    made.ways = {PLAIN.name: Way(2, ""), DENSE.name: Way(2, ""), LOOP.name: Way(1, "")}
    assert other_threads(made) == ["fathom's own rule takes 1 thread for dense, where 2 were quicker."]


# the guard


def machine(*samples):
    """What a machine would say, one sample a look."""
    waiting = iter(samples)
    return lambda ids: next(waiting)


@pytest.mark.parametrize(("busy", "own", "said"), [(180, 180, False), (180, 165, False), (180, 150, True), (100, 0, True), (0, 0, False)])
def test_a_stretch_is_busy_when_others_use_over_a_tenth_of_the_cores(busy, own, said):
    guard = Guard(list, look=machine(Sample(1000, 500, 50), Sample(1200, 500 + busy, 50 + own)))
    assert guard.busy() is said


def test_a_short_stretch_goes_on_until_it_tells():
    looks = machine(Sample(0, 0, 0), Sample(40, 20, 0), Sample(120, 20, 0), Sample(150, 40, 0))
    guard = Guard(list, look=looks)
    assert [guard.busy(), guard.busy(), guard.busy(end=True)] == [False, True, True]


def test_where_the_machine_does_not_say_nothing_is_refused(tmp_path):
    assert quiet.sample([], tmp_path) is None
    assert not Guard(list, look=lambda ids: None).busy()


def test_the_first_line_of_stat_is_read_with_stolen_time_as_busy():
    assert quiet.of_machine("cpu  100 0 50 800 40 1 2 7 30 0") == (1000, 160)


@pytest.mark.skipif(not quiet.PROC.joinpath("stat").exists(), reason="no /proc here")
def test_our_own_work_is_not_that_of_others():
    before, cpu = quiet.sample([]), time.process_time()
    while time.process_time() < cpu + 0.3:
        pass
    after = quiet.sample([])
    assert after.own - before.own >= 0.25 * os.sysconf("SC_CLK_TCK")
    assert after.busy - before.busy >= after.own - before.own - 2


def test_a_busy_machine_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(program, "refusal", lambda: "Other processes use 80% of the cores.")
    assert program.main(["--rounds", "1"]) == 1
    assert "80%" in capsys.readouterr().err


# rounds


class Fake:
    """Peers that answer at once, and a guard that finds others in some rounds."""

    def __init__(self, seconds, busy=()):
        self.seconds, self.asked, self._busy = seconds, [], list(busy)

    def ask(self, peer, asked):
        self.asked.append((peer.name, asked))
        seconds = self.seconds[peer.name]
        if isinstance(seconds, Exception):
            raise seconds
        return timing(seconds(asked) if callable(seconds) else seconds)

    def begin(self):
        pass

    def busy(self, *, end=False):
        return end and bool(self._busy) and self._busy.pop(0)


def measured(fake, names, *, members=4, rounds=3, cores=2, before=None):
    made = Result(Block(SMALL, members, tuple(Entry(BY_NAME[name], True) for name in names), 1))
    Measuring(fake.ask, fake, cores, rounds, tries=1).measure(made, before)
    return made


def test_each_peer_gets_its_best_threads_and_option():
    def keras(asked):
        return 1.0 if (asked.threads, asked.option) == (2, "25") else 2.0

    fake = Fake({KERAS.name: keras, PLAIN.name: lambda asked: asked.threads, FLOOR.name: 0.1})
    found = measured(fake, [KERAS.name, PLAIN.name, FLOOR.name])
    assert found.ways == {KERAS.name: Way(2, "25"), PLAIN.name: Way(1, ""), FLOOR.name: Way(2, "")}
    assert found.seconds[KERAS.name] == [0.01] * 3


def test_a_round_in_which_others_worked_is_dropped_as_a_whole():
    fake = Fake({PLAIN.name: 1.0, DENSE.name: 0.5}, busy=[True, False, True])
    found = measured(fake, [PLAIN.name, DENSE.name])
    assert found.dropped == 2
    assert {name: len(t) for name, t in found.timings.items()} == {PLAIN.name: 3, DENSE.name: 3}


def test_a_machine_that_stays_busy_ends_the_block():
    fake = Fake({PLAIN.name: 1.0, DENSE.name: 0.5}, busy=[True] * 99)
    found = measured(fake, [PLAIN.name, DENSE.name])
    assert found.dropped == 9
    assert found.timings == {}


def test_the_order_differs_between_rounds():
    names = [PLAIN.name, DENSE.name, LOOP.name, STACKED.name]
    fake = Fake(dict.fromkeys(names, 1.0))
    measured(fake, names, rounds=6)
    turns = [name for name, asked in fake.asked if asked.seed]
    rounds = [tuple(turns[i : i + 4]) for i in range(0, len(turns), 4)]
    assert len(rounds) == 6
    assert all(sorted(r) == sorted(names) for r in rounds)
    assert len(set(rounds)) > 2


def test_a_peer_that_fails_is_out_and_the_others_go_on():
    fake = Fake({PLAIN.name: 1.0, KERAS.name: PeerFailed("Keras on JAX: no"), DENSE.name: 0.5})
    found = measured(fake, [PLAIN.name, KERAS.name, DENSE.name])
    assert found.failed == {KERAS.name: "Keras on JAX: no"}
    assert set(found.timings) == {PLAIN.name, DENSE.name}


def test_what_takes_too_long_is_left_out_unseen():
    before = result(SMALL, 4, **{PLAIN.name: [10.0], DENSE.name: [10.0]})
    fake = Fake({PLAIN.name: 1.0, DENSE.name: 1.0})
    found = measured(fake, [PLAIN.name, DENSE.name], members=16, before=before)
    assert found.left_out == "a round would take 80 s"
    assert fake.asked == []


def test_every_case_is_timed_at_every_k_and_fit_beside_the_loop():
    made = blocks(CASES, MEMBERS)
    assert {(b.case, b.members) for b in made if not b.whole} == {(case, k) for case in CASES for k in MEMBERS}
    assert [b.case.name for b in made if b.whole] == [case.name for case in CASES if case.dense]
    lenet = next(b for b in made if b.case == LENET and b.members == 4)
    assert DENSE not in [e.peer for e in lenet.entries]
    assert {e.name for e in lenet.entries} >= {STACKED.name, STACKED.name + ONE_RATE, LOOP.name}


# processes


def test_a_worker_answers_with_its_error_and_goes_on():
    questions = io.StringIO("\n".join(json.dumps(Asked(case=SMALL.name, members=k, epochs=1).to_json()) for k in (0, 1)))
    answers = io.StringIO()
    before = torch.get_num_threads()
    try:
        worker.serve(FLOOR.module, questions, answers)
    finally:
        torch.set_num_threads(before)
    first, second = map(json.loads, answers.getvalue().splitlines())
    assert second["steps"] == SMALL.steps_an_epoch
    assert second["seconds"] > 0
    assert first["steps"] == 0


def test_threads_that_a_process_cannot_change_are_set_before_it_starts():
    one, free = environment(1), environment(0)
    assert one["OMP_NUM_THREADS"] == one["NPROC"] == "1"
    assert "multi_thread_eigen=false" in one["XLA_FLAGS"]
    assert free["OMP_NUM_THREADS"] == str(program.cores())


@pytest.mark.slow
def test_a_quick_run_writes_a_note_and_its_numbers(tmp_path, capsys):
    assert program.main(["--quick", "--peers", PLAIN.name, DENSE.name, "--out", str(tmp_path)]) == 0
    (note,), (raw,) = tmp_path.glob("*.md"), tmp_path.glob("*.json")
    assert note.name.startswith("engine-quick_")
    text, record = note.read_text(encoding="utf-8"), json.loads(raw.read_text(encoding="utf-8"))
    assert "these times mean nothing" in text
    assert [r["members"] for r in record["results"]] == [1, 4]
    one, four = ({name: t for name, (t,) in r["timings"].items() if name != FLOOR.name} for r in record["results"])
    assert {t["steps"] for t in one.values()} == {100}
    assert {t["steps"] for t in four.values()} == {400}
    assert {t["parameters"] for t in (*one.values(), *four.values())} == {4130}
    assert all(0.0 < t["seconds"] <= t["call"] for t in (*one.values(), *four.values()))
    assert one[DENSE.name]["loss"] == pytest.approx(one[PLAIN.name]["loss"], rel=0.3)
    assert one[PLAIN.name]["loss"] < 0.5
    assert "K = 4: round 1 of 1" in capsys.readouterr().err


def test_ctrl_c_writes_what_is_finished(tmp_path, monkeypatch, capsys):
    def some(given, results):
        results.append(result(SMALL, 4, **{PLAIN.name: [2.0], DENSE.name: [1.0]}))
        raise KeyboardInterrupt

    monkeypatch.setattr(program, "measure", some)
    assert program.main(["--quick", "--out", str(tmp_path)]) == 130
    text = next(tmp_path.glob("*.md")).read_text(encoding="utf-8")
    assert "Interrupted: only what was finished is here." in text
    assert "| **fathom, dense** | 10,000.0 |" in text
