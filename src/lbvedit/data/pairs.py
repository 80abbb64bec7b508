"""The items of every editing data set, and the random stream that each item is drawn from."""

from __future__ import annotations

import zlib
from typing import Any, Literal, TypedDict

import numpy as np
from torch import Tensor

from lbvedit.errors import UsageError

__all__ = ["Glimpse", "Pair", "Split", "check_split", "item_rng"]

Split = Literal["train", "test"]


class Pair(TypedDict):
    """A source video, an instruction, and the video that obeys it.

    ``source`` and ``target`` are ``(T, 3, H, W)`` uint8; ``changed`` is ``(T, 1, H, W)`` bool, true where they differ.
    ``meta`` says what is in the clips in numbers and names: enough to judge whether an edit was obeyed.
    """

    source: Tensor
    target: Tensor
    instruction: str
    changed: Tensor
    meta: dict[str, Any]


class Glimpse(TypedDict):
    """Some frames of a pair's source, ``(T, 3, H, W)`` uint8, its instruction, and its ``meta``."""

    source: Tensor
    instruction: str
    meta: dict[str, Any]


def item_rng(corpus: str, split: str, seed: int, index: int) -> np.random.Generator:
    """The random stream of one item: a function of corpus, split, seed and index alone."""
    return np.random.default_rng([zlib.crc32(f"{corpus}/{split}".encode()), seed, index])


def check_split(split: str) -> Split:
    """The split, checked.

    Raises:
        UsageError: neither train nor test.
    """
    if split == "train":
        return "train"
    if split == "test":
        return "test"
    raise UsageError(f"no split {split!r}", hint="splits are train and test")
