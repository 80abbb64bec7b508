"""Static HDR metadata: the mastering display and the content's light levels, as encoders want to be told."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from struct import calcsize, unpack_from
from typing import TYPE_CHECKING

from lbvedit.media.sidedata import side_data

if TYPE_CHECKING:
    import av

__all__ = ["Mastering", "read_mastering"]

# AVMasteringDisplayMetadata: primaries as (x, y) of red, green, blue, then the white point, then the least and the
# greatest luminance, each a numerator and a denominator, then whether either half is set.
DISPLAY = "=20i2i"

CHROMATICITY_UNIT = 50_000
LUMINANCE_UNIT = 10_000


@dataclass(frozen=True)
class Mastering:
    """What SMPTE ST 2086 and CTA-861.3 say of a video.

    Args:
        red: CIE x and y of the mastering display's primary, likewise green, blue and white; None without a display.
        luminance: its least and greatest, in candela per square metre.
        light: greatest light level of a pixel and greatest average of a picture, likewise; None where not said.
    """

    red: tuple[Fraction, Fraction] | None
    green: tuple[Fraction, Fraction] | None
    blue: tuple[Fraction, Fraction] | None
    white: tuple[Fraction, Fraction] | None
    luminance: tuple[Fraction, Fraction] | None
    light: tuple[int, int] | None

    def __str__(self) -> str:
        parts = []
        if self.luminance:
            parts.append(f"mastered at {float(self.luminance[0]):g} to {float(self.luminance[1]):g} cd/m2")
        if self.light:
            parts.append(f"light levels {self.light[0]} and {self.light[1]} cd/m2")
        return ", ".join(parts)

    def x265(self) -> list[str]:
        """Values for ``x265-params``."""
        return self._x26x("master-display", "max-cll")

    def x264(self) -> list[str]:
        """Values for ``x264-params``."""
        return self._x26x("mastering-display", "cll")

    def svtav1(self) -> list[str]:
        """Values for ``svtav1-params``."""
        found = []
        if self.red and self.green and self.blue and self.white and self.luminance:
            points = {"G": self.green, "B": self.blue, "R": self.red, "WP": self.white}
            text = "".join(f"{name}({float(x):.4f},{float(y):.4f})" for name, (x, y) in points.items())
            low, high = self.luminance
            found.append(f"mastering-display={text}L({float(high):.4f},{float(low):.4f})")
        if self.light:
            found.append(f"content-light={self.light[0]},{self.light[1]}")
        return found

    def _x26x(self, display: str, light: str) -> list[str]:
        found = []
        if self.red and self.green and self.blue and self.white and self.luminance:
            points = {"G": self.green, "B": self.blue, "R": self.red, "WP": self.white}
            text = "".join(
                f"{name}({round(x * CHROMATICITY_UNIT)},{round(y * CHROMATICITY_UNIT)})"
                for name, (x, y) in points.items()
            )
            low, high = (round(value * LUMINANCE_UNIT) for value in self.luminance)
            found.append(f"{display}={text}L({high},{low})")
        if self.light:
            found.append(f"{light}={self.light[0]},{self.light[1]}")
        return found


def read_mastering(picture: av.VideoFrame) -> Mastering | None:
    """What a decoded picture says of its mastering, or None where it says nothing."""
    data = side_data(picture)
    display, light = data.get("MASTERING_DISPLAY_METADATA"), data.get("CONTENT_LIGHT_LEVEL")
    levels = unpack_from("=2I", bytes(light)) if light is not None else None
    if display is None or len(bytes(display)) < calcsize(DISPLAY):
        return Mastering(None, None, None, None, None, levels) if levels else None
    values = unpack_from(DISPLAY, bytes(display))
    pairs = [Fraction(n, d) if d else Fraction(0) for n, d in zip(values[0:20:2], values[1:20:2], strict=True)]
    red, green, blue, white, luminance = zip(pairs[0::2], pairs[1::2], strict=True)
    primaries, lit = values[20], values[21]
    if not primaries:
        return Mastering(None, None, None, None, luminance if lit else None, levels)
    return Mastering(red, green, blue, white, luminance if lit else None, levels)
