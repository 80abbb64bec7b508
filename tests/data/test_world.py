import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from lbvedit.data import world
from lbvedit.data.world.actions import ACTIONS, DIRECTIONS, KIND_ACTIONS, Act, perform
from lbvedit.data.world.actors import ACTORS
from lbvedit.data.world.augment import augment
from lbvedit.data.world.camera import look_at
from lbvedit.data.world.render import render
from lbvedit.data.world.scene import Body, Ground, Light, Primitive, Scene
from lbvedit.data.world.shapes import Shape
from lbvedit.data.world.stage import Actor, Stage, draw_stage
from lbvedit.data.world.workshop import COLORS, turned
from lbvedit.motion import warp

SIDE = 96


def place(x, y, z, scale=1.0):
    matrix = np.diag([scale, scale, scale, 1.0])
    matrix[:3, 3] = x, y, z
    return matrix


def scene_of(*solids, frames=2, texture=None):
    """Solids ``(shape, params, places)`` before a level camera eight units away, under a sun right above."""
    bodies = tuple(
        Body(number, (Primitive(shape, params, (0.8, 0.1, 0.1)),), np.broadcast_to(places, (frames + 1, 4, 4))[:, None])
        for number, (shape, params, places) in enumerate(solids, start=1)
    )
    camera = look_at(np.array([0.0, -8.0, 1.0]), np.array([0.0, 0.0, 1.0]), 1.0, frames)
    ground = Ground(np.full((4, 4, 3), 0.4, np.float32) if texture is None else texture)
    return Scene(bodies, camera, Light((0.0, 0.0, 1.0)), ground, frames)


def test_a_sphere_covers_what_geometry_says():
    clip = render([scene_of((Shape.ELLIPSOID, (0.0,) * 4, place(0, 0, 1)))], SIDE, SIDE)[0]
    radius = SIDE / np.sqrt(8**2 - 1)  # tangent cone of a unit sphere at distance 8
    assert float(clip.masks[0, 0].sum()) == pytest.approx(np.pi * radius**2, rel=0.03)
    assert float(clip.depth[0, 0, SIDE // 2, SIDE // 2]) == pytest.approx(7.0, abs=0.01)


@pytest.mark.parametrize(
    ("shape", "params", "width", "height"),
    [
        (Shape.BOX, (1.0, 0.01, 0.5, 0.01), 2.0, 1.0),
        (Shape.CAPSULE, (0.5, 0.4, 0.0, 0.0), 0.8, 1.8),
        (Shape.FRUSTUM, (1.0, 0.0, 0.0, 0.0), 2.0, 2.0),
    ],
)
def test_other_primitives_have_their_measures(shape, params, width, height):
    clip = render([scene_of((shape, params, place(0, 0, 2)))], SIDE, SIDE)[0]
    rows, columns = torch.nonzero(clip.masks[0, 0], as_tuple=True)
    near = SIDE / 8.0
    assert float(columns.max() - columns.min() + 1) == pytest.approx(width * near, abs=3)
    assert float(rows.max() - rows.min() + 1) == pytest.approx(height * near, abs=5)


def test_a_cone_is_a_triangle_and_a_ring_has_a_hole():
    cone = render([scene_of((Shape.FRUSTUM, (0.0,) * 4, place(0, 0, 1)))], SIDE, SIDE)[0].masks[0, 0]
    widths = cone.sum(dim=1)[cone.any(dim=1)]
    assert (widths[1:-3] >= widths[:-4] - 1).all()
    ring = place(0, 0, 1) @ turned(0, np.pi / 2) @ np.diag([1, 1, 0.1, 1])
    seen = render([scene_of((Shape.FRUSTUM, (1.0, 0.7, 0.0, 0.0), ring))], SIDE, SIDE)[0].masks[0, 0]
    assert not seen[SIDE // 2, SIDE // 2]
    assert seen[SIDE // 2].any()


def test_the_nearer_solid_hides_the_farther():
    solids = [(Shape.ELLIPSOID, (0.0,) * 4, place(0, y, 1, 0.5)) for y in (2, 0)]
    masks = render([scene_of(*solids)], SIDE, SIDE)[0].masks[0]
    assert masks[1, SIDE // 2, SIDE // 2]
    assert not masks[0, SIDE // 2, SIDE // 2]


def test_of_two_at_the_same_place_the_first_shows_in_any_order():
    sphere = (Shape.ELLIPSOID, (0.0,) * 4, place(0, 0, 1, 0.5))
    alone = scene_of(sphere, sphere)
    for masks in (render([alone], SIDE, SIDE)[0].masks, render([stage(5, 2).scene(), alone], SIDE, SIDE)[1].masks):
        assert masks[:, 0].any()
        assert not masks[:, 1].any()


def test_a_shadow_reaches_what_casts_it():
    box = (Shape.BOX, (0.6, 0.6, 0.6, 0.02), place(0, 0, 0.6))
    scene = scene_of(box)
    scene = replace(scene, light=Light((0.6, 0.0, 0.8)))  # the shadow falls to the left
    clip = render([scene], SIDE, SIDE)[0]
    lit = render([scene_of()], SIDE, SIDE)[0].frames[0, 0].float()
    rows, columns = torch.nonzero(clip.masks[0, 0], as_tuple=True)
    row, column = int(rows.max()) - 1, int(columns.min()) - 2
    assert float(clip.frames[0, 0, row, column]) < 0.75 * float(lit[row, column])


def test_a_wall_stands_before_what_lies_behind():
    scene = scene_of()
    wall = np.stack([np.full((8, 16), tone, np.float32) for tone in (0.7, 0.1, 0.1)], axis=-1)
    scene = replace(scene, ground=replace(scene.ground, backdrop=wall, wall=4.0, haze_at=1e4))
    clip = render([scene], SIDE, SIDE)[0]
    upper = clip.frames[0, :, : SIDE // 3].float().mean(dim=(1, 2))
    assert upper[0] > 1.5 * upper[1]
    assert float(clip.depth[0, 0, SIDE // 3, SIDE // 2]) == pytest.approx(12.0, abs=0.01)
    assert not clip.depth.isinf().any()


def test_a_solid_darkens_the_ground_below_it():
    lit = render([scene_of()], SIDE, SIDE)[0].frames[0].float()
    shaded = render([scene_of((Shape.ELLIPSOID, (0.0,) * 4, place(0, 0, 2.2, 0.6)))], SIDE, SIDE)[0]
    row = SIDE // 2 + SIDE // 8  # where the ground below the sphere is seen
    assert not shaded.masks[0, 0, row, SIDE // 2]
    assert float(shaded.frames[0, 0, row, SIDE // 2]) < 0.85 * float(lit[0, row, SIDE // 2])


def stage(number, frames=4, **options):
    return draw_stage(np.random.default_rng([7, number]), frames, **options)


def test_a_scene_is_a_function_of_its_seed():
    first, again = (render([stage(0).scene()], 64, 64)[0] for _ in range(2))
    assert torch.equal(first.frames, again.frames)
    assert torch.equal(first.flow, again.flow)
    assert not torch.equal(first.frames, render([stage(1).scene()], 64, 64)[0].frames)


def test_scenes_in_a_batch_are_as_each_alone():
    scenes = [stage(number).scene() for number in (2, 3)]
    for alone, together in zip((render([scene], 64, 64)[0] for scene in scenes), render(scenes, 64, 64), strict=True):
        assert (alone.frames.int() - together.frames.int()).abs().max() <= 1
        assert torch.equal(alone.masks, together.masks)


@pytest.mark.parametrize("number", range(3))
def test_warping_along_the_flow_gives_the_frame_before(number):
    clip = render([stage(number, least=2, moving_camera=True).scene()], SIDE, SIDE)[0]
    owner = clip.masks.float() * torch.arange(1, clip.masks.shape[1] + 1)[:, None, None]
    owner = owner.sum(dim=1, keepdim=True)
    looked_up = warp(owner[1:], clip.flow[:-1])
    visible = ((looked_up - owner[:-1]).abs() < 1e-3)[:, 0]
    visible[:, :6] = visible[:, -6:] = visible[:, :, :6] = visible[:, :, -6:] = False
    before, after = clip.frames[:-1].float(), clip.frames[1:].float()
    error = (warp(after, clip.flow[:-1]) - before).abs().mean(dim=1)[visible]
    assert float(error.median()) < 2.5
    assert float(visible.float().mean()) > 0.6


def test_an_edit_leaves_the_rest_as_it_was():
    whole = stage(4, least=3, most=3, moving_camera=False)
    less = Stage(whole.actors[:-1], whole.camera, whole.light, whole.ground, whole.frames, False, whole.exposure)
    first, second = render([whole.scene(), less.scene()], 64, 64)
    changed = (first.frames != second.frames).any(dim=1)
    assert changed[first.masks[:, -1]].float().mean() > 0.8
    assert float(changed.float().mean()) < 0.5


def test_a_close_camera_shows_everybody_larger():
    areas = []
    for close in (False, True):
        shown = [stage(number, least=3, moving_camera=False, close=close) for number in range(6)]
        masks = [clip.masks for clip in render([each.scene() for each in shown], 48, 48, samples=1, flow=False)]
        areas.append([float(mask.float().mean()) for clip in masks for mask in clip.transpose(0, 1)])
    wide, near = areas
    assert np.median(near) > 1.5 * np.median(wide)
    assert np.mean(np.array(near) > 0) >= 0.9


def test_every_kind_can_do_its_actions():
    assert len(ACTORS) == 17
    assert {action for actions in KIND_ACTIONS.values() for action in actions} == set(ACTIONS)
    assert len(ACTIONS) == 12
    rng = np.random.default_rng(0)
    seen = {(kind, Act.draw(rng, kind).action) for kind in ACTORS for _ in range(60)}
    assert seen == {(kind, action) for kind, actions in KIND_ACTIONS.items() for action in actions}


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_travelling_goes_where_it_says(direction):
    root, _ = perform(Act("fly", direction, 0.1), "bird", 1.0, (0.0, 0.0), 8)
    gone = root[7, :3, 3] - root[0, :3, 3]
    assert gone == pytest.approx(np.asarray(DIRECTIONS[direction]) * 0.7)


def test_every_actor_is_seen_in_its_color():
    for kind in ACTORS:
        color = (ACTORS[kind][2] or tuple(COLORS))[0]
        actor = Actor(kind, color, 1.0, (0.0, 0.0), Act("stand", facing=0.5), 1)
        whole = stage(0, 1)
        camera = look_at(np.array([0.0, -7.0, 2.0]), np.array([0.0, 0.0, 0.7]), 1.3, 1)
        alone = Stage((actor,), camera, whole.light, whole.ground, 1, False, 1.0)
        clip = render([alone.scene()], 64, 64, samples=1)[0]
        assert 0.004 < float(clip.masks.float().mean()) < 0.6, kind


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_cuda_shows_what_the_cpu_shows():
    scenes = [stage(number, least=3).scene() for number in range(6)]
    for near, far in zip(render(scenes, SIDE, SIDE), render(scenes, SIDE, SIDE, device="cuda"), strict=True):
        assert far.frames.device.type == "cuda"
        apart = (near.frames.int() - far.frames.cpu().int()).abs().amax(dim=1)
        assert float((apart > 2).float().mean()) <= 0.001
        assert float((near.masks != far.masks.cpu()).float().mean()) <= 0.001
        clips = near.frames[None]
        faulty, there = (augment(each, torch.Generator().manual_seed(1)) for each in (clips, clips.cuda()))
        assert (faulty.int() - there.cpu().int()).abs().max() <= 2


def test_the_world_works_where_it_is_told_to_and_never_chooses():
    for file in Path(world.__file__).parent.glob("*.py"):
        assert not re.search(r"cuda|is_available|pick_device", file.read_text()), file.name
