"""Whether memory grows with a clip's length."""

from __future__ import annotations

from pathlib import Path

from tests.bench.figures import LBVEDIT, Figure, make_clip, run

SECONDS = 30


def measure(folder: Path) -> list[Figure]:
    """Peak memory of passthrough for a clip and for one ten times as long."""
    peaks = []
    for factor in (1, 10):
        clip = make_clip(folder / f"long{factor}.mp4", "640x360", SECONDS * factor)
        flags = ["-p", "passthrough", "--preset", "ultrafast", "-y", "--quiet"]
        peaks.append(run([*LBVEDIT, "edit", clip, *flags, "-o", folder / "long.mp4"]).peak_bytes)
    against = f"{peaks[0] / 2**20:.0f} MiB for {SECONDS} s, {peaks[1] / 2**20:.0f} MiB for ten times as much"
    return [Figure("peak memory, ten times the length", peaks[1] / peaks[0], "x", against, 1.10)]
