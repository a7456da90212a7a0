import subprocess
import sys

import pytest

from fathom.cli.main import COMMANDS, main


def test_overview_names_every_command(capsys):
    assert main([]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_loads_alone(name, capsys):
    assert main([name, "--help"]) == 0
    assert "Usage" in capsys.readouterr().out


def test_unknown_command_is_one_line(capsys):
    assert main(["fti"]) == 2
    assert capsys.readouterr().err == "fathom: no command 'fti': did you mean 'fit'?\n"


def test_python_m_fathom_is_the_command():
    done = subprocess.run([sys.executable, "-m", "fathom", "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("fathom ")
