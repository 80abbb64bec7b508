"""Text-referred video segmentation: the mask of what a phrase means, in every frame.

One look through the video decides whether the thing is there at all; then the frames stream by, each with the one
before and the one after it in sight.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lbvedit.errors import NoMatchError, WeightsError
from lbvedit.language.lexicon import KINDS, VOC_CLASSES
from lbvedit.measures.color_names import BASIC_COLORS, color_shares
from lbvedit.media.overlay import PictureFormat, rendered
from lbvedit.pipelines.colorcut import cut_by_color
from lbvedit.pipelines.finder import DEFAULT_WEIGHTS, Ahead, Finder, load_finder
from lbvedit.pipelines.matte import MatteRefiner
from lbvedit.pipelines.targets import BACKGROUND
from lbvedit.pipelines.tracking import Instance, Steady, Tracker
from lbvedit.pipelines.words import Heard, hear
from lbvedit.types import Clip, Event, Masks, Report, Request
from lbvedit.weights import locate

if TYPE_CHECKING:
    from lbvedit.media.source import Source
    from lbvedit.systems.mmvt.text import Language

__all__ = ["MMVTFinder", "MMVTOptions", "MMVTSegmenter", "Survey", "finder_for", "survey", "survey_frames"]

LOWEST_PEAK = 0.1
"""The largest probability of a video is taken for at least this, so that noise is not blown up into a mask."""

STANDING_OUT = frozenset(VOC_CLASSES) - {
    "background", "bottle", "chair", "diningtable", "pottedplant", "sofa", "tvmonitor",
}  # fmt: skip
"""Kinds that are no background: people, animals and vehicles."""

MOST_STANDING_OUT = 3
"""Kinds that are cut out of a background: more are one thing under several names, and each takes its time."""

SURENESS = 0.5
"""Share of the surest thing's log-odds that an instance must once reach."""

FADING = 0.9
"""How much an instance's colour of earlier frames still counts at every further one."""

FARTHEST_FRAMES = 12
"""A clip that begins farther ahead than this has jumped, and what was known before says nothing of it."""

LEAST_COLOR = 0.1
"""Share of a thing's pixels that must have its colour; a red car is black, white and blue where the light falls."""

LOOKS = 12
"""Frames that are looked at to decide whether something is there."""


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


@dataclass(frozen=True)
class Survey:
    """What a look through a video found.

    Args:
        score: confidence that the target is there, in [0, 1]; one half where that is as likely as not.
        peak: the largest probability of its pixels.
        others: the scores of the other expressions.
        shares: the share of its pixels that has each basic colour.
        surest: the largest probability of any pixel.
    """

    score: float
    peak: float
    others: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()
    surest: float = 0.0

    def scales(self) -> dict[str, Tensor]:
        """What the frames are held against, as a segmenter keeps it."""
        return {"peak": torch.tensor(self.peak), "surest": torch.tensor(self.surest)}

    def confidence(self, heard: Heard) -> float:
        """The score of an expression, where it gives a colour and this is a survey of ``plain`` and ``words``.

        The model has learnt which colours are frequent rather than how they look; the pixels know.
        """
        if not heard.colors:
            return self.score
        share = sum(self.shares[BASIC_COLORS.index(color)] for color in heard.colors)
        return max((self.score, *self.others)) if share >= LEAST_COLOR else 0.5 * share / LEAST_COLOR


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
        finder = load_finder(self.request)
        self.weights_sha256 = {finder.name: finder.sha256}
        heard = hear(self.request.text, finder.tokenizer)
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
            raise _nothing_fits(self.request.text, finder, source, confidence)
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
        previous = self._restored(steady, tracker)
        self._peak = float(self.state.get("peak", torch.tensor(0.0)))
        self._sure = Sure(float(self.state.get("surest", torch.tensor(0.0))), self.state.get("sure", torch.zeros(0)))
        ahead = Ahead(finder, language, previous)
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
                self._remember(steady, tracker)
                yield masks
            pending = clip

    def _window(self, clip: Clip, ahead: Ahead, steady: Steady, tracker: Tracker) -> Masks:
        frames: list[list[Instance]] = []
        guides: list[Tensor] = []
        for _ in clip.frames:
            frame, (found, *_), back = ahead.take()
            # A frame in which the model doubts that the thing is there says less than its pixels do.
            doubted = found.probability * (0.25 + 0.75 * min(1.0, 2 * found.presence))
            self._peak = max(self._peak, _peak(doubted))
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

    def _restored(self, steady: Steady, tracker: Tracker) -> Tensor | None:
        if "frame" not in self.state:
            return None
        steady.state = {name: self.state[name] for name in ("frame", "probability", "inside")}
        tracker.labels = self.state["labels"].numpy().astype(np.int32)
        tracker.next_number = int(self.state["next_number"])
        self._colored.means = self.state["colored"]
        return self.state["frame"]

    def _remember(self, steady: Steady, tracker: Tracker) -> None:
        if steady.state and tracker.labels is not None:
            self.state = {
                **steady.state,
                "labels": torch.from_numpy(tracker.labels),
                "next_number": torch.tensor(tracker.next_number),
                "peak": torch.tensor(self._peak),
                "colored": self._colored.means,
                "surest": torch.tensor(self._sure.surest),
                "sure": torch.tensor(sorted(self._sure.numbers), dtype=torch.float32),
            }


class Sure:
    """Keeps the instances of which the model is about as sure as of the surest thing in the video.

    A round thing may look a little like a car while the car is there, too. What was kept once stays.

    Args:
        surest: the largest probability in the video, as far as it is known.
        numbers: of the instances that were kept so far.
    """

    def __init__(self, surest: float, numbers: Tensor) -> None:
        self.surest = surest
        self.numbers = {int(number) for number in numbers.tolist()}

    def __call__(self, probability: Tensor, instances: list[Instance]) -> list[Instance]:
        """The instances of a frame, whose pixels have the model's own ``probability (h, w)``."""
        self.surest = max(self.surest, float(probability.max()))
        most = _logit(self.surest)
        least = SURENESS * most if most > 0 else most / SURENESS
        for instance in instances:
            if _logit(float(probability[torch.from_numpy(instance.mask)].max())) >= least:
                self.numbers.add(instance.number)
        return [instance for instance in instances if instance.number in self.numbers]


def _logit(probability: float) -> float:
    return float(np.log(max(probability, 1e-4) / max(1 - probability, 1e-4)))


class Colored:
    """Keeps the instances that have a colour, by what was seen of each of them so far.

    Args:
        colors: the basic colours wanted; none keeps all.

    Attributes:
        means: ``(N, 3)`` for each instance its number, the sum of its shares and their count, old ones fading.
    """

    def __init__(self, colors: Sequence[str]) -> None:
        self._places = [BASIC_COLORS.index(color) for color in colors]
        self.means = torch.zeros(0, 3)

    def __call__(self, frame: Tensor, instances: list[Instance]) -> list[Instance]:
        """The instances of a frame ``(3, h, w)`` in [0, 1] that have the colour, if any has."""
        if not self._places or not instances:
            return instances
        known = {int(number): (total, count) for number, total, count in self.means.tolist()}
        pixels = (frame.permute(1, 2, 0) * 255).round().to(torch.uint8).numpy()
        for instance in instances:
            total, count = known.get(instance.number, (0.0, 0.0))
            share = float(color_shares(pixels[instance.mask])[self._places].sum())
            known[instance.number] = (FADING * total + share, FADING * count + 1)
        self.means = torch.tensor([[number, *sums] for number, sums in known.items()])
        share_of = {instance.number: known[instance.number][0] / known[instance.number][1] for instance in instances}
        # Splinters may be all of one colour: what the others are held against is a thing of some size.
        largest = max(int(instance.mask.sum()) for instance in instances)
        sized = [share_of[each.number] for each in instances if 5 * int(each.mask.sum()) >= largest]
        least = max(LEAST_COLOR, *sized) / 2
        return [instance for instance in instances if share_of[instance.number] >= least]


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


def survey(source: Source, finder: Finder, language: Language) -> Survey:
    """Looks at some frames of a video for what some expressions mean: the target first, then any others."""
    with source.from_the_first():
        return survey_frames(_looks(source), finder, language)


def survey_frames(looks: Iterable[tuple[Tensor, Tensor | None]], finder: Finder, language: Language) -> Survey:
    """Looks at frames ``(3, H, W)``, each with the next one, for what some expressions mean."""

    def look(frame: Tensor, after: Tensor | None) -> tuple[list[tuple[float, float]], NDArray[np.float64], float]:
        found = finder.find(finder.see(frame, after, None), language)
        largest = float(found[0].probability.max())
        inside = (found[0].probability >= 0.5 * largest).numpy()
        pixels = (frame.permute(1, 2, 0) * 255).round().to(torch.uint8).numpy()[inside]
        return [(each.presence, _peak(each.probability)) for each in found], color_shares(pixels), largest

    small = ((finder.small(frame), finder.small(after) if after is not None else None) for frame, after in looks)
    begun = [finder.workers.submit(look, frame, after) for frame, after in small]
    # The best third of the looks: one lucky frame is no evidence, but a thing may be out of sight for most of the time.
    evidences, shares, largest = zip(*(each.result() for each in begun), strict=True)
    found = np.array(evidences)
    evidence = np.sort(found.prod(axis=2), axis=0)[-max(1, len(found) // 3) :].mean(axis=0)
    scores = tuple(_confidence(float(value), finder.bar) for value in evidence)
    # The second largest peak: the largest may be a stroke of luck.
    peak = float(np.sort(found[:, 0, 1])[max(-2, -len(found))])
    surest = float(np.sort(largest)[max(-2, -len(found))])
    best = np.argsort(found[:, 0].prod(axis=1))[-max(1, len(found) // 3) :]
    return Survey(scores[0], peak, scores[1:], tuple(np.array(shares)[best].mean(axis=0).tolist()), surest)


def _confidence(evidence: float, bar: float) -> float:
    """Evidence in [0, 1] stretched so that the bar comes to lie at one half."""
    return 0.5 * evidence / bar if evidence < bar else 0.5 + 0.5 * (evidence - bar) / (1 - bar)


def _peak(probability: Tensor) -> float:
    """The largest probability of a frame: the mean of its surest five hundredth part."""
    return float(probability.flatten().topk(max(1, probability.numel() // 500)).values.mean())


def _looks(source: Source) -> Iterator[tuple[Tensor, Tensor | None]]:
    """Up to ``LOOKS`` frames, spread over the video, each with the next one."""
    count = source.frame_count or source.info.frame_count
    if count is None:
        yield from _thinned(source)
        return
    stride = max(2, -(-count // LOOKS))
    stride += stride % 2
    for number, clip in enumerate(source.windows(2)):
        if 2 * number % stride == 0:
            yield clip.frames[0], clip.frames[1] if len(clip) > 1 else None
        if 2 * number >= stride * (LOOKS - 1):
            return


def _thinned(source: Source) -> Iterator[tuple[Tensor, Tensor | None]]:
    """Up to ``LOOKS`` frames of a video whose length shows only at its end, in bounded memory."""
    kept: list[tuple[Tensor, Tensor | None]] = []
    stride = 1
    for number, clip in enumerate(source.windows(2)):
        if number % stride:
            continue
        kept.append((clip.frames[0], clip.frames[1] if len(clip) > 1 else None))
        if len(kept) == 2 * LOOKS:
            kept, stride = kept[::2], 2 * stride
    yield from kept[:: -(-len(kept) // LOOKS)]


def _nothing_fits(said: str, finder: Finder, source: Source, score: float) -> NoMatchError:
    """The error that names what is there instead."""
    names = [words[0] for words in KINDS.values()]
    seen = survey(source, finder, finder.read([names[0], *names]))
    ranked = sorted(zip(seen.others, names, strict=True), reverse=True)
    there = ", ".join(f"{name} {score:.2f}" for score, name in ranked[:3])
    return NoMatchError(
        f"nothing in the video fits {said!r} (confidence {score:.2f}); the nearest: {there}",
        hint="name one of these, or lower the bar with --set fits=0",
    )


_FOREGROUND = "foreground"


_Place = tuple[tuple[int, ...], tuple[int, ...] | None]
"""The time stamps of a clip, and its frames' numbers in the source."""


class MMVTFinder:
    """Finds the targets of an edit, window by window: a ``TargetFinder``.

    A window that follows on the one before it goes on with its memory and numbers; any other starts anew. What was
    found in the latest frames is kept, since an edit looks at a window several times.

    Args:
        request: the weights, the device and the precision.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._segmenters: dict[str, MMVTSegmenter] = {}
        self._languages: dict[str, Language] = {}
        self._heard: dict[str, Heard] = {}
        self._last: dict[str, tuple[_Place, Tensor]] = {}
        self._foreground: tuple[str, ...] = ()

    def check(self, source: Source, targets: Sequence[str]) -> None:
        """Looks through the video once for each target, before anything is edited.

        Raises:
            NoMatchError: one of them is not there, or the model does not know its name.
        """
        for target in targets:
            if target.lower() == BACKGROUND:
                self._foreground = self._foreground or _foreground(source, load_finder(self._request))
                continue
            segmenter = self._segmenter(target)
            segmenter.look(source, load_finder(self._request), self._heard[target])

    def find(self, clip: Clip, target: str) -> Tensor:
        """Masks of a target: ``(T, 1, H, W)`` uint8, 0 or 255, zero where it is not in sight.

        Raises:
            NoMatchError: the model does not know its name.
        """
        if target.lower() == BACKGROUND:
            return 255 - torch.stack([self.find(clip, thing) for thing in self._foreground]).amax(dim=0)
        segmenter = self._segmenter(target)
        if target in self._last:
            (pts, numbers), masks = self._last[target]
            if pts == clip.pts:
                return masks
            if clip.pts[0] <= pts[-1] or (
                clip.numbers and numbers and abs(clip.numbers[0] - numbers[-1]) > FARTHEST_FRAMES
            ):
                segmenter.forget()
        finder = load_finder(self._request)
        found = next(segmenter.segment(iter([clip]), finder, self._languages[target]))
        self._last[target] = ((clip.pts, clip.numbers), found.union())
        return found.union()

    def state(self) -> dict[str, Tensor]:
        """What is needed to go on after the latest clip: every segmenter's state, and what the background is not."""
        held = {
            f"{target}/{name}": tensor
            for target, segmenter in self._segmenters.items()
            for name, tensor in segmenter.state.items()
        }
        if self._foreground:
            held[_FOREGROUND] = torch.tensor(list("/".join(self._foreground).encode()), dtype=torch.uint8)
        return held

    def resume(self, state: Mapping[str, Tensor]) -> None:
        """Goes on from such a state."""
        for key, tensor in state.items():
            target, _, name = key.rpartition("/")
            if key == _FOREGROUND:
                self._foreground = tuple(bytes(tensor.tolist()).decode().split("/"))
            else:
                self._segmenter(target).state[name] = tensor

    def _segmenter(self, target: str) -> MMVTSegmenter:
        if target not in self._segmenters:
            finder = load_finder(self._request)
            heard = hear(target, finder.tokenizer)
            segmenter = MMVTSegmenter(replace(self._request, text=target), MMVTOptions())
            self._heard[target] = heard
            self._languages[target] = segmenter.listen(finder, heard)
            self._segmenters[target] = segmenter
        return self._segmenters[target]


def _foreground(source: Source, finder: Finder) -> tuple[str, ...]:
    """The names of what stands out from the background of a video, the surest first.

    Raises:
        NoMatchError: nothing that the model knows.
    """
    names = [words[0] for kind, words in KINDS.items() if kind in STANDING_OUT]
    found = survey(source, finder, finder.read([names[0], *names]))
    there = sorted(
        ((score, name) for score, name in zip(found.others, names, strict=True) if score >= 0.5), reverse=True
    )
    if not there:
        raise NoMatchError(
            "no person, animal or vehicle stands out from the background of this video",
            hint="name what is not background, as in 'everything except the table', or bring its mask with --mask FILE",
        )
    return tuple(name for _, name in there[:MOST_STANDING_OUT])


def finder_for(request: Request) -> MMVTFinder | None:
    """What finds the targets of an edit, or None where its weights are missing or may not be used."""
    try:
        locate(DEFAULT_WEIGHTS, request.weights, commercial_ok=request.commercial_ok)
    except WeightsError:
        return None
    return MMVTFinder(replace(request, model=None))
