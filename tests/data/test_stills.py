import numpy as np
import pytest
import torch

from lbvedit.data.stills import Figure, Motion, animate, fill_hole, similarity
from lbvedit.motion import warp


def smooth(rng, size):
    coarse = torch.from_numpy(rng.random((1, 3, 8, 8))).float()
    image = torch.nn.functional.interpolate(coarse, (size, size), mode="bicubic").clamp(0, 1)
    return (image[0].permute(1, 2, 0) * 255).byte().numpy()


@pytest.fixture
def clip():
    rng = np.random.default_rng(0)
    ground, figure = smooth(rng, 96), smooth(rng, 96)
    mask = np.zeros((96, 96), bool)
    mask[30:70, 20:50] = True
    labels = np.full((96, 96), 7, np.uint8)
    figures = [Figure(figure, mask, Motion(5, -2, 0.03, 0.04))]
    return animate(ground, labels, np.eye(3), figures, Motion(-3, 1, 0.02, 0.01), 96, frames=4)


def test_warping_along_the_flow_gives_the_frame_before(clip):
    back = warp(clip.frames[1:].float(), clip.flow[:-1])
    owner = warp(clip.owners[1:, None].float(), clip.flow[:-1])[:, 0]
    visible = (owner - clip.owners[:-1]).abs() < 1e-3
    inside = torch.zeros_like(visible)
    inside[:, 12:-12, 12:-12] = True
    error = (back - clip.frames[:-1].float()).abs().mean(dim=1)
    assert float(error[visible & inside].mean()) < 1.5
    still = (clip.frames[1:].float() - clip.frames[:-1].float()).abs().mean(dim=1)
    assert float(still[visible & inside].mean()) > 4 * float(error[visible & inside].mean())


def test_figure_and_ground_move_independently(clip):
    on_figure, on_ground = clip.flow[1, :, 50, 35], clip.flow[1, :, 80, 80]
    assert float(on_figure[0]) > 1
    assert float(on_ground[0]) < -1


def test_labels_move_with_the_ground_and_end_at_its_border(clip):
    assert set(torch.unique(clip.labels).tolist()) == {7, 255}


def test_a_similarity_mirrors_scales_turns_and_shifts():
    point = similarity(3, 4, 2, np.pi / 2, mirrored=True) @ [1, 0, 1]
    assert point == pytest.approx([3, 2, 1])


def test_a_hole_is_filled_from_around_it_and_the_rest_stays():
    image = np.full((40, 40, 3), 100, np.uint8)
    hole = np.zeros((40, 40), bool)
    hole[15:25, 15:25] = True
    image[hole] = 255
    filled = fill_hole(image, hole, margin=1)
    assert (filled == 100).all()
