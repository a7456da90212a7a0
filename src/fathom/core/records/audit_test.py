"""One statistical test of an audit."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class AuditTest(Record):
    """What a test was about, and its p.

    Attributes:
        id: of the finding that it would make.
        what: what was tested.
        p: of the test by itself.
        adjusted: Holm's adjustment over all tests of the audit; a finding is made where it is at most the audit's level.

    Example:
        >>> print(AuditTest(id="data.shift.test", what="dev and test are of one distribution", p=0.3, adjusted=0.6))
        dev and test are of one distribution: p = 0.3, adjusted 0.6 [data.shift.test]
    """

    id: str
    what: str
    p: float
    adjusted: float

    def __str__(self) -> str:
        return f"{self.what}: p = {self.p:.2g}, adjusted {self.adjusted:.2g} [{self.id}]"
