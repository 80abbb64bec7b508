"""Sprites: cut out or painted once, moved exactly, laid over one another, and led while they learn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.systems.m3l.test_model import TINY, batch
from torch import Tensor

from lbvedit.data.mnist import trajectory
from lbvedit.systems.m3l import M3L, Past
from lbvedit.systems.m3l.animation import Motion, SpritePainter
from lbvedit.systems.m3l.sprites import FAR, Sprites, composed, resting, shifted, walled
from lbvedit.systems.m3l.sprites import led as led_along

LED = replace(TINY, layers=1, copy_gate=False, warp_gate=False, sprites=2)


def led() -> M3L:
    torch.manual_seed(0)
    model = M3L(LED).eval()
    assert model.generator.motion is not None
    torch.nn.init.normal_(model.generator.motion.tell[-1].weight)  # so that they go somewhere
    return model


def test_whole_pixels_are_moved_exactly_and_nothing_comes_in() -> None:
    picture = torch.rand(1, 4, 5, 7)
    moved = shifted(picture, torch.tensor([[2.0, -1.0]]))
    assert torch.allclose(moved[..., :4, 2:], picture[..., 1:, :5], atol=1e-5)
    assert moved[..., 4, :].abs().max() < 1e-5
    assert moved[..., :2].abs().max() < 1e-5


def test_a_shift_has_as_many_axes_as_wanted_and_a_gradient() -> None:
    pictures, offsets = torch.rand(2, 3, 2, 4, 6, 6), torch.zeros(2, 3, 2, 2, requires_grad=True)
    moved = shifted(pictures, offsets)
    assert moved.shape == pictures.shape
    moved[..., 0, :].sum().backward()
    assert offsets.grad is not None
    assert offsets.grad.any()


def test_the_last_sprite_is_on_top() -> None:
    below = torch.full((3, 1, 1), -1.0)
    red, half_blue = torch.tensor([1.0, -1.0, -1.0, 1.0]), torch.tensor([-0.5, -0.5, 0.5, 0.5])
    seen = composed(torch.stack((red, half_blue))[..., None, None], below)
    assert seen.flatten().tolist() == [0.0, -1.0, 0.0]  # half of red's 1, and half of blue


def test_a_cut_out_over_its_ground_is_the_source() -> None:
    painter = SpritePainter(4, 1)
    last = painter.look[-1]
    with torch.no_grad():
        last.weight.zero_()
        last.bias.copy_(torch.tensor([0.0, 0.0, 0.0, 0.0, 99.0, 99.0]))  # its thing is everything, and is cut out
    source = torch.full((1, 1, 3, 6, 6), -1.0)
    source[:, :, :, 2:4, 2:5] = torch.rand(1, 1, 3, 2, 3)
    picture = painter(torch.randn(1, 4, 6, 6), source).pictures
    assert torch.allclose(composed(picture, torch.full_like(source[:, 0], -1)), source[:, 0], atol=1e-5)
    assert picture[:, :, 3, :2].eq(0).all()


@pytest.mark.parametrize("choice", range(5))
def test_a_sprite_goes_on_goes_as_its_thing_does_or_at_its_pace(choice: int) -> None:
    motion = chosen(choice, added=0.5)
    went, follows = torch.tensor([[[[3.0, -3.0], [0.0, 2.0]]], [[[1.0, -4.0], [2.0, 5.0]]]])
    still = resting(torch.zeros(1, 2, 4, 6, 6))
    sprites, things = still.moved(went), still._replace(steps=follows, speeds=2 * follows.abs())
    goes = motion(torch.randn(1, 4, 6, 6), torch.rand(1, 2, 6, 6), sprites, things)
    ways = (went, follows, 2 * follows.abs(), -2 * follows.abs(), went.sign() * 2 * follows.abs())
    assert torch.allclose(goes, 0.5 + ways[choice])


def chosen(choice: int, count: int = 2, added: float = 0.0) -> Motion:
    """What goes one of the ways, and a little more."""
    motion = Motion(4, count)
    last = motion.tell[-1]
    torch.nn.init.zeros_(last.weight)
    with torch.no_grad():
        last.bias.copy_(torch.tensor([added, *(99.0 * (number == choice) for number in range(5))]))
    return motion


@pytest.mark.parametrize("seen", ["both", "low", "high"])
def test_a_sprite_turns_back_where_its_thing_does(seen: str) -> None:
    motion = chosen(4, count=1)
    with torch.no_grad():
        motion.room.fill_(36 / 8)
    true = [trajectory((9, 20), direction, speed, 40) for direction, speed in ((0, 3), (3, 3))]
    paths = torch.tensor(np.stack(true, axis=1)).float()
    source = sent(paths[:, :1])
    assert source.walls[0, 0, 0].tolist() == [[-9, 27], [-20, 16]]
    walls = source.walls[:, 0].clone()
    if seen != "both":
        walls[..., int(seen == "low")] = resting(source.pictures).walls[..., int(seen == "low")]
    sprites = resting(source.pictures).moved((paths[1] - paths[0])[None, 1:])
    for number in range(2, 40):
        things = source._replace(speeds=source.speeds[:, number], steps=source.steps[:, number], walls=walls)
        goes = motion(torch.zeros(1, 4, 6, 6), torch.ones(1, 1, 6, 6), sprites, things)
        sprites = sprites.moved(motion.whole(goes, sprites, things))
        assert torch.equal(sprites.offsets[0, 0], paths[number, 1] - paths[0, 1])


def test_how_far_apart_walls_are_is_learnt_where_one_is_seen() -> None:
    motion, path = chosen(4, count=1), torch.tensor(trajectory((9, 20), 0, 3, 12)).float()[:, None]
    things = sent(path)
    assert things.walls[..., 1].gt(FAR).all()
    before = (
        resting(things.pictures).moved(torch.tensor([[[3.0, 3.0]]]))._replace(offsets=torch.tensor([[[26.0, 14.0]]]))
    )
    last = things._replace(speeds=things.speeds[:, -1], steps=things.steps[:, -1], walls=things.walls[:, -1])
    motion(torch.zeros(1, 4, 6, 6), torch.ones(1, 1, 6, 6), before, last).sum().backward()
    assert motion.room.grad


def sent(paths: Tensor) -> Sprites:
    """Sprites of which nothing is seen on paths ``(T, K, 2)``, with their walls."""
    steps = paths.diff(dim=0, prepend=paths[:1])[None]
    return walled(led_along(torch.zeros(1, paths.shape[1], 4, 6, 6), steps))


def test_what_turned_back_nowhere_has_no_walls() -> None:
    line = sent(torch.arange(5.0)[:, None, None] * torch.tensor([2.0, 0.0]))
    assert line.walls[..., 0].lt(-FAR).all()
    assert line.walls[..., 1].gt(FAR).all()
    assert sent(torch.zeros(1, 1, 2)).walls.abs().gt(FAR).all()


def test_a_moment_astray_is_no_wall() -> None:
    path = torch.tensor(trajectory((9, 20), 0, 3, 40)).float()[:, None]
    astray = path.clone()
    astray[20] += torch.tensor([-4.0, 5.0])
    assert torch.equal(sent(astray).walls, sent(path).walls)


def test_motion_knows_where_a_sprite_is_along_either_axis_alike() -> None:
    torch.manual_seed(0)
    motion = Motion(4, 1)
    with torch.no_grad():
        motion.tell[0].weight[:, -3:-1] = 0  # which axis it is
    x, still = torch.zeros(1, 4, 16, 16), resting(torch.zeros(1, 1, 4, 16, 16))
    seen = []
    for row, column in ((3, 9), (9, 3)):
        opacity = torch.zeros(1, 1, 16, 16)
        opacity[:, :, row : row + 2, column : column + 2] = 1
        seen.append(motion(x, opacity, still, still))
    assert not torch.allclose(seen[0][..., 0], seen[0][..., 1])
    assert torch.allclose(seen[0], seen[1].flip(2), atol=1e-5)


def test_frame_by_frame_is_being_led_by_its_own_steps() -> None:
    model, (source, _, ids, present) = led(), batch(H=8, W=8)
    text, past = model.read(ids, present), Past()
    frames, steps = [], []
    for frame in model.edit(source, text, past=past):
        assert past.sprites is not None
        frames.append(frame)
        steps.append(past.sprites.steps)
    edited, own = torch.stack(frames, dim=1), torch.stack(steps, dim=1)
    assert own[:, 1:].any()
    assert own.eq(own.round()).all()
    with torch.no_grad():
        again = model.paint(model.encode(source, text), source, edited, text, own)
    assert torch.allclose(again.frames, edited, atol=1e-4)


def test_an_edit_goes_on_with_its_sprites() -> None:
    model, (source, _, ids, present) = led(), batch(H=8, W=8)
    text, past = model.read(ids, present), Past()
    whole = torch.stack(list(model.edit(source, text)), dim=1)
    first = [next(model.edit(source, text, past=past))]
    rest = list(model.edit(source, text, past=Past(torch.stack(first, dim=1), past.sprites, past.things)))
    assert torch.allclose(torch.stack(first + rest, dim=1), whole, atol=1e-5)


def test_everything_learns_and_nothing_learns_unled() -> None:
    model, (source, target, ids, present) = led().train(), batch(H=8, W=8)
    text = model.read(ids, present)
    with pytest.raises(ValueError, match="true steps"):
        model(source, target, text)
    steps = torch.ones(*source.shape[:2], 2, 2)
    steps[:, 0] = 0
    model.paint(model.encode(source, text), source, target, text, steps).frames.square().sum().backward()
    generator = model.generator
    assert generator.sprites is not None
    assert generator.motion is not None
    for part in (generator.sprites, generator.motion):
        for name, each in part.named_parameters():
            assert name == "room" or (each.grad is not None and each.grad.any())
