"""The squares that the close-up of M3L learns from when it learns alone, clip by clip as they come."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from lbvedit.data.actor_edits import ActorEdits
from lbvedit.data.e_clevr import EClevr
from lbvedit.data.pairs import Pair
from lbvedit.systems.m3l import M3L, Instruction, Places
from lbvedit.systems.m3l.acting import ActingGenerator
from lbvedit.training.m3l_corpora import Pairs, opening
from lbvedit.training.m3l_placing import astray, told_places
from lbvedit.training.m3l_settings import M3LTraining
from lbvedit.training.m3l_squares import Squares, moment_squares, signed, squares

__all__ = ["Album"]


class Album:
    """Squares by clip, which are made when a clip comes for the first time.

    Of what acts, they are those of single moments; else those of clips, and of the first frames of further ones.

    Args:
        config: of the training.
        corpora: that clips are drawn from in turns.
        collate: makes a batch of some frames of pairs.
        longest: frames of a clip.
    """

    def __init__(
        self,
        config: M3LTraining,
        corpora: Sequence[Pairs],
        collate: Callable[[Sequence[Pair], slice], dict[str, Tensor]],
        longest: int,
    ) -> None:
        self.config, self.corpora, self.collate, self.longest = config, corpora, collate, longest
        self.kept: dict[tuple[int, int], Squares] = {}

    def clips(self, turn: int) -> int:
        """How many clips a turn has."""
        return self.config.openings + (0 if self.config.model.acting else len(self.corpora[turn]))

    def one(self, editor: M3L, turn: int, index: int) -> Squares:
        """One of a clip's squares, as it is or mirrored, drawn by torch's own random numbers."""
        if (turn, index) not in self.kept:
            made = self._of_moment if self.config.model.acting else self._of_clip
            self.kept[turn, index] = made(editor, self.corpora[turn], index)
        kept = self.kept[turn, index]
        drawn = kept[torch.randint(len(kept.layers), (1,))]
        return drawn.mirrored(acting=self.config.model.acting) if torch.rand(()) < 0.5 else drawn

    def _of_clip(self, editor: M3L, corpus: Pairs, index: int) -> Squares:
        config, further = self.config, index - len(corpus)
        if further < 0:
            pair = opening(corpus, index, self.longest)
        else:
            solids = EClevr("train", config.seed + 1, config.openings, zero_shot=config.zero_shot)
            pair = solids.opening(further, 1)
        source, target, text, places = self._shown(editor, pair)
        moments = torch.randperm(source.shape[1], device=source.device)[: config.squares]
        return squares(editor, source, target, text, places, moments)

    def _of_moment(self, editor: M3L, corpus: Pairs, index: int) -> Squares:
        del corpus  # built pairs do not show what is behind whom they are about
        pair, without = ActorEdits("train", self.config.seed + 1, self.config.openings).moment(index)
        source, target, _, places = self._shown(editor, pair)
        assert isinstance(editor.generator, ActingGenerator)
        return moment_squares(editor.generator, source, target, signed(without[None].to(source.device)), places)

    def _shown(self, editor: M3L, pair: Pair) -> tuple[Tensor, Tensor, Instruction, Places]:
        """What an editor is shown of a pair: source, target, instruction, and places."""
        device = next(editor.parameters()).device
        batch: Mapping[str, Tensor] = {
            name: value.to(device) for name, value in self.collate([pair], slice(self.longest)).items()
        }
        told = told_places(batch)
        assert told is not None
        text = editor.read(batch["ids"], batch["present"])
        places = astray(told, self.config.model.attributes)
        return signed(batch["source"]), signed(batch["target"]), text, places
