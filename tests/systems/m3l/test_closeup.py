"""The close-up: squares of frames that are centred on a thing, and what is painted in them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from tests.systems.m3l.test_model import TINY
from tests.systems.m3l.test_places import HORIZON, PLACED, stands
from torch import Tensor

from lbvedit.systems.m3l.closeup import CloseUp, Square
from lbvedit.systems.m3l.generator import Generator
from lbvedit.systems.m3l.places import Places, fixed_eye, view


def soft_frames(*shape: int) -> Tensor:
    """Frames without an edge anywhere."""
    rough = torch.randn(shape[0] * shape[1], shape[2], 5, 5, generator=torch.Generator().manual_seed(0))
    smooth = torch.nn.functional.interpolate(rough, shape[3:], mode="bicubic", align_corners=True)
    return smooth.unflatten(0, shape[:2])


def close_up() -> CloseUp:
    torch.manual_seed(0)
    return CloseUp(looks=5).eval()


def square_of(foot: Tensor) -> Square:
    return Square.around(foot, fixed_eye(HORIZON, foot), (0.05, -0.08))


def inputs(foot: tuple[float, float] = (0.1, 0.2)) -> tuple[Tensor, Places]:
    layers = soft_frames(1, 2, 12, 128, 128).unflatten(2, (4, 3)).clamp(-1, 1)
    there = torch.tensor(foot).expand(1, 2, 2)
    return layers, stands(there, there, torch.zeros(1, 2, 5))


def test_what_is_cut_out_is_pasted_where_it_was_and_nothing_else_is() -> None:
    frames = soft_frames(2, 3, 3, 128, 128)
    square = square_of(torch.linspace(-0.3, 0.3, 12).view(2, 3, 2))
    again, inside = (
        square.pasted(square.cut(frames), (128, 128)),
        square.pasted(torch.ones(2, 3, 1, 80, 80), (128, 128)),
    )
    whole = (inside == 1).expand_as(frames)
    assert (again - frames)[whole].abs().max() < 0.05
    assert again[(inside == 0).expand_as(frames)].abs().max() == 0
    assert 0.15 < whole.float().mean() < 0.45


def test_a_thing_looks_the_same_in_its_square_wherever_it_is_carried() -> None:
    frames, here = soft_frames(1, 1, 3, 128, 128), torch.zeros(1, 1, 2)
    for foot in ((0.2, 0.1), (-0.25, 0.25)):
        there = torch.tensor(foot).view(1, 1, 2)
        carried = view(frames, stands(here, there)).carried
        cut, before = (square_of(place).cut(shown) for place, shown in ((there, carried), (here, frames)))
        assert (cut - before)[..., 8:-8, 8:-8].abs().mean() < 0.02


def test_it_begins_with_the_frame_so_far_and_never_leaves_its_square() -> None:
    module, (layers, places) = close_up(), inputs()
    module.requires_grad_(requires_grad=False)
    frames, shares = module(layers, places)
    assert shares.sum(dim=2).max() < 1 + 1e-5
    assert shares[:, :, 0].mean() > 0.9
    torch.nn.init.normal_(module.out.weight)
    frames, shares = module(layers, places)
    outside = square_of(places.there).pasted(torch.ones(1, 2, 1, 80, 80), (128, 128)) == 0
    differs = (frames - layers[:, :, 0]).abs().amax(dim=2, keepdim=True)
    assert differs[outside].max() == 0
    assert differs[~outside].mean() > 0.1
    assert float(frames.abs().max()) <= 1


def test_what_a_thing_is_to_be_is_heeded() -> None:
    module, (layers, places) = close_up(), inputs()
    torch.nn.init.normal_(module.out.weight)
    for norm in (module.norm, *(block.norm1 for block in module.blocks)):
        torch.nn.init.normal_(norm.told.weight)
    one, other = (
        module(layers, places._replace(looks=looks))[0] for looks in (torch.zeros(1, 2, 5), torch.ones(1, 2, 5))
    )
    assert not torch.allclose(one, other, atol=1e-2)


def test_the_generator_paints_closer_where_the_thing_belongs_alone() -> None:
    torch.manual_seed(0)
    generator = Generator(**replace(PLACED, attributes=(2, 3)).generator).eval()
    plain = Generator(**PLACED.generator).eval()
    assert not plain.load_state_dict(generator.state_dict(), strict=False).missing_keys
    assert generator.close_up is not None
    torch.nn.init.normal_(generator.close_up.out.weight)
    side = 8 * TINY.stride
    source, d = torch.rand(1, 2, 3, side, side), torch.randn(1, 2, TINY.visual_dim, 8, 8)
    places = stands(torch.full((1, 2, 2), -0.5), torch.full((1, 2, 2), 0.5), torch.ones(1, 2, 5))
    told = d, source, source, torch.randn(1, TINY.text_dim), places
    close, far = generator(*told), plain(*told)
    outside = square_of(places.there).pasted(torch.ones(1, 2, 1, 80, 80), (side, side)) == 0
    differs = (close.frames - far.frames).abs().amax(dim=2, keepdim=True)
    assert differs[outside].max() == 0
    assert differs[~outside].mean() > 0.05
    assert torch.equal(close.copied[outside], far.copied[outside])


def test_attributes_take_places() -> None:
    with pytest.raises(ValueError, match="attributes"):
        replace(TINY, attributes=(2, 3))
