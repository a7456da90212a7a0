"""`fathom diagnose`: error rates, a file of predictions from any framework, or a saved run."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fathom.cli import scores, typed
from fathom.cli.rates import Typed, read_human, read_rate, with_size
from fathom.core.expectations import refuse
from fathom.core.roles import ALIASES, ROLES, role_of

if TYPE_CHECKING:
    from fathom.core.records.diagnosis import Diagnosis
    from fathom.core.records.finding import Finding
    from fathom.core.records.scorecard import Scorecard
    from fathom.diagnosis.predictions import Predictions

N_DEV = tuple(f"--n-{name.removeprefix('--')}" for name in typed.DEV)
FLOORS = ("human", "floor", "bayes")


def command(
    source: Annotated[list[str] | None, typer.Argument(help="A predictions file, a run folder, or rates as in train=1% dev=11%.")] = None,
    train: Annotated[list[str] | None, typer.Option("--train", "--training", help="Train error: 1%, 0.01 or 70/7000.")] = None,
    train_dev: Annotated[list[str] | None, typer.Option("--train-dev", "--traindev", help="Error on held-out data like train.")] = None,
    dev: Annotated[list[str] | None, typer.Option(*typed.DEV, help="Dev (validation) error.")] = None,
    test: Annotated[list[str] | None, typer.Option("--test", "--testing", help="Test error.")] = None,
    human: Annotated[
        list[str] | None,
        typer.Option("--human", help="Human-level error: 1%, 'doctor 1%, team 0.5%', or a file with columns truth and rater_NAME."),
    ] = None,
    floor: Annotated[list[str] | None, typer.Option("--floor", help="The same as --human.")] = None,
    bayes: Annotated[list[str] | None, typer.Option("--bayes", help="The same as --human.")] = None,
    n_train: Annotated[list[str] | None, typer.Option("--n-train", help="Examples behind the train error.")] = None,
    n_train_dev: Annotated[list[str] | None, typer.Option("--n-train-dev", help="Examples behind the train-dev error.")] = None,
    n_dev: Annotated[list[str] | None, typer.Option(*N_DEV, help="Examples behind the dev error.")] = None,
    n_test: Annotated[list[str] | None, typer.Option("--n-test", help="Examples behind the test error.")] = None,
    reference: Annotated[list[str] | None, typer.Option(help="Dev error of a plain method, as in linear=4%; may be repeated.")] = None,
    dev_human: Annotated[str | None, typer.Option(help="Human-level error on data like dev, where that of train differs.")] = None,
    dev_trained: Annotated[str | None, typer.Option(help="Error on data like dev that the net was trained on.")] = None,
    goal: Annotated[str | None, typer.Option(help="The dev error that is wanted.")] = None,
    tolerance: Annotated[str | None, typer.Option(help="A gap from which on it matters; 2% where left out.")] = None,
    accuracy: Annotated[bool, typer.Option("--accuracy", help="All rates are accuracies, not errors.")] = False,
    kind: Annotated[str | None, typer.Option(help="Of a predictions file: class or regression; detected where left out.")] = None,
    unit: Annotated[str, typer.Option(help="Of a regression's target, as in mmHg.")] = "",
    metric: Annotated[list[str] | None, typer.Option(help=scores.METRIC)] = None,
    require: Annotated[list[str] | None, typer.Option(help=scores.REQUIRE)] = None,
    positive: Annotated[str | None, typer.Option(help="Of two classes, the one that precision and recall are about.")] = None,
    duration: Annotated[str | None, typer.Option(help=scores.DURATION)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout, all else on stderr.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only the headline.")] = False,
) -> int:
    """Read errors: how far a net is from where it should be, what the distance is made of, what to do next."""
    given: dict[str, Any] = {**locals(), "notes": []}
    words, files = _sorted(source or [])
    about = _about(given)
    scores.check(metric, require)
    if files:
        _refuse_rates(given, words, files)
        diagnosis, found = _of_file(Path(files[0]), about, kind, unit)
    else:
        diagnosis, found = _of_rates(_typed(given, words), about), ()
    for note in given["notes"]:
        print(note, file=sys.stderr)
    card = _card(files, given) if metric or require else None
    _show(diagnosis, found, card, as_json=as_json, quiet=quiet)
    return 0


def _card(files: list[str], given: dict[str, Any]) -> Scorecard:
    """The metrics that were asked for, on dev."""
    if not files:
        raise refuse("--metric", expected="a predictions file or a run folder to take it of", got="rates alone")
    from fathom.experiment.metrics import metrics

    about = {"positive": given["positive"], "duration": given["duration"]}
    return metrics(Path(files[0]), given["metric"] or ["error"], require=given["require"] or (), **about)


def _sorted(source: list[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Positional arguments: (role, rate) of words like 'dev=11%', and files."""
    words, files = [], []
    for word in source:
        name, equals, rate = word.partition("=")
        if equals and not Path(word).exists():
            words.append((name, rate))
        else:
            files.append(word)
    if len(files) > 1:
        fix = "write rates as in --train 1% --dev 11%" if all(f[:1].isdigit() for f in files) else "one file holds all roles"
        raise refuse("arguments", expected="one predictions file or run folder", got=", ".join(files), fix=fix)
    if files and not Path(files[0]).exists() and files[0].rstrip("%").replace(".", "", 1).isdigit():
        raise refuse("arguments", expected="rates with their role", got=files[0], fix="write rates as in --train 1% --dev 11%")
    return words, files


def _about(given: dict[str, Any]) -> dict[str, Any]:
    """Floor, goal, tolerance and references, as errors."""
    about: dict[str, Any] = {}
    for name in FLOORS:
        if given[name]:
            about[name] = _human(given[name], f"--{name}", given)
    for name in ("goal", "dev_human", "dev_trained"):
        if given[name] is not None:
            about[name] = _error(given[name], f"--{_dashed(name)}", given).value
    if given["tolerance"] is not None:
        about["tolerance"] = read_rate(given["tolerance"], "--tolerance").value  # a distance, so --accuracy does not turn it
    if given["reference"]:
        about["references"] = dict(_reference(text, given) for text in given["reference"])
    return about


def _human(texts: list[str], name: str, given: dict[str, Any]) -> Any:
    """A rate, rates by person, or a file of raters; of accuracies the errors."""
    human, notes = read_human(texts, name)
    given["notes"] += notes
    if not given["accuracy"] or isinstance(human, str):
        return human
    if isinstance(human, dict):
        return {who: round(1 - rate, 12) for who, rate in human.items()}
    return round(1 - human, 12) if isinstance(human, float) else [round(1 - rate, 12) for rate in human]


def _reference(text: str, given: dict[str, Any]) -> tuple[str, Any]:
    name, equals, rate = text.rpartition("=")
    if not equals or not name.strip():
        raise refuse("--reference", expected="a name and its dev error as in linear=4%", got=repr(text))
    typed = _error(rate, f"--reference {name}", given)
    return name.strip(), typed.counts or typed.value


def _error(text: str, name: str, given: dict[str, Any]) -> Typed:
    """A rate as an error; how an ambiguous one was read is noted, and said once all of them were read."""
    typed = read_rate(text, name)
    given["notes"] += [typed.note] if typed.note else []
    return typed.turned() if given["accuracy"] else typed


def _typed(given: dict[str, Any], words: list[tuple[str, str]]) -> dict[str, Typed]:
    """The rates by role, from options and from words; each role once."""
    texts: dict[str, list[tuple[str, str]]] = {role: [(f"--{_dashed(role)}", t) for t in given[role] or []] for role in ROLES}
    sizes: dict[str, list[str]] = {role: list(given[f"n_{role}"] or []) for role in ROLES}
    for name, text in words:
        if name in FLOORS or name in ("goal", "tolerance"):
            raise refuse(f"'{name}={text}'", expected="a role before '='", got=f"'{name}'", fix=f"write --{name} {text}")
        texts[role_of(name)].append((name, text))
    return {role: _one(role, texts[role], sizes[role], given) for role in ROLES if texts[role] or sizes[role]}


def _dashed(role: str) -> str:
    return role.replace("_", "-")


def _one(role: str, texts: list[tuple[str, str]], sizes: list[str], given: dict[str, Any]) -> Typed:
    """The rate of one role, as counts where its size is known."""
    if len(texts) != 1 or len(sizes) > 1:
        others = ", ".join([role, *(alias for alias in ALIASES if ALIASES[alias] == role)])
        rates = " and ".join(text for _, text in texts) or f"--n-{_dashed(role)} alone"
        got = rates if len(texts) != 1 else f"the sizes {' and '.join(sizes)}"
        raise refuse(role, expected=f"one rate and at most one size ({others} are the same)", got=got)
    name, text = texts[0]
    typed = _error(text, name, given)
    if not sizes:
        return typed
    sized = with_size(typed, _whole(sizes[0], f"--n-{_dashed(role)}"), name)
    given["notes"] += [sized.note] if sized.note else []
    return sized


def _whole(text: str, name: str) -> int:
    plain = text.replace(",", "").replace("_", "")
    if not plain.isdecimal() or int(plain) < 1:
        raise refuse(name, expected="a number of examples of at least 1", got=repr(text))
    return int(plain)


def _of_rates(typed: dict[str, Typed], about: dict[str, Any]) -> Diagnosis:
    from fathom.diagnosis.diagnose import diagnose

    if not typed:
        raise refuse("arguments", expected="rates, as in --train 1% --dev 11%, a predictions file or a run folder", got="none")
    return diagnose({role: t.counts or t.value for role, t in typed.items()}, **about)


def _refuse_rates(given: dict[str, Any], words: list[tuple[str, str]], files: list[str]) -> None:
    also = [f"--{_dashed(role)}" for role in ROLES if given[role] or given[f"n_{role}"]] + [name for name, _ in words]
    if also:
        raise refuse("arguments", expected="a file or rates, not both", got=f"{files[0]} and {', '.join(also)}")


def _of_file(path: Path, about: dict[str, Any], kind: str | None, unit: str) -> tuple[Diagnosis, tuple[Finding, ...]]:
    """From a run folder or a predictions file; what the reading saw comes beside."""
    if path.is_dir():
        from fathom.experiment.opening import open_run

        return open_run(path).diagnose(**about), ()
    from fathom.diagnosis.diagnose import diagnose
    from fathom.diagnosis.predictions import read_predictions

    read = read_predictions(path, kind=kind)
    if read.scale is None and not set(about) & set(FLOORS):
        about = {**about, **_raters(read)}
    unit = unit if read.scale is not None else ""
    return diagnose(read.errors, truth=read.truth, sources=read.sources, scale=read.scale, unit=unit, **about), read.findings


def _raters(read: Predictions) -> dict[str, Any]:
    """The human level from the columns rater_<name> of the file, on dev."""
    from fathom.diagnosis.raters import raters_in, read_raters

    table = read.tables.get("dev")
    return {} if table is None or not raters_in(table.columns) else {"human": read_raters(table)}


def _show(diagnosis: Diagnosis, found: tuple[Finding, ...], card: Scorecard | None, *, as_json: bool, quiet: bool) -> None:
    for finding in found:
        if not quiet:
            print(f"{finding.severity}: {finding.what}", file=sys.stderr)
    if as_json:
        more = {} if card is None else {"scorecard": card.to_json()}
        print(json.dumps({**diagnosis.to_json(), "read": [f.to_json() for f in found], **more}, allow_nan=False))
    elif quiet:
        print(diagnosis.headline)
    else:
        from rich.console import Console

        from fathom.report.terminal import show

        show(diagnosis, Console(highlight=False))
    if card is not None and not as_json:
        print("".join(f"  {label:<10} {text}\n" for label, text in scores.entries(card)), end="")
