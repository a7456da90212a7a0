"""A contract: the laws that all parts of one kind keep, so that whatever stands above them may rely on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Case = TypeVar("Case")


class Broken(AssertionError):
    """A law that does not hold; the message says what was expected and what was found."""


@dataclass(frozen=True)
class Contract(Generic[Case]):
    """Laws by name; each is a function of a case that raises where it does not hold.

    With pytest, one test a law::

        @pytest.mark.parametrize("law", TASK_CONTRACT.laws)
        def test_my_task(law):
            TASK_CONTRACT.laws[law](MY_CASE)

    Attributes:
        of: what keeps it: "task", "net", "run".
        laws: by name, a sentence.

    Example:
        >>> even = Contract("number", {"it is even": lambda n: must(n % 2 == 0, f"{n} is odd")})
        >>> even.broken(4), even.broken(3)
        ({}, {'it is even': '3 is odd'})
    """

    of: str
    laws: Mapping[str, Callable[[Case], None]]

    @classmethod
    def named(cls, of: str, *laws: Callable[[Case], None]) -> Contract[Case]:
        """Of laws that are named by their functions, in words."""
        return cls(of, {law.__name__.replace("_", " "): law for law in laws})

    def broken(self, case: Case) -> dict[str, str]:
        """The laws that a case breaks, each with what was found; an exception of any kind breaks a law."""
        found = {}
        for name, law in self.laws.items():
            try:
                law(case)
            except Exception as error:
                found[name] = str(error) if isinstance(error, Broken) else f"{type(error).__name__}: {error}"
        return found

    def check(self, case: Case) -> None:
        """Hold a case to every law.

        Raises:
            Broken: naming all laws that do not hold.
        """
        found = self.broken(case)
        if found:
            raise Broken("\n".join(f"{self.of}: {name}: {what}" for name, what in found.items()))


def must(holds: bool, otherwise: str) -> None:
    """Raise `Broken` with a sentence unless something holds."""
    if not holds:
        raise Broken(otherwise)
