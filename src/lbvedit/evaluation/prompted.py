"""Scores of videos edited by prompt, with no target to compare with: the figures of LOVEU-TGVE-2023."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from lbvedit.data.loveu import Edit
from lbvedit.errors import WeightsError
from lbvedit.evaluation.table import Options
from lbvedit.measures.clip import CLIP_LARGE, PICK_SCORE, ClipEmbedder
from lbvedit.measures.flicker import brightness_flicker
from lbvedit.measures.frame_consistency import all_pairs_consistency, consecutive_consistency
from lbvedit.measures.textual_alignment import pick_score, textual_alignment
from lbvedit.measures.warp_error import warp_error
from lbvedit.motion import flow

__all__ = ["score_prompted"]

LOVEU_SIDE = 480


class Edits(Protocol):
    """A data set of edits by prompt."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Edit: ...


def score_prompted(
    dataset: Edits, numbers: Iterable[int], edit: Callable[[Edit], Tensor], options: Options
) -> tuple[dict[str, float], tuple[str, ...]]:
    """The metrics, each the mean over edits, and a note for each network that is not on this machine.

    Always: ``warp_error`` along the source's motion and ``brightness_flicker``. With CLIP ViT-L/14:
    ``frame_consistency``, ``consecutive_consistency`` and ``textual_alignment``; with PickScore: ``pick_score``.

    Args:
        dataset: videos with their prompts.
        numbers: the items to score.
        edit: gives the edited video, ``(T, 3, H, W)`` uint8 of the source's size.
        options: whose ``weights`` are searched first and whose ``report`` is told about progress.
    """
    notes: list[str] = []
    clip = _embedder(CLIP_LARGE, options.weights, notes)
    pick = _embedder(PICK_SCORE, options.weights, notes)
    todo = list(numbers)
    scores: dict[str, list[float]] = {}
    for done, number in enumerate(todo, 1):
        item = dataset[number]
        edited = edit(item)
        if edited.shape != item["frames"].shape:
            raise ValueError(f"an edit gave {tuple(edited.shape)} for {tuple(item['frames'].shape)}")
        found = {"warp_error": warp_error(edited, *_motion(item["frames"]))}
        found["brightness_flicker"] = brightness_flicker(edited)
        if clip is not None:
            images, text = clip.images(edited), clip.texts([item["target_prompt"]])[0]
            found["frame_consistency"] = all_pairs_consistency(images)
            found["consecutive_consistency"] = consecutive_consistency(images)
            found["textual_alignment"] = textual_alignment(images, text)
        if pick is not None:
            images, text = pick.images(edited), pick.texts([item["target_prompt"]])[0]
            found["pick_score"] = pick_score(images, text, pick.logit_scale)
        for metric, score in found.items():
            scores.setdefault(metric, []).append(score)
        options.progress(done, len(todo))
    return {metric: sum(values) / len(values) for metric, values in scores.items()}, tuple(notes)


def _motion(frames: Tensor) -> tuple[Tensor, Tensor]:
    """The flow from each frame to the next, and back."""
    pairs = list(pairwise(frames))
    forward = torch.stack([flow(here, after) for here, after in pairs])
    return forward, torch.stack([flow(after, here) for here, after in pairs])


def _embedder(model: str, weights: Path | None, notes: list[str]) -> ClipEmbedder | None:
    try:
        return ClipEmbedder(model, weights, side=LOVEU_SIDE)
    except WeightsError as error:
        notes.append(f"n/a without {model}, which is not on this machine: {error.hint}.")
        return None
