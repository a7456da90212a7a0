"""The judge: whether the findings about a set-up are what its author knows to be so."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable

from fathom.core.records.finding import Finding
from fathom.testing.faults.set_up import SetUp

LOUD = ("warning", "error")


def caught(set_up: SetUp, findings: Iterable[Finding]) -> bool:
    """Whether the fault was caught.

    One of the ids must be there, of severity warning or error. A wrong gradient must be an error, and must name one or more of
    the parameters that are wrong, and none that is right.
    """
    mine = [finding for finding in findings if finding.id in set_up.caught_by]
    if not set_up.named:
        return any(finding.severity in LOUD for finding in mine)
    wrong = [finding for finding in mine if finding.severity == "error"]
    said = frozenset().union(*(parameters_named(finding, _names(set_up)) for finding in wrong))
    return bool(said) and said <= set_up.named


def alarms(findings: Iterable[Finding]) -> list[Finding]:
    """Findings of severity error: on a sound set-up, false alarms."""
    return [finding for finding in findings if finding.severity == "error"]


def parameters_named(finding: Finding, names: Collection[str]) -> frozenset[str]:
    """Which of `names` a finding names as wrong: in its evidence where that has a key "parameters", else in its place.

    Example:
        >>> found = Finding(id="check.gradient.wrong", severity="error", what="", where="0.weight")
        >>> sorted(parameters_named(found, ["0.weight", "10.weight"]))
        ['0.weight']
    """
    listed = finding.evidence.get("parameters")
    text = json.dumps(listed, default=str) if listed is not None else finding.where
    return frozenset(name for name in names if re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", text))


def _names(set_up: SetUp) -> list[str]:
    return [name for name, _ in set_up.build().net.named_parameters()]
