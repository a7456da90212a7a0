"""Fit end to end, on real data."""

import itertools
import json
import math

import numpy as np
import polars as pl
import pytest
import torch
from torch import nn

import fathom
from fathom.core.exceptions import TestSealed, TrainingDiverged, UnusableInput


@pytest.fixture(scope="module")
def splits():
    return fathom.split(fathom.sample("wine"), seed=0)


@pytest.fixture(scope="module")
def run(splits):
    return fathom.fit(splits, epochs=60, hidden=(16,))


def test_a_fit_without_options_learns_breast_cancer():
    run = fathom.fit(fathom.split(fathom.sample("breast-cancer"), seed=0))
    assert run.errors["dev"].mean() < 0.06
    assert run.errors["train"].mean() < 0.02
    assert run.history.epochs[-1].updates >= 2000


def test_regression_learns_and_its_error_is_a_share_of_the_baselines():
    splits = fathom.split(fathom.sample("diabetes"), seed=0)
    run = fathom.fit(splits, epochs=60, l2=3.0)
    table = run.tables["dev"]
    y, predicted = table["truth"].to_numpy(), table["prediction"].to_numpy()
    train = splits.train.y
    baseline = np.abs(train - np.median(train)).mean()
    np.testing.assert_allclose(run.errors["dev"], np.abs(predicted - y) / baseline, rtol=1e-4)
    assert run.errors["dev"].mean() < 0.85


def test_errors_are_those_of_the_net_in_evaluation_mode(run, splits):
    outputs = run.net(torch.from_numpy(run.prepare(splits.dev))).detach().numpy()
    wrong = outputs.argmax(1) != splits.dev.y
    np.testing.assert_array_equal(run.errors["dev"], wrong)
    assert not run.net.training


def test_test_is_sealed_until_it_is_opened(splits):
    run = fathom.fit(splits, epochs=5)
    assert set(run.errors) == {"train", "dev"}
    assert "test" not in run.errors
    with pytest.raises(TestSealed, match=r"run.open_test\(\)"):
        run.errors["test"]
    error = run.open_test()
    assert error == pytest.approx(run.errors["test"].mean())
    assert len(run.errors["test"]) == len(splits.test)
    assert len(run.openings) == 1


def test_val_is_read_as_dev(run):
    np.testing.assert_array_equal(run.errors["val"], run.errors["dev"])


def test_same_seed_same_bits_and_the_user_s_generator_is_left_alone(splits):
    torch.manual_seed(123)
    first = fathom.fit(splits, epochs=8, dropout=0.2, batch_norm=True, seed=5)
    after = torch.rand(3)
    torch.manual_seed(99)
    again = fathom.fit(splits, epochs=8, dropout=0.2, batch_norm=True, seed=5)
    torch.manual_seed(123)
    assert torch.equal(after, torch.rand(3))
    for name, tensor in first.net.state_dict().items():
        assert torch.equal(tensor, again.net.state_dict()[name]), name
    other = fathom.fit(splits, epochs=8, dropout=0.2, batch_norm=True, seed=6)
    assert not torch.equal(other.net[0].weight, first.net[0].weight)


def test_fit_many_gives_the_same_nets_as_fit(splits):
    settings = [{"l2": 0.0}, {"l2": 5.0}, {"optimizer": "sgd", "learning_rate": 1e9}]
    runs = fathom.fit_many(splits, settings=settings, epochs=6, precision="float64")
    alone = fathom.fit(splits, epochs=6, l2=5.0, precision="float64")
    assert torch.allclose(runs[1].net[0].weight, alone.net[0].weight, rtol=0, atol=1e-12)
    assert runs[2].history.stopped == "diverged"
    assert runs[2].findings[0].id == "engine.run.diverged"
    assert runs[2].net is None


def test_a_large_lambda_shrinks_the_weights():
    """C2W1-23: the norm of W falls monotonically as lambda grows."""
    splits = fathom.split(fathom.sample("breast-cancer"), seed=0)
    runs = fathom.fit_many(splits, settings=[{"l2": v} for v in (0.0, 1.0, 10.0, 100.0, 1000.0)], epochs=60, activation="tanh")
    norms = [r.history.epochs[-1].weight_norm for r in runs]
    assert all(b < a for a, b in itertools.pairwise(norms))
    assert norms[-1] < 0.2 * norms[0]


def test_l1_leaves_more_weights_near_zero_than_l2_at_equal_fit():
    """C2W1-18."""
    splits = fathom.split(fathom.sample("breast-cancer"), seed=0)
    l1, l2 = fathom.fit_many(splits, settings=[{"l1": 10.0}, {"l2": 10.0}], net="logistic", epochs=400)
    share = [float((r.net[0].weight.detach().abs() < 1e-2).float().mean()) for r in (l1, l2)]
    assert abs(l1.errors["train"].mean() - l2.errors["train"].mean()) < 0.02
    assert share[0] > share[1] + 0.2


def test_logistic_regression_ends_where_scikit_learn_does():
    from sklearn.linear_model import LogisticRegression

    splits = fathom.split(fathom.sample("breast-cancer"), seed=0)
    run = fathom.fit(
        splits, net="logistic", optimizer="adam", learning_rate=0.01, batch_size="full", epochs=3000, l2=10.0, precision="float64"
    )
    x, y = run.prepare(splits.train).astype(np.float64), splits.train.y
    oracle = LogisticRegression(C=1 / 10.0, tol=1e-10, max_iter=10_000).fit(x, y)
    np.testing.assert_allclose(run.net[0].weight.detach().numpy(), oracle.coef_, atol=1e-4)


def test_early_stopping_keeps_the_best_epoch(splits):
    """C2W1-37."""
    run = fathom.fit(splits, epochs=200, early_stopping=5, learning_rate=0.02)
    dev = dict(run.history.measured("dev"))
    assert run.history.best_epoch is not None
    assert dev[run.history.best_epoch] == min(dev.values())
    assert run.errors["dev"].mean() == pytest.approx(min(dev.values()))


def test_divergence_says_which_epoch_and_what_to_try(splits):
    with pytest.raises(TrainingDiverged, match=r"epoch \d+ of 5: J became .* Try a learning rate of"):
        fathom.fit(splits, optimizer="sgd", learning_rate=1e9, epochs=5)


class Own(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(inputs, 8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, outputs))

    def forward(self, inputs):
        return self.layers(inputs)


def test_a_module_or_a_builder_of_the_users_trains(splits, tmp_path):
    run = fathom.fit(splits, net=Own, epochs=150)
    again = fathom.fit(splits, net=Own, epochs=150)
    assert torch.equal(run.net.layers[0].weight, again.net.layers[0].weight)
    assert run.errors["dev"].mean() < 0.2
    run.save(tmp_path / "own")
    with pytest.raises(UnusableInput, match=r"expected the user's own net \(Own\), got none"):
        fathom.open_run(tmp_path / "own")
    opened = fathom.open_run(tmp_path / "own", net=Own)
    assert opened.predict(splits.dev).equals(run.predict(splits.dev))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"hiden": (3,)}, r"`hiden`: expected a setting or an argument of the net, got `hiden`. Did you mean 'hidden'"),
        ({"lr": 0.1, "learning_rate": 0.1}, r"`lr`|`learning_rate`"),
        ({"net": "logistic"}, r"`net`: expected a net for a multiclass target, got logistic, which is for binary. Use mlp"),
        ({"net": "mlpp"}, r"`net`: expected one of .*Did you mean 'mlp'"),
        ({"device": "cdua"}, r"`device`: expected"),
        ({"net": nn.ReLU()}, r"`net`: expected a module with trainable parameters"),
    ],
)
def test_what_cannot_be_is_refused(splits, arguments, message):
    with pytest.raises(UnusableInput, match=message):
        fathom.fit(splits, epochs=2, **arguments)


def test_aliases_are_read(splits):
    run = fathom.fit(splits, lr=0.005, keep_prob=0.75, lambd=0.3, epochs=3)
    assert (run.settings.learning_rate, run.settings.dropout, run.settings.l2) == (0.005, 0.25, 0.3)


def test_unfinished_training_is_a_finding():
    splits = fathom.split(fathom.sample("digits"), seed=0)
    short = fathom.fit(splits, epochs=16, learning_rate=1e-4)
    assert "engine.train.still_falling" in {f.id for f in short.findings}
    done = fathom.fit(splits)
    assert "engine.train.still_falling" not in {f.id for f in done.findings}


def test_a_lambda_that_does_nothing_is_a_finding(splits):
    run = fathom.fit(splits, epochs=3, l2=1e-6)
    assert "engine.l2.too_small" in {f.id for f in run.findings}


def test_save_and_open_give_the_same_run(run, splits, tmp_path):
    run.save(tmp_path / "run")
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == [
        *(
            "diagnosis.json",
            "errors",
            "history.jsonl",
            "mistakes",
            "prepare.json",
            "references.parquet",
            "report.html",
            "run.json",
            "weights.safetensors",
        )
    ]
    opened = fathom.open_run(tmp_path / "run")
    assert opened.predict(splits.dev).equals(run.predict(splits.dev))
    assert str(opened.diagnose()) == str(run.diagnose())
    assert opened.history["J"] == run.history["J"]
    assert opened.experiment.settings == run.experiment.settings
    assert opened.open_test(splits) == run.open_test()
    assert math.isfinite(opened.history.seconds)


def test_history_has_what_a_course_plots(run):
    last = run.history.epochs[-1]
    assert pytest.approx(last.data_term + last.penalty) == last.J
    assert set(last.errors) == {"train", "dev"}
    assert last.weight_norm > 0
    assert len(run.history.measured("dev")) >= 10


def test_interrupt_leaves_a_usable_run(splits):
    def stop(done, total, text):
        if done >= 30:
            raise KeyboardInterrupt

    run = fathom.fit(splits, epochs=100, progress=stop)
    assert run.history.stopped == "interrupted"
    assert "engine.run.interrupted" in {f.id for f in run.findings}
    assert 0 <= run.errors["dev"].mean() <= 1


def test_train_subset_is_sized_by_the_interval():
    from fathom.experiment.sample_size import rows_for, subset

    assert rows_for(0.005) == 38415
    assert len(subset(38_000, 0.005, 0)) == 38_000
    rows = subset(100_000, 0.005, 0)
    assert len(rows) == 38415
    assert len(set(rows.tolist())) == 38415
    np.testing.assert_array_equal(rows, subset(100_000, 0.005, 0))


def test_a_skewed_target_is_a_finding_and_the_absolute_loss_serves_it():
    source = np.random.default_rng(0)
    x = source.normal(size=(800, 2))
    y = np.exp(1.5 * x[:, 0] + 1.5 * source.normal(size=800))
    splits = fathom.split(fathom.load((x, y)))
    squared, absolute = fathom.fit_many(splits, settings=[{}, {"loss": "absolute"}], epochs=40)
    assert "engine.loss.skewed_target" in {f.id for f in squared.findings}
    assert "engine.loss.skewed_target" not in {f.id for f in absolute.findings}
    assert absolute.errors["dev"].mean() < squared.errors["dev"].mean()
    even = fathom.fit(fathom.split(fathom.load((x, x[:, 0] + source.normal(size=800)))), epochs=3)
    assert "engine.loss.skewed_target" not in {f.id for f in even.findings}


class Detached(Own):
    def forward(self, inputs):
        return super().forward(inputs).detach()


def grouped(seed):
    source = np.random.default_rng(seed)
    table = {f"x{i}": source.normal(size=300) for i in range(3)} | {"g": np.repeat([f"p{i}" for i in range(30)], 10)}
    table["y"] = np.where(table["x0"] + source.normal(size=300) > 0, "yes", "no")
    return fathom.split(fathom.load(pl.DataFrame(table), target="y", group="g"), seed=seed)


@pytest.mark.parametrize("seed", range(4))
def test_few_groups_in_dev_make_a_run_all_the_same(tmp_path, seed):
    run = fathom.fit(grouped(seed), epochs=10)
    run.save(tmp_path / "run")
    assert all(gap.low is None or math.isfinite(gap.low + gap.high) for gap in run.diagnose().gaps.values())
    assert run.references[0].errors.group is not None


def test_test_is_opened_by_the_splits_of_the_run_alone_and_once(splits, tmp_path):
    run = fathom.fit(splits, epochs=30)
    run.save(tmp_path / "run", diagnosis=run.diagnose(human=0.005, goal=0.03), command="fathom fit x")
    opened = fathom.open_run(tmp_path / "run")
    with pytest.raises(UnusableInput, match="expected the splits that this run was fitted on, got others"):
        opened.open_test(fathom.split(fathom.sample("wine"), seed=5))
    assert opened.openings == []
    first = opened.open_test(splits)
    assert opened.open_test(splits) == first
    assert len(opened.openings) == 1
    kept = json.loads((tmp_path / "run" / "diagnosis.json").read_text())
    assert (kept["floor"]["known"], kept["floor"]["value"], kept["goal"]) == ("given", 0.005, 0.03)
    assert "fathom fit x" in (tmp_path / "run" / "report.html").read_text()
    assert json.loads((tmp_path / "run" / "run.json").read_text())["plan"] == {"plan": "dense", "members": 1, "threads": 1, "device": "cpu"}


@pytest.mark.parametrize(
    ("net", "message"),
    [
        (lambda i, o: nn.Linear(i, 2), r"expected raw outputs of shape \(n, 3\), got \(n, 2\)"),
        (lambda i, o: nn.Sequential(nn.Linear(i, 1), nn.Flatten(0)), r"expected raw outputs of shape \(n, 3\), got \(n,?\)"),
        (lambda i, o: nn.Linear(i + 1, o), r"expected a module that takes inputs of shape \(n, 13\)"),
        (lambda inputs: nn.Linear(inputs, 3), "one of a single argument"),
        (lambda i, o: Detached(i, o), "expected outputs with a gradient, got none"),
    ],
    ids=["width", "flat", "inputs", "one argument", "detached"],
)
def test_a_net_that_does_not_fit_is_refused_before_it_is_trained(splits, net, message):
    with pytest.raises(UnusableInput, match=message):
        fathom.fit(splits, net=net, epochs=1)


def test_two_logits_for_two_classes_are_refused():
    with pytest.raises(UnusableInput, match="One logit for two classes"):
        fathom.fit(fathom.split(fathom.sample("breast-cancer")), net=lambda i, o: nn.Linear(i, 2), epochs=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"device": "cuda"} if not torch.cuda.is_available() else {"device": "meta"}, r"`device`: expected a device of this machine"),
        ({"net": Own, "dropout": 0.5}, r"`dropout`: expected 0 with a net of your own"),
        ({"batch_norm": True, "batch_size": 1}, r"`batch_size`: expected at least 2 with batch norm"),
        ({"keep_prob": "x"}, r"`keep_prob`: expected a number"),
        ({"hidden": None}, r"`hidden`: expected sizes as in"),
    ],
)
def test_settings_that_would_be_ignored_or_break_are_refused(splits, arguments, message):
    with pytest.raises(UnusableInput, match=message):
        fathom.fit(splits, epochs=1, **arguments)


def test_early_stopping_needs_a_dev_set_and_fit_many_needs_mappings(splits):
    with pytest.raises(UnusableInput, match="`early_stopping`: expected a dev set to stop by"):
        fathom.fit(fathom.split(fathom.sample("wine"), dev_size=0), early_stopping=3)
    with pytest.raises(UnusableInput, match="`settings`: expected at least one mapping"):
        fathom.fit_many(splits, settings=["a"])
    for eight in (8, np.int64(8)):
        run = fathom.fit(splits, hidden=eight, epochs=1)
        assert (run.experiment.shape, run.diagnose(references=False).focus in (None, "variance", "avoidable_bias")) == ("13-8-3", True)


def test_an_interrupted_run_has_the_weights_of_its_last_finished_epoch(splits):
    def stop(done, total, text):
        if done >= 14:
            raise KeyboardInterrupt

    cut = fathom.fit(splits, epochs=50, batch_size=16, progress=stop)
    whole = fathom.fit(splits, epochs=50, batch_size=16, schedule=lambda epoch: 1.0 if epoch <= len(cut.history) else 0.0, optimizer="sgd")
    same = fathom.fit(splits, epochs=50, batch_size=16, optimizer="sgd", progress=stop)
    assert torch.equal(same.net[0].weight, whole.net[0].weight)


def test_a_schedule_of_the_users_own_is_remembered_as_such(splits, tmp_path):
    run = fathom.fit(splits, epochs=3, schedule=lambda epoch: 1 / epoch)
    run.save(tmp_path / "run")
    assert fathom.open_run(tmp_path / "run").settings.schedule.name == "custom"


def test_a_run_folder_may_be_reached_through_a_link(run, splits, tmp_path):
    run.save(tmp_path / "run")
    (tmp_path / "latest").symlink_to(tmp_path / "run")
    assert fathom.open_run(tmp_path / "latest").predict(splits.dev).equals(run.predict(splits.dev))


def test_words_that_name_no_role_are_no_keys(run):
    assert "val" in run.errors
    with pytest.raises(KeyError):
        run.errors["nonsense"]


class Stepping(nn.Module):
    """A user's module with a method of the same name as one of ours."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.layer = nn.Linear(inputs, outputs)

    def at(self, index):
        return self.layer.weight[index]

    def forward(self, inputs):
        return self.layer(inputs)


def test_a_method_of_a_users_module_is_not_ours_to_call(splits):
    assert fathom.fit(splits, net=Stepping, epochs=2).errors["dev"].size


def test_a_split_like_that_of_another_set_is_refused(run, tmp_path):
    run.save(tmp_path / "run")
    for like in (run, tmp_path / "run"):
        with pytest.raises(
            UnusableInput, match=r"`like`: expected an earlier split of this set \(target 'diagnosis'\), got one with target 'cultivar'"
        ):
            fathom.split(fathom.sample("breast-cancer"), like=like)
        same = fathom.split(fathom.sample("wine"), like=like)
        assert {role: len(data) for role, data in same.roles.items()} == dict(run.experiment.rows)
