"""'More data' is priced where a curve is at hand, and put last where it will not help."""

from __future__ import annotations

import pytest

from fathom.core.exceptions import UnusableInput
from fathom.core.records.curve_point import CurvePoint
from fathom.core.records.estimate import Estimate
from fathom.core.records.learning_curve import LearningCurve
from fathom.core.records.power_law import PossibleLaw, PowerLaw
from fathom.diagnosis.diagnose import diagnose


def curve(verdict, b=0.5, share=0.0, against="rows"):
    law = PowerLaw(at=600, possible=(PossibleLaw(weight=1.0, b=b, share=share, level=0.11, sd=0.004),))
    point = CurvePoint(size=600, nets=8, train=0.01, error=law.error(600), spread=0.0)
    twice = law.error(1200)
    return LearningCurve(headline="", against=against, verdict=verdict, points=(point,), law=law, twice=twice, gain=law.gain(1200))


def steps(**more):
    return diagnose({"train": (6, 600), "dev": (22, 200)}, human=0.0, **more).steps


def test_twice_the_data_has_its_price():
    found = steps(curve=curve("helps"))
    assert found[0].what == "more data"
    assert found[0].why == "twice the rows: 11.0% to 7.8% (7.3 to 8.2) by the learning curve"
    assert [s.what for s in found] == [s.what for s in steps()]


def test_data_that_will_not_help_come_last():
    found = steps(curve=curve("will not help", share=1.0))
    assert found[-1].what == "more data"
    assert "will not help: twice the rows bring 11.0% to 11.0%" in found[-1].why
    assert sorted(s.what for s in found) == sorted(s.what for s in steps())


def test_a_curve_that_cannot_tell_says_so():
    assert "cannot tell yet" in steps(curve=curve("unclear"))[0].why


def test_a_curve_of_widths_is_no_price_of_data():
    with pytest.raises(UnusableInput, match="against rows"):
        steps(curve=curve("helps", against="width"))


def test_an_estimate_is_what_it_says():
    assert curve("helps").at(1200) == curve("helps").twice
    assert isinstance(curve("helps").gain, Estimate)
