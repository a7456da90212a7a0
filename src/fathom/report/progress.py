"""A progress bar for long work; it goes to the error stream and disappears when the work is done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(shown: bool | None = None) -> Iterator[Callable[[int, int, str], None] | None]:
    """A callable (done, total, text) that moves a bar, or None where no bar is shown.

    Args:
        shown: None shows it where the error stream is a terminal.
    """
    if not (sys.stderr.isatty() if shown is None else shown):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(bar_width=24), TextColumn("{task.percentage:>3.0f}%"), TimeRemainingColumn(), TextColumn("{task.description}"))
    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    task = progress.add_task("", total=None)

    def move(done: int, total: int, text: str) -> None:
        progress.start()  # with the first figures: what is printed before them must not land behind the bar
        progress.update(task, completed=done, total=total, description=text)

    try:
        yield move
    finally:
        progress.stop()
