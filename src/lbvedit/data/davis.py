"""DAVIS 2016 and 2017, with the expressions of Ref-DAVIS-17 or of an index, from folders or from one tar file.

Official layout, with or without the folder ``DAVIS`` around it::

    JPEGImages/480p/SEQUENCE/00000.jpg
    Annotations/480p/SEQUENCE/00000.png          indexed (2017), or 0 and 255 (2016)
    ImageSets/2017/val.txt                       SEQUENCE a line; 2016 lists the paths of each frame instead
    ../davis_text_annotations/Davis17_annot1.txt SEQUENCE OBJECT "EXPRESSION"

One tar file: ``NAME.tar`` with ``SEQUENCE/00000.jpg`` beside ``SEQUENCE/00000.png``, and ``NAME.index.json`` beside it
with a noun phrase and a sentence for each sequence.
"""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Literal, Protocol

import torch
from torch import Tensor

from lbvedit.data.corpus import Corpus, Referral, labels, picture
from lbvedit.errors import MediaError

__all__ = ["DAVIS", "Davis", "DavisTar", "open_davis"]

DAVIS = Corpus("DAVIS", "https://davischallenge.org", "CC BY-NC 4.0")
_SLIPS = {"clasic-car": "classic-car", "dog-scale": "dogs-scale", "motor-bike": "motorbike"}
"""Names that the text annotations spell differently from the folders."""


class _Sequences(Protocol):
    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> Referral: ...


def open_davis(
    root: Path, split: str = "val", *, year: Literal[2016, 2017] = 2017, words: Literal["noun", "sentence"] = "noun"
) -> _Sequences:
    """DAVIS in whichever layout lies at ``root``: a tar file, a folder with ``davis-val8.tar``, or the official one.

    Args:
        root: file or folder.
        split: ``val`` or ``train``.
        year: which benchmark's sequences and objects, in the official layout.
        words: noun phrase or sentence, where the index has both.

    Raises:
        MediaError: none of them is there.
    """
    if root.suffix == ".tar":
        return DavisTar(root, words)
    packed = sorted(root.glob(f"davis-{split}*.tar"))
    if packed:
        return DavisTar(packed[0], words)
    return Davis(root, split, year)


@dataclass(frozen=True)
class _Spoken:
    sequence: str
    object_id: int
    expression: str


class Davis:
    """One item for each expression: the whole sequence with the masks of the object that is meant.

    Without text annotations beside the folder there is one item for each object, whose expression is the sequence's
    name in words: ``car shadow``.

    Args:
        root: the folder with ``JPEGImages``, or the one with ``DAVIS``.
        split: ``val`` or ``train``.
        year: 2016 has one object a sequence, 2017 has several.
        annotator: which of the two annotators of Ref-DAVIS-17.
        full_video: expressions made from the whole video rather than from its first frame.

    Raises:
        MediaError: files are missing.
    """

    def __init__(
        self,
        root: Path,
        split: str = "val",
        year: Literal[2016, 2017] = 2017,
        *,
        annotator: Literal[1, 2] = 1,
        full_video: bool = False,
    ) -> None:
        base = root / "DAVIS" if (root / "DAVIS").is_dir() else root
        self._frames = DAVIS.require(base / "JPEGImages" / "480p")
        self._masks = DAVIS.require(base / "Annotations" / "480p")
        listing = DAVIS.require(base / "ImageSets" / str(year) / f"{split}.txt").read_text().splitlines()
        self._binary = year == 2016
        sequences = list(dict.fromkeys(_sequence_of(line) for line in listing if line.strip()))
        name = f"Davis17_annot{annotator}{'_full_video' if full_video else ''}.txt"
        texts = [folder / "davis_text_annotations" / name for folder in (root, base.parent, base)]
        found = next((path for path in texts if path.exists()), None)
        if found is not None and not self._binary:
            spoken = _read_expressions(found)
            self._items = [item for sequence in sequences for item in spoken if item.sequence == sequence]
        else:
            self._items = [
                _Spoken(sequence, number, re.sub(r"[-_\d]+", " ", sequence).strip())
                for sequence in sequences
                for number in self._objects(sequence)
            ]

    def _objects(self, sequence: str) -> list[int]:
        if self._binary:
            return [1]
        first = labels(min((self._masks / sequence).glob("*.png")))
        return [int(value) for value in first.unique() if 0 < value < 255]

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: int) -> Referral:
        item = self._items[index]
        frames = sorted(DAVIS.require(self._frames / item.sequence).glob("*.jpg"))
        masks = [labels(self._masks / item.sequence / f"{path.stem}.png") for path in frames]
        return _referral((picture(path) for path in frames), masks, item, binary=self._binary)


class DavisTar:
    """One item for each sequence of a tar file, in alphabetical order.

    Args:
        path: the tar file; its index lies beside it.
        words: noun phrase or sentence.

    Raises:
        MediaError: the file or its index is missing or damaged.
    """

    def __init__(self, path: Path, words: Literal["noun", "sentence"] = "noun") -> None:
        self._path = DAVIS.require(path)
        index = json.loads(DAVIS.require(path.with_suffix(".index.json")).read_text(encoding="utf-8"))
        self.index: dict[str, dict[str, object]] = dict(sorted(index["sequences"].items()))
        self._words = words

    @property
    def _incomplete(self) -> str:
        index = self._path.with_suffix(".index.json").name
        return (
            f"pack it again, SEQUENCE/00000.jpg beside SEQUENCE/00000.png, or mend {index}, which names its sequences"
        )

    @cached_property
    def _members(self) -> dict[str, tarfile.TarInfo]:
        try:
            with tarfile.open(self._path) as tar:
                return {member.name: member for member in tar if member.isfile()}
        except tarfile.TarError as error:
            raise MediaError(
                f"{self._path} is damaged: {error}", hint=f"copy it again, or get {DAVIS.name} from {DAVIS.origin}"
            ) from error

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, index: int) -> Referral:
        sequence = list(self.index)[index]
        names = sorted(name for name in self._members if name.startswith(f"{sequence}/") and name.endswith(".jpg"))
        if not names:
            raise MediaError(f"{self._path} has no frames of {sequence}", hint=self._incomplete)
        with self._path.open("rb") as file:
            frames = [picture(self._read(file, name), f"{self._path}: {name}") for name in names]
            drawn = [name.replace(".jpg", ".png") for name in names]
            masks = [labels(self._read(file, name), f"{self._path}: {name}") for name in drawn]
        item = _Spoken(sequence, 1, str(self.index[sequence][self._words]))
        referral = _referral(frames, masks, item, binary=True)
        referral["meta"]["kinds"] = self.index[sequence].get("voc", [])
        return referral

    def _read(self, file: IO[bytes], name: str) -> bytes:
        if name not in self._members:
            raise MediaError(f"{self._path} has no {name}", hint=self._incomplete)
        file.seek(self._members[name].offset_data)
        return file.read(self._members[name].size)


def _referral(frames: Iterable[Tensor], masks: list[Tensor], item: _Spoken, *, binary: bool) -> Referral:
    stacked = torch.stack(list(frames))
    return {
        "frames": stacked,
        "masks": torch.stack([mask != 0 if binary else mask == item.object_id for mask in masks]),
        "annotated": torch.arange(len(stacked)),
        "expression": item.expression,
        "meta": {"video": item.sequence, "instance": item.object_id},
    }


def _sequence_of(line: str) -> str:
    """``blackswan`` from a line of either year's list."""
    first = line.split()[0]
    return first.split("/")[-2] if "/" in first else first


def _read_expressions(path: Path) -> list[_Spoken]:
    text = path.read_bytes().decode("utf-8" if "annot1" in path.name else "latin-1")
    items = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        parts = line.strip().split(maxsplit=2)
        if len(parts) < 3 or not parts[1].isdigit():
            raise MediaError(
                f'{path}, line {number}: not SEQUENCE OBJECT "EXPRESSION": {line!r:.60}',
                hint='one a line, such as: blackswan 1 "a black swan"; without the file a folder\'s name is its words',
            )
        items.append(_Spoken(_SLIPS.get(parts[0], parts[0]), int(parts[1]), parts[2].strip().strip('"').lower()))
    return items
