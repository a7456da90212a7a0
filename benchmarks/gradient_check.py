"""How fast is fathom's gradient check beside `torch.autograd.gradcheck`, and how long does a large net take?

    python -m benchmarks.gradient_check [--rounds 7] [--large 60] [--out benchmarks]

A net of 4,130 parameters (30-64-32-2, batch 64, cross-entropy, float64), the same weights and examples for all:

- by name: `fathom.check_gradient(cost, theta)`, one direction for each parameter, beside gradcheck's fast mode and its slow mode;
- every element: `every=True`, for a cost of a mapping of tensors ('any cost', through vmap) and for the net as a module ('dense':
  only the layers above an element are evaluated again), beside gradcheck's slow mode, which also looks at every element.

The candidates take turns within a round, in an order that is turned by one each round; medians over the rounds, and ratios of them.
One thread for all, since the operations are small. gradcheck runs with its defaults but for fast_mode. Then one check by name of a
transformer with so many million parameters (0 leaves it out), with all threads that torch takes by itself.
"""

from __future__ import annotations

import argparse
import datetime
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path

import torch
from torch import nn

from benchmarks.bundled import hardware, slug

ACTIVATIONS: dict[str, type[nn.Module]] = {"tanh": nn.Tanh, "relu": nn.ReLU}
ROWS = (
    ("default", "slow", "by name, beside slow mode", 100.0),
    ("default", "fast", "by name, beside fast mode", 1.0),
    ("every, any cost", "slow", "every element, any cost, beside slow mode", 3.0),
    ("every, dense", "slow", "every element, dense net, beside slow mode", 6.0),
)
"""Ours, theirs, what it is called, and the least ratio that is wanted."""


def candidates(activation: str) -> dict[str, Callable[[], object]]:
    """What is timed, by name; every one of them says that the gradient is right, or raises."""
    import fathom

    torch.manual_seed(0)
    act = ACTIVATIONS[activation]
    net = nn.Sequential(nn.Linear(30, 64), act(), nn.Linear(64, 32), act(), nn.Linear(32, 2)).double()
    x, y = torch.randn(64, 30, dtype=torch.float64), torch.randint(0, 2, (64,))
    names = [name for name, _ in net.named_parameters()]
    theta = {name: p.detach().clone() for name, p in net.named_parameters()}
    leaves = tuple(value.clone().requires_grad_() for value in theta.values())

    def cost(parameters: dict[str, torch.Tensor]) -> torch.Tensor:
        return nn.functional.cross_entropy(torch.func.functional_call(net, parameters, (x,)), y)

    def of_leaves(*values: torch.Tensor) -> torch.Tensor:
        return cost(dict(zip(names, values, strict=True)))

    def ours(*arguments: object, **named: bool) -> None:
        found = fathom.check_gradient(*arguments, **named)  # type: ignore[arg-type]
        if found.verdict != "great":
            raise RuntimeError(f"a right gradient was called {found.verdict}: {found}")

    return {
        "default": lambda: ours(cost, theta),
        "every, any cost": lambda: ours(cost, theta, every=True),
        "every, dense": lambda: ours(lambda: nn.functional.cross_entropy(net(x), y), net, every=True),
        "fast": lambda: torch.autograd.gradcheck(of_leaves, leaves, fast_mode=True),
        "slow": lambda: torch.autograd.gradcheck(of_leaves, leaves),
    }


def timed(run: Callable[[], object], least: float = 0.05) -> float:
    """Seconds of one call, as the mean of so many that they take `least` seconds together."""
    calls, start = 0, time.perf_counter()
    while True:
        run()
        calls += 1
        spent = time.perf_counter() - start
        if spent >= least:
            return spent / calls


def measure(activation: str, rounds: int) -> dict[str, list[float]]:
    """Seconds by candidate, one for each round; the first round is for warming up and is left out."""
    runs = candidates(activation)
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    names = list(runs)
    for number in range(rounds + 1):
        turned = names[number % len(names) :] + names[: number % len(names)]
        for name in turned:
            spent = timed(runs[name])
            if number:
                seconds[name].append(spent)
        print(f"{activation} round {number}", file=sys.stderr)
    return seconds


def large(millions: float) -> dict[str, float]:
    """One check by name of a transformer of about that many million parameters, in float32 as a user has it."""
    import fathom

    torch.manual_seed(0)
    width, layers = 512, max(1, round(millions * 1e6 / 3_152_384))
    net = nn.TransformerEncoder(nn.TransformerEncoderLayer(width, 8, 4 * width, batch_first=True), layers, enable_nested_tensor=False)
    x, y = torch.randn(2, 16, width), torch.randn(2, 16, width)
    start = time.perf_counter()
    found = fathom.check_gradient(lambda: nn.functional.mse_loss(net(x), y), net)
    spent = time.perf_counter() - start
    return {
        "parameters": sum(p.numel() for p in net.parameters()),
        "tensors": len(found.parts),
        "seconds": spent,
        "evaluations": found.evaluations,
        "right": found.verdict == "great",
    }


def page(results: dict[str, dict[str, list[float]]], big: dict[str, float] | None, *, machine: str, date: str, rounds: int) -> str:
    """The tables as Markdown."""
    versions = ", ".join(f"{n} {metadata.version(n)}" for n in ("torch", "numpy"))
    lines = [
        f"# The gradient check beside torch.autograd.gradcheck, {date}",
        "",
        f"{machine}; Python {platform.python_version()}, {versions}; medians of {rounds} rounds.",
        "Made by `benchmarks/gradient_check.py`, which says how.",
        "",
        "A net of 4,130 parameters (30-64-32-2, batch 64, cross-entropy, float64, one thread).",
        "'times as fast' is gradcheck's time over fathom's.",
        "",
        "| activation | what | fathom, ms | gradcheck, ms | times as fast | wanted |",
        "|---|---|---|---|---|---|",
    ]
    for activation, seconds in results.items():
        middle = {name: statistics.median(values) for name, values in seconds.items()}
        for ours, theirs, words, wanted in ROWS:
            ratio = middle[theirs] / middle[ours]
            lines.append(f"| {activation} | {words} | {1e3 * middle[ours]:.2f} | {1e3 * middle[theirs]:.2f} | {ratio:.1f} | {wanted:g} |")
    if big is not None:
        said = "right" if big["right"] else "wrong"
        lines += [
            "",
            f"A transformer of {big['parameters']:,.0f} parameters in {big['tensors']:.0f} tensors (width 512, dropout on, "
            "2 sequences of 16), checked by name: "
            f"{big['seconds']:.0f} s, {big['evaluations']:.0f} evaluations of J; its gradient was found {said}. Wanted: under 180 s.",
        ]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the tables, write them and their numbers."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--large", type=float, default=60.0, help="million parameters of the large net; 0 leaves it out")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    given = parser.parse_args(arguments)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    results = {activation: measure(activation, given.rounds) for activation in ACTIVATIONS}
    torch.set_num_threads(threads)
    big = large(given.large) if given.large else None
    machine, date = hardware(), datetime.date.today().isoformat()
    text = page(results, big, machine=machine, date=date, rounds=given.rounds)
    stem = given.out / f"gradient_check_{slug(machine)}_{date}"
    stem.with_name(f"{stem.name}.md").write_text(text, encoding="utf-8")
    stem.with_name(f"{stem.name}.json").write_text(json.dumps({"seconds": results, "large": big}, indent=1) + "\n", encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
