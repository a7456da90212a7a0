"""A function in a user's own file, named FILE.py:FUNCTION: imported, called, and named when it trains as it is imported."""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from fathom.core.expectations import did_you_mean, refuse, shown

BACKWARD_PASSES = 3
"""So many of them during an import are a training, not a test of a line or two."""
LONG = 10.0
"""Seconds from which on an import is worth a word."""


class _TrainsOnImport(BaseException):
    """Leaves a training loop, past any `except Exception` of the user's."""


def function_of(source: str) -> tuple[Callable[[], Any], str]:
    """The function that FILE.py:FUNCTION names, and a note or "".

    Raises:
        UnusableInput: no such file or function, a function that wants arguments, or a file that fails or trains when imported.
    """
    path, name = _parts(source)
    start = time.perf_counter()
    module = _imported(path)
    taken = time.perf_counter() - start
    function = getattr(module, name, None)
    if not callable(function):
        own = [n for n, v in vars(module).items() if inspect.isfunction(v) and v.__module__ == module.__name__ and not n.startswith("_")]
        fix = did_you_mean(name, own) or (f"it has {shown(own)}" if own else "")
        got = f"no '{name}'" if function is None else f"'{name}', which is {type(function).__name__}"
        raise refuse(f"file '{path}'", expected=f"a function '{name}'", got=got, fix=fix)
    wants = _required(function)
    if wants:
        fix = f"write a function without arguments that returns {name}(...) with them filled in"
        raise refuse(f"function '{name}'", expected="no arguments without a default", got=f"{name}({', '.join(wants)})", fix=fix)
    note = f"importing {path.name} took {taken:.0f} s; what it does there belongs in a function" if taken > LONG else ""
    return function, note


def called(function: Callable[[], Any]) -> Any:
    """What the user's function returns; its own prints go to the error stream."""
    name = getattr(function, "__name__", "function")
    try:
        with contextlib.redirect_stdout(sys.stderr):
            return function()
    except Exception as error:
        raise refuse(f"function '{name}'", expected="a return value", got=_said(error, inspect.getsourcefile(function) or "")) from error


def _parts(source: str) -> tuple[Path, str]:
    file, colon, name = source.rpartition(":")
    example = "FILE.py:FUNCTION, as in train.py:build"
    if not colon or not name.isidentifier() or not file:
        fix = "name the function that returns (net, loss, inputs, targets)" if source.endswith(".py") else ""
        raise refuse("argument", expected=example, got=repr(source), fix=fix)
    path = Path(file)
    if not path.is_file() and path.name and path.suffix != ".py" and path.with_suffix(".py").is_file():
        path = path.with_suffix(".py")
    if not path.is_file():
        near = did_you_mean(path.name, [p.name for p in path.parent.glob("*.py")] if path.parent.is_dir() else [])
        raise refuse("argument", expected=example, got=f"no file '{file}'", fix=near)
    return path, name


def _imported(path: Path) -> ModuleType:
    name = path.stem if path.stem not in sys.modules else f"{path.stem}_of_fathom_check"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise refuse("argument", expected="a Python file", got=f"'{path}'")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        with _beside(path), _watching_for_training(), contextlib.redirect_stdout(sys.stderr):
            spec.loader.exec_module(module)
    except _TrainsOnImport as trains:
        line = _line_in(path, trains)
        fix = f'put {f"line {line}" if line else "the training"} and what belongs to it under the line `if __name__ == "__main__":`'
        raise refuse(
            f"file '{path}'", expected="a file that only defines things when it is imported", got="one that trains", fix=fix
        ) from None
    except SystemExit as end:
        raise refuse(f"file '{path}'", expected="an import that comes back", got=f"an exit with code {end.code}") from None
    except Exception as error:
        raise refuse(f"file '{path}'", expected="an import without errors", got=_said(error, str(path))) from error
    return module


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[None]:
    """The file's folder is where its own imports look first, as when it is run; it stays, for imports inside functions."""
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


@contextlib.contextmanager
def _watching_for_training() -> Iterator[None]:
    """Count the backward passes; the third one ends the import."""
    import torch

    original, passes = torch.autograd.backward, 0

    def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal passes
        passes += 1
        if passes >= BACKWARD_PASSES:
            raise _TrainsOnImport
        return original(*args, **kwargs)

    torch.autograd.backward = counted
    try:
        yield
    finally:
        torch.autograd.backward = original


def _required(function: Callable[..., Any]) -> list[str]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]


def _line_in(path: Path, error: BaseException) -> int | None:
    """The line of the file's own top level that was running."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).resolve() == path.resolve()]
    return own[0].lineno if own else None


def _said(error: BaseException, file: str) -> str:
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if file and Path(frame.filename).resolve() == Path(file).resolve()]
    if isinstance(error, SyntaxError):
        return f"SyntaxError in line {error.lineno}: {error.msg}"
    where = f" in line {own[-1].lineno}" if own else ""
    return f"{type(error).__name__}{where}: {error}"
