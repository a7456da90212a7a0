"""Many picture files decoded into one array: by several processes where that pays, else one after another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

from fathom.data.sources.picture_files import Pixels, decode
from fathom.data.sources.picture_worker import READY

JOB = 16
"""Files a job."""

MOST_WORKERS = 8

CRASHED = "its decoder crashed"

Told = Callable[[int, int], None]
"""Called with files done and files in all."""

Job = list[tuple[int, Path]]

Worker = subprocess.Popen[str]


def decode_into(rows: Pixels, files: Mapping[int, Path], *, file: Path | None, workers: int, told: Told | None = None) -> dict[int, str]:
    """Decode files into rows.

    Args:
        rows: (n, channels, height, width), written to.
        files: by their row.
        file: that `rows` is a memory map of; without one this process decodes alone.
        workers: processes; 1 for this one alone.
        told: called now and then.

    Returns:
        The rows of the files that cannot be read, and why; they hold nothing of use.

    Raises:
        KeyboardInterrupt: after Ctrl-C, when every worker has ended.
    """
    if file is None or workers < 2 or not sys.executable:
        return _alone(rows, list(files.items()), told)
    pool = _Pool(file, list(files.items()), told)
    failed = pool.run(min(workers, -(-len(files) // JOB)))
    return failed | _alone(rows, [item for job in pool.jobs for item in job], None)  # those left over, where no worker could be started


def cores() -> int:
    """Processes that may work at the same time: the cores that this one may use, up to eight."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(usable, MOST_WORKERS))


def _alone(rows: Pixels, files: Job, told: Told | None) -> dict[int, str]:
    _, channels, height, width = rows.shape
    failed = {}
    for done, (row, path) in enumerate(files, start=1):
        pixels = decode(path, (height, width), channels)
        if isinstance(pixels, str):
            failed[row] = pixels
        else:
            rows[row] = pixels
        if told is not None and done % JOB == 0:
            told(done, len(files))
    return failed


class _Pool:
    """Worker processes, each fed by a thread that hands it a job, waits for the answer and takes the next."""

    def __init__(self, file: Path, files: Job, told: Told | None) -> None:
        self.file, self.total, self.told = file, len(files), told
        self.jobs: deque[Job] = deque(files[at : at + JOB] for at in range(0, len(files), JOB))
        self.failed: dict[int, str] = {}
        self.done = 0
        self.running: set[Worker] = set()
        self.ended = False
        self.lock = threading.Lock()

    def run(self, workers: int) -> dict[int, str]:
        """All jobs by so many workers; the rows that failed."""
        threads = [threading.Thread(target=self._feed, daemon=True) for _ in range(workers)]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                while thread.is_alive():
                    thread.join(0.05)
                    if self.told is not None:
                        self.told(self.done, self.total)
        finally:
            with self.lock:
                self.ended = True
                for worker in self.running:
                    worker.kill()
            for thread in threads:
                thread.join()
        return self.failed

    def _feed(self) -> None:
        worker = None
        while (job := self._next()) is not None:
            worker = worker or self._start()
            if worker is None:
                self._give_back(job)
                return
            if not self._carry_out(worker, job):
                self._stop(worker)
                worker = None
                self._one_by_one(job)
        if worker is not None:
            self._stop(worker)

    def _next(self) -> Job | None:
        with self.lock:
            return None if self.ended or not self.jobs else self.jobs.popleft()

    def _give_back(self, job: Job) -> None:
        with self.lock:
            self.jobs.append(job)

    def _one_by_one(self, job: Job) -> None:
        """A worker died over a job: its files go one by one, and one over which a worker dies is left out."""
        with self.lock:
            if self.ended:
                return
            if len(job) == 1:
                self.failed[job[0][0]] = CRASHED
                self.done += 1
            else:
                self.jobs.extend([item] for item in job)

    def _start(self) -> Worker | None:
        """A worker that is ready; None where there is to be none, or none can be had."""
        command = [sys.executable, "-P", "-m", "fathom.data.sources.picture_worker", str(self.file)]
        paths = os.pathsep.join(path for path in sys.path if path)
        about = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        with self.lock:
            if self.ended:
                return None
            try:
                made = subprocess.Popen(command, encoding="utf-8", env=about, **streams)  # type: ignore[call-overload]
            except OSError:
                return None
            self.running.add(made)
        if made.stdout.readline() == READY:
            return made
        self._stop(made)
        return None

    def _stop(self, worker: Worker) -> None:
        with self.lock:
            self.running.discard(worker)
        try:
            worker.communicate(timeout=5)
        except (subprocess.TimeoutExpired, OSError, ValueError):
            worker.kill()
            worker.wait()

    def _carry_out(self, worker: Worker, job: Job) -> bool:
        """Whether the worker answered."""
        assert worker.stdin is not None
        assert worker.stdout is not None
        try:
            worker.stdin.write(json.dumps([[row, str(path.absolute())] for row, path in job]) + "\n")
            worker.stdin.flush()
            answer = worker.stdout.readline()
        except (OSError, ValueError):
            return False
        if not answer.endswith("\n"):
            return False
        with self.lock:
            self.failed |= {int(row): why for row, why in json.loads(answer).items()}
            self.done += len(job)
        return True
