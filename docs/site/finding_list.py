"""The list of findings: docs/findings.md, written from the ids that stand in the sources.

python docs/site/finding_list.py writes the page; a test holds that it is what the sources say.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "findings.md"
AREAS = {
    "data": "Data, splits and preparation",
    "engine": "Training",
    "diagnosis": "Diagnosis",
    "measure": "Nets that were trained elsewhere",
    "check": "Checks of a module",
}
ID = re.compile(r'"((?:' + "|".join(AREAS) + r')\.[a-z_]+\.[a-z_]+)"')

HEAD = """# Findings

A finding is one thing that a check or a reading of data saw: an id that never changes, a severity (info, warning, error), what was seen,
where, the evidence, a likely cause and what to do. The ids are for scripts (`--json`, `--only`, `--skip`); the words are for people.
"""


def found() -> dict[str, list[Path]]:
    """The files that speak of each id."""
    files: dict[str, list[Path]] = defaultdict(list)
    for path in sorted((ROOT / "src" / "fathom").rglob("*.py")):
        if "testing" in path.parts:
            continue
        for name in dict.fromkeys(ID.findall(path.read_text(encoding="utf-8"))):
            files[name].append(path)
    return files


def about(path: Path) -> str:
    """The first line of a file's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.splitlines()[0].replace("|", "\\|")


def written() -> str:
    """The page."""
    parts, files = [HEAD], found()
    for area, title in AREAS.items():
        lines = [f"| `{name}` | {about(paths[0])} |" for name, paths in sorted(files.items()) if name.startswith(f"{area}.")]
        parts.append(f"## {title}\n\n| id | seen by |\n|---|---|\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
