"""M3L frame by frame: how fast beside the paper's figures, and that a clip's cost grows with its length and no faster.

Speed does not depend on the weights' values, so these are initial ones, of the architecture that ships for the paper's
128x128.
"""

from __future__ import annotations

import time
from pathlib import Path

import torch

from lbvedit.systems.m3l import M3L, M3LConfig
from lbvedit.weights import locate
from tests.bench.figures import Figure

LENGTHS = (10, 20, 40, 80)
PAPER_CPU_FPS, PAPER_GPU_FPS = 11.9, 35.8
SHIPPED = "m3l-e-clevr"


def measure(folder: Path) -> list[Figure]:
    """Frames a second on two CPU threads, on a GPU where there is one, and the cost of a frame in longer clips."""
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        torch.manual_seed(0)
        system = M3L(M3LConfig.from_json(locate(SHIPPED).config["architecture"])).eval()
        _seconds(system, LENGTHS[0], "cpu")
        spent = {length: _seconds(system, length, "cpu") for length in LENGTHS}
        a_frame = {length: seconds / length for length, seconds in spent.items()}
        figures = [_speed("two CPU threads", LENGTHS[1] / spent[LENGTHS[1]], PAPER_CPU_FPS)]
        figures += [
            Figure(
                f"M3L, a frame of {length}",
                a_frame[length] / a_frame[LENGTHS[0]],
                "x",
                f"the cost of a frame of {LENGTHS[0]}",
                1.5,
            )
            for length in LENGTHS[1:]
        ]
        if torch.cuda.is_available():
            system = system.cuda()
            _seconds(system, LENGTHS[0], "cuda")
            figures.append(_speed("GPU", LENGTHS[1] / _seconds(system, LENGTHS[1], "cuda"), PAPER_GPU_FPS))
        return figures
    finally:
        torch.set_num_threads(threads)


def _speed(where: str, fps: float, papers: float) -> Figure:
    return Figure(f"M3L on {where}", fps, "frames/s", "the paper's, at 128x128", papers, at_least=True)


def _seconds(system: M3L, frames: int, device: str) -> float:
    """The best of two passes over a clip, its instruction read each time."""
    clip = torch.rand(1, frames, 3, *system.config.size, device=device) * 2 - 1
    ids = torch.arange(4, 12, device=device)[None]
    times = []
    for _ in range(2):
        began = time.perf_counter()
        with torch.inference_mode():
            text = system.read(ids, torch.ones_like(ids, dtype=torch.bool))
        *_, last = system.edit(clip, text)
        last.cpu()  # waits for a GPU
        times.append(time.perf_counter() - began)
    return min(times)
