"""What the made data sets share: items that are drawn, each from a random stream of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from lbvedit.data.pairs import check_split, item_rng

__all__ = ["Drawn", "Filmed", "pick"]

Item = TypeVar("Item")
T = TypeVar("T")


class Drawn(Dataset[Item]):
    """A data set whose items are each a function of its name, split, seed and number.

    Args:
        split: train or test.
        seed: another seed, another set.
        size: items; the split's usual number by default.
    """

    name: ClassVar[str]
    sizes: ClassVar[Mapping[str, int]]

    def __init__(self, split: str = "train", seed: int = 0, size: int | None = None) -> None:
        self.split = check_split(split)
        self.seed = seed
        self.size = self.sizes[split] if size is None else size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: int) -> Item:
        return self.item(self.stream(index))

    def stream(self, index: int) -> np.random.Generator:
        """The random stream of an item.

        Raises:
            IndexError: no such item.
        """
        if not 0 <= index < self.size:
            raise IndexError(index)
        return item_rng(self.name, self.split, self.seed, index)

    def item(self, rng: np.random.Generator) -> Item:
        """The item that a random stream leads to."""
        raise NotImplementedError


class Filmed(Drawn[Item]):
    """Drawn clips of the rendered world.

    Args:
        split: train or test.
        seed: another seed, another set.
        size: items; the split's usual number by default.
        frames: T; the set's usual ``length`` by default.
        side: height and width of a frame.
        photos: backdrops, see :func:`~lbvedit.data.scenery.scenery`.
        device: where to render; items are on the CPU.
    """

    length: ClassVar[int]

    def __init__(
        self,
        split: str = "train",
        seed: int = 0,
        size: int | None = None,
        *,
        frames: int | None = None,
        side: int = 128,
        photos: Sequence[NDArray[np.float32]] = (),
        device: torch.device | str = "cpu",
    ) -> None:
        super().__init__(split, seed, size)
        self.frames = self.length if frames is None else frames
        self.side = side
        self.photos = photos
        self.device = device


def pick(rng: np.random.Generator, items: Sequence[T]) -> T:
    """One of some items, each as likely."""
    return items[int(rng.integers(len(items)))]
