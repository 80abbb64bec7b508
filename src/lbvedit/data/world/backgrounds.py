"""Grounds and backdrops: noise made into grass, sand, roads, tiles, wood, skies with clouds, hills, towns, walls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lbvedit.data.world.scene import Ground, Light, linear

__all__ = ["draw_ground", "draw_light", "noise", "photo_ground"]

Picture = NDArray[np.float32]
Tone = tuple[float, float, float]

_TEXTURE = 192
_BACKDROP = (192, 384)
_STUDIOS = 0.08  # share of the grounds that are plain
_FOOT = 18  # rows below the horizon down to which a backdrop can be seen where the ground ends


def noise(rng: np.random.Generator, height: int, width: int, coarsest: int = 4, fade: float = 0.55) -> Picture:
    """Fractal noise that repeats at its borders, ``(h, w)`` in [0, 1]: octaves of smooth value noise."""
    total = np.zeros((height, width), dtype=np.float64)
    weight, cells = 1.0, coarsest
    while cells <= min(height, width) // 2:
        grid = rng.random((cells, max(1, cells * width // height)))
        total += weight * _stretched(grid, height, width)
        weight *= fade
        cells *= 2
    total -= total.min()
    return (total / max(total.max(), 1e-9)).astype(np.float32)


def _stretched(grid: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    def weights(size: int, cells: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        at = np.arange(size) * cells / size
        low = np.floor(at).astype(np.int64)
        share = at - low
        return low, share * share * (3 - 2 * share)

    (rows, v), (columns, u) = weights(height, grid.shape[0]), weights(width, grid.shape[1])
    below, right = (rows + 1) % grid.shape[0], (columns + 1) % grid.shape[1]
    lines = grid[rows] * (1 - v)[:, None] + grid[below] * v[:, None]
    return lines[:, columns] * (1 - u) + lines[:, right] * u


def _mixed(share: Picture, first: Tone, second: Tone) -> Picture:
    a, b = np.asarray(first, np.float32), np.asarray(second, np.float32)
    return (a + (b - a) * share[..., None]).astype(np.float32)


def _grass(rng: np.random.Generator) -> Picture:
    dry = float(rng.uniform(0, 0.7))
    lush = _mixed(noise(rng, _TEXTURE, _TEXTURE, 6, 0.8), linear(50, 80, 34), linear(108, 134, 66))
    return _mixed(noise(rng, _TEXTURE, _TEXTURE, 3) * dry, (0, 0, 0), linear(170, 150, 90)) * 0.6 + lush * (
        1 - 0.4 * dry
    )


def _sand(rng: np.random.Generator) -> Picture:
    return _mixed(noise(rng, _TEXTURE, _TEXTURE, 5, 0.75), linear(172, 146, 104), linear(208, 188, 144))


def _asphalt(rng: np.random.Generator) -> Picture:
    road = _mixed(noise(rng, _TEXTURE, _TEXTURE, 24, 0.95), linear(74, 74, 78), linear(112, 112, 114))
    if rng.random() < 0.7:
        stripe = slice(_TEXTURE // 2 - 3, _TEXTURE // 2 + 3)
        dashes = (np.arange(_TEXTURE) // (_TEXTURE // 4)) % 2 == 0
        road[stripe, dashes] = linear(225, 222, 205)
    return road


def _snow(rng: np.random.Generator) -> Picture:
    return _mixed(noise(rng, _TEXTURE, _TEXTURE, 4, 0.6), linear(172, 182, 200), linear(210, 215, 223))


def _water(rng: np.random.Generator) -> Picture:
    waves = noise(rng, _TEXTURE, _TEXTURE, 8, 0.65)
    return _mixed(waves**1.5, linear(28, 76, 110), linear(110, 160, 184))


def _tiles(rng: np.random.Generator) -> Picture:
    count = int(rng.choice((4, 6, 8)))
    y, x = np.mgrid[0:_TEXTURE, 0:_TEXTURE] * count / _TEXTURE
    checker = ((np.floor(x) + np.floor(y)) % 2).astype(np.float32)
    first, second = _tone(rng, 0.25, 0.55), _tone(rng, 0.5, 0.85)
    floor = _mixed(checker, first, second) * (0.85 + 0.3 * noise(rng, _TEXTURE, _TEXTURE, 6)[..., None])
    floor[(x % 1 < 0.04) | (y % 1 < 0.04)] *= 0.6
    return floor.astype(np.float32)


def _wood(rng: np.random.Generator) -> Picture:
    boards = 8
    y = (np.arange(_TEXTURE) * boards / _TEXTURE)[:, None].repeat(_TEXTURE, axis=1)
    tone = rng.random(boards)[np.floor(y).astype(int)]
    grain = noise(rng, _TEXTURE, _TEXTURE, 16, 0.9)
    grain = np.repeat(grain[:, :: _TEXTURE // 12], _TEXTURE // 12, axis=1)[:, :_TEXTURE]
    floor = _mixed((0.6 * tone + 0.4 * grain).astype(np.float32), linear(110, 70, 40), linear(188, 140, 92))
    floor[y % 1 < 0.05] *= 0.5
    return floor


def _carpet(rng: np.random.Generator) -> Picture:
    fibre = noise(rng, _TEXTURE, _TEXTURE, 32, 0.9)
    base = _tone(rng, 0.2, 0.6)
    return _mixed(0.7 + 0.55 * fibre, (0.0, 0.0, 0.0), base)


def _tone(rng: np.random.Generator, low: float, high: float) -> Tone:
    level = rng.uniform(low, high)
    red, green, blue = (float(np.clip(level + value, 0.04, 1)) for value in rng.uniform(-0.14, 0.14, 3))
    return linear(255 * red, 255 * green, 255 * blue)


def _sky(rng: np.random.Generator, haze: Tone, zenith: Tone) -> Picture:
    """A sky down to the horizon in the middle, with clouds; what is below is haze."""
    h, w = _BACKDROP
    rise = np.clip((h / 2 - np.arange(h)) / (h / 2), 0, 1).astype(np.float32)
    sky = _mixed(np.broadcast_to(np.sqrt(rise)[:, None], (h, w)).astype(np.float32), haze, zenith)
    amount = float(rng.uniform(0, 0.9))
    clouds = np.clip((noise(rng, h, w, 3, 0.55) - 0.5) * 3, 0, 1) * amount * np.clip(rise * 3, 0, 1)[:, None]
    return sky + (np.float32(0.92) - sky) * clouds[..., None]


def _ridge(rng: np.random.Generator, width: int, rough: int, height: float) -> NDArray[np.float64]:
    line = noise(rng, 64, 64 * 2, rough, 0.5)[0]
    return np.interp(np.linspace(0, len(line) - 1, width), np.arange(len(line)), line) * height


def _hills(rng: np.random.Generator, picture: Picture, haze: Tone) -> None:
    h, w = _BACKDROP
    for far, tone in ((0.75, linear(92, 116, 120)), (0.4, linear(70, 104, 62))):
        line = h / 2 - _ridge(rng, w, 3, 0.2 * h * (0.5 + far))
        bumps = noise(rng, h, w, 12, 0.8)[..., None]
        _cover(
            picture, line, (np.asarray(tone) * (0.75 + 0.5 * bumps)) * (1 - far * 0.7) + np.asarray(haze) * far * 0.7
        )


def _town(rng: np.random.Generator, picture: Picture, haze: Tone) -> None:
    h, w = _BACKDROP
    foot = h // 2 + _FOOT
    x = 0
    while x < w:
        width, height = int(rng.integers(16, 44)), int(rng.integers(24, 76))
        tone = np.asarray(_tone(rng, 0.3, 0.75)) * 0.7 + np.asarray(haze) * 0.25
        top = foot - height
        picture[top:foot, x : x + width] = tone
        for row in range(top + 4, foot - 6, 8):
            for column in range(x + 4, x + width - 5, 7):
                picture[row : row + 4, column : column + 3] = tone * (0.35 if rng.random() < 0.7 else 1.5)
        x += width + int(rng.integers(-2, 6))
    hedge = _mixed(noise(rng, h, w, 16, 0.85), linear(40, 62, 34), linear(96, 122, 66))
    _cover(picture, foot - 5 - _ridge(rng, w, 24, 7), hedge)


def _forest(rng: np.random.Generator, picture: Picture, haze: Tone) -> None:
    h, w = _BACKDROP
    leaves = _mixed(noise(rng, h, w, 16, 0.85), linear(24, 48, 22), linear(86, 118, 56))
    _cover(picture, h / 2 - 16 - _ridge(rng, w, 24, 26), leaves * 0.9 + np.asarray(haze, np.float32) * 0.1)


def _cover(picture: Picture, line: NDArray[np.float64], color: NDArray[Any]) -> None:
    """Paints what is below a line, with a soft edge, down to where the nearest ground may end."""
    share = np.clip(np.arange(len(picture))[:, None] - line[None] + 0.5, 0, 1)[..., None]
    picture += ((color - picture) * share).astype(np.float32)


def _wall(rng: np.random.Generator) -> Picture:
    """A wall from the skirting board at the bottom up: plaster, stripes, bricks or panels."""
    h, w = _BACKDROP
    base = _tone(rng, 0.45, 0.82)
    wall = np.broadcast_to(np.asarray(base, np.float32), (h, w, 3)) * (0.94 + 0.1 * noise(rng, h, w, 4)[..., None])
    y, x = np.arange(h)[:, None], np.arange(w)[None]
    pattern = rng.random()
    if pattern < 0.25:
        wall = wall * np.where((x // 16) % 2 == 0, 1.0, 0.86)[..., None]
    elif pattern < 0.45:
        shift = np.where(y // 8 % 2 == 0, 0, 9)
        joint = (y % 8 < 1) | ((x + shift) % 18 < 1)
        bricks = rng.random((h // 8 + 1, w // 18 + 2))[y // 8, (x + shift) // 18]
        wall = wall * (0.85 + 0.3 * bricks)[..., None] * np.where(joint, 0.7, 1.0)[..., None]
    elif pattern < 0.65:
        wall[h // 2 :] *= np.asarray(_tone(rng, 0.75, 1.0), np.float32)
        wall[h // 2 - 2 : h // 2 + 2] = np.asarray(_tone(rng, 0.7, 0.95))
    wall[-6:] = np.asarray(_tone(rng, 0.75, 0.95))
    wall[-7] *= 0.6
    return wall.astype(np.float32)


_Floor = tuple[Callable[[np.random.Generator], Picture], float, str]
_LAND: tuple[_Floor, ...] = (
    (_grass, 5.0, "on the grass"), (_sand, 5.0, "on the sand"), (_asphalt, 5.0, "on the road"),
    (_snow, 7.0, "in the snow"), (_grass, 7.0, "on a meadow"),
)  # fmt: skip
_WATER: tuple[_Floor, ...] = ((_water, 6.0, "on the water"),)
_INDOORS: tuple[_Floor, ...] = (
    (_tiles, 6.0, "on a tiled floor"), (_wood, 7.0, "on a wooden floor"), (_carpet, 4.0, "on a carpet"),
)  # fmt: skip
_VIEWS: tuple[tuple[Callable[[np.random.Generator, Picture, Tone], None], str], ...] = (
    (_hills, "before hills"), (_town, "before a town"), (_forest, "before a forest"),
)  # fmt: skip


def draw_ground(rng: np.random.Generator, photos: Sequence[Picture] = (), *, plain: bool = True) -> Ground:
    """A ground with what lies behind it: land, water, a room, a plain studio, or a photo.

    Args:
        rng: the random stream.
        photos: pictures without figures, ``(h, w, 3)`` linear; a third of the grounds shows one if there are any.
        plain: whether a studio in one tone may be drawn; without it every ground has a texture or shows a photo.
    """
    draw = rng.random()
    if photos and draw < 0.35:
        return photo_ground(rng, photos[int(rng.integers(len(photos)))])
    draw = rng.uniform(0.0 if plain else _STUDIOS, 1.0)
    if draw < _STUDIOS:
        tone = _tone(rng, 0.55, 0.8)
        floor = np.broadcast_to(np.asarray(tone, np.float32), (4, 4, 3)).copy()
        return Ground(floor, haze=tone, haze_at=70.0, zenith=tone, words="in a studio")
    if draw < 0.28:
        make, tile, words = _INDOORS[int(rng.integers(len(_INDOORS)))]
        wall, distance = _wall(rng), float(rng.uniform(6.5, 9.0))
        return Ground(make(rng), tile, _mean(wall), 200.0, wall, wall=distance, setting="room", words=words)
    on_water = draw < 0.42
    floors = _WATER if on_water else _LAND
    make, tile, words = floors[int(rng.integers(len(floors)))]
    haze = linear(*(float(value) for value in rng.uniform((196, 204, 212), (230, 232, 236))))
    zenith = linear(*(float(value) for value in rng.uniform((70, 120, 190), (130, 172, 225))))
    picture = _sky(rng, haze, zenith)
    view, behind = _VIEWS[int(rng.integers(len(_VIEWS)))]
    view(rng, picture, haze)
    tile *= float(rng.uniform(0.8, 1.3))
    return Ground(
        make(rng), tile, haze, float(rng.uniform(55, 90)), picture, zenith, span=2.2,
        reach=float(rng.uniform(38, 60)), setting="water" if on_water else "land", words=f"{words} {behind}",
    )  # fmt: skip


def photo_ground(rng: np.random.Generator, photo: Picture) -> Ground:
    """A ground that shows a photo, standing behind everything, and catches the actors' shadows on it."""
    picture = photo[:, ::-1].copy() if rng.random() < 0.5 else photo
    return Ground(None, haze=_mean(picture), backdrop=picture, span=float(rng.uniform(1.5, 2.0)), horizon=0.42)


def _mean(picture: Picture) -> Tone:
    red, green, blue = (float(value) for value in picture.mean(axis=(0, 1)))
    return red, green, blue


def draw_light(rng: np.random.Generator) -> Light:
    """A sun somewhere above and before the camera's shoulder, from noon to evening."""
    height = float(rng.uniform(0.55, 0.92))
    angle = float(rng.uniform(-np.pi * 0.95, -np.pi * 0.05)) if rng.random() < 0.7 else float(rng.uniform(0, np.pi))
    flat = (1 - height**2) ** 0.5
    warmth, strength = float(rng.uniform(0, 0.22)), float(rng.uniform(0.85, 1.1))
    return Light(
        (flat * float(np.cos(angle)), flat * float(np.sin(angle)), height),
        (2.75 * strength, 2.62 * strength * (1 - 0.5 * warmth), 2.45 * strength * (1 - warmth)),
        softness=float(rng.uniform(0.08, 0.2)),
    )
