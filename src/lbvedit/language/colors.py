"""Colours by name: the CSS names, everyday ones, light and dark variants, and hex."""

from __future__ import annotations

import colorsys
import re
from functools import cache

from lbvedit.errors import UsageError

__all__ = ["MODIFIERS", "NEUTRAL", "SHADES", "color_words", "colors_alone", "is_color", "is_named", "rgb"]

EVERYDAY: dict[str, str] = {
    "amber": "#ffbf00", "apple green": "#8db600", "apricot": "#fbceb1", "army green": "#4b5320", "aubergine": "#3d0734",
    "auburn": "#a52a2a", "avocado": "#568203", "baby blue": "#89cff0", "baby pink": "#f4c2c2", "blond": "#faf0be",
    "blonde": "#faf0be", "blood red": "#8a0303", "bordeaux": "#5f021f", "bottle green": "#006a4e", "brass": "#b5a642",
    "brick": "#b22222", "brick red": "#b03a2e", "bronze": "#cd7f32", "brunette": "#4b3621", "bubblegum pink": "#ffc1cc",
    "burgundy": "#800020", "burnt sienna": "#e97451",
    "ferrari red": "#ff2800", "british racing green": "#004225",
    "burnt orange": "#cc5500", "canary yellow": "#ffef00", "caramel": "#c68e17",
    "champagne": "#f7e7ce", "charcoal": "#36454f", "cherry red": "#d2042d", "cherry": "#d2042d", "cobalt": "#0047ab",
    "cobalt blue": "#0047ab", "copper": "#b87333", "cream": "#fffdd0", "denim": "#1560bd", "ebony": "#3c3b36",
    "eggshell": "#f0ead6", "electric blue": "#0892d0", "emerald": "#50c878", "emerald green": "#50c878",
    "fire engine red": "#ce2029", "flesh": "#ffcba4", "ginger": "#b06500", "golden": "#ffd700",
    "grass green": "#4c9a2a",
    "hunter green": "#355e3b", "ice blue": "#d6ecef", "jade": "#00a86b", "jet black": "#0a0a0a",
    "kelly green": "#4cbb17", "lemon": "#fff44f", "lemon yellow": "#fff44f", "lilac": "#c8a2c8", "mahogany": "#c04000",
    "mauve": "#e0b0ff", "midnight black": "#0b0b14", "mint": "#98ff98", "mint green": "#98ff98",
    "moss green": "#8a9a5b", "mustard": "#e1ad01", "mustard yellow": "#e1ad01", "navy blue": "#000080",
    "neon green": "#39ff14", "neon pink": "#ff6ec7", "neon yellow": "#e7ff0d", "neon orange": "#ff6700",
    "neon blue": "#1b03a3", "ocean blue": "#0077be", "ochre": "#cc7722", "off white": "#faf9f6",
    "olive green": "#6b8e23",
    "pastel blue": "#aec6cf", "pastel green": "#c1e1c1", "pastel pink": "#ffd1dc", "pastel yellow": "#fdfd96",
    "peach": "#ffcba4", "pea green": "#8eab12", "petrol": "#005f6a", "pine green": "#01796f", "poppy red": "#dc343b",
    "powder pink": "#f5d5d5", "prussian blue": "#003153", "racing green": "#004225", "raspberry": "#e30b5c",
    "rose": "#ff66a3", "rose gold": "#b76e79", "ruby": "#9b111e", "ruby red": "#9b111e", "rust": "#b7410e",
    "saffron": "#f4c430", "sand": "#d9c59a", "sapphire": "#0f52ba", "scarlet": "#ff2400", "sea blue": "#006994",
    "sea green": "#2e8b57", "skin": "#e8beac", "slate": "#708090", "straw": "#e4d96f", "strawberry": "#fc5a8d",
    "sunflower yellow": "#ffc512", "tangerine": "#f28500", "taupe": "#8b7d72", "terracotta": "#c66b4e",
    "cognac": "#9a463d", "cognac brown": "#9a463d", "camel": "#c19a6b", "hazel": "#8e7618", "russet": "#80461b",
    "mocha": "#7b5544", "espresso": "#3c2a21", "ecru": "#cdb891", "sangria": "#7d1128",
    "ultramarine": "#120a8f", "vermilion": "#e34234", "wine": "#722f37", "wine red": "#722f37",
    "wine colored": "#722f37",
    "blue green": "#0d98ba",
    "royal purple": "#7851a9", "plum purple": "#8e4585", "lime green": "#32cd32", "leaf green": "#4f9a3a",
    "sunset orange": "#fd5e53", "coral red": "#ff4040", "coral pink": "#f88379", "salmon pink": "#ff91a4",
    "platinum": "#e5e4e2", "platinum blonde": "#f3ead3", "platinum blond": "#f3ead3", "ash blonde": "#cbb896",
    "strawberry blonde": "#f2c185", "dirty blonde": "#b89b6a", "honey blonde": "#dcb56e",
    "sage green": "#9caf88", "pearl white": "#f5f1e8",
    "duck egg blue": "#bcd8d6", "autumn orange": "#d5672a",
    "pumpkin orange": "#e8771e", "fuschia": "#ff00ff", "petrol blue": "#1f5a6b", "denim blue": "#4a6a94",
    "steel gray": "#71797e", "gunmetal": "#2c3539", "gunmetal gray": "#53585c", "anthracite": "#383e42",
    "charcoal gray": "#4a4f55", "charcoal black": "#26282b", "dove gray": "#a8a6a1",
    "stone gray": "#928e85", "concrete gray": "#95948f", "smoke gray": "#8d9091",
    "candy apple red": "#d6001c", "apple red": "#c8202f", "fire red": "#d9261c", "cherry pink": "#e54b7b",
    "dusty rose": "#c9979b", "blush pink": "#f0c1c1", "oxblood": "#5b1a1a",
    "pistachio green": "#a9c97f", "seafoam": "#9fe2bf", "seafoam green": "#9fe2bf",
    "berry red": "#8b1a3a", "candy red": "#e0182d", "racing red": "#d40000", "tiffany blue": "#81d8d0",
    "flamingo pink": "#fc8eac", "barbie pink": "#e0218a", "acid green": "#b0bf1a", "space gray": "#4f5b66",
    "burnt umber": "#8a3324", "periwinkle": "#ccccff", "periwinkle blue": "#8f99fb", "natural blonde": "#dcc08c",
    "natural blond": "#dcc08c", "cinnamon brown": "#8b4a2b", "walnut brown": "#5c4033", "chestnut brown": "#7b3f26",
    "jungle green": "#29714f", "military green": "#5a5f3c",
    "butter yellow": "#f6e58d", "banana yellow": "#fbe35a", "sunshine yellow": "#ffd92e",
    "bone white": "#f3eee2", "chalk white": "#f4f4f0", "milk white": "#fbf9f2", "raven black": "#121417",
    "coal black": "#17181a",
    "snow white": "#fffafa", "ivory white": "#fffff0", "pitch black": "#050505", "ash gray": "#b2beb5",
    "blood orange": "#d1001c", "chocolate brown": "#5c3317", "coffee": "#6f4e37", "coffee brown": "#6f4e37",
}  # fmt: skip
"""Colours that people name and CSS does not."""

MODIFIERS: dict[str, tuple[float, float]] = {
    "light": (0.45, 1.0), "lighter": (0.45, 1.0), "pale": (0.6, 0.7), "paler": (0.6, 0.7), "pastel": (0.55, 0.8),
    "soft": (0.3, 0.75), "dark": (-0.45, 1.0), "darker": (-0.45, 1.0), "deep": (-0.3, 1.15), "deeper": (-0.3, 1.15),
    "bright": (0.1, 1.3), "brighter": (0.1, 1.3), "vivid": (0.0, 1.4), "vibrant": (0.0, 1.4), "neon": (0.1, 1.6),
    "dull": (0.0, 0.5), "muted": (0.0, 0.55), "rich": (-0.15, 1.2), "hot": (0.0, 1.4), "very light": (0.65, 1.0),
    "very dark": (-0.65, 1.0), "medium": (0.0, 1.0), "pure": (0.0, 1.0), "solid": (0.0, 1.0), "plain": (0.0, 1.0),
    "glossy": (0.0, 1.05), "shiny": (0.0, 1.05), "satin": (0.0, 0.95), "matt": (0.0, 0.9), "mid": (0.0, 1.0),
    "bold": (0.0, 1.3), "intense": (0.0, 1.4), "dusty": (0.1, 0.5), "flat": (0.0, 1.0), "subtle": (0.2, 0.6),
    "metallic": (0.0, 0.85), "matte": (0.0, 0.9), "electric": (0.05, 1.5), "baby": (0.55, 0.9), "royal": (-0.2, 1.2),
    "fluorescent": (0.1, 1.6), "luminous": (0.1, 1.5), "fiery": (0.0, 1.4), "faded": (0.15, 0.6), "dirty": (-0.1, 0.6),
    "icy": (0.5, 0.7), "gloss": (0.0, 1.05), "lurid": (0.0, 1.5), "garish": (0.0, 1.5), "neutral": (0.0, 0.5),
}  # fmt: skip
"""What a word before a colour does: how far lightness goes to white (above 0) or black, and the saturation's factor."""

_OF_COLOR = frozenset({"the", "a", "an", "all", "every", "any", "each", "everything", "anything", "of", "that",
    "which", "is", "are", "color", "colors", "colored", "thing", "things", "object", "objects", "item", "items",
    "part", "parts", "area", "areas", "region", "regions", "pixel", "pixels", "stuff", "tone", "tones", "hue", "hues",
    "shade", "shades", "element", "elements", "surface", "surfaces", "background", "backdrop"})  # fmt: skip
"""What may stand around a colour that is no colour of a thing: ``all the red areas``."""

_SCREENS = {"greenscreen": "green", "greenscreens": "green", "bluescreen": "blue", "bluescreens": "blue"}

SHADES: dict[str, tuple[str, ...]] = {
    **{name: (name,) for name in (
        "black", "white", "gray", "orange", "brown", "yellow", "green", "blue", "purple", "pink",
    )},
    "red": ("red", "pink"), "scarlet": ("red",), "crimson": ("red",), "maroon": ("red", "brown"),
    "grey": ("gray",), "silver": ("gray", "white"), "gold": ("yellow", "orange", "brown"),
    "golden": ("yellow", "orange", "brown"), "ginger": ("orange", "brown"), "tan": ("brown", "orange"),
    "beige": ("brown", "white"), "cream": ("white", "yellow"), "violet": ("purple",), "navy": ("blue", "black"),
    "turquoise": ("blue", "green"), "teal": ("green", "blue"), "blond": ("yellow", "brown"),
}  # fmt: skip
"""Words for colours -> the basic ones, :data:`~lbvedit.measures.color_names.BASIC_COLORS`, that such pixels have."""

NEUTRAL = frozenset({"black", "white", "gray"})
"""Basic colours without a hue."""

_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")


@cache
def _named() -> dict[str, str]:
    from PIL import ImageColor  # the CSS names; imported late, for it costs more than all of the grammar

    css = {name: str(value)[:7] for name, value in ImageColor.colormap.items() if name != "transparent"}
    return {**css, **EVERYDAY}


@cache
def _value(text: str) -> tuple[int, int, int] | None:
    text = text.replace("grey", "gray")
    if _HEX.fullmatch(text):
        digits = text[1:] if len(text) == 7 else "".join(digit * 2 for digit in text[1:])
    else:  # "dark olive green" is CSS's darkolivegreen
        digits = (_named().get(text) or _named().get(text.replace(" ", "")) or "")[1:]
    if digits:
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    head, _, rest = text.partition(" ")
    if head == "very" and rest.partition(" ")[0] in ("light", "dark"):
        modifier, _, rest = rest.partition(" ")
        head = f"very {modifier}"
    if rest and head in MODIFIERS:
        base = _value(rest)
        return _modified(base, *MODIFIERS[head]) if base else None
    return _mixed(text)


def _mixed(text: str) -> tuple[int, int, int] | None:
    """Two colours in one: halfway for ``silver gray``, nearer to the second for ``reddish brown``."""
    first, _, second = text.rpartition(" ")
    if not first:
        return None
    shade = next((one for one in _of_ish(first) if one in _named()), None)
    one, two = _value(shade or first), _value(second)
    if one is None or two is None:
        return None
    share = 0.3 if shade else 0.5
    red, green, blue = (round(share * a + (1 - share) * b) for a, b in zip(one, two, strict=True))
    return red, green, blue


def _of_ish(word: str) -> tuple[str, ...]:
    """What ``reddish``, ``bluish`` and ``greenish`` may come from."""
    stem = word.removesuffix("ish")
    return (stem, f"{stem}e", stem[:-1]) if stem != word else ()


def is_named(name: str) -> bool:
    """Whether a colour has that name of its own, rather than being worked out from its words."""
    text = _tidy(name).replace("grey", "gray")
    return text in _named() or text.replace(" ", "") in _named() or text.partition(" ")[0] in MODIFIERS


def is_color(name: str) -> bool:
    """Whether :func:`rgb` knows a colour."""
    return _value(_tidy(name)) is not None


def colors_alone(phrase: str) -> tuple[str, ...]:
    """The colours that a phrase names without a thing that has them; none where it names a thing.

    >>> colors_alone("all the dark reds and blues")
    ('dark red', 'blue')
    >>> colors_alone("red car")
    ()
    """
    found = [_alone(part.split()) for part in re.split(r",| and | or ", _tidy(phrase))]
    return tuple(name for name in found if name) if all(found) else ()


def _alone(words: list[str]) -> str | None:
    kept = [_SCREENS.get(word, word) for word in words if word not in _OF_COLOR]
    if kept[-1:] in (["screen"], ["screens"]) and kept[:1] in (["green"], ["blue"]):  # no other one is keyed
        kept = kept[:-1]
    for last in (kept[-1], kept[-1].removesuffix("s")) if kept else ():
        if is_color(name := " ".join([*kept[:-1], last])):
            return name
    return None


def rgb(name: str) -> tuple[int, int, int]:
    """The sRGB values, 0..255, of a colour's name or hex digits.

    A modifier before a name that has no colour of its own moves lightness and saturation: ``pale green`` is the CSS
    colour, ``pale teal`` is worked out.

    Raises:
        UsageError: no such colour.
    """
    if value := _value(_tidy(name)):
        return value
    raise UsageError(f"there is no colour {name!r}", hint="use a CSS colour name, light/dark + a name, or #rrggbb")


def _tidy(name: str) -> str:
    return " ".join(name.lower().replace("-", " ").split())


def _modified(base: tuple[int, int, int], lightness: float, saturation: float) -> tuple[int, int, int]:
    hue, level, chroma = colorsys.rgb_to_hls(*(channel / 255 for channel in base))
    level += lightness * ((1 - level) if lightness > 0 else level)
    red, green, blue = colorsys.hls_to_rgb(hue, level, min(1.0, chroma * saturation))
    return round(red * 255), round(green * 255), round(blue * 255)


@cache
def color_words() -> frozenset[str]:
    """Every single word that can be part of a colour's name: what spelling correction may correct to."""
    names = [*_named(), *MODIFIERS]
    return frozenset(word for name in names for word in name.split()) | {f"{name}s" for name in SHADES}
