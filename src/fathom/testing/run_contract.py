"""What a fit of any net on any kind of data keeps, from training to the page: fit, predict, save, open, population, ladder, report.

Example:
    >>> import fathom
    >>> splits = fathom.split(fathom.sample("wine"), seed=0)
    >>> with RunCase.on(splits, net="mlp", hidden=(4,), epochs=2) as case:
    ...     RUN_CONTRACT.check(case)
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import torch

from fathom.core.records.diagnosis import Diagnosis
from fathom.data.splits import Splits
from fathom.engine.checkpoints import Checkpoints
from fathom.experiment.fit import fit, fit_many
from fathom.experiment.opening import open_run
from fathom.experiment.ready import Ready, make_ready
from fathom.experiment.run import Run
from fathom.testing.contract import Broken, Contract, must

OTHERS: tuple[Mapping[str, Any], ...] = ({"learning_rate": 0.001}, {"learning_rate": 0.003, "seed": 1})
"""The settings of two nets side by side."""


@dataclass(frozen=True)
class RunCase:
    """A fit, carried out once for all laws.

    Attributes:
        splits: small and real.
        arguments: of `fathom.fit`, a few epochs; `net` among them, a catalogue's name or a callable that builds a module.
        folder: an empty one, for what the laws write.
    """

    splits: Splits
    arguments: Mapping[str, Any]
    folder: Path = field(compare=False)

    @classmethod
    @contextmanager
    def on(cls, splits: Splits, **arguments: Any) -> Iterator[RunCase]:
        """A case with a folder of its own, removed at the end."""
        with tempfile.TemporaryDirectory() as folder:
            yield cls(splits, arguments, Path(folder))

    @cached_property
    def ready(self) -> Ready:
        """The splits as the net sees them."""
        return make_ready(self.splits, self.arguments.get("net"))

    @cached_property
    def run(self) -> Run:
        """The fit."""
        return fit(self.ready, **self.arguments)

    @cached_property
    def again(self) -> Run:
        """The same call once more; a law opens the test of this one, because opening is for good."""
        return fit(self.ready, **self.arguments)

    @cached_property
    def many(self) -> list[Run]:
        """Two nets side by side, in float64, of another rate and seed each, as `OTHERS` has them."""
        return fit_many(self.ready, settings=OTHERS, deterministic=True, **{**self.arguments, "precision": "float64"})

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """Of the fit, without references."""
        return self.run.diagnose(references=False)

    @cached_property
    def saved(self) -> Path:
        """The run's folder."""
        return self.run.save(self.folder / "run", diagnosis=self.diagnosis)

    @cached_property
    def opened(self) -> Run:
        """The same run from its folder."""
        net = self.arguments.get("net")
        return open_run(self.saved, net=net) if callable(net) else open_run(self.saved)

    @cached_property
    def rows(self) -> pl.DataFrame:
        """Rows of dev as people have them, the target left out."""
        dev = self.splits.roles["dev"]
        return dev.table.select([c.name for c in dev.inputs if c.name in dev.table.columns])


def the_same_seed_gives_the_same_bits(case: RunCase) -> None:
    """Weights and what the net says of dev."""
    again = case.again
    first, second = weights_of(case.run), weights_of(again)
    must(all(torch.equal(first[name], second[name]) for name in first), "the weights of two fits differ")
    must(again.tables["dev"].equals(case.run.tables["dev"]), "what two fits say of dev differs")


def an_error_for_each_example(case: RunCase) -> None:
    """Of train and dev, each with its id; test stays sealed."""
    for role in ("train", "dev"):
        errors, rows = case.run.errors[role], len(case.splits.roles[role])
        must(len(errors) == rows, f"expected {rows} errors of {role}, got {len(errors)}")
        must(bool(np.isfinite(errors).all()) and bool((errors >= 0).all()), f"errors of {role} are below 0 or not finite")
        must(case.run.tables[role]["id"].n_unique() == rows, f"the ids of {role} are not single")
    must("test" not in case.run.errors, "test was measured before it was opened")


def errors_follow_from_truth_and_prediction(case: RunCase) -> None:
    """The truth is that of the data, row by row; a class is wrong where it differs, a number by so many baselines."""
    for role in ("train", "dev"):
        table, y = case.run.tables[role], case.splits.roles[role].y
        truth, said, errors = (table[name] for name in ("truth", "prediction", "error"))
        if case.run.target.kind == "regression":
            must(bool(np.allclose(truth.to_numpy(), y)), f"the truth of {role} is not that of the data")
            apart = np.abs(said.to_numpy() - truth.to_numpy())
            baselines = apart[apart > 0] / errors.to_numpy()[apart > 0]
            must(bool(np.allclose(baselines, baselines[:1], rtol=1e-3)), f"the errors of {role} are no multiple of how far off they are")
        else:
            labels = [case.run.target.classes[code] for code in y]
            must(truth.cast(pl.String).to_list() == labels, f"the truth of {role} is not that of the data")
            wrong = (said.cast(pl.String) != truth.cast(pl.String)).cast(pl.Float64)
            must(wrong.to_list() == errors.to_list(), f"the errors of {role} are not where the prediction differs from the truth")


def predictions_are_those_that_were_measured(case: RunCase) -> None:
    """`predict` on the rows of dev says what the table of dev says."""
    said, table = case.run.predict(case.rows), case.run.tables["dev"]
    must(said.height == table.height, f"expected {table.height} predictions, got {said.height}")
    for name in said.columns:
        if name == "prediction" or name.startswith("p_"):
            must(_alike(said[name], table[name]), f"column {name} of the predictions is not that of the errors")


def a_run_that_is_opened_is_the_run(case: RunCase) -> None:
    """Predictions to the bit, errors, experiment and verdicts; no pickle in the folder."""
    opened = case.opened
    must(opened.predict(case.rows).equals(case.run.predict(case.rows)), "the predictions of the opened run differ")
    must(np.array_equal(opened.errors["dev"], case.run.errors["dev"]), "the errors of the opened run differ")
    must(str(opened.experiment) == str(case.run.experiment), "the experiment of the opened run differs")
    kinds = {path.suffix for path in case.saved.rglob("*") if path.is_file()}
    must(kinds <= {".json", ".jsonl", ".safetensors", ".parquet", ".html"}, f"the folder holds files of kinds {sorted(kinds)}")


def a_fit_that_was_cut_off_goes_on(case: RunCase) -> None:
    """Cut off in its second epoch and called again: bit for bit the weights of the fit that nobody disturbed."""
    epochs = case.run.settings.epochs or 1
    asked = {**case.arguments, "epochs": max(2, epochs)}
    whole = case.run if epochs > 1 else fit(case.ready, **asked)
    kept = case.folder / "kept"
    with suppress(_CutOff):
        fit(case.ready, checkpoints=Checkpoints(kept, seconds=0.0), progress=_cut_off_after_the_first(asked["epochs"]), **asked)
        raise Broken("the training was over before it could be cut off")
    must(any(kept.iterdir()), "there is no checkpoint after the first epoch")
    resumed = fit(case.ready, checkpoints=kept, **asked)
    first, second = weights_of(whole), weights_of(resumed)
    must(all(torch.equal(first[name], second[name]) for name in first), "the weights differ from those of the fit that nobody disturbed")
    must(whole.history["J"] == resumed.history["J"], "the costs differ from those of the fit that nobody disturbed")


def a_population_equals_solo_runs(case: RunCase) -> None:
    """Two rates and seeds side by side, in float64, each as it is alone within 1e-6, and not the same net twice."""
    nets = case.many
    must(any(not torch.equal(a, b) for a, b in zip(*(weights_of(n).values() for n in nets), strict=True)), "both nets are the same")
    for many, own in zip(nets, OTHERS, strict=True):
        alone = fit(case.ready, **{**case.arguments, "precision": "float64", **own})
        for (name, one), other in zip(weights_of(alone).items(), weights_of(many).values(), strict=True):
            worst = float((one.double() - other.double()).abs().max()) if one.numel() else 0.0
            must(worst <= 1e-6, f"{name} of the net with {own} differs by {worst:.2g} from the one trained alone")


def the_ladder_stands(case: RunCase) -> None:
    """Rungs of train and dev are the means of their errors (each counted once); variance is their difference; test is sealed."""
    diagnosis = case.run.diagnose(references=False, truth={})
    rungs = {rung.name: rung.estimate.value for rung in diagnosis.ladder}
    tables = {role: case.run.tables[role] for role in ("train", "dev")}
    for role, table in tables.items():
        weighed = float(np.average(table["error"].to_numpy(), weights=table["weight"].to_numpy()))
        must(abs(rungs[role] - weighed) < 1e-9, f"the rung of {role} is {rungs[role]:.4g}, its errors say {weighed:.4g}")
    gap = diagnosis.gaps["variance"]
    must(abs(gap.value - (rungs["dev"] - rungs["train"])) < 1e-9, "variance is not dev less train")
    must(gap.low is not None and gap.high is not None and gap.low <= gap.value <= gap.high, "variance has no interval around it")
    must("test" in diagnosis.ladder.sealed, "the ladder does not say that test is sealed")


def the_page_is_one_file(case: RunCase) -> None:
    """report.html shows the ladder and reaches for nothing outside itself."""
    page = (case.saved / "report.html").read_text(encoding="utf-8")
    must("dev" in page and "variance" in page, "the page does not show the ladder")
    outside = [start for start in ('src="http', "src='http", 'href="http', "@import", "url(http") if start in page]
    must(not outside, f"the page reaches outside: {outside}")


def the_worst_mistakes_are_kept(case: RunCase) -> None:
    """As many as there are wrong answers on dev, 200 at most."""
    wrong = int((case.run.errors["dev"] > 0).sum())
    kept = pl.read_parquet(case.saved / "mistakes" / "dev.parquet").height if wrong else 0
    must(kept == min(wrong, 200), f"expected {min(wrong, 200)} mistakes, got {kept}")


def an_opened_test_has_an_error_for_each_example(case: RunCase) -> None:
    """And the ladder has its rung from then on; the second fit is taken for it."""
    run = case.again
    error = run.open_test()
    must(np.isfinite(error) and error >= 0, f"expected an error of test, got {error}")
    must(len(run.errors["test"]) == len(case.splits.roles["test"]), "expected an error for each example of test")
    must("test" in run.diagnose(references=False).ladder, "the ladder has no rung for the opened test")


def weights_of(run: Run) -> dict[str, torch.Tensor]:
    """Parameters and buffers by name; none where the training diverged."""
    must(run.net is not None, "the training diverged")
    return {} if run.net is None else run.net.state_dict()


class _CutOff(Exception):
    """In place of a power cut."""


def _cut_off_after_the_first(epochs: int) -> Callable[[int, int, str], None]:
    """A progress that ends the training at its first word from the second epoch."""

    def progress(done: int, total: int, text: str) -> None:
        if done * epochs > total:
            raise _CutOff

    return progress


def _alike(one: pl.Series, other: pl.Series) -> bool:
    """Equal but for the last bits of numbers: what is said of all rows at once may be summed in another order."""
    if one.dtype.is_numeric() and other.dtype.is_numeric():
        return bool(np.allclose(one.to_numpy(), other.to_numpy(), rtol=1e-4, atol=1e-5))
    return one.cast(pl.String).to_list() == other.cast(pl.String).to_list()


RUN_CONTRACT: Contract[RunCase] = Contract.named(
    "run",
    the_same_seed_gives_the_same_bits,
    an_error_for_each_example,
    errors_follow_from_truth_and_prediction,
    predictions_are_those_that_were_measured,
    a_run_that_is_opened_is_the_run,
    a_fit_that_was_cut_off_goes_on,
    a_population_equals_solo_runs,
    the_ladder_stands,
    the_page_is_one_file,
    the_worst_mistakes_are_kept,
    an_opened_test_has_an_error_for_each_example,
)
