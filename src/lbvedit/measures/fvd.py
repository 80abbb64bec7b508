"""FVD: how far the distribution of generated videos lies from that of real ones, to a network that knows actions.

Unterthiner et al., "Towards accurate generative models of video" (2018), by the protocol of MMVID (Han et al., CVPR
2022): the Frechet distance between the 400 mean logits of an I3D trained on Kinetics-400, over 2,048 videos of either
side. With any other network the result is named ``fvd-embedded``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from lbvedit.measures.frechet import frechet_distance

__all__ = ["FRAMES", "fvd", "fvd_clip"]

FRAMES = 16
"""Frames that the network sees at most."""

_FEWEST = 5  # mirrored they are the nine that I3D needs


def fvd(generated: Iterable[Tensor], reference: Iterable[Tensor], features: Callable[[Tensor], Tensor]) -> float:
    """The distance of two sets of videos, 0 for equal distributions; their order plays no part.

    Args:
        generated: videos ``(T, 3, H, W)`` uint8 or float in [0, 1], two or more.
        reference: as ``generated``; the published figures take as many.
        features: a video -> ``(1, D)``: ``video_features("i3d-kinetics400", logits=True)`` of
            :mod:`~lbvedit.measures.public` for FVD, else a stand-in of :mod:`~lbvedit.measures.embedded`.

    Raises:
        ValueError: fewer than two videos, or one that is too short.
    """
    ours, real = (torch.cat([features(fvd_clip(video)) for video in videos]) for videos in (generated, reference))
    return frechet_distance(ours, real)


def fvd_clip(video: Tensor) -> Tensor:
    """The frames of a video that count: the first 16, or, of a shorter one, all of them and then back to the first.

    Eight frames become fifteen, as in the released code of MMVID.

    Args:
        video: ``(T, C, H, W)``, T at least 5.

    Raises:
        ValueError: fewer frames.
    """
    if len(video) < _FEWEST:
        raise ValueError(f"FVD needs {_FEWEST} frames, got {len(video)}")
    there_and_back = video if len(video) >= FRAMES else torch.cat([video, video[:-1].flip(0)])
    return there_and_back[:FRAMES]
