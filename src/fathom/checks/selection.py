"""Which checks run: those that `only` names, without those that `skip` names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fathom.checks.check import Check
from fathom.core.expectations import did_you_mean, refuse, shown

PREFIX = "check."


@dataclass(frozen=True)
class Selection:
    """The checks that run, cheapest first, those that were left out by name, and which findings are wanted."""

    chosen: tuple[Check, ...]
    skipped: tuple[Check, ...]
    only: tuple[str, ...]
    skip: tuple[str, ...]

    @staticmethod
    def of(only: str | Sequence[str] | None, skip: str | Sequence[str] | None, checks: Sequence[Check]) -> Selection:
        """The selection that a user's ids make among the checks there are."""
        wanted, unwanted = _ids("`only`", only, checks), _ids("`skip`", skip, checks)
        chosen = [check for check in checks if not wanted or any(_meets(check, id) for id in wanted)]
        skipped = [check for check in chosen if any(_covers(check, id) for id in unwanted)]
        kept = sorted((check for check in chosen if check not in skipped), key=lambda check: check.cost)
        return Selection(tuple(kept), tuple(skipped), wanted, unwanted)

    def wants(self, finding: str, check: Check) -> bool:
        """Whether a finding of that id is wanted; all that a check finds is, where the check itself was asked for."""
        if any(_under(finding, id) for id in self.skip):
            return False
        return not self.only or any(id == check.id or _under(finding, id) or _under(id, finding) for id in self.only)


def _ids(name: str, given: str | Sequence[str] | None, checks: Sequence[Check]) -> tuple[str, ...]:
    listed = [given] if isinstance(given, str) else list(given or ())
    return tuple(_known(name, id if id.startswith(PREFIX) else PREFIX + id, checks) for id in listed)


def _known(name: str, id: str, checks: Sequence[Check]) -> str:
    if any(_meets(check, id) for check in checks):
        return id
    known = sorted({known for check in checks for known in (check.id, *check.finds)})
    fix = did_you_mean(id, known)
    raise refuse(name, expected=f"the id of a check, as {shown(known, 6)}", got=repr(id), fix=fix)


def _meets(check: Check, id: str) -> bool:
    """The id names the check, a part of it, or one of its findings."""
    inside = not check.finds and _under(id, check.id)
    return inside or any(_under(known, id) for known in (check.id, *check.finds))


def _covers(check: Check, id: str) -> bool:
    """Skipping the id leaves nothing of the check."""
    return _under(check.id, id) or (bool(check.finds) and all(_under(known, id) for known in check.finds))


def _under(id: str, stem: str) -> bool:
    """Whether an id is the stem itself or begins with it: check.loss.initial is under check.loss."""
    return id == stem or id.startswith(f"{stem}.")
