"""On a sound set-up there is no finding of severity error, and the module is bit for bit as before."""

from __future__ import annotations

import pytest

import fathom
from fathom.testing.faults.judge import alarms
from fathom.testing.faults.planted.catalogue import planted_faults
from fathom.testing.faults.sound.catalogue import sound_set_ups
from tests.checks.untouched_oracle import fingerprint

SOUND = sound_set_ups()
HERE = [s for s in SOUND if "transformers" not in s.name]
QUICK = {s.name for s in HERE[::16]}


def marked(set_up):
    return pytest.param(set_up, marks=[] if set_up.name in QUICK else [pytest.mark.slow], id=set_up.name)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("set_up", [marked(s) for s in SOUND])
def test_a_sound_set_up_has_no_error_and_is_left_as_it_was(set_up):
    built = set_up.build()
    before = fingerprint(built.net, built.inputs, built.targets)
    check = fathom.check_model(built.net, built.loss, built.inputs, built.targets, forward=built.forward)
    after = fingerprint(built.net, built.inputs, built.targets)
    assert [key for key in before if before[key] != after[key]] == []
    assert alarms(check.findings) == [], str(check)
    assert check.ok


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("set_up", planted_faults()[::4], ids=lambda s: s.name)
def test_a_faulty_module_too_is_left_as_it_was(set_up):
    built = set_up.build()
    before = fingerprint(built.net)
    fathom.check_model(built.net, built.loss, built.inputs, built.targets, forward=built.forward)
    after = fingerprint(built.net)
    assert [key for key in before if before[key] != after[key]] == []


def test_there_are_enough_and_enough_that_nobody_here_wrote():
    assert len(HERE) >= 60
    assert sum(s.foreign for s in HERE) >= 15  # those of `transformers` come on top, where it is installed


def test_the_fingerprint_sees_a_change():
    built = HERE[0].build()
    before = fingerprint(built.net, built.inputs)
    with_mode = built.net.train(not built.net.training)
    assert fingerprint(with_mode, built.inputs)["modes"] != before["modes"]
    parameter = next(built.net.parameters())
    parameter.data.flatten()[0] += 1
    assert fingerprint(built.net, built.inputs)["parameters"] != before["parameters"]
