"""A sample set: what `fathom samples` lists."""

from __future__ import annotations

from dataclasses import dataclass

from fathom.core.records.record import Record


@dataclass(frozen=True, kw_only=True)
class SampleSet(Record):
    """A data set that comes with an installed package, or is generated.

    Attributes:
        name: as in `sample:NAME`.
        rows: examples; the default of the generated ones, whose number can be chosen.
        columns: inputs.
        kind: "binary", "multiclass" or "regression".
        target: the column that is predicted.
        generated: True for circles, moons and spirals.
        source: the package that holds it, or how it is made.
        installed: False where the package is not there.

    Example:
        >>> print(SampleSet(name="wine", rows=178, columns=13, kind="multiclass", target="cultivar", source="scikit-learn"))
        wine: 178 rows, 13 columns, multiclass (scikit-learn)
    """

    name: str
    rows: int
    columns: int
    kind: str
    target: str
    source: str
    generated: bool = False
    installed: bool = True

    def __str__(self) -> str:
        source = "generated" if self.generated else self.source + ("" if self.installed else ", not installed")
        return f"{self.name}: {self.rows:,} rows, {self.columns:,} columns, {self.kind} ({source})"
