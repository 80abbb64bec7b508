"""The 3D ResNet and the generator: what they compute and what they must not see."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from lbvedit.motion import warp
from lbvedit.systems.m3l.features import CausalConv3d, FrameResNet, Generator, SelfAttention2d


@pytest.mark.parametrize("kernel_t", [1, 3])
@pytest.mark.parametrize("stride", [1, 2])
def test_stacked_convolution_is_a_causal_3d_one(kernel_t: int, stride: int) -> None:
    torch.manual_seed(0)
    layer = CausalConv3d(2, 5, kernel_t, stride)
    x = torch.randn(2, 4, 2, 6, 8)
    weight = layer.conv.weight.unflatten(1, (kernel_t, 2)).transpose(1, 2)  # (out, in, t, 3, 3)
    padded = F.pad(x.transpose(1, 2), (0, 0, 0, 0, kernel_t - 1, 0))
    expected = F.conv3d(padded, weight, layer.conv.bias, stride=(1, stride, stride), padding=(0, 1, 1))
    assert torch.allclose(layer(x), expected.transpose(1, 2), atol=1e-5)


def test_features_come_in_pieces() -> None:
    torch.manual_seed(0)
    resnet = FrameResNet((4, 8), (1, 2), 3).eval()
    frames = torch.randn(1, 7, 3, 8, 8)
    whole = resnet(frames)
    assert whole.shape == (1, 7, 8, 4, 4)
    cache: dict[str, torch.Tensor] = {}
    pieces = [resnet(piece, cache) for piece in frames.split([1, 3, 2, 1], dim=1)]
    assert torch.allclose(torch.cat(pieces, dim=1), whole, atol=1e-5)


def test_features_do_not_see_the_future() -> None:
    torch.manual_seed(0)
    resnet = FrameResNet((4, 8), (1, 2), 3).eval()
    frames = torch.randn(1, 5, 3, 8, 8)
    changed = torch.cat((frames[:, :3], torch.randn(1, 2, 3, 8, 8)), dim=1)
    assert torch.equal(resnet(frames)[:, :3], resnet(changed)[:, :3])


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
    moved, flow, _, copied = generator(torch.randn(1, 1, 8, 4, 4), source, previous)
    assert copied is not None
    assert copied.shape == (1, 1, 1, 8, 8)
    assert copied.max() < 1e-6
    expected = torch.zeros_like(moved)
    expected[..., 4, 2] = 1.0  # a pixel looks one to its right and two up
    assert torch.allclose(moved, expected, atol=1e-5)
    assert torch.allclose(flow, torch.tensor([1.0, -2.0])[:, None, None].expand(1, 1, 2, 8, 8))


def test_whole_pixels_stay_sharp_and_the_flow_still_learns() -> None:
    generator = Generator((4, 8), (1, 2), copy_gate=False, warp_gate=True, whole_pixels=True)
    previous = torch.rand(1, 1, 3, 8, 8)
    assert generator.flow is not None
    with torch.no_grad():
        for layer in (generator.out, generator.flow):
            layer.weight.zero_()
        generator.out.bias.copy_(torch.tensor([0.0, 0.0, 0.0, 99.0]))
        generator.flow.bias.copy_(torch.atanh(torch.tensor([0.6, 0.3]) / Generator.FARTHEST_PX))
    moved, *_ = generator(torch.randn(1, 1, 8, 4, 4), previous, previous, first=False)
    assert torch.allclose(moved[..., :-1], previous[..., 1:], atol=1e-6)  # 0.6 is a pixel, 0.3 none
    moved[..., 3, 3].sum().backward()
    assert generator.flow.bias.grad is not None
    assert (generator.flow.bias.grad != 0).all()


def test_a_window_makes_what_stands_out_lead_its_surroundings() -> None:
    generator = Generator((4, 8), (1, 2), copy_gate=False, warp_gate=True, flow_window=5)
    previous = torch.full((1, 3, 9, 9), -1.0)
    previous[..., 4, 4] = 1.0  # one bright pixel, which does not move
    flow = torch.full((1, 2, 9, 9), 3.0)
    flow[..., 4, 4] = 0.0
    together = generator._together(previous, flow)
    assert together[0, 0, 2, 6] < 0.1  # in its window
    assert together[0, 0, 1, 4] == pytest.approx(3.0)  # out of it


def test_the_first_frame_of_a_clip_may_bend_what_it_moves() -> None:
    generator = Generator((4, 8), (1, 2), copy_gate=False, warp_gate=True, whole_pixels=True, flow_window=3)
    previous, flow = torch.rand(4, 3, 8, 8), torch.rand(4, 2, 8, 8)
    kept, moved = generator._carried(previous, flow, 2)  # two clips of two frames
    assert torch.equal(kept[::2], flow[::2])
    assert torch.equal(moved[::2], warp(previous[::2], flow[::2]))
    assert not torch.equal(kept[1::2], flow[1::2])
    assert torch.equal(generator._carried(previous, flow, 0)[0][1::2], kept[1::2])


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


def test_retouching_begins_with_nothing_and_then_sees_single_pixels_of_the_source() -> None:
    torch.manual_seed(0)
    generator = Generator((4, 8), (2, 2), copy_gate=True, retouch=True)
    d, dark = torch.randn(1, 1, 8, 4, 4), torch.full((1, 1, 3, 16, 16), -1.0)
    spotted = dark.clone()
    spotted[..., 5, 6] = 1.0
    assert generator.retouch is not None
    x = torch.randn(1, 4, 16, 16)
    assert not generator.retouch(x, dark[0], None).any()
    torch.nn.init.normal_(generator.retouch.out.weight)
    assert generator.retouch(x, dark[0], None).any()
    plain, seen = (generator(d, source, source).frames for source in (dark, spotted))
    assert not torch.allclose(plain[..., 4:7, 5:8], seen[..., 4:7, 5:8])
