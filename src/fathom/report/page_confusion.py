"""What was taken for what on dev: the confusion matrix, or the most confused pairs where the classes are many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from fathom.core.percent import percent
from fathom.report.page_markup import Html, cut, each, element, joined, word

if TYPE_CHECKING:
    import polars as pl

MOST = 20
"""Classes of a matrix, and rows of the list that takes its place."""

Pairs = Counter[tuple[str, str]]


def confusion(dev: pl.DataFrame, classes: Sequence[str] = ()) -> Html:
    """The section: a matrix of at most 20 classes, else the 20 pairs that are confused most.

    Args:
        dev: truth and prediction, one row an example.
        classes: in the order of the rows and columns; as found where the labels are others.
    """
    pairs = pairs_of(dev)
    found = {label for pair in pairs for label in pair}
    labels = list(classes) if found <= set(classes) else sorted(found)
    drawn = _matrix(pairs, labels) if len(labels) <= MOST else _most_confused(pairs, len(labels))
    return element("section", element("h2", "What was taken for what, on dev (validation)"), drawn)


def pairs_of(dev: pl.DataFrame) -> Pairs:
    """How often each (truth, prediction) occurs, as text."""
    counted = dev.group_by("truth", "prediction").len().rows()
    pairs: Pairs = Counter()
    for truth, prediction, n in counted:
        pairs[str(truth), str(prediction)] += n
    return pairs


def _matrix(pairs: Pairs, labels: Sequence[str]) -> Html:
    dense = " dense" if len(labels) > 6 else ""
    dense += " tall" if dense and max(map(len, labels)) > 3 else ""
    heads = (element("th", _label(label), scope="col", class_="class") for label in labels)
    head = element("tr", element("th", "Truth", scope="col"), *heads, element("th", "Right", scope="col"))
    body = (_row(pairs, truth, labels) for truth in labels)
    note = element("p", "Rows are the truth, columns the prediction; shaded by the share of the row.", class_="faint")
    table = element("table", element("thead", head), element("tbody", *body), class_=f"confusion{dense}")
    return joined(note, element("div", table, class_="scroll", tabindex="0", role="region", aria_label="Confusion matrix"))


def _row(pairs: Pairs, truth: str, labels: Sequence[str]) -> Html:
    n = sum(pairs[truth, label] for label in labels)
    cells = joined(*(_cell(pairs[truth, label], n, right=label == truth) for label in labels))
    right = f"{percent(pairs[truth, truth] / n)}%" if n else ""
    return element("tr", element("th", _label(truth), scope="row", class_="class"), cells, element("td", right, class_="right"))


def _cell(count: int, n: int, *, right: bool) -> Html:
    if not count:
        return element("td", "0", class_="none")
    return element("td", f"{count:,}", class_="hit" if right else "miss", style=f"--s:{count / n:.2f}")


def _label(label: str) -> Html:
    """Short in its place, longer where a pointer rests on it."""
    return element("span", word(label, 24), title=cut(label) if len(label) > 12 else None)


def _most_confused(pairs: Pairs, classes: int) -> Html:
    wrong = [(pair, n) for pair, n in pairs.items() if pair[0] != pair[1]]
    if not wrong:
        return element("p", f"No mistake on dev in {classes:,} classes.")
    totals: Counter[str] = Counter()
    for (truth, _), n in pairs.items():
        totals[truth] += n
    listed = sorted(wrong, key=lambda item: (-item[1], item[0]))[:MOST]
    caption = element("caption", f"The most confused pairs of {classes:,} classes.")
    names = each("th", ("Truth", "Taken for"), scope="col")
    head = element("tr", names, each("th", ("Times", "Of that truth"), scope="col", class_="number"))
    table = element("table", caption, element("thead", head), element("tbody", *_pair_rows(listed, totals)))
    return element("div", table, class_="scroll")


def _pair_rows(listed: Sequence[tuple[tuple[str, str], int]], totals: Counter[str]) -> Iterator[Html]:
    for (truth, prediction), n in listed:
        numbers = each("td", (f"{n:,}", f"{percent(n / totals[truth])}%"), class_="number")
        yield element("tr", element("th", word(truth), scope="row"), element("td", word(prediction)), numbers)
