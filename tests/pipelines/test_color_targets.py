"""Targets that a colour alone names, in pictures whose colours are known."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
import torch
from torch import Tensor

from lbvedit.errors import NoMatchError
from lbvedit.language.colors import NEUTRAL, SHADES, rgb
from lbvedit.measures.color_names import BASIC_COLORS
from lbvedit.pipelines.color_targets import Shade, check_colors, find_colors, shades_of
from lbvedit.pipelines.targets import Targets
from lbvedit.types import Clip, Step
from tests.pipelines.films import Film

SIDE = 64


def picture(**parts: tuple[slice, slice]) -> Tensor:
    """A gray frame ``(3, H, W)`` with rectangles in some colours."""
    frame = torch.full((3, SIDE, SIDE), 128, dtype=torch.uint8)
    for name, (rows, columns) in parts.items():
        frame[:, rows, columns] = torch.tensor(rgb(name.replace("_", " ")), dtype=torch.uint8)[:, None, None]
    return frame


LEFT, RIGHT = (slice(8, 56), slice(4, 28)), (slice(8, 56), slice(36, 60))


def clip(frame: Tensor) -> Clip:
    return Clip(torch.stack([frame, frame]), (0, 1), Fraction(1, 25), numbers=(0, 1))


def inside(frame: Tensor, target: str) -> Tensor:
    shades = shades_of(target)
    assert shades
    return find_colors(clip(frame), shades)[0, 0] > 0


@pytest.mark.parametrize(
    ("target", "shades"),
    [
        ("red", [Shade(("red", "pink"))]),
        ("the dark blues", [Shade(("blue",), -1)]),
        ("everything light green", [Shade(("green",), 1)]),
        ("green screen", [Shade(("green",))]),
        ("silver parts", [Shade(("gray", "white"))]),
        ("reds, greens and blues", [Shade(("red", "pink")), Shade(("green",)), Shade(("blue",))]),
        ("chartreuse", [Shade(("green",))]),
        ("very dark red", [Shade(("red",))]),
        ("#1010ff", [Shade(("blue",))]),
        ("red car", []),
        ("red and cars", []),
        ("black screen", []),
        ("background", []),
        ("orange juice", []),
        ("things", []),
    ],
)
def test_a_colour_without_a_thing(target: str, shades: list[Shade]) -> None:
    assert list(shades_of(target)) == shades


def test_the_shades_are_made_of_basic_colours() -> None:
    basics = set(itertools.chain.from_iterable(SHADES.values()))
    assert basics == set(BASIC_COLORS)
    assert basics >= NEUTRAL


@pytest.mark.parametrize(
    "name", ["red", "green", "blue", "yellow", "orange", "purple", "white", "black", "pink", "saddle_brown"]
)
def test_pixels_of_a_colour_are_found_and_no_others(name: str) -> None:
    frame = picture(**{name: LEFT, "teal" if name not in ("blue", "green") else "red": RIGHT})
    found = inside(frame, name.removeprefix("saddle_"))
    assert found[LEFT].float().mean() > 0.97
    found[LEFT] = False
    assert found.float().mean() < 0.01


def test_shaded_folds_belong_to_the_coat_and_a_brown_dog_does_not() -> None:
    frame = picture(gold=LEFT, saddle_brown=RIGHT)
    frame[:, 24:40, 4:28] = (frame[:, 24:40, 4:28] * 0.5).to(torch.uint8)
    fold = frame[:, 30, 10][None, :, None, None].expand(1, 3, SIDE, SIDE)[0]
    assert not inside(fold.contiguous(), "yellow").any()
    found = inside(frame, "yellow")
    assert found[LEFT].float().mean() > 0.97
    assert not found[RIGHT].any()


def test_light_and_dark_halves() -> None:
    frame = picture(light_blue=LEFT, navy=RIGHT)
    assert inside(frame, "blue")[LEFT].float().mean() > 0.97
    assert inside(frame, "light blue")[LEFT].float().mean() > 0.97
    assert not inside(frame, "light blue")[RIGHT].any()
    assert inside(frame, "dark blue")[RIGHT].float().mean() > 0.97


def test_specks_do_not_count() -> None:
    frame = picture()
    frame[:, 10:50:8, 10:50:8] = torch.tensor([255, 0, 0], dtype=torch.uint8)[:, None, None]
    assert not inside(frame, "red").any()


def test_sixteen_bits_are_as_eight() -> None:
    frame = picture(red=LEFT)
    wide = (frame.to(torch.int32) * 257).to(torch.uint16)
    assert torch.equal(inside(wide, "red"), inside(frame, "red"))


def test_a_colour_that_is_not_there_is_said_with_those_that_are() -> None:
    film = Film(torch.stack([picture(red=LEFT)] * 3))
    shades = {name: shades_of(name) for name in ("reds", "purple")}
    with pytest.raises(NoMatchError, match="hardly a pixel of the video is 'purple'") as caught:
        check_colors(film, shades)  # type: ignore[arg-type]
    assert caught.value.hint == "its pixels: gray 72%, red 28%"
    check_colors(film, {"reds": shades["reds"]})  # type: ignore[arg-type]


def test_targets_ask_no_model_for_a_colour_and_it_is_no_foreground() -> None:
    def finder() -> None:
        raise AssertionError("asked")

    frame = picture(red=LEFT, blue=RIGHT)
    targets = Targets((), [Step("recolor", "reds", params={"color": "blue"})], finder)
    assert torch.equal(targets.masks(clip(frame), (SIDE, SIDE))["reds"][0, 0] > 0, inside(frame, "red"))
    with pytest.raises(AssertionError, match="asked"):
        Targets((), [Step("recolor", "reds"), Step("blur", "background")], finder)
