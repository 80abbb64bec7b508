"""The targets of an edit, found by MMVT window by window; and the background, which is what no such thing covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from lbvedit.errors import NoMatchError, WeightsError
from lbvedit.language.lexicon import KINDS, VOC_CLASSES
from lbvedit.pipelines.finder import Finder, chosen_weights, load_finder, suited_to, tell_choice
from lbvedit.pipelines.mmvt import MMVTOptions, MMVTSegmenter
from lbvedit.pipelines.survey import survey
from lbvedit.pipelines.targets import BACKGROUND
from lbvedit.pipelines.words import Heard, hear
from lbvedit.types import Clip, Report, Request

if TYPE_CHECKING:
    from lbvedit.media.source import Source
    from lbvedit.systems.mmvt.text import Language

__all__ = ["MMVTFinder", "finder_for"]

STANDING_OUT = frozenset(VOC_CLASSES) - {
    "background", "bottle", "chair", "diningtable", "pottedplant", "sofa", "tvmonitor",
}  # fmt: skip
"""Kinds that are no background: people, animals and vehicles."""

MOST_STANDING_OUT = 3
"""Kinds that are cut out of a background: more are one thing under several names, and each takes its time."""

FARTHEST_FRAMES = 12
"""A clip that begins farther ahead than this has jumped, and what was known before says nothing of it."""

_FOREGROUND = "foreground"
_MODEL = "model"

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

    def check(self, source: Source, targets: Sequence[str], report: Report) -> None:
        """Looks through the video once for each target, before anything is edited.

        Raises:
            NoMatchError: one of them is not there, or the model does not know its name.
        """
        asked, self._request = self._request, suited_to(source, self._request)
        tell_choice(asked, load_finder(self._request), report)
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
        """What is needed to go on after the latest clip: every segmenter's state, the weights, what stands out."""
        held = {
            f"{target}/{name}": tensor
            for target, segmenter in self._segmenters.items()
            for name, tensor in segmenter.state.items()
        }
        if self._foreground:
            held[_FOREGROUND] = _spelled("/".join(self._foreground))
        if self._request.model is not None:
            held[_MODEL] = _spelled(self._request.model)
        return held

    def resume(self, state: Mapping[str, Tensor]) -> None:
        """Goes on from such a state."""
        if _MODEL in state:
            self._request = replace(self._request, model=_read(state[_MODEL]))
        for key, tensor in state.items():
            target, _, name = key.rpartition("/")
            if key == _FOREGROUND:
                self._foreground = tuple(_read(tensor).split("/"))
            elif key != _MODEL:
                self._segmenter(target).state[name] = tensor

    def _segmenter(self, target: str) -> MMVTSegmenter:
        if target not in self._segmenters:
            finder = load_finder(self._request)
            heard = hear(target, finder.tokenizer, acts=finder.acts)
            segmenter = MMVTSegmenter(replace(self._request, text=target), MMVTOptions())
            self._heard[target] = heard
            self._languages[target] = segmenter.listen(finder, heard)
            self._segmenters[target] = segmenter
        return self._segmenters[target]


def _spelled(words: str) -> Tensor:
    return torch.tensor(list(words.encode()), dtype=torch.uint8)


def _read(spelled: Tensor) -> str:
    return bytes(spelled.tolist()).decode()


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
    """What finds the targets of an edit, or None where its default weights are missing or may not be used.

    Raises:
        WeightsError: the weights that the request names are missing, not MMVT's, or may not be used.
    """
    try:
        chosen_weights(request)
    except WeightsError:
        if request.model is not None:
            raise
        return None
    return MMVTFinder(request)
