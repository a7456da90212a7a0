"""The diagnosis of a run from its tables: errors, truth, sources and unit, and what its data mismatch is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from fathom.core.records.circumstances import Circumstances
from fathom.core.records.diagnosis import Diagnosis
from fathom.core.records.mismatch import Mismatch
from fathom.core.records.target_scale import TargetScale
from fathom.diagnosis.diagnose import diagnose
from fathom.diagnosis.explained import explained
from fathom.experiment.fold_tables import fold_of_each
from fathom.experiment.outcome import errors_in
from fathom.experiment.sourced import sources_in

if TYPE_CHECKING:
    import polars as pl


def diagnosis_of(
    tables: Mapping[str, pl.DataFrame],
    scale: TargetScale | None,
    circumstances: Circumstances,
    arguments: Mapping[str, Any],
    look: Callable[[], Mismatch | None],
) -> Diagnosis:
    """What `fathom.diagnose` says of the errors in the tables of a run.

    Args:
        tables: errors by role.
        scale: of a number to predict.
        circumstances: how the net was trained.
        arguments: of `fathom.diagnose`; they come before what the tables say.
        look: compares train_dev with dev; called where a mismatch is not low.
    """
    known: dict[str, Any] = {"circumstances": circumstances, "sources": sources_in(tables), "fold": fold_of_each(tables.get("dev"))}
    known["truth"] = {role: table.get_column("truth").to_numpy() for role, table in tables.items()}
    if scale is not None:
        known |= {"unit": scale.unit, "scale": scale.baseline}
    return explained(diagnose({role: errors_in(table) for role, table in tables.items()}, **{**known, **arguments}), look)
