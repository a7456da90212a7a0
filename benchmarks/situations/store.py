"""What is finished, in one JSON file, so that a study that was cut off goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Store:
    """Results by name, and the plan that they belong to.

    Attributes:
        path: the file.
        plan: what the results depend on; results of another plan are not taken over.
        results: name -> what was found.
    """

    path: Path
    plan: Mapping[str, Any]
    results: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def opened(cls, path: Path, plan: Mapping[str, Any]) -> Store:
        """With the results of a file of the same plan, empty where there is none."""
        if not path.is_file():
            return cls(path, plan)
        kept = json.loads(path.read_text(encoding="utf-8"))
        return cls(path, plan, kept["results"] if kept["plan"] == plan else {})

    def add(self, name: str, result: Any) -> None:
        """Keep a result, at once and wholly."""
        self.results[name] = result
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(".part")
        beside.write_text(json.dumps({"plan": self.plan, "results": self.results}, indent=None) + "\n", encoding="utf-8")
        beside.replace(self.path)
