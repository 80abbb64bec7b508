"""A recipe of two optimizers, dropout, norms and random crops: everything that makes an exact resume hard."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from lbvedit.training.config import TrainingConfig
from lbvedit.training.recipe import Publication, Recipe


@dataclass(frozen=True)
class ToyConfig(TrainingConfig):
    width: int = 8
    steps: int = 12
    batch_size: int = 4
    warmup_steps: int = 3
    checkpoint_minutes: float = 0.0


class Scenes:
    def __len__(self) -> int:
        return 10

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        image = torch.full((3, 8, 8), index / 10) + 0.1 * torch.rand(3, 8, 8)
        return {"image": image * random.random() + np.random.rand(), "label": torch.tensor(float(index))}


class Toy(Recipe[ToyConfig]):
    Config = ToyConfig

    def build(self) -> nn.Module:
        width = self.config.width
        return nn.ModuleDict(
            {
                "generator": nn.Sequential(nn.Conv2d(3, width, 3), nn.BatchNorm2d(width), nn.Dropout(), nn.ReLU()),
                "critic": nn.Linear(width, 1),
            }
        )

    def dataset(self) -> Scenes:
        return Scenes()

    def optimizers(self, model: nn.Module) -> dict[str, torch.optim.Optimizer]:
        return {"generator": self.adamw(model["generator"]), "critic": self.adamw(model["critic"], lr=1e-3)}

    def step(self, model, batch, update) -> None:
        features = model["generator"](batch["image"]).mean((2, 3))
        update("generator", {"fool": -model["critic"](features).mean(), "size": features.square().mean()})
        error = model["critic"](features.detach()).squeeze(1) - batch["label"]
        update("critic", {"critic": error.square().mean()})

    def sample(self, model: nn.Module) -> Tensor:
        return torch.rand(3, 4, 6)

    def validate(self, model: nn.Module) -> Mapping[str, float]:
        return {"weight": float(model["critic"].weight.sum())}

    def publish(self, model: nn.Module) -> Publication:
        return Publication(
            name="toy",
            system="toy",
            model=model,
            architecture={"width": self.config.width},
            licence="CC0-1.0",
            commercial_ok=True,
            data=("ten grey squares, CC0-1.0",),
            metrics={"accuracy": 0.5},
            measured_with="lbvedit evaluate toy",
            can="Nothing.",
            cannot="Anything.",
        )
