"""Things of a source: followed to the pixel, told apart, and cleared of what only passes."""

from __future__ import annotations

import torch
from torch import Tensor

from lbvedit.systems.m3l.following import cleared, followed, parted, traced
from lbvedit.systems.m3l.sprites import resting, shifted


def crossing() -> tuple[Tensor, Tensor, Tensor]:
    """A bar and a block that begin over each other and part, ``(1, 4, 3, 20, 20)``, their mattes and their paths."""
    shapes = torch.zeros(2, 20, 20)
    shapes[0, 8:10, 4:12], shapes[1, 6:12, 7:10] = 0.5, 1
    paths = torch.tensor([[[0.0, 0.0], [0.0, 0.0]], [[2.0, 0.0], [-1.0, 5.0]], [[5.0, 1.0], [-2.0, 8.0]]])
    there = shifted(shapes[None, :, None].expand(3, -1, -1, -1, -1), paths)[:, :, 0]
    frames = 2 * there.amax(dim=1) - 1
    return frames[None, :, None].expand(-1, -1, 3, -1, -1), shapes[None], paths[None]


def test_things_are_followed_to_the_pixel_and_what_is_not_there_stays() -> None:
    source, shapes, paths = crossing()
    seen = torch.stack((shapes[0, 1], torch.zeros(20, 20)))  # of the second thing there is nothing
    pictures = torch.cat((2 * seen[:, None].expand(-1, 3, -1, -1), (seen > 0)[:, None]), dim=1)[None]
    along = traced(pictures, source)
    assert torch.equal(along.offsets[0, :, 0], paths[0, :, 1])
    assert along.offsets[0, :, 1].eq(0).all()
    assert torch.equal(along.steps[0, 2, 0], paths[0, 2, 1] - paths[0, 1, 1])
    once = resting(pictures)
    assert torch.equal(once.moved(followed(once, source[:, 1])).offsets, along.offsets[:, 1])


def test_what_was_hidden_is_found_and_what_only_passes_is_left_out() -> None:
    source, shapes, paths = crossing()
    told = (shapes > 0).float()
    told[:, 0, 8:10, 7:10] = 0  # hidden under the block
    told[:, 1, 8:10, 4:7] = 0.6  # of the bar
    clear = cleared(told, source, paths)
    assert torch.allclose(clear, shapes, atol=1e-5)


def test_what_is_taken_for_another_thing_is_found_in_what_is_left() -> None:
    source, shapes, paths = crossing()
    told = 0.6 * (shapes[:, 1:] > 0).float().expand(-1, 2, -1, -1).clone()
    told[:, 1] += 0.2  # both are told to be the block, and the bar a little
    told[:, 0] += 0.3 * (shapes[:, 0] > 0)
    pictures = torch.cat((source[:, 0] + 1, torch.ones(1, 1, 20, 20)), dim=1)[:, None]
    astray = traced(told[:, :, None] * pictures, source).offsets
    assert torch.equal(astray[:, :, 0], paths[:, :, 1])
    left = parted(told, source, astray)
    assert torch.equal(left[:, 1], told[:, 1])
    assert torch.equal(traced(left[:, :, None] * pictures, source).offsets, paths)


def test_a_single_frame_clears_nothing_but_the_ground() -> None:
    source, shapes, paths = crossing()
    told = torch.rand_like(shapes)
    clear = cleared(told, source[:, :1], paths[:, :1])
    both = shapes[0].amax(dim=0) > 0
    assert clear[:, :, ~both].eq(0).all()
    assert (clear[0, 0][both] >= told[0, 0][both] * shapes[0].amax(dim=0)[both] - 1e-6).all()
