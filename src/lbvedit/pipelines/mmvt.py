"""Text-referred video segmentation: the mask of what a phrase means, in every frame.

One look through the video decides whether the thing is there at all; then the frames stream by, each with the one
before and the one after it in sight.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lbvedit.media.overlay import PictureFormat, rendered
from lbvedit.pipelines.colorcut import cut_by_color
from lbvedit.pipelines.finder import Ahead, Finder, load_finder, suited_to, tell_choice
from lbvedit.pipelines.matte import MatteRefiner
from lbvedit.pipelines.selection import Colored, Sure
from lbvedit.pipelines.survey import nothing_fits, peak_of, survey
from lbvedit.pipelines.tracking import Instance, Steady, Tracker
from lbvedit.pipelines.words import Heard, hear
from lbvedit.types import Clip, Event, Masks, Report, Request

if TYPE_CHECKING:
    from lbvedit.media.source import Source
    from lbvedit.systems.mmvt.text import Language

__all__ = ["MMVTOptions", "MMVTSegmenter"]

LOWEST_PEAK = 0.1
"""The largest probability of a video is taken for at least this, so that noise is not blown up into a mask."""


@dataclass(frozen=True)
class MMVTOptions:
    """What ``--set`` can change.

    Args:
        format: how a video shows the masks: tinted, as a matte, or cut out with alpha.
        threshold: fraction of the video's strongest probability from which a pixel belongs to the target. The paper's
            is one half, and on DAVIS val8 that fits the embedded weights best, too.
        instances: all that fit, or the best one only.
        fits: confidence from which something counts as there; 0 takes whatever is nearest.
        memory: how much of a mask is carried from frame to frame along the motion, in [0, 1).
        refine: draw the edges to where colours part, and to those of the picture at full resolution.
    """

    format: PictureFormat = "overlay"
    threshold: float = 0.5
    instances: Literal["all", "best"] = "all"
    fits: float = 0.5
    memory: float = 0.8
    refine: bool = True

    def __post_init__(self) -> None:
        for name in ("threshold", "fits", "memory"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} {getattr(self, name)} is not in [0, 1]")


class MMVTSegmenter:
    """Finds what ``request.text`` means.

    Attributes:
        state: the steadied probability, the frame and the numbers of the last frame, for a job that is resumed.
        weights_sha256: the weights that are used, by name, once they are loaded.
    """

    Options: ClassVar[type[Any]] = MMVTOptions
    window: int = 16
    overlap: int = 0

    def __init__(self, request: Request, options: MMVTOptions) -> None:
        self.request = request
        self.options = options
        self.weights_sha256: dict[str, str] = {}
        self._peak = 0.0
        self._colored = Colored(())
        self._sure = Sure(0.0, torch.zeros(0))
        self.state: dict[str, Tensor] = {}
        if request.window:
            self.window = request.window

    def __call__(self, source: Source, report: Report) -> Iterator[Clip]:
        """Yields each window with its masks shown as ``format`` says.

        Raises:
            NoMatchError: nothing in the video fits the words, or the model does not know them.
            WeightsError: the weights are missing.
        """
        for masks in self.masks(source, report):
            yield rendered(masks, self.options.format)

    def masks(self, source: Source, report: Report) -> Iterator[Masks]:
        """Yields the instances of each window, in order; raises as a call does."""
        finder = load_finder(suited_to(source, self.request))
        self.weights_sha256 = {finder.name: finder.sha256}
        tell_choice(self.request, finder, report)
        heard = hear(self.request.text, finder.tokenizer, acts=finder.acts)
        for note in heard.notes:
            report(Event("warning", "words", message=note))
        language = self.listen(finder, heard)
        self.look(source, finder, heard)
        yield from self.cut(source.windows(self.window, 0), finder, language)

    def listen(self, finder: Finder, heard: Heard) -> Language:
        """What the model is to find; the colours that were heard are looked for among the pixels of what it finds."""
        self._colored = Colored(heard.colors)
        return finder.read([heard.plain])

    def look(self, source: Source, finder: Finder, heard: Heard) -> None:
        """Looks through the video for the target, unless that was done.

        Raises:
            NoMatchError: it is not there.
        """
        if self.state:
            return
        found = survey(source, finder, finder.read([heard.plain, heard.words]))
        confidence = found.confidence(heard)
        if confidence < self.options.fits:
            lower = (
                "lower the bar with --set fits=0"
                if self.request.task == "segment"
                else "bring its mask with --mask FILE"
            )
            raise nothing_fits(self.request.text, finder, source, confidence, hint=f"name one of these, or {lower}")
        self.state = found.scales()

    def cut(self, clips: Iterator[Clip], finder: Finder, language: Language) -> Iterator[Masks]:
        """The instances in each of some consecutive clips, with their edges drawn as the options say."""
        for masks in self.segment(clips, finder, language):
            yield _refined(masks) if self.options.refine else masks

    def forget(self) -> None:
        """Forgets the last frame, but not how strong the target's evidence was."""
        self.state = {name: self.state[name] for name in ("peak", "surest") if name in self.state}

    def segment(self, clips: Iterator[Clip], finder: Finder, language: Language) -> Iterator[Masks]:
        """The instances in each of some consecutive clips."""
        steady, tracker = Steady(self.options.memory, self.options.threshold), Tracker()
        earlier = self._restored(steady, tracker)
        self._peak = float(self.state.get("peak", torch.tensor(0.0)))
        self._sure = Sure(float(self.state.get("surest", torch.tensor(0.0))), self.state.get("sure", torch.zeros(0)))
        ahead = Ahead(finder, language, earlier)
        pending: Clip | None = None
        following: Iterator[Clip | None] = itertools.chain(clips, (None,))
        for clip in following:
            if clip is None:
                ahead.end()
            else:
                for frame in clip.frames:
                    ahead.push(finder.small(frame))
            if pending is not None:
                masks = self._window(pending, ahead, steady, tracker)
                self._remember(steady, tracker, ahead)
                yield masks
            pending = clip

    def _window(self, clip: Clip, ahead: Ahead, steady: Steady, tracker: Tracker) -> Masks:
        frames: list[list[Instance]] = []
        guides: list[Tensor] = []
        for _ in clip.frames:
            frame, (found, *_), back = ahead.take()
            # A frame in which the model doubts that the thing is there says less than its pixels do.
            doubted = found.probability * (0.25 + 0.75 * min(1.0, 2 * found.presence))
            self._peak = max(self._peak, peak_of(doubted))
            probability = (doubted / max(self._peak, LOWEST_PEAK)).clamp(max=1)
            if self.options.refine:
                probability = cut_by_color(frame, probability, self.options.threshold)
            probability = steady(probability, frame, back)
            instances = self._sure(found.probability, tracker(probability, self.options.threshold, back))
            instances = self._colored(frame, instances)
            if self.options.instances == "best":
                instances = instances and [max(instances, key=_weight)]
            frames.append(instances)
            guides.append(probability)
        return _masks(clip, frames, guides, self.options.threshold)

    def _restored(self, steady: Steady, tracker: Tracker) -> Tensor:
        if "frame" not in self.state:
            self._colored.means = torch.zeros(0, 3)  # numbers begin anew, and colours with them
            return torch.zeros(0)
        steady.state = {name: self.state[name] for name in ("frame", "probability", "inside")}
        tracker.labels = self.state["labels"].numpy().astype(np.int32)
        tracker.next_number = int(self.state["next_number"])
        self._colored.means = self.state["colored"]
        return self.state["earlier"]

    def _remember(self, steady: Steady, tracker: Tracker, ahead: Ahead) -> None:
        if steady.state and tracker.labels is not None:
            self.state = {
                **steady.state,
                "earlier": torch.stack(tuple(ahead.earlier)),
                "labels": torch.from_numpy(tracker.labels),
                "next_number": torch.tensor(tracker.next_number),
                "peak": torch.tensor(self._peak),
                "colored": self._colored.means,
                "surest": torch.tensor(self._sure.surest),
                "sure": torch.tensor(sorted(self._sure.numbers), dtype=torch.float32),
            }


def _weight(instance: Instance) -> float:
    return instance.score * float(instance.mask.sum()) ** 0.5


def _masks(clip: Clip, frames: list[list[Instance]], probabilities: list[Tensor], threshold: float) -> Masks:
    """The instances of a window at full size, one plane for each number that occurs in it."""
    ids = tuple(sorted({instance.number for instances in frames for instance in instances}))
    masks = torch.zeros((len(frames), len(ids), clip.height, clip.width), dtype=torch.uint8)
    scores = torch.zeros((len(frames), len(ids)))
    for t, (instances, probability) in enumerate(zip(frames, probabilities, strict=True)):
        for instance in instances:
            place = ids.index(instance.number)
            masks[t, place] = torch.from_numpy(_grown(instance.mask, probability.numpy(), threshold, clip))
            scores[t, place] = instance.score
    return Masks(masks, scores, ids, clip)


def _grown(
    inside: NDArray[np.bool_], probability: NDArray[np.float32], threshold: float, clip: Clip
) -> NDArray[np.uint8]:
    """A mask ``(h, w)`` at full size: 255 where the interpolated probability says so, else 0."""
    # Next to the mask pixels keep their probability, so that the edge lies between the two; far ones do not.
    near = cv2.dilate(inside.astype(np.uint8), np.ones((3, 3), np.uint8))
    size = (clip.width, clip.height)
    large = cv2.resize(np.where(near > 0, probability, 0).astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    return np.where(large >= threshold, 255, 0).astype(np.uint8)


def _refined(masks: Masks) -> Masks:
    """The masks as mattes whose edges are the picture's own."""
    refiner = MatteRefiner(feather_px=0.7, steadiness=0.0)
    planes = [refiner(masks.masks[:, [place]], masks.origin.frames, None) for place in range(len(masks.ids))]
    return Masks(torch.cat(planes, dim=1), masks.scores, masks.ids, masks.origin) if planes else masks
