"""A vocabulary of train's tokens, and texts as rows of indices into it (C5W1-02, C5W2-01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fathom.core.expectations import refuse
from fathom.data.preparing.tokens import Tokens

if TYPE_CHECKING:
    import polars as pl

PADDING, UNKNOWN, FIRST = 0, 1, 2
"""Indices of nothing, of <UNK>, and of the most frequent token."""

SHARE = 0.95
"""Of train's texts that are read whole."""

LONGEST = 400
"""Tokens of a text that are read at most, unless the user says more."""


@dataclass(frozen=True)
class Read:
    """Texts as indices.

    Attributes:
        indices: (n, T) float32 whole numbers; behind the end of a text 0.
        empty: texts without a token.
        unknown: tokens that are not in the vocabulary, among those that were read.
        tokens: that were read.
        cut: texts that are longer than T.
    """

    indices: NDArray[np.float32]
    empty: int
    unknown: int
    tokens: int
    cut: int


@dataclass(frozen=True)
class Vocabulary:
    """The tokens with an index of their own, fitted on train.

    Attributes:
        column: of the texts.
        tokens: how a text is taken apart.
        words: by index from 2 on, the most frequent first, then by the alphabet.
        length: T, tokens of a text that are read; the rest is cut off.
        unknown: share of train's tokens that are read as <UNK>.

    Example:
        >>> import polars as pl
        >>> words = Vocabulary.fit(pl.Series("said", ["the cat sat", "the cat", "the dog"]), Tokens())
        >>> words.words, words.length, words.read(pl.Series(["a cat", ""])).indices.tolist()
        (('the', 'cat'), 3, [[1.0, 3.0, 0.0], [1.0, 0.0, 0.0]])
    """

    column: str
    tokens: Tokens
    words: tuple[str, ...]
    length: int
    unknown: float

    @classmethod
    def fit(cls, texts: pl.Series, tokens: Tokens) -> Vocabulary:
        """Count the tokens of train's texts.

        Raises:
            UnusableInput: no token occurs often enough.
        """
        import polars as pl

        lists = tokens.of(texts)
        table = lists.explode().drop_nulls().alias("token").value_counts(name="n").sort(["n", "token"], descending=[True, False])
        kept = table.filter(pl.col("n") >= tokens.fewest).head(tokens.most)
        if not kept.height:
            raise refuse(f"'{texts.name}'", expected=f"{tokens.kind} that occur at least {tokens.fewest} times on train", got="none")
        known, all_ = int(kept.get_column("n").sum()), int(table.get_column("n").sum())
        length = tokens.length or min(LONGEST, max(1, int(np.quantile(lists.list.len().to_numpy(), SHARE, method="higher"))))
        return cls(texts.name, tokens, tuple(kept.get_column("token").to_list()), length, 1.0 - known / all_)

    @property
    def size(self) -> int:
        """Indices: the tokens, padding and <UNK>."""
        return len(self.words) + FIRST

    @property
    def names(self) -> tuple[str, ...]:
        """The T features of a row."""
        return tuple(f"{self.column} {t}" for t in range(1, self.length + 1))

    def read(self, texts: pl.Series) -> Read:
        """Texts (n,) as indices: a text's first T tokens, then padding; an empty text is a single <UNK>."""
        import polars as pl

        lists = self.tokens.of(texts)
        lengths = lists.list.len().to_numpy().astype(np.int64)
        flat = lists.list.head(self.length).explode().drop_nulls()
        known, at = pl.Series(self.words, dtype=pl.String), pl.Series(range(FIRST, self.size), dtype=pl.Int64)
        codes = flat.replace_strict(known, at, default=UNKNOWN, return_dtype=pl.Int64).to_numpy()
        indices = np.zeros((len(texts), self.length), dtype=np.float32)
        indices[np.arange(self.length) < lengths[:, None]] = codes
        indices[lengths == 0, 0] = UNKNOWN
        unknown = int((codes == UNKNOWN).sum())
        return Read(indices, int((lengths == 0).sum()), unknown, len(codes), int((lengths > self.length).sum()))
