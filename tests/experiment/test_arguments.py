"""Names that others use for a setting: read, and refused beside the name itself."""

import pytest

from fathom.core.exceptions import UnusableInput
from fathom.experiment.arguments import ALIASES, sort_arguments

NAMED = {"lr": (0.1, "learning_rate", 0.1), "lambd": (0.7, "l2", 0.7), "keep_prob": (0.75, "dropout", 0.25)}


def test_every_alias_is_tried_here():
    assert set(NAMED) == set(ALIASES)


@pytest.mark.parametrize("alias", NAMED)
def test_an_alias_is_its_name_and_both_are_refused(alias):
    typed, name, meant = NAMED[alias]
    assert sort_arguments({alias: typed}, None) == ({name: pytest.approx(meant)}, {})
    for both in ({alias: typed, name: meant}, {name: meant, alias: typed}):
        with pytest.raises(UnusableInput, match=f"expected one of `{name}` and its alias, got both"):
            sort_arguments(both, None)


@pytest.mark.parametrize("keep", [0.0, 1.2, -0.1, "all"])
def test_keep_prob_is_a_probability(keep):
    with pytest.raises(UnusableInput, match="`keep_prob`: expected a"):
        sort_arguments({"keep_prob": keep}, None)
    assert sort_arguments({"keep_prob": (1.0, 0.5)}, None)[0] == {"dropout": (0.0, 0.5)}
