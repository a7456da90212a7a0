"""What the study has to show, gap by gap."""

from __future__ import annotations

FAR = 3.6
"""Standard errors between gap and tolerance from which on a verdict has to be right."""

RIGHT = 0.95
"""Share of right verdicts of a gap, far from the tolerance."""

ALL_RIGHT = 0.90
"""Share of diagnoses with every verdict right, where every gap is far."""

WRONG = 0.025
"""Share of 'high' where the truth is below, or 'low' where it is above; everywhere."""

WRONG_LIMIT = 0.04
"""The upper end of that share's 95% interval."""

UNCLEAR = 0.90
"""Share of 'unclear' where the gap lies on the tolerance."""
