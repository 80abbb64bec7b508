"""Mutated files are read or refused: no traceback, no hang, no crash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.clips import Clips

GOOD = (
    "sound",
    "everything",
    "ts",
    "alpha_vp9",
    "alpha_prores",
    "alpha_qtrle",
    "ten_bit",
    "rotated",
    "interlaced",
    "edit_list",
    "odd_420",
    "avi",
    "flv",
    "av1",
    "nut",
    "gif",
    "y4m",
    "image",
    "image_jpeg",
)


@pytest.mark.parametrize(
    ("first", "last"),
    [(0, 100), *(pytest.param(100 + k, 350 + k, marks=pytest.mark.long) for k in range(0, 2000, 250))],
)
def test_mutated_files(clips: Clips, first: int, last: int) -> None:
    files = [str(clips(name)) for name in GOOD]
    script = Path(__file__).with_name("fuzz.py")
    done = subprocess.run(
        [sys.executable, str(script), str(first), str(last), *files],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    last_case = done.stdout.strip().rpartition("\n")[2]
    assert done.returncode == 0, f"exit {done.returncode}, last case {last_case}\n{done.stderr[-4000:]}"
    assert last_case.startswith(f"{last - 1} ")
