"""The signal check as one of the checks of `check_model`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn

from fathom.checks.budget import Clock
from fathom.checks.check import Check, Skip, Subject
from fathom.checks.signal.check_signal import check_signal
from fathom.core.exceptions import UnusableInput
from fathom.core.records.finding import Finding


def run(subject: Subject, clock: Clock) -> Iterator[Finding]:
    """Findings of the signal by layer; a factor per layer that is only worth a thought is of severity info here."""

    def forward(net: nn.Module, inputs: Any) -> Tensor:
        return subject.outputs(net=net, inputs=inputs)  # looks at the clock

    try:
        signal = check_signal(subject.net, subject.inputs, forward=forward, seed=subject.seed)
    except UnusableInput as error:
        raise Skip(str(error)) from error
    zeros = any(
        p.requires_grad and p.dim() > 1 and not bool(p.detach().any()) for p in subject.net.parameters()
    )  # another check trains them
    for finding in signal.findings:
        mild = (signal.verdict == "healthy" or zeros) and finding.id in ("check.signal.vanishing", "check.signal.exploding")
        yield dataclasses.replace(finding, severity="info") if mild else finding


SIGNAL = Check(
    id="check.signal",
    name="signal by layer, forward and back",
    run=run,
    cost=3.0,
    finds=("check.signal.vanishing", "check.signal.exploding", "check.signal.dead", "check.signal.saturated"),
    needs="outputs",
    least=8,
)
