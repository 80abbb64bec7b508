"""The settings of ``lbvedit train m3l``, those of the paper and the extensions by which small systems learn sooner."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from lbvedit.systems.m3l import M3LConfig
from lbvedit.systems.m3l.baselines import System
from lbvedit.training.config import TrainingConfig
from lbvedit.training.m3l_corpora import Corpus

__all__ = ["M3LTraining"]

_SMALL_TEXT = {
    "hidden_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 256,
    "max_position_embeddings": 64,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
}


@dataclass(frozen=True)
class M3LTraining(TrainingConfig):
    """Settings of :class:`~lbvedit.training.m3l.M3LRecipe`.

    Args:
        system: ``m3l``, or a baseline of Table 2. Those of Table 3 are ``m3l`` with another ``model.conditioning``.
        init: weights to begin with: a published folder, a run, or a file; of the same corpus and seed, so that words
            have the same numbers.
        afresh: parts of the system, such as ``generator.motion.tell``, that begin from nothing nevertheless.
        corpus: what to learn; ``mnist`` draws S-MNIST and D-MNIST in turns, ``world`` E-CLEVR and edits of actors.
        mnist: folder of MNIST's four idx files, for the digits.
        data: folder in which ``lbvedit data build`` has made ``e-clevr`` and ``actor-edits``, for the world. Without
            it solids are rendered as needed, which takes half as long as learning from them.
        zero_shot: leave the held-out combinations of Table 4 out of training.
        model: the system; its vocabulary and its frames' size follow the corpus.
        turns: which of the corpus's parts batches come from, in turns, such as ``s-mnist`` for one moving digit before
            two; all by default. Words are those of all parts. A weight that saw one part last is published under that
            part's name, and for its videos alone.
        frames: most frames of a training clip, from the first on; a batch takes between one and all of them, few more
            often than many: what to paint is told in the first, and a step of few costs little.
        adversarial: weight of L_G; 0 trains without discriminators. Paper: 1.
        lr_quality: learning rate for L_G and L_D. Paper: 1e-4.
        showing: weight of the loss by which the 3D ResNet of ``m3l`` learns what it sees; an extension.
        only: train one part, by its own losses alone: ``seeing`` the 3D ResNet, by ``showing``, for a sitting to begin
            with, since what takes hours beside all other losses takes minutes alone; ``finding`` words, source features
            and places, by all that is not about pixels, which is cheap; ``painting`` the decoder and the generator,
            which bear a higher rate alone; ``retouching`` the close-up that comes with
            ``model.attributes``, from squares of edits that are made once; ``stepping`` how ``model.sprites`` move, by
            ``moving``, for a sitting to end with, since exact steps take thousands of updates.
        freeze: keep the 3D ResNet as ``init`` has it, so that what it has learnt to see stays; a step costs less, too.
        grounding: weight of the loss by which the source features of ``m3l`` learn where an instruction changes the
            video; an extension. Without ``showing`` and this, which of two things is meant is learnt last of all.
        binding: weight of the loss by which the source features of ``m3l`` learn which of the things an instruction
            asks what of, and its words where what they name is, where the corpus tells it; an extension.
        moving: weight of the loss by which ``model.sprites`` learn how they move, where the corpus tells it.
        sprites: weight of the loss by which they learn what they show, and which things of the source they stand for.
        locating: weight of the losses by which a system with ``model.horizon`` learns to find what is edited, where it
            is sent and what it becomes, and with ``model.acting`` the camera and how it acts, where the corpus tells
            it; its generator is told the truth meanwhile.
        tinting: weight of the loss by which such a system learns to give things another colour, where all else stays.
        anywhere: let training clips begin anywhere in a video: solids look alike in all frames, and stand everywhere.
        retelling: give each clip another instruction whenever it is drawn, for ``only=finding``, which needs no target:
            there are many more of these than clips, and what is meant is learnt by heart otherwise. With it goes
            ``freeze``: what is seen of a clip is kept in memory (1.3 MB a clip of the world), and when it comes again a
            step is spared the 3D ResNet, two thirds of its time.
        squares: how many frames of a clip ``only=retouching`` makes squares of, which it keeps in memory (0.1 MB each).
        openings: how many further pairs of the world ``only=retouching`` learns from, of which a single frame is
            rendered, within a tenth of a second: what things look like takes many of them to learn. Of E-CLEVR it is
            the first one; of actors, which have no squares but these, any, and what is behind them as well. With
            ``only=seeing``, how many further sources of ``frames`` frames it learns from, and from nothing else: a
            frame takes as long to render as to learn from, but clips that come again are known by heart sooner.
        opening: further weight of L_E in the first frame, where what is new is painted; from there on it is carried
            along, and the mean over a long clip hardly tells. Paper: none.
        altering: weight of the absolute error of what the instruction changes, where that is little of a frame; it
            paints sharper than L_E. Paper: none.
        copying: weight of the loss by which the copy gate learns what the instruction leaves alone; an extension.
            Without it, what is painted anew long spreads into its surroundings.
        structure: weight of a structural loss, 1 - SSIM; an extension. Paper: none.
        meaning: weight of the loss by which a text encoder that is trained with the system learns what instructions
            ask for; an extension. Without it, all words of an instruction end up alike, and what they name is lost.
        self_feed: share of clips that are fed the frames that the model itself makes of them instead of the true
            ones; an extension against the drift that teacher forcing alone leaves. It rises from 0 over the first half
            of the steps.
    """

    system: System = "m3l"
    init: Path | None = None
    afresh: tuple[str, ...] = ()
    corpus: Corpus = "s-mnist"
    mnist: Path = Path("../shared/data/mnist")
    data: Path | None = None
    zero_shot: bool = False
    model: M3LConfig = field(
        default_factory=lambda: M3LConfig(
            size=(64, 64),
            visual_dim=128,
            text_dim=128,
            strides=(2, 2, 2),
            kernel_t=2,
            heads=4,
            copy_gate=True,
            warp_gate=True,
            text=dict(_SMALL_TEXT),
        )
    )
    turns: tuple[str, ...] = ()
    frames: int = 30
    adversarial: float = 0.0
    lr_quality: float = 1e-4
    sprites: float = 4.0
    locating: float = 0.1
    tinting: float = 0.1
    anywhere: bool = False
    retelling: bool = False
    squares: int = 8
    openings: int = 0
    opening: float = 0.0
    altering: float = 0.0
    copying: float = 0.0
    structure: float = 0.1
    meaning: float = 0.1
    showing: float = 0.1
    only: Literal["", "seeing", "finding", "painting", "retouching", "stepping"] = ""
    freeze: bool = False
    grounding: float = 0.1
    binding: float = 0.1
    moving: float = 0.1
    self_feed: float = 0.5
    steps: int = 20_000
    batch_size: int = 8
    lr: float = 3e-4
    weight_decay: float = 0.0
    channels_last: bool = True
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "bf16"
