"""What do the checks catch, and what do they cry out about for nothing? Planted faults, faults of others, sound set-ups.

    python -m benchmarks.checks [--seed 0] [--match TEXT] [--page docs/checks_table.md] [--out benchmarks]

Every set-up of `fathom.testing.faults` is built and given to `check_model` (backward passes in NumPy to `check_gradient`), with
no option set. A fault is caught when one of its ids is found with severity warning or error; a wrong gradient when it is an
error that names a parameter whose gradient is wrong and none whose gradient is right (in NumPy: all that are wrong and no
other). An exception counts as a miss. Intervals are Wilson's, 95%.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from benchmarks.bundled import hardware, slug
from fathom.checks.gradient.check import check_gradient
from fathom.checks.model import check_model
from fathom.core.intervals import wilson
from fathom.testing.faults.gradients.backward_pass import GradientCase
from fathom.testing.faults.gradients.catalogue import right_gradients, wrong_gradients
from fathom.testing.faults.judge import alarms, caught
from fathom.testing.faults.others.catalogue import faults_of_others
from fathom.testing.faults.planted.catalogue import planted_faults
from fathom.testing.faults.set_up import SetUp
from fathom.testing.faults.sound.catalogue import sound_set_ups

ROOT = Path(__file__).parents[1]
FAMILIES = ("dense", "convolution", "recurrent", "attention", "normalization")


@dataclass(frozen=True)
class Outcome:
    """What was found about one set-up; `right` means caught, or, of a sound one, without an error."""

    group: str
    name: str
    family: str
    kind: str
    right: bool
    seconds: float
    found: Sequence[str] = ()
    wanted: Sequence[str] = ()
    not_checked: Sequence[str] = ()
    link: str = ""
    foreign: bool = False
    crash: str = ""
    more: dict[str, object] = field(default_factory=dict)


def of_set_up(group: str, set_up: SetUp, seed: int) -> Outcome:
    """`check_model` on one set-up."""
    built = set_up.build(seed)
    start = time.perf_counter()
    about = {
        "group": group,
        "name": set_up.name,
        "family": set_up.family,
        "kind": set_up.kind,
        "link": set_up.link,
        "foreign": set_up.foreign,
    }
    wanted = sorted(set_up.caught_by)
    try:
        check = check_model(built.net, built.loss, built.inputs, built.targets, forward=built.forward)
    except Exception:
        return Outcome(**about, right=False, seconds=time.perf_counter() - start, wanted=wanted, crash=traceback.format_exc(limit=-2))
    seconds = time.perf_counter() - start
    right = caught(set_up, check.findings) if group != "sound" else not alarms(check.findings)
    found = [f"{f.severity} {f.id}" for f in check.findings]
    return Outcome(**about, right=right, seconds=seconds, found=found, wanted=wanted, not_checked=[n.id for n in check.not_checked])


def of_gradient(case: GradientCase) -> Outcome:
    """`check_gradient` on one backward pass in NumPy."""
    start = time.perf_counter()
    about = {"group": "planted" if case.named else "right gradients", "name": f"NumPy, {case.name}", "family": case.family}
    try:
        check = check_gradient(case.cost, case.theta, case.gradient)
    except Exception:
        return Outcome(**about, kind="gradient", right=False, seconds=time.perf_counter() - start, crash=traceback.format_exc(limit=-2))
    named, seconds = sorted(check.culprits), time.perf_counter() - start
    return Outcome(**about, kind="gradient", right=set(named) == case.named, seconds=seconds, found=named, wanted=sorted(case.named))


def measured(seed: int, match: str, say: Callable[[str], None]) -> list[Outcome]:
    """All set-ups whose name holds `match`, one after the other."""
    tasks: list[tuple[str, Callable[[], Outcome]]] = []
    for case in [*wrong_gradients(seed), *right_gradients(seed)]:
        tasks.append((f"NumPy, {case.name}", lambda case=case: of_gradient(case)))
    for group, set_ups in (("planted", planted_faults()), ("others", faults_of_others()), ("sound", sound_set_ups())):
        tasks += [(s.name, lambda group=group, s=s: of_set_up(group, s, seed)) for s in set_ups]
    outcomes = []
    for name, run in tasks:
        if match in name:
            outcomes.append(run())
            say(f"{'right' if outcomes[-1].right else 'WRONG'} {outcomes[-1].seconds:6.2f} s  {outcomes[-1].group}, {name}")
    return outcomes


def share(outcomes: Sequence[Outcome]) -> str:
    """'19 / 20, 95% (76% to 99%)', or a dash."""
    if not outcomes:
        return "-"
    right, n = sum(o.right for o in outcomes), len(outcomes)
    interval = wilson(right, n)
    return f"{right} / {n}, {right / n:.0%} ({interval.low:.0%} to {interval.high:.0%})"


def count(outcomes: Sequence[Outcome]) -> str:
    return f"{sum(o.right for o in outcomes)} / {len(outcomes)}" if outcomes else ""


def grid(outcomes: Sequence[Outcome]) -> list[str]:
    """Kind by family, with margins."""
    kinds = sorted({o.kind for o in outcomes}, key=lambda kind: (kind != "gradient", kind))
    lines = [f"| kind | {' | '.join(FAMILIES)} | all |", "|---|" + "---|" * (len(FAMILIES) + 1)]
    for kind in kinds:
        of_kind = [o for o in outcomes if o.kind == kind]
        cells = [count([o for o in of_kind if o.family == family]) for family in FAMILIES]
        lines.append(f"| {kind} | {' | '.join(cells)} | {share(of_kind)} |")
    margins = [share([o for o in outcomes if o.family == family]) for family in FAMILIES]
    return [*lines, f"| all | {' | '.join(margins)} | {share(outcomes)} |"]


def misses(outcomes: Iterable[Outcome]) -> list[str]:
    """One line for each that went wrong, with what was found instead."""
    lines = []
    for outcome in outcomes:
        if not outcome.right:
            said = outcome.crash.strip().splitlines()[-1] if outcome.crash else ", ".join(outcome.found) or "nothing"
            lines.append(f"- {outcome.name}: found {said}" + (f"; wanted {' or '.join(outcome.wanted)}" if outcome.wanted else ""))
    return lines or ["None."]


def threads(outcomes: Sequence[Outcome]) -> list[str]:
    lines = ["| caught | fault | thread | found |", "|---|---|---|---|"]
    for o in outcomes:
        thread = o.link.removeprefix("https://github.com/")
        found = sorted({f.split()[1] for f in o.found if f.split()[1] in o.wanted})
        lines.append(f"| {'yes' if o.right else 'no'} | {o.name} | [{thread}]({o.link}) | {', '.join(found)} |")
    return lines


def timing(outcomes: Sequence[Outcome]) -> str:
    seconds = sorted(o.seconds for o in outcomes)
    if not seconds:
        return "-"
    return f"median {seconds[len(seconds) // 2]:.2f} s, longest {seconds[-1]:.2f} s"


def loud(outcomes: Sequence[Outcome], severity: str) -> tuple[int, int]:
    """How many have a finding of that severity, and how many such findings there are."""
    counts = [sum(f.startswith(severity) for f in o.found) for o in outcomes]
    return sum(c > 0 for c in counts), sum(counts)


def page(outcomes: Sequence[Outcome], *, machine: str, date: str, versions: dict[str, str], seed: int) -> str:
    """The table as Markdown."""
    groups = {g: [o for o in outcomes if o.group == g] for g in ("planted", "others", "sound", "right gradients")}
    planted, others, sound = groups["planted"], groups["others"], groups["sound"]
    gradients = [o for o in planted if o.kind == "gradient"]
    foreign = [o for o in sound if o.foreign]
    used = ", ".join(f"{name} {version}" for name, version in versions.items())
    lines = [
        "# What the checks catch",
        "",
        f"Written by `make checks` on {date}, {machine}, one thread, seed {seed}; {used}. Shares with Wilson's 95% intervals.",
        "Each set-up is given to `check_model` (a backward pass in NumPy to `check_gradient`) with no option set.",
        "",
        "| | right |",
        "|---|---|",
        f"| planted wrong gradients: caught, and the right tensor named | {share(gradients)} |",
        f"| other planted faults: caught | {share([o for o in planted if o.kind != 'gradient'])} |",
        f"| faults of others: caught | {share(others)} |",
        f"| sound set-ups: no finding of severity error | {share(sound)} |",
        f"| of these, modules that nobody here wrote | {share(foreign)} |",
        f"| right gradients in NumPy: no culprit | {share(groups['right gradients'])} |",
        "",
        f"On the sound set-ups {loud(sound, 'warning')[0]} of {len(sound)} have a warning ({loud(sound, 'warning')[1]} warnings in all),"
        f" {loud(sound, 'error')[0]} an error ({loud(sound, 'error')[1]} in all).",
        "",
        f"Time: planted {timing(planted)}; of others {timing(others)}; sound {timing(sound)}.",
        "",
        "## Planted faults, by kind and family of layers",
        "",
        *grid(planted),
        "",
        "Missed:",
        "",
        *misses(planted),
        "",
        "## Faults of others",
        "",
        "Re-made small from public threads; the fault is as the thread tells it, the data is other data.",
        "",
        *threads(others),
        "",
        "Missed:",
        "",
        *misses(others),
        "",
        "## Sound set-ups",
        "",
        *grid_of_sound(sound),
        "",
        "With an error, wrongly:",
        "",
        *misses([*sound, *groups["right gradients"]]),
    ]
    return "\n".join(lines) + "\n"


def grid_of_sound(sound: Sequence[Outcome]) -> list[str]:
    lines = ["| family | without an error | set-ups with a warning | warnings |", "|---|---|---|---|"]
    for family in FAMILIES:
        mine = [o for o in sound if o.family == family]
        lines.append(f"| {family} | {share(mine)} | {loud(mine, 'warning')[0]} | {loud(mine, 'warning')[1]} |")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write the page and the raw outcomes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--match", default="", help="only set-ups whose name holds this; then nothing is written but the screen")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "checks_table.md")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks")
    given = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    outcomes = measured(given.seed, given.match, lambda line: print(line, file=sys.stderr, flush=True))
    machine, date = hardware(), datetime.date.today().isoformat()
    packages = [p for p in ("torch", "numpy", "scikit-learn", "transformers") if _installed(p)]
    versions = {"Python": platform.python_version(), **{p: metadata.version(p) for p in packages}}
    text = page(outcomes, machine=machine, date=date, versions=versions, seed=given.seed)
    print(text)
    if not given.match:
        record = {"hardware": machine, "date": date, "versions": versions, "seed": given.seed, "outcomes": [asdict(o) for o in outcomes]}
        (given.out / f"checks_{slug(machine)}_{date}.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        given.page.write_text(text, encoding="utf-8")
    return 0


def _installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
