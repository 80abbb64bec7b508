"""Expressions for labelled pictures: what is said of a region, its mask, and the motion that it is given.

A picture with a class map says much more than its classes: the kind of each region by many names, its colour, its
place and size among its like, and, once the regions are set in motion, which way they go. Every reference made here is
true of the picture, or is false in one known way and then has an empty mask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from lbvedit.language.lexicon import ABSENT_THINGS, HYPERNYMS, VOC_CLASSES
from lbvedit.language.lexicon import KINDS as NAMES
from lbvedit.language.naming import kinds_in

__all__ = ["Reference", "Region", "Still", "color_name", "moving_flow", "phrases", "references", "regions"]

UNKNOWN = 255
"""The label of a pixel that nobody labelled."""

COLORS = ("black", "white", "gray", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown")
KINDS = VOC_CLASSES[1:]
"""The kinds that labels can be of: label n is ``KINDS[n - 1]``."""

MOVES = {
    "left": ("moving left", "moving to the left", "going left", "driving left", "walking left", "running left"),
    "right": ("moving right", "moving to the right", "going right", "driving right", "walking right", "running right"),
    "up": ("moving up", "jumping", "going up", "rising", "flying up", "climbing"),
    "down": ("moving down", "falling", "going down", "sinking", "coming down"),
}
GOING = ("moving", "walking", "running", "driving", "riding", "racing", "flying", "swimming", "jumping", "rolling")
RESTING = ("standing", "standing still", "not moving", "sitting", "parked", "lying", "resting")
PLACES = {
    "left": ("on the left", "at the left", "on the left side", "in the left"),
    "right": ("on the right", "at the right", "on the right side", "in the right"),
    "middle": ("in the middle", "in the center", "in the centre"),
    "top": ("at the top", "on the top", "in the background"),
    "bottom": ("at the bottom", "in the foreground", "in front"),
}


@dataclass(frozen=True)
class Region:
    """One connected region of one kind.

    Args:
        kind: a name of ``KINDS``.
        mask: ``(H, W)`` bool.
        color: what its colour is called, or None where it has no single one.
        center: x and y as fractions of the picture.
        area: fraction of the picture.
        move: ``left``, ``right``, ``up``, ``down``, ``still``, or None where nobody knows.
    """

    kind: str
    mask: Tensor
    color: str | None
    center: tuple[float, float]
    area: float
    move: str | None = None


@dataclass(frozen=True)
class Still:
    """A picture with what is known of it.

    Args:
        image: ``(3, H, W)`` float in [0, 1].
        labels: ``(H, W)`` uint8: 0 background, 1 to 20 the kinds, 255 unknown.
        captions: sentences about it.
    """

    image: Tensor
    labels: Tensor
    captions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reference:
    """An expression with its mask.

    Args:
        expression: the words.
        mask: ``(H, W)`` bool; empty when what is named is not there.
    """

    expression: str
    mask: Tensor


def regions(still: Still, *, smallest: float = 0.004) -> list[Region]:
    """The connected regions of each kind that cover at least ``smallest`` of the picture."""
    found = []
    for label in torch.unique(still.labels).tolist():
        if not 0 < label <= len(KINDS):
            continue
        whole = still.labels == label
        for mask in _components(whole):
            area = float(mask.float().mean())
            if area < smallest:
                continue
            ys, xs = torch.nonzero(mask, as_tuple=True)
            center = (float(xs.float().mean()) / mask.shape[1], float(ys.float().mean()) / mask.shape[0])
            kind = KINDS[label - 1]
            found.append(Region(kind, mask, color_name(still.image[:, _dressed(mask, kind, ys)]), center, area))
    return found


def _dressed(mask: Tensor, kind: str, ys: Tensor) -> Tensor:
    """Where the colour is looked for: a person's is that of the upper body's clothes."""
    if kind != "person":
        return mask
    top, bottom = int(ys.min()), int(ys.max())
    rows = torch.arange(mask.shape[0])[:, None]
    return mask & (rows >= top + 0.2 * (bottom - top)) & (rows <= top + 0.6 * (bottom - top))


def _components(mask: Tensor, step: int = 4) -> list[Tensor]:
    """Connected regions, found on a grid of every fourth pixel by spreading the largest number among neighbours."""
    small = F.max_pool2d(mask[None, None].float(), step, step, ceil_mode=True)
    numbers = torch.arange(1, small.numel() + 1, dtype=torch.float32).view_as(small) * small
    while True:
        spread = F.max_pool2d(numbers, 3, 1, 1) * small
        if torch.equal(spread, numbers):
            break
        numbers = spread
    large = numbers.repeat_interleave(step, -1).repeat_interleave(step, -2)[0, 0, : mask.shape[0], : mask.shape[1]]
    return [mask & (large == number) for number in torch.unique(numbers).tolist() if number > 0]


def color_name(pixels: Tensor, *, share: float = 0.45) -> str | None:
    """The colour that most of ``pixels: (3, N)`` in [0, 1] are called by, or None when no colour has ``share``."""
    if pixels.shape[1] < 20:
        return None
    r, g, b = pixels
    high, low = pixels.amax(dim=0), pixels.amin(dim=0)
    spread = (high - low).clamp(min=1e-6)
    hue = torch.where(
        high == r, (g - b) / spread % 6, torch.where(high == g, (b - r) / spread + 2, (r - g) / spread + 4)
    )
    hue, saturation = hue * 60, spread / high.clamp(min=1e-6)
    names = torch.full_like(high, COLORS.index("red"), dtype=torch.long)
    for name, start, end in (
        ("orange", 16, 42), ("yellow", 42, 70), ("green", 70, 165), ("blue", 165, 262), ("purple", 262, 305),
        ("pink", 305, 345),
    ):  # fmt: skip
        names[(hue >= start) & (hue < end)] = COLORS.index(name)
    reddish = (hue < 16) | (hue >= 345)
    names[reddish & (saturation < 0.45) & (high > 0.65)] = COLORS.index("pink")
    names[(hue < 48) & (high < 0.62) & (saturation > 0.2)] = COLORS.index("brown")
    names[saturation < 0.2] = COLORS.index("gray")
    names[(saturation < 0.2) & (high > 0.72)] = COLORS.index("white")
    names[high < 0.22] = COLORS.index("black")
    counts = torch.bincount(names, minlength=len(COLORS)).float() / len(names)
    best = int(counts.argmax())
    return COLORS[best] if float(counts[best]) >= share else None


def moving_flow(
    found: Sequence[Region], shape: tuple[int, int], rng: np.random.Generator
) -> tuple[Tensor, list[Region]]:
    """Flow ``(2, H, W)`` in pixels that sets some regions in motion under a moving camera, and the regions, told so.

    Edges are soft and there is some noise, as in estimated flow.
    """
    height, width = shape
    flow = torch.zeros(2, height, width)
    told = []
    for region in found:
        move = str(rng.choice(["still", "left", "right", "up", "down"], p=[0.4, 0.22, 0.22, 0.08, 0.08]))
        if move != "still":
            speed = width * rng.uniform(0.008, 0.05)
            x, y = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}[move]
            drift = rng.normal(0, 0.2, 2)
            flow[:, region.mask] = torch.tensor([[x + drift[0]], [y + drift[1]]], dtype=torch.float32) * speed
        told.append(Region(region.kind, region.mask, region.color, region.center, region.area, move))
    if rng.random() < 0.6:
        camera = torch.tensor(rng.normal(0, 0.012, 2), dtype=torch.float32) * width
        zoom = rng.normal(0, 0.01)
        ys, xs = torch.meshgrid(torch.arange(height) - height / 2, torch.arange(width) - width / 2, indexing="ij")
        flow = flow + camera[:, None, None] + zoom * torch.stack([xs, ys])
    noise = torch.from_numpy(rng.normal(0, 0.0012 * width, (1, 2, height // 16, width // 16))).float()
    flow = flow + F.interpolate(noise, (height, width), mode="bilinear", align_corners=False)[0]
    soft = int(rng.choice([3, 5, 9]))
    return F.avg_pool2d(flow[None], soft, 1, soft // 2, count_include_pad=False)[0], told


def references(
    still: Still, found: Sequence[Region], count: int, rng: np.random.Generator, *, absent: float = 0.25
) -> list[Reference]:
    """``count`` expressions about a picture.

    Args:
        still: the picture.
        found: its regions, with their motion where it is known.
        count: how many.
        rng: draws them.
        absent: how often what is named is not there.
    """
    out = []
    for _ in range(count):
        if not found or rng.random() < absent:
            out.append(_false_reference(still, found, rng))
        else:
            out.append(_true_reference(still, found, rng))
    return out


def phrases() -> list[str]:
    """Every word that a reference may hold beside names."""
    said = [*COLORS, *GOING, *RESTING, *_SIZES[True], *_SIZES[False], *_CLOTHES, *_LINKS, "the", "a", "in"]
    for group in (MOVES, PLACES):
        said += [phrase for options in group.values() for phrase in options]
    return said


def _pick(options: Sequence[str], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]


def _noun(kind: str, rng: np.random.Generator) -> str:
    words = NAMES[kind]
    return words[0] if rng.random() < 0.4 else _pick(words, rng)


def _article(phrase: str, rng: np.random.Generator) -> str:
    return f"{_pick(('the', 'the', 'a', ''), rng)} {phrase}".strip()


def _true_reference(still: Still, found: Sequence[Region], rng: np.random.Generator) -> Reference:
    named = [caption for caption in still.captions if _named_first(caption, found)]
    if named and rng.random() < 0.4:
        caption = _pick(named, rng)
        return Reference(caption.rstrip(" ."), _whole(still, str(_named_first(caption, found))))
    # Large regions are asked for more often than specks.
    weights = np.array([region.area**0.5 for region in found])
    region = found[int(rng.choice(len(found), p=weights / weights.sum()))]
    alike = [other for other in found if other.kind == region.kind]
    draw = rng.random()
    if draw < 0.08:
        options = [word for word, kinds in HYPERNYMS.items() if region.kind in kinds]
        if options:
            word = _pick(options, rng)
            kinds = [kind for kind in HYPERNYMS[word] if kind in KINDS]
            mask = torch.stack([_whole(still, kind) for kind in kinds]).any(dim=0)
            return Reference(_article(word, rng), mask)
    if draw < 0.14 and len({other.kind for other in found}) > 1:
        second = _pick(sorted({other.kind for other in found} - {region.kind}), rng)
        link = _pick(_LINKS, rng)
        words = f"{_article(_noun(region.kind, rng), rng)} {link} {_noun(second, rng)}"
        return Reference(words, _whole(still, region.kind) | _whole(still, second))
    if draw < 0.45:
        return Reference(_article(_noun(region.kind, rng), rng), _whole(still, region.kind))
    return _described(still, region, alike, rng)


def _named_first(caption: str, found: Sequence[Region]) -> str | None:
    """The kind that a caption names first, where the picture has it."""
    named = kinds_in(caption)
    there = {region.kind for region in found}
    return next(iter(named[0][1] & there), None) if named and len(named[0][1]) == 1 else None


def _whole(still: Still, kind: str) -> Tensor:
    return still.labels == KINDS.index(kind) + 1


def _described(still: Still, region: Region, alike: Sequence[Region], rng: np.random.Generator) -> Reference:
    """A region by its colour, place, size or motion, and all of its like that fit the description too."""
    fits = list(alike)
    before, after = [], []
    if region.color is not None and rng.random() < 0.55:
        fits = [other for other in fits if other.color == region.color]
        if region.kind == "person":
            clothes = _pick(_CLOTHES, rng)
            article = "a " if clothes and clothes != " clothes" and rng.random() < 0.5 else ""
            after.append(f"in {'the ' if not article and rng.random() < 0.2 else article}{region.color}{clothes}")
        else:
            before.append(region.color)
    if len(alike) > 1 and rng.random() < 0.2:
        largest = rng.random() < 0.7
        chosen = (max if largest else min)(alike, key=lambda other: other.area)
        return Reference(_article(f"{_pick(_SIZES[largest], rng)} {_noun(region.kind, rng)}", rng), chosen.mask)
    place = _place(region)
    if place is not None and rng.random() < (0.5 if len(alike) > 1 else 0.12):
        fits = [other for other in fits if _place(other) == place]
        after.append(_pick(PLACES[place], rng))
    if region.move is not None and rng.random() < 0.6:
        if region.move == "still":
            fits = [other for other in fits if other.move == "still"]
            after.append(_pick(RESTING, rng))
        elif rng.random() < 0.6:
            fits = [other for other in fits if other.move == region.move]
            after.append(_pick(MOVES[region.move], rng))
        else:
            fits = [other for other in fits if other.move != "still"]
            after.append(_pick(GOING, rng))
    rng.shuffle(after)
    words = " ".join([*before, _noun(region.kind, rng), *after])
    mask = torch.stack([other.mask for other in fits or [region]]).any(dim=0)
    if len(fits) == len(alike):
        mask = _whole(still, region.kind)
    return Reference(_article(words, rng), mask)


_CLOTHES = ("", " shirt", " jacket", " dress", " clothes", " t-shirt", " hoodie")
_LINKS = ("and the", "with a", "and a", "on the", "and its")
_SIZES = {True: ("largest", "biggest", "big", "large"), False: ("smallest", "small", "little")}


def _place(region: Region) -> str | None:
    x, y = region.center
    if x < 0.36:
        return "left"
    if x > 0.64:
        return "right"
    if y < 0.36:
        return "top"
    if y > 0.68:
        return "bottom"
    return "middle" if abs(x - 0.5) < 0.1 else None


def _false_reference(still: Still, found: Sequence[Region], rng: np.random.Generator) -> Reference:
    """Something that is not there: another kind, a stranger, or a region's wrong colour."""
    nothing = torch.zeros_like(still.labels, dtype=torch.bool)
    there = {KINDS[label - 1] for label in torch.unique(still.labels).tolist() if 0 < label <= len(KINDS)}
    colored = [region for region in found if region.color is not None and region.kind != "person"]
    if colored and rng.random() < 0.2:
        region = colored[int(rng.integers(len(colored)))]
        taken = {other.color for other in found if other.kind == region.kind}
        if None not in taken:
            color = _pick([c for c in COLORS if c not in taken | _NEAR.get(str(region.color), set())], rng)
            return Reference(_article(f"{color} {_noun(region.kind, rng)}", rng), nothing)
    if rng.random() < 0.15:
        return Reference(_article(_pick(ABSENT_THINGS, rng), rng), nothing)
    kind = _pick([kind for kind in KINDS if kind not in there], rng)
    color = f"{_pick(COLORS, rng)} " if rng.random() < 0.25 else ""
    ending = f" {_pick(RESTING + GOING, rng)}" if rng.random() < 0.2 else ""
    return Reference(_article(f"{color}{_noun(kind, rng)}{ending}", rng), nothing)


_NEAR = {
    "gray": {"white", "black"}, "white": {"gray"}, "black": {"gray", "brown"}, "orange": {"red", "yellow", "brown"},
    "red": {"orange", "pink", "brown"}, "brown": {"red", "orange", "black"}, "yellow": {"orange"},
    "pink": {"red", "purple"}, "purple": {"pink", "blue"}, "blue": {"purple"},
}  # fmt: skip
"""Colours that people would not argue about."""
