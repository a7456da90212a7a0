"""Random states held fast: every evaluation of a cost with dropout then draws the same pattern."""

from __future__ import annotations

import functools
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

MOST = 20_000
"""Objects that are looked at on the way to a generator."""
DEEP = 6
"""References followed from the cost."""


@dataclass(frozen=True)
class State:
    """The state of one generator: how to read it, how to put it back, and what it was."""

    read: Callable[[], Any]
    write: Callable[[Any], None]
    was: Any


class Frozen:
    """The random states of Python, NumPy, torch and of every generator that some callables can reach, at one moment.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> draw = lambda: rng.random()
        >>> frozen = Frozen([draw])
        >>> first = draw()
        >>> frozen.unchanged()
        False
        >>> frozen.restore()
        >>> draw() == first
        True
    """

    def __init__(self, callables: list[Any]) -> None:
        self._states = [State(read, write, read()) for read, write in [*_of_the_process(), *map(_of, generators(callables))]]

    def restore(self) -> None:
        """Put all of them back."""
        for state in self._states:
            state.write(state.was)

    def unchanged(self) -> bool:
        """Whether nobody has drawn since."""
        return all(_same(state.read(), state.was) for state in self._states)


Access = tuple[Callable[[], Any], Callable[[Any], None]]


def _of_the_process() -> list[Access]:
    found: list[Access] = [(random.getstate, random.setstate), (np.random.get_state, np.random.set_state)]
    torch = sys.modules.get("torch")
    if torch is not None:
        found.append((torch.get_rng_state, torch.set_rng_state))
        if torch.cuda.is_available() and torch.cuda.is_initialized():
            found.append((torch.cuda.get_rng_state_all, torch.cuda.set_rng_state_all))
    return found


def _of(generator: Any) -> Access:
    if isinstance(generator, np.random.Generator):
        bits = generator.bit_generator
        return (lambda: bits.state), functools.partial(setattr, bits, "state")
    if isinstance(generator, random.Random):
        return generator.getstate, generator.setstate
    return generator.get_state, generator.set_state  # numpy's RandomState and torch's Generator spell it alike


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and any(hasattr(part, "shape") for part in one):
        return all(map(_same, one, other))
    return bool((one == other).all()) if hasattr(one, "shape") else bool(one == other)


def generators(roots: list[Any]) -> list[Any]:
    """Every random generator that is referred to from some callables: closures, globals, attributes, containers."""
    kinds, leaves = _kinds()
    found: list[Any] = []
    seen: set[int] = set()
    waiting = [(root, 0) for root in roots if root is not None]
    while waiting and len(seen) < MOST:
        thing, depth = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, kinds):
            found.append(thing)
        elif depth < DEEP:
            waiting.extend((part, depth + 1) for part in _parts(thing) if type(part) not in leaves)
    return found


def _kinds() -> tuple[tuple[type, ...], set[type]]:
    """The types of generators, and types that lead to none."""
    kinds: tuple[type, ...] = (np.random.Generator, np.random.RandomState, random.Random)
    leaves: set[type] = {str, bytes, int, float, complex, bool, type(None), type, ModuleType, np.ndarray, BuiltinFunctionType}
    torch = sys.modules.get("torch")
    return (kinds, leaves) if torch is None else ((*kinds, torch.Generator), leaves | {torch.Tensor, torch.nn.Parameter})


def _parts(thing: Any) -> Iterator[Any]:
    if isinstance(thing, FunctionType):
        yield from _cells(thing)
        yield from thing.__defaults__ or ()
        yield from (thing.__globals__[name] for name in thing.__code__.co_names if name in thing.__globals__)
    elif isinstance(thing, MethodType):
        yield from (thing.__self__, thing.__func__)
    elif isinstance(thing, functools.partial):
        yield from (thing.func, thing.args, thing.keywords)
    elif isinstance(thing, dict | Mapping):
        yield from thing.values()
    elif isinstance(thing, list | tuple | set | frozenset):
        yield from thing
    else:  # of an object's empty containers a module has twenty
        yield from (part for part in getattr(thing, "__dict__", {}).values() if not (isinstance(part, dict | list | set) and not part))


def _cells(function: FunctionType) -> Iterator[Any]:
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # a name that is not bound yet
            continue
