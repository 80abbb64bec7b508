"""The finder around a real, small MMVT."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lbvedit.pipelines import finder
from lbvedit.pipelines.finder import WORLD_WEIGHTS, Finder, suited, tell_choice
from lbvedit.runtime import has_bf16
from lbvedit.systems.mmvt.config import MMVTConfig
from lbvedit.systems.mmvt.model import MMVT
from lbvedit.types import Clip, Event, Request


def _batch_norms(model: nn.Module) -> int:
    return sum(isinstance(part, nn.BatchNorm2d) for part in model.modules())


def _model() -> MMVT:
    """A small MMVT whose batch norms do something."""
    torch.manual_seed(0)
    model = MMVT(MMVTConfig.small(50)).eval()
    for part in model.modules():
        if isinstance(part, nn.BatchNorm2d):
            for tensor in (part.weight, part.bias, part.running_mean):
                assert tensor is not None
                nn.init.normal_(tensor, mean=0.2, std=0.2)
            assert part.running_var is not None
            nn.init.uniform_(part.running_var, 0.5, 2.0)
    return model


def test_folded_batch_norms_compute_the_same() -> None:
    model = _model()
    frames = torch.randn(1, 3, 64, 96)
    with torch.inference_mode():
        before = model.appearance(frames)
        there = _batch_norms(model)
        finder._fold_batch_norms(model)
        after = model.appearance(frames)
    assert _batch_norms(model) < there / 2
    for folded, plain in zip(after, before, strict=True):
        torch.testing.assert_close(folded, plain, rtol=1e-3, atol=1e-3)


def test_what_is_seen_does_not_depend_on_the_thread() -> None:
    """A worker has one core and its own optical flow; the figures are those of the caller's own thread."""
    looking = Finder(_model(), None, torch.device("cpu"), torch.float32, "tiny")  # type: ignore[arg-type]
    frames = torch.rand(4, 3, 64, 96)
    pairs = [(frames[i], frames[i + 1], frames[i - 1] if i else None) for i in range(3)]
    begun = [looking.workers.submit(looking.see, *pair) for pair in pairs]
    for pair, future in zip(pairs, begun, strict=True):
        alone, aside = looking.see(*pair), future.result()
        for one, other in zip(alone.visual.appearance, aside.visual.appearance, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)
        assert (alone.back is None) == (aside.back is None)
        assert alone.back is None or torch.equal(alone.back, aside.back)  # type: ignore[arg-type]


def test_bf16_counts_only_where_the_cpu_multiplies_it_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": False, "amx_bf16": False})
    assert not has_bf16()
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    assert has_bf16()


def test_motion_since_long_ago_is_seen_beside_that_to_the_next_frame() -> None:
    """Something went across a still scene, and rests now."""
    model = _model()
    looking = Finder(model, None, torch.device("cpu"), torch.float32, "tiny")  # type: ignore[arg-type]
    assert looking.remembered == model.config.motion_back > 1
    torch.manual_seed(1)
    scene, thing = F.interpolate(torch.rand(2, 3, 16, 24), (64, 96), mode="bicubic").clamp(0, 1)
    now, then = scene.clone(), scene.clone()
    now[:, 16:48, 48:80], then[:, 16:48, 36:68] = thing[:, :32, :32], thing[:, :32, :32]
    shown: list[torch.Tensor] = []
    assert model.motion is not None
    model.motion.register_forward_pre_hook(lambda _, inputs: shown.append(inputs[0][0]))
    for past in (then, None):
        looking.see(now, now, now, past)
    (rests, went), (_, steady) = (image.split(3) for image in shown)
    assert rests.abs().max() == steady.abs().max() == 0
    assert went[0, 24:40, 56:72].mean() > 0.2  # to the right
    assert went[0, :8].abs().mean() < 0.1


def _clips(*frames: Tensor) -> Iterator[Clip]:
    for each in frames:
        yield Clip(each, tuple(range(len(each))), Fraction(1, 24))


@pytest.mark.parametrize(("world", "model"), [(True, WORLD_WEIGHTS), (False, None)])
def test_the_world_is_given_to_the_weights_that_know_it(
    monkeypatch: pytest.MonkeyPatch, world: bool, model: str | None
) -> None:
    monkeypatch.setattr(finder, "shows_world", lambda classifier, frames: world and bool(frames.any()))
    request = Request("segment", text="the car")
    assert suited(request, _clips(torch.ones(2, 3, 8, 8).byte(), torch.zeros(2, 3, 8, 8).byte())) == replace(
        request, model=model
    )


@pytest.mark.parametrize("chosen", [{"model": "mmvt-small"}, {"commercial_ok": True}])
def test_whoever_chose_is_asked_nothing(chosen: dict[str, Any]) -> None:
    request = Request("segment", text="the car", **chosen)
    assert suited(request, _clips()) == request


def test_why_other_weights_are_used_is_said() -> None:
    looking = Finder(_model(), None, torch.device("cpu"), torch.float32, WORLD_WEIGHTS)  # type: ignore[arg-type]
    said: list[Event] = []
    for request in (Request("segment"), Request("segment", commercial_ok=True), Request("segment", model="mine")):
        tell_choice(request, looking, said.append)
    assert ["world" in event.message for event in said] == [True, False]
    assert all(WORLD_WEIGHTS in event.message for event in said)
