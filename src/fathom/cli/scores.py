"""Metrics and requirements on the command line: read before any work is done, shown as a label and a line each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fathom.core.records.scorecard import Scorecard
    from fathom.core.records.target import Target

METRIC = "A metric to show, as in f1, auc, 'recall of yes', 'worst error by region'; the first is the one to optimize."
REQUIRE = "What has to be good enough, as in 'time <= 100ms' or 'precision >= 90%'; may be repeated."
DURATION = "How long the dev examples lasted, as in 36h, for counts such as 'false positives per 24h'."


def check(metrics: Sequence[str] | None, requires: Sequence[str] | None) -> None:
    """Refuse what cannot be read before a net is trained for it."""
    if metrics or requires:
        from fathom.diagnosis.metrics.spelling import read_metric, read_requirement

        for text in metrics or ():
            read_metric(text)
        for text in requires or ():
            read_requirement(text)


def check_target(metrics: Sequence[str] | None, requires: Sequence[str] | None, target: Target, *, tune: bool) -> None:
    """Refuse what does not go with the target before a net is trained for it."""
    if not (metrics or requires or tune):
        return
    from fathom.core.expectations import refuse
    from fathom.diagnosis.metrics.measured import check_goes_with
    from fathom.diagnosis.metrics.spelling import read_metric, read_requirement
    from fathom.diagnosis.metrics.thresholds import check_can_be_tuned

    asked = [*map(read_metric, metrics or ()), *(read_requirement(text).asked for text in requires or ())]
    for one in asked:
        check_goes_with(one, target.classes)
    if tune and target.kind != "binary":
        raise refuse("--tune-threshold", expected="a target of two classes", got=f"'{target.name}', {target.kind}")
    if tune and metrics:
        check_can_be_tuned(asked[0])


def entries(card: Scorecard) -> Iterator[tuple[str, str]]:
    """A label and a text for each metric and each requirement."""
    for i, metric in enumerate(card.metrics):
        yield ("metric" if i == 0 else "", str(metric))
    for i, rule in enumerate(card.requires):
        yield ("required" if i == 0 else "", str(rule))
