"""The roles of a dataset, and what others call them."""

from __future__ import annotations

from fathom.core.expectations import refuse

ROLES = ("train", "train_dev", "dev", "test")

ALIASES = {
    "training": "train",
    "traindev": "train_dev",
    "train-dev": "train_dev",
    "training_dev": "train_dev",
    "training-dev": "train_dev",
    "val": "dev",
    "valid": "dev",
    "validation": "dev",
    "eval": "dev",
    "evaluation": "dev",
    "holdout": "dev",
    "development": "dev",
    "testing": "test",
}


def role_of(word: str) -> str:
    """The role that a word names: 'val', 'Validation' and 'holdout' are dev.

    Raises:
        UnusableInput: the word names no role.

    Example:
        >>> role_of("Validation")
        'dev'
    """
    plain = str(word).strip().lower()
    plain = ALIASES.get(plain, plain)
    if plain not in ROLES:
        raise refuse("role", expected="train, train_dev, dev (val, valid, validation, eval, holdout) or test", got=repr(word))
    return plain
