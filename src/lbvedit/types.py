"""The values that travel through lbvedit: frozen, checked on creation, free of torch and av at import time.

Letters in shapes are fixed everywhere: B batch, T frames, C channels, H W pixels, h w latent cells, L text tokens,
N tokens or instances, D width, K codes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from lbvedit.errors import UsageError

if TYPE_CHECKING:
    from torch import Tensor

__all__ = [
    "Clip",
    "ColorTags",
    "DataFormat",
    "EditPlan",
    "EncodeOptions",
    "Engine",
    "Event",
    "EventKind",
    "Job",
    "MaskFile",
    "Masks",
    "Report",
    "Request",
    "Step",
    "StreamInfo",
    "Task",
    "VideoInfo",
]

Task = Literal["edit", "segment", "synth"]
Engine = Literal["exact", "generative"]
DataFormat = Literal["png", "rle", "boxes"]
EventKind = Literal["plan", "start", "progress", "warning", "result", "error"]

EVENT_VERSION = 1
"""Version of the JSON event schema; raised when a field changes its meaning or goes away."""


@dataclass(frozen=True, eq=False)
class Clip:
    """A run of consecutive frames.

    Args:
        frames: ``(T, 3, H, W)`` RGB on the CPU: uint8, or uint16 full scale 0..65535 when the source is deeper than
            8 bits. uint16 is storage only; operators work on float.
        pts: one presentation time stamp a frame, in units of ``time_base``, strictly increasing.
        time_base: seconds per tick.
        alpha: ``(T, 1, H, W)`` of the same dtype, or None when the source is opaque.
        numbers: for each frame, its position in the source's own presentation order (masks are looked up by it); None
            for frames that no source has.
        origin: the clip these frames were edited from, with the same time stamps and size. Where a pixel was not
            changed, the encoder keeps the origin's own samples instead of converting colours twice.

    Raises:
        ValueError: shapes, dtypes or time stamps do not fit together.
    """

    frames: Tensor
    pts: tuple[int, ...]
    time_base: Fraction
    alpha: Tensor | None = None
    numbers: tuple[int, ...] | None = None
    origin: Clip | None = None

    def __post_init__(self) -> None:
        shape = tuple(self.frames.shape)
        if len(shape) != 4 or shape[1] != 3:
            raise ValueError(f"frames must be (T, 3, H, W), got {shape}")
        kind = str(self.frames.dtype)
        if kind not in {"torch.uint8", "torch.uint16"}:
            raise ValueError(f"frames must be uint8 or uint16, got {kind}")
        if self.alpha is not None and (
            tuple(self.alpha.shape) != (shape[0], 1, *shape[2:]) or self.alpha.dtype != self.frames.dtype
        ):
            raise ValueError(f"alpha {tuple(self.alpha.shape)} {self.alpha.dtype} != frames {shape} {kind}")
        self._check_times(shape[0])

    def _check_times(self, count: int) -> None:
        if len(self.pts) != count:
            raise ValueError(f"{len(self.pts)} time stamps != {count} frames")
        if any(later <= earlier for earlier, later in zip(self.pts, self.pts[1:], strict=False)):
            raise ValueError(f"time stamps must increase, got {self.pts}")
        if self.time_base <= 0:
            raise ValueError(f"time base must be positive, got {self.time_base}")
        if self.numbers is not None and len(self.numbers) != count:
            raise ValueError(f"{len(self.numbers)} frame numbers != {count} frames")

    def __len__(self) -> int:
        return len(self.pts)

    def __repr__(self) -> str:
        first, last = (self.pts[0], self.pts[-1]) if self.pts else (None, None)
        return (
            f"{type(self).__name__}(T={len(self)}, {self.width}x{self.height}, {self.bit_depth} bit, "
            f"pts={first}..{last}, time_base={self.time_base}{', alpha' if self.has_alpha else ''})"
        )

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.frames.shape[2])

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.frames.shape[3])

    @property
    def bit_depth(self) -> int:
        """8 for uint8 frames, 16 for uint16 ones."""
        return 8 * self.frames.element_size()

    @property
    def has_alpha(self) -> bool:
        """Whether the frames carry transparency."""
        return self.alpha is not None

    def with_frames(self, frames: Tensor, alpha: Tensor | None = None) -> Clip:
        """The same moments with other pixels: what a pipeline returns for a window.

        Keeps time stamps and, while size and dtype stay, the link to the source's own samples and its alpha.

        Args:
            frames: ``(T, 3, H', W')`` uint8 or uint16.
            alpha: ``(T, 1, H', W')``; None keeps this clip's alpha if the size is the same.
        """
        same = frames.shape[2:] == (self.height, self.width) and 8 * frames.element_size() == self.bit_depth
        if alpha is None and same:
            alpha = self.alpha
        origin = (self.origin or self) if same else None
        return Clip(frames, self.pts, self.time_base, alpha, self.numbers, origin)


@dataclass(frozen=True, eq=False)
class Masks:
    """What a segmentation found in a run of frames.

    Args:
        masks: ``(T, N, H, W)`` uint8 mattes, 0..255, one plane an instance; N may be 0.
        scores: ``(T, N)`` float confidence in [0, 1].
        ids: N stable instance numbers, the same from window to window.
        origin: the frames that were segmented, with their time stamps.
    """

    masks: Tensor
    scores: Tensor
    ids: tuple[int, ...]
    origin: Clip

    def __post_init__(self) -> None:
        expected = (len(self.origin), len(self.ids), self.origin.height, self.origin.width)
        if tuple(self.masks.shape) != expected:
            raise ValueError(f"masks {tuple(self.masks.shape)} != (T, N, H, W) = {expected}")
        if tuple(self.scores.shape) != expected[:2]:
            raise ValueError(f"scores {tuple(self.scores.shape)} != (T, N) = {expected[:2]}")

    def union(self) -> Tensor:
        """One matte a frame: ``(T, 1, H, W)`` uint8, zero where there is no instance."""
        if not self.ids:
            T, _, H, W = self.masks.shape
            return self.masks.new_zeros((T, 1, H, W))
        return self.masks.amax(dim=1, keepdim=True)


@dataclass(frozen=True)
class ColorTags:
    """How a stream's samples mean colours, by their ITU-T H.273 code points; 2 is unspecified.

    ``full_range`` is None when the stream does not say.
    """

    primaries: int = 2
    transfer: int = 2
    matrix: int = 2
    full_range: bool | None = None


@dataclass(frozen=True)
class StreamInfo:
    """One stream of a container."""

    index: int
    kind: str
    codec: str
    language: str | None = None
    attached_picture: bool = False


@dataclass(frozen=True)
class VideoInfo:
    """What a probe knows of a video before decoding it.

    ``width`` and ``height`` are upright stored pixels: rotation is already applied, sample aspect ratio is not.
    ``duration_s`` and ``frame_count`` are None when only decoding could tell; neither is exact in every container.
    """

    path: str
    container: str
    stream: int
    codec: str
    width: int
    height: int
    sample_aspect_ratio: Fraction
    average_rate: Fraction | None
    time_base: Fraction
    start_s: Fraction
    duration_s: Fraction | None
    frame_count: int | None
    pixel_format: str
    bit_depth: int
    color: ColorTags
    rotation: int
    interlaced: bool
    has_alpha: bool
    streams: tuple[StreamInfo, ...] = ()
    chapters: int = 0
    metadata: Mapping[str, str] = field(default_factory=dict)


A_PLAN = "lbvedit edit IN 'make the car red' --plan --json writes a plan"
"""What to do about a file that holds no plan."""

A_STEP = 'such as {"op": "blur", "target": "dog", "params": {"amount": 0.5}}'
"""What a step of a plan looks like."""


@dataclass(frozen=True)
class Step:
    """One step of an edit.

    Args:
        op: the operator, such as ``recolor``.
        target: a noun or action phrase without its article, ``"background"``, or None for the whole frame.
        params: the operator's parameters, JSON values.
        engine: ``exact`` when no imagination is needed, else ``generative``.
        outside: whether the step applies to everything except the target.
        words: the words of the instruction that asked for it.
    """

    op: str
    target: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    engine: Engine = "exact"
    outside: bool = False
    words: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "params", MappingProxyType(dict(self.params)))
        if self.outside and self.target is None:
            raise ValueError(f"{self.op}: everything except what? A step outside needs a target")

    def to_json(self) -> dict[str, Any]:
        """The step as JSON values; ``outside`` and ``words`` only where they say something."""
        out: dict[str, Any] = {
            "op": self.op,
            "target": self.target,
            "params": dict(self.params),
            "engine": self.engine,
        }
        if self.outside:
            out["outside"] = True
        if self.words:
            out["words"] = self.words
        return out

    @classmethod
    def from_json(cls, value: object) -> Step:
        """A step read from JSON.

        Raises:
            UsageError: not an object, no ``op``, an unknown key or a value of the wrong kind.
        """
        if not isinstance(value, dict) or not isinstance(value.get("op"), str):
            raise UsageError(f"a step is an object with an 'op', got {value!r:.80}", hint=A_STEP)
        keys = ("op", "target", "params", "engine", "outside", "words")
        unknown = set(value) - set(keys)
        if unknown:
            raise UsageError(
                f"step {value['op']!r} has unknown keys {', '.join(map(repr, sorted(map(str, unknown))))}",
                hint=f"a step has {', '.join(keys)}; what an operator needs stands in its params",
            )
        target, params = value.get("target"), value.get("params", {})
        engine, outside = value.get("engine", "exact"), value.get("outside", False)
        if not (target is None or isinstance(target, str)) or not isinstance(params, dict):
            raise UsageError(f"step {value['op']!r}: target is a string or null, params an object", hint=A_STEP)
        if engine not in ("exact", "generative") or not isinstance(outside, bool):
            raise UsageError(
                f"step {value['op']!r}: engine is 'exact' or 'generative', outside is true or false",
                hint="without them engine is 'exact' and outside is false, which most steps want",
            )
        if outside and target is None:
            raise UsageError(
                f"step {value['op']!r} acts outside a target, but has none",
                hint='"target" names what stays as it is, such as "dog"; without "outside" the step acts on everything',
            )
        return cls(value["op"], target, params, engine, outside, str(value.get("words", "")))


@dataclass(frozen=True)
class EditPlan:
    """An instruction as an ordered list of steps, with notes on every word that could mean something else."""

    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """``{"steps": [...]}`` with ``notes`` where there are any."""
        out: dict[str, Any] = {"steps": [step.to_json() for step in self.steps]}
        if self.notes:
            out["notes"] = list(self.notes)
        return out

    @classmethod
    def from_json(cls, value: object) -> EditPlan:
        """A plan read from JSON.

        Raises:
            UsageError: not an object with a non-empty list of steps and perhaps one of notes.
        """
        if not isinstance(value, dict) or not isinstance(value.get("steps"), list) or not value["steps"]:
            raise UsageError("a plan is an object with a non-empty list 'steps'", hint=A_PLAN)
        if not isinstance(notes := value.get("notes", []), list):
            raise UsageError(f"the 'notes' of a plan are a list, got {notes!r:.80}", hint="a plan may do without them")
        return cls(tuple(Step.from_json(step) for step in value["steps"]), tuple(map(str, notes)))


@dataclass(frozen=True)
class MaskFile:
    """A mask that the user brings: a video, an image, a folder of PNGs or COCO RLE JSON, for one target or for all."""

    path: Path
    target: str | None = None


@dataclass(frozen=True)
class Request:
    """What is asked of a pipeline.

    Args:
        task: ``edit``, ``segment`` or ``synth``.
        text: the instruction, expression or prompt, as the user said it.
        plan: the steps that are left to the pipeline, for an edit.
        masks: masks that the user brings.
        options: the pipeline's own ``--set key=value`` options, still as text.
        model: a name from the manifest, a folder or a hub id; None for the pipeline's default.
        weights: a folder that is searched first.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        dtype: ``auto``, ``fp16``, ``bf16`` or ``fp32``.
        seed: the seed of everything random.
        window: frames a window; None for the pipeline's choice.
        overlap: frames that neighbouring windows share; None for the pipeline's choice.
        commercial_ok: refuse weights whose licence does not allow commercial use.
    """

    task: Task
    text: str = ""
    plan: EditPlan | None = None
    masks: tuple[MaskFile, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    model: str | None = None
    weights: Path | None = None
    device: str = "auto"
    dtype: str = "auto"
    seed: int = 0
    window: int | None = None
    overlap: int | None = None
    commercial_ok: bool = False


@dataclass(frozen=True)
class EncodeOptions:
    """How the result is written; None means as the source, or the container's best default."""

    codec: str | None = None
    crf: float | None = None
    preset: str | None = None
    pixel_format: str | None = None


@dataclass(frozen=True)
class Job:
    """One command's work: where from, where to, and what in between.

    ``input`` and ``output`` are paths or ``-``. Times are seconds in the source; negative counts from the end.
    ``data`` asks for masks as data instead of a video: a folder of PNGs, COCO run lengths or boxes.
    ``preview`` asks for a contact sheet in seconds instead of the whole video; ``report`` and ``contact_sheet`` are
    files to write beside the result. ``command`` is what the user typed, for the manifest.
    """

    input: str
    output: str
    pipeline: str
    request: Request
    encode: EncodeOptions = EncodeOptions()
    start_s: Fraction | None = None
    end_s: Fraction | None = None
    fps: Fraction | None = None
    size: tuple[int, int] | None = None
    stream: int | None = None
    overwrite: bool = False
    resume: bool = False
    allow_protocols: bool = False
    manifest: Path | None = None
    data: DataFormat | None = None
    preview: bool = False
    report: Path | None = None
    contact_sheet: Path | None = None
    command: tuple[str, ...] = ()


@dataclass(frozen=True)
class Event:
    """Something worth telling while a job runs; ``cli/progress.py`` draws it or prints it as JSON.

    Args:
        kind: what happened.
        stage: the part of the job, such as ``decode`` or ``edit``.
        done: finished units of the stage.
        total: units in all, or None when unknown.
        message: one line for people.
        data: further JSON values.
    """

    kind: EventKind
    stage: str = ""
    done: int = 0
    total: int | None = None
    message: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


Report = Callable[[Event], None]
