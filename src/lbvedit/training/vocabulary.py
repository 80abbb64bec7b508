"""The words that the small MMVT knows: ``python -m lbvedit.training.vocabulary DATA OUT.json``."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from lbvedit.data.expressions import MOTION_WORDS
from lbvedit.data.photos import Photos, Sequences
from lbvedit.language.lexicon import ABSENT_THINGS, HYPERNYMS, KINDS, plural
from lbvedit.measures.color_names import BASIC_COLORS
from lbvedit.nn.words import train_tokenizer

__all__ = ["sentences"]

RARE = 4
"""A word that is in no list and stands in fewer sentences than this is left unknown, so that unknown words are met."""


_SAID = (
    *(phrase for phrases in MOTION_WORDS.values() for phrase in phrases),
    "on the left right in middle center top bottom side leftmost rightmost two three four all every wearing clothes",
    "big bigger biggest large larger largest small smaller smallest little flying riding sailing driving walking",
    "running parked sitting standing anchored waiting jumping swimming racing rolling climbing with near behind",
)


def sentences(data: Path) -> Iterator[str]:
    """Everything that is said of the corpora; the lexicon's words as often as it takes to be kept."""
    listed = [
        *HYPERNYMS,
        *ABSENT_THINGS,
        *KINDS,
        *BASIC_COLORS,
        *_SAID,
        *(name for names in KINDS.values() for name in names),
    ]
    for _ in range(RARE):
        yield from listed
        yield from map(plural, listed)
    with (data / "language" / "a2d_annotation.txt").open(encoding="utf-8", newline="") as file:
        yield from (row["query"] for row in csv.DictReader(file))
    photos = Photos(data / "photos")
    for index in range(len(photos)):
        yield from photos.captions(index)
    for entry in json.loads((data / "language" / "loveu.json").read_text(encoding="utf-8")):
        yield json.dumps(entry).replace('"', " ")
    sequences = Sequences(data / "davis")
    for name in sequences.names:
        for _ in range(RARE):
            yield from (sequences.noun(name), sequences.sentence(name))


if __name__ == "__main__":
    train_tokenizer(sentences(Path(sys.argv[1])), size=4096, min_frequency=RARE).save(sys.argv[2])
