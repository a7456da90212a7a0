"""The screen of a run: a label on the left, what there is to say on the right; the same in a terminal and in a log file."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from fathom.core.records.equivalents import equivalents_of
from fathom.core.records.experiment import Experiment
from fathom.core.records.finding import Finding
from fathom.core.records.history import History

LABEL = 10
"""Width of the labels, in characters."""

STYLES = {"info": "dim", "warning": "yellow", "error": "bold red"}


def console(*, quiet: bool = False, to_error: bool = False) -> Console:
    """The console of a command: plain text, at most 100 columns, in a file; colors in a terminal."""
    made = Console(quiet=quiet, stderr=to_error, highlight=False, soft_wrap=False)
    made.width = min(made.width, 100)
    return made


def line(screen: Console, label: str, text: str, style: str = "") -> None:
    """One entry: the label, and beside it the text, which wraps under itself."""
    block(screen, label, "\n".join(textwrap.wrap(text, screen.width - LABEL - 1, break_on_hyphens=False)), style)


def block(screen: Console, label: str, text: str, style: str = "") -> None:
    """One entry whose lines are kept as they are: a small table."""
    for number, part in enumerate(text.splitlines()):
        shown = Text(f"{label if number == 0 else '':<{LABEL}} ", style="bold").append(part, style=f"not bold {style}".strip())
        shown.rstrip()
        screen.print(shown, soft_wrap=True)


def findings(screen: Console, found: Iterable[Finding], most: int = 8) -> None:
    """The findings, errors first; those of severity info are cut when there are many."""
    order = {"error": 0, "warning": 1, "info": 2}
    listed = sorted(found, key=lambda f: order[f.severity])
    for finding in listed[:most]:
        text = finding.what + (f" {finding.fix}" if finding.fix else "")
        line(screen, finding.severity, text, STYLES[finding.severity])
    if len(listed) > most:
        line(screen, "", f"and {len(listed) - most} more; --json has them all", "dim")


def experiment(screen: Console, made: Experiment) -> None:
    """Net, plan and settings, and what the settings are called elsewhere, before the training."""
    parameters = f"{made.parameters:,} parameter{'s' if made.parameters != 1 else ''}"
    line(screen, "net", f"{made.net} {made.shape}, {parameters}")
    line(screen, "training", f"{made.plan}; {settings_text(made)}")
    for number, text in enumerate(equivalents_of(made)):
        line(screen, "the same" if number == 0 else "", text, "dim")


def settings_text(made: Experiment) -> str:
    """The settings that differ from the defaults, optimizer and learning rate always; not what the plan says already."""
    settings = made.settings
    return str(settings).replace(f", batch_size {settings.batch_size}", "").replace(f", epochs {settings.epochs}", "")


def trained(screen: Console, history: History) -> None:
    """How the training ended."""
    if not history.epochs:
        return
    last = history.epochs[-1]
    text = f"{history.seconds:.1f} s, {last.updates:,} updates, J {history.epochs[0].J:.3g} to {last.J:.3g}"
    if history.best_epoch is not None:
        text += f"; early stopping kept epoch {history.best_epoch} of {len(history)}"
    line(screen, "", text)
