"""Photographs and sequences with masks, read straight from their tar files.

A folder of photos holds ``*.tar``, each with an ``index.jsonl`` of rows ``{"file", "mask", "gt", "captions", ...}``
beside the images; a mask is a PNG of Pascal VOC class ids. Where a person drew one (``gt``) it is used, else the
machine's; 255 is ignored. A folder of sequences holds ``davis-train.tar`` and ``davis-val8.tar``: folders
``NAME/00000.jpg`` and ``.png``; their index, with a noun phrase and a sentence for each, lies beside the tar file as
``davis-train.index.json`` or inside it as ``index.json``.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset

from lbvedit.data.pairs import check_split, item_rng
from lbvedit.errors import MediaError

__all__ = ["IGNORED", "SEQUENCES_HELD_OUT", "LabelledItem", "LabelledPhotos", "Photo", "Photos", "Sequences"]

Pixels = NDArray[np.uint8]

IGNORED = 255
"""The mask value of pixels that nobody labelled."""

BAND_PX = 3
"""Half the width of the unlabelled band along an outline, rounded up."""

SEQUENCES_HELD_OUT = frozenset(
    ("blackswan", "breakdance", "car-shadow", "cows", "dog", "drift-straight", "parkour", "scooter-black")
)
"""The sequences that only validation sees; training refuses a tar file that has one."""

_TEST_SHARE = 32  # one photo in 32 is held out


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo with what is known of it.

    Args:
        image: ``(H, W, 3)`` uint8.
        labels: ``(H, W)`` uint8 Pascal VOC class ids, 255 where unknown.
        by_hand: whether a person drew the mask.
        captions: sentences about the whole picture.
        gray: whether the picture has no colours to speak of.
    """

    image: Pixels
    labels: Pixels
    by_hand: bool
    captions: tuple[str, ...]
    gray: bool


class _Archive:
    """A tar file whose members are read at random, from several processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._places: dict[str, tuple[int, int]] = {}
        try:
            with tarfile.open(path) as archive:
                self._places = {member.name: (member.offset_data, member.size) for member in archive if member.isfile()}
        except (OSError, tarfile.TarError) as error:
            raise MediaError(
                f"{path} cannot be read: {error}", hint="copy it again: it is damaged, or no tar file"
            ) from error

    @property
    def names(self) -> list[str]:
        return list(self._places)

    def read(self, name: str) -> bytes:
        if name not in self._places:
            raise MediaError(
                f"{self.path} has no {name}",
                hint="pack it again: its index and every file that the index names lie in it",
            )
        offset, size = self._places[name]
        with self.path.open("rb") as file:
            return os.pread(file.fileno(), size, offset)

    def image(self, name: str) -> Image.Image:
        return Image.open(io.BytesIO(self.read(name)))


class Photos:
    """Labelled photos by number, decoded once and kept in memory.

    Args:
        folder: folder of the ``*.tar`` files.
        split: train, or test: one photo in 32, chosen by the hash of its name.
        side: the longer side of a photo in memory, in pixels; larger ones are reduced.
        by_hand: only those whose mask a person drew.

    Raises:
        MediaError: no tar file in the folder, or one that cannot be read.
    """

    def __init__(self, folder: Path | str, split: str = "train", *, side: int = 288, by_hand: bool = False) -> None:
        shards = sorted(Path(folder).glob("*.tar"))
        if not shards:
            raise MediaError(f"no *.tar in {folder}", hint="labelled photos lie in tar files with an index.jsonl each")
        held_out = check_split(split) == "test"
        self.side = side
        self._rows: list[tuple[_Archive, dict[str, Any]]] = []
        for archive in map(_Archive, shards):
            for line in archive.read("index.jsonl").splitlines():
                row = json.loads(line)
                chosen = (zlib.crc32(row["file"].encode()) % _TEST_SHARE == 0) == held_out
                if chosen and (row["gt"] or not by_hand):
                    self._rows.append((archive, row))
        self._cache: dict[int, Photo] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> Photo:
        if index not in self._cache:
            self._cache[index] = self._decode(*self._rows[index])
        return self._cache[index]

    def name(self, index: int) -> str:
        """The file name of a photo in its archive."""
        return str(self._rows[index][1]["file"])

    def captions(self, index: int) -> tuple[str, ...]:
        """The sentences about a photo, without decoding it."""
        return tuple(self._rows[index][1].get("captions") or ())

    def preload(self) -> None:
        """Decodes all photos now, so that worker processes forked later share them."""
        for index in range(len(self)):
            self[index]

    def kinds(self, index: int) -> dict[str, float]:
        """The classes in a photo and their share of its pixels, without decoding it."""
        row = self._rows[index][1]
        shares: dict[str, float] = row["gt_classes"] if row["gt"] and "gt_classes" in row else row["classes"]
        return {name: share for name, share in shares.items() if name != "ignore"}

    def _decode(self, archive: _Archive, row: dict[str, Any]) -> Photo:
        image = archive.image(row["file"]).convert("RGB")
        labels = archive.image(row["gt"] or row["mask"])
        if labels.size != image.size:
            (width, height), (mask_width, mask_height) = image.size, labels.size
            raise MediaError(
                f"{archive.path}: {row['file']} is {width}x{height}, its mask {mask_width}x{mask_height}",
                hint="a mask is of its photo's size: mend the mask, or take the row out of index.jsonl",
            )
        factor = self.side / max(image.size)
        if factor < 1:
            size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
            image, labels = image.resize(size, Image.Resampling.BOX), labels.resize(size, Image.Resampling.NEAREST)
        captions = tuple(row.get("captions") or ())
        return Photo(np.array(image), _narrowed(np.array(labels)), bool(row["gt"]), captions, bool(row.get("gray")))


def _narrowed(labels: Pixels) -> Pixels:
    """Labels in which the unlabelled bands along outlines belong to the nearer side.

    People who draw masks leave a band of a few pixels unlabelled on every outline. Taken at its word it would say
    nothing about where things end, and a network that is never corrected there paints over it.
    """
    labels = np.pad(labels, 1, constant_values=IGNORED)
    inner = slice(1, -1)
    for _ in range(BAND_PX):
        grown = labels.copy()
        for neighbours in (labels[:-2, inner], labels[2:, inner], labels[inner, :-2], labels[inner, 2:]):
            here = grown[inner, inner]
            np.copyto(here, neighbours, where=here == IGNORED)
        labels = grown
    return labels[inner, inner].copy()


class Sequences:
    """Video sequences with one object's mask each, decoded from ``davis-train.tar`` or ``davis-val8.tar``.

    Args:
        folder: folder of the tar files.
        split: train, or test for the eight validation sequences.

    Raises:
        MediaError: the tar file is missing or unreadable, or a training file has a validation sequence.
    """

    def __init__(self, folder: Path | str, split: str = "train") -> None:
        path = Path(folder) / f"davis-{'train' if check_split(split) == 'train' else 'val8'}.tar"
        if not path.is_file():
            raise MediaError(
                f"no {path.name} in {folder}",
                hint="it holds SEQUENCE/00000.jpg beside SEQUENCE/00000.png; "
                f"its index.json, or {path.stem}.index.json beside it, tells what each sequence shows",
            )
        self._archive = _Archive(path)
        index: dict[str, dict[str, Any]] = json.loads(_index_of(path, self._archive))["sequences"]
        if split == "train" and (leaked := SEQUENCES_HELD_OUT & index.keys()):
            raise MediaError(
                f"{path} has validation sequences: {', '.join(sorted(leaked))}",
                hint=f"take them out of its index; they belong to {path.with_name('davis-val8.tar').name}",
            )
        self.names: tuple[str, ...] = tuple(sorted(index))
        self._index = index
        self._pictures = {name: self._list(name) for name in self.names}
        self._cache: dict[tuple[str, int], tuple[Pixels, Pixels]] = {}

    def _list(self, name: str) -> list[str]:
        return sorted(entry for entry in self._archive.names if entry.startswith(f"{name}/") and entry.endswith(".jpg"))

    def length(self, name: str) -> int:
        """Frames of a sequence."""
        return len(self._pictures[name])

    def noun(self, name: str) -> str:
        """The noun phrase that means its object."""
        return str(self._index[name]["noun"])

    def sentence(self, name: str) -> str:
        """The action sentence that means its object."""
        return str(self._index[name]["sentence"])

    def kinds(self, name: str) -> tuple[str, ...]:
        """The Pascal VOC classes of its object; empty where VOC has none."""
        return tuple(self._index[name]["voc"] or ())

    def frame(self, name: str, number: int) -> tuple[Pixels, Pixels]:
        """The picture ``(H, W, 3)`` uint8 and the mask ``(H, W)`` uint8, 0 or 1, of a frame."""
        key = (name, number)
        if key not in self._cache:
            entry = self._pictures[name][number]
            image = np.array(self._archive.image(entry).convert("RGB"))
            mask = np.array(self._archive.image(f"{entry[:-4]}.png")) > 0
            self._cache[key] = (image, mask.astype(np.uint8))
        return self._cache[key]


def _index_of(path: Path, archive: _Archive) -> bytes:
    beside = path.with_suffix(".index.json")
    return beside.read_bytes() if beside.is_file() else archive.read("index.json")


class LabelledItem(TypedDict):
    """``image`` is ``(3, S, S)`` uint8, ``labels`` ``(S, S)`` int64 of 21 classes, 255 ignored."""

    image: Tensor
    labels: Tensor
    by_hand: bool


class LabelledPhotos(Dataset[LabelledItem]):
    """Square crops with a class for each pixel: plain segmentation, to train a backbone first.

    Args:
        photos: where the photos come from.
        size: side of a crop.
        seed: seed of crops, flips and colours.
        augment: False takes the whole photo, squeezed into the square.
        epoch: another epoch, other crops; may be set between epochs.
    """

    def __init__(self, photos: Photos, size: int = 224, seed: int = 0, *, augment: bool = True) -> None:
        self.photos = photos
        self.size = size
        self.seed = seed
        self.augment = augment
        self.epoch = 0

    def __len__(self) -> int:
        return len(self.photos)

    def __getitem__(self, index: int) -> LabelledItem:
        photo = self.photos[index]
        image, labels = Image.fromarray(photo.image), Image.fromarray(photo.labels)
        rng = item_rng("labelled-photos", "train", self.seed, self.epoch * len(self.photos) + index)
        box: Sequence[float] = (0, 0, image.width, image.height)
        if self.augment:
            box = _random_box(rng, image.width, image.height)
        square = (self.size, self.size)
        pixels = np.array(image.transform(square, Image.Transform.EXTENT, box, Image.Resampling.BILINEAR))
        classes = np.array(
            labels.transform(square, Image.Transform.EXTENT, box, Image.Resampling.NEAREST, fillcolor=255)
        )
        if self.augment and rng.random() < 0.5:
            pixels, classes = pixels[:, ::-1].copy(), classes[:, ::-1].copy()
        frames = torch.from_numpy(pixels).permute(2, 0, 1)
        if self.augment:
            frames = jitter_colors(frames, rng)
        return {"image": frames, "labels": torch.from_numpy(classes.astype(np.int64)), "by_hand": photo.by_hand}


def _random_box(rng: np.random.Generator, width: int, height: int) -> tuple[float, float, float, float]:
    """A box of 20 to 140 % of the photo's shorter side, its aspect within 3:4, at a random place."""
    side = min(width, height) * float(np.exp(rng.uniform(np.log(0.45), np.log(1.4))))
    aspect = float(np.exp(rng.uniform(np.log(3 / 4), np.log(4 / 3))))
    w, h = side * aspect**0.5, side / aspect**0.5
    left = rng.uniform(min(0.0, width - w), max(0.0, width - w))
    top = rng.uniform(min(0.0, height - h), max(0.0, height - h))
    return left, top, left + w, top + h


def jitter_colors(frames: Tensor, rng: np.random.Generator, strength: float = 1.0) -> Tensor:
    """Brightness, contrast, saturation and warmth moved a little, the same for all frames; colours keep their names.

    Args:
        frames: ``(..., 3, H, W)`` uint8.
        rng: the random stream.
        strength: 1 is the usual amount, 0 changes nothing.

    Returns:
        The same shape and dtype.
    """
    brightness, contrast, saturation = (float(value) for value in 1 + strength * rng.uniform(-0.25, 0.25, size=3))
    warmth = float(rng.uniform(-0.04, 0.04)) * strength
    values = frames.float()
    gray = values.mean(dim=-3, keepdim=True)
    mixed = gray + (values - gray) * saturation
    mixed = (mixed - 128) * contrast + 128 * brightness
    gains = values.new_tensor([1 + warmth, 1.0, 1 - warmth])[:, None, None]
    return (mixed * gains).round().clamp(0, 255).to(torch.uint8)
