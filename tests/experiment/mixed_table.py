"""A table with a text beside numbers, categories and dates, in which both tell."""

import datetime

import numpy as np
import polars as pl

GOOD, POOR = ["good", "fine", "lovely", "warm"], ["bad", "cold", "slow", "rude"]
OTHER = ["the", "soup", "was", "a", "waiter", "and", "table", "we", "had", "it"]


def reviews(rows=400, seed=0):
    """Half of the rows are told by a word of the text, half by the price: neither alone is enough."""
    rng = np.random.default_rng(seed)
    stars, by_price = rng.integers(0, 2, rows), rng.integers(0, 2, rows)
    telling = [rng.choice(GOOD if star else POOR) for star in stars]
    words = [[*rng.choice(OTHER, rng.integers(4, 9)), "so" if price else word] for price, word in zip(by_price, telling, strict=True)]
    return pl.DataFrame(
        {
            "review": [" ".join(rng.permutation(each)) for each in words],
            "price": np.where(by_price, np.where(stars, 10.0, 50.0), 30.0) + rng.normal(size=rows),
            "city": rng.choice(["Rome", "Oslo", "Bonn"], rows),
            "when": [datetime.date(2024, 1, 1) + datetime.timedelta(days=int(d)) for d in rng.integers(0, 300, rows)],
            "stars": np.where(stars, "good", "poor"),
        }
    )
