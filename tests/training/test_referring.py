"""What is said of labelled pictures, and what a crop of one is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from lbvedit.language.lexicon import VOC_CLASSES
from lbvedit.training.mmvt import soft_jaccard
from lbvedit.training.pictures import Window
from lbvedit.training.referring import Still, moving_flow, named_kinds, references, regions, spoken

CAR, DOG = VOC_CLASSES.index("car"), VOC_CLASSES.index("dog")


@pytest.fixture
def still() -> Still:
    image, labels = torch.full((3, 64, 96), 0.5), torch.zeros(64, 96, dtype=torch.uint8)
    for label, box, color in (
        (CAR, np.s_[10:30, 5:30], (0.9, 0.1, 0.1)),
        (CAR, np.s_[30:55, 60:90], (0.1, 0.2, 0.9)),
        (DOG, np.s_[40:60, 10:25], (0.05, 0.05, 0.05)),
    ):
        labels[box] = label
        image[:, box[0], box[1]] = torch.tensor(color)[:, None, None]
    return Still(image, labels)


def test_regions_know_their_kind_color_and_place(still: Still) -> None:
    found = [(region.thing.kind, region.thing.color, region.thing.x < 0.5) for region in regions(still)]
    assert sorted(found) == [("car", "blue", False), ("car", "red", True), ("dog", "black", True)]


def test_every_true_expression_has_the_mask_that_it_says(still: Still) -> None:
    rng = np.random.default_rng(0)
    found = regions(still)
    said = [reference for _ in range(60) for reference in references(still, found, 4, rng, absent=0.0)]
    red, dog = said_masks = [still.labels == CAR, still.labels == DOG]
    for reference in said:
        words = set(reference.expression.split())
        assert reference.mask.any(), reference.expression
        assert not (reference.mask & (still.labels == 0)).any()
        if "red" in words and reference.kinds == {"car"}:
            assert not reference.mask[:, 48:].any()
        if reference.kinds == {"dog"}:
            assert torch.equal(reference.mask, dog)
        assert not (reference.mask & reference.doubtful).any()
    assert len({reference.expression for reference in said}) > 40
    assert red.any()
    assert said_masks


def test_a_false_expression_has_an_empty_mask(still: Still) -> None:
    rng = np.random.default_rng(0)
    assert not any(r.mask.any() for r in references(still, regions(still), 50, rng, absent=1.0))


def test_regions_are_set_in_motion_the_way_they_are_told(still: Still) -> None:
    moved = 0
    for seed in range(20):
        flow, told = moving_flow(regions(still), (64, 96), np.random.default_rng(seed))
        ground = flow[:, still.labels == 0].median(dim=1).values
        for region in told:
            x, y = (flow[:, region.mask].median(dim=1).values - ground).tolist()
            if region.thing.motion in ("left", "right"):
                assert (x > 0) == (region.thing.motion == "right")
                assert abs(x) > abs(y)
                moved += 1
    assert moved > 10


def test_words_mean_their_kinds() -> None:
    assert named_kinds("a man on a dirt bike") == {"person"}
    assert named_kinds("an elephant") == frozenset()
    rng = np.random.default_rng(0)
    for _ in range(50):
        expression, kinds = spoken(rng)
        assert expression
        assert kinds == named_kinds(expression) or len(kinds) > 1 or " and " in expression


def test_a_window_is_cut_where_it_says() -> None:
    image = torch.arange(40.0).expand(1, 1, 30, 40)
    window = Window((20, 15), (16, 16))
    grid = window.grid(30, 40, 16)
    cut = F.grid_sample(image, grid, align_corners=False)[0, 0]
    torch.testing.assert_close(cut[8], torch.arange(12.0, 28.0), atol=1e-4, rtol=0)
    mirrored = F.grid_sample(image, replace(window, mirrored=True).grid(30, 40, 16), align_corners=False)[0, 0]
    torch.testing.assert_close(mirrored, cut.flip(-1), atol=1e-4, rtol=0)


def test_soft_jaccard_of_a_sure_answer_is_one_minus_its_iou() -> None:
    truth, said = torch.zeros(2, 1, 10, 10), torch.zeros(2, 1, 10, 10)
    truth[0, :, :5], said[0, :, 2:7] = 1, 1
    loss = soft_jaccard((said - 0.5) * 100, truth, torch.ones_like(truth))
    assert float(loss) == pytest.approx(1 - 31 / 71, abs=1e-3)  # one is added to both; the empty mask is left out
