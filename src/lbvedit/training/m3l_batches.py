"""How pairs become batches of M3L: their clips, their words as numbers, and what the corpora tell of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from tokenizers import Tokenizer
from torch import Tensor

from lbvedit.data.pairs import Pair
from lbvedit.nn.words import encode, train_tokenizer
from lbvedit.training.m3l_corpora import Pairs, said
from lbvedit.training.m3l_leading import led
from lbvedit.training.m3l_meaning import asked, centres, names, shown, wanted
from lbvedit.training.m3l_placing import Placed
from lbvedit.training.m3l_things import coloring, placed

__all__ = ["Collator", "Language"]

_SENTENCES = 4096  # of each corpus: every template with every word, many times over


class Language(NamedTuple):
    """A corpus's words, what they may ask for, and what its videos may show."""

    tokenizer: Tokenizer
    asked: list[str]
    shown: list[str]

    @classmethod
    def of(cls, corpora: Sequence[Pairs]) -> Language:
        """Theirs: a function of the corpora and their seeds alone."""
        instructions: list[str] = []
        asks: set[str] = set()
        shows: set[str] = set()
        for corpus in corpora:
            for index in range(min(_SENTENCES, len(corpus))):
                told = said(corpus, index)
                instructions.append(told["instruction"])
                asks |= asked(told["meta"])
                shows.update(*shown(told["meta"]))
        return cls(train_tokenizer(instructions), sorted(asks), sorted(shows))


class Collator:
    """Makes batches.

    Args:
        language: the corpora's.
        side: of frames, pixels.
        sprites: whether to tell sprites.
        horizon: whether to tell places, and the horizon that solids are seen under.
    """

    def __init__(self, language: Language, side: int, *, sprites: bool, horizon: float | None) -> None:
        self.language, self.side, self.sprites, self.horizon = language, side, sprites, horizon

    def __call__(self, pairs: Sequence[Pair], frames: slice = slice(None)) -> dict[str, Tensor]:
        """Pairs as one batch, of each the frames in ``frames``."""
        batch = self.told(pairs, frames) | {
            "source": torch.stack([pair["source"][frames] for pair in pairs]),
            "target": torch.stack([pair["target"][frames] for pair in pairs]),
            "changed": torch.stack([pair["changed"][frames] for pair in pairs]),
        }
        if self.sprites:
            leads = [led(pair["meta"], pair["source"], pair["target"]) for pair in pairs]
            guides = [guide for guide in leads if guide is not None]
            batch["sprites"] = torch.stack([guide.pictures for guide in guides])
            batch["mattes"] = torch.stack([guide.mattes for guide in guides])
            batch["steps"] = torch.stack([guide.steps[frames] for guide in guides])
        return batch

    def told(self, rows: Sequence[Mapping[str, Any]], frames: slice = slice(None)) -> dict[str, Tensor]:
        """What is told of pairs by their ``instruction`` and ``meta``, without their clips."""
        metas: list[Mapping[str, Any]] = [row["meta"] for row in rows]
        ids, present = encode(self.language.tokenizer, [row["instruction"] for row in rows])
        batch = {
            "ids": ids,
            "present": present,
            "asked": _flags(self.language.asked, [asked(meta) for meta in metas]),
            "wanted": torch.stack([_flags(self.language.asked, wanted(meta)) for meta in metas]),
            "shown": torch.stack([_flags(self.language.shown, shown(meta)) for meta in metas]),
            "named": torch.stack([self._named(words, names(meta)) for words, meta in zip(ids, metas, strict=True)]),
        }
        places = [centres(meta, self.side) for meta in metas]
        if known := [place[:, frames] for place in places if place is not None]:
            batch["places"] = torch.stack(known)
        if self.horizon is not None:
            stand = [each for meta in metas if (each := self.stands(meta)) is not None]
            told = Placed(*(torch.stack(each) for each in zip(*stand, strict=True))).during(frames)
            batch |= {f"stands.{name}": each for name, each in told._asdict().items()}
            batch["coloring"] = torch.stack([coloring(meta) for meta in metas])
        return batch

    def stands(self, meta: Mapping[str, Any]) -> Placed | None:
        """Where what a pair edits stands, if that is told."""
        assert self.horizon is not None
        return placed(meta, self.side, self.horizon)

    def _named(self, ids: Tensor, things: Sequence[frozenset[str]]) -> Tensor:
        """Which words of an instruction may name each of some things: ``(things, L)`` bool."""
        numbers = [[self.language.tokenizer.token_to_id(word) for word in thing] for thing in things]
        known = [torch.tensor([number for number in each if number is not None]) for each in numbers]
        return (
            torch.stack([torch.isin(ids[1:], each) for each in known]) if known else ids.new_zeros(0, len(ids) - 1) > 0
        )


def _flags(facts: Sequence[str], held: Sequence[frozenset[str]]) -> Tensor:
    """Which facts hold of each pair: ``(B, facts)`` float in {0, 1}."""
    return torch.tensor([[float(fact in each) for fact in facts] for each in held])
