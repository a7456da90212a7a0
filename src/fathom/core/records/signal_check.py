"""What `check_signal` saw: the signal forward and back by layer, the verdict, where it starts, what mends it."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.finding import Finding
from fathom.core.records.layer_signal import LayerSignal
from fathom.core.records.mend import Mend
from fathom.core.records.record import Record
from fathom.core.records.signal_table import table
from fathom.core.records.time_signal import TimeSignal


@dataclass(frozen=True, kw_only=True)
class SignalCheck(Record):
    """The signal of a net, layer by layer.

    Attributes:
        verdict: "healthy", "vanishing" or "exploding": std of the activations, last layer over first, and norm of the
            gradient, first layer over last; under 1e-3 it vanishes, over 1e3 it explodes.
        layers: in the order of the calls.
        forward: std of the activations, last layer over first.
        backward: norm of the gradient, first layer over last; None where no gradient comes back.
        factor: what a layer does to the activations, on average (the geometric mean along the path).
        gradient_factor: what a layer does to the gradient on its way back.
        starts: the layer from which on the signal is lost or runs away; "" when the verdict is healthy.
        times: for each recurrent layer, the gradient by time step.
        mends: what was tried, the one that is advised first.
        findings: the same as findings, with what to do.
        examples: how many examples were looked at.
        notes: what was assumed.
    """

    verdict: str
    layers: tuple[LayerSignal, ...]
    forward: float
    backward: float | None = None
    factor: float
    gradient_factor: float | None = None
    starts: str = ""
    times: tuple[TimeSignal, ...] = ()
    mends: tuple[Mend, ...] = ()
    findings: tuple[Finding, ...] = ()
    examples: int = 0
    notes: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        """The verdict with its two ratios, one sentence."""
        by_time = next((time for time in self.times if time.verdict == self.verdict), None)
        if self.verdict != "healthy" and not self.starts and by_time is not None:
            return f"{self.verdict} through time: {by_time}."
        back = "" if self.backward is None else f", gradients {self.backward:.2g} times on the way back"
        per_layer = f"{self.factor:.2g}" + ("" if self.gradient_factor is None else f" and {self.gradient_factor:.2g}")
        starts = f"; it starts at '{self.starts}'" if self.starts else ""
        return (
            f"{self.verdict}: activations {self.forward:.2g} times from the first layer to the last{back} ({per_layer} per layer){starts}."
        )

    def __str__(self) -> str:
        parts = [self.headline, "", *table(self.layers, self.starts)]
        if self.times:
            parts += ["", *map(str, self.times)]
        if self.mends:
            parts += ["", "Tried:", *(f"  {mend}" for mend in self.mends)]
        parts += [""] * bool(self.findings) + [str(finding) for finding in self.findings]
        return "\n".join([*parts, *self.notes])
