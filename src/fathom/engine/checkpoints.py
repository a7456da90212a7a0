"""Checkpoints of a training: one file each, written aside and renamed, with a digest of its own; the last two are kept.

A file is safetensors, its header holding the rest of the state as JSON. What a power cut, a full disk or a stray hand leaves of
the newest one is noticed by its digest, and the one before is taken.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from fathom.core.expectations import refuse

KEPT = 2
"""Checkpoints that are kept."""

SECONDS = 30.0
"""Between two checkpoints."""


@dataclass(frozen=True)
class Checkpoint:
    """What a training goes on from: tensors by name, and JSON values."""

    tensors: Mapping[str, Tensor]
    state: Mapping[str, Any]


@dataclass
class Checkpoints:
    """The checkpoints in a folder.

    Attributes:
        folder: made when the first is written.
        seconds: between two; 0 writes whenever it is asked.
        identity: what a training is made of, by name; a checkpoint of another is refused.
        passed_over: newer checkpoints that `newest` could not read, and why.
        trouble: why the last one could not be written, as on a full disk; "" while all is well. The training goes on.
    """

    folder: Path
    seconds: float = SECONDS
    identity: Mapping[str, Any] = field(default_factory=dict)
    passed_over: list[str] = field(default_factory=list)
    trouble: str = ""
    _last: float = field(default_factory=time.monotonic)

    def due(self) -> bool:
        """Whether it is time for the next."""
        return time.monotonic() - self._last >= self.seconds

    def write(self, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
        """Write a checkpoint and drop those that are no longer wanted; where that fails, the older ones stay."""
        self._last = time.monotonic()
        number = max(self._numbers(), default=0) + 1
        aside = self.folder / f".{number:08d}.{os.getpid()}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _write(aside, tensors, {**state, "identity": dict(self.identity)})
            aside.replace(self._path(number))
        except OSError as error:
            self.trouble = f"{type(error).__name__}: {error.strerror or error}"
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)
            return
        self.trouble = ""
        for old in sorted(self._numbers())[:-KEPT]:
            with contextlib.suppress(OSError):
                self._path(old).unlink()

    def newest(self) -> Checkpoint | None:
        """The newest checkpoint that can be read; None where there is none.

        Raises:
            UnusableInput: it is of another training; the message names what differs.
        """
        self.passed_over = []
        for number in sorted(self._numbers(), reverse=True):
            path = self._path(number)
            try:
                tensors, state = _read(path)
            except (OSError, ValueError, KeyError) as error:
                self.passed_over.append(f"{path.name}: {error}")
                continue
            self._check(state.pop("identity"))
            return Checkpoint(tensors, state)
        return None

    def _check(self, kept: Mapping[str, Any]) -> None:
        """Refuse the checkpoint of another training."""
        now = json.loads(json.dumps(dict(self.identity)))
        for name in dict.fromkeys([*kept, *now]):
            if kept.get(name) != now.get(name):
                raise refuse(
                    f"checkpoints in '{self.folder}'",
                    expected=f"the training that they are of, {name} {_brief(kept.get(name))}",
                    got=f"{name} {_brief(now.get(name))}",
                    fix="resume with the same data, settings, versions and threads, or begin anew elsewhere",
                )

    def clear(self) -> None:
        """Remove all of them: the training is over."""
        for number in self._numbers():
            self._path(number).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()

    def _numbers(self) -> list[int]:
        if not self.folder.is_dir():
            return []
        return [int(p.stem) for p in self.folder.glob("*.safetensors") if p.stem.isdigit()]

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:08d}.safetensors"


def _write(path: Path, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
    from safetensors.torch import save

    plain = {name: t.detach().cpu().contiguous().clone() for name, t in tensors.items()}
    text = json.dumps(state)
    data = save(plain, {"state": text, "digest": _digest(plain, text)})
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            head = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # no mapping, it only has keys()
    except SafetensorError as error:
        raise ValueError(str(error)) from None
    if head.get("digest") != _digest(tensors, head.get("state", "")):
        raise ValueError("its digest is not that of its contents")
    return tensors, json.loads(head["state"])


def _digest(tensors: Mapping[str, Tensor], text: str) -> str:
    from safetensors.torch import save

    hashed = hashlib.blake2b(text.encode(), digest_size=16)
    hashed.update(save(dict(sorted(tensors.items()))))
    return hashed.hexdigest()


def _brief(value: Any) -> str:
    """A part of an identity in a line: short ones as they are, long ones by their digest."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"of digest {hashlib.blake2b(text.encode(), digest_size=4).hexdigest()}"
