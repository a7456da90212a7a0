"""The errors of a run by role, with test sealed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from fathom.core.exceptions import TestSealed, UnusableInput
from fathom.core.roles import role_of

if TYPE_CHECKING:
    import polars as pl


class RoleErrors(Mapping[str, "NDArray[Any]"]):
    """The error of each example by role; "test" is sealed until `run.open_test()`."""

    def __init__(self, tables: Mapping[str, pl.DataFrame], sealed: bool) -> None:
        self._tables = tables
        self._sealed = sealed

    def __getitem__(self, role: str) -> NDArray[Any]:
        name = self._name(role)
        if name in self._tables:
            return self._tables[name].get_column("error").to_numpy()
        if name == "test" and self._sealed:
            raise TestSealed("The test set is sealed: expected run.open_test() first, once, at the end of all choices.")
        raise KeyError(role)

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def __contains__(self, role: object) -> bool:
        return self._name(role) in self._tables

    @staticmethod
    def _name(role: object) -> str:
        """The role that a word names; a word that names none is no key."""
        try:
            return role_of(str(role))
        except UnusableInput:
            raise KeyError(role) from None
