"""Recolouring a target of a tenth of the frame against passing every picture through."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tests.bench.figures import LBVEDIT, Figure, make_clip, run

ROUNDS = 3
SECONDS = 20


def measure(folder: Path) -> list[Figure]:
    """Speed at 720p with a given mask, start-up included; the best of some rounds in turn."""
    clip = make_clip(folder / "recolor.mp4", "1280x720", SECONDS)
    mask = np.zeros((720, 1280), np.uint8)
    mask[200:430, 400:800] = 255
    Image.fromarray(mask).save(folder / "mask.png")
    figures = []
    for preset in ("medium", "veryfast"):
        flags = ["--preset", preset, "--crf", "18", "-y", "--quiet", "-o", folder / "out.mp4"]
        plain = [*LBVEDIT, "edit", clip, "-p", "passthrough", *flags]
        painted = [*LBVEDIT, "edit", clip, "make the thing red", "--mask", folder / "mask.png", *flags]
        best = [float("inf"), float("inf")]
        for _ in range(ROUNDS):
            for index, command in enumerate((plain, painted)):
                best[index] = min(best[index], run(command).seconds)
        name = f"recolor, {SECONDS} s of 720p, {preset}"
        figures.append(Figure(name, best[0] / best[1], "x", "speed of passthrough", 0.5, at_least=True))
    return figures
