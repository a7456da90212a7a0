"""A text as tokens: words with what stands between them, or single characters (C5W1-02, C5W1-03)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fathom.core.expectations import one_of, refuse, whole

if TYPE_CHECKING:
    import polars as pl

PATTERNS = {"words": r"\w+(?:['’]\w+)*|[^\w\s]", "characters": r"(?s)."}
"""Words keep their apostrophes ("don't"); every other sign is a token of its own, since '!' and ':' say something."""

UNSEEN = r"[\x{AD}\x{200B}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2069}\x{FEFF}]"
"""Signs without a shape (soft hyphens, spaces without width, signs of direction), which must not cut a word in two."""

_FEWEST = {"words": 2, "characters": 1}
_MOST = 20_000
LARGEST = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """How a text becomes tokens, and which of them get an index of their own.

    Attributes:
        kind: "words", in lower case and without signs that have no shape, or "characters", as they are.
        fewest: times that train must have a token; 2 for words, 1 for characters.
        most: tokens at most, the most frequent ones.
        length: tokens of a text that are read; 0 leaves it to train's texts.

    Example:
        >>> tokens = Tokens.read("words,3")
        >>> str(tokens), tokens.fewest
        ('words,3,20000,0', 3)
    """

    kind: str = "words"
    fewest: int = 2
    most: int = _MOST
    length: int = 0

    @classmethod
    def read(cls, text: str) -> Tokens:
        """What a user writes, 'words', 'characters' or 'words,FEWEST,MOST,LENGTH', and what `str` writes.

        Raises:
            UnusableInput: another kind, or numbers that cannot be.
        """
        kind, *numbers = [part.strip() for part in text.split(",")]
        one_of("tokens", kind, PATTERNS)
        if len(numbers) > 3 or not all(part.isdecimal() and len(part) < 9 for part in numbers):
            raise refuse("`tokens`", expected="KIND,FEWEST,MOST,LENGTH as in 'words,2,20000,100'", got=repr(text))
        fewest, most, length = (*map(int, numbers), *(_FEWEST[kind], _MOST, 0)[len(numbers) :])
        return cls(kind=kind, fewest=whole("tokens", fewest, low=1), most=whole("tokens", most, low=1, high=LARGEST), length=length)

    def of(self, texts: pl.Series) -> pl.Series:
        """The tokens of texts: (n,) strings -> (n,) lists of strings; of a missing text none.

        Example:
            >>> import polars as pl
            >>> Tokens().of(pl.Series(["Don't panic!", None])).to_list()
            [["don't", 'panic', '!'], []]
        """
        plain = texts.fill_null("")
        if self.kind == "words":
            plain = plain.str.normalize("NFC").str.replace_all(UNSEEN, "").str.to_lowercase()
        return plain.str.extract_all(PATTERNS[self.kind])

    def __str__(self) -> str:
        return f"{self.kind},{self.fewest},{self.most},{self.length}"
