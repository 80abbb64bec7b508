"""Fonts to write with: Pillow's own, and those of the system where it has not all the letters."""

from __future__ import annotations

from contextlib import suppress

from PIL import ImageFont

from lbvedit.errors import UsageError

__all__ = ["font_at", "font_for"]

USUAL = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "LiberationSans-Regular.ttf",
    "arial.ttf",
    "Arial.ttf",
    "segoeui.ttf",
    "NotoSansCJK-Regular.ttc",
    "msgothic.ttc",
    "PingFang.ttc",
    "Arial Unicode.ttf",
)
"""Fonts that systems often have, by the file names under which Pillow finds them."""


def font_for(text: str, file: str | None) -> str | None:
    """The font that a text is written in: the one asked for, else the first that has all its letters.

    Pillow's own has hardly more than English needs; after it come fonts that many systems have.

    Args:
        text: the caption.
        file: a font file; None to choose.

    Returns:
        The file, or None for Pillow's own.

    Raises:
        UsageError: the file is no font, or no font has all the letters.
    """
    if file is not None:
        lacking = _missing(text, font_at(file, 20))
        if lacking:
            raise UsageError(f"{file} has no {lacking}", hint="--set font=FILE names another font")
        return file
    for name in (None, *USUAL):
        with suppress(UsageError):
            if not _missing(text, font_at(name, 20)):
                return name
    raise UsageError(
        f"no font here has all of {_missing(text, font_at(None, 20))}",
        hint="--set font=FILE names one that has, such as one of the Noto fonts",
    )


def _missing(text: str, font: ImageFont.FreeTypeFont) -> str:
    """The letters that a font has no shape for: they would all be the same empty box."""
    box = bytes(font.getmask("\U0010ffff"))
    return "".join(
        letter for letter in dict.fromkeys(text) if not letter.isspace() and bytes(font.getmask(letter)) == box
    )


def font_at(file: str | None, size: int) -> ImageFont.FreeTypeFont:
    """A font at a size in pixels.

    Args:
        file: its file, or the name that a system knows it by; None for Pillow's own.
        size: the size.

    Raises:
        UsageError: the file is no font.
    """
    if file is None:
        font = ImageFont.load_default(size)
        assert isinstance(font, ImageFont.FreeTypeFont)
        return font
    try:
        return ImageFont.truetype(file, size)
    except OSError as error:
        raise UsageError(f"{file} is no font: {error}", hint="a .ttf or .otf file") from error
