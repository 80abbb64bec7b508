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
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F

from lbvedit.data.actors import Actors, Tableau
from lbvedit.data.davis import open_davis
from lbvedit.data.expressions import absent_query
from lbvedit.data.photos import IGNORED
from lbvedit.errors import UsageError
from lbvedit.language.lexicon import VOC_CLASSES
from lbvedit.measures.davis import region_j
from lbvedit.nn.words import encode, load_tokenizer, train_tokenizer
from lbvedit.pipelines.finder import WORKING_PX, Finder
from lbvedit.pipelines.words import hear
from lbvedit.systems.mmvt.config import MMVTConfig
from lbvedit.systems.mmvt.losses import mmvt_loss
from lbvedit.systems.mmvt.model import MMVT, Visual
from lbvedit.systems.mmvt.motion import flow_image
from lbvedit.systems.mmvt.traits import Traits
from lbvedit.training.acted import CAST, SIDE_PX, TRAITS, acted, asked, descriptions, meant, watched
from lbvedit.training.checkpoint import initialise
from lbvedit.training.config import TrainingConfig
from lbvedit.training.pictures import Pictures, View, colored, draw_view
from lbvedit.training.recipe import Draw, Publication, Recipe
from lbvedit.training.referring import Reference, Still, moving_flow, named_kinds, references, regions, spoken

__all__ = ["MMVTTraining", "MMVTTrainingConfig", "Trainee", "soft_jaccard"]

LONGEST = 24
"""Tokens of an expression."""

_ENDLESS = 1_000_000
"""Pictures of actors, more than anybody can render: none comes twice."""

_DESCRIPTIONS = 18_955
"""Descriptions, those of 1,500 stages, that give the words of a model that knows the world alone."""

_WORDS_SEED = 3
"""Draws them. One for all runs: weights can begin from any others, and the pictures may be new each time."""

UNKNOWN_WORD = "zzz"
"""Stands for a word that the vocabulary lacks."""


_Heard = tuple[str, frozenset[str], tuple[bool, ...] | None]
"""An expression, the kinds that it names, and the values of traits that it asks for."""


@dataclass(frozen=True)
class MMVTTrainingConfig(TrainingConfig):
    """The settings of ``lbvedit train mmvt``.

    Args:
        data: the optional data folder.
        init: weights to begin with: a published folder, a run, or a file.
        afresh: parts of the model, such as ``text`` or ``blocks``, that begin from nothing nevertheless.
        only: train one part: ``seeing`` the appearance encoder and its class maps, ``reading`` what words name, from
            ``batch_size`` expressions without a picture; or everything.
        tokenizer: ``tokenizer.json``; not for a model that knows the world alone.
        teacher: folder of distilled features, or None.
        size_px: side of a training crop.
        expressions: expressions a picture.
        spoken: expressions a step that have no picture, from which only the names of kinds are learnt.
        absent: share of expressions that name nothing in the picture.
        clips: share of pictures that come from the labelled clips, with their own motion.
        actors: share of pictures that show the world's actors. With 1 nothing else is read, the words are the world's
            own, and the weights are published as ``mmvt-small-clean``: begin them from nothing, or from such a run.
        tableaux: different pictures of actors, which each worker keeps in memory (0.4 MB each) once it has rendered
            them, since that takes half as long as learning from one; None renders another each time.
        row: row of the paper's ablation tables to train, such as ``B+M``; None trains the small model whole.
        cells: cells that the loss between appearance and motion compares.
        dense_weight: weight of the class maps' own loss.
        teacher_weight: weight of the distillation.
        freeze: keep the appearance encoder and its class map as ``init`` has them: a step costs half as much.
        presence_bar: published with the weights: evidence from which a thing is as likely there as not, chosen by
            ``lbvedit evaluate mmvt --corpus absent``.
        working_px: published with the weights: pixels of a frame as a pipeline shows it to the model.
    """

    data: Path = Path("../shared/data")
    init: Path | None = None
    afresh: tuple[str, ...] = ()
    only: Literal["", "seeing", "reading"] = ""
    tokenizer: Path = Path("weights/mmvt-small/tokenizer.json")
    teacher: Path | None = None
    size_px: int = 192
    expressions: int = 3
    spoken: int = 64
    absent: float = 0.22
    clips: float = 0.15
    actors: float = 0.0
    tableaux: int | None = None
    row: str | None = None
    cells: int = 128
    dense_weight: float = 0.5
    teacher_weight: float = 0.6
    freeze: bool = False
    presence_bar: float = 0.5
    working_px: int = WORKING_PX
    batch_size: int = 12
    lr: float = 8e-4
    weight_decay: float = 0.03
    steps: int = 4000
    warmup_steps: int = 100
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "bf16"
    channels_last: bool = True
    workers: int = 1
    clip: float = 2.0


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

    def __init__(self, config: MMVTTrainingConfig) -> None:
        super().__init__(config)
        self._pictures: Pictures | None = None
        self._actors = Actors("train", config.seed, size=config.tableaux or _ENDLESS, frames=2, side=SIDE_PX)
        self._kept: dict[int, tuple[Tableau, Tensor]] = {}
        self._tokenizer: Tokenizer | None = None

    @property
    def tokenizer(self) -> Tokenizer:
        """The word-level tokenizer that text goes through."""
        if self._tokenizer is None:
            if self.config.actors == 1:
                said = itertools.islice(descriptions(np.random.default_rng(_WORDS_SEED)), _DESCRIPTIONS)
                self._tokenizer = train_tokenizer(description.text for description in said)
            else:
                self._tokenizer = load_tokenizer(self.config.tokenizer)
        return self._tokenizer

    @property
    def classes(self) -> tuple[str, ...]:
        """What the class map tells apart, background first."""
        return CAST if self.config.actors == 1 else VOC_CLASSES

    @property
    def _tells_traits(self) -> bool:
        """Whether there are maps of traits: photos do not teach them, and the paper's tables have none."""
        return self.config.actors == 1 and self.config.row is None

    @property
    def _expressions(self) -> int:
        """Expressions a picture: whoever only learns to see hears none."""
        return 0 if self.config.only == "seeing" else self.config.expressions

    @property
    def pictures(self) -> Pictures:
        """The corpus, read when the first batch is made."""
        if self._pictures is None:
            self._pictures = Pictures(self.config.data, teacher=self.config.teacher)
        return self._pictures

    def build(self) -> Trainee:
        """The small model, from ``init`` where there is one."""
        small = replace(
            MMVTConfig.small(self.tokenizer.get_vocab_size()),
            kinds=len(self.classes),
            presence_bar=self.config.presence_bar,
            traits=TRAITS if self._tells_traits else (),
        )
        trainee = Trainee(small.ablated(self.config.row) if self.config.row else small, teacher_width=128)
        if self.config.init is not None:
            begun = tuple(f"{part}." for part in self.config.afresh)
            new = {name: t.clone() for name, t in trainee.mmvt.state_dict().items() if name.startswith(begun)}
            initialise(trainee, trainee.mmvt, self.config.init)
            trainee.mmvt.load_state_dict(new, strict=False)
        for part in _sight(trainee) if self.config.freeze else ():
            part.requires_grad_(False)
        return trainee

    def batch(self, draw: Draw) -> dict[str, Tensor]:
        """Pictures with several expressions each, made by the numbers of ``draw``."""
        rng = np.random.default_rng(draw.seed)
        c = self.config
        if c.only == "reading":
            return self._words(list(itertools.islice(self._spoken(rng), draw.size)))
        items = [self._item(rng) for _ in range(draw.size)]
        batch = {
            "frames": torch.stack([view.image for view, _, _ in items]),
            "flow": torch.stack([flow_image(flow, "vectors") for _, flow, _ in items]),
            "labels": torch.stack([view.labels for view, _, _ in items]),
        }
        told = [reference for _, _, references in items for reference in references]
        if told:
            batch["tokens"], batch["keep"] = encode(self.tokenizer, [r.expression for r in told], LONGEST)
            batch["masks"] = torch.stack([r.mask for r in told])[:, None].float()
            batch["known"] = torch.stack([~r.doubtful for r in told])[:, None]
            batch["owner"] = torch.arange(draw.size).repeat_interleave(c.expressions)
            heard = ((r.expression, r.kinds, r.asked) for r in told)
            batch |= self._words([*heard, *itertools.islice(self._spoken(rng), c.spoken)])
        if self._tells_traits:
            batch["traits"] = torch.stack([view.traits for view, _, _ in items if view.traits is not None])
        taught = [view.taught for view, _, _ in items]
        if any(lesson is not None for lesson in taught):
            batch["taught"] = torch.tensor([i for i, lesson in enumerate(taught) if lesson is not None])
            batch["features"] = torch.stack([lesson.features for lesson in taught if lesson is not None])
            batch["soft"] = torch.stack([lesson.classes for lesson in taught if lesson is not None])
        return batch

    def _words(self, heard: Sequence[_Heard]) -> dict[str, Tensor]:
        """Expressions as tokens, with what they mean."""
        words, means, asks = zip(*heard, strict=True)
        tokens, keep = encode(self.tokenizer, words, LONGEST)
        batch = {"words": tokens, "words_keep": keep, "means": torch.tensor([self._meant(kinds) for kinds in means])}
        return batch | ({"asked": torch.tensor(asks).float()} if self._tells_traits else {})

    def _spoken(self, rng: np.random.Generator) -> Iterator[_Heard]:
        """Expressions without a picture, without end."""
        if self.config.actors == 1:
            yield from ((said.text, meant(said, CAST), asked(said)) for said in descriptions(rng))
        while True:
            yield *spoken(rng), None

    def _meant(self, kinds: frozenset[str]) -> list[float]:
        """How likely each class is meant: what the class map does not have may be anywhere in its background."""
        known = kinds & set(self.classes) or frozenset({"background"} if kinds else ())
        return [0.5 if kind in known and kind == "background" else float(kind in known) for kind in self.classes]

    def _item(self, rng: np.random.Generator) -> tuple[View, Tensor, list[Reference]]:
        """A picture, its flow ``(2, S, S)`` and what is said of it."""
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
        made = tableau, watched(tableau)
        if self.config.tableaux:
            self._kept[index] = made
        return made

    def _clip(self, rng: np.random.Generator) -> tuple[View, Tensor, list[Reference]]:
        pictures, c = self.pictures, self.config
        view = draw_view(pictures, pictures.frames[int(rng.integers(len(pictures.frames)))], c.size_px, rng)
        flow = self._rest if view.flow is None else view.flow
        return view, flow, _said(view, self._expressions, 2 * c.absent, rng)

    def _photo(self, rng: np.random.Generator) -> tuple[View, Tensor, list[Reference]]:
        c = self.config
        view = draw_view(self.pictures, self.pictures.draw_photo(rng), c.size_px, rng)
        still = Still(view.image, view.labels, view.captions, view.mirrored)
        flow, found = self._rest, regions(still)
        if rng.random() < 0.7:
            flow, found = moving_flow(found, (c.size_px, c.size_px), rng)
        return view, flow, references(still, found, self._expressions, rng, absent=c.absent)

    @property
    def _rest(self) -> Tensor:
        """The flow of a picture in which nothing moves."""
        return torch.zeros(2, self.config.size_px, self.config.size_px)

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
        language = mmvt.read(batch["tokens"], batch["keep"])
        out = mmvt.refer(visual.select(batch["owner"]), language)
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
        told = {"names": (mmvt.kinds.named(sentence), batch["means"])}
        if mmvt.traits is not None:
            told["asked"] = (mmvt.traits.asked(sentence), batch["asked"])
        return {
            name: 2 * F.binary_cross_entropy_with_logits(said.float(), truth, reduction="none").sum(dim=1).mean()
            for name, (said, truth) in told.items()
        }

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
        finder = Finder(trainee.mmvt, self.tokenizer, torch.device("cpu"), torch.float32, "training")
        dataset = open_davis(self.config.data / "davis")
        figures: dict[str, float] = {}
        for number in range(len(dataset)):
            item = dataset[number]
            heard = hear(item["expression"], self.tokenizer)
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
            files={"tokenizer.json": self.tokenizer.to_str(pretty=True)},
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


def _divergence(logits: Tensor, teacher: Tensor, temperature: float = 1.5) -> Tensor:
    """The Kullback-Leibler divergence from the teacher's classes, ``(B, H, W)``, of logits ``(B, K, H, W)``."""
    p = (teacher / temperature).softmax(dim=1)
    return F.kl_div((logits / temperature).log_softmax(dim=1), p, reduction="none").sum(dim=1)


def _sight(trainee: Trainee) -> tuple[nn.Module, ...]:
    assert trainee.mmvt.kinds is not None
    return trainee.mmvt.appearance, trainee.mmvt.kinds.map, trainee.mid, trainee.teacher


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
    return " ".join(UNKNOWN_WORD if rng.random() < 0.03 else word for word in expression.split())


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
