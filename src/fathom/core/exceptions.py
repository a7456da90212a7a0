"""What fathom raises.

    FathomError
    ├── UnusableInput        (also ValueError)    input that cannot be used; exit code 2
    ├── TrainingDiverged     (also RuntimeError)  J became infinite or NaN; exit code 1
    └── TestSealed           (also RuntimeError)  the test set was asked for before it was opened; exit code 2

Every message says what was expected, what was got and what to do, in one line.
"""


class FathomError(Exception):
    """Root of all that fathom raises on purpose; `exit_code` is what a command ends with."""

    exit_code = 2


class UnusableInput(FathomError, ValueError):
    """Input that cannot be used. Cure: the message names it."""


class TrainingDiverged(FathomError, RuntimeError):
    """The objective became infinite or NaN. Cure: a lower learning rate, or gradient clipping."""

    exit_code = 1


class TestSealed(FathomError, RuntimeError):
    """Test was asked for while it is sealed. Cure: `run.open_test()`, once, at the end."""

    __test__ = False  # not a test class, whatever pytest thinks of the name
