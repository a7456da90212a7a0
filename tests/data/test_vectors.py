"""Vectors of words in the text format of word2vec and GloVe."""

import gzip

import numpy as np
import pytest

from fathom.core.exceptions import UnusableInput
from fathom.data.sources.vectors import read_vectors

LINES = ["the 1 2 3", "soup 0.5 -1e-2 2", "New York 7 8 9", "Paris 4 5 6", "paris 1 1 1", "oslo 2 2 2", "OSLO 3 3 3"]
WORDS = ["soup", "paris", "new york", "unheard", "oslo"]


@pytest.mark.parametrize("head", [True, False])
@pytest.mark.parametrize("packed", [True, False])
def test_both_formats(tmp_path, head, packed):
    text = "\n".join([*([f"{len(LINES)} 3"] if head else []), *LINES]) + "\n"
    path = tmp_path / ("v.txt.gz" if packed else "v.txt")
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    found = read_vectors(path, WORDS)
    assert found.lines == len(LINES)
    assert [WORDS[i] for i in found.places] == ["soup", "paris", "new york", "oslo"]
    np.testing.assert_allclose(found.values, [[0.5, -0.01, 2], [1, 1, 1], [7, 8, 9], [2, 2, 2]])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("soup 1 2\nthe 1\n", "a word and 2 numbers in line 2"),
        ("soup 1 x\n", "numbers in line 1"),
        ("soup 1 nan\n", "numbers in line 1"),
        ("soup\n", "a word and its numbers a line"),
        ("other 1 2\n", "none among 1 lines"),
        ("", "none among 0 lines"),
    ],
)
def test_what_cannot_be_is_said(tmp_path, text, words):
    (tmp_path / "v.txt").write_text(text)
    with pytest.raises(UnusableInput, match=words):
        read_vectors(tmp_path / "v.txt", WORDS)


def test_no_file_and_a_torn_one(tmp_path):
    with pytest.raises(UnusableInput, match="No such file"):
        read_vectors(tmp_path / "none.txt", WORDS)
    (tmp_path / "torn.gz").write_bytes(gzip.compress("\n".join(LINES).encode())[:-9])
    with pytest.raises(UnusableInput, match="a file of vectors"):
        read_vectors(tmp_path / "torn.gz", WORDS)
