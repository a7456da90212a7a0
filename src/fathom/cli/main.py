"""The `fathom` command: one module a command, loaded only when it is called."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

from fathom.cli.spelling import as_options
from fathom.core.exceptions import FathomError
from fathom.core.expectations import did_you_mean

COMMANDS = {
    "fit": "Train a network on a data file and draw its ladder.",
    "improve": "Fit, then cure bias and variance one knob at a time, and keep a logbook.",
    "diagnose": "Read error rates or a file of predictions from any framework.",
    "check": "Check a PyTorch module, its loss and a batch before training.",
    "mistakes": "Show what went wrong on dev; tag it, and see what mending a cause would bring.",
    "compare": "Hold runs against each other: settings, ladders, the difference on dev.",
    "ensemble": "Average the answers of several saved runs, held against the best of them.",
    "curve": "Errors against the size of train: what more data would bring.",
    "audit": "Look for leaks, copies, shifted sets and wrong labels before training.",
    "predict": "Predict new rows with a saved run.",
    "report": "Write the page of a saved run anew.",
    "split": "Split a data file into train, dev and test, or plan the sizes.",
    "samples": "List the data sets that come with installed packages.",
    "nets": "List the networks of the catalogue.",
}
"""Name and one line each; `fathom.cli.<name>` holds the function `command`."""

DONE, NO, UNUSABLE, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 done, 1 the answer is no, 2 unusable input, 130 interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] in ("--help", "-h", "help"):
        print(overview())
        return DONE
    if given[0] == "--version":
        print(f"fathom {_version()}")
        return DONE
    return _guarded(given[0], given[1:])


def overview() -> str:
    """What `fathom --help` prints."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {about}" for name, about in COMMANDS.items()]
    return "\n".join(
        [
            "fathom: how far a network is from where it should be, what the distance is made of, what to do next.",
            "",
            "  fathom fit churn.csv --target churned",
            "  fathom diagnose --train 1% --dev 11% --human 0%",
            "",
            "Commands (fathom COMMAND --help for each):",
            *lines,
        ]
    )


def _guarded(name: str, arguments: list[str]) -> int:
    """Run one command; every error that we expect becomes one line and an exit code."""
    try:
        return _run(name, arguments)
    except FathomError as error:
        return _say(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _say("Interrupted.", INTERRUPTED)
    except BrokenPipeError:  # the reader of a pipe has gone, as in `fathom samples | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except SystemExit as end:  # rich ends the program itself where its pipe is broken
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return end.code if isinstance(end.code, int) and end.code != 1 else DONE
    except OSError as error:  # of a path that nobody foresaw: a name too long, a folder that may not be listed, a full disk
        return _say(f"{_place_of(error)}: expected a place that can be read and written, got {error.strerror or error}.", UNUSABLE)
    except MemoryError:
        return _say("out of memory: expected data that fits in memory; take fewer rows or columns.", UNUSABLE)


def _run(name: str, arguments: list[str]) -> int:
    if name not in COMMANDS:
        hint = did_you_mean(name, COMMANDS) or f"expected one of {', '.join(COMMANDS)}."
        return _say(f"no command '{name}': {hint}", UNUSABLE)
    import typer
    from typer.exceptions import Abort, Exit, TyperException
    from typer.main import get_command

    from fathom.cli.text_parameters import take_texts_as_typed
    from fathom.cli.two_spellings import refuse_two_spellings

    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(name=name)(importlib.import_module(f"fathom.cli.{name}").command)
    built = get_command(app)
    take_texts_as_typed(built)
    refuse_two_spellings(built, arguments)
    try:
        code = built.main(args=arguments, prog_name=f"fathom {name}", standalone_mode=False)
    except TyperException as error:
        return _say(f"{error.format_message().rstrip('.')}. See `fathom {name} --help`.", UNUSABLE)
    except Exit as end:
        return end.exit_code
    except Abort:
        return _say("Interrupted.", INTERRUPTED)
    return code if isinstance(code, int) else DONE


def _place_of(error: OSError) -> str:
    """The path of an error, its end where it is long."""
    name = str(error.filename or "a file")
    return f"'{name}'" if len(name) <= 80 else f"'...{name[-60:]}'"


def _say(text: str, code: int) -> int:
    print(f"fathom: {as_options(' '.join(text.split()))}", file=sys.stderr)
    return code


def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("fathom-ml")
    except metadata.PackageNotFoundError:
        return "(not installed)"


def entry() -> None:
    """The console script: exit with the command's code."""
    sys.exit(main())
