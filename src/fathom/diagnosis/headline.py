"""The headline: what the distance is made of, in one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fathom.core.amount import amount, short
from fathom.core.percent import between, decimals_of, percent
from fathom.core.records.finding import Finding
from fathom.core.records.floor import Floor
from fathom.core.records.gap import SHORT, TITLES, Gap
from fathom.core.records.ladder import Ladder
from fathom.core.records.reference import Reference, best_of
from fathom.diagnosis.gaps import wholly_below
from fathom.diagnosis.learned import NOT_CARRIED, NOTHING

ON_THE_WAY = ("avoidable_bias", "variance", "data_mismatch")
"""The gaps up to dev; test is a sum of its own."""

UNLEARNED = {NOTHING: "The net has learned nothing.", NOT_CARRIED: "What the net learned does not carry over to dev."}


def headline(
    ladder: Ladder,
    gaps: Mapping[str, Gap],
    floor: Floor,
    focus: str | None,
    references: str,
    findings: tuple[Finding, ...],
    *,
    unit: str = "",
) -> str:
    """'dev 3.5% = 0.2 human + 0.1 bias + 3.2 variance. Work on variance.'

    The parts are differences of printed rungs, so they add up to the printed total. Without a floor that was given, the sum starts with
    train. What the net has not learned comes before all of it. `references` is a sentence, see `said_of`.
    """
    sentences = [*_unlearned(findings), _sum(ladder, gaps, floor, unit)]
    if "dev_overfit" in gaps:
        sentences.append(_test(ladder))
    return " ".join([*sentences, *filter(None, [references]), *_verdict(gaps, focus, floor, findings)])


def said_of(references: Mapping[str, Reference], baseline: Mapping[str, Reference], ladder: Ladder) -> str:
    """'The best reference (linear) reaches 4.0%.'; nothing where there is no reference."""
    best = best_of(references, baseline)
    if best is not None:
        return f"The best reference ({short(best.name)}) reaches {percent(best.estimate.value, decimals_of(ladder))}%."
    return f"No reference is better than {baseline['dev'].name}." if references else ""


def _unlearned(findings: tuple[Finding, ...]) -> Iterator[str]:
    for finding in findings:
        if finding.severity == "error" and finding.id in UNLEARNED:
            yield UNLEARNED[finding.id]


def _sum(ladder: Ladder, gaps: Mapping[str, Gap], floor: Floor, unit: str) -> str:
    places = decimals_of(ladder)
    top = [name for name in ("train", "train_dev", "dev") if name in ladder][-1]
    total = f"{top.replace('_', '-')} {percent(ladder[top].estimate.value, places)}%{unit}{_own_unit(ladder, top)}"
    parts = list(_parts(ladder, gaps, floor, places))
    if len(parts) < 2:
        return f"{total}."
    text = " ".join(f"{'-' if figure.startswith('-') else '+'} {figure.lstrip('-')} {name}" for figure, name in parts)
    return f"{total} = {text.removeprefix('+ ')}."


def _own_unit(ladder: Ladder, top: str) -> str:
    """For a regression, what the percent are of, and the error in the target's own unit."""
    if ladder.scale is None:
        return ""
    value = ladder[top].estimate.value * ladder.scale
    figure = f"{value:.3g}" if 1e-4 <= abs(value) < 999.5 else amount(value)
    return f" of the baseline's error ({f'{figure} {short(ladder.unit)}'.strip()})"


def _parts(ladder: Ladder, gaps: Mapping[str, Gap], floor: Floor, places: int) -> Iterator[tuple[str, str]]:
    """(figure, name) of each part, from the floor up."""
    given = floor.known == "given"
    if "train" in ladder:
        yield (percent(floor.value, places), "human") if given else (percent(ladder["train"].estimate.value, places), "train")
    for name in ON_THE_WAY:
        if name in gaps and (given or name != "avoidable_bias"):
            gap = gaps[name]
            start = floor.value if name == "avoidable_bias" else ladder[gap.start].estimate.value
            yield between(start, ladder[gap.end].estimate.value, places), SHORT[name]


def _test(ladder: Ladder) -> str:
    places = decimals_of(ladder)
    dev, test = ladder["dev"].estimate.value, ladder["test"].estimate.value
    rise = between(dev, test, places)
    return f"test {percent(test, places)}% = dev {'-' if rise.startswith('-') else '+'} {rise.lstrip('-')}."


def _verdict(gaps: Mapping[str, Gap], focus: str | None, floor: Floor, findings: tuple[Finding, ...]) -> Iterator[str]:
    if any(f.id == NOTHING for f in findings):
        yield "Check the net, the learning rate, the labels and the inputs first."
        return
    high = [name for name, gap in gaps.items() if gap.verdict == "high"]
    unclear = [name for name, gap in gaps.items() if gap.verdict == "unclear"]
    if high and focus is not None:
        yield f"Work on {SHORT[focus]}{_others(high, focus)}."
        return
    if any(f.id == "diagnosis.dev.too_small" for f in findings):
        yield f"{next(f.what for f in findings if f.id == 'diagnosis.dev.too_small').partition(':')[0]}."
    elif unclear:
        yield _open(gaps, unclear, floor)
    else:
        yield "No gap is high."
    if focus is not None and len(gaps) > 1:
        yield f"The largest gap is {TITLES[focus]}."


def _others(high: list[str], focus: str) -> str:
    rest = [SHORT[name] for name in high if name != focus]
    return f" first; {' and '.join(rest)} {'is' if len(rest) == 1 else 'are'} high too" if rest else ""


def _open(gaps: Mapping[str, Gap], unclear: list[str], floor: Floor) -> str:
    if unclear == ["avoidable_bias"] and floor.known == "given" and wholly_below(gaps["avoidable_bias"]):
        return "Train is better than human, so how much bias is left is unknown."
    names = " and ".join(SHORT[name] for name in unclear)
    text = f"{names} {'is' if len(unclear) == 1 else 'are'} unclear."
    return text[0].upper() + text[1:]
