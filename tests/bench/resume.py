"""kill -9 at a random moment, then --resume."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

from tests.bench.figures import LBVEDIT, Figure, decoded_hash, make_clip, run

TIMES = 20


def measure(folder: Path) -> list[Figure]:
    """How often a killed and resumed run gives the frames of an undisturbed one."""
    clip = make_clip(folder / "resume.mp4", "320x180", 80)
    flags = ["-p", "passthrough", "--preset", "veryfast", "-y", "--quiet"]
    whole = folder / "whole.mp4"
    seconds = run([*LBVEDIT, "edit", clip, *flags, "-o", whole]).seconds
    expected = decoded_hash(whole)
    moments = random.Random(0)
    same = 0
    for number in range(TIMES):
        output = folder / f"killed{number}.mp4"
        command = [*map(str, LBVEDIT), "edit", str(clip), *flags, "-o", str(output)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(moments.uniform(0, seconds))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if output.exists() and decoded_hash(output) != expected:
            continue  # a half file
        run([*command, "--resume"])
        same += decoded_hash(output) == expected
    return [Figure("kill -9, then --resume", same, f"of {TIMES} identical", "an undisturbed run", TIMES, at_least=True)]
