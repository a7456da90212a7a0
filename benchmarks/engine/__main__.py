"""How fast is fathom's engine beside what a user would pick instead? One program, all peers in turns.

    python -m benchmarks.engine [--rounds 7] [--cases 30-64-32-2 LeNet-5] [--members 1 4 16 64] [--peers "plain loop" "fathom, dense"]
                                [--out benchmarks] [--quick] [--anyway]

It refuses to start on a busy machine. Ctrl-C writes what is finished. `--quick` is a smoke test, whose times mean nothing.
"""

from __future__ import annotations

import argparse
import datetime
import json
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.bundled import hardware, slug
from benchmarks.engine.cases import BY_NAME, CASES, MEMBERS, SMALL
from benchmarks.engine.page import page
from benchmarks.engine.peers.table import PEERS
from benchmarks.engine.plan import blocks, missing, versions
from benchmarks.engine.quiet import MOST, Guard
from benchmarks.engine.rounds import Measuring, Result
from benchmarks.engine.workers import Workers, cores

LOOK = 3.0
"""Seconds for which the machine is watched before the start."""


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--cases", nargs="+", choices=BY_NAME, default=[case.name for case in CASES])
    parser.add_argument("--members", nargs="+", type=int, default=list(MEMBERS))
    parser.add_argument("--peers", nargs="+", choices=[peer.name for peer in PEERS], default=[])
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1])
    parser.add_argument("--quick", action="store_true", help="one round of the smallest net, however busy the machine is")
    parser.add_argument("--anyway", action="store_true", help="measure although the machine is busy; the note says so")
    given = parser.parse_args(arguments)
    if given.quick:
        given.rounds, given.cases, given.members = 1, [SMALL.name], [1, 4]
    if given.rounds < 1 or min(given.members) < 1:
        parser.error("rounds and members are at least 1")
    given.members = sorted(set(given.members))
    return given


def say(text: str) -> None:
    """Progress."""
    print(text, file=sys.stderr, flush=True)


def refusal(seconds: float = LOOK) -> str:
    """Why the machine is not fit to measure on; "" where it is."""
    guard = Guard(lambda: ())
    time.sleep(seconds)
    share = guard.share()
    if share is None or share <= MOST:
        return ""
    return f"Other processes use {share:.0%} of the cores, and a measurement wants them under {MOST:.0%}: try again when they are done."


def measure(given: argparse.Namespace, results: list[Result]) -> None:
    """Fill `results`, one block after another."""
    cases = [case for case in CASES if case.name in given.cases]
    with Workers() as workers:
        guard = None if given.quick or given.anyway else Guard(lambda: workers.ids)
        tries = 1 if given.quick else 3
        measuring = Measuring(workers.ask, guard, 1 if given.quick else cores(), given.rounds, tries, say)
        for block in blocks(cases, given.members, only=given.peers, quick=given.quick):
            before = next((r for r in reversed(results) if r.block.case == block.case and not block.whole), None)
            results.append(Result(block))
            measuring.measure(results[-1], before)


def remarks(given: argparse.Namespace, *, interrupted: bool) -> list[str]:
    """What a reader must know before the figures."""
    absent = [f"{peer.name} ({', '.join(missing(peer))} not installed)" for peer in PEERS if missing(peer)]
    return [
        *(["A smoke test: these times mean nothing."] if given.quick else []),
        *(["Measured although other processes used the machine: these times are not to be trusted."] if given.anyway else []),
        *(["Interrupted: only what was finished is here."] if interrupted else []),
        *([f"Left out: {', '.join(absent)}."] if absent else []),
    ]


def write(given: argparse.Namespace, results: Sequence[Result], *, interrupted: bool) -> Path:
    """The note and the raw numbers; returns the path of the note."""
    machine, date = hardware(), datetime.date.today().isoformat()
    of = {"Python": platform.python_version(), **versions()}
    said = remarks(given, interrupted=interrupted)
    text = page(results, hardware=machine, date=date, versions=of, rounds=given.rounds, remarks=said)
    stem = given.out / f"engine{'-quick' if given.quick else ''}_{slug(machine)}_{date}"
    raw = {"hardware": machine, "date": date, "versions": of, "rounds": given.rounds, "remarks": said}
    record = raw | {"results": [result.to_json() for result in results]}
    Path(f"{stem}.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    Path(f"{stem}.md").write_text(text, encoding="utf-8")
    print(text)
    return Path(f"{stem}.md")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the note, write it and its numbers."""
    given = parsed(arguments)
    if not (given.quick or given.anyway) and (why := refusal()):
        say(why)
        return 1
    given.out.mkdir(parents=True, exist_ok=True)
    results: list[Result] = []
    interrupted = False
    try:
        measure(given, results)
    except KeyboardInterrupt:
        interrupted = True
    say(f"Written: {write(given, results, interrupted=interrupted)}")
    return 130 if interrupted else 0


if __name__ == "__main__":
    sys.exit(main())
