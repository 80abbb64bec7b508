"""What a recipe is: the parts of a training that differ from system to system."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer
from torch.utils.data import default_collate

from lbvedit.errors import LbveditError
from lbvedit.training.config import TrainingConfig

__all__ = ["Dataset", "Draw", "Publication", "Recipe", "Update"]

Batch = Any
ConfigT = TypeVar("ConfigT", bound=TrainingConfig)

Update = Callable[[str, Mapping[str, Tensor]], None]
"""``update(optimizer name, loss parts)``: backward of their sum, average over processes, clip, optimizer step."""

_LARGEST_PERMUTATION = 1 << 22


class Dataset(Protocol):
    """Items by number."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Any: ...


@dataclass(frozen=True)
class Draw:
    """What one step of one process trains on: a function of seed, step and rank alone.

    Args:
        run_seed: the seed of the training.
        step: the step, from 0.
        size: items to draw.
        rank: the process, of ``world``.
        world: processes in all.
        device: where the batch may be made: the accelerator without workers, else the CPU.
    """

    run_seed: int
    step: int
    size: int
    rank: int = 0
    world: int = 1
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    @property
    def seed(self) -> int:
        """A seed of this draw's own, in [0, 2^63)."""
        return _hashed(self.run_seed, self.step, self.rank)

    @property
    def numbers(self) -> range:
        """The numbers of the items in the endless stream of all that the run sees; no number comes twice."""
        first = (self.step * self.world + self.rank) * self.size
        return range(first, first + self.size)

    def indices(self, population: int) -> list[int]:
        """``size`` indices below ``population``, none twice within an epoch.

        A population above four million is drawn from with replacement.
        """
        if population <= 0:
            raise ValueError(f"cannot draw from {population} items")
        if population > _LARGEST_PERMUTATION:
            return [_hashed(self.run_seed, number, -1) % population for number in self.numbers]
        epochs = (divmod(number, population) for number in self.numbers)
        return [int(_permutation(self.run_seed, epoch, population)[place]) for epoch, place in epochs]


def _hashed(*parts: int) -> int:
    digest = hashlib.blake2b("/".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


@functools.lru_cache(maxsize=4)
def _permutation(seed: int, epoch: int, population: int) -> Tensor:
    return torch.randperm(population, generator=torch.Generator().manual_seed(_hashed(seed, epoch, -2)))


@dataclass(frozen=True)
class Publication:
    """What ``--publish`` writes to ``weights/<name>``.

    Args:
        name: the folder's name.
        system: the code that loads it, such as ``mmvt``.
        model: its weights; saved in fp16.
        architecture: the arguments that build the model, as JSON values.
        licence: SPDX id or name of the licence that the training data leaves for the weights.
        commercial_ok: whether that licence allows commercial use.
        data: one line for each training set, with its licence.
        metrics: measured figures, by a name that says on what.
        measured_with: the command that prints them.
        can: what it is good for, in Markdown.
        cannot: where it fails, in Markdown.
        files: further files, such as a tokenizer, by the name they get: a file to copy, or its text.
        facts: further entries of ``config.json``, JSON values.
    """

    name: str
    system: str
    model: nn.Module
    architecture: Mapping[str, Any]
    licence: str
    commercial_ok: bool
    data: tuple[str, ...]
    metrics: Mapping[str, float]
    measured_with: str
    can: str
    cannot: str
    files: Mapping[str, Path | str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


class Recipe(Generic[ConfigT]):
    """The parts of a training that differ from system to system; see :mod:`lbvedit.training`."""

    Config: ClassVar[type[Any]] = TrainingConfig

    def __init__(self, config: ConfigT) -> None:
        self.config = config

    def build(self) -> nn.Module:
        """The model with its initial weights, on the CPU."""
        raise NotImplementedError

    def dataset(self) -> Dataset:
        """The training items; made once in each process that prepares batches."""
        raise NotImplementedError

    @functools.cached_property
    def _dataset(self) -> Dataset:
        return self.dataset()

    def batch(self, draw: Draw) -> Batch:
        """The batch of one step; by default items of :meth:`dataset`, collated."""
        return default_collate([self._dataset[index] for index in draw.indices(len(self._dataset))])

    def loss(self, model: nn.Module, batch: Batch) -> Mapping[str, Tensor]:
        """The parts of the loss by name, each a scalar; their sum is minimised."""
        raise NotImplementedError

    def optimizers(self, model: nn.Module) -> dict[str, Optimizer]:
        """The optimizers by name; by default one AdamW, ``model``."""
        return {"model": self.adamw(model)}

    def adamw(self, *parts: nn.Module, lr: float | None = None) -> AdamW:
        """AdamW over some parts of the model, without decay for biases, norms and other vectors."""
        parameters = [parameter for part in parts for parameter in part.parameters() if parameter.requires_grad]
        groups = [
            {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": self.config.weight_decay},
            {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
        ]
        groups = [group for group in groups if group["params"]]
        return AdamW(groups, lr=self.config.lr if lr is None else lr, betas=self.config.betas)

    def step(self, model: nn.Module, batch: Batch, update: Update) -> None:
        """One training step; by default one update of the one optimizer. Runs under autocast."""
        update("model", self.loss(model, batch))

    def sample(self, model: nn.Module) -> Tensor | None:
        """A picture ``(3, H, W)``, float in [0, 1] or uint8, of what the model can do by now, or None."""
        return None

    def validate(self, model: nn.Module) -> Mapping[str, float]:
        """Figures on data held out, measured at every checkpoint with the averaged weights."""
        return {}

    def publish(self, model: nn.Module) -> Publication:
        """What ``--publish`` writes, for the averaged weights.

        Raises:
            LbveditError: this recipe's weights are not meant to be published.
        """
        raise LbveditError(
            f"the weights of {type(self).__name__} are not meant to be published",
            hint="leave --publish out, or give the recipe a method publish; its checkpoints lie in its run's folder",
        )
