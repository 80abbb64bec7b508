"""The 3D ResNet: what it computes and what it must not see."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from lbvedit.systems.m3l.features import CausalConv3d, FrameResNet


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
