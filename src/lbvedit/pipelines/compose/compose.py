"""The pipeline: windows of a source go through the steps of a plan.

What a step needs to know of the whole clip (a target's own colour, the camera's path) is measured in passes before the
first window and kept in ``state``, so that no window differs from its neighbours and a resumed job goes on the same.
Pixels that a step does not touch are never converted: they stay the very same integers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor

from lbvedit.errors import MissingCapabilityError, NoMatchError, UsageError
from lbvedit.fonts import font_for
from lbvedit.media.decoded import part
from lbvedit.media.probe import probe
from lbvedit.pipelines.compose.detail import GRID
from lbvedit.pipelines.compose.operator import Call, Operator, stored, unit
from lbvedit.pipelines.compose.operators import OPERATORS
from lbvedit.pipelines.compose.options import ComposeOptions
from lbvedit.pipelines.compose.outside import Outside
from lbvedit.pipelines.compose.threads import one_thread
from lbvedit.pipelines.matte import MatteRefiner, box_of
from lbvedit.pipelines.targets import BACKGROUND, TargetFinder, Targets
from lbvedit.runtime import full_precision, pick_device
from lbvedit.types import Clip, Event, Report, Request, Step

if TYPE_CHECKING:
    from lbvedit.media.source import Source

__all__ = ["Compose"]

_FOUND = "found."
"""Before the names of what the finder of targets remembers."""

CUDA_PIXELS = 1 << 24
"""Pixels that a GPU takes at once, eight frames of 1080p: up to 140 bytes each. On the CPU one frame at a time stays in
its caches."""


@dataclass
class _Working:
    """What passes from step to step: stored pixels, their alpha, and the mattes of all targets."""

    frames: Tensor
    alpha: Tensor | None
    mattes: dict[str, Tensor]


class Compose:
    """Carries out the exact steps of a plan.

    Attributes:
        mattes: those of the latest window, ``(T or 1, 1, H, W)`` uint8 by target: a report shows them.
        touched: where the latest window may have changed, ``(T, 1, H, W)`` bool; None for everywhere.

    Args:
        request: the plan, the masks and the device.
        options: how mattes are made.
        finder: finds targets that have no mask file; by default the embedded model, where its weights are.

    Raises:
        UsageError: no plan, or masks that do not fit it.
        MissingCapabilityError: a step that compose cannot do, or a target that nothing can find.
    """

    Options: ClassVar[type[ComposeOptions]] = ComposeOptions
    window: int = 8
    overlap: int = 0

    def __init__(self, request: Request, options: ComposeOptions, finder: TargetFinder | None = None) -> None:
        self.state: dict[str, Tensor] = {}
        self.mattes: Mapping[str, Tensor] = {}
        self.touched: Tensor | None = None
        self.steps = request.plan.steps if request.plan else ()
        for step in self.steps:
            if step.op not in OPERATORS or step.engine != "exact":
                raise MissingCapabilityError(
                    f"compose cannot do {step.op!r} exactly: it takes imagination",
                    hint="name a generative pipeline with --pipeline; `lbvedit pipelines list` shows them",
                )
        if not self.steps:
            raise UsageError(
                "there is nothing to do: the plan has no step for the picture",
                hint="say what to change, such as 'make it warmer'; for time and sound alone there is -p passthrough",
            )
        self.steps = tuple(_lettered(step, options.font) for step in self.steps)
        if options.background is not None:
            self.steps = _put_before(options.background, self.steps)
        self.targets = Targets(request.masks, self.steps, lambda: finder or _embedded_finder(request))
        self.masked = bool(request.masks)
        self.device = pick_device(request.device)
        self.refiner = MatteRefiner(options.feather, options.steadiness, options.refine)
        if request.window:
            self.window = request.window

    def __call__(self, source: Source, report: Report) -> Iterator[Clip]:
        """Yields each window edited, and reports at the end how far pixels outside the targets changed.

        Raises:
            UsageError: masks do not fit the video.
            NoMatchError: a target is nowhere in the video.
        """
        with one_thread() if self.device.type == "cpu" else nullcontext():
            yield from self._run(source, report)

    def _run(self, source: Source, report: Report) -> Iterator[Clip]:
        self.targets.check(source.probed.frame_count, source.count)
        self.targets.resume(
            {key.removeprefix(_FOUND): value for key, value in self.state.items() if key.startswith(_FOUND)}
        )
        # What is measured is measured of the whole video, also where a job goes on or a preview shows moments of it.
        with source.from_the_first():
            self.targets.look(source, report)
            for number, step in enumerate(self.steps):
                self._measure(number, step, source, report)
        outside = Outside(self.state)
        index = source.start
        for clip in source.windows(self.window):
            with full_precision():
                done, touched = self._edit(clip, index, source, len(self.steps), steady=True)
            outside.add(clip.frames, done.frames, touched)
            self.mattes, self.touched = done.mattes, touched
            index += len(clip)
            self.state |= {_FOUND + key: value for key, value in self.targets.state().items()}
            yield clip.with_frames(done.frames, done.alpha)
        outside.tell(report)

    def _measure(self, number: int, step: Step, source: Source, report: Report) -> None:
        """Looks through the clip, as the steps before leave it, for what a step needs to know."""
        operator = OPERATORS[step.op]
        prefix = f"step{number}."
        if operator.measure is None or any(key.startswith(prefix) for key in self.state):
            return
        size = (source.info.height, source.info.width)
        measurement = operator.measure(Call(step.params, size))
        index = 0
        for clip in source.windows(measurement.stride if measurement.stride > 1 else self.window):
            some = part(clip, 0, 1) if measurement.stride > 1 else clip
            working, _ = self._edit(some, index, source, number, steady=False)
            measurement.add(working.frames, self._matte(step, operator, working))
            index += len(clip)
            report(Event("progress", "analyse", index, source.info.frame_count, f"looking for {step.op}"))
            if measurement.satisfied:
                break
        found = measurement.result()
        if not found:
            without = f"--mask '{step.target}=FILE' says where; `lbvedit segment` shows what is found without one"
            raise NoMatchError(
                f"{step.target!r} is nowhere in the video", hint="check its mask" if self.masked else without
            )
        self.state |= {prefix + name: value for name, value in found.items()}

    def _edit(
        self, clip: Clip, index: int, source: Source, count: int, *, steady: bool
    ) -> tuple[_Working, Tensor | None]:
        """A clip after the first ``count`` steps, and the pixels that they may have touched.

        Returns:
            Pixels, alpha and mattes; ``(T, 1, H, W)`` bool, or None where every pixel may have changed or moved.
        """
        working = _Working(clip.frames, clip.alpha, self._mattes(clip, steady=steady))
        touched: Tensor | None = torch.zeros((len(clip), 1, *clip.frames.shape[2:]), dtype=torch.bool)
        for number, step in enumerate(self.steps[:count]):
            operator = OPERATORS[step.op]
            frames = self._in_span(clip, step, source)
            if not frames:
                continue
            memory = {
                key.partition(".")[2]: value for key, value in self.state.items() if key.startswith(f"step{number}.")
            }
            call = Call(step.params, (working.frames.shape[2], working.frames.shape[3]), memory=memory)
            if operator.kind == "frame":
                seconds = [pts * clip.time_base - source.info.start_s for pts in clip.pts]
                self._apply_to_frames(operator, step, replace(call, seconds=tuple(seconds)), working, frames, index)
                touched = None
                continue
            matte = operator.draws(call).mul(255).round().byte() if operator.draws else None
            if matte is None:
                matte = self._matte(step, operator, working)
            self._apply_to_pixels(operator, call, working, matte, frames, index)
            if matte is None:
                touched = None
            elif touched is not None:
                some = slice(frames.start, frames.stop)
                touched[some] |= (matte if len(matte) == 1 else matte[some]) > 0
        return working, touched

    def _mattes(self, clip: Clip, *, steady: bool) -> dict[str, Tensor]:
        """Mattes of every target for a clip of the source; ``steady`` ones follow on those of the clip before."""
        if not self.targets.names:
            return {}
        found = self.targets.masks(clip, (clip.height, clip.width))
        mattes = {}
        refiner = self.refiner if steady else self.refiner.each_alone()
        for name, masks in found.items():
            background = name.lower() == BACKGROUND
            key = f"matte.{name}"
            last = None
            if steady and key in self.state:
                last = (self.state["matte.frame"], self.state[key])
            matte = refiner(255 - masks if background else masks, clip.frames, last)
            if steady:
                self.state[key] = matte[-1].clone()
            mattes[name] = 255 - matte if background else matte
        if steady:
            last_frame = clip.frames[-1]
            deep = last_frame.dtype == torch.uint16
            self.state["matte.frame"] = stored(unit(last_frame), torch.uint8) if deep else last_frame.clone()
        return mattes

    def _matte(self, step: Step, operator: Operator, working: _Working) -> Tensor | None:
        """Where a step acts: ``(T, 1, H, W)`` uint8, or None for everywhere."""
        if step.target is None:
            return None
        matte = working.mattes[step.target]
        if grow := operator.grow((matte.shape[2], matte.shape[3])):
            matte = _grown(matte, grow)
        return 255 - matte if step.outside != operator.complement else matte

    def _in_span(self, clip: Clip, step: Step, source: Source) -> range:
        """The clip's frames that lie in the step's time, as a range."""
        start, end = (self._second(step.params.get(name), source) for name in ("start", "end"))
        times = [float(pts * clip.time_base - source.info.start_s) for pts in clip.pts]
        inside = [t for t, time in enumerate(times) if (start is None or time >= start) and (end is None or time < end)]
        return range(inside[0], inside[-1] + 1) if inside else range(0)

    def _second(self, value: float | None, source: Source) -> float | None:
        if value is None or value >= 0:
            return value
        if source.info.duration_s is None:
            raise UsageError(f"{value:g} s from the end of a video of unknown length", hint="count from the beginning")
        return float(source.info.duration_s) + value

    def _apply_to_pixels(
        self,
        operator: Operator,
        call: Call,
        working: _Working,
        matte: Tensor | None,
        frames: range,
        index: int,
    ) -> None:
        """Replaces pixels where the matte is above 0, in the box around it."""
        height, width = call.size
        reach = operator.reach(call)
        result = working.frames.clone()
        chunk = max(1, CUDA_PIXELS // (height * width)) if self.device.type == "cuda" else 1
        for first in range(frames.start, frames.stop, chunk):
            some = slice(first, min(first + chunk, frames.stop))
            local = None if matte is None else matte if len(matte) == 1 else matte[some]
            box = (slice(0, height), slice(0, width)) if local is None else box_of(local, reach, GRID)
            if box is None:
                continue
            rows, columns = box
            before = working.frames[some, :, rows, columns]
            pixels = unit(before.to(self.device))
            if local is None:
                weight = torch.ones_like(pixels[:, :1])
            else:
                weight = unit(local[..., rows, columns].to(self.device)).expand(len(pixels), -1, -1, -1)
            there = replace(
                call, offset=(rows.start, columns.start), indices=tuple(range(index + some.start, index + some.stop))
            )
            changed = operator.apply(pixels, weight, there)
            # Outside the matte the weight is 0, and what stays rounds back to the same integers.
            mixed = stored(torch.lerp(pixels, changed, weight), before.dtype)
            result[some, :, rows, columns] = mixed.cpu()
        working.frames = result

    def _apply_to_frames(
        self, operator: Operator, step: Step, call: Call, working: _Working, frames: range, index: int
    ) -> None:
        """Hands whole frames to an operator, which may change their size or their alpha."""
        matte = self._matte(step, operator, working)
        dtype = working.frames.dtype
        pictures, alphas = [], []
        moved: Mapping[str, list[Tensor]] = {name: [] for name in working.mattes}
        for t in range(len(working.frames)):
            layers = working.frames[t : t + 1]
            if working.alpha is not None:
                layers = torch.cat((layers, working.alpha[t : t + 1]), dim=1)
            if t in frames:
                there = replace(call, indices=(index + t,), seconds=call.seconds[t : t + 1])
                weight = unit(matte[t : t + 1].to(self.device)) if matte is not None else None
                everywhere = torch.ones((1, 1, *call.size), device=self.device) if weight is None else weight
                layers = stored(operator.apply(unit(layers.to(self.device)), everywhere, there), dtype).cpu()
                if operator.moves:
                    for name, each in working.mattes.items():
                        shifted = operator.apply(unit(each[t : t + 1].to(self.device)), everywhere, there)
                        moved[name].append(stored(shifted, torch.uint8).cpu())
            elif operator.moves:
                for name, each in working.mattes.items():
                    moved[name].append(each[t : t + 1])
            pictures.append(layers[:, :3])
            alphas.append(layers[:, 3:])
        working.frames = torch.cat(pictures)
        working.alpha = _joined_alpha(alphas, dtype)
        if operator.moves:
            working.mattes = {name: torch.cat(each) for name, each in moved.items()}


def _lettered(step: Step, font: str | None) -> Step:
    """The step, a caption with its font.

    Raises:
        UsageError: no font has all its letters.
    """
    if step.op != "caption":
        return step
    found = font_for(str(step.params["text"]), font)
    return step if found is None else replace(step, params={**step.params, "font": found})


def _put_before(background: str, steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps, with a picture behind whatever is cut out.

    Raises:
        UsageError: there is no such file, or nothing is cut out.
        MediaError: it is neither an image nor a video.
    """
    if not Path(background).is_file():
        raise UsageError(f"there is no background {background}", hint="--background takes an image or a video")
    probe(background)
    if all(step.op != "cutout" for step in steps):
        raise UsageError(
            "a background goes behind what is cut out, and the plan cuts nothing out",
            hint='say it, such as "cut out the dog"',
        )
    return tuple(
        replace(step, params={"background": background, **step.params}) if step.op == "cutout" else step
        for step in steps
    )


def _embedded_finder(request: Request) -> TargetFinder | None:
    # Language models take seconds to import, which an edit with masks of its own need not wait for.
    from lbvedit.pipelines.mmvt_targets import finder_for

    return finder_for(request)


def _joined_alpha(alphas: list[Tensor], dtype: torch.dtype) -> Tensor | None:
    """Alpha of all frames; those that have none are opaque if another one is not."""
    if not any(alpha.shape[1] for alpha in alphas):
        return None
    full = torch.iinfo(dtype).max
    return torch.cat(
        [alpha if alpha.shape[1] else torch.full((1, 1, *alpha.shape[2:]), full, dtype=dtype) for alpha in alphas]
    )


def _grown(matte: Tensor, pixels: int) -> Tensor:
    import cv2
    import numpy as np

    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * pixels + 1, 2 * pixels + 1))
    return torch.from_numpy(np.stack([cv2.dilate(each[0].numpy(), kernel) for each in matte]))[:, None]
