"""``features-world``: the networks behind ``fad-embedded`` and ``vad-embedded`` on E-CLEVR and on edits of actors."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lbvedit.data.actor_edits import ActorEdits
from lbvedit.data.build import Built
from lbvedit.data.e_clevr import EClevr
from lbvedit.data.labels import CLIP_GROUPS, FRAME_GROUPS, GROUPS, Corpus, label_rows
from lbvedit.data.pairs import Pair
from lbvedit.data.world.augment import augment
from lbvedit.evaluation.features import world_accuracy, world_figures, world_pairs
from lbvedit.measures.embedded import FeaturePair
from lbvedit.training.features import Features, FeaturesConfig
from lbvedit.training.recipe import Draw, Publication

__all__ = ["FeaturesWorld", "FeaturesWorldConfig"]

_VALIDATED = 24
_SMALL = 2  # clips are kept that much smaller, as the clip network halves them anyway


@dataclass(frozen=True)
class FeaturesWorldConfig(FeaturesConfig):
    """Settings of :class:`FeaturesWorld`.

    Args:
        built: folder of the data sets ``e-clevr`` and ``actor-edits`` as ``lbvedit data build`` makes them; without it,
            pairs are rendered when they are first drawn, at every start anew.
        pairs: of each corpus, at most; each is kept once it was drawn.
        faults: how far the camera's faults go: what a model makes is never clean.
    """

    built: Path | None = None
    pairs: int = 300
    faults: float = 0.6
    frames_a_clip: int = 4
    batch_size: int = 8
    lr: float = 2e-3
    steps: int = 2_000
    schedule: Literal["constant", "cosine", "trapezoid"] = "trapezoid"
    cooldown_steps: int = 250


class FeaturesWorld(Features[FeaturesWorldConfig]):
    """Which solids or actors a frame shows; what moves in a clip and where to, and what actors do."""

    Config = FeaturesWorldConfig
    classes = (sum(FRAME_GROUPS.values()), sum(CLIP_GROUPS.values()))

    @functools.cached_property
    def _corpora(self) -> Mapping[Corpus, Any]:
        config = self.config
        if config.built is not None:
            return {corpus: Built(config.built / corpus) for corpus in GROUPS}
        made: dict[Corpus, Any] = {
            "e-clevr": EClevr("train", config.seed),
            "actor-edits": ActorEdits("train", config.seed),
        }
        return made

    @functools.cache  # noqa: B019 - the recipe lives as long as the training
    def _pair(self, corpus: Corpus, index: int) -> Pair:
        return self._corpora[corpus][index]

    def _drawn(self, count: int) -> list[tuple[Corpus, Pair]]:
        """Pairs of both corpora in turn."""
        corpora = [tuple(GROUPS)[place % len(GROUPS)] for place in range(count)]
        sizes = [min(self.config.pairs, len(self._corpora[corpus])) for corpus in corpora]
        return [
            (corpus, self._pair(corpus, int(torch.randint(size, ()))))
            for corpus, size in zip(corpora, sizes, strict=True)
        ]

    def batch(self, draw: Draw) -> dict[str, Tensor]:
        """Clips of both corpora, the source or the target, and frames of others."""
        camera = torch.Generator().manual_seed(draw.seed)
        out: dict[str, Tensor] = {}
        for part, count in (("clip", draw.size), ("frame", draw.size * self.config.frames_a_clip)):
            pairs, sides = self._drawn(count), torch.randint(2, (count,)).tolist()
            shown = [pair["target" if side else "source"] for (_, pair), side in zip(pairs, sides, strict=True)]
            if part == "clip":
                clips = torch.stack([F.avg_pool2d(clip.float(), _SMALL).round().to(torch.uint8) for clip in shown])
            else:
                clips = torch.stack([clip[torch.randint(len(clip), (1,))] for clip in shown])
            seen = augment(clips, camera, self.config.faults) / 255
            labels = label_rows(pairs, sides)
            out |= {f"{part}s": seen if part == "clip" else seen[:, 0], part: labels[part]}
            out[f"{part}_known"] = labels[f"{part}_known"]
        return out

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
        assert isinstance(model, FeaturePair)
        figures: dict[str, float] = {}
        for corpus, pairs in self._held_out.items():
            figures |= world_figures(model, corpus, pairs)
        return Publication(
            name="features-world",
            system="features",
            model=model,
            architecture=self.architecture,
            licence="Apache-2.0",
            commercial_ok=True,
            data=("E-CLEVR and edits of actors, rendered by lbvedit's own world (Apache-2.0)",),
            metrics=figures,
            measured_with=f"lbvedit evaluate features --limit {_VALIDATED} --corpus e-clevr` and `--corpus actor-edits",
            can="Gives activations of frames and clips of E-CLEVR and of the world's actors for `fad-embedded` and "
            "`vad-embedded`.",
            cannot="Stand beside the FAD and VAD of the papers, or judge real footage. `in_order` says how often the "
            "right edit through a poor camera comes nearer than no edit: where it is not well above one half, the "
            "distance is no judge.",
        )
