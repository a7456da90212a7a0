"""What a check of an audit is: a function of the subject, which says what it saw and what it would test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from fathom.core.records.finding import Finding
from fathom.data.auditing.subject import Subject

LARGE = 0.05
"""A share of a role from which on what crosses roles is an error and no longer a warning."""


class Suspect(NamedTuple):
    """A finding that stands only where its p survives Holm's adjustment over all tests of the audit.

    Attributes:
        p: of the test.
        what: what was tested, as it reads where nothing was found.
        finding: what is said where it was.
    """

    p: float
    what: str
    finding: Finding


@dataclass(frozen=True)
class Seen:
    """What one check saw.

    Attributes:
        findings: what stands by itself.
        suspects: what a test must uphold.
        approximate: sentences on what was sampled.
        left: why the check could not be made; empty where it was.
    """

    findings: tuple[Finding, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    approximate: tuple[str, ...] = ()
    left: str = ""


class Check(NamedTuple):
    """One check of the audit.

    Attributes:
        id: the beginning of its findings' ids.
        name: what it looks for, as a list of checks reads.
        look: carries it out.
        wants: seconds that it will take, from the shape alone (never from a clock, so that the same splits get the same
            checks everywhere); None where it is never part of a fit.
    """

    id: str
    name: str
    look: Callable[[Subject], Seen]
    wants: Callable[[Subject], float] | None


def severity_of(share: float) -> str:
    """Of what crosses roles: a warning, from `LARGE` on an error."""
    return "error" if share >= LARGE else "warning"
