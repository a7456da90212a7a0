"""Rare classes: which verdict is taken from which error, what the screen says, and what is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from fathom.core.balanced import balanced
from fathom.core.exceptions import UnusableInput
from fathom.core.records.errors import Errors
from fathom.diagnosis.diagnose import diagnose
from fathom.diagnosis.predictions import of_table


def classes(common, rare):
    return np.array(["no"] * common + ["yes"] * rare)


def wrong(truth, of_no, of_yes):
    """The first `of_no` and `of_yes` examples of each class are wrong."""
    errors = np.zeros(len(truth))
    errors[np.flatnonzero(truth == "no")[:of_no]] = 1
    errors[np.flatnonzero(truth == "yes")[:of_yes]] = 1
    return errors


TRAIN, DEV = classes(9000, 1000), classes(2700, 300)
TRUTH = {"train": TRAIN, "dev": DEV}
ERRORS = {"train": wrong(TRAIN, 90, 50), "dev": wrong(DEV, 27, 120)}


def test_the_verdict_is_taken_from_the_balanced_error():
    """Plain: train 1.4%, dev 4.9%. Balanced: (1 + 5)/2 = 3% and (1 + 40)/2 = 20.5%."""
    d = diagnose(ERRORS, truth=TRUTH, human=0.03)
    assert d.ladder["train"].estimate.value == pytest.approx(0.03)
    assert d.ladder["dev"].estimate.value == pytest.approx(0.205)
    assert d.balance.rare == {"yes": 0.1}
    assert d.balance.plain["dev"].estimate.value == pytest.approx(147 / 3000)
    assert d.gaps["variance"].value == pytest.approx(0.175)
    assert d.verdicts == ("high variance",)
    assert d.headline == "dev 20.5% balanced error = 3.0 human + 0.0 bias + 17.5 variance. Work on variance."


def test_the_screen_shows_both_and_says_why():
    screen = str(diagnose(ERRORS, truth=TRUTH))
    assert "plain 1.4%" in screen
    assert "plain 4.9%" in screen
    assert "'yes' is 10.0% of train" in screen
    assert "human and goal are read in it" in " ".join(screen.split())
    assert max(map(len, screen.splitlines())) <= 80


def test_nothing_rare_or_no_truth_is_the_plain_error():
    even = {"train": classes(5000, 5000), "dev": classes(1500, 1500)}
    d = diagnose(ERRORS, truth=even)
    assert d.balance is None
    assert "balanced" not in str(d)
    assert diagnose(ERRORS, truth={}).balance is None
    assert diagnose(ERRORS).ladder["dev"].estimate.value == pytest.approx(147 / 3000)


def test_dev_decides_where_train_is_not_there():
    d = diagnose({"dev": ERRORS["dev"], "test": ERRORS["dev"]}, truth={"val": DEV, "test": DEV})
    assert (d.balance.role, d.balance.rare) == ("dev", {"yes": 0.1})


def test_references_are_compared_by_the_balanced_error():
    """A reference that is better on the plain error, and worse on the balanced one."""
    never = wrong(DEV, 0, 300)
    many = wrong(DEV, 400, 0)
    d = diagnose({"train": wrong(TRAIN, 0, 0), "dev": many}, truth=TRUTH, references={"never": never, "same": Errors.of(many)})
    assert never.mean() < many.mean()
    assert d.references["never"].estimate.value == pytest.approx(0.5)
    assert d.references["never"].standing == "ahead"
    assert next(iter(d.references)) == "same"
    assert d.floor.value == pytest.approx(balanced(Errors.of(many), DEV).rate)


def test_a_role_that_lacks_a_class_is_told():
    d = diagnose({"train": ERRORS["train"], "dev": np.zeros(50)}, truth={"train": TRAIN, "dev": classes(50, 0)})
    finding = next(f for f in d.findings if f.id == "diagnosis.role.class_absent")
    assert finding.where == "dev"
    assert "dev holds no 'yes'" in finding.what
    assert d.ladder["dev"].estimate.value == 0.0


def test_every_role_needs_its_classes_where_one_is_rare():
    with pytest.raises(UnusableInput, match=r"the classes of every role, because 'yes' is rare, got none for dev"):
        diagnose(ERRORS, truth={"train": TRAIN})


@pytest.mark.parametrize(
    ("errors", "truth", "message"),
    [
        ({"train": 0.1, "dev": 0.2}, {"train": TRAIN}, "`truth` of train: expected one for each error of the role, got a rate"),
        (ERRORS, {"train": TRAIN[:5]}, "got 5 for 10,000 errors"),
        (ERRORS, {"somewhere": TRAIN}, "role"),
    ],
    ids=["rates", "length", "role"],
)
def test_truth_that_does_not_fit_is_refused(errors, truth, message):
    with pytest.raises(UnusableInput, match=message):
        diagnose(errors, truth=truth)


def test_a_predictions_file_brings_its_truth():
    truth = np.concatenate([TRAIN, DEV])
    missed = np.concatenate([ERRORS["train"], ERRORS["dev"]]) == 1
    predicted = np.where(missed, np.where(truth == "no", "yes", "no"), truth)
    read = of_table(pl.DataFrame({"role": ["train"] * len(TRAIN) + ["val"] * len(DEV), "truth": truth, "prediction": predicted}))
    d = diagnose(read.errors, truth=read.truth)
    assert d.balance is not None
    assert d.ladder["dev"].estimate.value == pytest.approx(0.205)


def test_bare_rates_load_no_numpy():
    code = "import sys; from fathom.diagnosis.diagnose import diagnose; str(diagnose({'train': (1, 100), 'dev': 0.11})); "
    code += "sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, env={**os.environ, "PYTHONPATH": "src"}).returncode == 0


def test_the_record_is_plain_json():
    d = diagnose(ERRORS, truth=TRUTH)
    found = json.loads(json.dumps(d.to_json(), allow_nan=False))
    assert found["balance"]["rare"] == {"yes": 0.1}
    assert found["baseline"]["train"]["name"] == "always 'no'"
