"""Formulas between dollar signs as MathML: the site loads no script for them and no font from a network."""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element
from markdown import Extension, Markdown
from markdown.inlinepatterns import InlineProcessor


class Formula(InlineProcessor):
    """`$...$` in a line of text; code between backticks is left alone, because it is read first."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]
        """The formula as an element, and the span it took."""
        return convert_to_element(m.group(1)), m.start(0), m.end(0)


class Formulas(Extension):
    """Register `Formula`."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Called by Markdown itself."""
        md.inlinePatterns.register(Formula(r"\$([^\s$](?:[^$]*[^\s$])?)\$", md), "formula", 185)


def makeExtension(**arguments: Any) -> Formulas:
    """Called by Markdown itself."""
    return Formulas(**arguments)
