"""`fathom mistakes RUN --review`: one mistake after another, a prompt for its tags, every answer written at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from fathom.core.records.mistake import Mistake
    from fathom.core.records.tags import Tags
    from fathom.experiment.run import Run

HELP = "tags with a comma between, numbers for known ones, '# ...' a comment; Enter: none fits; s skip, b back, q stop"
INPUTS = 14
"""Input columns of an example."""


def review(run: Run, *, seed: int = 0) -> bool:
    """Go through the mistakes that were drawn and not yet looked at; a hundred are drawn where none were.

    Returns:
        False where it was interrupted by Ctrl-C; what was answered before is kept.
    """
    from rich.console import Console

    from fathom.diagnosis.mistakes.tag_table import ENOUGH
    from fathom.experiment.error_analysis import mistakes

    made = mistakes(run)
    console = Console(highlight=False)
    if not made.sample and made.wrong:
        made = mistakes(run, sample=min(ENOUGH, made.wrong), seed=seed)
        console.print(f"{len(made.sample):,} of {made.wrong:,} mistakes drawn at random.")
    left = [m for m in made.sample if not m.looked]
    console.print(f"{len(left):,} to look at. {HELP}." if left else "All that were drawn have been looked at.", soft_wrap=True)
    try:
        _go(run, left, len(made.sample), console)
    except (KeyboardInterrupt, EOFError) as end:
        console.print("\nStopped; every answer is kept.")
        return isinstance(end, EOFError)
    return True


def _go(run: Run, left: Sequence[Mistake], of: int, console: Console) -> None:
    """Ask about one after another."""
    place, before = 0, of - len(left)
    while 0 <= place < len(left):
        _show(left[place], before + place + 1, of, run, console)
        place += _answered(run, left[place], console)


def _answered(run: Run, mistake: Mistake, console: Console) -> int:
    """Ask until the answer can be taken; how many places to go on, -1 back, a large step to stop."""
    from fathom.core.exceptions import UnusableInput
    from fathom.experiment.tags_store import change_tags, read_tags

    assert run.folder is not None
    while True:
        known = read_tags(run.folder).names
        if known:
            console.print("  " + "  ".join(f"{i} {tag}" for i, tag in enumerate(known[:30], start=1)), style="dim", soft_wrap=True)
        answer = console.input("tags> ", markup=False).strip()
        if answer in ("q", "s", "b"):
            return {"q": 1 << 30, "s": 1, "b": -1}[answer]
        if answer in ("?", "h"):
            console.print(HELP, soft_wrap=True)
            continue
        try:
            change_tags(run.folder, lambda tags: tagged(tags, mistake.id, answer, known))  # noqa: B023
        except UnusableInput as error:
            console.print(str(error), style="yellow", soft_wrap=True, markup=False)
            continue
        return 1


def tagged(tags: Tags, name: str, answer: str, known: Sequence[str]) -> Tags:
    """The tags with what was answered about one example.

    Example:
        >>> from fathom.core.records.tags import Tags
        >>> made = tagged(Tags(), "7", "1, dark # at night", ["blurry"])
        >>> print(made.examples["7"])
        blurry, dark: at night
    """
    from fathom.core.records.tags import split_tags

    words, mark, comment = answer.partition("#")
    parts = [part for word in split_tags(words) for part in (word.split() if re.fullmatch(r"[\d ]+", word) else [word])]
    return tags.tagged(name, [_known(part, known) for part in parts], comment.strip() if mark else None)


def _known(word: str, known: Sequence[str]) -> str:
    """The known tag whose number was typed; another word is a tag itself.

    Raises:
        UnusableInput: a number that no known tag has.
    """
    from fathom.core.expectations import refuse

    if not (word.isascii() and word.isdigit()):
        return word
    if not 0 < int(word[:9]) <= len(known):
        raise refuse("tag", expected=f"a word, or a number from 1 to {len(known)}" if known else "a word", got=word[:20])
    return known[int(word) - 1]


def _show(mistake: Mistake, place: int, of: int, run: Run, console: Console) -> None:
    """What was predicted and how surely, a picture or the input columns, and the tags that it has."""
    from rich.text import Text

    from fathom.core.mistakes_table import clean
    from fathom.report.mistake_terminal import mistake_lines

    console.print()
    console.print(Text(f"[{place:,} of {of:,}]  {clean(str(mistake), console.width - 16)}", style="bold"))
    for line in mistake_lines(mistake, run.look.worst, console.width, INPUTS):
        console.print(Text(line, style="dim"), soft_wrap=True)
