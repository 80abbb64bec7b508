"""The IoU family, both mAPs, J and F."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from torchmetrics.functional.classification import binary_jaccard_index

from lbvedit.measures.coco_map import ScoredQueries, coco_map, top_query
from lbvedit.measures.davis import boundary, boundary_f, decay, recall, region_j
from lbvedit.measures.iou import intersections_and_unions, mean_iou, overall_iou, sample_iou
from lbvedit.measures.precision import precision_at, single_mask_map


def boxes(*corners: tuple[int, int, int, int], size: tuple[int, int] = (60, 80)) -> torch.Tensor:
    masks = torch.zeros(len(corners), *size, dtype=torch.uint8)
    for mask, (top, bottom, left, right) in zip(masks, corners, strict=True):
        mask[top:bottom, left:right] = 1
    return masks


def test_ious_by_hand() -> None:
    ours = boxes((0, 10, 0, 10), (0, 2, 0, 2), (0, 0, 0, 0))
    truth = boxes((0, 10, 5, 15), (0, 2, 0, 2), (0, 0, 0, 0))
    assert sample_iou(ours, truth).tolist() == pytest.approx([1 / 3, 1, 1], abs=1e-6)
    assert mean_iou(sample_iou(ours, truth)) == pytest.approx(7 / 9, abs=1e-6)
    assert overall_iou(*intersections_and_unions(ours, truth)) == pytest.approx(54 / 154)
    assert sample_iou(ours[:1], boxes((20, 30, 0, 10)))[0] == pytest.approx(1e-6 / 200)


def test_iou_agrees_with_torchmetrics() -> None:
    generator = torch.Generator().manual_seed(0)
    ours, truth = (torch.rand(5, 9, 9, generator=generator) > 0.6 for _ in range(2))
    expected = [float(binary_jaccard_index(a.int(), b.int())) for a, b in zip(ours, truth, strict=True)]
    assert sample_iou(ours, truth).tolist() == pytest.approx(expected, abs=1e-6)


def test_precision_takes_the_threshold_itself() -> None:
    ious = torch.tensor([0.5, 0.49, 0.7, 1.0], dtype=torch.float64)
    assert precision_at(ious, 0.5) == 0.75
    assert precision_at(ious, 0.7) == 0.5
    # P@.5 = .75; .55 to .7: .5 (four times); .75 to .95: .25 (five times)
    assert single_mask_map(ious) == pytest.approx((0.75 + 4 * 0.5 + 5 * 0.25) / 10)


def queries(*pairs: tuple[float, float]) -> ScoredQueries:
    ious, scores = torch.tensor(pairs, dtype=torch.float64).T
    return ScoredQueries(ious, scores)


def test_coco_map_ranks_queries_and_takes_each_truth_once() -> None:
    # By hand: of two truths, the ranking hit, miss, hit gives precision 1 to recall .5 (51 of 101 points), 2/3 beyond.
    samples = [queries((1.0, 0.9), (1.0, 0.8)), queries((0.96, 0.7))]
    assert coco_map(samples) == pytest.approx((51 + 50 * 2 / 3) / 101)
    assert coco_map([top_query(sample) for sample in samples]) == 1.0


def test_more_queries_change_cocos_map_and_not_the_papers() -> None:
    lucky = [queries((0.1, 0.9), (0.97, 0.5)), queries((0.97, 0.9), (0.0, 0.1))]
    top = [top_query(sample) for sample in lucky]
    assert coco_map(lucky) > coco_map(top)
    assert single_mask_map(torch.cat([sample.ious for sample in top])) == 0.5


def test_coco_map_agrees_with_pycocotools() -> None:
    # pycocotools 2.0.11 printed this for true masks of 1,000 pixels in a row and candidates that cover the first few.
    generator = np.random.default_rng(3)
    samples = []
    for _ in range(40):
        covered = generator.integers(300, 1001, 5)
        ious = torch.from_numpy(covered / 1000)
        samples.append(ScoredQueries(ious, ious + torch.from_numpy(generator.random(5))))
    assert coco_map(samples) == pytest.approx(0.5762363849457323, abs=1e-9)


def test_boundaries_and_f_agree_with_opencv() -> None:
    generator = np.random.default_rng(0)
    noise = cv2.GaussianBlur(generator.random((2, 120, 160)).transpose(1, 2, 0), (0, 0), 6)
    masks = torch.from_numpy((noise > noise.mean()).transpose(2, 0, 1).copy())
    ours, truth = masks[:1], masks[1:]
    radius = int(np.ceil(0.008 * np.hypot(120, 160)))
    grid = np.arange(-radius, radius + 1)
    disk = (grid[:, None] ** 2 + grid[None] ** 2 <= radius**2).astype(np.uint8)
    edges = [boundary(mask)[0].numpy().astype(np.uint8) for mask in (ours, truth)]
    grown = [cv2.dilate(edge, disk) for edge in edges]
    precision = (edges[0] & grown[1]).sum() / edges[0].sum()
    recalled = (edges[1] & grown[0]).sum() / edges[1].sum()
    assert 0.05 < precision < 0.95
    assert float(boundary_f(ours, truth)) == pytest.approx(2 * precision * recalled / (precision + recalled))


def test_a_boundary_by_hand() -> None:
    square = boxes((1, 3, 1, 3), size=(5, 5))
    expected = torch.tensor([[1, 1, 1, 0, 0], [1, 0, 1, 0, 0], [1, 1, 1, 0, 0], [0] * 5, [0] * 5], dtype=torch.bool)
    assert torch.equal(boundary(square != 0)[0], expected)
    assert not boundary(torch.ones(1, 4, 4, dtype=torch.bool)).any()


def test_j_and_f_of_empty_masks() -> None:
    nothing, something = boxes((0, 0, 0, 0)), boxes((10, 20, 10, 20))
    assert (float(region_j(nothing, nothing)), float(boundary_f(nothing, nothing))) == (1.0, 1.0)
    assert (float(region_j(nothing, something)), float(boundary_f(nothing, something))) == (0.0, 0.0)
    assert float(boundary_f(something, nothing)) == 0.0
    near = boxes((11, 21, 10, 20))
    assert float(boundary_f(something, near)) == 1.0
    assert float(region_j(something, near)) == pytest.approx(90 / 110)


def test_recall_and_decay_by_hand() -> None:
    falling = torch.tensor([1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3])
    assert recall(falling) == 5 / 8
    assert decay(falling) == pytest.approx((1.0 + 0.9 + 0.8) / 3 - (0.5 + 0.4 + 0.3) / 3)
