"""`fathom audit DATA --target Y`: what would make the figures of a split worth less than they look."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from fathom.cli import data_options as on_data

if TYPE_CHECKING:
    from fathom.core.records.audit import Audit


def command(
    data: on_data.Data,
    target: on_data.Target = None,
    dev: on_data.Dev = None,
    test: on_data.Test = None,
    train_dev: on_data.TrainDev = None,
    kind: on_data.Kind = None,
    ignore: on_data.Ignore = None,
    types: on_data.Types = None,
    group: on_data.Group = None,
    time: on_data.Time = None,
    id: on_data.Id = None,
    role: on_data.Role = None,
    text: on_data.Text = None,
    tokens: on_data.Tokens = None,
    size: on_data.Size = None,
    source: on_data.Source = None,
    source_input: on_data.SourceInput = False,
    also: on_data.Also = None,
    train_dev_size: on_data.TrainDevSize = None,
    dev_size: on_data.DevSize = None,
    test_size: on_data.TestSize = None,
    like: on_data.Like = None,
    split_seed: on_data.SplitSeed = 0,
    seed: Annotated[int, typer.Option(help="Seed of what the audit draws.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout, all else on stderr.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only the headline.")] = False,
) -> int:
    """Audit a data file as it would be split, or splits as they are: leaks, copies, shifted sets, wrong labels."""
    given = dict(locals())
    from fathom.cli.splits_of_options import splits_of
    from fathom.data.auditing.audit import audit

    found = audit(splits_of(given), seed=seed)
    _show(found, as_json=as_json, quiet=quiet)
    return 0 if found.ok else 1


def _show(found: Audit, *, as_json: bool, quiet: bool) -> None:
    import dataclasses

    if as_json:
        print(json.dumps(found.to_json()))
    elif quiet:
        print(found.headline)
    else:
        from fathom.cli.spelling import spelled
        from fathom.report.audit_screen import show
        from fathom.report.screen import console

        show(dataclasses.replace(found, findings=tuple(spelled(found.findings))), console())
