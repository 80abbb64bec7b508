"""Referring segmentation learnt from photos and sequences: clips, expressions, masks.

Photos become clips (:mod:`lbvedit.data.stills`), and what their masks and the made motion tell becomes language
(:mod:`lbvedit.data.expressions`). Figures of the same kind, from the photo or pasted from another, move differently, so
that often only the motion tells.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TypedDict

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from lbvedit.data.expressions import (
    MOVERS,
    Query,
    Thing,
    absent_query,
    caption_query,
    present_query,
    with_article,
)
from lbvedit.data.pairs import item_rng
from lbvedit.data.photos import IGNORED, Photo, Photos, Sequences, jitter_colors
from lbvedit.data.regions import components
from lbvedit.data.stills import Figure, Motion, StillClip, animate, similarity
from lbvedit.language.lexicon import KINDS, VOC_CLASSES
from lbvedit.measures.color_names import BASIC_COLORS, color_ids

__all__ = ["ReferringItem", "ReferringPhotos", "ReferringSequences"]

_MOST_FIGURES = 4


class ReferringItem(TypedDict):
    """A clip and an expression.

    ``frames`` is ``(T, 3, S, S)`` uint8, ``flow`` ``(T, 2, S, S)`` float32 pixels to the next frame (from the last one
    to the frame that would follow), ``mask`` and ``ignore`` ``(T, 1, S, S)`` bool. An expression of something absent
    has an empty mask and ``present`` False; nothing is learnt from pixels to ignore.
    """

    frames: Tensor
    flow: Tensor
    mask: Tensor
    ignore: Tensor
    expression: str
    present: bool


class ReferringPhotos(Dataset[ReferringItem]):
    """Clips made of photos with expressions made of their masks; another epoch, other clips.

    Args:
        photos: where the photos come from.
        size: side S of a clip.
        frames: T.
        seed: seed of everything.
        absent: share of expressions that nothing fits.
        paste: share of clips with a figure from another photo.
    """

    def __init__(
        self,
        photos: Photos,
        size: int = 224,
        frames: int = 3,
        seed: int = 0,
        *,
        absent: float = 0.25,
        paste: float = 0.35,
    ) -> None:
        self.photos = photos
        self.size = size
        self.frames = frames
        self.seed = seed
        self.absent = absent
        self.paste = paste
        self.epoch = 0
        shares = [photos.kinds(index) for index in range(len(photos))]
        self._useful = [index for index, found in enumerate(shares) if max(found.values(), default=0.0) > 0.005]
        self._donors: dict[str, list[int]] = {}
        for index in self._useful:
            for kind, share in shares[index].items():
                if 0.03 < share < 0.5 and kind in MOVERS:
                    self._donors.setdefault(kind, []).append(index)

    def __len__(self) -> int:
        return len(self._useful)

    def __getitem__(self, index: int) -> ReferringItem:
        rng = item_rng("referring-photos", "train", self.seed, self.epoch * len(self) + index)
        number = self._useful[index]
        photo = self.photos[number]
        view, mirrored = self._view(rng, photo)
        figures, kinds = _figures_of(photo)
        if rng.random() < 0.65:
            figures = _set_moving(rng, figures, kinds, self.size)
        labels = photo.labels.copy()
        for figure in figures:
            labels[figure.mask] = 0  # what is left moves with the ground
        if rng.random() < self.paste:
            self._paste(rng, figures, kinds)
        camera = _random_motion(rng, self.size, 0.5) if rng.random() < 0.5 else Motion()
        clip = animate(photo.image, labels, view, figures, camera, self.size, self.frames)
        frames = jitter_colors(clip.frames, rng)
        places, things = _things(clip, frames[-1], figures, kinds, colored=not photo.gray)
        visible = {VOC_CLASSES[label] for label in torch.unique(clip.labels[-1]).tolist() if 0 < label < IGNORED}
        visible |= {thing.kind for thing in things}
        query = None
        if not visible or rng.random() < self.absent:
            query = absent_query(rng, things, visible | self.photos.kinds(number).keys() | set(kinds))
        elif photo.captions and rng.random() < 0.3:
            query = caption_query(rng, photo.captions, things, mirrored=mirrored)
        if query is None:
            query = present_query(rng, things, visible)
        mask, ignore = _answer(query, clip, places)
        return {
            "frames": frames,
            "flow": clip.flow,
            "mask": mask,
            "ignore": ignore,
            "expression": query.expression,
            "present": bool(query.kinds),
        }

    def _view(self, rng: np.random.Generator, photo: Photo) -> tuple[NDArray[np.float64], bool]:
        """From the photo's pixels to the output's: what is labelled comes near the middle."""
        H, W = photo.labels.shape
        scale = self.size / min(H, W) * float(np.exp(rng.uniform(np.log(0.7), np.log(2.0))))
        ys, xs = np.nonzero((photo.labels > 0) & (photo.labels < IGNORED))
        focus = np.array([W / 2, H / 2])
        if len(xs):
            at = int(rng.integers(len(xs)))
            focus = np.array([xs[at], ys[at]]) + rng.uniform(-0.3, 0.3, 2) * self.size / scale
        half = self.size / scale / 2
        x = float(np.clip(focus[0], half, W - half)) if 2 * half < W else W / 2
        y = float(np.clip(focus[1], half, H - half)) if 2 * half < H else H / 2
        mirrored = bool(rng.random() < 0.5)
        angle = float(rng.normal() * 0.06) if rng.random() < 0.3 else 0.0
        centred = similarity(self.size / 2, self.size / 2, scale, angle, mirrored=mirrored)
        return centred @ similarity(-x, -y), mirrored

    def _paste(self, rng: np.random.Generator, figures: list[Figure], kinds: list[str]) -> None:
        same = [kind for kind in kinds if kind in self._donors]
        candidates = same if same and rng.random() < 0.65 else sorted(self._donors)
        if not candidates:
            return
        kind = candidates[int(rng.integers(len(candidates)))]
        numbers = self._donors[kind]
        donor = self.photos[numbers[int(rng.integers(len(numbers)))]]
        found = components(donor.labels == VOC_CLASSES.index(kind), smallest=0.02)
        if not found:
            return
        ys, xs = np.nonzero(found[0])
        scale = self.size * float(rng.uniform(0.2, 0.6)) / max(int(np.ptp(ys)), int(np.ptp(xs)), 8)
        x, y = (float(value) for value in rng.uniform(0.15, 0.85, 2) * self.size)
        place = similarity(x, y, scale, mirrored=bool(rng.random() < 0.5)) @ similarity(-xs.mean(), -ys.mean())
        motion = _random_motion(rng, self.size) if rng.random() < 0.8 else Motion()
        figures.append(Figure(donor.image, found[0], motion, place))
        kinds.append(kind)


def _figures_of(photo: Photo) -> tuple[list[Figure], list[str]]:
    found: list[tuple[int, str, NDArray[np.bool_]]] = []
    for label in np.unique(photo.labels):
        if 0 < label < IGNORED:
            regions = components(photo.labels == label)
            found += [(int(region.sum()), VOC_CLASSES[label], region) for region in regions]
    found.sort(key=lambda entry: -entry[0])
    largest = found[:_MOST_FIGURES]
    return [Figure(photo.image, region) for _, _, region in largest], [kind for _, kind, _ in largest]


def _set_moving(rng: np.random.Generator, figures: Sequence[Figure], kinds: Sequence[str], size: int) -> list[Figure]:
    """Motions for those that can move; what touches a mover, such as a rider, mostly shares its motion."""
    moved: list[Figure] = []
    for figure, kind in zip(figures, kinds, strict=True):
        motion = _random_motion(rng, size) if kind in MOVERS else Motion()
        touching = next((other for other in moved if _touch(figure.mask, other.mask)), None)
        if touching is not None and rng.random() < 0.8:
            motion = replace(touching.motion, zoom=0.0, roll=0.0)
        moved.append(replace(figure, motion=motion))
    return moved


def _touch(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> bool:
    both = torch.from_numpy(np.stack([first, second]))[:, None].float()
    near = F.max_pool2d(both, 4, stride=4, ceil_mode=True)
    return bool((F.max_pool2d(near[:1], 3, stride=1, padding=1) * near[1:]).any())


def _random_motion(rng: np.random.Generator, size: int, strength: float = 1.0) -> Motion:
    speed = float(np.exp(rng.uniform(np.log(1.5), np.log(11.0)))) * strength * size / 224
    draw = rng.random()
    if draw < 0.2:
        return Motion()
    if draw < 0.6:
        return Motion(speed * float(rng.choice((-1, 1))), speed * float(rng.uniform(-0.3, 0.3)))
    if draw < 0.72:
        return Motion(speed * float(rng.uniform(-0.3, 0.3)), speed * float(rng.choice((-1, 1))))
    if draw < 0.86:
        return Motion(zoom=float(rng.choice((-1, 1)) * rng.uniform(0.03, 0.1)) * strength)
    angle = float(rng.uniform(0, 2 * np.pi))
    return Motion(speed * np.cos(angle), speed * np.sin(angle), float(rng.normal() * 0.02), float(rng.normal() * 0.03))


def _motion_name(motion: Motion, size: int) -> str | None:
    """What people would call a motion; None between the names."""
    if motion.is_still:
        return "still"
    x, y, least = abs(motion.x), abs(motion.y), size / 224
    if x < 0.3 * least and y < 0.3 * least:
        return "toward" if motion.zoom > 0.02 else "away" if motion.zoom < -0.02 else None
    if abs(motion.zoom) > 0.03 or max(x, y) < 1.2 * least:
        return None
    if x > 2 * y:
        return "right" if motion.x > 0 else "left"
    if y > 2 * x:
        return "down" if motion.y > 0 else "up"
    return None


def _things(
    clip: StillClip, last: Tensor, figures: Sequence[Figure], kinds: Sequence[str], *, colored: bool
) -> tuple[list[int], list[Thing]]:
    """The figures that can be seen in the last frame: their owner numbers, and what can be told of them."""
    size = last.shape[-1]
    pixels = last.permute(1, 2, 0).numpy()
    places, things = [], []
    for number, (figure, kind) in enumerate(zip(figures, kinds, strict=True), start=1):
        seen = (clip.owners[-1] == number).numpy()
        area = float(seen.mean())
        if area < 0.003:
            continue
        ids = color_ids(pixels[seen][:: max(1, int(seen.sum()) // 1500)])
        shares = np.bincount(ids, minlength=len(BASIC_COLORS)) / len(ids)
        best = int(shares.argmax())
        named = colored and shares[best] > (0.45 if kind == "person" else 0.5)
        motion = _motion_name(figure.motion, size) if kind in MOVERS else None
        x = float(np.nonzero(seen)[1].mean()) / size
        places.append(number)
        things.append(Thing(kind, motion, BASIC_COLORS[best] if named else None, shares, x, area))
    return places, things


def _answer(query: Query, clip: StillClip, places: Sequence[int]) -> tuple[Tensor, Tensor]:
    of_ground = clip.owners == 0
    mask = _among(clip.owners, [places[number] for number in query.chosen])
    ignore = _among(clip.owners, [places[number] for number in query.doubtful])
    ids = [VOC_CLASSES.index(kind) for kind in query.kinds if kind in VOC_CLASSES]
    left = _among(clip.labels.long(), ids) & of_ground
    if query.whole_kind:
        mask = mask | left
    elif query.kinds:
        ignore = ignore | left
    ignore = (ignore | ((clip.labels == IGNORED) & of_ground)) & ~mask
    return mask[:, None], ignore[:, None]


def _among(values: Tensor, wanted: Sequence[int]) -> Tensor:
    table = torch.zeros(256, dtype=torch.bool)
    table[list(wanted)] = True
    return table[values]


class ReferringSequences(Dataset[ReferringItem]):
    """Windows of real sequences with the noun phrase or the sentence of their object.

    Args:
        sequences: where they come from.
        flow: ``flow(first, second) -> (2, H, W)``, for real motion has to be estimated.
        size: side S of a crop.
        frames: T.
        length: items an epoch.
        seed: seed of everything.
        absent: share of expressions that nothing fits.
    """

    def __init__(
        self,
        sequences: Sequences,
        flow: Callable[[Tensor, Tensor], Tensor],
        size: int = 224,
        frames: int = 3,
        length: int = 1000,
        seed: int = 0,
        *,
        absent: float = 0.2,
    ) -> None:
        self.sequences = sequences
        self.flow = flow
        self.size = size
        self.frames = frames
        self.length = length
        self.seed = seed
        self.absent = absent
        self.epoch = 0

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> ReferringItem:
        if not 0 <= index < self.length:
            raise IndexError(index)
        rng = item_rng("referring-sequences", "train", self.seed, self.epoch * self.length + index)
        name = self.sequences.names[int(rng.integers(len(self.sequences.names)))]
        first = int(rng.integers(self.sequences.length(name) - self.frames))
        numbers = range(first, first + self.frames + 1)  # one more, for the last frame's flow
        images, masks = zip(*(self.sequences.frame(name, number) for number in numbers), strict=True)
        stack = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2)
        mask = torch.from_numpy(np.stack(masks))[:, None]
        absent = bool(rng.random() < self.absent)
        expression = self._absent(rng, name) if absent else self._words(rng, name)
        mirrored = not {"left", "right"} & set(expression.split()) and bool(rng.random() < 0.5)
        stack, mask = self._crop(rng, stack, mask)
        if mirrored:
            stack, mask = stack.flip(-1), mask.flip(-1)
        stack = jitter_colors(stack, rng)
        flow = torch.stack([self.flow(now, after) for now, after in pairwise(stack)])
        target = mask[:-1] > 0
        return {
            "frames": stack[:-1].contiguous(),
            "flow": flow,
            "mask": torch.zeros_like(target) if absent else target,
            "ignore": torch.zeros_like(target),
            "expression": expression,
            "present": not absent,
        }

    def _words(self, rng: np.random.Generator, name: str) -> str:
        kinds = self.sequences.kinds(name)
        draw = rng.random()
        if len(kinds) == 1 and draw < 0.3:
            return with_article(rng, str(rng.choice(KINDS[kinds[0]][:1] if draw < 0.2 else KINDS[kinds[0]])))
        noun = self.sequences.noun(name)
        if draw < 0.65:
            return noun if rng.random() < 0.7 else noun.removeprefix("the ")
        return self.sequences.sentence(name)

    def _absent(self, rng: np.random.Generator, name: str) -> str:
        # Cars and people stand around in many of the sequences without being its object.
        kinds = {*self.sequences.kinds(name), "car", "person", "tree", "house", "chair", "diningtable"}
        words = set(self.sequences.noun(name).split()) | set(self.sequences.sentence(name).split())
        while True:
            phrase = absent_query(rng, (), kinds).expression
            if not words & set(phrase.split()) - {"the", "a", "an"}:
                return phrase

    def _crop(self, rng: np.random.Generator, stack: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        H, W = stack.shape[-2:]
        side = int(min(H, W) * float(rng.uniform(0.6, 1.0)))
        ys, xs = torch.nonzero(mask[-1, 0], as_tuple=True)
        x, y = (float(xs.float().mean()), float(ys.float().mean())) if len(xs) else (W / 2, H / 2)
        jitter = rng.uniform(-0.35, 0.35, 2) * side
        left = int(np.clip(x + jitter[0] - side / 2, 0, W - side))
        top = int(np.clip(y + jitter[1] - side / 2, 0, H - side))
        box = (..., slice(top, top + side), slice(left, left + side))
        size = (self.size, self.size)
        frames = F.interpolate(stack[box].float(), size, mode="bilinear", antialias=True, align_corners=False)
        return frames.round().clamp(0, 255).to(torch.uint8), F.interpolate(mask[box], size, mode="nearest")
