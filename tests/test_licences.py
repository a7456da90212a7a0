"""No GPL and no AGPL among what fathom needs, directly or not: read from the metadata of what is installed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

EXCEPTIONS: dict[str, str] = {"namex": "its metadata names no licence; its LICENSE file is Apache 2.0 (a need of keras, extra bench)"}
"""Package -> why it may stay although its metadata reads as forbidden or says nothing."""

STRONG = re.compile(r"(?<![A-Za-z])A?GPL|(?<!Lesser )(?<!Library )General Public Licen[sc]e|Affero", re.IGNORECASE)
KNOWN = re.compile(
    r"MIT|BSD|Apache|MPL|Mozilla|ISC|Zlib|PSF|Python Software|Unlicense|CC0|BSL|Boost|LGPL|Lesser|HPND|Public Domain", re.IGNORECASE
)


def verdict(expression: str = "", classifiers: Iterable[str] = (), text: str = "") -> str:
    """'fine', 'forbidden' or 'unknown', from the fields of a package's metadata, the surest of them that is there.

    Args:
        expression: License-Expression; of alternatives ("MIT OR GPL-2.0") the best counts.
        classifiers: of these the licences; several are read as alternatives.
        text: License; its first line alone, because whole licence texts name other licences.
    """
    licences = [c for c in classifiers if c.startswith("License ::") and c != "License :: OSI Approved"]
    first = next((line for line in text.splitlines() if line.strip()), "")
    stated = re.split(r"\s+OR\s+", expression) if expression else licences or ([first] if first else [])
    if any(not STRONG.search(one) and KNOWN.search(one) for one in stated):
        return "fine"
    return "forbidden" if any(STRONG.search(one) for one in stated) else "unknown"


def judged(name: str) -> str:
    fields = metadata.metadata(name)
    return verdict(fields.get("License-Expression") or "", fields.get_all("Classifier") or [], fields.get("License") or "")


def resolved(root: str, extras: Iterable[str]) -> set[str]:
    """The names of all installed distributions that `root` with its extras asks for, root left out."""
    found: set[str] = set()
    waiting = [(root, frozenset(extras))]
    while waiting:
        name, wanted = waiting.pop()
        for line in metadata.requires(name) or []:
            need = Requirement(line)
            asked = need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in wanted | {""})
            if asked and canonicalize_name(need.name) not in found and installed(need.name):
                found.add(canonicalize_name(need.name))
                waiting.append((need.name, frozenset(need.extras)))
    return found - {canonicalize_name(root)}


def installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


@pytest.fixture(scope="module")
def tree() -> set[str]:
    if not installed("fathom-ml"):
        pytest.skip("fathom-ml is not installed as a distribution (make install)")
    return resolved("fathom-ml", metadata.metadata("fathom-ml").get_all("Provides-Extra") or [])


def test_no_package_is_under_gpl_or_agpl(tree):
    assert {"numpy", "torch", "sympy", "mpmath"} <= tree  # the last two are needs of needs
    found = {name: judged(name) for name in sorted(tree - set(EXCEPTIONS))}
    assert {name: v for name, v in found.items() if v != "fine"} == {}


def test_exceptions_are_still_needed(tree):
    assert {name for name in EXCEPTIONS if name in tree and judged(name) == "fine"} == set()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"expression": "MIT"}, "fine"),
        ({"expression": "MIT OR GPL-2.0-only"}, "fine"),
        ({"expression": "BSD-3-Clause AND GPL-3.0-only"}, "forbidden"),
        ({"expression": "AGPL-3.0-or-later"}, "forbidden"),
        ({"expression": "LGPL-2.1-or-later"}, "fine"),
        ({"expression": "MPL-2.0"}, "fine"),
        ({"expression": "LicenseRef-Own"}, "unknown"),
        ({"classifiers": ["License :: OSI Approved :: GNU General Public License v3 (GPLv3)"]}, "forbidden"),
        ({"classifiers": ["License :: OSI Approved :: GNU Affero General Public License v3"]}, "forbidden"),
        ({"classifiers": ["License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)"]}, "fine"),
        ({"classifiers": ["License :: OSI Approved :: BSD License", "Topic :: GPL"]}, "fine"),
        ({"classifiers": ["License :: OSI Approved"], "text": "GNU GPL v2"}, "forbidden"),
        ({"text": "\nBSD 3-Clause\n\nGCC's libraries come under the GPL with an exception"}, "fine"),
        ({"text": "GNU Library General Public License"}, "unknown"),
        ({}, "unknown"),
    ],
    ids=str,
)
def test_licences_are_read_right(fields, expected):
    assert verdict(**fields) == expected


def test_needs_of_needs_are_found():
    assert {"pluggy", "iniconfig"} <= resolved("pytest", [])
    assert "pytest" not in resolved("pytest", [])
