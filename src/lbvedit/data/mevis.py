"""MeViS and Ref-YouTube-VOS: expressions in JSON, frames in folders.

::

    MeViS          SPLIT/meta_expressions.json   videos: {VIDEO: {frames: [...], expressions: {ID: {exp, anno_id}}}}
                   SPLIT/mask_dict.json          {ANNOTATION: [COCO RLE or null, one a frame]}
                   SPLIT/JPEGImages/VIDEO/00000.jpg
    Ref-YouTube-VOS  meta_expressions/SPLIT/meta_expressions.json   as above, with obj_id instead of anno_id
                   SPLIT/Annotations/VIDEO/00000.png                indexed
                   SPLIT/JPEGImages/VIDEO/00000.jpg

Splits whose masks are kept by an evaluation server have expressions alone; their items have no annotated frame.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lbvedit.data.corpus import Corpus, Referral, labels, picture
from lbvedit.errors import MediaError

__all__ = ["MEVIS", "REF_YOUTUBE_VOS", "ExpressionVideos", "decode_rle"]

MEVIS = Corpus("MeViS", "https://henghuiding.github.io/MeViS", "CC BY-NC-SA 4.0")
REF_YOUTUBE_VOS = Corpus("Ref-YouTube-VOS", "https://youtube-vos.org/dataset/rvos", "CC BY 4.0, research")
NAME = "meta_expressions.json"


class ExpressionVideos:
    """One item for each expression of each video, in the order of the file.

    Args:
        root: the folder with the splits.
        split: such as ``train``, ``valid_u`` or ``valid``.

    Raises:
        MediaError: files are missing, or the JSON is not of this kind.
    """

    def __init__(self, root: Path, split: str) -> None:
        of_mevis = (root / split / NAME).exists()
        self.corpus = MEVIS if of_mevis else REF_YOUTUBE_VOS
        path = root / split / NAME if of_mevis else root / "meta_expressions" / split / NAME
        if not path.exists():
            raise MediaError(
                f"neither {MEVIS.name} nor {REF_YOUTUBE_VOS.name} is here: looked for {root / split / NAME} and {path}",
                hint="; ".join(f"get {each.name} from {each.origin}" for each in (MEVIS, REF_YOUTUBE_VOS)),
            )
        self._folder = root / split
        videos = _read(path, self.corpus).get("videos")
        if not isinstance(videos, dict):
            raise MediaError(
                f"{path} has no object 'videos'",
                hint=f"it is another file of that name: get it from {self.corpus.origin}",
            )
        masks = self._folder / "mask_dict.json"
        self._masks = _read(masks, MEVIS) if of_mevis and masks.exists() else {}
        self._annotated = bool(self._masks) or (not of_mevis and (self._folder / "Annotations").is_dir())
        self._frames = {video: list(value["frames"]) for video, value in videos.items()}
        self._items = [
            (video, name, expression)
            for video, value in videos.items()
            for name, expression in value["expressions"].items()
        ]

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: int) -> Referral:
        video, name, expression = self._items[index]
        folder = self.corpus.require(self._folder / "JPEGImages" / video)
        frames = torch.stack([picture(folder / f"{frame}.jpg") for frame in self._frames[video]])
        places, masks = self._known_masks(video, expression, frames.shape[-2:]) if self._annotated else ([], [])
        return {
            "frames": frames,
            "masks": torch.stack(masks) if masks else torch.zeros((0, *frames.shape[-2:]), dtype=torch.bool),
            "annotated": torch.tensor(places, dtype=torch.int64),
            "expression": " ".join(str(expression["exp"]).lower().split()),
            "meta": {"video": video, "expression": name},
        }

    def _known_masks(self, video: str, expression: dict[str, Any], size: torch.Size) -> tuple[list[int], list[Tensor]]:
        """The annotated frames and, for each, the union of all objects that are meant."""
        count = len(self._frames[video])
        if self._masks:
            rows = [self._masks[str(annotation)] for annotation in expression["anno_id"]]
            masks = [torch.zeros(*size, dtype=torch.bool) for _ in range(count)]
            for row in rows:
                for mask, rle in zip(masks, row, strict=True):
                    if rle is not None:
                        mask |= decode_rle(rle)
            return list(range(count)), masks
        objects = expression["obj_id"] if isinstance(expression["obj_id"], list) else [expression["obj_id"]]
        wanted = torch.tensor([int(number) for number in objects], dtype=torch.uint8)
        files = [self._folder / "Annotations" / video / f"{frame}.png" for frame in self._frames[video]]
        places = [place for place, file in enumerate(files) if file.exists()]
        return places, [torch.isin(labels(files[place]), wanted) for place in places]


def decode_rle(rle: dict[str, Any]) -> Tensor:
    """A COCO run-length mask, ``(H, W)`` bool.

    Args:
        rle: ``size`` as height and width, ``counts`` as a list or as COCO's compressed text: runs of zeros and ones in
            turn, column by column.

    Raises:
        MediaError: the runs do not add up to the size.
    """
    height, width = rle["size"]
    counts = rle["counts"]
    runs = list(counts) if isinstance(counts, list) else _decompress(counts)
    if sum(runs) != height * width:
        raise MediaError(
            f"a mask's run lengths add up to {sum(runs)} != {height} x {width}",
            hint=f"its mask_dict.json is damaged: get it again from {MEVIS.origin}",
        )
    values = np.arange(len(runs)) % 2 == 1
    return torch.from_numpy(np.repeat(values, runs).reshape(width, height).T.copy())


def _decompress(text: str | bytes) -> list[int]:
    """COCO's text: five bits a character from 48 on, low bits first, the sixth bit says that more follow.

    From the third run on, what is written is the difference to the run before the last.
    """
    codes = text.encode() if isinstance(text, str) else text
    runs: list[int] = []
    value, shift = 0, 0
    for code in codes:
        bits = code - 48
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits & 0x20:
            continue
        if bits & 0x10:
            value -= 1 << shift
        runs.append(value + runs[-2] if len(runs) > 2 else value)
        value, shift = 0, 0
    return runs


def _read(path: Path, corpus: Corpus) -> dict[str, Any]:
    again = f"it is damaged, or another file of that name: get it again from {corpus.origin}"
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise MediaError(f"{path} is not JSON: {error}", hint=again) from error
    if not isinstance(value, dict):
        raise MediaError(f"{path} is not a JSON object", hint=again)
    return value
