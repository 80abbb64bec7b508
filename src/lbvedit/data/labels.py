"""What clips of the world show, as zeros and ones: what feature networks are taught, and what they are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import torch
from torch import Tensor

from lbvedit.data import e_clevr
from lbvedit.data.pairs import Pair
from lbvedit.data.world.actions import ACTIONS, DIRECTIONS
from lbvedit.data.world.actors import ACTORS
from lbvedit.data.world.workshop import COLORS

__all__ = ["CLIP_GROUPS", "FRAME_GROUPS", "GROUPS", "Corpus", "all_on_top", "groups_right", "label_rows"]

Corpus = Literal["e-clevr", "actor-edits"]
Rows = dict[str, Tensor]

_SHAPES, _TONES = len(e_clevr.SHAPES), len(e_clevr.COLORS)
_HEADINGS = 8

FRAME_GROUPS: dict[str, int] = {
    "solids": _TONES * _SHAPES,
    "sizes": _TONES * len(e_clevr.SOLIDS),
    "materials": _TONES * len(e_clevr.MATERIALS),
    "kinds": len(ACTORS),
    "colors": len(COLORS),
}
"""Labels of a frame by group: which solids of each colour are there by shape, size and material, and which actors."""

CLIP_GROUPS: dict[str, int] = {
    "mover_color": _TONES,
    "mover_shape": _SHAPES,
    "heading": _HEADINGS,
    "actions": len(ACTIONS),
    "directions": len(DIRECTIONS),
}
"""Labels of a clip by group: which solid moves, into which eighth of the compass, and what actors do."""

GROUPS: dict[Corpus, tuple[str, ...]] = {
    "e-clevr": ("solids", "sizes", "materials", "mover_color", "mover_shape", "heading"),
    "actor-edits": ("kinds", "colors", "actions", "directions"),
}
"""The groups that each corpus knows of."""


def label_rows(pairs: Sequence[tuple[Corpus, Pair]], sides: Sequence[int]) -> dict[str, Tensor]:
    """What the source (side 0) or target (side 1) of each pair shows.

    Returns:
        ``frame`` ``(B, F)`` and ``clip`` ``(B, C)``, zeros and ones, and ``frame_known`` and ``clip_known`` of the same
        shapes: one where the corpus knows the answer.
    """
    told = {"e-clevr": _solids, "actor-edits": _actors}
    found = [told[corpus](pair, side) for (corpus, pair), side in zip(pairs, sides, strict=True)]
    out: dict[str, Tensor] = {}
    for part, groups in (("frame", FRAME_GROUPS), ("clip", CLIP_GROUPS)):
        empty = {group: torch.zeros(size) for group, size in groups.items()}
        out[part] = torch.stack([torch.cat([row.get(group, zero) for group, zero in empty.items()]) for row in found])
        out[f"{part}_known"] = torch.stack(
            [torch.cat([zero + float(group in row) for group, zero in empty.items()]) for row in found]
        )
    return out


def groups_right(logits: Tensor, labels: Tensor, groups: Mapping[str, int], wanted: Sequence[str]) -> dict[str, float]:
    """How often, group by group, the k largest logits are exactly the k labels that are set.

    Args:
        logits: ``(B, L)``.
        labels: ``(B, L)`` zeros and ones.
        groups: sizes that add up to L.
        wanted: the groups to give.
    """
    parts = zip(groups, logits.split(list(groups.values()), 1), labels.split(list(groups.values()), 1), strict=True)
    return {name: all_on_top(told, true) for name, told, true in parts if name in wanted}


def all_on_top(logits: Tensor, labels: Tensor) -> float:
    """The fraction of rows whose k largest logits are the k labels that are set."""
    ranks = logits.argsort(1, descending=True).argsort(1)
    counts = labels.sum(1, keepdim=True)
    return float(((ranks < counts) == (labels > 0)).all(1).double().mean())


def _solids(pair: Pair, side: int) -> Rows:
    meta: dict[str, Any] = pair["meta"]
    attributes = torch.as_tensor(meta["attributes"])[side]
    size, color, material, shape = attributes[attributes[:, 0] >= 0].T
    path = torch.as_tensor(meta["places"])[side, 0]
    return {
        "solids": _set(FRAME_GROUPS["solids"], color * _SHAPES + shape),
        "sizes": _set(FRAME_GROUPS["sizes"], color * 2 + size),
        "materials": _set(FRAME_GROUPS["materials"], color * 2 + material),
        "mover_color": _set(_TONES, color[:1]),
        "mover_shape": _set(_SHAPES, shape[:1]),
        "heading": _set(_HEADINGS, _heading(path[-1] - path[0])),
    }


def _actors(pair: Pair, side: int) -> Rows:
    actors = pair["meta"]["target" if side else "source"]
    return {
        "kinds": _named(tuple(ACTORS), [actor["kind"] for actor in actors]),
        "colors": _named(tuple(COLORS), [actor["color"] for actor in actors]),
        "actions": _named(ACTIONS, [actor["act"]["action"] for actor in actors]),
        "directions": _named(tuple(DIRECTIONS), [actor["act"]["direction"] for actor in actors]),
    }


def _set(size: int, places: Tensor) -> Tensor:
    row = torch.zeros(size)
    row[places] = 1
    return row


def _named(names: Sequence[str], present: Sequence[str]) -> Tensor:
    return torch.tensor([float(name in present) for name in names])


def _heading(way: Tensor) -> Tensor:
    """The eighth of the compass that a way leads into, from the right on against the clock."""
    return (torch.atan2(way[1], way[0]) * (_HEADINGS / (2 * torch.pi))).round().long()[None] % _HEADINGS
