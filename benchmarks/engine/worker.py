"""The process of one peer: reads what it is asked, a line of JSON each, trains, and answers with the timing.

python -m benchmarks.engine.worker benchmarks.engine.peers.torch_loop
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import sys
from dataclasses import asdict
from typing import TextIO

from benchmarks.engine.cases import BY_NAME
from benchmarks.engine.timing import Asked


def serve(module: str, questions: TextIO, answers: TextIO) -> None:
    """Answer until there are no more questions; whatever the peer prints goes to stderr."""
    with contextlib.redirect_stdout(sys.stderr):
        run = importlib.import_module(module).run
        for line in questions:
            asked = Asked(**json.loads(line))
            gc.collect()
            try:
                answer = asdict(run(BY_NAME[asked.case], asked))
            except Exception as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    serve(sys.argv[1], sys.stdin, sys.stdout)
