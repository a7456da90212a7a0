"""What dev can tell apart and which interval test will give, as findings (C2W1-05, C3W1-13, C3W1-14)."""

from __future__ import annotations

from collections.abc import Mapping

from fathom.core.percent import percent
from fathom.core.records.estimate import Estimate
from fathom.core.records.finding import Finding
from fathom.diagnosis.sizes import tells


def tells_apart(dev: Estimate | None) -> Finding | None:
    """From which improvement on this dev set can show it; None where the error is no plain rate of counted examples."""
    if dev is None or dev.method != "wilson" or not dev.n or dev.value == 0:
        return None
    found = tells(dev.n, dev.value)
    if found.paired is None:
        wrong = round(dev.value * dev.n)
        what = f"With {wrong:,} wrong of {dev.n:,} dev cannot show that another net is better, not even one without errors."
    else:
        other = "" if found.unpaired is None else f"; {_points(found.unpaired)} on other examples"
        what = f"dev (n = {dev.n:,}) shows that a net is better, four times in five, from {_points(found.paired)} points on{other}."
    return Finding(
        id="diagnosis.dev.tells_apart",
        severity="info",
        what=what,
        where="dev",
        evidence=found.to_json(),
        cause="" if found.paired is None else f"as many examples in discord as are wrong, {percent(found.discord)}%, are assumed",
    )


def test_will_give(dev: Estimate | None, sealed: Mapping[str, int]) -> Finding | None:
    """The interval that the sealed test set will give where its error is dev's."""
    n = sealed.get("test", 0)
    if dev is None or dev.method != "wilson" or n < 1:
        return None
    found = tells(n, dev.value)
    what = f"test (n = {n:,}) will know an error like dev's to {percent(found.low)} to {percent(found.high)}%."
    return Finding(id="diagnosis.test.interval", severity="info", what=what, where="test", evidence=found.to_json())


def _points(difference: float) -> str:
    return percent(difference) if difference >= 0.001 else percent(difference, 2)
