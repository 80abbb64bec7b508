"""Multimodal VoxCeleb: talking faces with sentences, attributes, masks and drawings (MMVID, Sec. 4.1).

::

    video/KEY/*.png          frames, in natural order
    txt/KEY.txt              one sentence a line
    label/KEY.txt            the 40 CelebA attributes as 0 and 1, separated by commas
    mask/KEY/*.png           face parsing, as colours
    draw/style1/KEY/*.png    line drawings
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypedDict

import torch
from torch import Tensor

from lbvedit.data.corpus import Corpus, picture
from lbvedit.errors import MediaError

__all__ = ["VOXCELEB", "Face", "MultimodalVoxCeleb"]

VOXCELEB = Corpus(
    "Multimodal VoxCeleb", "https://github.com/snap-research/MMVID", "research only; VoxCeleb CC BY 4.0 metadata"
)


class Face(TypedDict):
    """A clip with what controls it.

    ``frames`` ``(T, 3, H, W)`` uint8; ``sentences``; ``attributes`` ``(40,)`` bool, or ``(0,)`` where there are none;
    ``mask`` and ``drawing`` ``(3, H, W)`` uint8 of the first frame, or None.
    """

    frames: Tensor
    sentences: list[str]
    attributes: Tensor
    mask: Tensor | None
    drawing: Tensor | None
    key: str


class MultimodalVoxCeleb:
    """One item a video that has a sentence and enough frames.

    Args:
        root: the folder with ``video`` and ``txt``.
        frames: frames a clip.
        step: frames from one to the next; the paper takes every second one.

    Raises:
        MediaError: files are missing.
    """

    def __init__(self, root: Path, frames: int = 8, step: int = 2) -> None:
        self._root, self._places = root, range(0, frames * step, step)
        texts = VOXCELEB.require(root / "txt")
        needed = (frames - 1) * step + 1
        self._files = {
            folder.name: files
            for folder in sorted(VOXCELEB.require(root / "video").iterdir())
            if (texts / f"{folder.name}.txt").exists() and len(files := _pictures(folder)) >= needed
        }
        self._keys = list(self._files)

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, index: int, start: int = 0) -> Face:
        key = self._keys[index]
        files = self._files[key]
        label = self._root / "label" / f"{key}.txt"
        values = label.read_text().strip().split(",") if label.exists() else []
        if len(values) not in (0, 40):
            raise MediaError(
                f"{label} has {len(values)} attributes != 40",
                hint=f"0 or 1 for each, separated by commas: get it again from {VOXCELEB.origin}, or delete it",
            )
        text = (self._root / "txt" / f"{key}.txt").read_text(encoding="utf-8")
        return {
            "frames": torch.stack([picture(files[start + place]) for place in self._places]),
            "sentences": [line.strip() for line in text.splitlines() if line.strip()],
            "attributes": torch.tensor([value.strip() == "1" for value in values], dtype=torch.bool),
            "mask": _first(self._root / "mask" / key, start),
            "drawing": _first(self._root / "draw" / "style1" / key, start),
            "key": key,
        }


def _pictures(folder: Path) -> list[Path]:
    files = [path for path in folder.glob("*") if path.suffix.lower() in (".png", ".jpg", ".jpeg")]
    return sorted(files, key=lambda path: [int(part) if part.isdigit() else part for part in _split(path.name)])


def _split(name: str) -> list[str]:
    """Text and numbers in turn, so that 10 comes after 9; text always comes first."""
    return re.split(r"(\d+)", name)


def _first(folder: Path, start: int) -> Tensor | None:
    files = _pictures(folder)
    return picture(files[min(start, len(files) - 1)]) if files else None
