"""Maps of traits, and what an expression asks for."""

from __future__ import annotations

import math

import torch

from lbvedit.systems.mmvt.traits import Traits

RED, BLUE = 0, 1


def traits() -> Traits:
    """Two colours and three actions; a sentence is what it asks for."""
    module = Traits(4, 5, (2, 3), 6).eval()
    with torch.no_grad():
        module.asked.weight.copy_(torch.eye(5) * 40)
        module.asked.bias.fill_(-20)
    return module


def sure(color: int, action: int) -> torch.Tensor:
    """Logits of a pixel, ``(5,)``."""
    seen = torch.full((5,), -20.0)
    seen[color] = seen[2 + action] = 20
    return seen


def test_a_pixel_that_shows_what_is_asked_for_is_left_alone_and_others_are_held_back() -> None:
    seen = torch.stack([sure(RED, 0), sure(BLUE, 0), sure(BLUE, 2)], dim=1)[None, :, None]  # three pixels in a row
    fits = traits()(seen, torch.tensor([[1.0, 0, 1, 1, 0]]))[0, 0, 0]  # red, and the first or the second action
    once = math.log(0.02)
    torch.testing.assert_close(fits.detach(), torch.tensor([0.0, once, 2 * once]), atol=1e-3, rtol=1e-3)


def test_a_trait_that_nobody_speaks_of_holds_nobody_back() -> None:
    seen = torch.stack([sure(RED, 0), sure(BLUE, 2)], dim=1)[None, :, None]
    fits = traits()(seen, torch.ones(1, 5))
    torch.testing.assert_close(fits.detach(), torch.zeros(1, 1, 1, 2), atol=1e-3, rtol=0)


def test_maps_have_the_resolution_of_the_first_level() -> None:
    module = Traits(3 + 2, 5, (2, 3), 6)
    assert module.look([torch.randn(2, 3, 8, 6), torch.randn(2, 2, 4, 3)]).shape == (2, 5, 8, 6)
