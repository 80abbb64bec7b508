"""How soon the command line answers."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

from tests.bench.figures import LBVEDIT, Figure, run

ROUNDS = 9


def measure(folder: Path) -> list[Figure]:
    """``--help`` and ``--version`` against importing typer and rich, in turn."""
    commands = {
        "imports": [sys.executable, "-c", "import typer, rich, rich.progress"],
        "--help": [*LBVEDIT, "--help"],
        "--version": [*LBVEDIT, "--version"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            times[name].append(run(command).seconds)
    base = median(times["imports"])
    return [
        Figure(f"lbvedit {name}", median(times[name]) / base, "x", "importing typer, rich and rich.progress", 2.0)
        for name in ("--help", "--version")
    ]
