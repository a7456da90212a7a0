import numpy as np
import pytest

from fathom.core.exceptions import UnusableInput
from fathom.core.records.schedule import Schedule
from fathom.core.records.settings import Settings


def test_defaults_follow_the_optimizer():
    assert [Settings(optimizer=o).learning_rate for o in ("sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw")] == [0.01] * 3 + [
        0.001
    ] * 3
    assert [Settings(optimizer=o).momentum for o in ("sgd", "momentum", "nesterov")] == [0.0, 0.9, 0.9]
    assert Settings(seed=7).data_seed == 7
    assert Settings(seed=7, data_seed=1).data_seed == 1


@pytest.mark.parametrize(
    ("rows", "updates", "epochs"),
    [(1083, 17, 118), (341, 6, 334), (60_000, 938, 5), (10, 1, 1000), (980_000, 15313, 5), (65, 1, 1000), (129, 2, 1000)],
)
def test_epochs_are_enough_for_2000_updates(rows, updates, epochs):
    """At least 5, at most 1,000; a last batch of one row joins the one before."""
    settings = Settings().at(rows=rows)
    assert (settings.updates_an_epoch(rows), settings.epochs) == (updates, epochs)


def test_full_batch_and_given_epochs_stay():
    assert Settings(batch_size="full").at(rows=300).updates_an_epoch(300) == 1
    assert Settings(epochs=7).at(rows=300).epochs == 7


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"optimizer": "adm"}, r"`optimizer`: expected one of adam, .* got 'adm'. Did you mean 'adam'"),
        ({"learning_rate": 0}, r"`learning_rate`: expected a finite number above 0, got 0"),
        ({"learning_rate": float("nan")}, r"`learning_rate`: expected a finite number above 0, got nan"),
        ({"learning_rate": float("inf")}, r"`learning_rate`: expected a finite number"),
        ({"dropout": 1.0}, r"`dropout`: expected a finite number of at least 0 and below 1, got 1.0"),
        ({"batch_size": 0}, r"`batch_size`: expected a whole number of at least 1, got 0"),
        ({"batch_size": 2.5}, r"`batch_size`: expected a whole number"),
        ({"epochs": True}, r"`epochs`: expected a whole number"),
        ({"l2": 0.1, "weight_decay": 0.1}, r"expected one of the two, got l2=0.1 and weight_decay=0.1"),
        ({"momentum": 0.5}, r"`momentum`: expected no value with this optimizer, got 0.5 with adam"),
        ({"betas": (0.9,)}, r"`betas`: expected two numbers"),
        ({"schedule": {"rate": 1}}, r"`schedule`: expected a name, a function"),
        ({"schedule": "cosin"}, r"`schedule.name`: expected one of .*Did you mean 'cosine'"),
        ({"early_stopping": True}, r"`early_stopping`: expected a whole number"),
        ({"precision": "float16"}, r"`precision`: expected one of"),
    ],
)
def test_what_cannot_be_is_refused(arguments, message):
    with pytest.raises(UnusableInput, match=message):
        Settings(**arguments)


def test_schedules_are_the_courses():
    """C2W2-13, 14."""
    factors = {
        "inverse": [1 / (1 + e) for e in (1, 2, 3, 4)],
        "exponential": [0.95**e for e in (1, 2, 3, 4)],
        "root": [1 / np.sqrt(e) for e in (1, 2, 3, 4)],
    }
    for name, expected in factors.items():
        np.testing.assert_allclose([Schedule.of(name).factor(e) for e in (1, 2, 3, 4)], expected)
    stairs = Schedule.of({"name": "staircase", "rate": 0.5, "every": 2})
    assert [stairs.factor(e) for e in (1, 2, 3, 4, 5)] == [1.0, 1.0, 0.5, 0.5, 0.25]
    assert Schedule.of(lambda epoch: 1 / epoch).factor(4) == 0.25


def test_settings_survive_json():
    made = Settings(dropout=(0.1, 0.2), schedule="cosine", l2=0.3, betas=(0.8, 0.9), early_stopping=5)
    values = made.to_json()
    assert Settings(**{**values, "betas": tuple(values["betas"]), "dropout": tuple(values["dropout"])}) == made
