"""Frames of the world that one core renders in a second of its own time, so that a busy machine does not matter."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from lbvedit.data.e_clevr import FRAMES, EClevr
from lbvedit.data.world.render import render
from lbvedit.data.world.scene import Scene
from lbvedit.data.world.stage import draw_stage
from tests.bench.figures import Figure

LEAST = 15.0
ROUNDS = 2
SIDE = 160


def measure(folder: Path) -> list[Figure]:
    """Whole items of E-CLEVR, and clips of actors with flow: whole ones, and three frames as training takes them."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        corpus = EClevr("train")
        whole = [_scene(number, range(17)) for number in range(3)]
        short = [_scene(number, (2, 5, 8, 11)) for number in range(8)]
        return [
            _figure("e-clevr pairs, 128 px, 2x2 samples", 2 * 2 * FRAMES, lambda: [corpus[0], corpus[1]]),
            _figure("actors, 16 frames of 160 px, 2x2 samples", 16 * len(whole), lambda: _one_by_one(whole)),
            _figure("actors, 3 frames of 160 px, 2x2 samples", 3 * len(short), lambda: _one_by_one(short)),
            _figure(
                "actors, 3 frames of 160 px, 2x2 samples, drawn and posed as well",
                3 * 8,
                lambda: _one_by_one([_scene(number, (2, 5, 8, 11)) for number in range(8)]),
            ),
        ]
    finally:
        torch.set_num_threads(threads)


def _scene(number: int, times: Sequence[int]) -> Scene:
    return draw_stage(np.random.default_rng([1, number]), 16, least=3).scene(list(times))


def _one_by_one(scenes: Sequence[Scene]) -> None:
    for scene in scenes:
        render([scene], SIDE, SIDE)


def _figure(name: str, frames: int, work: Callable[[], object]) -> Figure:
    work()
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return Figure(name, frames / best, "frames/s", "one core; two must reach it", LEAST, at_least=True)
