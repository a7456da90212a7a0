"""What is seen while a vocabulary is fitted and texts are read with it."""

from __future__ import annotations

from fathom.core.records.finding import Finding
from fathom.data.preparing.vocabulary import Read, Vocabulary

MUCH = 0.10
"""Share of unknown tokens from which on it is said, where train has less than half as many."""


def fitted(vocabulary: Vocabulary, read: Read) -> tuple[Finding, ...]:
    """The vocabulary and the length that train's texts gave, and empty texts."""
    name, tokens, rows = vocabulary.column, vocabulary.tokens, len(read.indices)
    often = f" that train has {tokens.fewest} times or more" if tokens.fewest > 1 else ""
    what = (
        f"'{name}': {len(vocabulary.words):,} {tokens.kind}{often}; {vocabulary.unknown:.1%} of its tokens are read as <UNK>. "
        f"Texts are read up to {vocabulary.length:,} tokens ({1 - read.cut / rows:.1%} of train are not longer)."
    )
    evidence = {"words": len(vocabulary.words), "unknown": vocabulary.unknown, "length": vocabulary.length, "cut": read.cut}
    said = Finding(id="data.text.vocabulary", severity="info", what=what, where=name, evidence=evidence)
    return (said, *_empty(vocabulary, read))


def seen(vocabulary: Vocabulary, read: Read) -> tuple[Finding, ...]:
    """Empty texts, and more unknown words than train has."""
    return (*_empty(vocabulary, read), *_unknown(vocabulary, read))


def _empty(vocabulary: Vocabulary, read: Read) -> tuple[Finding, ...]:
    if not read.empty:
        return ()
    are = "are" if read.empty > 1 else "is"
    what = f"'{vocabulary.column}': {read.empty:,} of {len(read.indices):,} texts {are} empty and read as a single <UNK>."
    evidence = {"empty": read.empty, "rows": len(read.indices)}
    return (Finding(id="data.text.empty", severity="warning", what=what, where=vocabulary.column, evidence=evidence),)


def _unknown(vocabulary: Vocabulary, read: Read) -> tuple[Finding, ...]:
    share = read.unknown / max(read.tokens, 1)
    if share < MUCH or share < 2 * vocabulary.unknown:
        return ()
    kind = vocabulary.tokens.kind
    what = f"'{vocabulary.column}': {share:.0%} of the {kind} are unknown (of train's {vocabulary.unknown:.0%}); read as <UNK>."
    evidence = {"unknown": read.unknown, "tokens": read.tokens, "train": vocabulary.unknown}
    return (Finding(id="data.text.unknown", severity="warning", what=what, where=vocabulary.column, evidence=evidence),)
