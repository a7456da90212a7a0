"""How outputs and targets become errors: NumPy by hand beside it."""

import numpy as np
import pytest
import torch
from sklearn.metrics import log_loss, mean_absolute_error, r2_score
from torch import nn

from fathom.core.exceptions import UnusableInput
from fathom.diagnosis.diagnose import diagnose
from fathom.experiment.measuring import measure

SOURCE = np.random.default_rng(0)
Z = torch.from_numpy(SOURCE.normal(size=(60, 4)))
Y = torch.from_numpy(SOURCE.integers(0, 4, 60))
WRONG = (Z.numpy().argmax(1) != Y.numpy()).astype(float)


def of(outputs, targets, error="class", batch=25, **more):
    """The errors of these very outputs: the net hands its inputs through."""
    batches = [(outputs[i : i + batch], targets[i : i + batch]) for i in range(0, len(outputs), batch)]
    return measure(nn.Identity(), {"dev": batches}, error, **more)


@pytest.mark.parametrize(
    ("outputs", "targets"),
    [
        (Z, Y),
        (Z, Y[:, None]),
        (Z, Y.double()),
        (Z, Y.to(torch.uint8)),
        (Z, nn.functional.one_hot(Y)),
        (Z, nn.functional.one_hot(Y).bool()),
        (Z, nn.functional.one_hot(Y).float()),
        (Z.softmax(1), Y),
        (Z[:, :, None, None], Y),
        (Z.argmax(1), Y),
        (Z.argmax(1)[:, None], Y),
    ],
)
def test_classes_by_the_largest_output(outputs, targets):
    found = of(outputs, targets)
    np.testing.assert_array_equal(found["dev"], WRONG)
    np.testing.assert_array_equal(found.truth["dev"], Y.numpy())
    assert found.findings == ()


def test_half_precision_is_read_too():
    half = Z.bfloat16()
    np.testing.assert_array_equal(of(half, Y)["dev"], (half.float().numpy().argmax(1) != Y.numpy()).astype(float))
    np.testing.assert_array_equal(of(half[:, 0], Y % 2)["dev"], ((half[:, 0] > 0).numpy() != Y.numpy() % 2).astype(float))


ONE = Z[:, 0]
TWO = (Y > 1).long()


@pytest.mark.parametrize("targets", [TWO, TWO[:, None], TWO.bool(), TWO.float(), 2 * TWO - 1])
@pytest.mark.parametrize("outputs", [ONE, ONE[:, None], ONE[:, None, None]])
def test_two_classes_by_one_logit(outputs, targets):
    found = of(outputs, targets)
    np.testing.assert_array_equal(found["dev"], ((ONE > 0).long() != TWO).double().numpy())
    np.testing.assert_array_equal(found.truth["dev"], TWO.numpy())
    assert found.findings == ()
    assert "a logit, is above 0" in found.how


def test_two_classes_by_one_probability_are_cut_at_a_half_and_that_is_said():
    found = of(ONE.sigmoid(), TWO)
    np.testing.assert_array_equal(found["dev"], of(ONE, TWO)["dev"])
    assert [f.id for f in found.findings] == ["measure.outputs.probabilities"]


def test_one_role_with_logits_above_one_shows_that_all_are_logits():
    low = torch.tensor([0.2, 0.4, 0.9])
    batches = {"train": [(3 * ONE, TWO)], "dev": [(low, torch.tensor([1, 1, 1]))]}
    assert measure(nn.Identity(), batches)["dev"].tolist() == [0, 0, 0]
    assert measure(nn.Identity(), {"dev": batches["dev"]})["dev"].tolist() == [1, 1, 0]


def test_a_last_batch_of_one_row_that_was_squeezed_is_read():
    class Squeezed(nn.Module):
        def forward(self, x):
            return x.squeeze()

    found = measure(Squeezed(), {"dev": [(ONE[:59, None], TWO[:59]), (ONE[59:, None], TWO[59:])]})
    np.testing.assert_array_equal(found["dev"], of(ONE, TWO)["dev"])


def test_outputs_that_are_no_numbers_count_as_wrong_and_are_found():
    broken = Z.clone()
    broken[[3, 40], 2] = torch.nan
    found = of(broken, Y)
    assert found["dev"][[3, 40]].tolist() == [1, 1]
    keep = np.delete(np.arange(60), [3, 40])
    np.testing.assert_array_equal(found["dev"][keep], WRONG[keep])
    assert [(f.id, f.severity, f.evidence["rows"]) for f in found.findings] == [("measure.outputs.not_a_number", "error", 2)]
    masked = Z.clone()
    masked[:, 3] = -torch.inf  # a class that is ruled out
    assert of(masked, Y).findings == ()


def test_soft_targets_are_read_by_the_largest_share_and_named():
    soft = 0.8 * nn.functional.one_hot(Y, 4) + 0.05
    found = of(Z, soft)
    np.testing.assert_array_equal(found["dev"], WRONG)
    assert [f.id for f in found.findings] == ["measure.targets.soft"]


NUMBERS = torch.from_numpy(SOURCE.gamma(2.0, 10.0, 60))
GUESSES = NUMBERS + torch.from_numpy(SOURCE.normal(size=60))


@pytest.mark.parametrize("form", [lambda t: t, lambda t: t[:, None], lambda t: t.float()])
def test_absolute_errors_are_in_the_targets_unit_and_the_ladder_in_shares_of_the_baseline(form):
    found = of(form(GUESSES), form(NUMBERS), "absolute", unit="mmHg")
    y = NUMBERS.numpy()
    assert found["dev"].mean() == pytest.approx(mean_absolute_error(y, GUESSES.numpy()), rel=1e-5)
    assert found.scale == pytest.approx(np.abs(y - np.median(y)).mean(), rel=1e-5)
    assert found.ladder["dev"].estimate.value == pytest.approx(found["dev"].mean() / found.scale)
    assert "mmHg" in str(found)


def test_the_shapes_n_and_n_1_are_not_spread_into_a_table():
    """The mistake of many a loop: (n, 1) - (n,) is (n, n)."""
    found = of(GUESSES[:, None], NUMBERS, "squared")
    np.testing.assert_allclose(found["dev"], (GUESSES - NUMBERS).square().numpy())


def test_squared_errors_in_shares_of_the_variance_are_one_minus_r2():
    found = of(GUESSES, NUMBERS, "squared")
    assert found.ladder["dev"].estimate.value == pytest.approx(1 - r2_score(NUMBERS.numpy(), GUESSES.numpy()))


def test_several_numbers_of_an_example_are_averaged():
    y, guess = torch.randn(40, 3, 5), torch.randn(40, 3, 5)
    found = of(guess, y, "absolute")
    np.testing.assert_allclose(found["dev"], (guess - y).abs().flatten(1).mean(1).numpy(), rtol=1e-6)
    flat = y.flatten(1).numpy()
    assert found.scale == pytest.approx(np.abs(flat - np.median(flat, axis=0)).mean())
    assert not found.truth


def test_the_baseline_is_trains():
    train, dev = torch.tensor([1.0, 2.0, 6.0]), torch.tensor([100.0, 300.0])
    found = measure(nn.Identity(), {"train": [(train, train)], "dev": [(dev, dev)]}, "absolute")
    assert found.scale == pytest.approx(np.mean([1, 0, 4]))


def test_a_regression_is_diagnosed_in_shares_with_its_own_unit_beside():
    data = {"train": [(GUESSES, NUMBERS)], "dev": [(GUESSES + 5, NUMBERS)]}
    for error in ("absolute", "squared"):
        found = measure(nn.Identity(), data, error, unit="kg")
        d = diagnose(found, human=0.0)
        assert d.ladder["dev"].estimate.value == pytest.approx(found["dev"].mean() / found.scale)
        assert d.ladder["train"].estimate == found.ladder["train"].estimate
        assert ("kg²" in str(d)) == (error == "squared")
        assert "kg" in str(d)
        assert "high variance" in d.verdicts
    nothing = measure(nn.Identity(), {r: [(0 * NUMBERS + NUMBERS.median(), NUMBERS)] for r in ("train", "dev")}, "absolute")
    assert diagnose(nothing).findings[0].id == "diagnosis.net.learned_nothing"


def test_a_function_of_ones_own():
    def nats(outputs, targets):
        return nn.functional.cross_entropy(outputs, targets, reduction="none")

    found = of(Z, Y, nats)
    assert found["dev"].mean() == pytest.approx(log_loss(Y.numpy(), Z.softmax(1).numpy(), labels=range(4)))
    assert found.how == "error by nats"
    wrong = of(Z, Y, lambda outputs, targets: outputs.argmax(1) != targets)
    np.testing.assert_array_equal(wrong["dev"], WRONG)
    np.testing.assert_array_equal(of(Z, Y, lambda outputs, targets: (outputs.argmax(1) != targets).tolist())["dev"], WRONG)
    assert diagnose({"train": found["dev"] / 9, "dev": found["dev"] / 9}).ladder["dev"].estimate.n == 60
    d = measure(nn.Identity(), {"train": [(Z, Y)], "dev": [(Z, Y)]}, nats).diagnose(scale=2.0)
    assert d.ladder["dev"].estimate.value == pytest.approx(found["dev"].mean() / 2)


@pytest.mark.parametrize(
    ("outputs", "targets", "error", "message"),
    [
        (Z, Y + 1, "class", "expected classes from 0 to 3, as the net has 4 outputs, got 4. Number the classes from 0"),
        (Z, Y - 1, "class", "expected classes from 0 to 3, as the net has 4 outputs, got -1"),
        (Z, NUMBERS, "class", "expected the number of a class, got .*error='absolute'"),
        (Z, Y[:30], "class", r"expected outputs \(n, C\).*got outputs \(60, 4\) and targets \(30,\)"),
        (ONE, Y, "class", "expected 0 and 1 .*as the net has one output, got 0, 1, 2, 3"),
        (Z, torch.ones(60, 4), "class", "got a row that sums to 4. For several labels pass error="),
        (Z[:, None, :].expand(60, 5, 4), Y[:, None].expand(60, 5), "class", "Pass forward= or target=.*error= a callable"),
        (Z, "cat", "class", "targets of dev: expected a tensor, got str"),
        (GUESSES, NUMBERS[:30], "absolute", r"as many numbers in outputs and targets, got outputs \(60,\) and targets \(30,\)"),
        (GUESSES * torch.nan, NUMBERS, "absolute", "outputs of dev: expected finite numbers, got 60 of 60 rows"),
        (GUESSES, NUMBERS / 0, "absolute", "targets of dev: expected finite numbers, got 60 of 60 rows"),
        (GUESSES, 0 * NUMBERS + 3, "absolute", "expected numbers that differ, got 3 in every row"),
        (Z, Y, nn.functional.cross_entropy, r"`error`: expected an error for each example, shape \(60,\), got shape \(\)"),
        (Z, Y, lambda z, y: z[:, 0], "`error`: expected finite errors of at least 0, got -"),
    ],
)
def test_what_does_not_fit_is_refused(outputs, targets, error, message):
    with pytest.raises(UnusableInput, match=message):
        measure(nn.Identity(), {"dev": [(outputs, targets)]}, error)


def test_a_mistake_is_seen_on_the_first_batch():
    def batches():
        yield Z, Y + 1
        raise AssertionError("the second batch was asked for")

    with pytest.raises(UnusableInput, match="expected classes"):
        measure(nn.Identity(), {"dev": batches()})


def test_batches_of_several_forms_are_refused():
    with pytest.raises(UnusableInput, match="of one form"):
        measure(nn.Identity(), {"dev": [(Z, Y), (ONE, TWO)]})
    with pytest.raises(UnusableInput, match="the same form for every role, got train an output for each class, dev one output"):
        measure(nn.Identity(), {"train": [(Z, Y)], "dev": [(ONE, TWO)]})
