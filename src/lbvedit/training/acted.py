"""Pictures of the world's actors for MMVT, rendered as they are needed, and what is said of everybody in them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from lbvedit.data.actors import Tableau
from lbvedit.data.photos import IGNORED
from lbvedit.data.world.actions import ACTIONS, DIRECTIONS, TRAVELS
from lbvedit.data.world.actors import ACTORS
from lbvedit.data.world.stage import Actor, draw_stage
from lbvedit.data.world.words import MODES, Description, absent, describe
from lbvedit.data.world.workshop import COLORS
from lbvedit.language.lexicon import VOC_CLASSES
from lbvedit.motion import flow as estimate_flow
from lbvedit.training.pictures import View, draw_window
from lbvedit.training.referring import Reference, estimated, named_kinds

__all__ = ["CAST", "SIDE_PX", "TRAITS", "acted", "asked", "descriptions", "meant", "watched"]

CAST = ("background", *sorted(ACTORS))
"""The kinds of actors, background first: the classes of a model that knows the world alone."""

_COLORS, _WAYS = tuple(COLORS), ("", *DIRECTIONS)

TRAITS = (len(_COLORS), len(ACTIONS), len(_WAYS))
"""Values of what is told of an actor beside its kind: its colour, what it does and where it goes."""

SIDE_PX = 144
"""Rendered side of a picture, before a window of it is shown larger."""

_SHOWN_LARGER = 2
"""How much larger a pipeline shows frames as small as these to the model, and to the estimate of their flow."""

_WINDOW = (0.45, 0.85)
"""Share of a picture's side that most windows show, as large as a pipeline shows it to the model."""


_SMALLEST = 0.004
"""Share of a crop below which a mask teaches nothing."""


def watched(tableau: Tableau, back: int) -> Tensor:
    """The flow of a tableau as a pipeline sees it: estimated, where frames are shown larger.

    Returns:
        ``(4, H, W)`` fp16 pixels: to the next frame, and the mean of a frame since the one that is ``back`` before.
    """
    frames = torch.stack([tableau.frame, tableau.after, *([] if tableau.earlier is None else [tableau.earlier])])
    large = F.interpolate(frames.float() / 255, scale_factor=_SHOWN_LARGER, mode="bilinear", align_corners=False)
    ahead = estimate_flow(large[0], large[1], "dis")
    since = ahead if tableau.earlier is None else -estimate_flow(large[0], large[2], "dis") / back
    return (F.avg_pool2d(torch.cat([ahead, since])[None], _SHOWN_LARGER)[0] / _SHOWN_LARGER).half()


def acted(
    tableau: Tableau,
    side: int,
    count: int,
    rng: np.random.Generator,
    *,
    seen: Tensor,
    classes: Sequence[str] = VOC_CLASSES,
    absences: float,
) -> tuple[View, Tensor, list[Reference]]:
    """A crop of a tableau, its flow as an estimate would have it, and expressions about it.

    Args:
        tableau: the picture.
        side: of the crop.
        count: expressions.
        rng: draws the window and the words.
        seen: from :func:`watched`; in half of the cases the exact flow to the next frame, made worse, is shown instead
            of the estimated one, and in a tenth the motion since an earlier frame is not known.
        classes: what class maps tell apart, background first; other kinds are ignored in them.
        absences: how often an expression fits nobody.

    Returns:
        The crop, flows ``(4, side, side)`` in its pixels, and the expressions with their masks.
    """
    height, width = tableau.masks.shape[1:]
    # Left and right are in the words, up and down in what they do: the window is neither mirrored nor turned.
    window = replace(draw_window(height, width, rng, span=_WINDOW, turn=False), mirrored=False)
    grid = window.grid(height, width, side)
    image = F.grid_sample(tableau.frame[None].float() / 255, grid, align_corners=False)[0].clamp(0, 1)
    flow = F.grid_sample(torch.cat([tableau.flow.float(), seen.float()])[None], grid, align_corners=False)[0]
    exact, ahead, since = (
        flow * torch.tensor([side / window.size[0], side / window.size[1]] * 3)[:, None, None]
    ).split(2)
    if rng.random() < 0.5:
        ahead = estimated(exact, rng)
    if rng.random() < 0.1:
        since = ahead
    planes = torch.cat((tableau.masks.float(), torch.ones(1, height, width)))
    shown = F.grid_sample(planes[None], grid, mode="nearest", align_corners=False)[0] > 0.5
    masks, inside = shown[:-1], shown[-1]
    labels = torch.where(inside, 0, IGNORED).to(torch.uint8)
    traits = torch.full((len(TRAITS), side, side), IGNORED, dtype=torch.uint8)
    for actor, mask in zip(tableau.actors, masks, strict=True):
        labels[mask] = classes.index(actor.kind) if actor.kind in classes else IGNORED
        traits[:, mask] = _traits(actor)[:, None]
    view = View(image, labels, traits=traits)
    said = itertools.islice(_said(tableau, masks, rng, classes, absences), count)
    return view, torch.cat([ahead, since]), list(said)


def _said(
    tableau: Tableau, masks: Tensor, rng: np.random.Generator, classes: Sequence[str], absences: float
) -> Iterator[Reference]:
    """Expressions without end, most of them about somebody who is in the picture."""
    nothing = torch.zeros_like(masks[0])
    visible = [number for number, mask in enumerate(masks) if float(mask.float().mean()) > _SMALLEST]
    while True:
        found = None
        if visible and rng.random() >= absences:
            number = int(rng.choice(visible))
            found = describe(rng, tableau.actors, number, str(rng.choice(MODES)))
        if found is not None:
            yield Reference(found.text, masks[number], nothing, meant(found, classes), asked(found))
        elif not visible or rng.random() < absences:
            found = absent(rng, tableau.actors)
            yield Reference(found.text, nothing, nothing, meant(found, classes), asked(found))


def meant(said: Description, classes: Sequence[str]) -> frozenset[str]:
    """The kinds that a description leaves possible."""
    # "the one behind the bus" has the name of a kind, but not of its own: it may be any.
    named = named_kinds(said.text) if said.kind is not None else frozenset()
    # What an expression without a name may mean: with nothing there, nothing would be of its kind, and nothing found.
    return named or frozenset(CAST[1:] if set(CAST) <= set(classes) else CAST)


def asked(said: Description) -> tuple[bool, ...]:
    """Which values of each trait a description leaves possible."""
    travels = said.action == "move"
    return (
        *(said.color in (None, color) for color in _COLORS),
        *(said.action in (None, action) or (travels and action in TRAVELS) for action in ACTIONS),
        *(said.direction in (None, way) for way in _WAYS),
    )


def _traits(actor: Actor) -> Tensor:
    values = (_COLORS.index(actor.color), ACTIONS.index(actor.act.action), _WAYS.index(actor.act.direction))
    return torch.tensor(values, dtype=torch.uint8)


def descriptions(rng: np.random.Generator) -> Iterator[Description]:
    """What can be said of everybody on stages without end, in every mode: the words of the world."""
    while True:
        actors = draw_stage(rng, 16, least=2, most=5).actors
        for number, mode in itertools.product(range(len(actors)), MODES):
            found = describe(rng, actors, number, mode)
            if found is not None:
                yield found
        yield absent(rng, actors)
