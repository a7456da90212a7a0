"""How the run was made: data, split, net, settings, seeds, versions, and the command that makes it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fathom.core.expectations import shown
from fathom.core.records.experiment import Experiment
from fathom.core.records.split_plan import SplitPlan
from fathom.report.page_markup import Html, coded, cut, each, element, joined, unbroken
from fathom.report.page_numbers import figure, rows_text
from fathom.report.python_call import python_call

LONG = 600
"""Characters of an entry."""


def making(
    experiment: Experiment, settings: str, equivalents: Sequence[str], versions: Mapping[str, str], openings: Sequence[str], command: str
) -> Html:
    """The section."""
    listed = entries(experiment, settings, equivalents, versions, openings)
    again = element("pre", element("code", unbroken(cut(command or python_call(experiment), 4000))))
    return element("section", element("h2", "How it was made"), listed, element("h3", "To make it again"), again)


def entries(
    made: Experiment,
    settings: str,
    equivalents: Sequence[str] = (),
    versions: Mapping[str, str] | None = None,
    openings: Sequence[str] = (),
) -> Html:
    """What is known of how a run was made, as a list of names and what stands for them."""
    known = _entries(made, settings, versions or {}, openings)
    return element("dl", *(joined(element("dt", name), _meaning(name, text, equivalents)) for name, text in known if text))


def _meaning(name: str, text: str, equivalents: Sequence[str]) -> Html:
    """What stands beside a name; below the settings, what they are called elsewhere."""
    listed = element("ul", each("li", map(coded, equivalents)), class_="bare faint") if equivalents and name == "Settings" else None
    return element("dd", cut(text, LONG), listed)


def _entries(made: Experiment, settings: str, versions: Mapping[str, str], openings: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield "Data", _data(made.data)
    yield "Target", target_text(made.data)
    yield "Rows", rows_text(made.rows)
    yield "Split", _split(made.data)
    yield "Test", _openings(made.rows, openings)
    yield "Net", f"{made.net} {cut(made.shape, 200)}, {made.parameters:,} parameters, {made.features:,} inputs"
    yield "Arguments", ", ".join(f"{name} {_argument(value)}" for name, value in made.arguments.items())
    yield "Training", made.plan
    yield "Settings", settings
    yield "Seeds", f"{made.settings.seed}; batch order {made.settings.data_seed}"
    yield "Versions", ", ".join(f"{name} {version}" for name, version in versions.items())


def target_text(data: Mapping[str, Any]) -> str:
    """'diagnosis: binary (benign, malignant)'."""
    target = data.get("target") or {}
    classes = target.get("classes") or ()
    listed = f" ({shown([cut(c, 40) for c in classes])})" if classes else ""
    return f"{cut(target.get('name', ''), 80)}: {target.get('kind', '')}{listed}" if target else ""


def _data(data: Mapping[str, Any]) -> str:
    digest = str(data.get("digest") or "")
    made = ", generated" if data.get("generated") else ""
    return f"{cut(data.get('name', ''), 120)}{made}" + (f", digest {digest[:12]}" if digest else "")


def _split(data: Mapping[str, Any]) -> str:
    plan = data.get("split")
    return str(SplitPlan.from_json(plan)) if plan else ""


def _openings(rows: Mapping[str, int], openings: Sequence[str]) -> str:
    if openings:
        return f"opened {len(openings):,} time{'s' if len(openings) > 1 else ''}: {shown(openings)}"
    return "sealed; it was never looked at" if rows.get("test") else ""


def _argument(value: object) -> str:
    return "-".join(map(figure, value)) if isinstance(value, list | tuple) else figure(value)
