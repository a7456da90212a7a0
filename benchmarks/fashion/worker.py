"""One training of one entry, in this process: python -m benchmarks.fashion.worker MODULE JSON; its last line is what it gave."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

from benchmarks.fashion.asked import Asked


def main(module: str, asked: str) -> None:
    """Run it, and print what it gave."""
    values = json.loads(asked)
    made = importlib.import_module(f"benchmarks.fashion.{module}").run(Asked(**{**values, "rows": Path(values["rows"])}))
    print(json.dumps(made.to_json()))


if __name__ == "__main__":
    main(*sys.argv[1:])
