"""All sound set-ups."""

from __future__ import annotations

from fathom.testing.faults.set_up import SetUp
from fathom.testing.faults.sound import dense, images, sequences, torch_modules
from fathom.testing.faults.sound.collection import SOUND
from fathom.testing.faults.sound.transformers_models import transformers_models

FILES = (dense, images, sequences, torch_modules)
"""Loading a file adds its set-ups."""


def sound_set_ups() -> list[SetUp]:
    """One for each, in the order of their names, those of `transformers` last."""
    return [SOUND[name] for name in sorted(SOUND)] + transformers_models()
