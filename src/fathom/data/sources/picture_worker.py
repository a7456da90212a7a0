"""A process that decodes picture files into the rows of a memory-mapped array: python -P -m fathom.data.sources.picture_worker.

It says that it is ready. A job is then a line of JSON on its input, [[row, path], ...]; the answer is one on its output, {row: why} of
those that cannot be read. It ends with its input. It is a process of its own, not one of multiprocessing, so that a script
without the guard of `__main__` runs as people write it, and a decoder that crashes takes nothing else with it.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

import numpy as np

from fathom.data.sources.picture_files import Pixels, decode


def serve(rows: Pixels, jobs: Iterable[str], answers: TextIO) -> None:
    r"""Carry out job after job.

    Args:
        rows: (n, channels, height, width), written to.
        jobs: lines.
        answers: where the answers go.

    Example:
        >>> import io
        >>> serve(np.zeros((1, 3, 4, 4), np.uint8), ['[[0, "gone.png"]]'], out := io.StringIO())
        >>> out.getvalue()
        '{"0": "no such file"}\n'
    """
    _, channels, height, width = rows.shape
    for line in jobs:
        failed = {}
        for row, path in json.loads(line):
            pixels = decode(Path(path), (height, width), channels)
            if isinstance(pixels, str):
                failed[row] = pixels
            else:
                rows[row] = pixels
        answers.write(json.dumps(failed) + "\n")
        answers.flush()


READY = "ready\n"

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks; it ends this one
    mapped = np.load(sys.argv[1], mmap_mode="r+", allow_pickle=False)
    sys.stdout.write(READY)
    sys.stdout.flush()
    serve(mapped, sys.stdin, sys.stdout)
