"""The generator: what it paints, carries along, copies, and sees of the source."""

from __future__ import annotations

import pytest
import torch

from lbvedit.systems.m3l.blocks import Finish, SelfAttention2d
from lbvedit.systems.m3l.generator import Generator


@pytest.mark.parametrize("strides", [(1, 2, 2), (1, 1, 2), (2, 2, 2)])
def test_generator_undoes_the_strides(strides: tuple[int, ...]) -> None:
    total = strides[0] * strides[1] * strides[2]
    generator = Generator((4, 8, 16), strides, copy_gate=False)
    source = torch.zeros(1, 2, 3, 2 * total, 3 * total)
    assert generator(torch.randn(1, 2, 16, 2, 3), source, source).frames.shape == source.shape


def test_warp_gate_carries_the_previous_frame_along_its_flow() -> None:
    generator = Generator((4, 8), (1, 2), copy_gate=True, warp_gate=True)
    source, previous = torch.zeros(1, 1, 3, 8, 8), torch.zeros(1, 1, 3, 8, 8)
    previous[..., 2, 3] = 1.0
    assert generator.flow is not None
    with torch.no_grad():
        for layer in (generator.out, generator.flow):
            layer.weight.zero_()
        generator.out.bias.copy_(torch.tensor([0.0, 0.0, 0.0, -99.0, 99.0]))  # all share to the moved frame
        generator.flow.bias.copy_(torch.atanh(torch.tensor([1.0, -2.0]) / Generator.FARTHEST_PX))
    painted = generator(torch.randn(1, 1, 8, 4, 4), source, previous)
    assert painted.copied.shape == (1, 1, 1, 8, 8)
    assert painted.copied.max() < 1e-6
    expected = torch.zeros_like(painted.frames)
    expected[..., 4, 2] = 1.0  # a pixel looks one to its right and two up
    assert torch.allclose(painted.frames, expected, atol=1e-5)


def test_self_attention_begins_as_identity() -> None:
    layer = SelfAttention2d(8)
    x = torch.randn(1, 8, 3, 3)
    assert torch.equal(layer(x), x)
    torch.nn.init.ones_(layer.gamma)
    assert not torch.allclose(layer(x), x)


def test_a_sentence_changes_what_is_painted_once_it_has_learnt_to() -> None:
    torch.manual_seed(0)
    generator = Generator((4, 8), (1, 2), copy_gate=False, sentence_dim=6)
    plain = Generator((4, 8), (1, 2), copy_gate=False)
    plain.load_state_dict(generator.state_dict(), strict=False)
    d, source, sentence = torch.randn(2, 3, 8, 4, 4), torch.zeros(2, 3, 3, 8, 8), torch.randn(2, 6)
    before = generator(d, source, source, sentence).frames
    assert torch.equal(before, plain(d, source, source).frames)  # weights without it go on as they are
    told = generator.blocks[0].norm1.told
    torch.nn.init.normal_(told.weight)
    after = generator(d, source, source, torch.stack((sentence[0], torch.zeros(6)))).frames
    assert not torch.allclose(after[0], before[0])
    assert torch.equal(after[1], before[1])


@pytest.mark.parametrize("strides", [(1, 2, 2), (2, 2, 2), (2, 1, 3)])
def test_what_a_source_shows_comes_at_every_size_that_is_passed(strides: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    stride = strides[0] * strides[1] * strides[2]
    generator = Generator((4, 8, 8), strides, copy_gate=False, skips=True, sentence_dim=6).eval()
    assert generator.skips is not None
    d, dark = torch.randn(1, 1, 8, 3, 3), torch.full((1, 1, 3, 3 * stride, 3 * stride), -1.0)
    sizes = [tuple(level.shape[1:]) for level in generator.skips(dark[0])]
    side = 3 * stride
    assert sizes == [(2, side, side), (4, side // strides[0], side // strides[0]), (8, 3 * strides[2], 3 * strides[2])]
    spotted = dark.clone()
    spotted[..., 5, 6] = 1.0
    plain, seen = (generator(d, source, source, torch.zeros(1, 6)).frames for source in (dark, spotted))
    assert not torch.allclose(plain, seen)


def test_the_finish_begins_with_nothing_and_then_sees_single_pixels() -> None:
    torch.manual_seed(0)
    finish = Finish(4, 2, 0)
    x, dark = torch.randn(1, 4, 16, 16), torch.zeros(1, 2, 16, 16)
    assert torch.equal(finish(x, dark, None), x)
    torch.nn.init.normal_(finish.mix.weight)
    spotted = dark.clone()
    spotted[..., 5, 6] = 1.0
    assert not torch.allclose(finish(x, dark, None)[..., 5, 6], finish(x, spotted, None)[..., 5, 6])
