"""Tags: what a person saw in mistakes, several causes an example."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fathom.core.expectations import refuse, whole
from fathom.core.records.record import Record

LABEL = "label?"
"""The tag of an example whose label is wrong."""

LONGEST_TAG, LONGEST_COMMENT, MOST_OF_ONE, MOST_IN_ALL = 40, 1_000, 20, 300
SEPARATORS = ",;"


@dataclass(frozen=True, kw_only=True)
class Tagged(Record):
    """What was seen in one example; no tag at all means that it was looked at and none fits.

    Example:
        >>> print(Tagged(tags=("blurry", "dog"), comment="rainy day"))
        blurry, dog: rainy day
    """

    tags: tuple[str, ...] = ()
    comment: str = ""

    def __str__(self) -> str:
        return (", ".join(self.tags) or "no tag") + (f": {self.comment}" if self.comment else "")


@dataclass(frozen=True, kw_only=True)
class Tags(Record):
    """All that was seen, by the id of the example, and the sample that is being looked at.

    Attributes:
        examples: by id as text.
        sample: how many mistakes were drawn at random; 0 where none were.
        seed: of the draw.

    Example:
        >>> tags = Tags().tagged("12", ["Blurry", "dog"]).tagged("7", ["blurry"])
        >>> tags.names, tags.examples["7"].tags
        (['Blurry', 'dog'], ('Blurry',))
    """

    examples: Mapping[str, Tagged] = field(default_factory=dict)
    sample: int = 0
    seed: int = 0

    def __str__(self) -> str:
        return "\n".join(f"{name}: {seen}" for name, seen in self.examples.items()) or "nothing was looked at yet"

    @property
    def names(self) -> list[str]:
        """The tags, in the order in which they were first used."""
        return list(dict.fromkeys(tag for seen in self.examples.values() for tag in seen.tags))

    def tagged(self, name: str, tags: Iterable[str], comment: str | None = None) -> Tags:
        """With the tags of one example, in place of those that it had.

        Args:
            name: its id.
            tags: none of them where it was looked at and none fits; a tag that differs from a known one in case alone is that one.
            comment: None keeps the one that is there.

        Raises:
            UnusableInput: a tag that is too long or has signs that no tag may have, or too many of them.
        """
        known = {tag.casefold(): tag for tag in self.names}
        clean: dict[str, str] = {}
        for tag in map(tag_of, tags):
            clean.setdefault(tag.casefold(), known.get(tag.casefold(), tag))
        whole(f"tags of example '{name[:40]}'", len(clean), high=MOST_OF_ONE)
        old = self.examples.get(name, Tagged())
        text = old.comment if comment is None else comment_of(comment)
        made = replace(self, examples={**self.examples, name: Tagged(tags=tuple(clean.values()), comment=text)})
        if len(made.names) > MOST_IN_ALL:
            raise refuse(
                "tags", expected=f"at most {MOST_IN_ALL} different ones", got=f"{len(made.names):,}", fix="use the same words again"
            )
        return made

    def without(self, name: str) -> Tags:
        """As if the example had not been looked at."""
        return replace(self, examples={other: seen for other, seen in self.examples.items() if other != name})

    @classmethod
    def from_json(cls, values: Any) -> Tags:
        """What `to_json` gave; every tag is read as if it were typed.

        Raises:
            UnusableInput: it is something else.
        """
        if not isinstance(values, dict) or not isinstance(values.get("examples"), dict):
            raise refuse("tags", expected="an object with examples", got=type(values).__name__)
        made = cls(sample=whole("sample", values.get("sample", 0)), seed=whole("seed", values.get("seed", 0)))
        examples: dict[str, Tagged] = {}
        for name, seen in values["examples"].items():
            if not isinstance(seen, dict) or not isinstance(seen.get("tags"), list):
                raise refuse("tags", expected="an object with tags for each example", got=f"something else for '{name[:40]}'")
            examples[name] = Tagged(tags=_many(name, seen["tags"]), comment=comment_of(seen.get("comment", "")))
        made = replace(made, examples=examples)
        whole("different tags", len(made.names), high=MOST_IN_ALL)
        return made


def _many(name: str, tags: list[Any]) -> tuple[str, ...]:
    whole(f"tags of example '{name[:40]}'", len(tags), high=MOST_OF_ONE)
    return tuple(dict.fromkeys(map(tag_of, tags)))


def tag_of(text: Any) -> str:
    """A tag as it is kept: one line without blanks around it.

    Raises:
        UnusableInput: no text, empty, over 40 letters, with a comma, a semicolon or a sign that cannot be printed.

    Example:
        >>> tag_of("  great   cat ")
        'great cat'
    """
    clean = " ".join(text.split()) if isinstance(text, str) else ""
    if not clean or len(clean) > LONGEST_TAG or any(sign in SEPARATORS for sign in clean) or not _printable(clean):
        shown = repr(text if len(str(text)) <= LONGEST_TAG else f"{str(text)[:LONGEST_TAG]}…")
        raise refuse("tag", expected=f"1 to {LONGEST_TAG} letters that can be printed, without comma and semicolon", got=shown)
    return clean


def comment_of(text: Any) -> str:
    """A comment as it is kept: one line of at most 1,000 letters.

    Raises:
        UnusableInput: no text, too long, or with signs that cannot be printed.
    """
    clean = " ".join(text.split()) if isinstance(text, str) else None
    if clean is None or len(clean) > LONGEST_COMMENT or not _printable(clean):
        got = type(text).__name__ if clean is None else f"{len(clean):,} letters"
        raise refuse("comment", expected=f"at most {LONGEST_COMMENT:,} letters that can be printed", got=got)
    return clean


def _printable(text: str) -> bool:
    """No controls, no signs that turn the direction of the text, no halves of signs."""
    return all(unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for sign in text)


def split_tags(text: str) -> list[str]:
    """'blurry, dog' -> ['blurry', 'dog']; '-' and '' are no tags at all.

    Example:
        >>> split_tags("blurry,dog; great cat"), split_tags("-")
        (['blurry', 'dog', 'great cat'], [])
    """
    parts = text.translate({ord(sign): "\n" for sign in SEPARATORS}).split("\n")
    return [part.strip() for part in parts if part.strip() not in ("", "-")]
