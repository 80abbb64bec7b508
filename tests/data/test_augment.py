import pytest
import torch

from lbvedit.data.actors import Actors
from lbvedit.data.world.augment import augment, defocus, expose, sensor_noise, shake


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def spot(size=33):
    light = torch.zeros(2, 1, 3, size, size)
    light[..., size // 2, size // 2] = 1.0
    return light


def deviations(light):
    """Standard deviations of a spot along x and y, of its first plane."""
    plane = light[0, 0]
    at = torch.arange(plane.shape[-1]) - plane.shape[-1] // 2
    return [float((plane.sum(axis) * at**2).sum().sqrt()) for axis in (0, 1)]


def test_a_stop_doubles_the_light_and_the_exposure_drifts_about_its_middle():
    light = torch.full((2, 3, 3, 2, 2), 0.1)
    exposed = expose(light, torch.tensor([1.0, 0.0]), torch.tensor([0.0, 2.0]))
    assert exposed[0].unique().tolist() == pytest.approx([0.2])
    assert exposed[1, :, 0, 0, 0].tolist() == pytest.approx([0.05, 0.1, 0.2])


def test_each_clip_is_blurred_by_its_own_lens():
    blurred = defocus(spot(), torch.tensor([2.0, 0.0]))
    assert deviations(blurred[0]) == pytest.approx([2.0, 2.0], rel=0.06)
    assert torch.equal(blurred[1], spot()[1])
    assert float(blurred.sum()) == pytest.approx(6.0, rel=1e-4)


def test_a_shake_smears_along_its_line():
    smeared = shake(spot(), torch.tensor([9.0, 9.0]), torch.tensor([0.0, torch.pi / 2]))
    along, across = deviations(smeared[0])
    assert along == pytest.approx(9 / 12**0.5, rel=0.1)
    assert across < 0.5
    assert torch.allclose(smeared[1], smeared[0].transpose(-1, -2), atol=1e-6)


def test_noise_grows_with_light():
    shown = torch.tensor([0.0, 1.0])[None, :, None, None, None].expand(1, 2, 3, 60, 60)
    noise = sensor_noise(shown, torch.tensor([0.03]), torch.tensor([0.04]), seeded()) - shown
    assert float(noise[0, 0].std()) == pytest.approx(0.03, rel=0.03)
    assert float(noise[0, 1].std()) == pytest.approx(0.05, rel=0.03)


def test_faults_are_a_function_of_the_generator_and_zero_has_none():
    clips = torch.randint(256, (3, 2, 3, 24, 24), generator=seeded(), dtype=torch.uint8)
    first, again, other = (augment(clips, seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(augment(clips, seeded(), 0.0), clips)
    assert first.dtype == torch.uint8


def test_actors_have_faults_in_training_alone():
    plain, faulty = (Actors("train", size=1, frames=1, side=48, samples=1, faults=amount)[0] for amount in (0.0, None))
    assert not torch.equal(plain["frames"], faulty["frames"])
    assert torch.equal(plain["flow"], faulty["flow"])
    assert torch.equal(plain["mask"], faulty["mask"])
    exact, usual = (Actors("test", size=1, frames=1, side=48, samples=1, faults=amount)[0] for amount in (0.0, None))
    assert torch.equal(exact["frames"], usual["frames"])
