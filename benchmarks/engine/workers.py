"""The processes of all peers: each is started when it is first asked, and waits idle while others are timed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.engine.peers.peer import Peer
from benchmarks.engine.timing import Asked, Timing

ROOT = Path(__file__).parents[2]


class PeerFailed(RuntimeError):
    """A peer ended or answered with an error."""


class Workers:
    """The processes that have been started; to be closed, as by `with`."""

    def __init__(self) -> None:
        self._running: dict[tuple[str, int], subprocess.Popen[str]] = {}
        self._said = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  # closed by __exit__

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            process.communicate()  # waits, and closes its pipes
        self._said.close()

    @property
    def ids(self) -> list[int]:
        """Of the processes."""
        return [process.pid for process in self._running.values()]

    def ask(self, peer: Peer, asked: Asked) -> Timing:
        """What a peer answers.

        Raises:
            PeerFailed: with its own words.
        """
        process = self._process(peer, asked.threads)
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(asked.to_json()) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise PeerFailed(f"{peer.name} ended: {self._last_words()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise PeerFailed(f"{peer.name}: {answer['error']}")
        return Timing(**answer)

    def _process(self, peer: Peer, threads: int) -> subprocess.Popen[str]:
        key = (peer.module, threads if peer.threads_are_fixed else 0)
        if key not in self._running:
            self._running[key] = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.engine.worker", peer.module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
                text=True,
                cwd=ROOT,
                env=environment(threads if peer.threads_are_fixed else 0),
                start_new_session=True,  # Ctrl-C is for the program, which ends the others itself
            )
        return self._running[key]

    def _last_words(self) -> str:
        self._said.seek(0)
        lines = self._said.read().strip().splitlines()
        return lines[-1][:300] if lines else "without a word"


def environment(threads: int) -> dict[str, str]:
    """The variables of a worker.

    Args:
        threads: for good, where a peer cannot change them later; 0 leaves them to the peer, up to all cores.
    """
    count = str(threads or cores())
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NPROC", "PJRT_NPROC")
    alone = {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"} if threads == 1 else {}
    return {**os.environ, **dict.fromkeys(names, count), **alone, "KERAS_BACKEND": "jax", "PYTHONWARNINGS": "ignore"}


def cores() -> int:
    """That this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
