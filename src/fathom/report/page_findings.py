"""The findings: what was seen, its likely cause, and what to do; errors first."""

from __future__ import annotations

from collections.abc import Iterable

from fathom.core.records.finding import Finding
from fathom.report.page_markup import Html, element, prose

MOST = 30
"""Findings shown; the folder has them all."""

ORDER = {"error": 0, "warning": 1, "info": 2}


def findings(found: Iterable[Finding]) -> Html | None:
    """The section; None where nothing was found."""
    listed = ordered(found)
    if not listed:
        return None
    more = element("p", f"And {len(listed) - MOST:,} more, in run.json.", class_="faint") if len(listed) > MOST else None
    return element("section", element("h2", "Findings"), element("ul", *map(item, listed[:MOST]), class_="bare findings"), more)


def ordered(found: Iterable[Finding]) -> list[Finding]:
    """Each once, errors before warnings before the rest, otherwise as they came."""
    once = {(finding.id, finding.where, finding.what): finding for finding in found}
    return sorted(once.values(), key=lambda finding: ORDER[finding.severity])


def item(finding: Finding) -> Html:
    """One finding as an item of a list."""
    return element(
        "li",
        element("span", finding.severity, class_=f"severity {finding.severity}"),
        " ",
        prose(finding.what),
        element("em", prose(f" Likely cause: {finding.cause}")) if finding.cause else None,
        prose(f" {finding.fix}") if finding.fix else None,
        " ",
        element("code", finding.id),
    )
