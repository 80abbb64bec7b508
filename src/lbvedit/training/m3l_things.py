"""What the corpora of the world tell of the edited thing: where it stands and is to stand, and what it is to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from lbvedit.data.e_clevr import PROPERTIES, VALUES
from lbvedit.data.world.actions import ACTIONS, DIRECTIONS
from lbvedit.data.world.actors import ACTORS
from lbvedit.data.world.workshop import COLORS
from lbvedit.systems.m3l.acting import pose
from lbvedit.systems.m3l.places import fixed_eye
from lbvedit.training.m3l_placing import Placed

__all__ = ["ACTING", "SOLID", "coloring", "placed"]

_ACTOR = (("nothing", *sorted(ACTORS)), tuple(COLORS), ACTIONS, ("", *DIRECTIONS))
ACTING = tuple(len(values) for values in _ACTOR)
"""How many values each attribute of an actor may have: its kind, or nothing; colour, action and direction."""
SOLID = tuple(len(values) for values in VALUES)
"""Likewise of a solid."""

_UNIT = 0.3
"""World units that count as the size of an actor, which is then as large in its frame as solids are in theirs."""


def placed(meta: Mapping[str, Any], side: int, horizon: float) -> Placed | None:
    """Where a pair's edited thing is on the floor; corpora without a floor do not tell it.

    Args:
        meta: of the pair.
        side: of its frames, pixels.
        horizon: that solids are seen under.
    """
    if "feet" not in meta:
        return None
    feet = 2 * torch.as_tensor(meta["feet"]).float() / side - 1
    return _placed_solid(meta, feet, horizon) if "attributes" in meta else _placed_actor(meta, feet, side)


def _placed_solid(meta: Mapping[str, Any], feet: Tensor, horizon: float) -> Placed:
    here, there = feet[:, meta["solid"]]
    looks = torch.as_tensor(meta["attributes"])[1, meta["solid"]]
    sent = torch.tensor(float(bool(meta["relation"])))
    return Placed(here, there, fixed_eye(horizon, here), there[-1], sent, looks, here[:, :0], torch.zeros(2))


def _placed_actor(meta: Mapping[str, Any], feet: Tensor, side: int) -> Placed:
    """One that is added is where it will be all the while, and one that is removed stays where it was."""
    kind, number = meta["kind"], meta["actor"]
    here, there = feet[int(kind == "add"), number], feet[int(kind != "remove"), number]
    horizon, height = torch.as_tensor(meta["eye"]).float().split(1, dim=1)
    eye = torch.cat((2 * horizon / side - 1, _UNIT * height), dim=1)
    actor = meta["source" if kind == "remove" else "target"][number]
    act = actor["act"]
    names = ("nothing" if kind == "remove" else actor["kind"], actor["color"], act["action"], act["direction"])
    looks = torch.tensor([values.index(name) for values, name in zip(_ACTOR, names, strict=True)])
    facing, phase = torch.tensor([act["facing"]]), torch.tensor([act["phase"]])
    number, length = meta.get("moment", (0, len(here)))
    poses = pose(looks[2:3], looks[3:], facing, phase, number + torch.arange(len(here)).float(), length)[0]
    sent = torch.tensor(float(kind in ("act", "replace")))
    return Placed(here, there, eye, there[-1], sent, looks, poses, torch.cat((facing.cos(), facing.sin())))


def coloring(meta: Mapping[str, Any]) -> Tensor:
    """Whether the colour of what is edited is all that changes, and whether it stays as it is: ``(2,)`` in {0, 1}."""
    if "attributes" not in meta:
        return torch.tensor([float(meta["kind"] == "recolor"), float(meta["kind"] in ("act", "remove"))])
    old, new = torch.as_tensor(meta["attributes"])[:, meta["solid"]]
    differs = [name for name, before, after in zip(PROPERTIES, old, new, strict=True) if before != after]
    return torch.tensor([float(differs == ["color"] and not meta["relation"]), float("color" not in differs)])
