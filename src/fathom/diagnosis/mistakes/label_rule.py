"""The rule for wrong labels of dev: mend them where they are much of the dev error, leave them where they are little (C3W2-04)."""

from __future__ import annotations

from fathom.core.records.estimate import Estimate
from fathom.core.records.label_rule import LabelRule

MUCH = 0.2
"""The share of the dev error from which on wrong labels are worth mending: the course leaves 6% and mends 30%."""

REMINDERS = (
    "Send dev and test through the same process, so that they stay alike; look at examples that the net gets right too; "
    "train may then differ a little, which does no harm (C3W2-05)."
)


def label_rule(error: float, share: Estimate) -> LabelRule:
    """Whether wrong labels are worth mending.

    Args:
        error: of dev.
        share: of the mistakes whose label is wrong, with its interval where it comes from a sample.

    Returns:
        "leave" where all of the interval is below a fifth, "fix" where all of it is at or above, else "unclear".

    Source:
        C3W2-04: of 10% are 0.6 labels: leave; of 2%: fix, since the difference of 2.1% and 1.9% drowns in 0.6.

    Example:
        >>> label_rule(0.10, Estimate(value=0.06)).verdict, label_rule(0.02, Estimate(value=0.3)).verdict
        ('leave', 'fix')
    """
    low = share.value if share.low is None else share.low
    high = share.value if share.high is None else share.high
    verdict = "fix" if low >= MUCH else "leave" if high < MUCH else "unclear"
    labels, others = error * share.value, error * (1 - share.value)
    parts = f"Wrong labels are {100 * labels:.1f} of the {100 * error:.1f} points of dev error, other causes {100 * others:.1f}"
    drowned = f"two nets that differ by less than {100 * labels:.1f} points cannot be told apart with these labels"
    ends = f"{100 * low:.0f} to {100 * high:.0f}%"
    says = {
        "fix": f"{parts}: mend them, for {drowned}. {REMINDERS}",
        "leave": f"{parts}: leave them for now and work on the others.",
        "unclear": f"{parts}: the sample cannot say whether that is much ({ends} of the mistakes; from {MUCH:.0%} on they are worth "
        f"mending). Look at more mistakes; until then, {drowned}.",
    }[verdict]
    return LabelRule(error=error, labels=labels, others=others, share=share, verdict=verdict, says=says)  # type: ignore[arg-type]
