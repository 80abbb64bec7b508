from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from lbvedit.pipelines.colorcut import cut_by_color

H, W = 96, 128


@pytest.fixture
def frame() -> Tensor:
    """A red square on green, with a little noise."""
    noise = 0.05 * torch.rand(3, H, W, generator=torch.Generator().manual_seed(0))
    picture = torch.tensor([0.1, 0.6, 0.2])[:, None, None].expand(3, H, W).clone()
    picture[:, 30:70, 40:90] = torch.tensor([0.7, 0.1, 0.1])[:, None, None]
    return picture + noise


def truth() -> Tensor:
    inside = torch.zeros(H, W, dtype=torch.bool)
    inside[30:70, 40:90] = True
    return inside


def blurred(grown: int = 0) -> Tensor:
    """What a coarse model sees of it: soft, and too large or too small by some pixels."""
    box = torch.zeros(1, 1, H, W)
    box[..., 30 - grown : 70 + grown, 40 - grown : 90 + grown] = 1
    return F.avg_pool2d(F.avg_pool2d(box, 11, 1, 5), 11, 1, 5)[0, 0]


def iou(one: Tensor, other: Tensor) -> float:
    return float((one & other).sum() / (one | other).sum())


@pytest.mark.parametrize("grown", [-2, 0, 6])
@pytest.mark.parametrize("threshold", [0.5, 0.75])
def test_the_edge_goes_to_where_colours_part(frame: Tensor, grown: int, threshold: float) -> None:
    coarse = blurred(grown)
    cut = cut_by_color(frame, coarse, threshold)
    assert iou(cut >= threshold, truth()) > 0.95
    assert iou(coarse >= threshold, truth()) < iou(cut >= threshold, truth())
    assert cut.min() >= 0
    assert cut.max() <= 1


def test_what_is_far_from_the_thing_stays_outside(frame: Tensor) -> None:
    frame[:, 5:15, 100:120] = frame[:, 40:50, 50:70]  # the same red elsewhere
    assert not (cut_by_color(frame, blurred(), 0.75)[:20, 95:] >= 0.75).any()


def test_the_same_frame_gives_the_same_cut_whenever_it_comes(frame: Tensor) -> None:
    first = cut_by_color(frame, blurred(3), 0.75)
    cut_by_color(frame.flip(-1), blurred(3).flip(-1), 0.75)
    assert torch.equal(cut_by_color(frame, blurred(3), 0.75), first)


def test_a_cut_that_went_astray_is_not_taken(frame: Tensor) -> None:
    alike = torch.full_like(frame, 0.5)  # nothing to cut along
    coarse = blurred(-6)
    assert iou(cut_by_color(alike, coarse, 0.75) >= 0.75, coarse >= 0.75) >= 0.2


def test_next_to_nothing_is_left_as_it_is(frame: Tensor) -> None:
    speck = torch.zeros(H, W)
    speck[10:12, 10:12] = 1
    for probability in (speck, torch.ones(H, W)):
        assert torch.equal(cut_by_color(frame, probability, 0.75), probability)
