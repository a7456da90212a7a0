"""Augmentation from fit to run: chosen for the set, kept with the run, the same bits after a restart and among many."""

import json

import numpy as np
import pytest
import torch
from torch import nn

import fathom
from fathom.cli.main import main
from fathom.core.exceptions import UnusableInput
from fathom.core.records.augmentation import Augmentation
from fathom.engine.checkpoints import Checkpoints
from fathom.report.python_call import python_call
from tests.data.picture_set import patches

ARGUMENTS = {"net": "lenet5", "epochs": 3, "augment": "crop=1, rotate, zoom, cutout, color"}


class Killed(Exception):
    pass


@pytest.fixture(scope="module")
def splits():
    return fathom.split(fathom.sample("digits", n=400), seed=0)


@pytest.fixture(scope="module")
def run(splits):
    return fathom.fit(splits, **ARGUMENTS)


def same(a, b):
    return all(torch.equal(x, y) for x, y in zip(a.net.parameters(), b.net.parameters(), strict=True))


def test_what_fits_digits_is_said_and_kept(splits, tmp_path):
    made = fathom.fit(splits, net="lenet5", epochs=1, augment=True)
    assert made.settings.augment == Augmentation(rotate=10, zoom=0.1)
    (said,) = [f for f in made.findings if f.id == "data.augment.batches"]
    assert "rotate 10 + zoom 0.1 (what fits digits and letters)" in said.what
    assert "augment={'rotate': 10.0, 'zoom': 0.1}" in python_call(made.experiment)
    made.save(tmp_path / "run", diagnosis=made.diagnose(references=False))
    assert fathom.open_run(tmp_path / "run").settings == made.settings


def test_errors_are_those_of_plain_pictures(splits, run):
    answers = run.predict(splits.train)["prediction"].to_numpy()
    truth = np.array(splits.target.classes)[splits.train.y]
    assert (answers.astype(str) != truth).mean() == pytest.approx(run.errors["train"].mean())


def test_the_same_call_gives_the_same_bits_and_another_data_seed_others(splits, run):
    assert same(run, fathom.fit(splits, **ARGUMENTS))
    assert not same(run, fathom.fit(splits, **ARGUMENTS | {"data_seed": 1}))


def test_no_strength_gives_the_bits_of_none(splits):
    assert same(*(fathom.fit(splits, **ARGUMENTS | {"epochs": 1, "augment": a}) for a in (None, {"rotate": 0, "flip": False})))


def test_cut_off_and_taken_up_it_has_the_bits_of_the_whole(splits, run, tmp_path):
    def kill(done, total, text):
        if done >= total // 2:
            raise Killed

    with pytest.raises(Killed):
        fathom.fit(splits, checkpoints=Checkpoints(tmp_path / "kept", seconds=0.0), progress=kill, **ARGUMENTS)
    with pytest.raises(UnusableInput, match="settings"):
        fathom.fit(splits, checkpoints=tmp_path / "kept", **ARGUMENTS | {"augment": "crop=2"})
    assert same(run, fathom.fit(splits, checkpoints=tmp_path / "kept", **ARGUMENTS))


def test_many_have_the_numbers_of_single_ones(splits):
    asked = [{"seed": 1}, {"seed": 2}, {"seed": 2, "augment": None}]
    together = fathom.fit_many(splits, settings=asked, deterministic=True, **ARGUMENTS)
    assert [r.plan["members"] for r in together] == [2, 2, 1]
    for made, own in zip(together, asked, strict=True):
        alone = fathom.fit(splits, **ARGUMENTS | own)
        for a, b in zip(made.net.parameters(), alone.net.parameters(), strict=True):
            torch.testing.assert_close(a, b, rtol=2e-3, atol=2e-4)


def test_folds_alter_too(splits):
    folded = fathom.fit(splits, folds=2, **ARGUMENTS | {"net": "mlp", "epochs": 1})
    assert folded.runs[0].prepare.picture is not None
    assert folded.final.settings.augment == run_augment()
    assert folded.final.prepare.picture is not None


def run_augment():
    return Augmentation.of(ARGUMENTS["augment"])


def test_nets_of_ones_own_get_the_pictures_whole():
    x, y = patches()
    splits = fathom.split(fathom.load((x, y)), seed=0)
    made = fathom.fit(splits, net=lambda n, out: nn.Linear(n, out), epochs=2, augment=True)
    assert made.settings.augment == Augmentation(flip=True, crop=2, color=0.08)
    assert made.prepare.picture is not None


def test_a_table_has_no_pictures_to_alter():
    with pytest.raises(UnusableInput, match="`augment`: expected pictures"):
        fathom.fit(fathom.split(fathom.sample("wine"), seed=0), augment="flip")


def test_on_the_command_line(tmp_path, capsys):
    asked = ["fit", "sample:digits", "--net", "lenet5", "--epochs", "1", "--no-references", "--out", str(tmp_path / "run")]
    assert main([*asked, "--augment"]) == 0
    said = capsys.readouterr().out
    assert "augment rotate 10 + zoom 0.1" in said
    assert "errors are of plain ones" in " ".join(said.split())
    assert json.loads((tmp_path / "run" / "run.json").read_text())["command"].count(" --augment ") == 1
    assert main([*asked[:-1], str(tmp_path / "other"), "--augment-by", "spin"]) == 2
