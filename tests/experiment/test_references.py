"""References against scikit-learn called by hand, and their cost by shape."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier

import fathom
from fathom.core.records.prepared import Prepared
from fathom.experiment.ready import make_ready
from fathom.experiment.references import boosted_effort, linear_effort, neighbors_effort, references
from fathom.tasks.choice import task_for


def fitted(name):
    ready = make_ready(fathom.split(fathom.sample(name), seed=0))
    scale = ready.prepare.target_scale
    numbers = {} if scale is None else {"mean": scale.mean, "std": scale.std, "baseline": scale.baseline}
    return ready, {r.name: r for r in ready.references(task_for(ready.splits.target, **numbers))}


def test_classes_are_scikit_learns_on_the_same_arrays():
    ready, found = fitted("wine")
    x, y = (ready.prepared.inputs, ready.prepared.targets)
    oracles = {
        "linear": LogisticRegression(C=1.0, max_iter=1000),
        "nearest neighbors": KNeighborsClassifier(15),
        "boosted trees": HistGradientBoostingClassifier(max_iter=100, early_stopping=False, random_state=0),
    }
    assert list(found) == list(oracles)
    for name, oracle in oracles.items():
        wrong = oracle.fit(x["train"], y["train"]).predict(x["dev"]) != y["dev"]
        np.testing.assert_array_equal(found[name].errors.value, wrong, err_msg=name)


def test_a_regression_is_in_the_nets_own_terms():
    ready, found = fitted("diabetes")
    y = ready.splits.train.y
    prediction = Ridge(1.0).fit(ready.prepared.inputs["train"], y).predict(ready.prepared.inputs["dev"])
    expected = np.abs(prediction - ready.splits.dev.y) / np.abs(y - np.median(y)).mean()
    np.testing.assert_allclose(found["linear"].errors.value, expected, rtol=1e-4)


def test_same_data_same_references_and_all_nets_share_them():
    ready, found = fitted("breast-cancer")
    again = references(ready.prepared, task_for(ready.splits.target), classes=2)
    assert [r.errors.value.tolist() for r in again] == [r.errors.value.tolist() for r in found.values()]
    runs = fathom.fit_many(ready, settings=[{"epochs": 1}, {"epochs": 2}])
    assert runs[0].references is runs[1].references is ready.fitted


def test_without_dev_there_are_none():
    empty = Prepared({"train": np.zeros((4, 2), np.float32)}, {"train": np.zeros(4, np.int64)}, {}, {})
    assert references(empty, None, classes=2) == []


@pytest.mark.parametrize("features", [1, 30, 784, 5_000, 100_000])
@pytest.mark.parametrize("outputs", [1, 10, 100])
def test_effort_keeps_within_its_budget(features, outputs):
    assert linear_effort(features, outputs, 1_000).rows * features * outputs <= 8e7
    assert neighbors_effort(features, outputs, 10_000).rows * features * 10_000 <= 1.5e10
    effort = boosted_effort(features, outputs, 1_000)
    assert 1 <= effort.features <= features
    assert 30 <= effort.rounds <= 100
    cost = effort.rounds * outputs * effort.features * (50 + 0.012 * effort.rows)
    assert cost <= 4.5e6 or effort.features == 1


def test_the_most_telling_features_are_kept():
    source = np.random.default_rng(0)
    x = source.normal(size=(300, 60)).astype(np.float32)
    from fathom.experiment.references import _telling

    y = (x[:, 7] + x[:, 41] > 0).astype(int)
    assert _telling(x, y, 2, regression=False).tolist() == [7, 41]
    assert _telling(x, x[:, 7] - x[:, 3], 2, regression=True).tolist() == [3, 7]
    assert len(_telling(x, y, 60, regression=False)) == 60
