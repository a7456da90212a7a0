"""`fathom.fit` as a user calls it: prepared, audited, its errors measured on the way and at the end."""

from __future__ import annotations

import fathom
from benchmarks.fashion.asked import Asked, Made


def run(asked: Asked) -> Made:
    """Fit, and open test once."""
    made = Made()
    splits = fathom.split(fathom.sample("fashion-mnist"), seed=0)
    about = {"augment": True} if asked.augment else {}
    with made.timed("call"):
        fitted = fathom.fit(
            splits,
            net=asked.net,
            epochs=asked.epochs,
            batch_size=asked.batch,
            learning_rate=asked.rate,
            schedule="cosine",
            seed=asked.seed,
            device=asked.device,
            **about,
        )
    made.training = fitted.history.seconds
    made.wrong = round(fitted.open_test() * fitted.tables["test"].height)
    made.steps, made.parameters = fitted.history.epochs[-1].updates, fitted.experiment.parameters if fitted.experiment else 0
    altered = f", augment {fitted.settings.augment}" if asked.augment else ""
    made.about = f"{fitted.plan['threads']} threads, {fitted.plan['device']}, dev {100 * fitted.errors['dev'].mean():.2f}%{altered}"
    return made
