"""``m3l``: the M3L-Transformer on pairs of videos and instructions, with or without its dual discriminator."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.optim import Adam, Optimizer

from lbvedit.data.actor_edits import ActorEdits
from lbvedit.data.e_clevr import EClevr
from lbvedit.data.pairs import Split
from lbvedit.errors import UsageError
from lbvedit.measures.domain import Domain, Envelope, Neighbours, clip_statistics
from lbvedit.measures.ssim import ssim, ssim_map
from lbvedit.systems.m3l import M3L, DualDiscriminator, Instruction, M3LConfig
from lbvedit.systems.m3l.acting import ActingLocator
from lbvedit.systems.m3l.baselines import Pix2Pix, System, Vid2Vid, make_system
from lbvedit.systems.m3l.generator import Painted
from lbvedit.systems.m3l.losses import altering_loss, copying_loss, discrimination_loss, editing_loss, quality_loss
from lbvedit.training.checkpoint import initialise
from lbvedit.training.m3l_album import Album
from lbvedit.training.m3l_batches import Collator, Language
from lbvedit.training.m3l_corpora import SUBJECTS, WORLDLY, Pairs, open_corpora, opening, retold
from lbvedit.training.m3l_leading import Led, led, sprites_loss, steps_loss
from lbvedit.training.m3l_meaning import Meaning, Showing, grounding_loss, pointing_loss
from lbvedit.training.m3l_memory import Glimpses, Memory
from lbvedit.training.m3l_placing import (
    acting_losses,
    astray,
    becoming_loss,
    locating_loss,
    tinting_loss,
    told_places,
)
from lbvedit.training.m3l_settings import M3LTraining
from lbvedit.training.m3l_squares import Squares, signed
from lbvedit.training.m3l_things import ACTING, SOLID
from lbvedit.training.recipe import Draw, Publication, Recipe, Update

__all__ = ["M3LGame", "M3LRecipe"]

_VALIDATED = 8
_DESCRIBED = 400  # pairs of each corpus whose looks make the domain of a weight
_MANY = 2000  # likewise of one that has many scenes
_PARTS = {
    "seeing": r"editor\.resnet|showing",
    "finding": r"editor\.(text|resnet|encoder|locator)|meaning|showing|grounding|binding",
    "painting": r"editor\.(start|decoder|generator)",
    "retouching": r"editor\.generator\.close_up",
    "stepping": r"editor\.generator\.motion",
}
"""What each of ``only`` trains, by how its parameters' names begin."""
_PAINTERS = ("painting", "retouching")
"""Those of them that learn from pixels alone."""


class M3LGame(nn.Module):
    """The editor, what teaches its text encoder, and, where it plays the dual game, its judges."""

    def __init__(
        self, config: M3LConfig, *, judged: bool, system: System = "m3l", asked: int = 0, shown: int = 0
    ) -> None:
        super().__init__()
        self.editor = make_system(system, config)
        self.meaning = Meaning(asked, config.text_dim) if asked else None
        self.showing = Showing(shown, config.visual_dim) if shown else None
        self.grounding = nn.Conv2d(config.visual_dim, 1, 1) if shown else None
        self.binding = Showing(asked, config.visual_dim) if shown and asked else None
        self.judge = DualDiscriminator(config.discriminator_dim, config.window) if judged else None


class M3LRecipe(Recipe[M3LTraining]):
    """Algorithm 1: minimise L_E, then L_G, then play D against the result."""

    Config = M3LTraining

    def build(self) -> M3LGame:
        """An :class:`M3LGame` whose text encoder has the corpus's vocabulary.

        Raises:
            UsageError: ``turns`` names no part of the corpus, the corpus tells fewer or more sprites or no places,
                ``only`` has nothing to learn by, or ``init`` does not fit.
        """
        config = self.config
        _ = self._turns  # a wrong name is said before anything is built
        if self._led and any(guide is None or len(guide.pictures) != config.model.sprites for guide in self._guides()):
            raise UsageError(
                f"model.sprites={config.model.sprites}: {config.corpus} does not tell so many",
                hint="two for digits; none for the world",
            )
        if self._placed and any(self.collate.stands(corpus[0]["meta"]) is None for corpus in self._train):
            raise UsageError(
                f"model.horizon={config.model.horizon}: {config.corpus} does not tell where things stand",
                hint="e-clevr and actors do; one that was built by an earlier version has to be built again",
            )
        acting = config.corpus == "actors"
        if config.model.attributes not in ((), ACTING if acting else SOLID) or (
            self._placed and config.model.acting != acting
        ):
            raise UsageError(
                f"model.attributes={config.model.attributes}, model.acting={config.model.acting}: {config.corpus} has "
                "no such things",
                hint=f"e-clevr has {','.join(map(str, SOLID))}; actors have {','.join(map(str, ACTING))} and act",
            )
        if config.only and config.system != "m3l":
            raise UsageError(f"only={config.only} trains a part of m3l", hint="set system=m3l")
        if config.retelling and (config.only != "finding" or config.grounding or not config.freeze):
            raise UsageError(
                "retelling gives clips instructions without targets",
                hint="set only=finding, grounding=0 and freeze=true",
            )
        if config.only == "seeing" and not config.showing:
            raise UsageError("only=seeing trains by showing alone", hint="set showing above 0")
        if config.only == "seeing" and config.openings and config.corpus not in WORLDLY:
            raise UsageError(f"openings are of the world, not of {config.corpus}", hint="--set openings=0")
        if config.only == "retouching" and not config.model.attributes:
            raise UsageError("only=retouching trains the close-up", hint="set model.horizon and model.attributes")
        if config.only == "retouching" and config.model.acting and not config.openings:
            raise UsageError("the close-up of what acts learns from single moments", hint="set openings above 0")
        if config.only == "stepping" and not (config.moving and self._led):
            raise UsageError("only=stepping trains how sprites move", hint="set moving and model.sprites above 0")
        language = self._language
        game = M3LGame(
            self.architecture,
            judged=config.adversarial > 0,
            system=config.system,
            asked=len(language.asked) if config.meaning and config.model.text else 0,
            shown=len(language.shown) if (config.showing or config.grounding) and config.system == "m3l" else 0,
        )
        if config.init is not None:
            initialise(game, game.editor, config.init, afresh=config.afresh)
        if config.freeze and isinstance(game.editor, M3L):
            game.editor.resnet.requires_grad_(requires_grad=False)
        if config.only:
            for name, parameter in game.named_parameters():
                parameter.requires_grad_(parameter.requires_grad and bool(re.match(_PARTS[config.only], name)))
        return game

    @functools.cached_property
    def architecture(self) -> M3LConfig:
        """The system's configuration with the corpus's vocabulary and frames."""
        model = replace(self.config.model, size=self._size)
        if not model.text:
            return model
        return replace(model, text={**model.text, "vocab_size": self.tokenizer.get_vocab_size()})

    @functools.cached_property
    def _size(self) -> tuple[int, int]:
        """Height and width of the corpus's frames."""
        height, width = opening(self._train[0], 0, 1)["source"].shape[2:]
        return height, width

    @property
    def tokenizer(self) -> Tokenizer:
        """The words of the corpus's instructions; a function of corpus and seed alone."""
        return self._language.tokenizer

    @functools.cached_property
    def _language(self) -> Language:
        return Language.of(self._train)

    def corpora(self, split: Split) -> dict[str, Pairs]:
        """The corpora of the training by name, or their test splits."""
        config = self.config
        return open_corpora(
            config.corpus, split, seed=config.seed, mnist=config.mnist, data=config.data, zero_shot=config.zero_shot
        )

    @functools.cached_property
    def _parts(self) -> Mapping[str, Pairs]:
        return self.corpora("train")

    @property
    def _train(self) -> Sequence[Pairs]:
        return list(self._parts.values())

    def batch(self, draw: Draw) -> dict[str, Tensor]:
        """Clips ``(B, T, 3, H, W)`` uint8, token numbers, and which clips feed themselves."""
        # The same for all processes, so that none waits for an update that another one has no clip for.
        rng = np.random.default_rng((self.config.seed, draw.step))
        T = round((self._longest + 0.5) ** rng.random())
        turn = draw.step % len(self._turns)
        corpus = self._turns[turn]
        if self.config.only == "retouching":  # its squares are made once, so that clips are read once
            return {"turn": torch.tensor(turn), "clips": torch.tensor(draw.indices(self._album.clips(turn)))}
        if self.config.only == "seeing" and self.config.openings:
            start = int(rng.integers(self._longest - T + 1))
            glimpses = [self._glimpses[turn][index] for index in draw.indices(self.config.openings)]
            frames = slice(start, start + T)
            source = torch.stack([glimpse["source"][frames] for glimpse in glimpses])
            return self.collate.told(glimpses, frames) | {"source": source}
        share = self.config.self_feed * min(1.0, 2 * draw.step / self.config.steps)
        fed = {"self_fed": torch.rand(draw.size) < share}
        indices = draw.indices(len(corpus))
        start = int(rng.integers(self._lengths[turn] - T + 1)) if self.config.anywhere else 0
        if self.config.retelling:
            drawn = [np.random.default_rng((self.config.seed, draw.step, index)) for index in indices]
            rows = [retold(corpus, index, each) for index, each in zip(indices, drawn, strict=True)]
            clips = {
                "turn": torch.tensor(turn),
                "clips": torch.tensor(indices),
                "span": torch.tensor((start, start + T)),
            }
            return self.collate.told(rows, slice(start, start + T)) | clips
        pairs = [opening(corpus, index, start + T) for index in indices]
        return self.collate(pairs, slice(start, start + T)) | fed

    @functools.cached_property
    def _turns(self) -> Sequence[Pairs]:
        for name in self.config.turns:
            if name not in self._parts:
                raise UsageError(f"no turns for {name!r}", hint=f"{self.config.corpus} has {', '.join(self._parts)}")
        return [self._parts[name] for name in self.config.turns] or self._train

    @property
    def _learnt(self) -> Mapping[str, Pairs]:
        """The parts that batches come from, by name."""
        return {name: corpus for name, corpus in self._parts.items() if name in (self.config.turns or self._parts)}

    @property
    def _led(self) -> bool:
        """Whether there are sprites to lead."""
        return self.config.model.sprites > 0 and self.config.system == "m3l"

    @property
    def _placed(self) -> bool:
        """Whether there are places to tell."""
        return self.config.model.horizon is not None and self.config.system == "m3l"

    def _guides(self) -> list[Led | None]:
        return [led(pair["meta"], pair["source"], pair["target"]) for pair in (corpus[0] for corpus in self._train)]

    @functools.cached_property
    def _longest(self) -> int:
        """Frames of the longest training clip."""
        return min(self.config.frames, *self._lengths)

    @functools.cached_property
    def _lengths(self) -> list[int]:
        """Frames of the clips of each turn."""
        return [len(corpus[0]["source"]) for corpus in self._turns]

    @functools.cached_property
    def collate(self) -> Collator:
        """Makes batches of pairs."""
        return Collator(
            self._language,
            self._size[1],
            sprites=self._led,
            horizon=self.config.model.horizon if self._placed else None,
        )

    def optimizers(self, model: nn.Module) -> dict[str, Optimizer]:
        """Adam for L_E and, in the dual game, Adam for L_G on the same weights and for L_D on the judges'. App. A."""
        assert isinstance(model, M3LGame)
        config = self.config
        edits = [parameter for name, parameter in model.named_parameters() if not name.startswith("judge.")]
        out: dict[str, Optimizer] = {"editing": Adam(edits, lr=config.lr, betas=config.betas)}
        if model.judge is not None:
            out["quality"] = Adam(model.editor.parameters(), lr=config.lr_quality, betas=config.betas)
            out["judge"] = Adam(model.judge.parameters(), lr=config.lr_quality, betas=config.betas)
        return out

    def step(self, model: nn.Module, batch: Any, update: Update) -> None:
        """One round of Algorithm 1 on whole clips."""
        assert isinstance(model, M3LGame)
        alone = {"seeing": self._see, "finding": self._find, "retouching": self._retouch, "stepping": self._go}
        if self.config.only in alone:
            alone[self.config.only](model, batch, update)
            return
        source, target = signed(batch["source"]), signed(batch["target"])
        editor, judge, config = model.editor, model.judge, self.config
        fed = self._fed(editor, source, target, batch)
        text = editor.read(batch["ids"], batch["present"])
        losses = self._meant(model, batch, text)
        if isinstance(editor, M3L):
            v = editor.resnet(source)
            f = editor.fuse(v, text)
            if config.only not in _PAINTERS:
                losses |= self._found(model, editor, batch, text, v, f)
            told = told_places(batch)
            places = None if told is None else astray(told, config.model.attributes)
            painted = editor.paint(f, source, fed, text, batch.get("steps"), places)
            losses |= self._laid(painted, target, batch)
            edited = painted.frames
        else:
            edited = editor(source, fed, text)
        update("editing", losses | self._edited(edited, target, batch))
        if judge is None or target.shape[1] < self.architecture.window:
            return
        edited = editor(source, fed, editor.read(batch["ids"], batch["present"]))
        update("quality", {"quality": config.adversarial * quality_loss(*judge(edited))})
        update("judge", {"discrimination": discrimination_loss(*judge(edited.detach()), *judge(target))})

    @staticmethod
    def _see(model: M3LGame, batch: Any, update: Update) -> None:
        """A step of the 3D ResNet alone."""
        assert isinstance(model.editor, M3L)
        assert model.showing is not None
        v = model.editor.resnet(signed(batch["source"]))
        update("editing", {"showing": model.showing.loss(v, batch["shown"], batch.get("places"))})

    @functools.cached_property
    def _glimpses(self) -> list[Glimpses]:
        config = self.config
        worlds = [
            ActorEdits("train", config.seed + 1, config.openings)
            if name == "actors"
            else EClevr("train", config.seed + 1, config.openings, zero_shot=config.zero_shot)
            for name in config.turns or self._parts
        ]
        return [Glimpses(world, self._longest) for world in worlds]

    @staticmethod
    def _go(model: M3LGame, batch: Any, update: Update) -> None:
        """A step of how sprites move."""
        editor, source, target = model.editor, signed(batch["source"]), signed(batch["target"])
        assert isinstance(editor, M3L)
        text = editor.read(batch["ids"], batch["present"])
        moved = editor.paint(editor.encode(source, text), source, target, text, batch["steps"]).sprites
        assert moved is not None
        update("editing", {"steps": steps_loss(moved.steps, batch["steps"])})

    def _retouch(self, model: M3LGame, batch: Any, update: Update) -> None:
        """A step of the close-up alone, on one square of each clip."""
        editor = model.editor
        assert isinstance(editor, M3L)
        assert editor.generator.close_up is not None
        turn = int(batch["turn"])
        seen = Squares.together([self._album.one(editor, turn, clip) for clip in batch["clips"].tolist()])
        edited, own = seen.retouched(editor.generator.close_up)
        target, changed = seen.target[:, None], seen.changed[:, None]
        losses = self._edited(edited[:, None], target, {"changed": changed})
        # Its pixels learn before any are taken; else none ever are.
        update("editing", losses | {"own": self.config.altering * altering_loss(own[:, None], target, changed)})

    @functools.cached_property
    def _album(self) -> Album:
        return Album(self.config, self._turns, self.collate, self._longest)

    def _find(self, model: M3LGame, batch: Any, update: Update) -> None:
        """A step of words, source features and places."""
        editor = model.editor
        assert isinstance(editor, M3L)
        text = editor.read(batch["ids"], batch["present"])
        if "clips" in batch:
            v = self._memory.seen(editor, int(batch["turn"]), batch["clips"], slice(*batch["span"].tolist()))
        else:
            v = editor.resnet(signed(batch["source"]))
        found = self._found(model, editor, batch, text, v, editor.fuse(v, text))
        update("editing", self._meant(model, batch, text) | found)

    @functools.cached_property
    def _memory(self) -> Memory:
        return Memory(self._turns)

    def _meant(self, model: M3LGame, batch: Mapping[str, Tensor], text: Instruction) -> dict[str, Tensor]:
        """The loss of what words tell by themselves."""
        if model.meaning is None or self.config.only in _PAINTERS:
            return {}
        return {"meaning": self.config.meaning * model.meaning.loss(text, batch["asked"])}

    def _found(
        self, model: M3LGame, editor: M3L, batch: Mapping[str, Tensor], text: Instruction, v: Tensor, f: Tensor
    ) -> dict[str, Tensor]:
        """The losses of what words and features tell: what is there, what is meant, and where."""
        config, losses = self.config, {}
        if model.showing is not None and model.grounding is not None:
            losses["showing"] = config.showing * model.showing.loss(v, batch["shown"], batch.get("places"))
            if config.grounding:
                where = model.grounding(f.flatten(0, 1))
                losses["grounding"] = config.grounding * grounding_loss(where, batch["changed"])
        if model.binding is not None and "places" in batch:
            losses["binding"] = config.binding * model.binding.loss(f, batch["wanted"], batch["places"])
            if (looks := editor.looks(v, text)) is not None:
                pointing = pointing_loss(looks, batch["named"], batch["places"], v.shape[-1])
                losses["pointing"] = config.binding * pointing
            if model.meaning is not None:
                naming = model.meaning.naming_loss(text, batch["named"], batch["wanted"])
                losses["naming"] = config.binding * naming
        if editor.locator is not None and (told := told_places(batch)) is not None:
            located = editor.locator(f, text.sentence)
            if isinstance(editor.locator, ActingLocator):
                acting = editor.locator.acting(f, text.sentence, astray(told, ()).here, told.eye)
                wrong = acting_losses(located, acting, editor.locator.eye(f), told)
            else:
                wrong = {"locating": locating_loss(located, told)}
                if become := editor.locator.becoming(f, text.sentence, told.here):
                    wrong["becoming"] = becoming_loss(become, told.looks)
            losses |= {name: config.locating * each for name, each in wrong.items()}
        return losses

    def _laid(self, painted: Painted, target: Tensor, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The losses of what frames are mixed from: what is copied, tinted, and moves as one."""
        config, losses = self.config, {}
        if config.copying and painted.copied is not None:
            losses["copying"] = config.copying * copying_loss(painted.copied, batch["changed"])
        if painted.tinted is not None and painted.carried is not None:
            tinting = tinting_loss(painted.tinted, painted.carried, target, batch["changed"], batch["coloring"])
            losses["tinting"] = config.tinting * tinting
        if painted.sprites is not None and painted.mattes is not None:
            losses["sprites"] = config.sprites * sprites_loss(painted.sprites.pictures, batch["sprites"])
            losses["mattes"] = config.sprites * sprites_loss(painted.mattes, batch["mattes"])
            losses["steps"] = config.moving * steps_loss(painted.sprites.steps, batch["steps"])
        return losses

    def _edited(self, edited: Tensor, target: Tensor, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The losses of the frames themselves, L_E first. Eq. (9)."""
        config = self.config
        losses = {"editing": editing_loss(edited, target)}
        if config.opening:
            losses["opening"] = config.opening * editing_loss(edited[:, :1], target[:, :1])
        if config.altering:
            losses["altering"] = config.altering * altering_loss(edited, target, batch["changed"])
        if config.structure:
            alike = ssim_map(_unit(edited).flatten(0, 1), _unit(target).flatten(0, 1))
            losses["structure"] = config.structure * (1 - alike.mean())
        return losses

    def _fed(self, editor: M3L | Pix2Pix | Vid2Vid, source: Tensor, target: Tensor, batch: Any) -> Tensor:
        """What stands for the previous target frames: the truth, or for some clips what the model makes on its own.

        A clip that runs free costs hardly more than one pass: source features are computed once, and a frame is a step.
        """
        own = batch["self_fed"]
        if not own.any():
            return target
        text = editor.read(batch["ids"][own], batch["present"][own])
        fed = target.clone()
        told, steps = told_places(batch), batch.get("steps")
        if isinstance(editor, M3L) and (told is not None or steps is not None):
            # Led along the true path: no step is known from a place that is not on it.
            with torch.no_grad():
                f = editor.encode(source[own], text)
                exact = None if told is None else told.places(self.config.model.attributes)
                places = None if exact is None else exact.each(lambda told: told[own])
                steps = None if steps is None else steps[own]
                fed[own] = editor.paint(f, source[own], target[own], text, steps, places).frames
        else:
            fed[own] = torch.stack(list(editor.edit(source[own], text)), dim=1).to(fed.dtype)
        torch.clear_autocast_cache()  # which holds weights without gradients now
        return fed

    def validate(self, model: nn.Module) -> Mapping[str, float]:
        """SSIM x100 on 8 test pairs of each corpus, generated frame by frame."""
        assert isinstance(model, M3LGame)
        figures = {}
        for name, corpus in self.corpora("test").items():
            batch = self.collate([corpus[index] for index in range(min(_VALIDATED, len(corpus)))])
            edited = self._edit(model, batch)
            alike = ssim(_unit(edited).flatten(0, 1), batch["target"].to(edited.device).flatten(0, 1))
            figures[f"ssim_{name}"] = 100 * float(alike.mean())
        return figures

    def publish(self, model: nn.Module) -> Publication:
        """The editor's weights; the judges of the dual game served the training only."""
        assert isinstance(model, M3LGame)
        config, subject = self.config, SUBJECTS[self.config.corpus]
        conditioning = "" if config.model.conditioning == "mlf" else f"-{config.model.conditioning}"
        about = next(iter(self._learnt)) if len(self._learnt) < len(self._parts) else subject.name
        name = f"{config.system}-{about}{conditioning}{'-zero-shot' if config.zero_shot else ''}"
        measured = next(iter(self._learnt))
        folder = "--mnist DIR" if subject.name == "mnist" else "--data DIR"
        left_out = "The combinations of Table 4's zero-shot split were left out." if config.zero_shot else ""
        return Publication(
            name=name,
            system=config.system,
            model=model.editor,
            architecture=model.editor.config.to_json(),
            licence=subject.licence,
            commercial_ok=True,
            data=subject.data,
            metrics={
                f"SSIM x 100 of {_VALIDATED} test pairs, {key.removeprefix('ssim_')}": figure
                for key, figure in self.validate(model).items()
            },
            measured_with=f"lbvedit train m3l` (the last row of validation.csv); in full by `lbvedit evaluate m3l "
            f"--corpus {measured} --model {name} {folder}",
            can=f"{subject.can} {left_out}",
            cannot=subject.cannot,
            files={"tokenizer.json": self.tokenizer.to_str(pretty=True)},
            facts={"frames": self._longest, "domain": [each.to_json() for each in self._domain()]},
        )

    def _domain(self) -> list[Domain]:
        """What the clips of each corpus look like: those of actors, who have many scenes, each by itself."""
        domains: list[Domain] = []
        for name, corpus in self._learnt.items():
            varied = name == "actors"
            pairs = map(corpus.__getitem__, range(min(_MANY if varied else _DESCRIBED, len(corpus))))
            sides = 1 if varied else 2  # a target is its source's nearest neighbour
            clips = [clip for pair in pairs for clip in (pair["source"], pair["target"])[:sides]]
            looks = [clip_statistics(clip[: self._longest].float() / 255) for clip in clips]
            domains.append(Neighbours.fit(looks) if varied else Envelope.fit(looks))
        return domains

    def sample(self, model: nn.Module) -> Tensor:
        """Three rows a pair (source, target, ours) of six test pairs, every fifth frame."""
        assert isinstance(model, M3LGame)
        corpus = list(self.corpora("test").values())[-1]
        batch = self.collate([corpus[index] for index in range(min(6, len(corpus)))])
        rows = (_unit(signed(batch["source"])), _unit(signed(batch["target"])), _unit(self._edit(model, batch)).cpu())
        sheet = torch.stack(rows, dim=1)[:, :, ::5]  # (pairs, 3 rows, frames, 3, H, W)
        return sheet.permute(3, 0, 1, 4, 2, 5).flatten(1, 3).flatten(2)

    @staticmethod
    def _edit(model: M3LGame, batch: Mapping[str, Tensor]) -> Tensor:
        device = next(model.parameters()).device
        source = signed(batch["source"].to(device))
        text = model.editor.read(batch["ids"].to(device), batch["present"].to(device))
        return torch.stack(list(model.editor.edit(source, text)), dim=1)


def _unit(frames: Tensor) -> Tensor:
    """Frames in [-1, 1] as float in [0, 1]."""
    return frames.float() / 2 + 0.5
