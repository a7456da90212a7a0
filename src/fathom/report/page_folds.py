"""The folds on the page: one row a net, and how far the nets lie apart."""

from __future__ import annotations

from fathom.core.percent import percent
from fathom.core.records.folds import Folds
from fathom.report.page_markup import Html, each, element


def folds_section(folds: Folds | None) -> Html | None:
    """The errors of every net, and the spread over retraining; None for one split."""
    if folds is None:
        return None
    heads = ("net", "trained on", "train error", "measured on", "dev error")
    rows = [
        element("tr", each("td", (n, f"{f.train_rows:,}", f"{percent(f.train)}%", f"{f.dev_rows:,}", f"{percent(f.dev)}%")))
        for n, f in enumerate(folds.folds, 1)
    ]
    table = element("table", element("thead", element("tr", each("th", heads, scope="col"))), element("tbody", *rows), class_="figures")
    return element(
        "section",
        element("h2", "Folds"),
        element("p", f"{said(folds)} The net that predicts was trained on all of these examples."),
        element("div", table, class_="scroll"),
    )


def said(folds: Folds) -> str:
    """What the nets have in common and what not, in two sentences."""
    low, high = folds.spread.low or 0.0, folds.spread.high or 0.0
    apart = f"{percent(folds.spread.value)} points (between {percent(low)} and {percent(high)})"
    return f"{len(folds)} nets, each measured on examples that it was not trained on. Trained again, the dev error moves by {apart}."
