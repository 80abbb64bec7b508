"""Flow, warping and consistency against motion that is known."""

from __future__ import annotations

import sys

import pytest
import torch
import torch.nn.functional as F

from lbvedit import motion
from lbvedit.errors import MissingCapabilityError


def texture(height: int = 96, width: int = 128) -> torch.Tensor:
    noise = torch.rand(1, 3, height // 6, width // 6, generator=torch.Generator().manual_seed(3))
    return F.interpolate(noise, (height, width), mode="bicubic").clamp(0, 1)[0]


@pytest.mark.parametrize("method", ["dis", "dis-fast"])
def test_flow_points_from_the_first_frame_into_the_second(method: motion.Method) -> None:
    first = texture()
    second = first.roll((-2, 4), dims=(1, 2))  # everything moves 4 to the right and 2 up
    found = motion.flow(first, second, method)
    inner = found[:, 16:-16, 16:-16]
    assert found.shape == (2, 96, 128)
    assert found.dtype == torch.float32
    assert (inner[0] - 4).abs().median() < 0.25
    assert (inner[1] + 2).abs().median() < 0.25
    restored = motion.warp(second, found)
    assert (restored - first)[:, 16:-16, 16:-16].abs().mean() < 0.02 < (second - first).abs().mean()


def test_flow_takes_bytes_gray_and_tiny_frames() -> None:
    first = (texture() * 255).to(torch.uint8)
    assert torch.equal(motion.flow(first, first.roll(3, 2)), motion.flow(first / 255, first.roll(3, 2) / 255))
    assert motion.flow(first[:1, :9, :7], first[:1, :9, :7]).shape == (2, 9, 7)


@pytest.mark.parametrize("method", ["dis", "dis-fast"])
def test_flow_does_not_depend_on_the_frames_before(method: motion.Method) -> None:
    torch.manual_seed(0)
    first, second, tiny = torch.rand(3, 64, 96), torch.rand(3, 64, 96), torch.rand(3, 160, 240)
    before = motion.flow(first, second, method)
    for size in (16, 40, 160):
        motion.flow(tiny[:, :size, :size], tiny[:, -size:, -size:], method)
    assert torch.equal(motion.flow(first, second, method), before)


def test_flow_refuses_frames_of_two_sizes() -> None:
    with pytest.raises(ValueError, match="differ in shape"):
        motion.flow(texture(), texture(90))


def test_warp_by_whole_pixels_is_exact_and_holds_the_border() -> None:
    image = torch.arange(12.0).reshape(1, 3, 4)
    right = torch.stack((torch.ones(3, 4), torch.zeros(3, 4)))
    expected = torch.tensor([[1.0, 2, 3, 3], [5, 6, 7, 7], [9, 10, 11, 11]])
    assert torch.allclose(motion.warp(image, right)[0], expected, atol=1e-5)
    batch = motion.warp(image[None].repeat(2, 1, 1, 1), right)
    assert batch.shape == (2, 1, 3, 4)
    assert torch.equal(batch[0], batch[1])


def test_consistency_drops_what_is_covered_and_what_leaves() -> None:
    forward = torch.zeros(2, 20, 30)
    backward = torch.zeros(2, 20, 30)
    forward[0, :, 25:] = 8  # leaves on the right
    backward[1, 5:10, 5:10] = 6  # comes from elsewhere
    kept = motion.consistent(forward, backward)
    assert not kept[:, 25:].any()
    assert not kept[5:10, 5:10].any()
    assert kept[12:, :25].all()


def test_raft_without_torchvision_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision.models.optical_flow", None)
    motion.has_raft.cache_clear()
    with pytest.raises(MissingCapabilityError) as caught:
        motion.flow(texture(), texture(), "raft")
    assert "raft" in caught.value.hint
    motion.has_raft.cache_clear()
