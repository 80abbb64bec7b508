"""The layout of "Modeling Motion with Multi-Modal Features" for A2D and J-HMDB Sentences: frames, indexed masks, lists.

::

    allframes/VIDEO/00001.png               (or .jpg)
    Annotations_visualize/VIDEO/00001.png   indexed: pixel value = object id + 1
    a2d_txt/test.txt                        VIDEO/FRAME,?,?,OBJECT_ID,SENTENCE     (jhmdb_txt for J-HMDB)
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from lbvedit.data.corpus import Corpus, Referral, labels, picture
from lbvedit.errors import MediaError

__all__ = ["FrameList"]


class FrameList:
    """One item a line of the list.

    Args:
        root: the folder with ``allframes``.
        listing: the list, such as ``a2d_txt/test.txt``.
        corpus: named when something is missing.
        offsets: the frames around the annotated one that the clip has, clamped to those that exist.

    Raises:
        MediaError: files are missing, or a line has less than five fields.
    """

    def __init__(self, root: Path, listing: Path, corpus: Corpus, offsets: Sequence[int] = (-1, 0, 1)) -> None:
        if 0 not in offsets:
            raise ValueError(f"offsets {tuple(offsets)} leave out the annotated frame")
        self._corpus = corpus
        self._frames = corpus.require(root / "allframes")
        self._masks = corpus.require(root / "Annotations_visualize")
        self._offsets = tuple(offsets)
        self._items = []
        for number, line in enumerate(corpus.require(listing).read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            fields = line.split(",", 4)  # a comma in the sentence belongs to it
            if len(fields) < 5 or not fields[3].strip().isdigit():
                raise MediaError(
                    f"{listing}, line {number}: not VIDEO/FRAME,?,?,OBJECT_ID,SENTENCE: {line!r:.60}",
                    hint="such as: video1/00012.png,0,0,1,a dog is running",
                )
            video, _, frame = fields[0].strip().rpartition("/")
            self._items.append((video, int(Path(frame).stem), int(fields[3]), fields[4].strip().lower()))

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: int) -> Referral:
        video, number, instance, sentence = self._items[index]
        mask = labels(self._masks / video / f"{number:05d}.png") == instance + 1
        return {
            "frames": torch.stack([self._frame(video, number, offset) for offset in self._offsets]),
            "masks": mask[None],
            "annotated": torch.tensor([self._offsets.index(0)]),
            "expression": sentence,
            "meta": {"video": video, "frame": number, "instance": instance},
        }

    def _frame(self, video: str, number: int, offset: int) -> Tensor:
        step = 1 if offset > 0 else -1
        for distance in range(offset, -step, -step) if offset else (0,):
            for suffix in ("png", "jpg"):
                path = self._frames / video / f"{number + distance:05d}.{suffix}"
                if path.exists():
                    return picture(path)
        raise MediaError(
            f"no frame {number} of {video} in {self._frames}",
            hint=f"looked for {video}/{number:05d}.png and .jpg: extract it from {self._corpus.origin}",
        )
