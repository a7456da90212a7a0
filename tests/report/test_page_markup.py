"""Markup that its contents cannot break; the standard library's unescape is the oracle."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fathom.report.page_markup import Html, cut, element, escape, joined, prose, unbroken, word

PLAIN = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\u202a\u202b\u202c\u202d\u202e\ufffe\uffff"))


@given(PLAIN.filter(lambda text: not set(text) & set("\u2066\u2067\u2068\u2069")))
def test_escaped_text_reads_as_it_was(text):
    escaped = escape(text)
    assert not set("<>\"'`") & set(escaped)
    assert html.unescape(escaped) == text


@given(st.text())
def test_any_text_can_be_written_as_utf_8(text):
    assert escape(text).encode("utf-8").decode("utf-8") == escape(text)


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x7f", "\u0085", "\u202e", "\u2066", "\ufffe"])
def test_signs_that_turn_or_end_the_text_are_replaced(sign):
    assert escape(f"a{sign}b") == "a\ufffdb"


def test_a_lone_surrogate_is_replaced():
    assert escape("a\ud800b") == "a?b"


def test_markup_is_not_escaped_twice():
    inner = element("b", "a & b")
    assert element("p", inner, None, " <i>") == "<p><b>a &#38; b</b> &#60;i&#62;</p>"
    assert isinstance(joined(inner, 3), Html)


def test_attributes_cannot_be_left_by_a_quote():
    assert element("p", title="\"' onload=x", class_=None) == '<p title="&#34;&#39; onload=x"></p>'


def test_elements_without_contents():
    assert element("meta", charset="utf-8") == '<meta charset="utf-8">'


@pytest.mark.parametrize(("most", "expected"), [(3, "ab…"), (4, "abcd"), (9, "abcd")])
def test_long_text_is_cut(most, expected):
    assert cut("abcd", most) == expected


def test_a_word_keeps_its_direction_to_itself():
    assert word("\u05d0<") == "<bdi>\u05d0&#60;</bdi>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-0.6 to 7.5 (-1.2)", "\u22120.6 to 7.5 (\u22121.2)"),
        ("30-64-1 on 2026-11-21", "30-64-1 on 2026-11-21"),
        ("see C2W1-14.", 'see <span class="whole">C2W1-14</span>.'),
        ("give --human, --l2 0.7", 'give <span class="whole">--human</span>, <span class="whole">--l2</span> 0.7'),
    ],
)
def test_prose(text, expected):
    assert prose(text) == expected


@given(st.text(st.sampled_from("-a 0<C2W1")))
def test_unbroken_text_keeps_every_sign(text):
    plain = unbroken(text).replace('<span class="whole">', "").replace("</span>", "")
    assert html.unescape(plain) == text
