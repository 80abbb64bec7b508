"""S-MNIST and D-MNIST: moving digits, an instruction, and the clip that obeys it (M3L, Sec. 4.1).

A digit of 28x28 pixels starts inside a frame of 64x64 and moves diagonally by the same number of pixels each frame,
reversing at the borders. Content replacing puts another digit on the same path; semantic manipulation starts from the
same place into another of the four directions. S-MNIST has one digit and one of the two edits; D-MNIST has two digits
of different classes, one replaced and the other redirected. Where digits meet, the brighter one shows.

Training clips take their digits from the 60,000 training images, test clips from the other 10,000.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lbvedit.data.corpus import Corpus
from lbvedit.data.drawn import Drawn
from lbvedit.data.pairs import Pair, check_split
from lbvedit.errors import MediaError

__all__ = [
    "DIGIT",
    "DIGIT_WORDS",
    "DIRECTIONS",
    "FRAME",
    "FRAMES",
    "HELD_OUT",
    "MNIST",
    "SIZES",
    "DMnist",
    "SMnist",
    "class_mean_digit",
    "read_mnist",
    "render_digits",
    "trajectory",
]

MNIST = Corpus("MNIST", "https://storage.googleapis.com/cvdf-datasets/mnist", "CC BY-SA 3.0")
DIGIT = 28
FRAME = 64
FRAMES = 30
SIZES = {"train": 11_070, "test": 738}
"""Pairs of each split in the paper, for either set."""

DIRECTIONS: tuple[tuple[str, int, int], ...] = (
    ("upper left", -1, -1),
    ("upper right", 1, -1),
    ("lower left", -1, 1),
    ("lower right", 1, 1),
)
"""The four starting directions: name, sign of x (right) and sign of y (down)."""

HELD_OUT: frozenset[tuple[int, int]] = frozenset((digit, (digit + digit // 4) % 4) for digit in range(10))
"""The zero-shot split: 10 of the 40 pairs of digit and direction that training never shows; each digit loses one."""

_SPEEDS = (2, 3, 4)
_FREE_STEPS = 3  # no bounce before: the starting direction must be seen
DIGIT_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}


@lru_cache(maxsize=4)
def read_mnist(folder: Path, split: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """MNIST's images ``(N, 28, 28)`` uint8 and labels ``(N,)``, from its idx files, gzipped or not.

    Raises:
        MediaError: the files are missing or are not idx files of this kind.
    """
    images_name, labels_name = _FILES[check_split(split)]
    images = _read_idx(folder, images_name, 3)
    labels = _read_idx(folder, labels_name, 1)
    if images.shape[1:] != (DIGIT, DIGIT) or len(images) != len(labels):
        raise MediaError(
            f"{folder}: images {images.shape} and labels {labels.shape} are not MNIST",
            hint=f"there is one label for each image of 28x28: get {images_name} and {labels_name} from {MNIST.origin}",
        )
    return images, labels


def _read_idx(folder: Path, name: str, ndim: int) -> NDArray[np.uint8]:
    packed, plain = folder / f"{name}.gz", folder / name
    again = f"get it again from {MNIST.source}/{name}.gz ({MNIST.licence})"
    try:
        if packed.is_file():
            data = gzip.decompress(packed.read_bytes())
        else:
            data = plain.read_bytes()
    except FileNotFoundError as error:
        raise MediaError(
            f"{MNIST.name} is not here: looked for {plain}[.gz]",
            hint=f"get it from {MNIST.source}/{name}.gz ({MNIST.licence}); --mnist DIR, or of a training "
            "--set mnist=DIR, says where it lies",
        ) from error
    except (OSError, EOFError, zlib.error) as error:
        file = packed if packed.is_file() else plain
        raise MediaError(f"{file} cannot be read: {error}", hint=again) from error
    header = np.frombuffer(data[: 4 + 4 * ndim].ljust(4 + 4 * ndim, b"\0"), dtype=">i4")
    if header[0] != 0x800 + ndim or len(data) != 4 + 4 * ndim + int(np.prod(header[1:])):
        file = packed if packed.is_file() else plain
        raise MediaError(f"{file} is not an idx file of {ndim} dimensions, or is cut short", hint=again)
    return np.frombuffer(data, dtype=np.uint8, offset=4 + 4 * ndim).reshape(header[1:]).copy()


@lru_cache(maxsize=16)
def class_mean_digit(folder: Path, digit: int) -> Tensor:
    """The mean of all training images of a digit, ``(28, 28)`` uint8: the best guess when the style is not told."""
    images, labels = read_mnist(folder, "train")
    return torch.from_numpy(images[labels == digit].mean(axis=0).round().astype(np.uint8))


def trajectory(start: tuple[int, int], direction: int, speed: int, frames: int = FRAMES) -> NDArray[np.int64]:
    """The upper left corner, x and y, of a digit that bounces off the borders: ``(T, 2)`` integers in [0, 36]."""
    _, x_sign, y_sign = DIRECTIONS[direction]
    room = FRAME - DIGIT
    steps = np.arange(frames)[:, None] * speed * np.array([x_sign, y_sign])
    return room - np.abs((np.array(start) + steps) % (2 * room) - room)


def render_digits(digits: Sequence[Tensor], paths: Sequence[Tensor]) -> Tensor:
    """Digits on their paths, the brighter one where they meet.

    Args:
        digits: ``(28, 28)`` uint8 each.
        paths: ``(T, 2)`` integer corners each, x before y.

    Returns:
        ``(T, 3, 64, 64)`` uint8 with three equal channels.
    """
    canvas = np.zeros((len(paths[0]), FRAME, FRAME), dtype=np.uint8)
    for digit, path in zip(digits, paths, strict=True):
        pixels = digit.numpy()
        for frame, (x, y) in zip(canvas, path.tolist(), strict=True):
            place = frame[y : y + DIGIT, x : x + DIGIT]
            np.maximum(place, pixels, out=place)
    return torch.from_numpy(canvas)[:, None].repeat(1, 3, 1, 1)


class _MovingDigits(Drawn[Pair]):
    """What S-MNIST and D-MNIST share: drawing an item from its stream, rendering it, and its oracle."""

    digits: ClassVar[int]
    sizes = SIZES

    def __init__(
        self, mnist: Path | str, split: str = "train", seed: int = 0, size: int | None = None, zero_shot: bool = False
    ) -> None:
        self.folder = Path(mnist)
        super().__init__(split, seed, size)
        self.zero_shot = zero_shot and split == "train"
        self._images, labels = read_mnist(self.folder, split)
        self._by_class = [np.flatnonzero(labels == digit) for digit in range(10)]

    def item(self, rng: np.random.Generator) -> Pair:
        """A pair, drawn and rendered."""
        kind, classes, directions = self._draw(rng)
        while self.zero_shot and not HELD_OUT.isdisjoint(
            zip(classes.ravel().tolist(), directions.ravel().tolist(), strict=True)
        ):
            kind, classes, directions = self._draw(rng)
        images = np.array([[rng.choice(self._by_class[digit]) for digit in row] for row in classes])
        images[1] = np.where(classes[0] == classes[1], images[0], images[1])
        speeds = rng.choice(_SPEEDS, size=self.digits)
        margins = _FREE_STEPS * speeds[:, None]
        starts = rng.integers(margins, FRAME - DIGIT - margins, size=(self.digits, 2), endpoint=True)
        paths = torch.from_numpy(
            np.stack(
                [
                    [trajectory((int(x), int(y)), int(direction), int(speed)) for (x, y), direction, speed in moves]
                    for moves in (zip(starts, row, speeds, strict=True) for row in directions)
                ]
            )
        )
        source, target = (
            render_digits([torch.from_numpy(self._images[number]) for number in row], list(path))
            for row, path in zip(images, paths.unbind(0), strict=True)
        )
        return {
            "source": source,
            "target": target,
            "instruction": self._say(rng, kind, classes, directions),
            "changed": (source != target).any(dim=1, keepdim=True),
            "meta": {
                "kind": kind,
                "digits": torch.from_numpy(classes),
                "directions": torch.from_numpy(directions),
                "images": torch.from_numpy(images),
                "speeds": torch.from_numpy(speeds),
                "paths": paths,
            },
        }

    def oracle(self, index: int) -> Tensor:
        """The best that the words allow: the class-mean digit on the true path, all else exact; ``(30, 3, 64, 64)``."""
        meta = self[index]["meta"]
        digits = [
            torch.from_numpy(self._images[int(new)])
            if new == old
            else class_mean_digit(self.folder, int(meta["digits"][1, place]))
            for place, (old, new) in enumerate(meta["images"].T)
        ]
        return render_digits(digits, list(meta["paths"][1]))

    def _draw(self, rng: np.random.Generator) -> tuple[str, NDArray[np.int64], NDArray[np.int64]]:
        """Kind, classes ``(2, N)`` and starting directions ``(2, N)`` of source and target."""
        raise NotImplementedError

    def _say(
        self, rng: np.random.Generator, kind: str, classes: NDArray[np.int64], directions: NDArray[np.int64]
    ) -> str:
        raise NotImplementedError


class SMnist(_MovingDigits):
    """S-MNIST: one digit, replaced or redirected.

    Items are :class:`~lbvedit.data.pairs.Pair` with ``(30, 3, 64, 64)`` clips. Their ``meta`` has ``kind`` (``replace``
    or ``redirect``) and, with source before target and N digits: ``digits``, ``directions`` (into :data:`DIRECTIONS`)
    and ``images`` (into the split's images) as ``(2, N)``, ``speeds`` ``(N,)``, ``paths`` ``(2, N, 30, 2)`` (x, y of
    each digit's upper left corner).

    Args:
        mnist: folder of the four idx files.
        split: train or test; the digits of one never appear in the other.
        seed: another seed, another set.
        size: pairs; the paper's number by default.
        zero_shot: leave every pair of digit and direction in :data:`HELD_OUT` out of training.

    Raises:
        MediaError: MNIST is not in the folder.
    """

    name = "s-mnist"
    digits = 1

    def _draw(self, rng: np.random.Generator) -> tuple[str, NDArray[np.int64], NDArray[np.int64]]:
        digit, new_digit = rng.choice(10, size=2, replace=False)
        direction, new_direction = rng.choice(4, size=2, replace=False)
        if rng.random() < 0.5:
            return "replace", np.array([[digit], [new_digit]]), np.array([[direction], [direction]])
        return "redirect", np.array([[digit], [digit]]), np.array([[direction], [new_direction]])

    def _say(
        self, rng: np.random.Generator, kind: str, classes: NDArray[np.int64], directions: NDArray[np.int64]
    ) -> str:
        if kind == "replace":
            return _replacing(rng, _REPLACE_ONE, int(classes[0, 0]), int(classes[1, 0]))
        return _redirecting(rng, _REDIRECT_ONE, int(classes[0, 0]), int(directions[1, 0]))


class DMnist(_MovingDigits):
    """D-MNIST: two digits, the first replaced and the second redirected; otherwise as :class:`SMnist`.

    The ``kind`` is ``both``. The two digits and the new one are of three different classes.
    """

    name = "d-mnist"
    digits = 2

    def _draw(self, rng: np.random.Generator) -> tuple[str, NDArray[np.int64], NDArray[np.int64]]:
        replaced, redirected, new = rng.choice(10, size=3, replace=False)
        kept = rng.integers(4)
        before, after = rng.choice(4, size=2, replace=False)
        return "both", np.array([[replaced, redirected], [new, redirected]]), np.array([[kept, before], [kept, after]])

    def _say(
        self, rng: np.random.Generator, kind: str, classes: NDArray[np.int64], directions: NDArray[np.int64]
    ) -> str:
        clauses = [
            _replacing(rng, _REPLACE_ONE_OF_TWO, int(classes[0, 0]), int(classes[1, 0])),
            _redirecting(rng, _REDIRECT_ONE_OF_TWO, int(classes[0, 1]), int(directions[1, 1])),
        ]
        if rng.random() < 0.3:
            clauses.reverse()
        return rng.choice([" and ", ", and ", " and then "], p=[0.75, 0.2, 0.05]).join(clauses)


_REPLACE_ONE = (
    "replace {a} with {b}",
    "change {a} to {b}",
    "turn {a} into {b}",
    "replace the {a} with {b}",
    "replace number {a} with {b}",
    "change the {a} into {an_b}",
    "replace the number {a} with {b}",
    "turn the number {a} into {b}",
    "swap the {a} for {an_b}",
    "change the number {a} to number {b}",
    "replace the digit {a} with the digit {b}",
)
_REDIRECT_ONE = (
    "head {d}",
    "go to the {d}",
    "move to the {d}",
    "make it move {d}",
    "start toward the {d}",
    "change direction to {d}",
    "move the {a} to {d}",
    "move {a} to the {d}",
    "make the {a} go {d}",
    "send the number {a} {d}",
    "change the direction to {d}",
    "let {a} move to the {d}",
    "change the starting direction to {d}",
)
_REPLACE_ONE_OF_TWO = (
    "replace number {a} with {b}",
    "turn the {a} into {an_b}",
    "change the number {a} to {b}",
    "replace the digit {a} with {an_b}",
    "swap the number {a} for number {b}",
    "replace the number {a} with the number {b}",
)
_REDIRECT_ONE_OF_TWO = (
    "make the {a} go {d}",
    "let number {a} go to the {d}",
    "move the number {a} to the {d}",
    "make the {a} move to the {d}",
    "change the direction of number {a} to {d}",
    "make the number {a} start toward the {d}",
    "change the moving direction of the number {a} to the {d}",
)


def _replacing(rng: np.random.Generator, templates: Sequence[str], old: int, new: int) -> str:
    spelled = rng.random() < 0.25
    a, b = (DIGIT_WORDS[old], DIGIT_WORDS[new]) if spelled else (str(old), str(new))
    return rng.choice(templates).format(a=a, b=b, an_b=f"an {b}" if new == 8 else f"a {b}")


def _redirecting(rng: np.random.Generator, templates: Sequence[str], digit: int, direction: int) -> str:
    name = DIRECTIONS[direction][0]
    if rng.random() < 0.3:
        name = name.replace("upper", "top").replace("lower", "bottom")
    return rng.choice(templates).format(a=DIGIT_WORDS[digit] if rng.random() < 0.25 else str(digit), d=name)
