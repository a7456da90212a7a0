"""The signal at one layer: how large its activations are, how large the gradient that comes back, which units are out."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class LayerSignal(Record):
    """One call of one layer, measured where the next layer reads it: after its norm, its activation and its residual sum.

    Attributes:
        name: the module's name, with "(call 2)" and so on where it is called again.
        kind: the class of the module, or the torch function where weights are used without a module of their own.
        depth: how many layers lie on the way from the inputs to here, this one included.
        parent: place in the list of the layer that this one reads; None for the inputs.
        activation: the activation function that follows, or "".
        mean, std: of the activations, over examples and units.
        gradient: norm of the gradient of what is differentiated with respect to these activations; None where none comes back.
        factor: std over the parent's std; None where there is no parent.
        gradient_factor: the parent's gradient over this one's; what a step back does to the gradient.
        dead: share of units that are zero for every example; None where no ReLU follows.
        saturated: share of activations where the slope is under 5% of its largest; None where no sigmoid or tanh follows.
        sound: std that the layer has once the net is initialized soundly; None where that was not tried.
        on_path: on the longest way from the inputs to the outputs, from which the verdict comes.

    Example:
        >>> print(LayerSignal(name="0", kind="Linear", depth=1, mean=0.0, std=1.5))
        0 (Linear, layer 1): std 1.5
    """

    name: str
    kind: str
    depth: int
    parent: int | None = None
    activation: str = ""
    mean: float
    std: float
    gradient: float | None = None
    factor: float | None = None
    gradient_factor: float | None = None
    dead: float | None = None
    saturated: float | None = None
    sound: float | None = None
    on_path: bool = True

    def __str__(self) -> str:
        parts = [f"std {self.std:.3g}"]
        if self.gradient is not None:
            parts.append(f"gradient {self.gradient:.3g}")
        parts += [f"{share:.0%} {word}" for word, share in (("dead", self.dead), ("saturated", self.saturated)) if share]
        return f"{self.name} ({self.kind}, layer {self.depth}): {', '.join(parts)}"
