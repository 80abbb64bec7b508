import colorsys

import pytest

from lbvedit.errors import UsageError
from lbvedit.language.colors import is_color, rgb


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("red", (255, 0, 0)),
        ("Dark Red", (139, 0, 0)),
        ("dark-red", (139, 0, 0)),
        ("dark olive green", (85, 107, 47)),
        ("light goldenrod yellow", (250, 250, 210)),
        ("grey", (128, 128, 128)),
        ("dark grey", (169, 169, 169)),
        ("brick red", (176, 58, 46)),
        ("#ff8800", (255, 136, 0)),
        ("#F80", (255, 136, 0)),
    ],
)
def test_names(name: str, value: tuple[int, int, int]) -> None:
    assert rgb(name) == value


@pytest.mark.parametrize("name", ["teal", "mustard", "wine red", "brick red"])
def test_modifiers_move_lightness_and_keep_the_hue(name: str) -> None:
    def hls(color: str) -> tuple[float, float, float]:
        return colorsys.rgb_to_hls(*(channel / 255 for channel in rgb(color)))

    assert hls(f"dark {name}")[1] < hls(name)[1] < hls(f"light {name}")[1] < hls(f"very light {name}")[1]
    for modifier in ("dark", "light", "bright", "pale", "deep"):
        assert hls(f"{modifier} {name}")[0] == pytest.approx(hls(name)[0], abs=0.02)


@pytest.mark.parametrize("name", ["", "light", "shiny", "#ff", "#gggggg", "red car", "transparent"])
def test_what_is_no_colour(name: str) -> None:
    assert not is_color(name)
    with pytest.raises(UsageError):
        rgb(name)
