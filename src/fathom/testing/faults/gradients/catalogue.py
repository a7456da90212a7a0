"""All backward passes by hand, with one slip each, and right."""

from __future__ import annotations

from fathom.testing.faults.gradients.attention import ATTENTION
from fathom.testing.faults.gradients.backward_pass import GradientCase, Passes, case
from fathom.testing.faults.gradients.convolution import CONVOLUTION
from fathom.testing.faults.gradients.dense import DENSE
from fathom.testing.faults.gradients.normalization import NORMALIZATION
from fathom.testing.faults.gradients.recurrent import RECURRENT

PASSES: tuple[Passes, ...] = (DENSE, CONVOLUTION, RECURRENT, ATTENTION, NORMALIZATION)


def wrong_gradients(seed: int = 0) -> list[GradientCase]:
    """One case for each slip."""
    return [case(passes, slip, seed) for passes in PASSES for slip in passes.slips]


def right_gradients(seed: int = 0) -> list[GradientCase]:
    """The same passes without a slip."""
    return [case(passes, seed=seed) for passes in PASSES]
