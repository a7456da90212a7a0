"""Pictures from fit to report: lenet5 and residual nets on real digits, alone and as a population, from arrays and from files."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
import torch
from torch.utils.data import TensorDataset

from fathom.core.exceptions import UnusableInput
from fathom.core.picture_nets import PICTURE_NETS
from fathom.data.load import load
from fathom.data.samples import sample
from fathom.data.splits import split
from fathom.experiment.fit import fit
from fathom.experiment.opening import open_run
from fathom.recipe.remedies import remedies
from tests.data.picture_set import digits, patches, written


@pytest.fixture(scope="module")
def splits():
    return split(sample("digits"), seed=0)


@pytest.fixture(scope="module")
def run(splits):
    return fit(splits, net="lenet5", epochs=8, learning_rate=0.003)


def test_lenet_learns_digits(run):
    assert run.errors["dev"].mean() < 0.06
    assert str(run.experiment).startswith("lenet5 1x8x8 (22,238 parameters)")
    assert run.plan["plan"] == "loop"


def test_a_saved_run_predicts_the_same(run, splits, tmp_path):
    run.save(tmp_path / "run", diagnosis=run.diagnose(references=False))
    again = open_run(tmp_path / "run")
    assert again.predict(splits.dev).equals(run.predict(splits.dev))
    assert again.prepare.picture == run.prepare.picture
    page = (tmp_path / "run" / "report.html").read_text()
    wrong = int((run.errors["dev"] > 0).sum())
    assert page.count("data:image/png;base64,") == min(wrong, 20)


@pytest.mark.parametrize("name", sorted(PICTURE_NETS))
def test_every_net_is_advised_as_one_for_pictures(name):
    """What the nets keep else is held by tests/testing/test_run_contract.py."""
    data = sample("digits")
    few = split(data.take(list(np.random.default_rng(0).permutation(len(data))[:60])), seed=0)
    made = fit(few, net=name, epochs=1, **({"depth": 8} if name in ("resnet", "plain") else {}))
    assert made.experiment.net == name
    assert [s for s in made.diagnose(references=False).steps if "mlp" in s.how] == []
    for gap in ("avoidable_bias", "variance"):
        assert remedies(gap, made.experiment)


def test_dropout_and_l2_are_settings_of_lenet(splits):
    made = fit(splits, net="lenet5", epochs=1, dropout=(0.1, 0.3), l2=0.5)
    assert made.settings.dropout == (0.1, 0.3)
    with pytest.raises(UnusableInput, match="batch norm in every layer"):
        fit(splits, net="resnet20", epochs=1, dropout=0.2)


@pytest.mark.parametrize("last", [True, False])
def test_colors_in_either_order_make_the_same_net(last):
    x, y = patches()
    given = x if last else np.moveaxis(x, -1, 1)
    source = (given, y) if last else TensorDataset(torch.from_numpy(given.copy()), torch.from_numpy((y == "temple").astype(int)))
    made = fit(split(load(source), seed=0), net="lenet5", epochs=2, batch_size=8)
    assert made.experiment.shape == "3x16x16"
    assert made.net[1].weight.shape == (8, 3, 5, 5)


def test_files_come_with_their_names(tmp_path):
    x, y = digits()
    run = fit(split(load(written(tmp_path / "photos", x, y)), seed=0), net="lenet5", epochs=15, batch_size=16)
    new = written(tmp_path / "new", x[:4], np.full(4, "."))
    said = run.predict(new)
    assert said.columns == ["file", "prediction", "p_nil", "p_one"] or said.columns == ["file", "prediction", "p_one", "p_nil"]
    assert said["file"].to_list() == ["000.png", "001.png", "002.png", "003.png"]
    assert said["prediction"].to_list() == y[:4].tolist()
    assert run.tables["dev"]["id"].dtype == pl.String
    run.save(tmp_path / "run", diagnosis=run.diagnose(references=False))
    assert open_run(tmp_path / "run").predict(new).equals(said)


def test_other_nets_and_numbers_beside_the_pictures_get_files_of_train_s_size(tmp_path):
    x, y = digits()
    written(tmp_path / "files", x, np.full(60, "."))
    rows = pl.DataFrame({"image": [f"files/{i:03}.png" for i in range(60)], "age": [20.0 + i % 7 for i in range(60)], "digit": y.tolist()})
    rows.write_csv(tmp_path / "table.csv")
    run = fit(split(load(tmp_path / "table.csv", target="digit", size=4), seed=0), net="softmax", epochs=2)
    said = run.predict(tmp_path / "table.csv")
    assert said["image"].to_list() == rows["image"].to_list()
    assert set(run.prepare.names) >= {"age", "pixel_3_3"}
    assert said.height == 60
    same = load(tmp_path / "table.csv", target="digit", size=4)
    assert said.drop("image").equals(run.predict(same.table.drop("image")))


def test_a_table_is_no_picture():
    with pytest.raises(UnusableInput, match="expected pictures for net lenet5: a folder of them, or arrays .*got 13 columns of a table"):
        fit(split(sample("wine"), seed=0), net="lenet5")


def test_a_folder_that_asks_for_a_monstrous_net_is_refused(splits, tmp_path):
    made = fit(splits, net="resnet", depth=8, epochs=1)
    made.save(tmp_path / "run", diagnosis=made.diagnose(references=False))
    head = json.loads((tmp_path / "run" / "run.json").read_text())
    head["experiment"]["arguments"]["depth"] = 6_000_002
    (tmp_path / "run" / "run.json").write_text(json.dumps(head))
    with pytest.raises(UnusableInput, match="a net of 6,000,002 layers beside"):
        open_run(tmp_path / "run")
