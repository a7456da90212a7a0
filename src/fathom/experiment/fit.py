"""From an experiment to a run: fit one net, or many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

from torch import nn

from fathom.core.expectations import refuse
from fathom.core.records.experiment import Experiment
from fathom.data.dataset import Dataset
from fathom.data.splits import Splits
from fathom.engine.checkpoints import Checkpoints
from fathom.engine.training import Progress
from fathom.experiment.build import NetLike
from fathom.experiment.candidate import Candidate
from fathom.experiment.folded_run import FoldedRun, fit_folds
from fathom.experiment.ready import Ready, make_ready
from fathom.experiment.run import Run
from fathom.experiment.run_of import run_of
from fathom.experiment.training import train_all


@overload
def fit(splits: Splits | Dataset | Ready, *, folds: None = None, **arguments: Any) -> Run: ...


@overload
def fit(splits: Splits | Dataset | Ready, *, folds: int, **arguments: Any) -> FoldedRun: ...


def fit(
    splits: Splits | Dataset | Ready,
    *,
    net: NetLike | None = None,
    folds: int | None = None,
    progress: Progress | None = None,
    announce: Callable[[Experiment], None] | None = None,
    checkpoints: str | Path | Checkpoints | None = None,
    **arguments: Any,
) -> Run | FoldedRun:
    """Train one net on train, measure it on train, train_dev and dev; test stays sealed.

    Without further arguments the fit learns: Adam at 0.001, mini-batches of 64, enough epochs for 2,000 updates.

    Args:
        splits: from `fathom.split`; a Dataset is split by the rule of sizes first.
        net: a name of the catalogue ("mlp", "logistic", "softmax", "linear"; for texts "embedding", "gru", "lstm", "rnn"; for pictures
            "lenet5", "resnet20", "resnet", "plain"), a torch module (trained in place), or a callable that builds one, with
            (inputs, outputs) or with nothing; "mlp" where left out, "embedding" for texts.
        folds: k nets in place of one, each trained without a k-th of train and dev, on which it is then measured: every example is dev
            once (groups stay whole; by time nothing is trained on what comes after it). Test stays sealed. The seed counts on from
            net to net.
        progress: called with updates done, updates in all, and a text.
        announce: called with the experiment once it is settled, before the training.
        checkpoints: a folder in which the training is kept every half minute. Where it was cut off, the same call goes on from
            there, bit for bit (on the CPU); when it is over the checkpoints are removed.
        **arguments: settings (`Settings` lists them) and the net's own arguments, by name; lr, keep_prob and lambd are read too.

    Returns:
        The run: the trained net, its history, its errors by role; with `folds` a `FoldedRun`.

    Raises:
        UnusableInput: an argument that is unknown or outside its range, or checkpoints of another training.
        TrainingDiverged: J became infinite or NaN; the message names the epoch and what to try.

    Example:
        >>> import fathom
        >>> run = fathom.fit(fathom.split(fathom.sample("wine"), seed=0), epochs=20)
        >>> bool(run.errors["dev"].mean() < 0.1)
        True
    """
    if folds is not None:
        return _folded(splits, folds, net, progress, announce, checkpoints, arguments)
    ready = make_ready(splits, net)
    candidate = Candidate.of(ready, net, arguments)
    if announce is not None:
        announce(candidate.experiment)
    if isinstance(checkpoints, str | Path) and Path(checkpoints).exists() and not Path(checkpoints).is_dir():
        raise refuse("`checkpoints`", expected="a folder", got=f"'{checkpoints}', a file")
    kept = Checkpoints(Path(checkpoints)) if isinstance(checkpoints, str | Path) else checkpoints
    trained = train_all([candidate], progress, checkpoints=kept)[0]
    if trained.diverged is not None:
        raise trained.diverged
    if isinstance(checkpoints, str | Path) and kept is not None:
        kept.clear()
    return run_of(candidate, trained, arguments, kept)


def _folded(
    splits: Splits | Dataset | Ready,
    folds: int,
    net: NetLike | None,
    progress: Progress | None,
    announce: Callable[[Experiment], None] | None,
    checkpoints: Any,
    arguments: Mapping[str, Any],
) -> FoldedRun:
    if checkpoints is not None:
        raise refuse("`checkpoints`", expected="none with folds", got="both", fix="leave one out; folds begin again")
    return fit_folds(make_ready(splits, net), folds, net=net, progress=progress, announce=announce, arguments=arguments)


def fit_many(
    splits: Splits | Dataset | Ready,
    *,
    settings: Sequence[Mapping[str, Any]],
    net: NetLike | None = None,
    progress: Progress | None = None,
    deterministic: bool = False,
    **arguments: Any,
) -> list[Run]:
    """Train one net for each of several settings, on the same splits, prepared once.

    Members of one shape train as one program; each has the same numbers as if it had been trained alone. After Ctrl-C the
    runs come back that have finished an epoch.

    A member that diverges does not end the others: its run has `history.stopped == "diverged"`, no errors, and a finding.

    Args:
        splits: as in `fit`.
        settings: one mapping of arguments a member, on top of `arguments`.
        net: as in `fit`; a module is refused, because every member needs one of its own.
        progress: as in `fit`, over all members together.
        deterministic: decide by size, never by a clock, whether nets of your own are stacked; `run.plan` says how they were.
        **arguments: what all members share.

    Raises:
        UnusableInput: no settings, or a module in place of a builder.
    """
    if not settings or not all(isinstance(member, Mapping) for member in settings):
        raise refuse("`settings`", expected="at least one mapping of arguments", got=repr(settings)[:80])
    if isinstance(net, nn.Module):
        raise refuse("`net`", expected="a name or a callable that builds a module", got="a module", fix="pass lambda: MyNet(...)")
    ready = make_ready(splits, net)
    candidates = [Candidate.of(ready, net, {**arguments, **member}) for member in settings]
    trained = train_all(candidates, progress, deterministic=deterministic)
    given = [{**arguments, **member} for member in settings]
    return [run_of(candidates[place], result, given[place]) for place, result in trained.items()]
