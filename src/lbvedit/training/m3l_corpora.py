"""What M3L learns from: the corpora by name, what their licences leave, and what a weight of each can do."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, cast

import numpy as np
import torch

from lbvedit.data import e_clevr
from lbvedit.data.actor_edits import ActorEdits
from lbvedit.data.build import Built
from lbvedit.data.e_clevr import EClevr
from lbvedit.data.mnist import DMnist, SMnist
from lbvedit.data.pairs import Pair, Split
from lbvedit.errors import UsageError

__all__ = [
    "SUBJECTS",
    "WORLDLY",
    "BuiltPairs",
    "Corpus",
    "Pairs",
    "Subject",
    "open_corpora",
    "opening",
    "retold",
    "said",
    "shows_held_out",
]

Corpus = Literal["s-mnist", "d-mnist", "mnist", "e-clevr", "actors", "world"]

_PARTS: dict[str, tuple[str, ...]] = {"mnist": ("s-mnist", "d-mnist"), "world": ("e-clevr", "actors")}
"""Corpora that are others drawn in turns."""

WORLDLY = ("e-clevr", "actors", "world")
"""Those that the world renders."""

_FOLDERS = {"e-clevr": "e-clevr", "actors": "actor-edits"}
"""The names under which ``lbvedit data build`` makes them."""


class Pairs(Protocol):
    """A corpus of editing pairs."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Pair: ...


def opening(corpus: Pairs, index: int, frames: int) -> Pair:
    """A pair of which only the first ``frames`` are needed; a corpus that renders them spares itself the others."""
    return corpus.opening(index, frames) if isinstance(corpus, EClevr) else corpus[index]


def said(corpus: Pairs, index: int) -> Mapping[str, Any]:
    """A pair's ``instruction`` and ``meta``, without its clips where that spares work."""
    return corpus.said(index) if isinstance(corpus, (BuiltPairs, EClevr)) else corpus[index]


def retold(corpus: Pairs, index: int, rng: np.random.Generator) -> Mapping[str, Any]:
    """Another ``instruction`` for a pair's source, and the ``meta`` of the pair that it would make.

    Raises:
        UsageError: the corpus has one for each pair only.
    """
    if isinstance(corpus, (BuiltPairs, EClevr)):
        return corpus.retold(index, rng)
    raise UsageError("digits have no other instructions for their clips", hint="--set retelling=false")


class BuiltPairs:
    """Pairs that ``lbvedit data build`` has written.

    Args:
        folder: what it wrote.
        split: train or test.
        without_held_out: leave out what shows a solid of E-CLEVR's zero-shot split.

    Raises:
        MediaError: there is no such data set.
    """

    def __init__(self, folder: Path, split: Split, *, without_held_out: bool = False) -> None:
        self._built, self._split, self._left_out = Built(folder, split), split, without_held_out
        numbers = range(len(self._built))
        self._numbers = [n for n in numbers if not (without_held_out and shows_held_out(self._built.row(n)["meta"]))]

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, index: int) -> Pair:
        return cast(Pair, self._built[self._numbers[index]])

    def said(self, index: int) -> Mapping[str, Any]:
        """A pair's ``instruction`` and ``meta``, without its clips."""
        return self._built.row(self._numbers[index])

    @functools.cached_property
    def _actors(self) -> ActorEdits:
        if self._built.about.get("photos"):
            raise UsageError("actors before photos cannot be drawn again", hint="--set retelling=false")
        return ActorEdits(self._split, self._built.seed, len(self._built))

    def retold(self, index: int, rng: np.random.Generator) -> Mapping[str, Any]:
        """As :func:`retold`."""
        if self._built.about["name"] == ActorEdits.name:
            return self._actors.retold(index, self._built.row(index)["meta"]["tries"], rng)
        world = EClevr(self._split, self._built.seed, len(self._built))
        while True:
            told = world.retold(self._numbers[index], rng)
            if not (self._left_out and shows_held_out(told["meta"])):
                return told


def shows_held_out(meta: Mapping[str, Any]) -> bool:
    """Whether a pair of E-CLEVR shows a solid of the zero-shot split."""
    seen = torch.as_tensor(meta["attributes"]).flatten(0, 1).tolist()
    return any(tuple(solid) in e_clevr.HELD_OUT for solid in seen)


def open_corpora(
    corpus: str,
    split: Split,
    *,
    seed: int = 0,
    mnist: Path | None = None,
    data: Path | None = None,
    zero_shot: bool = False,
) -> dict[str, Pairs]:
    """The parts of a corpus by their names.

    Args:
        corpus: its name.
        split: train or test.
        seed: of what is drawn.
        mnist: folder of MNIST's idx files, for the digits.
        data: folder of the built data sets ``e-clevr`` and ``actor-edits``; without it solids are rendered as needed,
            and actors cannot be.
        zero_shot: leave the held-out combinations of Table 4 out of training.

    Raises:
        UsageError: the folder that it needs was not given.
        MediaError: nothing to read in it.
    """
    left_out = zero_shot and split == "train"
    opened: dict[str, Pairs] = {}
    for part in _PARTS.get(corpus, (corpus,)):
        if part in _FOLDERS and data is not None:
            opened[part] = BuiltPairs(data / _FOLDERS[part], split, without_held_out=left_out and part == "e-clevr")
        elif part == "e-clevr":
            opened[part] = EClevr(split, seed, zero_shot=zero_shot)
        elif part == "actors":
            raise UsageError(
                f"{part} takes seconds a pair to render, so it is learnt from a built data set",
                hint=f"lbvedit data build {_FOLDERS[part]} --out DIR/{_FOLDERS[part]}, then --set data=DIR",
            )
        elif mnist is None:
            raise UsageError(f"{part} is drawn from MNIST's digits", hint="--set mnist=DIR")
        else:
            opened[part] = (SMnist if part == "s-mnist" else DMnist)(mnist, split, seed, zero_shot=zero_shot)
    return opened


@dataclass(frozen=True)
class Subject:
    """What a weight is about, for its name and its card.

    Args:
        name: the last part of the weight's name.
        licence: that the data leaves for the weights.
        data: a line a data set, with its licence.
        can: what instructions it was taught.
        cannot: where it must fail.
    """

    name: str
    licence: str
    data: tuple[str, ...]
    can: str
    cannot: str


_DIGITS = Subject(
    "mnist",
    "CC-BY-SA-3.0",
    ("moving digits drawn from MNIST's 60,000 training digits (Y. LeCun, C. Cortes, CC BY-SA 3.0)",),
    "Replaces a moving white digit on black by another one, or sends it off in another diagonal direction from its "
    'first frame on, as in "replace 3 with 8" or "move the 5 to the lower left"; of two digits, one each.',
    "Anything but one or two handwritten digits that bounce off the borders of a black square. Other footage is "
    "refused. The style of a new digit is its own. A clip that is longer than the trained one is edited in windows, "
    "each going on from the last frames of the one before.",
)
_SOLIDS = Subject(
    "e-clevr",
    "Apache-2.0",
    ("E-CLEVR, rendered by lbvedit's own world (Apache-2.0)",),
    "Changes colour, shape, size and material of one solid among three to five, or lets the moving one end beside "
    'another, as in "make the red cube a metal sphere" or "move the small cylinder behind the large cube".',
    "Anything but these eight colours, three shapes, two sizes and two materials on a plain gray floor. Other footage "
    "is refused. It paints 128x128 pixels; what it changes in a larger picture is as soft as that.",
)
_ACTORS = Subject(
    "actors",
    "Apache-2.0",
    ("edits of actors, rendered by lbvedit's own world (Apache-2.0)",),
    "Lets an actor of the procedural world do something else, become another, change its colour, vanish or appear, "
    'as in "make the car drive to the left" or "replace the dog with a white cat".',
    "Real footage, which looks like nothing it has seen and is refused. It paints 128x128 pixels; what it changes in a "
    "larger picture is as soft as that.",
)
_WORLD = Subject(
    "world",
    "Apache-2.0",
    (*_SOLIDS.data, *_ACTORS.data),
    f"{_SOLIDS.can}\n\n{_ACTORS.can}",
    f"{_SOLIDS.cannot}\n\n{_ACTORS.cannot}",
)

SUBJECTS = {
    "s-mnist": _DIGITS,
    "d-mnist": _DIGITS,
    "mnist": _DIGITS,
    "e-clevr": _SOLIDS,
    "actors": _ACTORS,
    "world": _WORLD,
}
"""What a weight that learnt from a corpus is about."""
