"""20BN-Jester, and E-JESTER: pairs of clips of one person making two gestures (M3L, Sec. 4).

The pairs and instructions of the paper were never released. The reader takes any list of pairs::

    jester-v1-labels.csv          one of the 27 gestures a line
    jester-v1-train.csv           ID;GESTURE           (also -validation)
    20bn-jester-v1/ID/00001.jpg   12 frames a second
    pairs-train.csv               SOURCE;TARGET;INSTRUCTION     (also -test; without a header)
"""

from __future__ import annotations

import csv
from pathlib import Path

import torch
from torch import Tensor

from lbvedit.data.corpus import Corpus, picture
from lbvedit.data.pairs import Pair, check_split
from lbvedit.errors import MediaError

__all__ = ["JESTER", "EJester", "gestures"]

JESTER = Corpus("20BN-Jester", "Qualcomm's AI datasets page (formerly 20bn.com)", "research and non-commercial use")


class EJester:
    """One item a pair.

    The two clips are sampled at ``frames`` evenly spaced moments each, since gestures differ in length; the target is
    scaled to the source's size where the two differ.

    Args:
        root: the folder with ``20bn-jester-v1``.
        split: train or test.
        frames: frames a clip; 4 as Table 1 of the paper has it.

    Raises:
        MediaError: files are missing, or a pair names an unknown clip.
    """

    def __init__(self, root: Path, split: str = "test", frames: int = 4) -> None:
        self._clips = JESTER.require(root / "20bn-jester-v1")
        self._count = frames
        self._names = gestures(root)
        self._gestures = {
            clip: gesture
            for part in ("train", "validation")
            if (path := root / f"jester-v1-{part}.csv").exists()
            for clip, gesture in _rows(path, 2)
        }
        self._pairs = _rows(JESTER.require(root / f"pairs-{check_split(split)}.csv"), 3)

    def __len__(self) -> int:
        return len(self._pairs)

    def __getitem__(self, index: int) -> Pair:
        source_id, target_id, instruction = self._pairs[index]
        source, target = self._clip(source_id), self._clip(target_id)
        if source.shape != target.shape:
            scaled = torch.nn.functional.interpolate(
                target.float(), source.shape[-2:], mode="bilinear", antialias=True, align_corners=False
            )
            target = scaled.round().clamp(0, 255).to(torch.uint8)
        gesture = self._gestures.get(target_id)
        return {
            "source": source,
            "target": target,
            "instruction": instruction,
            "changed": (source != target).any(dim=1, keepdim=True),
            "meta": {
                "source": source_id,
                "target": target_id,
                "gesture": self._names.index(gesture) if gesture in self._names else -1,
            },
        }

    def _clip(self, clip: str) -> Tensor:
        files = sorted(JESTER.require(self._clips / clip).glob("*.jpg"))
        if not files:
            raise MediaError(
                f"{self._clips / clip} has no frames", hint=f"00001.jpg and on: unpack it from {JESTER.origin}"
            )
        places = torch.linspace(0, len(files) - 1, self._count).round().long().tolist()
        return torch.stack([picture(files[place]) for place in places])


def gestures(root: Path) -> list[str]:
    """The names of the gestures, in the order of their class numbers.

    Raises:
        MediaError: the list is missing.
    """
    lines = JESTER.require(root / "jester-v1-labels.csv").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip()]


def _rows(path: Path, fields: int) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = [[field.strip() for field in row] for row in csv.reader(file, delimiter=";") if row]
    for number, row in enumerate(rows, 1):
        if len(row) != fields:
            raise MediaError(
                f"{path}, line {number}: {len(row)} fields != {fields}",
                hint="separated by semicolons: ID;GESTURE, and in a list of pairs SOURCE;TARGET;INSTRUCTION",
            )
    return rows
