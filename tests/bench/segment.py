"""Segmenting by a phrase, end to end."""

from __future__ import annotations

from pathlib import Path

from tests.bench.figures import LBVEDIT, Figure, make_clip, run

SECONDS = 12
RATE = 25


def measure(folder: Path) -> list[Figure]:
    """Frames per second of ``lbvedit segment`` on 480p, start-up and encoding included."""
    clip = make_clip(folder / "segment.mp4", "854x480", SECONDS, sound=False)
    # The pattern shows nothing that the words mean; whatever is nearest costs the same to follow.
    command = [*LBVEDIT, "segment", clip, "the car", "--set", "fits=0", "-y", "--quiet", "-o", folder / "segmented.mp4"]
    seconds = min(run(command).seconds for _ in range(2))
    fps = SECONDS * RATE / seconds
    return [Figure("segment, 480p, embedded weights", fps, "frames/s", "two CPU cores", 8, at_least=True)]
