"""What the made data sets share: items that are drawn, each from a random stream of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, TypeVar

import numpy as np
from torch.utils.data import Dataset

from lbvedit.data.pairs import check_split, item_rng

__all__ = ["Drawn", "pick"]

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


def pick(rng: np.random.Generator, items: Sequence[T]) -> T:
    """One of some items, each as likely."""
    return items[int(rng.integers(len(items)))]
