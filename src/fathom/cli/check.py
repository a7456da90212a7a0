"""`fathom check`: a module of the user's, checked before it is trained."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fathom.core.expectations import refuse, shown

if TYPE_CHECKING:
    from fathom.core.records.model_check import ModelCheck

PARTS = ("net", "loss", "inputs", "targets")
EXPECTED = "(net, loss, inputs, targets) or (net, loss, loader)"


def command(
    source: Annotated[str, typer.Argument(metavar="FILE.py:FUNCTION", help=f"FUNCTION returns {EXPECTED}.")],
    budget: Annotated[str, typer.Option(help="Time for all checks, as in 60s or 2m.")] = "60s",
    only: Annotated[list[str] | None, typer.Option(help="A check or finding by id or the beginning of one; may be repeated.")] = None,
    skip: Annotated[list[str] | None, typer.Option(help="A check or finding that is left out; may be repeated.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything that is drawn.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout, all else on stderr.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only the headline.")] = False,
) -> int:
    """Check a net, its loss and a batch before training: what is wrong, the likely cause, what to do, and what was not checked."""
    from fathom.checks.budget import seconds

    seconds(budget, "--budget")
    subject = _subject(source)
    check = _checked(subject, budget, seed, only or (), skip or (), quiet=quiet)
    _show(check, as_json=as_json, quiet=quiet)
    if check.interrupted:
        return 130
    return 0 if check.ok else 1


@dataclass(frozen=True)
class _Given:
    """What the user's function returned."""

    net: Any
    loss: Any
    inputs: Any
    targets: Any = None
    forward: Any = None


def _subject(source: str) -> _Given:
    from fathom.cli.user_file import called, function_of

    function, note = function_of(source)
    if note:
        print(f"fathom: {note}", file=sys.stderr)
    name = source.rpartition(":")[2]
    return _read(called(function), name)


def _read(returned: Any, name: str) -> _Given:
    """(net, loss, inputs, targets), (net, loss, loader), or a mapping with these names, and `forward` beside them."""
    what, fix = f"function '{name}'", "return them in this order"
    if isinstance(returned, Mapping):
        parts = {("inputs" if key == "loader" else key): value for key, value in returned.items()}
        unknown = [key for key in parts if key not in (*PARTS, "forward")]
        if unknown or not {"net", "loss", "inputs"} <= set(parts):
            got = f"keys {shown(returned)}"
            raise refuse(what, expected="a mapping with net, loss, inputs and targets (or net, loss, loader)", got=got)
        return _Given(**parts)
    if not isinstance(returned, tuple | list):
        raise refuse(what, expected=EXPECTED, got=type(returned).__name__, fix=fix)
    if len(returned) not in (3, 4):
        raise refuse(what, expected=EXPECTED, got=f"{len(returned)} parts ({_types(returned)})", fix=fix)
    return _Given(*returned)


def _types(parts: Any) -> str:
    return ", ".join(type(part).__name__ for part in parts)


def _checked(given: _Given, budget: str, seed: int, only: Any, skip: Any, *, quiet: bool) -> ModelCheck:
    import contextlib

    from fathom.checks.model import check_model
    from fathom.report.progress import progress_bar

    with progress_bar(False if quiet else None) as move, contextlib.redirect_stdout(sys.stderr):
        return check_model(
            given.net,
            given.loss,
            given.inputs,
            given.targets,
            forward=given.forward,
            budget=budget,
            seed=seed,
            only=only,
            skip=skip,
            announce=move,
        )


def _show(check: ModelCheck, *, as_json: bool, quiet: bool) -> None:
    if as_json:
        print(json.dumps(check.to_json()))
    elif quiet:
        print(check.headline)
    else:
        from fathom.report.check_screen import show
        from fathom.report.screen import console

        show(check, console())
