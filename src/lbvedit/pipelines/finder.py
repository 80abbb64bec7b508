"""Finding what an expression means in single frames: MMVT with its weights, its tokenizer and its working size."""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

from lbvedit import motion, runtime
from lbvedit.measures.footage import load_footage_classifier, shows_world
from lbvedit.nn.words import encode, load_tokenizer
from lbvedit.systems.mmvt.config import MMVTConfig
from lbvedit.systems.mmvt.model import MMVT, Visual
from lbvedit.systems.mmvt.motion import motion_image
from lbvedit.types import Event
from lbvedit.weights import CLEAN_SUFFIX, Weights, load_state, locate, locate_default

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from lbvedit.media.source import Source
    from lbvedit.systems.mmvt.text import Language
    from lbvedit.types import Clip, Report, Request

__all__ = [
    "DEFAULT_WEIGHTS",
    "WORLD_WEIGHTS",
    "Ahead",
    "Finder",
    "Found",
    "Seen",
    "chosen_weights",
    "load_finder",
    "suited",
    "suited_to",
    "tell_choice",
    "working_size",
]

DEFAULT_WEIGHTS = "mmvt-small"
WORLD_WEIGHTS = f"{DEFAULT_WEIGHTS}{CLEAN_SUFFIX}"
"""They learnt from the procedural world alone, and know it better than the default ones do."""

GRANULARITY_PX = 16

_BEGINNING = 8
"""Frames by which a video is judged."""

WORKING_PX = 224 * 400
"""Pixels of a frame as the model sees it, where its weights do not say."""


@dataclass(frozen=True)
class Seen:
    """A frame as the model sees it, before any expression.

    Args:
        visual: its features.
        back: flow ``(2, h, w)`` to the previous frame at working size, or None for the first.
    """

    visual: Visual
    back: Tensor | None


@dataclass(frozen=True)
class Found:
    """What an expression means in one frame.

    Args:
        probability: ``(h, w)`` in [0, 1] at working size.
        presence: whether it is there at all, in [0, 1]; 1 for a model that does not say.
    """

    probability: Tensor
    presence: float


def working_size(height: int, width: int, area_px: int) -> tuple[int, int]:
    """Height and width near an area, of the frame's shape, in multiples of 16."""
    scale = math.sqrt(area_px / (height * width))
    return tuple(max(2, round(side * scale / GRANULARITY_PX)) * GRANULARITY_PX for side in (height, width))  # type: ignore[return-value]


class Finder:
    """MMVT for frames that come one after the other.

    Args:
        model: with its weights, in eval mode.
        tokenizer: its own.
        device: where it runs.
        dtype: its precision; anything but fp32 runs under autocast.
        name: of the weights.
        sha256: of the weights.
        area_px: pixels of a frame at working size.
    """

    def __init__(
        self,
        model: MMVT,
        tokenizer: Tokenizer,
        device: torch.device,
        dtype: torch.dtype,
        name: str,
        sha256: str = "",
        area_px: int = WORKING_PX,
    ) -> None:
        self.name = name
        self.sha256 = sha256
        self.model = model.to(device, memory_format=torch.channels_last).eval().requires_grad_(False)  # type: ignore[call-overload]
        self.tokenizer = tokenizer
        self.device = device
        self.dtype = dtype
        self.area_px = area_px

    @property
    def remembered(self) -> int:
        """How many earlier frames it wants to see the next one."""
        return max(1, self.model.config.motion_back)

    @property
    def bar(self) -> float:
        """The evidence at which a thing is as likely there as not."""
        return self.model.config.presence_bar

    @property
    def acts(self) -> bool:
        """Whether it tells things by what they do."""
        return bool(self.model.config.traits)

    def read(self, expressions: Sequence[str]) -> Language:
        """The expressions as features."""
        tokens, keep = encode(self.tokenizer, expressions, self.model.config.text.max_tokens)
        with torch.inference_mode():
            return self.model.read(tokens.to(self.device), keep.to(self.device))

    def small(self, frame: Tensor) -> Tensor:
        """``(3, H, W)`` uint8 or uint16 to ``(3, h, w)`` float in [0, 1] at working size."""
        scaled = frame.float()[None] / torch.iinfo(frame.dtype).max
        size = working_size(frame.shape[1], frame.shape[2], self.area_px)
        return F.interpolate(scaled, size, mode="bilinear", antialias=True, align_corners=False)[0]

    def see(self, frame: Tensor, after: Tensor | None, before: Tensor | None, past: Tensor | None = None) -> Seen:
        """Encodes a frame with its motion.

        Args:
            frame: ``(3, h, w)`` from ``small``.
            after: the next frame likewise, or None at the end, where the motion is taken from the previous one.
            before: the previous frame likewise, or None at the start.
            past: the frame ``motion_back`` before likewise, or None near the start. Not every model looks back.
        """
        back = None if before is None else motion.flow(frame, before, "dis-fast")
        if after is not None:
            ahead = motion.flow(frame, after, "dis")
        elif before is not None:
            ahead = -motion.flow(frame, before, "dis")  # finer than the way back: actions are told by it
        else:
            ahead = torch.zeros(2, *frame.shape[1:])
        frames, flows = [frame], [ahead]
        if self.model.config.clip_length > 1:  # the paper's clip: an earlier frame, a later one, the target
            came = ahead if before is None else motion.flow(before, frame, "dis")
            frames = [frame if before is None else before, frame if after is None else after, frame]
            flows = [came, ahead, ahead]
        images = self.model.images(torch.stack(frames).to(self.device))[None]
        back_by = self.model.config.motion_back
        since = None if past is None or not back_by else -motion.flow(frame, past, "dis")[None] / back_by
        moving = motion_image(torch.stack(flows), since, self.model.config.flow, back_by).to(self.device)[None]
        with torch.inference_mode(), self._autocast():
            visual = self.model.encode(images, moving if self.model.motion is not None else None)
        return Seen(visual, back)

    def find(self, seen: Seen, language: Language) -> list[Found]:
        """What each of the expressions means in a frame."""
        count = len(language.sentence)
        with torch.inference_mode(), self._autocast():
            out = self.model.refer(seen.visual.select(torch.zeros(count, dtype=torch.long)), language)
        probabilities = torch.sigmoid(out.logits[:, 0].float()).cpu()
        there = torch.ones(count) if out.presence is None else torch.sigmoid(out.presence.float()).cpu()
        return [Found(p, float(q)) for p, q in zip(probabilities, there, strict=True)]

    @cached_property
    def workers(self) -> ThreadPoolExecutor:
        """Threads that frames are looked at in.

        On a CPU one a core, each with a frame of its own, since the layers of a small model are too small to be shared
        out; elsewhere one beside the caller's.
        """
        if self.device.type != "cpu":
            return ThreadPoolExecutor(1, "finder")
        return ThreadPoolExecutor(torch.get_num_threads(), "finder", lambda: torch.set_num_threads(1))

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32)


class Ahead:
    """Looks for something in frames that come one after the other, ahead of the caller, who takes what was found.

    Args:
        finder: looks.
        language: the expressions.
        earlier: the frames before the first, ``(N, 3, h, w)`` from ``small``; N is 0 at the start.

    Attributes:
        earlier: the frames before the next one that is taken, no more than are wanted.
    """

    def __init__(self, finder: Finder, language: Language, earlier: Tensor) -> None:
        self._finder = finder
        self._language = language
        self._before: deque[Tensor] = deque(earlier, finder.remembered)
        self._frame: Tensor | None = None
        self.earlier: deque[Tensor] = deque(earlier, finder.remembered)
        self._begun: deque[tuple[Tensor, Future[tuple[list[Found], Tensor | None]]]] = deque()

    def push(self, frame: Tensor) -> None:
        """Hands over the next frame, from ``small``; the one before it is begun, now that its motion can be seen."""
        self._begin(frame)
        if self._frame is not None:
            self._before.append(self._frame)
        self._frame = frame

    def end(self) -> None:
        """Begins the last frame: no other comes."""
        self._begin(None)

    def take(self) -> tuple[Tensor, list[Found], Tensor | None]:
        """The earliest frame that was not taken yet, what was found in it, and its flow to the one before it."""
        frame, future = self._begun.popleft()
        found, back = future.result()
        self.earlier.append(frame)
        return frame, found, back

    def _begin(self, after: Tensor | None) -> None:
        if self._frame is not None:
            before = self._before[-1] if self._before else None
            past = self._before[0] if len(self._before) == self._before.maxlen else None
            looks = self._finder.workers.submit(self._look, self._frame, after, before, past)
            self._begun.append((self._frame, looks))

    def _look(
        self, frame: Tensor, after: Tensor | None, before: Tensor | None, past: Tensor | None
    ) -> tuple[list[Found], Tensor | None]:
        seen = self._finder.see(frame, after, before, past)
        return self._finder.find(seen, self._language), seen.back


@lru_cache(maxsize=2)
def _loaded(folder: Path, device: torch.device, dtype: torch.dtype) -> Finder:
    weights = locate(folder)
    model = MMVT(MMVTConfig.from_json(weights.config["architecture"]))
    load_state(model, weights)
    _fold_batch_norms(model.eval())
    tokenizer = load_tokenizer(folder / "tokenizer.json")
    return Finder(
        model,
        tokenizer,
        device,
        dtype,
        weights.name,
        str(weights.config.get("sha256", "")),
        int(weights.config.get("working_px", WORKING_PX)),
    )


def _fold_batch_norms(module: nn.Module) -> None:
    """Makes each convolution with a batch norm after it one convolution that computes the same."""
    if isinstance(module, nn.Sequential):
        for i, (first, second) in enumerate(itertools.pairwise(module)):
            if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
                module[i], module[i + 1] = fuse_conv_bn_eval(first, second), nn.Identity()
    for child in module.children():
        _fold_batch_norms(child)


def chosen_weights(request: Request) -> Weights:
    """The weights of the finder that a request asks for.

    Raises:
        WeightsError: missing, not MMVT's, or not for commercial use where that is asked for.
    """
    if request.model is None:
        return locate_default(DEFAULT_WEIGHTS, request.weights, commercial_ok=request.commercial_ok)
    return locate(request.model, request.weights, commercial_ok=request.commercial_ok, systems=("mmvt",))


def suited_to(source: Source, request: Request) -> Request:
    """The request with the weights that know such a video: where it names none, those of the world for the world.

    Raises:
        WeightsError: as :func:`chosen_weights` does.
    """
    with source.from_the_first():
        return suited(request, source.windows(_BEGINNING))


def suited(request: Request, clips: Iterator[Clip]) -> Request:
    """As :func:`suited_to`, for the clips of a video, the first of which is taken where it matters."""
    if request.model is not None or chosen_weights(request).name != DEFAULT_WEIGHTS:
        return request
    world = shows_world(load_footage_classifier(request.weights), next(clips).frames)
    return replace(request, model=WORLD_WEIGHTS) if world else request


def tell_choice(request: Request, finder: Finder, report: Report) -> None:
    """Reports that other weights are used than the default ones, where nobody named them."""
    if request.model is None and finder.name == WORLD_WEIGHTS:
        because = (
            f"{DEFAULT_WEIGHTS} may not be used commercially"
            if request.commercial_ok
            else "the video shows the procedural world"
        )
        report(Event("warning", "weights", message=f"{finder.name} is used, since {because}"))


def load_finder(request: Request) -> Finder:
    """The finder that a request asks for, loaded once a process.

    Raises:
        WeightsError: the weights are missing, bad, not MMVT's, or not for commercial use where that is asked for.
        RuntimeUnavailableError: the device is absent.
    """
    weights = chosen_weights(request)
    device = runtime.pick_device(request.device)
    quick = torch.bfloat16 if runtime.has_bf16() else None
    return _loaded(weights.folder, device, runtime.pick_dtype(request.dtype, device, cpu=quick))
