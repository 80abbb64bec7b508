"""LOVEU-TGVE-2023: 76 videos with four edits each (Wu et al., "CVPR 2023 text guided video editing competition").

::

    LOVEU-TGVE-2023_Dataset.csv                       captions; rows of a set follow a row with its name
    DAVIS_480p/480p_frames/VIDEO/00000.jpg            or DAVIS_480p/480p_videos/VIDEO.mp4
    youtube_480p/...  videvo_480p/...

Instead of the CSV file, ``loveu.json`` may hold a list of objects with ``set``, ``id``, ``source`` and the four edits.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TypedDict

import torch
from torch import Tensor

from lbvedit.data.corpus import Corpus, frames_of_video, picture
from lbvedit.errors import MediaError

__all__ = ["EDITS", "LOVEU", "SETS", "Edit", "Loveu", "read_prompts"]

LOVEU = Corpus(
    "LOVEU-TGVE-2023", "https://sites.google.com/view/loveucvpr23/track4", "Creative Commons; prompts Apache-2.0"
)
EDITS = ("style", "object", "background", "multiple")
SETS = ("DAVIS_480p", "youtube_480p", "videvo_480p")
_COLUMNS = {
    "style": "Style Change Caption",
    "object": "Object Change Caption",
    "background": "Background Change Caption",
    "multiple": "Multiple Changes Caption",
}


class Edit(TypedDict):
    """A video, what it shows, and the prompt of one edit."""

    frames: Tensor
    source_prompt: str
    target_prompt: str
    kind: str
    video: str
    set: str


class Loveu:
    """One item for each edit of each video.

    Args:
        root: the folder with the CSV file and the sets.
        kind: one of :data:`EDITS`, or None for all four.

    Raises:
        MediaError: files are missing.
    """

    def __init__(self, root: Path, kind: str | None = None) -> None:
        self._root = root
        prompts = read_prompts(root)
        self._items = [(row, edit) for row in prompts for edit in EDITS if kind in (None, edit)]

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: int) -> Edit:
        row, kind = self._items[index]
        folder = self._root / row["set"]
        frames = sorted((folder / "480p_frames" / row["id"]).glob("*.jpg"))
        if frames:
            clip = torch.stack([picture(path) for path in frames])
        else:
            clip = frames_of_video(LOVEU.require(folder / "480p_videos" / f"{row['id']}.mp4"))
        return {
            "frames": clip,
            "source_prompt": row["source"],
            "target_prompt": row[kind],
            "kind": kind,
            "video": row["id"],
            "set": row["set"],
        }


def read_prompts(root: Path) -> list[dict[str, str]]:
    """The rows of the data set: ``set``, ``id``, ``source`` and the four :data:`EDITS`.

    Raises:
        MediaError: neither the CSV file nor ``loveu.json`` is there, or a prompt is missing.
    """
    packed = root / "loveu.json"
    if packed.exists():
        rows = json.loads(packed.read_text(encoding="utf-8"))
    else:
        rows = _read_csv(LOVEU.require(root / "LOVEU-TGVE-2023_Dataset.csv"))
    for row in rows:
        if missing := [name for name in ("set", "id", "source", *EDITS) if not row.get(name)]:
            raise MediaError(
                f"{row.get('id') or 'a video'} of {LOVEU.name} lacks {', '.join(missing)}",
                hint=f"every video has a set, its caption and four prompts: get the list from {LOVEU.origin}",
            )
    return rows


def _read_csv(path: Path) -> list[dict[str, str]]:
    """The captions; a row that names a set, such as "DAVIS Videos:", opens it."""
    rows: list[dict[str, str]] = []
    current = SETS[0]
    with path.open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            name = (row.get("Video name") or "").strip()
            if not (row.get("Our GT caption") or "").strip():
                current = next((each for each in SETS if each.split("_")[0].lower() in name.lower()), current)
                continue
            edits = {edit: (row.get(column) or "").strip() for edit, column in _COLUMNS.items()}
            rows.append({"set": current, "id": name, "source": row["Our GT caption"].strip(), **edits})
    return rows
