"""``lbvedit train mmvt``: the small MMVT on real photos, driving scenes and short clips.

A picture is encoded once for several expressions about it, so language costs little beside vision. The pictures' class
maps teach the appearance encoder all their classes at once, and what a teacher network saw in them may be distilled
(:mod:`lbvedit.training.teacher`). Three sittings make the model::

    lbvedit train mmvt --run sight --set only=seeing --set teacher=DIR          # the encoder alone: learns to see
    lbvedit train mmvt --run words --set init=runs/sight --set freeze=true      # all but the encoder: learns words
    lbvedit train mmvt --run whole --set init=runs/words --set teacher=DIR      # everything together

The world's actors may be mixed in, or be all that there is (``--set actors=1``), which needs no data at all. Words are
learnt within minutes without pictures, and hardly by an encoder that has long been trained with few of them::

    lbvedit train mmvt --run talk --set actors=1 --set only=reading --set init=RUN --set afresh=text,kinds.named
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lbvedit.data.davis import open_davis
from lbvedit.data.photos import IGNORED
from lbvedit.errors import UsageError
from lbvedit.measures.davis import region_j
from lbvedit.pipelines.finder import Finder
from lbvedit.pipelines.words import hear
from lbvedit.systems.mmvt.config import MMVTConfig
from lbvedit.systems.mmvt.losses import mmvt_loss
from lbvedit.systems.mmvt.model import MMVT, Visual
from lbvedit.systems.mmvt.traits import Traits
from lbvedit.training.acted import TRAITS
from lbvedit.training.checkpoint import initialise
from lbvedit.training.mmvt_batches import Batches
from lbvedit.training.mmvt_settings import MMVTTrainingConfig
from lbvedit.training.recipe import Draw, Publication, Recipe

__all__ = ["MMVTTraining", "Trainee", "soft_jaccard"]


class Trainee(nn.Module):
    """MMVT with what only training needs: a class map of the second level, and a view of the teacher's features."""

    def __init__(self, config: MMVTConfig, teacher_width: int) -> None:
        super().__init__()
        self.mmvt = MMVT(config)
        _, second, _, deepest = self.mmvt.appearance.channels
        self.mid = nn.Conv2d(second, config.kinds, 1)
        self.teacher = nn.Conv2d(deepest, teacher_width, 1)


class MMVTTraining(Recipe[MMVTTrainingConfig]):
    """The recipe."""

    Config = MMVTTrainingConfig

    @cached_property
    def batches(self) -> Batches:
        """What makes the batches, with the words and the classes that they are told in."""
        return Batches(self.config)

    def batch(self, draw: Draw) -> dict[str, Tensor]:
        """Pictures with several expressions each, made by the numbers of ``draw``."""
        return self.batches(draw)

    def build(self) -> Trainee:
        """The small model, from ``init`` where there is one."""
        small = replace(
            MMVTConfig.small(self.batches.tokenizer.get_vocab_size()),
            kinds=len(self.batches.classes),
            presence_bar=self.config.presence_bar,
            traits=TRAITS,
        )
        trainee = Trainee(small.ablated(self.config.row) if self.config.row else small, teacher_width=128)
        if self.config.init is not None:
            afresh, whole = self.config.afresh, self.config.row is None
            initialise(trainee, trainee.mmvt, self.config.init, afresh=afresh, whole=whole)
        for part in _sight(trainee) if self.config.freeze else ():
            part.requires_grad_(False)
        return trainee

    def loss(self, model: nn.Module, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """What the expressions' masks say, and what the class maps and the teacher say."""
        trainee = cast(Trainee, getattr(model, "module", model))
        mmvt, frozen = trainee.mmvt, self.config.freeze
        if "frames" not in batch:
            return self._naming(mmvt, batch)
        for part in _sight(trainee) if frozen else ():
            part.eval()
        frames = mmvt.images(batch["frames"])[:, None]
        if "tokens" not in batch:
            levels = mmvt.appearance(frames[:, 0])
            return self._seeing(trainee, levels, batch)
        visual = mmvt.encode(frames, batch["flow"][:, None] if mmvt.motion is not None else None)
        losses = self._referring(mmvt, visual, batch)
        return losses if frozen else losses | self._seeing(trainee, [*visual.appearance, visual.deepest], batch)

    def _referring(self, mmvt: MMVT, visual: Visual, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The paper's losses, a soft Jaccard, and presence.

        Differs: the alignment losses have a tenth of the weight here, where the encoders are still learning to see, and
        the masks a soft Jaccard beside the cross-entropy, since J is what users see.
        """
        out = mmvt.refer(visual.select(batch["owner"]), mmvt.read(batch["tokens"], batch["keep"]))
        known = batch["known"].float()
        terms = mmvt_loss(out, batch["masks"], known, cells=self.config.cells)
        return {
            "seg": terms.segmentation,
            "jaccard": soft_jaccard(out.logits, batch["masks"], known),
            "align": 0.1 * (terms.appearance_language + terms.motion_language + terms.appearance_motion),
            "branches": terms.branches,
            "presence": 0.3 * terms.presence,
            **self._naming(mmvt, batch),
        } | (self._characterising(mmvt.traits, visual, batch) if mmvt.traits is not None else {})

    def _naming(self, mmvt: MMVT, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Which kinds the words name, as far as the class map has them, and which traits; needs no picture."""
        assert mmvt.kinds is not None
        sentence = mmvt.read(batch["words"], batch["words_keep"]).sentence
        losses = {"names": 2 * _binary(mmvt.kinds.named(sentence), batch["means"])}
        if mmvt.traits is not None:
            losses["asked"] = 2 * _binary(mmvt.traits.asked(sentence), batch["asked"])
        return losses

    def _characterising(self, traits: Traits, visual: Visual, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Maps of traits against those of the actors."""
        assert visual.traits is not None
        truth = batch["traits"][:, :, 4::8, 4::8].long()
        maps = visual.traits.float().split(traits.sizes, 1)
        told = [F.cross_entropy(m, truth[:, i], ignore_index=IGNORED, reduction="sum") for i, m in enumerate(maps)]
        known = (truth[:, 0] != IGNORED).sum().clamp(min=1)
        return {"traits": self.config.dense_weight * torch.stack(told).sum() / known}

    def _seeing(self, trainee: Trainee, levels: Sequence[Tensor], batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Class maps against the labels, and what the encoder sees against what the teacher saw."""
        assert trainee.mmvt.kinds is not None
        weight, labels = self.config.dense_weight, batch["labels"].long()
        finest, second = trainee.mmvt.kinds.map(levels[0]).float(), trainee.mid(levels[1]).float()
        losses = {}
        for name, told, step in (("kinds", finest, 4), ("mid", second, 8)):
            coarse = labels[:, step // 2 :: step, step // 2 :: step]
            summed = F.cross_entropy(told, coarse, ignore_index=IGNORED, reduction="sum")
            losses[name] = weight * 4 / step * summed / (coarse != IGNORED).sum().clamp(min=1)
        if self.config.teacher is not None:
            # Every step names the same losses, also one without a photo that the teacher saw.
            losses["soft"] = losses["features"] = levels[0].new_zeros(())
        if "features" in batch:
            known = (labels[:, 4::8, 4::8] != IGNORED)[batch["taught"]]
            apart = _divergence(second[batch["taught"]], batch["soft"])
            losses["soft"] = weight * (apart * known).sum() / known.sum().clamp(min=1)
            seen = trainee.teacher(levels[3][batch["taught"]]).float()
            losses["features"] = self.config.teacher_weight * (seen - batch["features"]).square().sum(dim=1).mean()
        return losses

    def validate(self, model: nn.Module) -> Mapping[str, float]:
        """J of the noun phrase on every eighth frame of the validation sequences, each frame alone.

        A pixel is inside from half of the mean of the frame's 200 largest probabilities: one pixel is a stroke of luck.
        """
        if not (self.config.data / "davis").is_dir():
            return {}
        trainee = cast(Trainee, copy.deepcopy(getattr(model, "module", model)))
        finder = Finder(trainee.mmvt, self.batches.tokenizer, torch.device("cpu"), torch.float32, "training")
        dataset = open_davis(self.config.data / "davis")
        figures: dict[str, float] = {}
        for number in range(len(dataset)):
            item = dataset[number]
            heard = hear(item["expression"], self.batches.tokenizer)
            language = finder.read([heard.words])
            scores = []
            for place in range(0, len(item["frames"]) - 1, 8):
                frame, after = (finder.small(item["frames"][i]) for i in (place, place + 1))
                found = finder.find(finder.see(frame, after, None), language)[0]
                size = (int(item["masks"].shape[1]), int(item["masks"].shape[2]))
                probability = F.interpolate(found.probability[None, None], size, mode="bilinear")[0]
                mask = probability >= 0.5 * probability.flatten().topk(200).values.mean()
                scores.append(float(region_j(mask, item["masks"][place : place + 1])))
            figures[str(item["meta"]["video"])] = sum(scores) / len(scores)
        return {"j_mean": sum(figures.values()) / len(figures), **figures}

    def publish(self, model: nn.Module) -> Publication:
        """The small model without what only training needs."""
        if self.config.only:
            raise UsageError("a part alone finds nothing by words", hint="train on with --set init=RUN first")
        trainee = cast(Trainee, model)
        figures = self.validate(model)
        clean = self.config.actors == 1
        data = CLEAN_DATA if clean else DATA + (CLEAN_DATA if self.config.actors else ())
        return Publication(
            name=("mmvt-small-clean" if clean else "mmvt-small") + (f"-{self.config.row}" if self.config.row else ""),
            system="mmvt",
            model=trainee.mmvt,
            architecture=trainee.mmvt.config.to_json(),
            licence="Apache-2.0" if clean else "research only (CC BY-NC 4.0 and research-only photos)",
            commercial_ok=clean,
            data=data,
            metrics={f"DAVIS val8, single frames, J of {name}": value for name, value in figures.items()},
            measured_with="lbvedit train mmvt (the last row of runs/NAME/validation.csv)",
            can=CLEAN_CAN if clean else CAN,
            cannot=CLEAN_CANNOT if clean else CANNOT,
            files={"tokenizer.json": self.batches.tokenizer.to_str(pretty=True)},
            facts={"working_px": self.config.working_px},
        )


DATA = (
    "8,908 photos (Pascal VOC, COCO, Flickr8k, ImageNet samples and others): research only",
    "their class maps: 3,850 by hand, the others by DeepLabv3-MobileNetV2 where YOLOX-nano agreed",
    "DAVIS 2016 train at 426x240 with a noun phrase and a sentence each: CC BY-NC 4.0",
    "CamVid train and val: research",
    "A2D Sentences: its words, for the vocabulary only: CC BY-NC 4.0",
)

CLEAN_DATA = ("actors of lbvedit's own world (Apache-2.0)",)

CLEAN_CAN = """Finds the actors of the procedural world by kind, colour, place and what they do."""

CLEAN_CANNOT = """Real footage, which it has never seen."""

CAN = """Finds the kinds of Pascal VOC (people, cars, dogs, cats, horses, cows, sheep, birds, buses, trains, bicycles,
motorbikes, boats and others) by many names, with their colour, place and direction of motion, in real footage, one
frame and its optical flow at a time."""

CANNOT = """Small in every sense: things under a fiftieth of the frame are often missed, kinds that look alike (dogs,
sheep and cows; bicycles and motorbikes) are mixed up, and actions are known only as directions of motion and rest.
Whatever is none of those kinds has no name for it. It never saw its own mistakes on video, only photos set in motion
and a few dozen real clips."""


def _binary(logits: Tensor, truth: Tensor) -> Tensor:
    """The cross-entropy of ``(B, K)`` answers, summed over those that are known: a truth below 0 is not."""
    apart = F.binary_cross_entropy_with_logits(logits.float(), truth.clamp(min=0), reduction="none")
    return (apart * (truth >= 0)).sum(dim=1).mean()


def _divergence(logits: Tensor, teacher: Tensor, temperature: float = 1.5) -> Tensor:
    """The Kullback-Leibler divergence from the teacher's classes, ``(B, H, W)``, of logits ``(B, K, H, W)``."""
    p = (teacher / temperature).softmax(dim=1)
    return F.kl_div((logits / temperature).log_softmax(dim=1), p, reduction="none").sum(dim=1)


def _sight(trainee: Trainee) -> tuple[nn.Module, ...]:
    assert trainee.mmvt.kinds is not None
    return trainee.mmvt.appearance, trainee.mmvt.kinds.map, trainee.mid, trainee.teacher


def soft_jaccard(logits: Tensor, masks: Tensor, known: Tensor) -> Tensor:
    """One minus the Jaccard index of probabilities and masks, over the pictures where there is something.

    Args:
        logits: ``(B, 1, H, W)``.
        masks: likewise, in {0, 1}.
        known: likewise, 0 where nobody labelled the pixel.
    """
    p = torch.sigmoid(logits.float()) * known
    masks = masks * known
    both = (p * masks).sum(dim=(1, 2, 3))
    either = (p + masks - p * masks).sum(dim=(1, 2, 3))
    there = (masks.sum(dim=(1, 2, 3)) > 0).float()
    return ((1 - (both + 1) / (either + 1)) * there).sum() / there.sum().clamp(min=1)
