"""What a user types, sorted: settings of the training on one side, arguments of the net on the other."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from fathom.core.expectations import did_you_mean, number, refuse
from fathom.core.records.settings import Settings

SETTINGS = {field.name for field in dataclasses.fields(Settings)}

ALIASES = {"lr": "learning_rate", "lambd": "l2", "keep_prob": "dropout"}
"""Names that the course and others use; accepted where a user types, never shown."""


def sort_arguments(given: Mapping[str, Any], net_arguments: Mapping[str, Any] | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split keyword arguments into those of `Settings` and those of the net.

    Args:
        given: as typed, aliases included.
        net_arguments: the net's own arguments; None where the net is the user's and takes none.

    Returns:
        (for Settings, for the net)

    Raises:
        UnusableInput: a name that neither knows, or an alias together with its name.

    Example:
        >>> sort_arguments({"lr": 0.1, "keep_prob": 0.75, "hidden": (3,)}, {"hidden": (64, 32)})
        ({'learning_rate': 0.1, 'dropout': 0.25}, {'hidden': (3,)})
    """
    named = _without_aliases(given)
    own = dict(net_arguments or {})
    known = SETTINGS | set(own)
    for name in named:
        if name not in known:
            hint = did_you_mean(name, [*known, *ALIASES])
            raise refuse(
                f"`{name}`", expected="a setting or an argument of the net", got=f"`{name}`", fix=hint or "see the table of settings"
            )
    for_settings = {k: v for k, v in named.items() if k in SETTINGS}
    return for_settings, {k: v for k, v in named.items() if k not in SETTINGS}


def _without_aliases(given: Mapping[str, Any]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for typed, value in given.items():
        name = ALIASES.get(typed, typed)
        if name in named:
            raise refuse(f"`{typed}`", expected=f"one of `{name}` and its alias", got="both", fix=f"leave out `{typed}`")
        named[name] = _dropped(value) if typed == "keep_prob" else value
    return named


def _dropped(keep: Any) -> Any:
    """1 - keep_prob, for one number or one per layer."""
    if isinstance(keep, list | tuple):
        return tuple(_dropped(k) for k in keep)
    return round(1.0 - number("keep_prob", keep, low=0.0, high=1.0, low_open=True), 12)
