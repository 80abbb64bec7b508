"""One look through a video: is what the words mean there at all, how surely, and in which colours?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lbvedit.errors import NoMatchError
from lbvedit.language.lexicon import KINDS
from lbvedit.measures.color_names import BASIC_COLORS, color_shares
from lbvedit.pipelines.finder import Finder
from lbvedit.pipelines.looks import looks
from lbvedit.pipelines.selection import LEAST_COLOR
from lbvedit.pipelines.words import Heard

if TYPE_CHECKING:
    from lbvedit.media.source import Source
    from lbvedit.systems.mmvt.text import Language

__all__ = ["Survey", "nothing_fits", "peak_of", "survey", "survey_frames"]


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


def survey(source: Source, finder: Finder, language: Language) -> Survey:
    """Looks at some frames of a video for what some expressions mean: the target first, then any others."""
    with source.from_the_first():
        return survey_frames(looks(source), finder, language)


def survey_frames(looks: Iterable[tuple[Tensor, Tensor | None]], finder: Finder, language: Language) -> Survey:
    """Looks at frames ``(3, H, W)``, each with the next one, for what some expressions mean."""

    def look(frame: Tensor, after: Tensor | None) -> tuple[list[tuple[float, float]], NDArray[np.float64], float]:
        found = finder.find(finder.see(frame, after, None), language)
        largest = float(found[0].probability.max())
        inside = (found[0].probability >= 0.5 * largest).numpy()
        pixels = (frame.permute(1, 2, 0) * 255).round().to(torch.uint8).numpy()[inside]
        return [(each.presence, peak_of(each.probability)) for each in found], color_shares(pixels), largest

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


def peak_of(probability: Tensor) -> float:
    """The largest probability of a frame: the mean of its surest five hundredth part."""
    return float(probability.flatten().topk(max(1, probability.numel() // 500)).values.mean())


def nothing_fits(said: str, finder: Finder, source: Source, score: float, *, hint: str) -> NoMatchError:
    """The error that names what is there instead."""
    names = [words[0] for words in KINDS.values()]
    seen = survey(source, finder, finder.read([names[0], *names]))
    ranked = sorted(zip(seen.others, names, strict=True), reverse=True)
    there = ", ".join(f"{name} {score:.2f}" for score, name in ranked[:3])
    return NoMatchError(
        f"nothing in the video fits {said!r} (confidence {score:.2f}); the nearest: {there}",
        hint=hint,
    )
