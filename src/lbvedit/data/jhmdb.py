"""J-HMDB Sentences: 928 videos of one person acting, a sentence each; evaluation only (Gavrilyuk et al., CVPR 2018).

::

    jhmdb_annotation.txt                         video_id,query
    Rename_Images/ACTION/VIDEO/00001.png
    puppet_mask/ACTION/VIDEO/puppet_mask.mat     part_mask (H, W, frames)
    jhmdb_sentences_samples_metadata.json        MTTR's list: three frames a video
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor

from lbvedit.data.corpus import Corpus, Referral, optional_module, picture
from lbvedit.errors import MediaError

__all__ = ["JHMDB_SENTENCES", "JHMDBSentences"]

JHMDB_SENTENCES = Corpus(
    "J-HMDB Sentences",
    "http://jhmdb.is.tue.mpg.de and https://kgavrilyuk.github.io/publication/actor_action",
    "research only",
)
SAMPLES = "jhmdb_sentences_samples_metadata.json"


class JHMDBSentences:
    """One item for each chosen frame of each video.

    Args:
        root: the folder with ``jhmdb_annotation.txt``.
        frames: ``list`` takes the three frames a video of MTTR's list, which most later papers use; ``all`` takes
            every frame that has a mask.
        offsets: the frames around the chosen one that the clip has, clamped to the video.

    Raises:
        MediaError: files are missing.
        MissingCapabilityError: scipy is not installed.
    """

    def __init__(
        self, root: Path, frames: Literal["list", "all"] = "list", offsets: Sequence[int] = (-1, 0, 1)
    ) -> None:
        if 0 not in offsets:
            raise ValueError(f"offsets {tuple(offsets)} leave out the annotated frame")
        optional_module("scipy.io", "reading the masks of J-HMDB Sentences")
        self._offsets = tuple(offsets)
        folders = {path.name: path for path in JHMDB_SENTENCES.require(root / "Rename_Images").glob("*/*")}
        masks = {path.parent.name: path for path in (root / "puppet_mask").glob("*/*/puppet_mask.mat")}
        with JHMDB_SENTENCES.require(root / "jhmdb_annotation.txt").open(newline="") as file:
            queries = {row["video_id"]: row["query"] for row in csv.DictReader(file)}
        for video in queries:
            JHMDB_SENTENCES.require(folders.get(video, root / "Rename_Images" / "*" / video))
            JHMDB_SENTENCES.require(masks.get(video, root / "puppet_mask" / "*" / video / "puppet_mask.mat"))
        self._folders, self._masks = folders, masks
        if frames == "list":
            rows = json.loads(JHMDB_SENTENCES.require(root / SAMPLES).read_text())
            chosen = [(row[0], int(Path(row[1]).stem), row[4]) for row in rows]
        else:
            chosen = [(video, n, query) for video, query in queries.items() for n in self._annotated(video)]
        self._items = chosen

    def _annotated(self, video: str) -> range:
        frames = len(list(self._folders[video].glob("*.png")))
        return range(1, min(frames, len(_part_masks(self._masks[video]))) + 1)

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: int) -> Referral:
        video, number, query = self._items[index]
        count = len(self._annotated(video))
        if not 1 <= number <= count:
            raise MediaError(
                f"{video} has no mask for frame {number}: it has {count}",
                hint=f"its frames or puppet_mask.mat are incomplete: get them from {JHMDB_SENTENCES.origin}",
            )
        numbers = [min(max(number + offset, 1), count) for offset in self._offsets]
        return {
            "frames": torch.stack([picture(self._folders[video] / f"{n:05d}.png") for n in numbers]),
            "masks": _part_masks(self._masks[video])[number - 1 : number],
            "annotated": torch.tensor([self._offsets.index(0)]),
            "expression": " ".join(query.lower().split()),
            "meta": {"video": video, "frame": number},
        }


@lru_cache(maxsize=4)
def _part_masks(path: Path) -> Tensor:
    scipy_io: Any = optional_module("scipy.io", "reading the masks of J-HMDB Sentences")
    return torch.from_numpy(scipy_io.loadmat(path)["part_mask"].transpose(2, 0, 1) != 0)
