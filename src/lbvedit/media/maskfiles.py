"""Masks as data: a folder of PNGs, COCO run lengths, boxes; each appears only when it is complete."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from PIL import Image

from lbvedit.errors import MediaError, UsageError
from lbvedit.types import DataFormat, Masks

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MaskWriter", "mask_writer", "run_lengths"]

INSIDE = 128
"""The matte's value from which a pixel is inside."""


class MaskWriter(Protocol):
    """Takes the masks of consecutive windows."""

    def add(self, masks: Masks) -> None:
        """Appends the frames of a window."""
        ...


class _Pngs:
    """``00000.png`` on, one a frame: 8 bits, 0 outside and 255 inside."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._count = 0

    def add(self, masks: Masks) -> None:
        for plane in masks.union()[:, 0].numpy():
            picture = np.where(plane >= INSIDE, 255, 0).astype(np.uint8)
            Image.fromarray(picture).save(self._folder / f"{self._count:05d}.png")
            self._count += 1


class _Boxes:
    """One object: the expression, the size, and the boxes with their scores in each frame."""

    def __init__(self, expression: str) -> None:
        self._told: dict[str, Any] = {"expression": expression, "size": [], "time_base": "", "frames": []}

    def add(self, masks: Masks) -> None:
        clip = masks.origin
        self._told |= {"size": [clip.height, clip.width], "time_base": str(clip.time_base)}
        for t, pts in enumerate(clip.pts):
            found = [
                {"id": number, "score": score, "bbox": _box(inside)} for number, score, inside in _instances(masks, t)
            ]
            self._told["frames"].append({"frame": len(self._told["frames"]), "pts": pts, "instances": found})

    def text(self) -> str:
        return json.dumps(self._told) + "\n"


class _Coco:
    """COCO's own layout: an image a frame, an annotation an instance, run lengths as its tools write them.

    A frame without an instance has one empty annotation, so that readers of the annotations alone miss none.
    """

    def __init__(self, expression: str) -> None:
        self._images: list[dict[str, Any]] = []
        self._annotations: list[dict[str, Any]] = []
        self._categories = [{"id": 1, "name": expression}]

    def add(self, masks: Masks) -> None:
        clip = masks.origin
        nothing = np.zeros((clip.height, clip.width), dtype=bool)
        for t in range(len(clip)):
            image = len(self._images)
            self._images.append({"id": image, "width": clip.width, "height": clip.height, "pts": clip.pts[t]})
            for number, score, inside in list(_instances(masks, t)) or [(0, 0.0, nothing)]:
                self._annotations.append(
                    {
                        "id": len(self._annotations) + 1,
                        "image_id": image,
                        "category_id": 1,
                        "track_id": number,
                        "score": score,
                        "area": int(inside.sum()),
                        "bbox": _box(inside),
                        "iscrowd": 0,
                        "segmentation": {"size": list(inside.shape), "counts": run_lengths(inside)},
                    }
                )

    def text(self) -> str:
        told = {"images": self._images, "annotations": self._annotations, "categories": self._categories}
        return json.dumps(told) + "\n"


def _instances(masks: Masks, t: int) -> Iterator[tuple[int, float, NDArray[np.bool_]]]:
    """Number, score and pixels of each instance that can be seen in a frame."""
    for place, number in enumerate(masks.ids):
        inside = masks.masks[t, place].numpy() >= INSIDE
        if inside.any():
            yield number, round(float(masks.scores[t, place]), 4), inside


@contextmanager
def mask_writer(path: Path, kind: DataFormat, expression: str, *, overwrite: bool) -> Iterator[MaskWriter]:
    """A writer whose result appears at ``path`` when the block ends well, and not at all when it does not.

    Raises:
        UsageError: ``path`` exists and may not be replaced.
        MediaError: it cannot be written.
    """
    if path.exists() and not overwrite:
        raise UsageError(f"{path} exists already", hint="-y replaces it; -o gives another name")
    if path.is_dir() and any(entry.suffix != ".png" for entry in path.iterdir()):
        raise UsageError(f"{path} holds other things than masks and is not replaced", hint="-o gives another folder")
    partial = path.with_name(f".{path.name}.partial")
    _discard(partial)
    writer: _Pngs | _Boxes | _Coco
    try:
        if kind == "png":
            writer = _Pngs(partial)
        else:
            writer = _Coco(expression) if kind == "rle" else _Boxes(expression)
        yield writer
        if not isinstance(writer, _Pngs):
            partial.write_text(writer.text(), encoding="utf-8")
        _discard(path)
        partial.replace(path)
    except OSError as error:
        raise MediaError(
            f"{path} cannot be written: {error.strerror or error}",
            hint="check that there is room and that the folder may be written to; -o gives another name",
        ) from error
    finally:
        _discard(partial)


def _discard(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _box(inside: NDArray[np.bool_]) -> list[int]:
    """``[x, y, width, height]`` around the pixels inside; all 0 where there are none."""
    if not inside.any():
        return [0, 0, 0, 0]
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    return [int(columns[0]), int(rows[0]), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1]


def run_lengths(inside: NDArray[np.bool_]) -> str:
    """COCO's compressed run lengths: down the columns, outside first, as the string that its tools read.

    Each count is written as its difference to the one two before it (from the third on), in groups of five bits, the
    lowest first, with bit 5 for "more follows" and 48 added to make text.
    """
    flat = np.concatenate([[False], inside.flatten(order="F"), [False]])
    changes = np.flatnonzero(flat[1:] != flat[:-1])
    counts = np.diff(np.concatenate([[0], changes, [inside.size]])).tolist()
    if len(counts) % 2 == 1 and counts[-1] == 0:
        counts.pop()
    text = []
    for place, count in enumerate(counts):
        value = count - counts[place - 2] if place > 2 else count
        while True:
            group = value & 0x1F
            value >>= 5
            more = value != (-1 if group & 0x10 else 0)
            text.append(chr((group | 0x20 if more else group) + 48))
            if not more:
                break
    return "".join(text)
