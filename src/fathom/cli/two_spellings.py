"""An option that was typed under two of its names: nobody can tell which one was meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fathom.core.expectations import refuse


def refuse_two_spellings(command: Any, arguments: Sequence[str]) -> None:
    """Refuse `--lr 0.1 --learning-rate 0.2`, of which the parser would silently take the last.

    Args:
        command: a built typer command.
        arguments: as typed.

    Raises:
        UnusableInput: two names of one option.
    """
    typed = [word.partition("=")[0] for word in arguments]
    for param in command.params:
        names = [name for name in dict.fromkeys(typed) if name in param.opts]
        if len(names) > 1 and not getattr(param, "multiple", False):
            raise refuse(names[1], expected=f"one of {names[0]} and its alias", got="both", fix=f"leave out {names[1]}")
