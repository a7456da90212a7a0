"""Draw the pictures of the README from the commands that they show: `make pictures`."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

HERE = Path(__file__).parent
PICTURES = {
    "fit.svg": ["fit", "sample:breast-cancer"],
    "diagnose.svg": ["diagnose", "--train", "70/7000", "--dev", "110/1000", "--human", "0.5%"],
}


def screen(arguments: list[str]) -> str:
    """What a command prints in a terminal of 80 columns, with its colors."""
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": "80", "TERM": "xterm-256color"}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "fathom", *arguments]
        return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Draw all pictures."""
    for name, arguments in PICTURES.items():
        console = Console(record=True, width=80, file=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        console.print(Text.from_ansi(screen(arguments)))
        title = "fathom " + " ".join(arguments)
        drawn = console.export_svg(title=title, theme=MONOKAI, unique_id="fathom")
        own = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)  # no fonts from the network: the reader's own will do
        (HERE / name).write_text(own.replace("Fira Code, monospace", "monospace"), encoding="utf-8")
        print(f"docs/pictures/{name}")


if __name__ == "__main__":
    main()
