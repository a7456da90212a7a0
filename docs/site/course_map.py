"""The map from the course to the code: docs/course.md, written from what code, tests and examples say of themselves.

    python docs/site/course_map.py           # write the columns anew
    python docs/site/course_map.py --check   # exit 1 where the page is not what the sources say

The rows and their names stand in the page itself; a row that a source file names (as in C2W1-19, C2W1-17..19 or C2W1-13, 15)
is linked to it. What nothing names is 'not yet'.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "course.md"
ROW = re.compile(r"^\| (C\dW\d-\d+) \| (.*?) \|", re.MULTILINE)
MENTION = re.compile(r"\b(C\dW\d)-(\d+)(?:\.\.(\d+)|((?:, \d\d\b(?![-\w]))*))")
HEAD = "| row | technique, figure or procedure | code | test | see it |\n|---|---|---|---|---|\n"
AT_MOST = 3
NO_SOURCES = {"src/fathom/report/page_markup.py", "tests/report/test_page_markup.py"}
"""Files that set rows in type and carry none out."""


def rows_in(text: str) -> Iterator[str]:
    """The rows that a text names, ranges and lists written out."""
    for week, first, last, more in MENTION.findall(text):
        numbers = [*range(int(first), int(last or first) + 1), *map(int, re.findall(r"\d+", more))]
        yield from (f"{week}-{number:02d}" for number in numbers)


def sources() -> dict[str, dict[str, list[Path]]]:
    """By row and column ("code", "test", "see it"), the files that name the row."""
    places = {"code": ["src"], "test": ["tests"], "see it": ["examples/week"]}
    found: dict[str, dict[str, list[Path]]] = defaultdict(lambda: defaultdict(list))
    for column, folders in places.items():
        for path in sorted(p for folder in folders for p in (ROOT / folder).rglob("*.py")):
            if path.relative_to(ROOT).as_posix() in NO_SOURCES:
                continue
            for row in dict.fromkeys(rows_in(path.read_text(encoding="utf-8"))):
                found[row][column].append(path.relative_to(ROOT))
    return found


def cell(paths: Iterable[Path], prefix: str = "") -> str:
    """A few links; the first files are the nearest by name."""
    chosen = list(paths)
    links = [f"[{prefix}{path.stem}](../{path.as_posix()})" for path in chosen[:AT_MOST]]
    return ", ".join(links) + (f" and {len(chosen) - AT_MOST} more" if len(chosen) > AT_MOST else "")


def written(page: str) -> str:
    """The page with the columns of every row as the sources have them now."""
    found = sources()

    def line(match: re.Match[str]) -> str:
        row, name = match[1], match[2]
        columns = found.get(row, {})
        cells = [cell(columns.get(column, ())) for column in ("code", "test", "see it")]
        if not any(cells):
            cells[0] = "not yet"
        return f"| {row} | {name} | {' | '.join(cells)} |"

    return re.sub(r"^\| (C\dW\d-\d+) \| (.*?) \|.*$", line, page, flags=re.MULTILINE)


def main() -> int:
    """Write the page, or say that it is stale."""
    before = PAGE.read_text(encoding="utf-8")
    after = written(before)
    if "--check" in sys.argv[1:]:
        return int(before != after)
    PAGE.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
