"""`fathom fit --folds K`: the nets of the folds, then the one that predicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from fathom.experiment.ready import Ready
    from fathom.experiment.run import Run


def fit_folded(ready: Ready, screen: Console, *, quiet: bool, **arguments: Any) -> Run:
    """Train k nets and one on all examples, and say how far the k lie apart.

    Args:
        ready: the data.
        screen: where to say it.
        quiet: without a bar.
        **arguments: of `fathom.fit`, folds among them.

    Returns:
        The run of the net that predicts, with the errors of all folds.
    """
    from fathom.experiment.fit import fit
    from fathom.report.progress import progress_bar
    from fathom.report.screen import line

    with progress_bar(False if quiet else None) as progress:
        folded = fit(ready, progress=progress, **arguments)
    seconds = sum(run.history.seconds / run.plan["members"] for run in folded.runs)
    together = "as one program" if folded.runs[0].plan["members"] == len(folded.runs) else "a program for each size of input"
    line(screen, "", f"{seconds:.1f} s for {len(folded.runs)} nets, {together}")
    line(screen, "folds", str(folded.folds).partition(": ")[2])
    line(screen, "", f"one net more, on all {len(folded.splits.train):,} rows of train and dev, is what predicts")
    with progress_bar(False if quiet else None) as progress:
        folded.progress = progress
        return folded.final
