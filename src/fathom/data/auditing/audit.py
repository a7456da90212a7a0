"""`fathom.audit`: what would make the figures of a split worth less than they look."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from fathom.core.expectations import refuse, whole
from fathom.core.holm import holm
from fathom.core.records.audit import ORDER, Audit
from fathom.core.records.audit_test import AuditTest
from fathom.core.records.finding import Finding
from fathom.core.records.not_checked import NotChecked
from fathom.core.records.prepared import Prepared
from fathom.data.auditing import crossing, equal_rows, giveaways, scales, shift
from fathom.data.auditing.check import Check, Seen, Suspect
from fathom.data.auditing.near_copies import near_copies
from fathom.data.auditing.subject import Subject
from fathom.data.dataset import Dataset
from fathom.data.prepare import Prepare, prepare_splits
from fathom.data.splits import Splits, split

LEVEL = 0.01
"""The chance of one false finding among all tests of an audit."""

QUICK = 0.3
"""Seconds that the audit at the start of a fit may take."""

MENDED = ("data.scale.apart",)
"""What is said by an audit that was asked for, and needs no word where a fit is about to mend it."""

QUICK_ROWS, QUICK_NEIGHBORS = 2_000, 250


def _neighbors(subject: Subject) -> float:
    asked = sum(min(len(data), subject.neighbors) for data in subject.roles.values())
    return 0.002 + asked * len(subject.train) * (len(subject.prepare.names) * 1e-10 + 1.5e-9) + 4e-10 * subject.cells


def _single(subject: Subject) -> float:
    rows, columns = min(len(subject.train), subject.most), len(subject.train.inputs)
    return 0.001 + columns * (5e-5 + rows * (2e-7 + 4e-8 * len(subject.train.target.classes)))


CHECKS = (
    Check("data.leak.group", "groups in two roles", crossing.groups, lambda s: 0.0005 * len(s.train.columns) * 0.02 + 2e-8 * s.rows),
    Check("data.leak.time", "times of train after those of dev and test", crossing.times, lambda s: 0.0005 + 1e-8 * s.rows),
    Check("data.leak.target_copy", "columns that give the target away", giveaways.giveaways, _single),
    Check("data.leak.identifier", "identifiers among the inputs", giveaways.identifiers, lambda s: 4e-5 * len(s.train.inputs)),
    Check("data.labels.balance", "rare classes", scales.balance, lambda s: 0.0005 + 1e-7 * s.rows),
    Check("data.split.shared_rows", "equal rows in two roles", equal_rows.copies, lambda s: 0.001 + s.rows * 1.5e-6 + s.cells * 1e-8),
    Check("data.labels.conflict", "equal inputs with different labels", equal_rows.label_conflicts, lambda s: 0.001 + s.rows * 3e-7),
    Check(
        "data.scale.code",
        "odd scales",
        scales.scales,
        lambda s: 1e-4 * len(s.train.inputs) + 4e-8 * s.cells,
    ),
    Check("data.duplicates.near", "near copies in two roles", near_copies, _neighbors),
    Check("data.shift.labels", "classes of dev and test", shift.label_shift, None),
    Check("data.shift.test", "dev and test of one distribution", shift.shift, None),
)
"""In the order in which they are carried out."""


OF_COLUMNS = ("data.leak.target_copy", "data.leak.identifier", "data.scale.code", "data.shift.test")
"""Checks of columns: of a text they are left out, and of what stands beside it they are made alone."""

OF_WHOLE_ROWS = ("data.duplicates.near",)
"""Checks of distances between rows, which the indices of words do not have."""


@dataclass
class Seeing:
    """What has been seen so far."""

    findings: list[Finding] = field(default_factory=list)
    suspects: list[tuple[Check, Suspect]] = field(default_factory=list)
    approximate: list[str] = field(default_factory=list)
    left: list[NotChecked] = field(default_factory=list)
    done: list[Check] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def take(self, check: Check, seen: Seen, seconds: float) -> None:
        """Keep what one check saw."""
        self.findings += seen.findings
        self.suspects += [(check, suspect) for suspect in seen.suspects]
        self.approximate += seen.approximate
        self.seconds[check.id] = seconds
        if seen.left:
            self.left.append(NotChecked(id=check.id, name=check.name, reason=seen.left))
        else:
            self.done.append(check)

    def judged(self) -> tuple[tuple[AuditTest, ...], list[Finding], set[str]]:
        """The tests, the findings that they uphold, and the checks whose tests found something."""
        adjusted = holm([suspect.p for _, suspect in self.suspects])
        tests = tuple(AuditTest(id=s.finding.id, what=s.what, p=s.p, adjusted=p) for (_, s), p in zip(self.suspects, adjusted, strict=True))
        upheld = [(check, s.finding) for (check, s), p in zip(self.suspects, adjusted, strict=True) if p <= LEVEL]
        return tests, [finding for _, finding in upheld], {check.id for check, _ in upheld}


def audit(splits: Splits | Dataset, *, seed: int = 0) -> Audit:
    """Look for what would make the figures of a split worth less than they look.

    Equal rows and near copies in two roles, groups and times that leak, columns that give the target away or only name the rows, dev
    and test that are not of one distribution, equal inputs with different labels, rare classes, odd scales. Nothing is absolute: a near
    copy is nearer than the set's own rows lie to each other. All tests share one level: with clean data, one audit in a hundred has
    a finding by chance. Neither the order of the rows nor the unit of a column matters.

    Of a million rows some checks look at a sample; `approximate` says which and at how many.

    Args:
        splits: from `fathom.split`; a Dataset is split first.
        seed: of what is drawn and permuted.

    Returns:
        The findings, errors first, with what was looked for and not found, and every test with its p.

    Raises:
        UnusableInput: something else than splits, or data that cannot be prepared.

    Example:
        >>> import fathom
        >>> found = fathom.audit(fathom.split(fathom.sample("wine"), seed=0))
        >>> found.ok, [f.id for f in found]
        (True, ['data.scale.apart'])

    Source:
        C2W1-06, C2W1-11, C3W1-09. Lopez-Paz and Oquab 2017; Facco and others 2017; Holm 1979.
    """
    splits = split(splits) if isinstance(splits, Dataset) else splits
    if not isinstance(splits, Splits):
        raise refuse("`splits`", expected="Splits or a Dataset", got=type(splits).__name__, fix="use fathom.split(fathom.load(...))")
    begun = time.perf_counter()
    subject = Subject(splits, *prepare_splits(splits), seed=whole("seed", seed, low=-(2**63)))
    seeing = _carried_out(subject, CHECKS)
    tests, upheld, found_by = seeing.judged()
    own = [*seeing.findings, *upheld]
    loud = found_by | {check.id for check in seeing.done if any(_of(check, finding) for finding in own)}
    return Audit(
        name=splits.train.name,
        rows={role: len(data) for role, data in splits.roles.items()},
        columns=len(splits.train.inputs),
        findings=_ordered([*splits.findings, *own]),
        passed={check.id: check.name for check in seeing.done if check.id not in loud},
        not_done=tuple(seeing.left),
        tests=tests,
        approximate=tuple(seeing.approximate),
        level=LEVEL,
        seconds={**seeing.seconds, "in all": time.perf_counter() - begun},
    )


def quick_audit(splits: Splits, prepare: Prepare, prepared: Prepared) -> tuple[Finding, ...]:
    """The checks that together take under 0.3 s, as a fit makes them at its start; the others are named in one finding."""
    subject = Subject(splits, prepare, prepared, most=QUICK_ROWS, neighbors=QUICK_NEIGHBORS)
    chosen, left, planned = [], [], 0.0
    for check in CHECKS:
        wants = QUICK if check.wants is None else check.wants(subject)
        if planned + wants <= QUICK:
            chosen.append(check)
            planned += wants
        else:
            left.append(check)
    seeing = _carried_out(subject, chosen)
    seen = [finding for finding in (*seeing.findings, *seeing.judged()[1]) if finding.id not in MENDED]
    return _ordered([*seen, *_not_done([check.name for check in left])])


def _carried_out(subject: Subject, checks: Sequence[Check]) -> Seeing:
    seeing = Seeing()
    beside = subject.beside_text()
    for check in checks:
        looked_at = beside if check.id in OF_COLUMNS else subject
        if looked_at is None or (beside is not subject and check.id in OF_WHOLE_ROWS):
            seeing.take(check, Seen(left="made for columns, not for texts"), 0.0)
            continue
        begun = time.perf_counter()
        seen = check.look(looked_at)
        seeing.take(check, seen, time.perf_counter() - begun)
    return seeing


def _of(check: Check, finding: Finding) -> bool:
    """Whether a finding is of a check; one check of a subject may make several."""
    return finding.id in MAKES.get(check.id, (check.id,))


MAKES = {
    "data.leak.target_copy": ("data.leak.target_copy", "data.leak.giveaway"),
    "data.scale.code": ("data.scale.code", "data.scale.ruled_by_few", "data.scale.apart"),
}
"""The findings of checks that make more than one kind."""


def _ordered(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """Each once, errors first."""
    once = {(finding.id, finding.where, finding.what): finding for finding in found}
    return tuple(sorted(once.values(), key=lambda finding: ORDER[finding.severity]))


def _not_done(names: list[str]) -> list[Finding]:
    if not names:
        return []
    what = f"Not done: {'; '.join(names)}; run `fathom audit`."
    return [Finding(id="data.audit.not_done", severity="info", what=what, evidence={"checks": names})]
