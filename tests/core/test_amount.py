"""Numbers in the target's own unit."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fathom.core.amount import amount, short


@pytest.mark.parametrize(
    ("value", "column", "text"),
    [
        (0.0, None, "0"),
        (206.0, None, "206"),
        (140.5, None, "140.5"),
        (31_000.0, None, "31,000"),
        (9_999_999.4, None, "9,999,999"),
        (2.5e8, None, "2.5e+08"),
        (-1806.2, None, "-1,806"),
        (5.0761, 55.22, "5.08"),
        (42.0, 55.22, "42.00"),
        (5.0761, 1806.0, "5"),
        (5.0761e6, 5.5e7, "5.076e+06"),
    ],
)
def test_as_people_read_them(value, column, text):
    assert amount(value, column=column) == text


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(min_value=0, max_value=9.9e6), min_size=2, max_size=5))
def test_a_column_has_one_style(values):
    """No exponent, the same number of decimals, and as near as the last decimal of the largest allows."""
    largest = max(values)
    texts = [amount(v, column=largest) for v in values]
    if largest >= 1e-4:
        assert not any("e" in text for text in texts)
        assert len({len(text.partition(".")[2]) for text in texts}) == 1
        for value, text in zip(values, texts, strict=True):
            assert float(text.replace(",", "")) == pytest.approx(value, abs=max(largest, 1000) * 5.1e-4)


def test_long_names_are_cut():
    assert short("a" * 30) == "a" * 30
    assert short("a" * 31) == "a" * 29 + "…"
