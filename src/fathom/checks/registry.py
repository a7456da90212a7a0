"""All checks of `check_model`; each is one constant of one file."""

from __future__ import annotations

from fathom.checks.check import Check
from fathom.checks.sanity.baseline import BASELINE
from fathom.checks.sanity.batch_leak import LEAK
from fathom.checks.sanity.descent import RISES
from fathom.checks.sanity.dropout_rate import RATE as DROPOUT
from fathom.checks.sanity.gradient import GRADIENT
from fathom.checks.sanity.gradient_flow import FLOW, FROZEN
from fathom.checks.sanity.inputs import CONSTANT, FINITE
from fathom.checks.sanity.inputs import SCALE as INPUT_SCALE
from fathom.checks.sanity.loss_initial import INITIAL
from fathom.checks.sanity.loss_shape import SHAPE as LOSS_SHAPE
from fathom.checks.sanity.loss_wants import WANTS
from fathom.checks.sanity.memorize import MEMORIZE
from fathom.checks.sanity.mode import MODE
from fathom.checks.sanity.moving import MOVING
from fathom.checks.sanity.nan_born import BORN
from fathom.checks.sanity.norm_bias import CANCELLED
from fathom.checks.sanity.output_range import RANGE
from fathom.checks.sanity.output_range import SHAPE as OUTPUT_SHAPE
from fathom.checks.sanity.parameters_held import UNREGISTERED
from fathom.checks.sanity.rate import RATE
from fathom.checks.sanity.softmax import SOFTMAX
from fathom.checks.sanity.target_kind import KIND
from fathom.checks.sanity.time_order import ORDER
from fathom.checks.sanity.twice import TWICE
from fathom.checks.sanity.unrelated import UNRELATED
from fathom.checks.sanity.update_size import SIZE
from fathom.checks.sanity.weights import SCALE as WEIGHT_SCALE
from fathom.checks.sanity.weights import SYMMETRIC
from fathom.checks.signal.checks import SIGNAL

CHECKS: tuple[Check, ...] = (
    FROZEN,
    CONSTANT,
    WEIGHT_SCALE,
    FINITE,
    INPUT_SCALE,
    KIND,
    LOSS_SHAPE,
    OUTPUT_SHAPE,
    RANGE,
    INITIAL,
    UNREGISTERED,
    DROPOUT,
    SOFTMAX,
    SIZE,
    WANTS,
    ORDER,
    LEAK,
    MODE,
    TWICE,
    UNRELATED,
    CANCELLED,
    FLOW,
    SYMMETRIC,
    SIGNAL,
    MOVING,
    RISES,
    BORN,
    GRADIENT,
    BASELINE,
    RATE,
    MEMORIZE,
)
"""They run from the cheapest to the dearest, those of one cost in this order."""
