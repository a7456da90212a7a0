"""The leaks and shifts that the audit is held against, each in two tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks.situations import sources
from benchmarks.situations.alterations import blurred
from benchmarks.situations.leaks import (
    Change,
    Leak,
    answer,
    apart,
    copied,
    jittered,
    noise,
    orderly_time,
    other_test,
    patients,
    shuffled_time,
    sorted_number,
    with_column,
)
from benchmarks.situations.sources import Rows

Where = tuple[str, Callable[[], Rows]]

TUMORS: Where = ("tumors", sources.tumors)
DIGITS: Where = ("optical digits", sources.optical)
DIABETES: Where = ("diabetes", sources.diabetes)


def leaks() -> list[Leak]:
    """Six kinds of leak, and a test set from elsewhere."""
    return [
        *_in("copies of train in dev", ("data.split.shared_rows",), "dev", (TUMORS, DIGITS, DIABETES), copied()),
        *_in("near copies of train in dev", NEAR, "dev", (TUMORS, DIGITS, DIABETES), copied(jittered(0.02))),
        *_in(
            "a column that holds the target",
            ("data.leak.target_copy", "data.leak.giveaway"),
            "code",
            (TUMORS, DIGITS, DIABETES),
            with_column("code", answer),
            with_column("code", noise),
        ),
        *_in("patients in several roles, told", ("data.leak.group",), "dev", (TUMORS, DIGITS), patients(3), apart(3), group="patient_id"),
        *_in("patients in several roles, 6 rows each", ("data.leak.group",), "dev", (TUMORS, DIGITS), patients(6), apart(6)),
        *_in("patients in several roles, 3 rows each", ("data.leak.group",), "dev", (TUMORS, DIGITS), patients(3), apart(3)),
        *_in("days of dev before days of train", ("data.leak.time",), "dev", (TUMORS, DIABETES), shuffled_time, orderly_time, time="day"),
        *_in("row numbers of a sorted file", ("data.leak.identifier",), "record", (TUMORS, DIABETES), sorted_number),
        *_in("test by a worse camera", ("data.shift.test",), "", (DIGITS,), other_test(blurred(0.05))),
        *_in("test by another instrument", ("data.shift.test",), "", (TUMORS, DIABETES), other_test(recalibrated)),
    ]


NEAR = ("data.duplicates.near", "data.duplicates.excess")


def recalibrated(rows: Rows, rng: object) -> Rows:
    """The first three columns read half a standard deviation higher."""
    x = rows.x.copy()
    x[:, :3] += 0.5 * x[:, :3].std(axis=0)
    return Rows(x, rows.y)


def _in(
    kind: str, ids: tuple[str, ...], where: str, tables: Sequence[Where], plant: Change, control: Change | None = None, **rules: str
) -> list[Leak]:
    more = {} if control is None else {"control": control}
    return [Leak(kind, table, ids, where, rows, plant, rules=rules, **more) for table, rows in tables]
