"""``features-world``: the networks behind ``fad-embedded`` and ``vad-embedded`` on E-CLEVR and on edits of actors."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from lbvedit.data.actors import ActorEdits
from lbvedit.data.e_clevr import EClevr
from lbvedit.data.labels import CLIP_GROUPS, FRAME_GROUPS, GROUPS, Corpus, label_rows
from lbvedit.data.pairs import Pair
from lbvedit.data.world.augment import augment
from lbvedit.evaluation.features import world_accuracy, world_pairs
from lbvedit.measures.embedded import FeaturePair
from lbvedit.training.features import Features, FeaturesConfig
from lbvedit.training.recipe import Draw, Publication

__all__ = ["FeaturesWorld", "FeaturesWorldConfig"]

_VALIDATED = 32


@dataclass(frozen=True)
class FeaturesWorldConfig(FeaturesConfig):
    """Settings of :class:`FeaturesWorld`.

    Args:
        pairs: of each corpus; each is rendered when it is first drawn, and kept.
        faults: how far the camera's faults go: what a model makes is never clean.
    """

    pairs: int = 300
    faults: float = 0.6
    frames_a_clip: int = 3
    batch_size: int = 8
    steps: int = 1_500
    schedule: Literal["constant", "cosine", "trapezoid"] = "trapezoid"
    cooldown_steps: int = 250


class FeaturesWorld(Features[FeaturesWorldConfig]):
    """Which solids or actors a frame shows; what moves in a clip, from where to where, and what actors do."""

    Config = FeaturesWorldConfig
    classes = (sum(FRAME_GROUPS.values()), sum(CLIP_GROUPS.values()))

    @functools.cached_property
    def _pairs(self) -> Mapping[Corpus, EClevr | ActorEdits]:
        seed, size = self.config.seed, self.config.pairs
        return {"e-clevr": EClevr("train", seed, size), "actor-edits": ActorEdits("train", seed, size)}

    @functools.cache  # noqa: B019 - the recipe lives as long as the training
    def _pair(self, corpus: Corpus, index: int) -> Pair:
        return self._pairs[corpus][index]

    def batch(self, draw: Draw) -> dict[str, Tensor]:
        """Pairs of both corpora in turn, of each the source or the target."""
        corpora = tuple(GROUPS)
        named = [corpora[place % len(corpora)] for place in range(draw.size)]
        chosen = draw.indices(self.config.pairs)
        pairs = [(corpus, self._pair(corpus, index)) for corpus, index in zip(named, chosen, strict=True)]
        sides = torch.randint(2, (draw.size,)).tolist()
        shown = [pair["target" if side else "source"] for (_, pair), side in zip(pairs, sides, strict=True)]
        camera = torch.Generator().manual_seed(draw.seed)
        return {"clips": augment(torch.stack(shown), camera, self.config.faults) / 255, **label_rows(pairs, sides)}

    def validate(self, model: nn.Module) -> Mapping[str, float]:
        """How often exactly the right labels are on top, on targets of both corpora's test pairs."""
        assert isinstance(model, FeaturePair)
        figures: dict[str, float] = {}
        for name, corpus in self._held_out.items():
            figures |= world_accuracy(model, name, corpus)
        return figures

    @functools.cached_property
    def _held_out(self) -> Mapping[Corpus, list[Pair]]:
        return {corpus: list(world_pairs(corpus, _VALIDATED)) for corpus in GROUPS}

    def publish(self, model: nn.Module) -> Publication:
        """The weight ``features-world``."""
        return Publication(
            name="features-world",
            system="features",
            model=model,
            architecture=self.architecture,
            licence="Apache-2.0",
            commercial_ok=True,
            data=("E-CLEVR and edits of actors, rendered by lbvedit's own world (Apache-2.0)",),
            metrics=self.validate(model),
            measured_with=f"lbvedit evaluate features --limit {_VALIDATED} --corpus e-clevr` and `--corpus actor-edits",
            can="Gives activations of frames and clips of E-CLEVR and of the world's actors for `fad-embedded` and "
            "`vad-embedded`.",
            cannot="Stand beside the FAD and VAD of the papers, or judge real footage.",
        )
