"""Texts and flags of a command line taken as they are, so that a command starts without loading pydantic.

typer checks every value with a pydantic adapter, whose import takes a tenth of a second: a third of what `fathom diagnose` may take in all.
A text needs no check. Where a version of typer keeps its adapters elsewhere nothing changes but the time.
"""

from __future__ import annotations

from typing import Any

TEXTS = (str, bool, str | None, bool | None)


class AsTyped:
    """What typer calls with a value from the command line; it gives back what was typed."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value; a list where an option may be repeated, None where nothing was typed."""
        many = param.multiple or param.nargs == -1
        return list(value or ()) if many else value


def take_texts_as_typed(command: Any) -> None:
    """For the parameters of a typer command whose values are texts or flags."""
    import typer

    for param in command.get_params(typer.Context(command)):  # --help is among these, and not among command.params
        annotation = getattr(getattr(param, "type_descriptor", None), "annotation", None)
        if annotation in TEXTS or annotation == list[str]:
            vars(param)["_runtime_param"] = AsTyped()
