"""Several expressions for one labelled picture: its regions, the motion that they are given, and what is said of them.

A picture is encoded once for all of its expressions, so they are made together here. The words are those of
:mod:`lbvedit.data.expressions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from lbvedit.data.expressions import (
    MOTION_WORDS,
    MOVERS,
    Query,
    Thing,
    absent_query,
    caption_query,
    present_query,
    with_article,
)
from lbvedit.data.photos import IGNORED
from lbvedit.data.regions import components
from lbvedit.language.lexicon import KINDS, VOC_CLASSES
from lbvedit.language.naming import kinds_in
from lbvedit.measures.color_names import BASIC_COLORS, color_ids

__all__ = [
    "Reference",
    "Region",
    "Still",
    "estimated",
    "moving_flow",
    "named_kinds",
    "references",
    "regions",
    "spoken",
]

MOST_REGIONS = 6
RIDDEN = frozenset({"bicycle", "horse", "motorbike", "boat", "car"})
DIRECTIONS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}


@dataclass(frozen=True)
class Still:
    """A picture with what is known of it.

    Args:
        image: ``(3, H, W)`` float in [0, 1].
        labels: ``(H, W)`` uint8 Pascal VOC ids, 255 where unknown.
        captions: sentences about it.
        mirrored: whether left and right have changed places since they were written.
    """

    image: Tensor
    labels: Tensor
    captions: tuple[str, ...] = ()
    mirrored: bool = False


@dataclass(frozen=True)
class Region:
    """One connected region of one kind, and what can be told of it."""

    mask: Tensor
    thing: Thing


@dataclass(frozen=True)
class Reference:
    """An expression with its mask.

    Args:
        expression: the words.
        mask: ``(H, W)`` bool; empty when what is named is not there.
        doubtful: ``(H, W)`` bool, pixels from which nothing is to be learnt.
        kinds: the kinds that the words name, there or not.
        asked: for each value of each trait whether it may be meant, or None where nobody knows.
    """

    expression: str
    mask: Tensor
    doubtful: Tensor
    kinds: frozenset[str]
    asked: tuple[bool, ...] | None = None


def regions(still: Still) -> list[Region]:
    """The largest connected regions of the labelled kinds."""
    found = []
    pixels = (still.image.movedim(0, -1) * 255).to(torch.uint8).numpy()
    for label in torch.unique(still.labels).tolist():
        if not 0 < label < IGNORED:
            continue
        for mask in components((still.labels == label).numpy()):
            kind = VOC_CLASSES[label]
            rows, columns = np.nonzero(mask)
            dressed = mask
            if kind == "person":  # a person's colour is that of the clothes
                top, height = rows.min(), np.ptp(rows) + 1
                ys = np.arange(mask.shape[0])[:, None]
                dressed = mask & (ys >= top + 0.2 * height) & (ys <= top + 0.6 * height)
            ids = color_ids(pixels[dressed][:: max(1, int(dressed.sum()) // 1500)])
            shares = np.bincount(ids, minlength=len(BASIC_COLORS)) / max(len(ids), 1)
            best = int(shares.argmax())
            color = BASIC_COLORS[best] if shares[best] > (0.45 if kind == "person" else 0.5) else None
            x = float(columns.mean()) / mask.shape[1]
            thing = Thing(kind, None, color, shares, x, float(mask.mean()))
            found.append(Region(torch.from_numpy(mask), thing))
    found.sort(key=lambda region: -region.thing.area)
    return found[:MOST_REGIONS]


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
        motion = "still"
        if region.thing.kind in MOVERS and rng.random() < 0.6:
            motion = str(rng.choice(list(DIRECTIONS), p=[0.37, 0.37, 0.13, 0.13]))
            speed = width * float(np.exp(rng.uniform(np.log(0.007), np.log(0.05))))
            x, y = DIRECTIONS[motion]
            drift = rng.normal(0, 0.15, 2)
            flow[:, region.mask] = torch.tensor([[x + drift[0]], [y + drift[1]]], dtype=torch.float32) * speed
        told.append(Region(region.mask, replace(region.thing, motion=motion)))
    if rng.random() < 0.6:
        camera = torch.tensor(rng.normal(0, 0.012, 2), dtype=torch.float32) * width
        ys, xs = torch.meshgrid(torch.arange(height) - height / 2, torch.arange(width) - width / 2, indexing="ij")
        flow = flow + camera[:, None, None] + float(rng.normal(0, 0.01)) * torch.stack([xs, ys])
    return estimated(flow, rng), told


def estimated(flow: Tensor, rng: np.random.Generator) -> Tensor:
    """An exact flow ``(2, H, W)`` with the soft edges and the noise of an estimated one."""
    height, width = flow.shape[1:]
    noise = torch.from_numpy(rng.normal(0, 0.0012 * width, (1, 2, height // 16, width // 16))).float()
    flow = flow + F.interpolate(noise, (height, width), mode="bilinear", align_corners=False)[0]
    soft = int(rng.choice([3, 5, 9]))
    return F.avg_pool2d(flow[None], soft, 1, soft // 2, count_include_pad=False)[0]


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
    things = [region.thing for region in found]
    visible = {VOC_CLASSES[label] for label in torch.unique(still.labels).tolist() if 0 < label < IGNORED}
    return [_answered(still, found, _query(still, things, visible, absent, rng)) for _ in range(count)]


def _query(still: Still, things: Sequence[Thing], visible: set[str], absent: float, rng: np.random.Generator) -> Query:
    if not visible or rng.random() < absent:
        return absent_query(rng, things if rng.random() < 0.6 else (), visible)
    if still.captions and rng.random() < 0.3:
        query = caption_query(rng, still.captions, things, mirrored=still.mirrored)
        if query is not None:
            return query
    if len(visible) > 1 and rng.random() < 0.08:
        return _pair(sorted(visible), rng, colored=False)
    return present_query(rng, things, visible)


def _pair(visible: Sequence[str], rng: np.random.Generator, *, colored: bool = True) -> Query:
    """Two kinds at once, such as a scooter and its rider."""
    first, second = (str(kind) for kind in rng.choice(visible, 2, replace=False))
    nouns = [str(rng.choice(KINDS[kind])) for kind in (first, second)]
    if second == "person" and first in RIDDEN and rng.random() < 0.7:
        nouns[1] = str(rng.choice(["rider", "driver", "man", "woman", "person"]))
    link = str(rng.choice(["and the", "and a", "with a", "and its"]))
    color = f"{rng.choice(BASIC_COLORS)} " if colored and rng.random() < 0.2 else ""
    words = f"{with_article(rng, color + nouns[0])} {link} {nouns[1]}"
    return Query(words, (), (), frozenset({first, second}), whole_kind=True)


def _answered(still: Still, found: Sequence[Region], query: Query) -> Reference:
    mask = torch.zeros_like(still.labels, dtype=torch.bool)
    doubtful = still.labels == IGNORED
    for place in query.chosen:
        mask = mask | found[place].mask
    for place in query.doubtful:
        doubtful = doubtful | found[place].mask
    of_kind = torch.zeros_like(mask)
    for kind in query.kinds:
        if kind in VOC_CLASSES:
            of_kind |= still.labels == VOC_CLASSES.index(kind)
    if query.whole_kind:
        mask = mask | of_kind
    elif query.kinds:  # specks of the kind that are no region of their own
        told = [region.mask for region in found]
        doubtful = doubtful | (of_kind & ~torch.stack(told).any(dim=0)) if told else doubtful | of_kind
    return Reference(query.expression, mask, doubtful & ~mask, query.kinds or named_kinds(query.expression))


def named_kinds(expression: str) -> frozenset[str]:
    """The kinds that the first name in an expression means; none where it has no name that is a kind's."""
    names = kinds_in(expression)
    return names[0][1] if names else frozenset()


def spoken(rng: np.random.Generator) -> tuple[str, frozenset[str]]:
    """An expression without a picture, and the kinds that it names."""
    if rng.random() < 0.15:
        expression = absent_query(rng, (), ()).expression
        return expression, named_kinds(expression)
    kinds = [str(kind) for kind in rng.choice(list(KINDS), int(rng.integers(1, 4)))]
    if len(set(kinds)) > 1 and rng.random() < 0.15:
        pair = _pair(["person", str(rng.choice(sorted(RIDDEN)))] if rng.random() < 0.5 else sorted(set(kinds)), rng)
        return pair.expression, pair.kinds
    things = [_imagined(kind, rng) for kind in kinds]
    query = present_query(rng, things, kinds)
    return query.expression, query.kinds


def _imagined(kind: str, rng: np.random.Generator) -> Thing:
    shares = rng.dirichlet(np.full(len(BASIC_COLORS), 0.2))
    color = BASIC_COLORS[int(shares.argmax())] if shares.max() > 0.5 else None
    motion = str(rng.choice(list(MOTION_WORDS))) if kind in MOVERS else None
    return Thing(kind, motion, color, shares, float(rng.random()), float(rng.uniform(0.01, 0.5)))
