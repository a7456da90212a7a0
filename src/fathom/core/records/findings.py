"""Findings in a row, which print and draw themselves as a list."""

from __future__ import annotations

from fathom.core.records.finding import Finding


class Findings(tuple[Finding, ...]):
    """A tuple of findings, in the order in which they were seen.

    Example:
        >>> found = Findings([Finding(id="data.column.constant", severity="info", what="'a' has one value.")])
        >>> print(found)
        info: 'a' has one value. [data.column.constant]
        >>> len(found), found == tuple(found)
        (1, True)
    """

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(map(str, self)) if self else "no findings"

    def _repr_html_(self) -> str | None:
        from fathom.core.display import html_of

        return html_of(self)
