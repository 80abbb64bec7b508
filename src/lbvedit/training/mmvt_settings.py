"""The settings of the recipe ``mmvt``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lbvedit.pipelines.finder import WORKING_PX
from lbvedit.training.config import TrainingConfig

__all__ = ["MMVTTrainingConfig"]


@dataclass(frozen=True)
class MMVTTrainingConfig(TrainingConfig):
    """The settings of ``lbvedit train mmvt``.

    Args:
        data: the optional data folder.
        init: weights to begin with: a published folder, a run, or a file; a row takes what it has room for.
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
