"""Scores of masks against what expressions refer to: the figures of A2D, J-HMDB, DAVIS, MeViS and actors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from lbvedit.data.corpus import Referral
from lbvedit.evaluation.table import Options
from lbvedit.measures.coco_map import ScoredQueries, coco_map, top_query
from lbvedit.measures.davis import boundary_f, region_j
from lbvedit.measures.iou import intersections_and_unions, mean_iou, overall_iou, sample_iou
from lbvedit.measures.precision import precision_at, single_mask_map

__all__ = ["Found", "score_referrals", "score_sequences"]

PRECISION_AT = (0.5, 0.6, 0.7, 0.8, 0.9)


class Referrals(Protocol):
    """A data set of expressions."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Referral: ...


@dataclass(frozen=True, eq=False)
class Found:
    """What a system found for one expression.

    Args:
        masks: ``(K, H, W)``, zero outside, one for each annotated frame.
        queries: ``(Q, K, H, W)`` candidate masks, for COCO's average precision; None for systems with one mask.
        scores: ``(Q,)`` their confidence.
    """

    masks: Tensor
    queries: Tensor | None = None
    scores: Tensor | None = None


Segment = Callable[[Referral], Found]


def score_referrals(
    dataset: Referrals, numbers: Iterable[int], segment: Segment, options: Options | None = None
) -> dict[str, float]:
    """``p@0.5`` to ``p@0.9``, ``map``, ``overall_iou``, ``mean_iou``; every annotated frame is a sample.

    ``map`` is the papers' own, of one mask an expression. Systems that give candidates also get ``coco_map`` over all
    of them and ``coco_map_top1`` over the most confident one, never to be compared with ``map``.

    Args:
        dataset: expressions with their masks.
        numbers: the items to score.
        segment: the system.
        options: whose ``report`` is told about progress.
    """
    todo = list(numbers)
    intersections, unions, ious, samples = [], [], [], []
    for done, number in enumerate(todo, 1):
        item = dataset[number]
        found = segment(item)
        _check(found.masks, item["masks"])
        intersection, union = intersections_and_unions(found.masks, item["masks"])
        intersections.append(intersection)
        unions.append(union)
        ious.append(sample_iou(found.masks, item["masks"]))
        if found.queries is not None and found.scores is not None:
            samples += [
                ScoredQueries(_plain_iou(candidates, truth), found.scores)
                for candidates, truth in zip(found.queries.unbind(1), item["masks"], strict=True)
            ]
        if options is not None:
            options.progress(done, len(todo))
    every = torch.cat(ious)
    metrics = {f"p@{threshold}": precision_at(every, threshold) for threshold in PRECISION_AT}
    metrics["map"] = single_mask_map(every)
    metrics["overall_iou"] = overall_iou(torch.cat(intersections), torch.cat(unions))
    metrics["mean_iou"] = mean_iou(every)
    if samples:
        metrics["coco_map"] = coco_map(samples)
        metrics["coco_map_top1"] = coco_map([top_query(one) for one in samples])
    return metrics


def score_sequences(
    dataset: Referrals, numbers: Iterable[int], segment: Segment, options: Options | None = None
) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """``j_mean``, ``f_mean`` and ``jf_mean`` over sequences, and J and F of each sequence.

    A sequence with several expressions counts once, as their mean. All annotated frames count, the first included:
    words give no mask of it.
    """
    todo = list(numbers)
    each: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for done, number in enumerate(todo, 1):
        item = dataset[number]
        found = segment(item)
        _check(found.masks, item["masks"])
        j, f = region_j(found.masks, item["masks"]), boundary_f(found.masks, item["masks"])
        each[item["meta"]["video"]].append((float(j.mean()), float(f.mean())))
        if options is not None:
            options.progress(done, len(todo))
    sequences = {
        video: {"j": sum(j for j, _ in pairs) / len(pairs), "f": sum(f for _, f in pairs) / len(pairs)}
        for video, pairs in each.items()
    }
    j_mean = sum(one["j"] for one in sequences.values()) / len(sequences)
    f_mean = sum(one["f"] for one in sequences.values()) / len(sequences)
    return {"j_mean": j_mean, "f_mean": f_mean, "jf_mean": (j_mean + f_mean) / 2}, sequences


def _check(found: Tensor, truth: Tensor) -> None:
    if found.shape != truth.shape:
        raise ValueError(f"masks {tuple(found.shape)} do not answer {tuple(truth.shape)}")


def _plain_iou(candidates: Tensor, truth: Tensor) -> Tensor:
    intersections, unions = intersections_and_unions(candidates, truth.expand_as(candidates))
    return intersections / unions.clamp(min=1)
