"""Language-based video editing as the M3L paper means it: a trained system repaints what an instruction changes.

It knows the kinds of footage that its weights were trained on, and no other: what a weight's own clips look like lies
beside it, the nearest weight is taken, and footage that is none's is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor

from lbvedit import runtime
from lbvedit.errors import InstructionError, NoMatchError, UsageError
from lbvedit.language.spelling import american
from lbvedit.measures.domain import clip_statistics
from lbvedit.media.decoded import part
from lbvedit.pipelines.m3l_attention import draw_attention
from lbvedit.pipelines.m3l_editor import M3LEditor, domains
from lbvedit.pipelines.m3l_frame import Letterbox
from lbvedit.systems.m3l import Attention, Past
from lbvedit.systems.m3l.sprites import Sprites
from lbvedit.types import Clip, Event, Report, Request
from lbvedit.weights import Weights, listing, locate

if TYPE_CHECKING:
    from lbvedit.media.source import Source

__all__ = ["DEFAULT_WEIGHTS", "FARTHEST", "M3LEdit", "M3LOptions", "candidates", "distance_to"]

DEFAULT_WEIGHTS = "m3l-mnist"
"""Named where no weight of M3L is found at all."""

FARTHEST = 1.3
"""How far a video may look from a weight's own clips, in units of how far these reach: codecs and scaling take some."""

_SHARED = 3
"""One frame in so many of a window is one that the window before has edited."""

_WORDS = re.compile(r"[\w'-]+")


@dataclass(frozen=True)
class M3LOptions:
    """What ``--set`` can change.

    Args:
        attention: a PNG file to draw what the first window's edit looked at: heat maps of each word over the frames.
        force: edit footage that looks like nothing the weights were trained on, whatever comes of it.
    """

    attention: Path | None = None
    force: bool = False


class M3LEdit:
    """Does what ``request.text`` says.

    A window goes on from the last edited frames of the one before. Everything that the system leaves as it was is the
    source's own.

    Attributes:
        state: the last small frames, before and after the edit, the sprites and their things, and where the edited
            thing was put, if there are any, and the weight's name, for a job that is resumed.
        weights_sha256: the weights that are used, by name, once they are loaded.
    """

    Options: ClassVar[type[Any]] = M3LOptions
    window: int = 30
    overlap: int = 0

    def __init__(self, request: Request, options: M3LOptions) -> None:
        self.request = request
        self.options = options
        self.state: dict[str, Tensor] = {}
        self.weights_sha256: dict[str, str] = {}
        if options.attention is not None and not options.attention.parent.is_dir():
            raise UsageError(
                f"--set attention={options.attention}: there is no folder {options.attention.parent}",
                hint="make it first",
            )

    def __call__(self, source: Source, report: Report) -> Iterator[Clip]:
        """Yields each window edited.

        Raises:
            NoMatchError: the video looks like nothing that a weight was trained on.
            InstructionError: words that the weight never saw.
            WeightsError: no weight.
        """
        editor = self._editor(source, report)
        self.weights_sha256 = {editor.name: editor.sha256}
        if self.options.attention is not None and editor.model.config.acting:
            raise UsageError(
                f"--set attention={self.options.attention}: {editor.name} has no decoder that attends to anything",
                hint="leave it out, or name another weight with --model",
            )
        instruction = self._heard(editor)
        box = Letterbox(source.info.height, source.info.width, editor.size)
        self.window = self.request.window or editor.frame_count
        shared = self.window // _SHARED if self.request.overlap is None else self.request.overlap
        if shared >= self.window:
            raise UsageError(
                f"--overlap {shared} leaves nothing of windows of {self.window} frames to edit",
                hint=f"--overlap 0 to {self.window - 1}, or --window {shared + 1} or more",
                setting="overlap",
            )
        for clip in self._windows(source, shared):
            yield clip.with_frames(self._edited(clip.frames, box, editor, instruction, shared))

    def _windows(self, source: Source, shared: int) -> Iterator[Clip]:
        """The frames that each window adds."""
        if "edited" in self.state:
            yield from source.windows(self.window - shared)
            return
        for number, clip in enumerate(source.windows(self.window, shared)):
            yield part(clip, shared, len(clip)) if number else clip

    def _edited(self, frames: Tensor, box: Letterbox, editor: M3LEditor, instruction: str, shared: int) -> Tensor:
        """The frames after the edit, ``(T, 3, H, W)``; moves the state on."""
        shown = box.shrink(box.picture(frames))
        before, after = self.state.get("shown", shown[:0]), self.state.get("edited", shown[:0])
        wanted = self.options.attention if "edited" not in self.state else None
        attention = Attention() if wanted else None
        line = torch.cat((before, shown))
        there, looks, moment = (self.state.get(name) for name in ("there", "looks", "moment"))
        past = Past(
            frames=editor.signed(after) if len(after) else None,
            sprites=self._held("sprites", editor),
            things=self._held("things", editor),
            there=None if there is None else there.to(editor.device),
            looks=None if looks is None else looks.to(editor.device),
            moment=0 if moment is None else int(moment),
        )
        edited = editor.edit(line, instruction, attention, past)
        for name, moving in (("sprites", past.sprites), ("things", past.things)):
            if moving is not None:
                self.state |= {f"{name}.{each}": tensor.cpu() for each, tensor in moving._asdict().items()}
        if attention is not None and wanted is not None:
            draw_attention(attention, shown, edited, editor.tokens(instruction), instruction).save(wanted)
        first = max(0, len(line) - shared)
        self.state |= {"shown": line[first:], "edited": torch.cat((after, edited))[first:]}
        if past.there is not None:
            self.state |= {"there": past.there[:, first:].cpu(), "moment": torch.tensor(past.moment + first)}
        if past.looks is not None:
            self.state["looks"] = past.looks.cpu()
        return box.restore(frames, shown, edited)

    def _held(self, name: str, editor: M3LEditor) -> Sprites | None:
        """The sprites, or their things, that the window before left."""
        if f"{name}.offsets" not in self.state:
            return None
        return Sprites(*(self.state[f"{name}.{each}"].to(editor.device) for each in Sprites._fields))

    def _editor(self, source: Source, report: Report) -> M3LEditor:
        """The weight that fits the video, loaded."""
        if "weight" in self.state:
            name = bytes(self.state["weight"].tolist()).decode()
            chosen = locate(name, self.request.weights, commercial_ok=self.request.commercial_ok)
        else:
            chosen = self._chosen(source, report)
            self.state["weight"] = torch.tensor(list(chosen.name.encode()), dtype=torch.uint8)
        device = runtime.pick_device(self.request.device)
        dtype = runtime.pick_dtype(self.request.dtype, device)
        return M3LEditor(chosen.folder, device=device, dtype=dtype, commercial_ok=self.request.commercial_ok)

    def _chosen(self, source: Source, report: Report) -> Weights:
        request = self.request
        named = request.model is not None
        if named:
            found = [locate(str(request.model), request.weights, commercial_ok=request.commercial_ok)]
        else:
            found = candidates(request.weights, commercial_ok=request.commercial_ok)
        with source.from_the_first():
            clip = next(iter(source.windows(self.window)))
        away = {weights.name: distance_to(weights, clip.frames) for weights in found}
        nearest = min(found, key=lambda weights: away[weights.name])
        if away[nearest.name] > FARTHEST and not self.options.force:
            raise NoMatchError(
                f"the video looks like nothing that {nearest.name} was trained on: {away[nearest.name]:.1f} times as "
                f"far as its own clips reach, {FARTHEST:g} at most",
                hint="-p compose edits any footage; --force edits it all the same",
            )
        if not named and len(found) > 1:
            report(Event("warning", "weights", message=f"{nearest.name} fits the video best"))
        return nearest

    def _heard(self, editor: M3LEditor) -> str:
        """The instruction in the spelling of the weight's words.

        Raises:
            InstructionError: it has words that the weight never saw.
        """
        said = _WORDS.sub(lambda word: american(word[0].lower()), self.request.text)
        unknown = [word for word in editor.unknown_words(said) if _WORDS.fullmatch(word)]
        if not unknown:
            return said
        known = editor.words()
        near = [other for word in unknown for other in get_close_matches(word, known, 2, 0.7)]
        words = f"near: {', '.join(dict.fromkeys(near))}" if near else f"it knows: {', '.join(known)}"
        raise InstructionError(f"{editor.name} never learnt {', '.join(map(repr, unknown))}", hint=words)


def candidates(folder: Path | None = None, *, commercial_ok: bool = False) -> list[Weights]:
    """The weights to choose from: M3L's own, whole and trained on everything.

    Raises:
        WeightsError: there is none.
    """
    found = [
        weights
        for weights in listing(folder)
        if weights.system == "m3l" and not weights.name.endswith(("-concat", "-none", "-zero-shot"))
        if weights.commercial_ok or not commercial_ok
    ]
    return found or [locate(DEFAULT_WEIGHTS, folder, commercial_ok=commercial_ok)]


def distance_to(weights: Weights, frames: Tensor) -> float:
    """How far a clip looks from what a weight was trained on; above 1, farther than nearly all of its own clips.

    Args:
        weights: of M3L.
        frames: ``(T, 3, H, W)`` uint8 or uint16.
    """
    size = weights.config["architecture"]["size"]
    picture = Letterbox(frames.shape[2], frames.shape[3], (int(size[0]), int(size[1]))).picture(frames)
    looks = clip_statistics(picture)
    return min((domain.distance(looks) for domain in domains(weights)), default=0.0)
