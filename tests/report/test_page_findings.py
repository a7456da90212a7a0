"""Findings: each once, errors first, with cause and fix."""

from __future__ import annotations

from fathom.core.records.finding import Finding
from fathom.report.page_findings import MOST, findings, ordered


def made(severity, what="x.", **more):
    return Finding(id=f"a.b.{severity}", severity=severity, what=what, **more)


def test_errors_come_first_and_each_once():
    found = [made("info"), made("warning"), made("error"), made("info"), made("info", where="b")]
    assert [f.severity for f in ordered(found)] == ["error", "warning", "info", "info"]


def test_cause_and_fix_are_said_apart():
    assert "<em> Likely cause: c.</em> f." in findings([made("error", cause="c.", fix="f.")])


def test_nothing_found_is_no_section():
    assert findings([]) is None


def test_many_findings_are_cut():
    drawn = findings([made("info", f"{i}.") for i in range(MOST + 7)])
    assert drawn.count("<li>") == MOST
    assert "And 7 more" in drawn
