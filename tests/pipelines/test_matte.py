"""Mattes: drawn to the picture's edges, exact at both ends, and steadied along the motion."""

from __future__ import annotations

import torch

from lbvedit.pipelines.matte import MatteRefiner, box_of


def disc(x: float, radius: float) -> torch.Tensor:
    rows, columns = torch.meshgrid(torch.arange(96), torch.arange(128), indexing="ij")
    return (rows - 48) ** 2 + (columns - x) ** 2 < radius**2


def picture(inside: torch.Tensor) -> torch.Tensor:
    return torch.where(inside, 220, 60).to(torch.uint8).expand(3, -1, -1).clone()


def mask(inside: torch.Tensor) -> torch.Tensor:
    return inside[None, None].to(torch.uint8) * 255


def test_a_coarse_mask_is_drawn_to_the_edge_of_the_picture() -> None:
    thing, coarse = disc(60, 25), disc(61.5, 26)
    frames = picture(thing)[None]
    refined, plain = (
        MatteRefiner(feather_px=0, refine=refine)(mask(coarse), frames, None)[0, 0].float() / 255
        for refine in (True, False)
    )
    missed = [float((matte - thing.float()).abs().sum()) for matte in (refined, plain)]
    assert missed[0] < 0.75 * missed[1]
    assert refined[disc(60, 20)].min() == 1
    assert refined[~disc(60, 36)].max() == 0


def test_a_mask_that_trembles_gives_a_matte_that_trembles_less() -> None:
    thing = disc(60, 25)
    frames = picture(thing).expand(6, -1, -1, -1).contiguous()
    masks = torch.cat([mask(disc(60, 25 + t % 2)) for t in range(6)])

    def restlessness(refiner: MatteRefiner) -> float:
        return float(refiner(masks, frames, None).float().diff(dim=0).abs().mean())

    refiner = MatteRefiner(refine=False, steadiness=0.5)
    assert restlessness(refiner) < 0.8 * restlessness(refiner.each_alone())


def test_windows_go_on_where_the_last_one_ended() -> None:
    frames = torch.stack([picture(disc(50 + 3 * t, 20)) for t in range(4)])
    masks = torch.cat([mask(disc(50 + 3 * t, 20 + t % 2)) for t in range(4)])
    whole = MatteRefiner()(masks, frames, None)
    first = MatteRefiner()(masks[:2], frames[:2], None)
    second = MatteRefiner()(masks[2:], frames[2:], (frames[1], first[1]))
    assert torch.equal(torch.cat((first, second)), whole)


def test_the_box_holds_the_target_and_nothing_has_none() -> None:
    assert box_of(mask(disc(60, 5)), margin=3, grid=4) == (slice(40, 56), slice(52, 68))
    assert box_of(torch.zeros(1, 1, 8, 8, dtype=torch.uint8)) is None


def test_a_wide_feather_runs_out_without_a_step() -> None:
    square = torch.zeros(200, 260, dtype=torch.bool)
    square[70:130, 90:170] = True
    matte = MatteRefiner(feather_px=15, refine=False, steadiness=0)(mask(square), picture(square)[None], None)[0, 0]
    assert matte.float().diff(dim=0).abs().max() < 12
    assert matte.float().diff(dim=1).abs().max() < 12
