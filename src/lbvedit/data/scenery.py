"""Backdrops for the procedural world: a folder of somebody's pictures, or labelled photos without their figures."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from lbvedit.data.pairs import Split, check_split
from lbvedit.data.photos import IGNORED, Photos
from lbvedit.data.stills import fill_hole
from lbvedit.errors import MediaError

__all__ = ["scenery"]

Backdrop = NDArray[np.float32]

_SIDE = 288  # of a backdrop, the longer one: far more than a frame of the world shows of it
_SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".webp"))
_TEST_SHARE = 32  # one picture in 32, and one at least, is kept for test clips
_FIGURES = 0.15  # share of a labelled photo that figures may take


def scenery(folder: Path | str, split: str = "train", count: int = 64) -> list[Backdrop]:
    """Pictures to stand behind everything, ``(h, w, 3)`` float32 linear light each; train and test share none.

    Args:
        folder: JPEG, PNG or WebP files, which show whatever is on them, so best nobody; or the ``*.tar`` of
            :class:`~lbvedit.data.photos.Photos`, whose masks tell what to paint over.
        split: train or test. A single picture serves both.
        count: at most this many.

    Raises:
        MediaError: there are neither pictures nor tar files in the folder, or one cannot be read.
    """
    part, place = check_split(split), Path(folder)
    if any(place.glob("*.tar")):
        return _cleaned(place, part, count)
    files = sorted(file for file in place.glob("*") if file.suffix.lower() in _SUFFIXES)
    if not files:
        raise MediaError(
            f"no photos in {folder}", hint="JPEG, PNG or WebP files are looked for; without --photos backdrops are made"
        )
    return [_linear(_opened(file)) for file in _of_split(files, part)[:count]]


def _of_split(files: list[Path], split: Split) -> list[Path]:
    """The files of a split, in an order that only their names decide."""
    shuffled = sorted(files, key=lambda file: (zlib.crc32(file.name.encode()), file.name))
    if len(files) == 1:
        return shuffled
    held_out = max(1, len(files) // _TEST_SHARE)
    return shuffled[:held_out] if split == "test" else shuffled[held_out:]


def _opened(file: Path) -> NDArray[np.uint8]:
    try:
        with Image.open(file) as opened:
            opened.draft("RGB", (_SIDE, _SIDE))  # a large JPEG is decoded at a fraction of its size
            image = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise MediaError(
            f"{file} cannot be read: {error}", hint="save it again, or take it out of the folder of --photos"
        ) from error
    image.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    return np.asarray(image)


def _cleaned(folder: Path, split: Split, count: int) -> list[Backdrop]:
    library = Photos(folder, split, by_hand=True)
    pictures: list[Backdrop] = []
    for number in range(len(library)):
        if len(pictures) == count:
            break
        if sum(library.kinds(number).values()) > _FIGURES:
            continue
        photo = library[number]
        figures = (photo.labels > 0) & (photo.labels != IGNORED)
        if figures.mean() < _FIGURES:
            pictures.append(_linear(fill_hole(photo.image, figures | (photo.labels == IGNORED), margin=5)))
    return pictures


def _linear(image: NDArray[np.uint8]) -> Backdrop:
    return ((image.astype(np.float32) / 255) ** 2.2).astype(np.float32)
