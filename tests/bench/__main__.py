"""``make bench``: every figure on a line, and all of them in runs/bench.json.

python -m tests.bench [NAME]...
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

BENCHMARKS = ("startup", "transcode", "memory", "resume", "recolor", "segment", "world", "loader", "m3l")


def main(names: list[str]) -> int:
    """Measures the named benchmarks, or all; 1 if a bound is missed."""
    target = Path("runs/bench.json")
    target.parent.mkdir(exist_ok=True)
    found = json.loads(target.read_text()) if names and target.exists() else {}
    held = True
    with tempfile.TemporaryDirectory(prefix="lbvedit-bench-") as folder:
        for name in names or BENCHMARKS:
            figures = import_module(f"tests.bench.{name}").measure(Path(folder))
            for figure in figures:
                print(figure, flush=True)
            found[name] = [asdict(figure) | {"holds": figure.holds} for figure in figures]
            held &= all(figure.holds for figure in figures)
    target.write_text(json.dumps(found, indent=2) + "\n")
    return not held


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
