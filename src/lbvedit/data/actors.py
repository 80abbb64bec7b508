"""Actors: referring segmentation in the procedural world.

In the manner of A2D Sentences: a clip, an expression that is true of one actor only, its mask in every frame or in
three to five. A test clip has at least three actors before a textured or photographic background; in half of the clips
a second one looks the same and does something else, so that only the action tells; in a third the camera moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lbvedit.data.drawn import Filmed
from lbvedit.data.referring import ReferringItem
from lbvedit.data.world.augment import augment
from lbvedit.data.world.render import Rendered, render
from lbvedit.data.world.stage import Actor, Stage, draw_stage
from lbvedit.data.world.words import MODES, Description, absent, describe

__all__ = ["SIZES", "ActorItem", "Actors", "Tableau"]

SIZES = {"train": 20_000, "test": 2_000}
"""Clips of each split by default."""

_LENGTH = 16
_SMALLEST = 0.003
_MODE_SHARES = (0.2, 0.35, 0.25, 0.2)


class ActorItem(ReferringItem):
    """A clip of actors and an expression; as :class:`~lbvedit.data.referring.ReferringItem`, and more.

    ``annotated`` is ``(T,)`` bool: the frames that count. ``meta`` has ``mode`` (one of ``MODES``, or ``absent``),
    ``target`` (the actor's number, -1 for none), ``description``, ``distractor``, ``moving_camera``, and ``actors``,
    what there is to know of each.
    """

    annotated: Tensor
    meta: dict[str, Any]


@dataclass(frozen=True)
class Tableau:
    """The first frame of a clip, with everybody in it.

    Args:
        frame: ``(3, H, W)`` uint8.
        after: the next frame likewise; the first again in a clip of one.
        earlier: the frame ``back`` before likewise, or None.
        flow: ``(2, H, W)`` pixels to the next frame, exact.
        masks: ``(N, H, W)`` bool, an actor each.
        actors: who they are and what they do.
    """

    frame: Tensor
    after: Tensor
    earlier: Tensor | None
    flow: Tensor
    masks: Tensor
    actors: tuple[Actor, ...]


class Actors(Filmed[ActorItem]):
    """Clips of actors with expressions.

    Args:
        split: train or test.
        seed: another seed, another set.
        size: clips.
        frames: T.
        side: height and width of a frame.
        back: frames before the first one that are never shown, and yet there: a tableau may ask for that one.
        stride: largest step between two frames that are shown, in frames of the world; 1 shows every one.
        annotated: ``all`` frames count, or ``some``: three to five.
        absent_share: share of expressions that nothing fits.
        photos: backdrops, see :func:`~lbvedit.data.scenery.scenery`.
        samples: rays a pixel along each side; 1 is twice as fast as 2 and has hard edges.
        faults: how far the camera's faults go, see :mod:`~lbvedit.data.world.augment`; by default 1 in train and 0,
            exact frames, in test.
        device: where to render; items are on the CPU.
    """

    name = "actors"
    sizes = SIZES
    length = _LENGTH

    def __init__(
        self,
        split: str = "train",
        seed: int = 0,
        size: int | None = None,
        *,
        frames: int | None = None,
        side: int = 160,
        stride: int = 1,
        back: int = 0,
        annotated: str = "all",
        absent_share: float = 0.0,
        photos: Sequence[NDArray[np.float32]] = (),
        samples: int = 2,
        faults: float | None = None,
        device: torch.device | str = "cpu",
    ) -> None:
        super().__init__(split, seed, size, frames=frames, side=side, photos=photos, device=device)
        self.stride = stride
        self.back = back
        self.annotated = annotated
        self.absent_share = absent_share
        self.samples = samples
        self.faults = float(split == "train") if faults is None else faults

    def item(self, rng: np.random.Generator) -> ActorItem:
        """A clip, drawn and rendered."""
        stage, _, clip, distractor, said = self._drawn(rng)
        return self._item(rng, stage, clip, distractor, *said)

    def tableau(self, index: int) -> Tableau:
        """The first frame of an item, whatever its expression speaks of."""
        rng = self.stream(index)
        stage, times, clip, _, _ = self._drawn(rng)
        frames = clip.frames[:2]
        if self.back:
            ago = stage.scene([times[0] - self.back, times[0]])
            long_ago = render([ago], self.side, self.side, samples=self.samples, device=self.device)[0].frames
            frames = torch.cat([frames, long_ago])
        shown = self._faulty(rng, frames)
        earlier = shown[-1] if self.back else None
        return Tableau(
            shown[0],
            shown[min(1, len(clip.frames) - 1)],
            earlier,
            clip.flow[0].cpu(),
            clip.masks[0].cpu(),
            tuple(stage.actors),
        )

    def _drawn(self, rng: np.random.Generator) -> tuple[Stage, list[int], Rendered, bool, tuple[int, Description]]:
        """A stage, the times of its clip and the clip, whether two look alike, and what is said of whom."""
        # Drawn once: scenes that are thrown away below would shift the shares, those with distractors more often.
        distractor, moving = bool(rng.random() < 0.5), bool(rng.random() < 1 / 3)
        while True:
            stage, times = self._stage(rng, distractor, moving)
            said = self._say(rng, stage, distractor)
            if said is None:
                continue
            clip = render([stage.scene(times)], self.side, self.side, samples=self.samples, device=self.device)[0]
            areas = clip.masks.float().mean(dim=(2, 3)).amin(dim=0)  # where it is smallest
            seen = areas > _SMALLEST
            twins_hidden = distractor and not bool(seen[:2].all())
            too_few = self.split == "test" and int(seen.sum()) < 3
            if not (twins_hidden or too_few or (said[0] >= 0 and not seen[said[0]])):
                return stage, times, clip, distractor, said

    def _stage(self, rng: np.random.Generator, distractor: bool, moving: bool) -> tuple[Stage, list[int]]:
        test = self.split == "test"
        step = int(rng.integers(1, self.stride, endpoint=True))
        length = max(_LENGTH, self.back + self.frames * step)
        stage = draw_stage(
            rng,
            length,
            least=3 if test else 1 + distractor,
            most=5,
            distractor=distractor,
            moving_camera=moving,
            close=True,
            photos=self.photos,
            plain=not test,
        )
        first = int(rng.integers(self.back, length - self.frames * step, endpoint=True))
        return stage, [first + step * number for number in range(self.frames + 1)]

    def _item(
        self,
        rng: np.random.Generator,
        stage: Stage,
        clip: Rendered,
        distractor: bool,
        target: int,
        description: Description,
    ) -> ActorItem:
        mask = clip.masks[:, target : target + 1] if target >= 0 else torch.zeros_like(clip.masks[:, :1])
        counts = torch.ones(self.frames, dtype=torch.bool)
        if self.annotated == "some":
            few = min(self.frames, int(rng.integers(3, 5, endpoint=True)))
            counts[:] = False
            counts[torch.from_numpy(rng.choice(self.frames, size=few, replace=False))] = True
        return {
            "frames": self._faulty(rng, clip.frames),
            "flow": clip.flow.cpu(),
            "mask": mask.cpu(),
            "ignore": torch.zeros_like(mask, device="cpu"),
            "expression": description.text,
            "present": target >= 0,
            "annotated": counts,
            "meta": {
                "mode": description.mode,
                "target": target,
                "description": asdict(description),
                "distractor": distractor,
                "moving_camera": stage.moving_camera,
                "actors": [asdict(actor) for actor in stage.actors],
            },
        }

    def _faulty(self, rng: np.random.Generator, frames: Tensor) -> Tensor:
        """Frames ``(T, 3, H, W)`` as a camera with faults shows them."""
        camera = torch.Generator().manual_seed(int(rng.integers(1 << 62)))
        return augment(frames[None], camera, self.faults)[0].cpu()

    def _say(self, rng: np.random.Generator, stage: Stage, distractor: bool) -> tuple[int, Description] | None:
        """The target's number, -1 for none, and an expression."""
        if rng.random() < self.absent_share:
            return -1, absent(rng, stage.actors)
        if distractor:  # of the two that look alike, one is meant, and only its action tells
            target = int(rng.integers(2))
            found = describe(rng, stage.actors, target, str(rng.choice(("action", "action", "both"))))
            return None if found is None else (target, found)
        for target in rng.permutation(len(stage.actors)).tolist():
            for mode in rng.choice(MODES, size=3, p=_MODE_SHARES):
                found = describe(rng, stage.actors, target, str(mode))
                if found is not None:
                    return target, found
        return None
