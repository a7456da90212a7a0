"""Links to files outside docs/ (the sources): the site does not hold them, so they become names with their path."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor


class Names(Treeprocessor):
    """`[text](../path)` becomes text in code type, the path shown on pointing."""

    def run(self, root: Element) -> None:
        """Change the links in place."""
        for link in root.iter("a"):
            path = link.get("href", "")
            if path.startswith("../"):
                link.tag = "code"
                link.attrib = {"title": path.removeprefix("../")}


class Outside(Extension):
    """Register `Names` after links are read."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Called by Markdown itself."""
        md.treeprocessors.register(Names(md), "outside", 5)


def makeExtension(**arguments: Any) -> Outside:
    """Called by Markdown itself."""
    return Outside(**arguments)
