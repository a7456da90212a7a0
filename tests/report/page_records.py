"""Records of runs that were never made, for the page: plain ones, and ones with every name hostile."""

from __future__ import annotations

import numpy as np
import polars as pl

from fathom.core.records.diagnosis import Diagnosis
from fathom.core.records.experiment import Experiment
from fathom.core.records.history import Epoch, History
from fathom.core.records.settings import Settings
from fathom.core.records.target import Target
from fathom.diagnosis.diagnose import diagnose

HOSTILE = (
    "<script>alert(1)</script>",
    "\"' onload='alert(1)",
    "</style></title></svg><img src=x onerror=alert(1)>",
    "a" * 10_000,
    "right\u202eto left\u0000 & &lt; ]]>",
)


def experiment(target: Target, *, name: str = "made", rows: dict[str, int] | None = None) -> Experiment:
    split = {"method": "made", "seed": 3, "stratified": True, "rows": {}}
    return Experiment(
        data={"name": name, "digest": "c1a879ff0667dead", "target": target.to_json(), "split": split},
        net="mlp",
        arguments={"hidden": [64, 32], "activation": "relu"},
        shape="30-64-32-1",
        parameters=4_097,
        settings=Settings(l2=0.7, seed=5).at(rows=341),
        rows=rows or {"train": 341, "dev": 114, "test": 114},
        features=30,
    )


def history(epochs: int = 40, *, penalty: float = 0.1, every: int = 5, best: int | None = None) -> History:
    """J falls by a factor each epoch; the dev error has its lowest point in the middle."""
    made = [
        Epoch(
            epoch=i,
            J=2.0 * 0.8**i + penalty,
            data_term=2.0 * 0.8**i,
            penalty=penalty,
            errors={"train": 0.4 / i, "dev": 0.05 + abs(i - epochs / 2) / epochs / 10} if i == 1 or i % every == 0 else {},
            learning_rate=0.001 / (1 + i),
            weight_norm=10 + i / 10,
            updates=6 * i,
        )
        for i in range(1, epochs + 1)
    ]
    return History(made, best_epoch=best, seconds=1.25, stopped="early" if best else "")


def classes_table(labels: tuple[str, ...], n: int = 114, wrong: int = 20, seed: int = 0) -> pl.DataFrame:
    """The first `wrong` examples are taken for the next class, the i-th with a probability of 1 - i/100."""
    truth = np.random.default_rng(seed).integers(len(labels), size=n)
    missed = np.arange(n) < wrong
    prediction = (truth + missed) % len(labels)
    chances = np.full((n, len(labels)), 0.001)
    chances[np.arange(n), prediction] = 1 - np.arange(n) / 100 / max(n / 100, 1)
    named = [labels[i] for i in truth], [labels[i] for i in prediction]
    columns = {"id": np.arange(n) * 10, "truth": named[0], "prediction": named[1]}
    columns |= {f"p_{label}": chances[:, i] for i, label in enumerate(labels)}
    return pl.DataFrame({**columns, "error": missed.astype(float), "weight": np.ones(n)})


def numbers_table(n: int = 88, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    truth = rng.normal(150.0, 70.0, n)
    prediction = truth + rng.normal(0.0, 40.0, n)
    return pl.DataFrame({"id": np.arange(n), "truth": truth, "prediction": prediction, "error": np.abs(truth - prediction) / 60.0})


def classes_run(labels: tuple[str, ...] = ("benign", "malignant"), n: int = 114, **changes: object) -> dict[str, object]:
    """What `page` takes, for classes."""
    kind = "binary" if len(labels) == 2 else "multiclass"
    dev = classes_table(labels, n)
    rates = {"train": np.zeros(341), "dev": dev.get_column("error").to_numpy()}
    made = {
        "experiment": experiment(Target(name="diagnosis", kind=kind, classes=labels, dtype="string")),
        "history": history(),
        "diagnosis": diagnose(rates, references={"linear": 0.05, "boosted trees": 0.03}, sealed={"test": 114}),
        "tables": {"dev": dev},
        "settings": "adam, learning_rate 0.001, l2 0.7",
        "versions": {"fathom": "0.1.0", "torch": "2.13.0"},
        "command": "fathom fit sample:breast-cancer --l2 0.7",
    }
    return made | changes


def numbers_run(unit: str = "mmHg", n: int = 88, **changes: object) -> dict[str, object]:
    """What `page` takes, for a number."""
    dev = numbers_table(n)
    errors = {"train": np.full(266, 0.1) + np.arange(266) / 2660, "dev": dev.get_column("error").to_numpy()}
    found = diagnose(errors, references={"linear": 0.5}, sealed={"test": 88}, unit=unit, scale=60.0)
    made = classes_run() | {"diagnosis": found, "tables": {"dev": dev}}
    return made | {"experiment": experiment(Target(name=unit, kind="regression"))} | changes


def rare_diagnosis(of_no: int = 27, of_yes: int = 120) -> Diagnosis:
    """'yes' is a tenth of train and dev; on dev so many of each class are wrong, on train the same share."""
    truth = {"train": np.array(["no"] * 9000 + ["yes"] * 1000), "dev": np.array(["no"] * 2700 + ["yes"] * 300)}
    errors = {role: np.zeros(len(labels)) for role, labels in truth.items()}
    for role, (no, yes) in {"train": (of_no * 10 // 3, of_yes * 10 // 3), "dev": (of_no, of_yes)}.items():
        errors[role][np.flatnonzero(truth[role] == "no")[:no]] = 1
        errors[role][np.flatnonzero(truth[role] == "yes")[:yes]] = 1
    return diagnose(errors, truth=truth, references={"linear": 0.05})
