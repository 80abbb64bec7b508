"""What a batch costs against the training step that it feeds, both on one core: one worker must be enough."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from lbvedit.training.config import configure
from lbvedit.training.recipe import Draw, Recipe
from lbvedit.training.recipes import recipe_class
from tests.bench.figures import Figure

DATA = Path(__file__).parents[2].parent / "shared/data"
MNIST = DATA / "mnist"
ROUNDS = 3

TRAININGS: dict[str, tuple[Path | None, dict[str, Any]]] = {
    "digits": (MNIST, {"mnist": MNIST}),
    "features-mnist": (MNIST, {"mnist": MNIST}),
    "features-world": (None, {"pairs": 2, "batch_size": 2}),
    "m3l": (MNIST, {"mnist": MNIST, "frames": 8, "batch_size": 2}),
    "mmvt": (DATA / "photos", {"data": DATA, "batch_size": 2}),
}
"""Recipes with the data that they need and settings that make a step short; the ratio is of the same batch."""


def measure(folder: Path) -> list[Figure]:
    """Batch time over step time; pictures that a recipe renders once and keeps are there already."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        here = {name: settings for name, (data, settings) in TRAININGS.items() if data is None or data.exists()}
        return [_figure(name, settings) for name, settings in here.items()]
    finally:
        torch.set_num_threads(threads)


def _figure(name: str, settings: Mapping[str, Any]) -> Figure:
    kind = recipe_class(name)
    recipe: Recipe[Any] = kind(configure(kind.Config(), settings))
    torch.manual_seed(0)
    model = recipe.build().train()
    optimizers = recipe.optimizers(model)

    def update(which: str, losses: Mapping[str, torch.Tensor]) -> None:
        optimizers[which].zero_grad()
        torch.stack(list(losses.values())).sum().backward()
        optimizers[which].step()

    def draw(step: int) -> Any:
        return recipe.batch(Draw(0, step, recipe.config.batch_size))

    for step in range(ROUNDS):
        draw(step)
    loading = min(_cost(functools.partial(draw, step)) for step in range(ROUNDS))
    batch = draw(0)
    stepping = min(_cost(lambda: recipe.step(model, batch, update)) for _ in range(ROUNDS))
    return Figure(f"loading for {name}", loading / stepping, "x", "time of its training step", 1.0)


def _cost(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
