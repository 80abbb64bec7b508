"""How photos, clips and the world's actors become batches of MMVT: pictures, and what is said of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from lbvedit.data.actors import Actors, Tableau
from lbvedit.data.expressions import absent_query
from lbvedit.data.photos import IGNORED
from lbvedit.language.lexicon import VOC_CLASSES
from lbvedit.nn.words import encode, load_tokenizer, train_tokenizer
from lbvedit.systems.mmvt.config import MMVTConfig
from lbvedit.systems.mmvt.motion import motion_image
from lbvedit.training.acted import CAST, SIDE_PX, TRAITS, acted, asked, descriptions, meant, watched
from lbvedit.training.mmvt_settings import MMVTTrainingConfig
from lbvedit.training.pictures import Pictures, View, colored, draw_view
from lbvedit.training.recipe import Draw
from lbvedit.training.referring import Reference, Still, moving_flow, named_kinds, references, regions, spoken

__all__ = ["Batches"]

_LONGEST = 24
"""Tokens of an expression."""

_ENDLESS = 1_000_000
"""Pictures of actors, more than anybody can render: none comes twice."""

_BACK = MMVTConfig.small(0).motion_back
"""Frames that the motion encoder looks back."""

_DESCRIPTIONS = 18_955
"""Descriptions, those of 1,500 stages, that give the words of a model that knows the world alone."""

_WORDS_SEED = 3
"""Draws them. One for all runs: weights can begin from any others, and the pictures may be new each time."""

_UNKNOWN_WORD = "zzz"
"""Stands for a word that the vocabulary lacks."""

_Heard = tuple[str, frozenset[str], tuple[bool, ...] | None]
"""An expression, the kinds that it names, and the values of traits that it asks for."""

_NOBODY_KNOWS = (-1,) * sum(TRAITS)
"""Instead of the values of traits that an expression about real footage asks for."""


class Batches:
    """Makes batches; reads what it needs when the first is made.

    Args:
        config: of the training.
    """

    def __init__(self, config: MMVTTrainingConfig) -> None:
        self.config = config
        size = config.tableaux or _ENDLESS
        self._actors = Actors("train", config.seed, size=size, frames=2, side=SIDE_PX, back=_BACK)
        self._kept: dict[int, tuple[Tableau, Tensor]] = {}

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The word-level tokenizer that text goes through."""
        if self.config.actors < 1:
            return load_tokenizer(self.config.tokenizer)
        said = itertools.islice(descriptions(np.random.default_rng(_WORDS_SEED)), _DESCRIPTIONS)
        return train_tokenizer(description.text for description in said)

    @property
    def classes(self) -> tuple[str, ...]:
        """What the class map tells apart, background first."""
        return CAST if self.config.actors == 1 else VOC_CLASSES

    @property
    def _expressions(self) -> int:
        """Expressions a picture: whoever only learns to see hears none."""
        return 0 if self.config.only == "seeing" else self.config.expressions

    @cached_property
    def _pictures(self) -> Pictures:
        return Pictures(self.config.data, teacher=self.config.teacher)

    def __call__(self, draw: Draw) -> dict[str, Tensor]:
        """Pictures with several expressions each, made by the numbers of ``draw``."""
        rng = np.random.default_rng(draw.seed)
        c = self.config
        if c.only == "reading":
            return self._words(list(itertools.islice(self._spoken(rng), draw.size)))
        items = [self._item(rng) for _ in range(draw.size)]
        batch = {
            "frames": torch.stack([view.image for view, _, _ in items]),
            "flow": torch.stack([self._moving(flow) for _, flow, _ in items]),
            "labels": torch.stack([view.labels for view, _, _ in items]),
        }
        told = [reference for _, _, references in items for reference in references]
        if told:
            batch["tokens"], batch["keep"] = encode(self.tokenizer, [r.expression for r in told], _LONGEST)
            batch["masks"] = torch.stack([r.mask for r in told])[:, None].float()
            batch["known"] = torch.stack([~r.doubtful for r in told])[:, None]
            batch["owner"] = torch.arange(draw.size).repeat_interleave(c.expressions)
            heard = ((r.expression, r.kinds, r.asked) for r in told)
            batch |= self._words([*heard, *itertools.islice(self._spoken(rng), c.spoken)])
        unknown = torch.full((len(TRAITS), c.size_px, c.size_px), IGNORED, dtype=torch.uint8)
        batch["traits"] = torch.stack([unknown if view.traits is None else view.traits for view, _, _ in items])
        taught = [view.taught for view, _, _ in items]
        if any(lesson is not None for lesson in taught):
            batch["taught"] = torch.tensor([i for i, lesson in enumerate(taught) if lesson is not None])
            batch["features"] = torch.stack([lesson.features for lesson in taught if lesson is not None])
            batch["soft"] = torch.stack([lesson.classes for lesson in taught if lesson is not None])
        return batch

    def _words(self, heard: Sequence[_Heard]) -> dict[str, Tensor]:
        """Expressions as tokens, with what they mean."""
        words, means, asks = zip(*heard, strict=True)
        tokens, keep = encode(self.tokenizer, words, _LONGEST)
        return {
            "words": tokens,
            "words_keep": keep,
            "means": torch.tensor([self.meant(kinds) for kinds in means]),
            "asked": torch.tensor([asks or _NOBODY_KNOWS for asks in asks]).float(),
        }

    def _spoken(self, rng: np.random.Generator) -> Iterator[_Heard]:
        """Expressions without a picture, without end."""
        for said in descriptions(rng):
            while rng.random() >= self.config.actors:
                yield *spoken(rng), None
            yield said.text, meant(said, self.classes), asked(said)

    def meant(self, kinds: frozenset[str]) -> list[float]:
        """How likely each class is meant: what the class map does not have may be anywhere in its background."""
        known = kinds & set(self.classes) or frozenset({"background"} if kinds else ())
        return [0.5 if kind in known and kind == "background" else float(kind in known) for kind in self.classes]

    def _item(self, rng: np.random.Generator) -> tuple[View, Tensor, list[Reference]]:
        """A picture, its flow ``(2, S, S)`` or flows ``(4, S, S)``, and what is said of it."""
        c = self.config
        if c.actors and rng.random() < c.actors:
            index = int(rng.integers(len(self._actors)))
            tableau, seen = self._tableau(index)
            view, flow, told = acted(
                tableau, c.size_px, self._expressions, rng, seen=seen, classes=self.classes, absences=c.absent
            )
        elif rng.random() < c.clips:
            view, flow, told = self._clip(rng)
        else:
            view, flow, told = self._photo(rng)
        told = [replace(r, expression=_muttered(r.expression, rng)) for r in told]
        return colored(view, rng), flow, told

    def _tableau(self, index: int) -> tuple[Tableau, Tensor]:
        """A picture of actors with the flow that is estimated in it."""
        if index in self._kept:
            return self._kept[index]
        tableau = self._actors.tableau(index)
        made = tableau, watched(tableau, _BACK)
        if self.config.tableaux:
            self._kept[index] = made
        return made

    def _clip(self, rng: np.random.Generator) -> tuple[View, Tensor, list[Reference]]:
        pictures, c = self._pictures, self.config
        view = draw_view(pictures, pictures.frames[int(rng.integers(len(pictures.frames)))], c.size_px, rng)
        flow = self._rest if view.flow is None else view.flow
        return view, flow, _said(view, self._expressions, 2 * c.absent, rng)

    def _photo(self, rng: np.random.Generator) -> tuple[View, Tensor, list[Reference]]:
        c = self.config
        view = draw_view(self._pictures, self._pictures.draw_photo(rng), c.size_px, rng)
        still = Still(view.image, view.labels, view.captions, view.mirrored)
        flow, found = self._rest, regions(still)
        if rng.random() < 0.7:
            flow, found = moving_flow(found, (c.size_px, c.size_px), rng)
        return view, flow, references(still, found, self._expressions, rng, absent=c.absent)

    def _moving(self, flow: Tensor) -> Tensor:
        """What the motion encoder sees of flow to the next frame ``(2, S, S)``, or that and since an earlier one."""
        since = flow[2:] if len(flow) > 2 else None
        return motion_image(flow[:2], since, "vectors", _BACK)

    @property
    def _rest(self) -> Tensor:
        """The flow of a picture in which nothing moves."""
        return torch.zeros(2, self.config.size_px, self.config.size_px)


def _said(view: View, count: int, absent: float, rng: np.random.Generator) -> list[Reference]:
    """What a clip's own words say of its object, and perhaps the last about something that is not there."""
    assert view.target is not None
    certain = torch.zeros_like(view.target)
    said = (view.sentences[int(rng.integers(len(view.sentences)))] for _ in range(count))
    told = [Reference(words, view.target, certain, frozenset(view.kinds) or named_kinds(words)) for words in said]
    if told and view.kinds and rng.random() < absent:
        words = absent_query(rng, (), {*view.kinds, *_COMMON}).expression
        told[-1] = Reference(words, certain, certain, named_kinds(words))
    return told


_COMMON = ("car", "person", "tree", "house", "chair", "diningtable")
"""Kinds that stand around in many clips without being their object."""


def _muttered(expression: str, rng: np.random.Generator) -> str:
    """The expression with a word in thirty not understood, so that an unknown word does no harm."""
    return " ".join(_UNKNOWN_WORD if rng.random() < 0.03 else word for word in expression.split())
