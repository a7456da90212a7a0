"""Markup that cannot be broken by its contents: every string is escaped unless it was built here."""

from __future__ import annotations

import re

from fathom.core.percent import percent

VOID = frozenset({"meta", "link", "br", "img", "wbr"})

LONGEST = 300
"""Characters of one string from the data; a label of 10,000 says no more than its beginning."""

_ENTITIES = {ord(sign): f"&#{ord(sign)};" for sign in "&<>\"'`"}
_CONTROLS = (*range(9), 11, 12, *range(14, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFFFE, 0xFFFF)
_UNFIT = dict.fromkeys(_CONTROLS, "\ufffd")
"""Control characters, and the signs that turn the direction of the text that follows them."""


_UNBROKEN = re.compile(r"((?<!\S)--[a-z][a-z0-9-]{0,40}|\bC[1-5]W[1-4]-\d\d\b)")


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def escape(value: object) -> Html:
    """`value` as text that stands for itself in elements and in attributes.

    Example:
        >>> escape("<b> & 'c'")
        '&#60;b&#62; &#38; &#39;c&#39;'
    """
    if isinstance(value, Html):
        return value
    plain = str(value).translate(_UNFIT).encode("utf-8", "replace").decode("utf-8")
    return Html(plain.translate(_ENTITIES))


def cut(value: object, most: int = LONGEST) -> str:
    """The beginning of a text that is too long.

    Example:
        >>> cut("a long label", 7)
        'a long…'
    """
    text = str(value)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def element(name: str, /, *children: object, **attributes: object) -> Html:
    """An element; children that are None are left out, strings escaped.

    Args:
        name: of the element.
        *children: markup, text, or numbers.
        **attributes: None leaves one out; a trailing underscore is dropped, others become hyphens: class_, aria_label.

    Example:
        >>> element("p", "a < b", class_="faint")
        '<p class="faint">a &#60; b</p>'
    """
    listed = "".join(f' {_attribute(key)}="{escape(value)}"' for key, value in attributes.items() if value is not None)
    if name in VOID:
        return Html(f"<{name}{listed}>")
    return Html(f"<{name}{listed}>{joined(*children)}</{name}>")


def joined(*children: object) -> Html:
    """Pieces one after another; None is left out."""
    return Html("".join(escape(child) for child in children if child is not None))


def each(name: str, items: object, **attributes: object) -> Html:
    """An element for each of several children: the items of a list, the cells of a row."""
    return Html("".join(element(name, item, **attributes) for item in items))  # type: ignore[attr-defined]


def word(value: object, most: int = 60) -> Html:
    """A word from the data: cut, escaped, and kept from turning the direction of the text around it."""
    return element("bdi", cut(value, most))


def heading(value: object, most: int = 60) -> Html:
    """A name from the data as the head of a column: as `word`, and may break after its joints.

    Example:
        >>> heading("od280/od315_of")
        '<bdi>od280/<wbr>od315_<wbr>of</bdi>'
    """
    pieces = re.split(r"(?<=[_/.:-])(?=[^_/.:-])", cut(value, most))
    return element("bdi", *(joined(element("wbr") if i else None, piece) for i, piece in enumerate(pieces)))


def prose(text: str, most: int = 400) -> Html:
    """A sentence: cut, with true minus signs, options (--human) and rows of the course (C2W1-14) unbroken at a line's end.

    Example:
        >>> prose("-0.6 points; give --human")
        '−0.6 points; give <span class="whole">--human</span>'
    """
    return unbroken(signed(cut(text, most)))


def coded(text: str) -> Html:
    """A sentence with what stands in backquotes as code.

    Example:
        >>> coded("l2: `0.7/211`")
        'l2: <code>0.7/211</code>'
    """
    pieces = cut(text, 600).split("`")
    return joined(*(element("code", piece) if i % 2 else prose(piece) for i, piece in enumerate(pieces)))


def unbroken(text: str) -> Html:
    """With options and rows of the course kept whole at a line's end."""
    pieces = _UNBROKEN.split(text)
    return joined(*(element("span", piece, class_="whole") if i % 2 else piece for i, piece in enumerate(pieces)))


def signed(text: str) -> str:
    """With the sign of a minus in place of hyphens that are one.

    Example:
        >>> signed("-0.6 to 7.5 (-1.2), C2W1-11, 30-64-1")
        '−0.6 to 7.5 (−1.2), C2W1-11, 30-64-1'
    """
    return re.sub(r"(?<![^\s(=])-(?=\d)", "\u2212", text)


def across(share: float) -> str:
    """A place on the way from left to right, as CSS and SVG write it.

    Example:
        >>> across(0.25)
        '25.00%'
    """
    return f"{percent(share, 2)}%"


def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
