"""Crops of the labelled pictures that MMVT trains on: photos, driving scenes and the frames of short clips."""

from __future__ import annotations

import io
import json
import math
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from lbvedit.data.photos import IGNORED, Photo, Photos, Sequences
from lbvedit.language.lexicon import VOC_CLASSES
from lbvedit.motion import flow as estimate_flow

__all__ = ["Lesson", "Pictures", "View", "Window", "colored", "draw_view", "draw_window"]

SIDE_PX = 336
"""The longer side of a picture in memory."""

DRIVING = {"car": "car", "pedestrian": "person"}
"""CamVid's classes that have a Pascal VOC name; a bicyclist is two of them at once and is ignored."""


@dataclass(frozen=True)
class Lesson:
    """What a teacher network saw in a window.

    Args:
        features: ``(C, S / 16, S / 16)``.
        classes: logits ``(21, S / 8, S / 8)``.
    """

    features: Tensor
    classes: Tensor


@dataclass(frozen=True)
class View:
    """A square crop with what is known of it.

    Args:
        image: ``(3, S, S)`` float in [0, 1].
        labels: ``(S, S)`` uint8 Pascal VOC ids, 255 where unknown.
        captions: sentences about the whole picture.
        target: ``(S, S)`` bool, the object of a clip, or None for a still picture.
        sentences: what is said of that object.
        kinds: its classes, where Pascal VOC has them.
        flow: ``(2, S, S)`` pixels to the next frame, or None for a still picture.
        taught: what the teacher saw there, or None.
        mirrored: whether left and right have changed places.
        traits: ``(A, S, S)`` uint8 values of traits, 255 where unknown, or None where nobody knows any.
    """

    image: Tensor
    labels: Tensor
    captions: tuple[str, ...] = ()
    target: Tensor | None = None
    sentences: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    flow: Tensor | None = None
    taught: Lesson | None = None
    mirrored: bool = False
    traits: Tensor | None = None


@dataclass(frozen=True)
class Window:
    """A part of a picture, turned and squeezed into a square.

    Args:
        center: x and y in pixels.
        size: width and height in pixels.
        turned: radians.
        mirrored: left for right.
    """

    center: tuple[float, float]
    size: tuple[float, float]
    turned: float = 0.0
    mirrored: bool = False

    def grid(self, height: float, width: float, side: int) -> Tensor:
        """Where ``F.grid_sample`` finds the window in a picture of that size: ``(1, side, side, 2)``."""
        sign = -1 if self.mirrored else 1
        cos, sin = math.cos(self.turned), math.sin(self.turned)
        w, h = self.size
        theta = torch.tensor(
            [
                [sign * w * cos / width, -w * sin / width, 2 * self.center[0] / width - 1],
                [sign * h * sin / height, h * cos / height, 2 * self.center[1] / height - 1],
            ]
        )
        return F.affine_grid(theta[None], [1, 1, side, side], align_corners=False)


class Pictures:
    """The corpora under one folder.

    Args:
        folder: the optional data folder, with ``photos``, ``davis`` and ``camvid``.
        teacher: folder of what a teacher saw, or None; see :mod:`lbvedit.training.teacher`.

    Raises:
        MediaError: a corpus is missing or damaged.
    """

    def __init__(self, folder: Path, teacher: Path | None = None) -> None:
        self.photos = Photos(folder / "photos", side=SIDE_PX)
        self.sequences = Sequences(folder / "davis")
        self.scenes = _driving_scenes(folder / "camvid" / "camvid.tar")
        self.teacher = None if teacher is None else Lessons(teacher)
        self._flows: dict[tuple[str, int], Tensor] = {}
        self._weights = _rarity(self.photos)
        frames = [(name, i) for name in self.sequences.names for i in range(self.sequences.length(name) - 1)]
        self.frames: tuple[tuple[str, int], ...] = tuple(frames)

    def __len__(self) -> int:
        return len(self.photos) + len(self.scenes)

    def draw_photo(self, rng: np.random.Generator, driving: float = 0.06) -> int:
        """The number of a picture: rare classes more often than their share, a driving scene now and then."""
        if rng.random() < driving:
            return len(self.photos) + int(rng.integers(len(self.scenes)))
        return int(rng.choice(len(self.photos), p=self._weights))

    def photo(self, index: int) -> Photo:
        """A photo, or a driving scene from ``len(self.photos)`` on."""
        return self.photos[index] if index < len(self.photos) else self.scenes[index - len(self.photos)]

    def flow(self, name: str, number: int) -> Tensor:
        """Flow ``(2, H, W)`` from a frame of a sequence to its next one, estimated once."""
        key = (name, number)
        if key not in self._flows:
            first, second = (
                torch.from_numpy(self.sequences.frame(name, i)[0]).movedim(-1, 0) for i in (number, number + 1)
            )
            self._flows[key] = estimate_flow(first, second, "dis").half()
        return self._flows[key].float()


class Lessons:
    """What a teacher saw in each photo, on 33 x 33 cells: the photo's longer side spans all 33.

    Args:
        folder: as :mod:`lbvedit.training.teacher` writes it.
    """

    def __init__(self, folder: Path) -> None:
        self._features: NDArray[np.int8] = np.load(folder / "features.npy", mmap_mode="r")
        self._classes: NDArray[np.uint8] = np.load(folder / "logits.npy", mmap_mode="r")
        scales = json.loads((folder / "scales.json").read_text(encoding="utf-8"))
        self._scale = torch.tensor(scales["features"])[:, None, None]
        self._step, self._zero = scales["logits"]
        self._places: Mapping[str, int] = scales["names"]

    def view(self, name: str, window: Window, height: int, width: int, side: int) -> Lesson:
        """The lesson for a window of a photo that is seen ``side`` pixels large."""
        place = self._places[name]
        features = torch.from_numpy(np.array(self._features[place])).movedim(-1, 0).float() * self._scale
        classes = (torch.from_numpy(np.array(self._classes[place])).movedim(-1, 0).float() - self._zero) * self._step
        # The cells are centred on every 16th of 513 pixels, the first on pixel 0: half a cell hangs over each edge.
        cell = max(height, width) / 513 * 16
        moved = replace(window, center=(window.center[0] + cell / 2, window.center[1] + cell / 2))

        def under(cells: Tensor, size: int) -> Tensor:
            grid = moved.grid(33 * cell, 33 * cell, size)
            return F.grid_sample(cells[None], grid, align_corners=False, padding_mode="border")[0]

        return Lesson(under(features, side // 16), under(classes, side // 8))


def _rarity(photos: Photos) -> NDArray[np.float64]:
    """How often to draw each photo: by the rarest class in it, one over the root of that class's count."""
    kinds = [[name for name, share in photos.kinds(i).items() if share > 0.01] for i in range(len(photos))]
    counts = {name: sum(name in shown for shown in kinds) for name in VOC_CLASSES}
    weights = np.array(
        [max((max(counts[k], 20) ** -0.5 for k in shown if k in counts), default=0.0) for shown in kinds]
    )
    weights[weights == 0] = 0.3 * np.median(weights)
    return np.asarray(weights / weights.sum())


def _driving_scenes(path: Path) -> list[Photo]:
    """CamVid's training and validation frames with the classes that Pascal VOC shares."""
    names = (path.parent / "classes.txt").read_text(encoding="utf-8").split()
    table = np.zeros(256, dtype=np.uint8)
    for number, name in enumerate(names):
        if name in DRIVING:
            table[number] = VOC_CLASSES.index(DRIVING[name])
    table[names.index("bicyclist")] = table[len(names) :] = IGNORED
    scenes = []
    with tarfile.open(path) as archive:
        members = {member.name: member for member in archive if member.isfile()}
        for name in sorted(members):
            if not name.endswith(".webp") or name.startswith("test"):
                continue

            def picture(entry: str) -> Image.Image:
                file = archive.extractfile(members[entry])
                assert file is not None
                return Image.open(io.BytesIO(file.read()))

            image, labels = picture(name).convert("RGB"), picture(f"{name[:-5]}.png")
            factor = SIDE_PX / max(image.size)
            size = (round(image.width * factor), round(image.height * factor))
            pixels = np.array(image.resize(size, Image.Resampling.BOX))
            classes = table[np.array(labels.resize(size, Image.Resampling.NEAREST))]
            scenes.append(Photo(pixels, classes, by_hand=True, captions=(), gray=False))
    return scenes


def draw_window(
    height: int,
    width: int,
    rng: np.random.Generator,
    *,
    span: tuple[float, float] = (0.5, 1.15),
    turn: bool = True,
) -> Window:
    """A window over a part of a picture, or now and then over all of it and some more.

    Args:
        height: of the picture.
        width: of the picture.
        rng: draws the window.
        span: least and largest part of the picture's shorter side.
        turn: whether it may be turned a little.
    """
    if rng.random() < 0.8:
        side = min(height, width) * rng.uniform(*span)
    else:
        side = max(height, width) * rng.uniform(0.9, 1.2)
    aspect = math.exp(rng.uniform(-0.22, 0.22))
    w, h = side * aspect, side / aspect

    def place(window: float, whole: float) -> float:
        if window < whole:
            return float(rng.uniform(window / 2, whole - window / 2))
        return float(whole / 2 + rng.uniform(-0.1, 0.1) * whole)

    turned = float(rng.normal(0, 0.1)) if turn else 0.0
    return Window((place(w, width), place(h, height)), (w, h), turned, bool(rng.random() < 0.5))


def draw_view(pictures: Pictures, item: int | tuple[str, int], side: int, rng: np.random.Generator) -> View:
    """A random window of a picture, or of a clip's frame with its flow."""
    if isinstance(item, tuple):
        return _clip_view(pictures, item, side, rng)
    photo = pictures.photo(item)
    height, width = photo.labels.shape
    window = draw_window(height, width, rng)
    grid = window.grid(height, width, side)
    taught = None
    if pictures.teacher is not None and item < len(pictures.photos):
        taught = pictures.teacher.view(pictures.photos.name(item), window, height, width, side)
    image, labels = _seen(photo.image, grid), _marked(photo.labels, grid)
    return View(image, labels, photo.captions, taught=taught, mirrored=window.mirrored)


def _clip_view(pictures: Pictures, item: tuple[str, int], side: int, rng: np.random.Generator) -> View:
    name, number = item
    sequences = pictures.sequences
    image, mask = sequences.frame(name, number)
    height, width = mask.shape
    window = draw_window(height, width, rng, turn=False)
    grid = window.grid(height, width, side)
    flow = F.grid_sample(pictures.flow(name, number)[None], grid, align_corners=False)[0]
    flow = flow * torch.tensor([side / window.size[0], side / window.size[1]])[:, None, None]
    sentences: tuple[str, ...] = (sequences.noun(name), sequences.sentence(name))
    if window.mirrored:
        flow[0] = -flow[0]
        sentences = tuple(_mirrored(sentence) for sentence in sentences)
    marked = _marked(mask, grid)
    unknown = torch.full_like(marked, IGNORED)
    kinds = sequences.kinds(name)
    # Beside its object a clip's classes are unknown; where it has one class, the object's is known.
    if len(kinds) == 1:
        unknown[marked == 1] = VOC_CLASSES.index(kinds[0])
    return View(_seen(image, grid), unknown, (), marked == 1, sentences, kinds, flow, mirrored=window.mirrored)


def _mirrored(sentence: str) -> str:
    swapped = {"left": "right", "right": "left"}
    return " ".join(swapped.get(word, word) for word in sentence.split())


def _seen(image: NDArray[np.uint8], grid: Tensor) -> Tensor:
    pixels = torch.from_numpy(image).movedim(-1, 0)[None].float() / 255
    return F.grid_sample(pixels, grid, mode="bilinear", align_corners=False)[0].clamp(0, 1)


def _marked(labels: NDArray[np.uint8], grid: Tensor) -> Tensor:
    known = torch.from_numpy(labels)[None, None].float() - IGNORED
    return (F.grid_sample(known, grid, mode="nearest", align_corners=False) + IGNORED)[0, 0].to(torch.uint8)


def colored(view: View, rng: np.random.Generator) -> View:
    """The view under another light; colours keep their names."""
    x = view.image
    mean = x.mean()
    x = (x - mean) * rng.uniform(0.7, 1.35) + mean
    tint = torch.tensor(rng.uniform(0.92, 1.08, 3), dtype=torch.float32)[:, None, None]
    x = x * rng.uniform(0.7, 1.3) * tint
    gray = x.mean(dim=0, keepdim=True)
    x = gray + (x - gray) * rng.uniform(0.6, 1.4)
    return replace(view, image=x.clamp(0, 1))
