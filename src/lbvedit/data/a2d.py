"""A2D Sentences: 3,782 videos, 6,655 sentences, a few annotated frames each (Gavrilyuk et al., CVPR 2018).

Two layouts are read. The official one::

    Release/videoset.csv                         vid,label,start,end,height,width,frames,annotated,subset (train is 0)
    Release/clips320H/VID.mp4
    text_annotations/a2d_annotation.txt          video_id,instance_id,query
    text_annotations/a2d_missed_videos.txt       videos that do not count
    text_annotations/a2d_annotation_with_instances/VID/00001.h5      instance ids and masks, numbered from 1

and that of the authors of "Modeling Motion with Multi-Modal Features" (see :mod:`lbvedit.data.framelist`).
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lbvedit.data.corpus import Corpus, Referral, frames_of_video, optional_module
from lbvedit.data.pairs import check_split

__all__ = ["A2D_SENTENCES", "A2DSentences"]

A2D_SENTENCES = Corpus(
    "A2D Sentences", "https://kgavrilyuk.github.io/publication/actor_action", "research only; sentences CC BY-NC 4.0"
)


class A2DSentences:
    """One item for each sentence and each frame in which its instance is annotated, in the order of the files.

    Args:
        root: the folder with ``Release`` and ``text_annotations``.
        split: train or test.
        offsets: the frames around the annotated one that the clip has, clamped to the video; 0 must be among them.

    Raises:
        MediaError: files are missing.
        MissingCapabilityError: h5py is not installed.
    """

    def __init__(self, root: Path, split: str = "test", offsets: Sequence[int] = (-1, 0, 1)) -> None:
        if 0 not in offsets:
            raise ValueError(f"offsets {tuple(offsets)} leave out the annotated frame")
        self._h5py = optional_module("h5py", "reading the masks of A2D Sentences")
        self._root, self._offsets = root, tuple(offsets)
        texts = A2D_SENTENCES.require(root / "text_annotations")
        self._masks = A2D_SENTENCES.require(texts / "a2d_annotation_with_instances")
        wanted = "0" if check_split(split) == "train" else "1"
        with A2D_SENTENCES.require(root / "Release" / "videoset.csv").open(newline="") as file:
            videos = {row[0] for row in csv.reader(file) if row and row[8].strip() == wanted}
        missed = texts / "a2d_missed_videos.txt"
        if missed.exists():
            videos -= set(missed.read_text().split())
        with A2D_SENTENCES.require(texts / "a2d_annotation.txt").open(newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["video_id"] in videos]
        # One row of the official file is a slip: instance "1 (copy)".
        self._items = [
            (row["video_id"], frame, int(row["instance_id"]), row["query"])
            for row in rows
            if row["instance_id"].isdigit()
            for frame in self._annotated(row["video_id"], int(row["instance_id"]))
        ]

    def _annotated(self, video: str, instance: int) -> list[int]:
        frames = []
        for path in sorted((self._masks / video).glob("*.h5")):
            with self._h5py.File(path) as file:
                if instance in np.atleast_1d(file["instance"][()]).ravel():
                    frames.append(int(path.stem))
        return frames

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: int) -> Referral:
        video, number, instance, query = self._items[index]
        frames = frames_of_video(A2D_SENTENCES.require(self._root / "Release" / "clips320H" / f"{video}.mp4"))
        places = [min(max(number - 1 + offset, 0), len(frames) - 1) for offset in self._offsets]
        return {
            "frames": frames[places],
            "masks": self._mask(video, number, instance)[None],
            "annotated": torch.tensor([self._offsets.index(0)]),
            "expression": " ".join(query.lower().split()),
            "meta": {"video": video, "frame": number, "instance": instance},
        }

    def _mask(self, video: str, number: int, instance: int) -> Tensor:
        with self._h5py.File(self._masks / video / f"{number:05d}.h5") as file:
            instances = np.atleast_1d(file["instance"][()]).ravel()
            masks = file["reMask"][()]
        masks = masks[None] if masks.ndim == 2 else masks  # a single instance is stored without its axis
        chosen = masks[int(np.flatnonzero(instances == instance)[0])]
        return torch.from_numpy(chosen.T.astype(bool))  # MATLAB stores columns first
