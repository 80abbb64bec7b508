"""Acting: where a thing is led over the floor of its own camera, and what is told of it meanwhile."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from tests.systems.m3l.test_model import batch
from tests.systems.m3l.test_places import PLACED

from lbvedit.data.world import actions
from lbvedit.systems.m3l import M3L, M3LConfig, Past, Places
from lbvedit.systems.m3l.acting import (
    ACTIONS,
    DIRECTIONS,
    ActingGenerator,
    ActingLocator,
    acted,
    gone,
    mirrored,
    pace,
    pose,
)
from lbvedit.systems.m3l.places import in_frame, on_floor

ACTING = replace(PLACED, attributes=(3, 2, len(ACTIONS), len(DIRECTIONS)), acting=True)
KNOWN = sum(ACTING.attributes)


def model() -> M3L:
    torch.manual_seed(0)
    return M3L(ACTING).eval()


def posed(action: str, direction: str = "", facing: float = 0.3, phase: float = 0.0) -> torch.Tensor:
    which = torch.tensor([ACTIONS.index(action)]), torch.tensor([DIRECTIONS.index(direction)])
    return pose(*which, torch.tensor([facing]), torch.tensor([phase]), torch.arange(20.0), 20)[0]


def test_the_words_are_those_of_the_world() -> None:
    assert ACTIONS == actions.ACTIONS
    assert ("", *actions.DIRECTIONS) == DIRECTIONS


def test_what_goes_looks_ahead_and_what_spins_turns() -> None:
    for direction, (x, y, _) in actions.DIRECTIONS.items():
        told = posed("walk", direction)
        expected = (x, y) if x or y else (math.cos(0.3), math.sin(0.3))
        assert torch.allclose(told[:, :2], torch.tensor(expected).expand(20, 2), atol=1e-6)
    turned = posed("spin")
    assert torch.atan2(turned[1, 1], turned[1, 0]) - 0.3 == pytest.approx(0.28, abs=1e-5)
    assert torch.allclose(posed("walk", phase=0.25)[0, 2:4], torch.tensor([0.0, 1.0]), atol=1e-6)
    assert torch.allclose(posed("walk")[8, 2:4], posed("walk")[0, 2:4], atol=1e-5)
    assert not torch.allclose(posed("run")[8, 2:4], posed("run")[0, 2:4], atol=1e-1)
    assert posed("fall")[:, 4].tolist() == pytest.approx([number / 19 for number in range(20)])


def test_of_what_goes_nothing_is_told() -> None:
    looks, poses = torch.eye(3), torch.ones(3, 2, 5)
    told = acted(looks, poses)
    assert told.shape == (3, 2, 8)
    assert told[0].abs().max() == 0
    assert (told[1:] != 0).any(dim=2).all()


def test_a_mirror_exchanges_left_and_right() -> None:
    told = {way: acted(torch.eye(12)[None, 5 + number], posed("walk", way)[None])
            for number, way in enumerate(DIRECTIONS)}  # fmt: skip
    for way, other in (("left", "right"), ("right", "left"), ("away", "away"), ("toward", "toward")):
        assert torch.allclose(mirrored(told[way]), told[other], atol=1e-6)
    assert torch.equal(mirrored(mirrored(told[""])), told[""])


def test_a_pace_is_how_far_a_steady_thing_goes() -> None:
    floor = torch.tensor([0.1, -0.02]) * torch.arange(7.0)[None, :, None]
    assert torch.allclose(pace(floor), torch.tensor([[2.0, -0.4]]))
    assert pace(floor[:, :1]).abs().max() == 0


def test_a_thing_passes_where_it_did_in_the_middle_and_goes_on_in_the_next_window() -> None:
    editor = model()
    locator = editor.locator
    assert isinstance(locator, ActingLocator)
    ahead = torch.tensor([2.0, 0.4])
    torch.nn.init.zeros_(locator.acts[2].weight)
    locator.acts[2].bias.data[:2] = ahead
    source, _, ids, present = batch(H=8, W=8)
    text = editor.read(ids, present)
    with torch.no_grad():
        f = editor.encode(source, text)
        told = locator.places(f, text.sentence)
        T = source.shape[1]
        step = on_floor(told.there, told.eye) - on_floor(told.here, told.eye)
        assert torch.allclose(step.diff(dim=1), (ahead / 20).expand(len(source), T - 1, 2), atol=1e-4)
        assert step.mean(dim=1).abs().max() < 1e-4
        assert told.looks is not None
        onward = locator.places(f, text.sentence, told.there[:, -1], told.looks[:, 0], moment=T - 1)
    assert torch.allclose(onward.there[:, 0], told.there[:, -1], atol=1e-5)
    assert onward.looks is not None
    assert torch.equal(onward.looks[..., :KNOWN], told.looks[:, :1, :KNOWN].expand(-1, T, -1))


@pytest.mark.parametrize("action", ["walk", "run", "spin"])
def test_a_pose_goes_on_in_the_next_window(action: str) -> None:
    editor = model()
    locator = editor.locator
    assert isinstance(locator, ActingLocator)
    source, _, ids, present = batch(H=8, W=8)
    text = editor.read(ids, present)
    first = torch.zeros(len(source), KNOWN)
    first[:, [1, 3, 5 + ACTIONS.index(action), 5 + len(ACTIONS)]] = 1.0
    whole = acted(first, posed(action, phase=0.1)[None].expand(len(source), -1, -1))
    with torch.no_grad():
        later = locator.places(editor.encode(source, text), text.sentence, looks=whole[:, 0], moment=6).looks
    assert later is not None
    assert torch.allclose(later[..., :-1], whole[:, 6 : 6 + source.shape[1], :-1], atol=1e-4)


def test_frames_come_one_by_one_and_windows_go_on() -> None:
    editor, (source, _, ids, present) = model(), batch(H=8, W=8)
    text, past = editor.read(ids, present), Past()
    first = torch.stack(list(editor.edit(source[:, :3], text, past=past)), dim=1)
    assert torch.allclose(first, editor.paint(editor.encode(source[:, :3], text), source[:, :3], first, text).frames)
    assert past.looks is not None
    assert past.there is not None
    assert past.looks.shape == (len(source), KNOWN + 5)
    onward = Past(first[:, 1:], there=past.there[:, 1:], looks=past.looks, moment=1)
    assert len(list(editor.edit(source[:, 1:], text, past=onward))) == 1
    assert torch.equal(onward.looks, past.looks)
    assert torch.allclose(onward.there[:, 0], past.there[:, 1], atol=1e-5)


def test_where_it_was_is_cleared_before_it_is_painted() -> None:
    editor, (source, _, ids, present) = model(), batch(H=8, W=8)
    close_up, text = editor.generator.close_up, editor.read(ids, present)
    assert close_up is not None
    for layer in (close_up.out, close_up.norm.told):
        torch.nn.init.normal_(layer.weight)
    seen: list[Places] = []
    close_up.register_forward_hook(lambda _, inputs, __: seen.append(inputs[1]))
    with torch.no_grad():
        editor.paint(editor.encode(source, text), source, source, text)
    assert len(seen) == 2
    cleared, painted = seen
    assert torch.equal(cleared.there, painted.here)
    assert cleared.looks is not None
    assert cleared.looks.abs().max() == 0
    assert torch.equal(gone(painted).there, cleared.there)


def test_elsewhere_frames_are_the_source_s_own() -> None:
    torch.manual_seed(0)
    generator = ActingGenerator(4).eval()
    torch.nn.init.normal_(generator.close_up.out.weight)
    source = torch.rand(1, 2, 3, 128, 128) * 2 - 1
    here, there = torch.tensor([-0.6, 0.2]).expand(1, 2, 2), torch.tensor([0.6, 0.4]).expand(1, 2, 2)
    places = Places(here, there, torch.tensor([-0.8, 2.0]).expand(1, 2, 2), torch.ones(1, 2, 9))
    with torch.no_grad():
        made = generator(source, places)
    inside = sum(generator.close_up.square(told).pasted(torch.ones(1, 2, 1, 80, 80), (128, 128))
                 for told in (places, gone(places)))  # fmt: skip
    outside = (inside == 0).expand_as(source)
    assert 0.3 < outside.float().mean() < 0.9
    assert torch.equal(made.frames[outside], source[outside])
    assert not torch.allclose(made.frames[~outside], source[~outside], atol=0.1)
    assert made.copied is not None
    assert made.copied[outside[:, :, :1]].min() == 1


def test_a_camera_is_told_by_the_rows_of_each_frame() -> None:
    locator = model().locator
    assert isinstance(locator, ActingLocator)
    f = torch.randn(2, 3, ACTING.visual_dim, 2, 4)
    eye = locator.eye(f)
    assert eye.shape == (2, 3, 2)
    assert (eye[..., 1] > 0).all()
    assert torch.allclose(locator.eye(f.flip(4)), eye, atol=1e-5)
    assert not torch.allclose(locator.eye(f.flip(3)), eye, atol=1e-4)
    places = torch.rand(2, 3, 2)
    assert torch.allclose(in_frame(on_floor(eye + places, eye), eye), eye + places, atol=1e-3)


def test_acting_takes_four_attributes() -> None:
    with pytest.raises(ValueError, match="its direction"):
        replace(ACTING, attributes=(2, 3))
    with pytest.raises(ValueError, match="horizon"):
        replace(ACTING, horizon=None)
    assert M3LConfig.from_json(ACTING.to_json()) == ACTING


def test_all_of_it_learns() -> None:
    editor, (source, target, ids, present) = model().train(), batch(H=8, W=8)
    text = editor.read(ids, present)
    f = editor.encode(source, text)
    locator = editor.locator
    assert isinstance(locator, ActingLocator)
    places = locator.places(f, text.sentence)
    acting = locator.acting(f, text.sentence, places.here, places.eye)
    loss = (editor.paint(f, source, target, text).frames - target).square().mean()
    loss = loss + locator(f, text.sentence).here.sum()
    (
        loss + locator.eye(f).sum() + acting.pace.sum() + acting.facing.sum() + sum(map(torch.sum, acting.looks))
    ).backward()
    for module in (locator.camera, locator.acts, locator.become, editor.generator.close_up):
        assert module is not None
        assert all(parameter.grad is not None for parameter in module.parameters())
