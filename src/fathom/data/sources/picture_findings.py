"""What was seen while pictures were read: files that are broken or others, sizes and modes that were changed, classes without pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from fathom.core.expectations import shown
from fathom.core.records.finding import Finding
from fathom.core.records.picture import Picture
from fathom.data.sources.picture_files import Seen

NAMED = 3
"""Broken files that a line names; the evidence has more."""

MOST_EVIDENCE = 1_000


def listing(broken: Mapping[str, str], most: int = NAMED) -> str:
    """'a.png: no picture, b.png: no picture and 4 more'."""
    return shown((f"{name}: {why}" for name, why in broken.items()), most)


def left_out(broken: Mapping[str, str], total: int) -> list[Finding]:
    """Files that cannot be read."""
    if not broken:
        return []
    are = "is" if len(broken) == 1 else "are"
    what = f"{len(broken):,} of {total:,} files cannot be read as pictures and {are} left out ({listing(broken)})."
    evidence = {"files": dict(list(broken.items())[:MOST_EVIDENCE]), "count": len(broken)}
    return [Finding(id="data.picture.broken", severity="warning", what=what, where=next(iter(broken)), evidence=evidence)]


def resized(heads: Sequence[Seen], wanted: Picture) -> list[Finding]:
    """Pictures of another size."""
    size = (wanted.height, wanted.width)
    others = [head.size for head in heads if head.size != size]
    if not others:
        return []
    sizes = sorted(set(others), key=lambda s: (s[0] * s[1], s))
    span = f"{sizes[0][0]} x {sizes[0][1]}" + (f" to {sizes[-1][0]} x {sizes[-1][1]}" if len(sizes) > 1 else "")
    cut = " and cut to their middle" if any(h * size[1] != w * size[0] for h, w in sizes) else ""
    what = f"{len(others):,} of {len(heads):,} pictures, of {span}, are scaled{cut} to {size[0]} x {size[1]} (height x width)."
    evidence = {"resized": len(others), "sizes": len(sizes), "size": list(size)}
    fix = "Another size keeps more or less: size=64."
    return [Finding(id="data.picture.resized", severity="info", what=what, evidence=evidence, fix=fix)]


def converted(heads: Sequence[Seen], wanted: Picture) -> list[Finding]:
    """Pictures of another mode."""
    usual = "L" if wanted.channels == 1 else "RGB"
    modes = Counter(head.mode for head in heads if head.mode != usual)
    if not modes:
        return []
    count, each = sum(modes.values()), shown(f"{n:,} of mode {mode}" for mode, n in modes.most_common())
    what = f"{count:,} of {len(heads):,} pictures are converted to {'gray' if usual == 'L' else 'RGB'} ({each})."
    return [Finding(id="data.picture.converted", severity="info", what=what, evidence={"modes": dict(modes), "rows": len(heads)})]


def empty_classes(names: Sequence[str | None]) -> list[Finding]:
    """Folders beside the classes in which no picture could be read."""
    found = sorted(name for name in names if name)
    if not found:
        return []
    one = len(found) == 1
    who = "A folder" if one else f"{len(found):,} folders"
    what = f"{who} without a picture that can be read {'is' if one else 'are'} no class: {shown(found)}."
    return [Finding(id="data.picture.empty_class", severity="warning", what=what, where=found[0], evidence={"folders": found})]


def other_files(count: int, folder: str) -> Finding:
    """Files in a folder of pictures that are none by their name."""
    what = f"{count:,} file{'s' if count > 1 else ''} in '{folder}' {'are' if count > 1 else 'is'} no picture by the name and left aside."
    return Finding(id="data.picture.other_file", severity="info", what=what, where=folder, evidence={"files": count})
