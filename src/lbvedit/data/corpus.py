"""What every reader of a real corpus needs: finding its files, saying where they come from, opening pictures."""

from __future__ import annotations

import importlib
import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from lbvedit.errors import MediaError, MissingCapabilityError

__all__ = ["Corpus", "Referral", "frames_of_video", "labels", "optional_module", "picture"]


class Referral(TypedDict):
    """A clip, an expression, and the masks of what it refers to.

    ``frames`` are ``(T, 3, H, W)`` uint8; ``masks`` are ``(K, H, W)`` bool, one for each annotated frame, whose places
    in ``frames`` are ``annotated: (K,)`` int64. ``meta`` says where in the corpus the item comes from.
    """

    frames: Tensor
    masks: Tensor
    annotated: Tensor
    expression: str
    meta: dict[str, Any]


@dataclass(frozen=True)
class Corpus:
    """Where people get a corpus and what they may do with it.

    Args:
        name: as the papers call it.
        source: an address or the name of the site.
        licence: in a few words.
    """

    name: str
    source: str
    licence: str

    @property
    def origin(self) -> str:
        """Where it comes from and its licence, in one phrase."""
        return f"{self.source} ({self.licence})"

    def require(self, path: Path) -> Path:
        """The path, if it is there.

        Raises:
            MediaError: it is not; says what was looked for, where the corpus comes from, and its licence.
        """
        if not path.exists():
            raise MediaError(f"{self.name} is not here: looked for {path}", hint=f"get it from {self.origin}")
        return path


def picture(file: Path | bytes, name: str = "") -> Tensor:
    """An image as ``(3, H, W)`` uint8 RGB.

    Args:
        file: a file, or what one holds.
        name: what messages call it; by default the file's path.

    Raises:
        MediaError: it cannot be read as an image.
    """
    return torch.from_numpy(np.asarray(_opened(file, name).convert("RGB")).copy()).permute(2, 0, 1)


def labels(file: Path | bytes, name: str = "") -> Tensor:
    """An indexed or grey PNG as ``(H, W)`` uint8 labels; a 1-bit one gives 0 and 1.

    Args:
        file: a file, or what one holds.
        name: what messages call it; by default the file's path.

    Raises:
        MediaError: it cannot be read as an image.
    """
    image = _opened(file, name)
    if image.mode not in ("1", "L", "P"):
        image = image.convert("L")
    return torch.from_numpy(np.asarray(image).astype(np.uint8))


def _opened(file: Path | bytes, name: str) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(file) if isinstance(file, bytes) else file)
        image.load()
    except (OSError, ValueError) as error:
        called = name or (str(file) if isinstance(file, Path) else "an image")
        raise MediaError(
            f"{called} cannot be read: {error}", hint="unpack or copy that part of the corpus again: it is damaged"
        ) from error
    return image


@lru_cache(maxsize=2)
def frames_of_video(path: Path) -> Tensor:
    """All frames of a short video, ``(T, 3, H, W)`` uint8; the last two videos are remembered.

    Raises:
        MediaError: it cannot be decoded.
    """
    from lbvedit.media.source import Source

    with Source(path) as source:
        return torch.cat([clip.frames for clip in source.windows(64)])


def optional_module(name: str, purpose: str) -> Any:
    """A module that only some corpora need.

    Raises:
        MissingCapabilityError: it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = name.partition(".")[0]
        raise MissingCapabilityError(f"{purpose} needs {package}", hint="pip install 'lbvedit[corpora]'") from error
