"""A fit that was cut off goes on from its checkpoints with the same bits; other data or settings are refused."""

import pytest
import torch

import fathom
from fathom.core.exceptions import UnusableInput
from fathom.engine.checkpoints import Checkpoints
from fathom.experiment.saving import versions

ARGUMENTS = {"hidden": (8,), "epochs": 12, "dropout": 0.2}


class Killed(Exception):
    pass


def killed_at(update):
    def progress(done, total, text):
        if done >= update:
            raise Killed

    return progress


@pytest.fixture
def splits():
    return fathom.split(fathom.sample("wine"), seed=0)


@pytest.fixture
def cut_off(splits, tmp_path):
    with pytest.raises(Killed):
        fathom.fit(splits, checkpoints=Checkpoints(tmp_path / "kept", seconds=0.0), progress=killed_at(10), **ARGUMENTS)
    return tmp_path / "kept"


def test_the_same_call_goes_on_with_the_same_bits(splits, cut_off):
    assert len(list(cut_off.iterdir())) == 2
    resumed, whole = fathom.fit(splits, checkpoints=cut_off, **ARGUMENTS), fathom.fit(splits, **ARGUMENTS)
    assert all(torch.equal(a, b) for a, b in zip(resumed.net.parameters(), whole.net.parameters(), strict=True))
    assert resumed.history["J"] == whole.history["J"]
    assert resumed.history.measured("dev") == whole.history.measured("dev")
    assert not cut_off.exists()


@pytest.mark.parametrize(
    ("change", "named"),
    [({"epochs": 13}, "settings"), ({"l2": 1.0}, "settings"), ({"hidden": (9,)}, "arguments"), ({"seed": 1}, "settings")],
)
def test_other_settings_are_refused(splits, cut_off, change, named):
    with pytest.raises(UnusableInput, match=named):
        fathom.fit(splits, checkpoints=cut_off, **(ARGUMENTS | change))


def test_other_data_are_refused(cut_off):
    with pytest.raises(UnusableInput, match="data of digest"):
        fathom.fit(fathom.split(fathom.sample("wine"), seed=1), checkpoints=cut_off, **ARGUMENTS)


def test_other_versions_and_threads_are_refused(splits, cut_off, monkeypatch):
    monkeypatch.setattr("fathom.experiment.training.versions", lambda: {**versions(), "torch": "1.0"})
    with pytest.raises(UnusableInput, match='torch "1.0"'):
        fathom.fit(splits, checkpoints=cut_off, **ARGUMENTS)
    monkeypatch.undo()
    monkeypatch.setattr("fathom.experiment.training.threads_for", lambda *_: 2)
    with pytest.raises(UnusableInput, match="threads 2"):
        fathom.fit(splits, checkpoints=cut_off, **ARGUMENTS)


def test_a_file_in_place_of_the_folder_is_refused(splits, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UnusableInput, match="a file"):
        fathom.fit(splits, checkpoints=tmp_path / "file", **ARGUMENTS)
