"""Passthrough against ffmpeg doing the same transcode."""

from __future__ import annotations

from pathlib import Path

from tests.bench.figures import FFMPEG, LBVEDIT, Figure, make_clip, run

ROUNDS = 3


def measure(folder: Path) -> list[Figure]:
    """Speed on a minute of 720p, start-up included; the best of some rounds in turn."""
    clip = make_clip(folder / "minute.mp4", "1280x720", 60)
    figures = []
    for preset in ("medium", "veryfast"):
        encode = ["-c:v", "libx264", "-crf", "18", "-preset", preset, "-pix_fmt", "yuv420p", "-c:a", "copy"]
        theirs = [FFMPEG, "-v", "error", "-nostdin", "-y", "-i", clip, *encode, folder / "theirs.mp4"]
        flags = ["-p", "passthrough", "--preset", preset, "--crf", "18", "-y", "--quiet"]
        ours = [*LBVEDIT, "edit", clip, *flags, "-o", folder / "ours.mp4"]
        best = [float("inf"), float("inf")]
        for _ in range(ROUNDS):
            for index, command in enumerate((theirs, ours)):
                best[index] = min(best[index], run(command).seconds)
        figures.append(
            Figure(
                f"passthrough, 60 s of 720p, {preset}", best[0] / best[1], "x", "speed of ffmpeg", 0.75, at_least=True
            )
        )
    return figures
