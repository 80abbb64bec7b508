"""What a step acts on: from a phrase to one mask a frame, of a user's files, a colour's pixels or a model."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor
from torch.nn import functional as F

from lbvedit.errors import MissingCapabilityError, NoMatchError, UsageError
from lbvedit.media.source import Source
from lbvedit.pipelines.color_targets import check_colors, find_colors, shades_of
from lbvedit.types import Clip, MaskFile, Report, Step

__all__ = ["BACKGROUND", "MaskSequence", "TargetFinder", "Targets", "decode_rle", "read_masks"]

BACKGROUND = "background"
EXCEPT = " except "
_RIM = 100
"""What is spared is wider by this part of the frame's longer side."""

IMAGES = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"}

VIDEO_THRESHOLD = 128
"""A coded video has no exact zero: its pixels are target from half white on."""

NAMED = "name each: --mask TARGET=FILE"

_RLE = 'a list with one {"size": [H, W], "counts": ...} a frame, or COCO annotations with image_id'

Array = np.ndarray[Any, Any]


class TargetFinder(Protocol):
    """Finds things by their names: the seam for a segmentation model."""

    def check(self, source: Source, targets: Sequence[str], report: Report) -> None:
        """Looks through the video for some targets, before anything is edited.

        Raises:
            NoMatchError: nothing in the video fits the words of one of them.
        """
        ...

    def find(self, clip: Clip, target: str) -> Tensor:
        """Mattes of a target: ``(T, 1, H, W)`` uint8, zero where it is not in sight.

        Raises:
            NoMatchError: nothing in the video fits the words.
        """
        ...

    def state(self) -> dict[str, Tensor]:
        """What is needed to go on after the latest clip."""
        ...

    def resume(self, state: Mapping[str, Tensor]) -> None:
        """Goes on from such a state; an empty one says nothing."""
        ...


@dataclass(frozen=True)
class MaskSequence:
    """Masks of a file, packed small; one that is a single image serves every frame.

    Attributes:
        path: where they come from.
        packed: compressed bits of each mask.
        sizes: height and width of each mask.
        still: whether there is one for all frames.
    """

    path: Path
    packed: tuple[bytes, ...]
    sizes: tuple[tuple[int, int], ...]
    still: bool

    @property
    def empty(self) -> bool:
        """Whether no pixel of any mask is target."""
        return not any(np.any(self._bits(index)) for index in range(len(self.packed)))

    def at(self, number: int, size: tuple[int, int]) -> Array:
        """The mask of a frame, scaled to its size: ``(H, W)`` uint8, 0 or 255.

        Args:
            number: the frame's place in the source.
            size: height and width of the frame.

        Raises:
            UsageError: there are fewer masks than frames, or their aspect is not the frame's.
        """
        index = 0 if self.still else number
        if index >= len(self.packed):
            raise UsageError(
                f"{self.path} has {len(self.packed)} masks, but the video has a frame {number + 1}",
                hint="a mask video or folder has as many masks as the video has frames",
            )
        height, width = self.sizes[index]
        mask = np.unpackbits(self._bits(index), count=height * width).reshape(height, width) * np.uint8(255)
        return mask if (height, width) == size else _scaled(mask, size, self.path)

    def _bits(self, index: int) -> Array:
        return np.frombuffer(zlib.decompress(self.packed[index]), np.uint8)


def read_masks(path: Path) -> MaskSequence:
    """The masks of a video, an image, a folder of images sorted by name, or COCO RLE JSON.

    Raises:
        UsageError: it is none of these, or holds no mask.
        MediaError: a video that cannot be read.
    """
    if path.is_dir():
        files = sorted(each for each in path.iterdir() if each.suffix.lower() in IMAGES)
        if not files:
            raise UsageError(f"{path} holds no images", hint="a mask folder holds one PNG a frame, sorted by name")
        return _sequence(path, map(_read_image, files), still=False)
    if not path.exists():
        raise UsageError(f"there is no mask file {path}", hint="--mask takes a video, an image, a folder or RLE JSON")
    if path.suffix.lower() == ".json":
        return _sequence(path, _read_rle_json(path), still=False)
    if path.suffix.lower() in IMAGES:
        return _sequence(path, [_read_image(path)], still=True)
    return _sequence(path, _read_video(path), still=False)


def decode_rle(counts: str | Sequence[int], size: tuple[int, int]) -> Array:
    """A mask out of COCO's run lengths: runs of 0 and 1 in turn, column by column.

    The compressed form writes each run as base-32 digits, least first, in characters from ``0`` on: five bits of value,
    the sixth says that more follow; from the third run on the difference to the run two before is written, and the last
    digit's fifth bit is its sign.

    Args:
        counts: run lengths, or their compressed text.
        size: height and width.

    Raises:
        ValueError: the runs do not fill the mask.
    """
    runs = _uncompress(counts) if isinstance(counts, str) else list(counts)
    if sum(runs) != size[0] * size[1] or min(runs, default=0) < 0:
        raise ValueError(f"runs cover {sum(runs)} pixels, the mask has {size[0]} x {size[1]}")
    values = np.arange(len(runs)) % 2
    return np.repeat(values, runs).astype(bool).reshape(size[::-1]).T


def _uncompress(text: str) -> list[int]:
    runs: list[int] = []
    value = shift = 0
    for character in text:
        digit = ord(character) - 48
        if not 0 <= digit < 64:
            raise ValueError(f"{character!r} is no digit of a compressed run length")
        value |= (digit & 31) << shift
        shift += 5
        if not digit & 32:
            if digit & 16:
                value -= 1 << shift
            runs.append(value + (runs[-2] if len(runs) > 2 else 0))
            value = shift = 0
    if shift:
        raise ValueError("the last run length is cut short")
    return runs


class Targets:
    """Masks for the targets of a plan; ``people except speaker`` is the one mask without the other.

    Args:
        files: masks that the user brings.
        steps: the plan's steps.
        finder: gives what finds a target without a file, or None where nothing can; asked only if there is one.

    Raises:
        UsageError: a mask without a name where there are several targets, two masks for one target, a mask for
            something that the plan does not mention, or a file that is no mask.
        MediaError: a mask video that cannot be read.
        MissingCapabilityError: a target has no mask and nothing can find it.
    """

    def __init__(
        self, files: Sequence[MaskFile], steps: Sequence[Step], finder: Callable[[], TargetFinder | None] = lambda: None
    ) -> None:
        self._wanted = tuple(dict.fromkeys(step.target for step in steps if step.target is not None))
        self.names = tuple(dict.fromkeys(part for name in self._wanted for part in name.split(EXCEPT)))
        named = tuple(name for name in self.names if name.lower() != BACKGROUND)
        background = len(named) < len(self.names)
        self._files = _assign(files, named, background=background)
        shades = {name: shades_of(name) for name in named if name.lower() not in self._files}
        self._shades = {name: some for name, some in shades.items() if some}
        missing = [name for name, some in shades.items() if not some]
        if background and len(named) == len(self._shades) and not self._files:
            missing.append(BACKGROUND)
        self._missing = tuple(missing)
        self._finder = finder() if missing else None
        if missing and self._finder is None:
            raise MissingCapabilityError(
                f"nothing here can find {', '.join(map(repr, missing))} in the video",
                hint=f"bring its mask: --mask '{missing[0]}=FILE' (a video, an image, a PNG folder or COCO RLE JSON)",
            )
        self._masks = {name: read_masks(file.path) for name, file in self._files.items()}

    def check(self, frame_count: int | None, counted: Callable[[], int]) -> None:
        """Compares every file with the video.

        Args:
            frame_count: how many frames the video says it has.
            counted: counts them; asked where what it says does not fit.

        Raises:
            UsageError: a file has another number of masks than the video has frames.
            NoMatchError: a file's masks are all empty.
        """
        for name, file in self._files.items():
            masks = self._masks[name]
            if not masks.still and len(masks.packed) != frame_count and len(masks.packed) != (frames := counted()):
                raise UsageError(
                    f"{file.path} has {len(masks.packed)} masks, the video has {frames} frames",
                    hint="a mask video or folder has as many masks as the video has frames; an image serves them all",
                )
            if masks.empty:
                raise NoMatchError(f"every mask of {file.path} is empty", hint="pixels above 0 are the target")

    def look(self, source: Source, report: Report) -> None:
        """Looks through the video for the targets that no file gives.

        Raises:
            NoMatchError: one of them is nowhere in the video.
        """
        check_colors(source, self._shades)
        if self._finder is not None:
            self._finder.check(source, self._missing, report)

    def state(self) -> dict[str, Tensor]:
        """What the finder needs to go on after the latest clip."""
        return {} if self._finder is None else self._finder.state()

    def resume(self, state: Mapping[str, Tensor]) -> None:
        """Lets the finder go on from such a state."""
        if self._finder is not None:
            self._finder.resume(state)

    def masks(self, clip: Clip, size: tuple[int, int]) -> Mapping[str, Tensor]:
        """Every target's masks for a clip: ``(T, 1, H, W)`` uint8 by the target's name.

        Args:
            clip: the frames as the source has them.
            size: their height and width.
        """
        found = {name: self._find(name, clip, size) for name in self.names if name.lower() != BACKGROUND}
        things = [masks for name, masks in found.items() if name not in self._shades]
        for name in set(self.names) - set(found):
            if BACKGROUND in self._files or not (things or self._files):
                found[name] = self._find(BACKGROUND, clip, size)
            else:
                brought = [self._find(thing, clip, size) for thing in self._files if thing not in self.names]
                found[name] = 255 - torch.stack([*things, *brought]).amax(dim=0)
        return {name: _without([found[part] for part in name.split(EXCEPT)]) for name in self._wanted}

    def _find(self, name: str, clip: Clip, size: tuple[int, int]) -> Tensor:
        if shades := self._shades.get(name):
            return find_colors(clip, shades)
        file = self._files.get(name.lower())
        if file is None:
            assert self._finder is not None
            return self._finder.find(clip, name)
        masks = self._masks[name.lower()]
        if clip.numbers is None and not masks.still:
            raise UsageError(f"the frames have no numbers to look up masks of {file.path} by", hint="use one image")
        numbers = clip.numbers or (0,) * len(clip)
        return torch.from_numpy(np.stack([masks.at(number, size) for number in numbers]))[:, None]


def _without(masks: Sequence[Tensor]) -> Tensor:
    """The first mask without all others, nor a rim of them: two masks of one thing never end at the same pixel."""
    if len(masks) == 1:
        return masks[0]
    spared = torch.stack(list(masks[1:])).amax(dim=0)
    rim = max(spared.shape[-2:]) // _RIM
    if rim:
        spared = F.max_pool2d(spared.float(), 2 * rim + 1, stride=1, padding=rim).to(spared.dtype)
    return torch.minimum(masks[0], 255 - spared)


def _assign(files: Sequence[MaskFile], things: Sequence[str], *, background: bool) -> dict[str, MaskFile]:
    """Which file serves which target, by its name in lower case.

    Where the plan has a background, every file that is not the background's own is of some thing before it.
    """
    assigned: dict[str, MaskFile] = {}
    for file in files:
        if file.target is None and len(things) != 1 and not (background and not things):
            there = f"the targets {', '.join(map(repr, things))}" if things else "no target"
            raise UsageError(f"--mask {file.path} does not say of what, and the plan has {there}", hint=NAMED)
        name = (file.target or (things[0] if things else "")).lower()
        if not background and name not in map(str.lower, things):
            there = ", ".join(map(repr, things)) or "none"
            raise UsageError(f"--mask {name}=...: the plan has no such target", hint=f"its targets: {there}")
        if name in assigned:
            raise UsageError(f"two masks of the same thing: {assigned[name].path} and {file.path}", hint=NAMED)
        assigned[name] = file
    return assigned


def _sequence(path: Path, masks: Any, *, still: bool) -> MaskSequence:
    packed, sizes = [], []
    for mask in masks:
        packed.append(zlib.compress(np.packbits(mask).tobytes(), 1))
        sizes.append(mask.shape)
    if not packed:
        raise UsageError(f"{path} holds no masks", hint=f"one mask a frame: in JSON {_RLE}")
    return MaskSequence(path, tuple(packed), tuple(sizes), still)


def _read_image(path: Path) -> Array:
    try:
        with Image.open(path) as image:
            if image.mode in ("RGBA", "LA", "PA"):
                alpha = np.asarray(image.getchannel("A"))
                if alpha.min() < 255:
                    return alpha > 0
                values = np.asarray(image.convert("RGB"))
            else:
                values = np.asarray(image)
    except (UnidentifiedImageError, OSError) as error:
        raise UsageError(
            f"{path} cannot be read as an image: {error}",
            hint="a mask is a PNG or another image whose pixels above 0 are the target: save it again",
        ) from error
    return (values if values.ndim == 2 else values.max(axis=2)) > 0


def _read_video(path: Path) -> Any:
    with Source(path) as source:
        for clip in source.windows(16):
            yield from (clip.frames.to(torch.float32).mean(dim=1) >= VIDEO_THRESHOLD * _scale(clip)).numpy()


def _scale(clip: Clip) -> float:
    return 1.0 if clip.bit_depth == 8 else 257.0


def _read_rle_json(path: Path) -> list[Array]:
    """One mask a frame: what ``segment`` writes, a list of run lengths, or COCO annotations with ``image_id``."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} is no JSON: {error}", hint=_RLE) from error
    try:
        return [_united(entries, size) for entries, size in _rle_frames(value)]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise UsageError(
            f"{path} is no COCO RLE: {type(error).__name__}: {error}",
            hint=_RLE,
        ) from error


def _rle_frames(value: Any) -> list[tuple[list[Any], tuple[int, int]]]:
    """The run lengths of each frame, and the size of a frame that has none."""
    size = (1, 1)
    if isinstance(value, dict) and "frames" in value:
        size = (int(value["size"][0]), int(value["size"][1]))
        listed = [frame["instances"] for frame in value["frames"]]
    else:
        listed = value.get("annotations", [value]) if isinstance(value, dict) else value
        if listed and all(isinstance(entry, dict) and "image_id" in entry for entry in listed):
            numbers = sorted({entry["image_id"] for entry in listed})
            listed = [[entry for entry in listed if entry["image_id"] == number] for number in numbers]
    return [(entries if isinstance(entries, list) else [entries], size) for entries in listed]


def _united(entries: list[Any], size: tuple[int, int]) -> Array:
    runs = [entry.get("segmentation", entry) for entry in entries]
    masks = [decode_rle(run["counts"], (int(run["size"][0]), int(run["size"][1]))) for run in runs]
    return np.logical_or.reduce(masks) if masks else np.zeros(size, bool)


def _scaled(mask: Array, size: tuple[int, int], path: Path) -> Array:
    import cv2

    height, width = size
    if abs(mask.shape[1] * height / (mask.shape[0] * width) - 1) > 0.03:
        raise UsageError(
            f"{path} has masks of {mask.shape[1]}x{mask.shape[0]}, the video is {width}x{height}",
            hint="masks may be smaller or larger than the video, but of its shape",
        )
    return np.where(cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR) > 127, 255, 0).astype(np.uint8)
