"""How a result is encoded: codec, pixel format and colour tags that keep what the source had.

``choose_encoding`` decides and gives its reasons as rows of the table at the end; every choice is tried on the encoder
before any picture is edited, so that a job fails in its first second or not for this reason.
"""

from __future__ import annotations

import dataclasses
import difflib
import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

import av
from av.codec.codec import UnknownCodecError, find_best_pix_fmt_of_list
from av.codec.context import CodecContext, ThreadType
from av.error import FFmpegError

from lbvedit.errors import UsageError
from lbvedit.media.color import BT709, SMPTE170M, bit_depth, has_alpha, resolve_tags
from lbvedit.media.containers import Container
from lbvedit.media.decoded import DecodedClip
from lbvedit.media.hdr import Mastering, read_mastering
from lbvedit.media.outcome import Outcome
from lbvedit.types import ColorTags

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext

    from lbvedit.types import Clip, EncodeOptions, VideoInfo

__all__ = ["Encoding", "check_codec", "choose_encoding"]

DEFAULT_RATE = Fraction(25)


@dataclass(frozen=True)
class Encoding:
    """Everything that an encoder is opened with, the same for every part of a job.

    Args:
        codec: FFmpeg's name of the encoder.
        pixel_format: what it is given.
        options: its own settings.
        width: of the pictures, in pixels.
        height: likewise.
        sample_aspect_ratio: width of a pixel over its height.
        time_base: seconds per tick of the time stamps.
        rate: pictures a second on average: the encoder plans its bits by it.
        tags: how the stream says that its colours are meant, as the source's did.
        color: the same with every guess made: what conversions go by.
        final_codec: what the finished video is encoded with where that differs: GIF and raw video wait as lossless FFV1
            until all pictures are there.
        outcomes: what of the source's pictures is kept, changed or lost.
    """

    codec: str
    pixel_format: str
    options: Mapping[str, str]
    width: int
    height: int
    sample_aspect_ratio: Fraction
    time_base: Fraction
    rate: Fraction
    tags: ColorTags
    color: ColorTags
    final_codec: str | None = None
    outcomes: tuple[Outcome, ...] = field(default=(), compare=False)

    @property
    def canonical_codec(self) -> str:
        """The name of the coded format: ``h264`` for ``libx264``."""
        return av.Codec(self.codec, "w").canonical_name

    def apply(self, context: VideoCodecContext) -> None:
        """Sets up an encoder that is not open yet."""
        if self.codec == "libsvtav1":
            # The library prints its settings to stderr unless its environment says otherwise.
            os.environ.setdefault("SVT_LOG", "1")
        context.width, context.height = self.width, self.height
        context.pix_fmt = self.pixel_format
        context.time_base = self.time_base
        context.framerate = self.rate
        context.sample_aspect_ratio = self.sample_aspect_ratio
        context.color_primaries = self.tags.primaries
        context.color_trc = self.tags.transfer
        context.colorspace = self.tags.matrix
        context.color_range = {None: 0, False: 1, True: 2}[self.tags.full_range]
        # PyAV asks for slices by default, which makes x264 cut every picture into pieces.
        context.thread_type = ThreadType.AUTO
        context.options = dict(self.options)


@dataclass(frozen=True)
class _Knobs:
    """What can be set on an encoder under the names that lbvedit has for it."""

    quality: str | None = None
    default_quality: float = 0
    highest_quality: float = 51
    preset: str | None = None
    default_preset: str = ""
    presets: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)


X26X_PRESETS = (
    *("ultrafast", "superfast", "veryfast", "faster", "fast"),
    *("medium", "slow", "slower", "veryslow", "placebo"),
)
NVENC = _Knobs("cq", 20, 51, "preset", "p5", tuple(f"p{n}" for n in range(1, 8)), {"rc": "vbr", "b": "0"})
PRORES_PROFILES = ("proxy", "lt", "standard", "hq", "4444", "4444xq")

KNOBS = {
    "libx264": _Knobs("crf", 18, 51, "preset", "medium", X26X_PRESETS),
    "libx265": _Knobs("crf", 20, 51, "preset", "medium", X26X_PRESETS),
    "libsvtav1": _Knobs("crf", 24, 63, "preset", "8", tuple(str(n) for n in range(14))),
    "libvpx-vp9": _Knobs(
        "crf", 24, 63, "cpu-used", "4", tuple(str(n) for n in range(9)), {"b": "0", "row-mt": "1", "deadline": "good"}
    ),
    "h264_nvenc": NVENC,
    "hevc_nvenc": NVENC,
    "av1_nvenc": NVENC,
    "prores_ks": _Knobs(preset="profile", presets=PRORES_PROFILES, options={"vendor": "apl0"}),
    "ffv1": _Knobs(options={"level": "3", "slicecrc": "1", "g": "1"}),
    "mjpeg": _Knobs(options={"qmin": "2", "qmax": "2"}),
    "libwebp": _Knobs(options={"quality": "90"}),
}

ALIASES = {
    "h264": "libx264",
    "x264": "libx264",
    "h265": "libx265",
    "hevc": "libx265",
    "x265": "libx265",
    "av1": "libsvtav1",
    "vp9": "libvpx-vp9",
    "prores": "prores_ks",
    "nvenc": "h264_nvenc",
    "y4m": "rawvideo",
    "jpeg": "mjpeg",
    "webp": "libwebp",
}

STILL_CODECS = {".png": "png", ".tif": "tiff", ".tiff": "tiff", ".bmp": "bmp", ".webp": "libwebp"}

WHOLE_CODECS = frozenset({"gif", "rawvideo"})
"""Codecs that are not encoded part by part: a GIF has one palette, and raw parts would fill the disk."""

LOSSY_YUV = frozenset({"libx264", "libx265", "libsvtav1", "libvpx-vp9", "h264_nvenc", "hevc_nvenc", "av1_nvenc"})
"""Codecs that most players know only with colour at half resolution."""

SEMIPLANAR = {
    "nv12": "yuv420p",
    "nv21": "yuv420p",
    "nv16": "yuv422p",
    "nv24": "yuv444p",
    "nv20le": "yuv422p10le",
    "p010le": "yuv420p10le",
}
"""Formats with both chroma planes in one -> the same samples in three planes."""


def check_codec(container: Container, options: EncodeOptions) -> None:
    """Refuses encoding options that cannot work whatever the source is; cheap.

    Raises:
        UsageError: an unknown codec, preset or pixel format, or a codec that the container does not hold.
    """
    codec = _codec(container, options.codec) if options.codec else None
    if codec:
        _settings(codec, options, "")
    if options.pixel_format:
        _format(options.pixel_format)


def choose_encoding(
    container: Container, options: EncodeOptions, clip: Clip, info: VideoInfo | None = None
) -> Encoding:
    """How to encode a result.

    Args:
        container: where it goes.
        options: what the user asked for.
        clip: the first frames to be written.
        info: the source, as ``Source.info`` describes it; None for frames that no source has.

    Raises:
        UsageError: an unknown codec, preset or pixel format, a codec that the container does not hold, or settings
            that the encoder refuses.
    """
    decoded = clip if isinstance(clip, DecodedClip) else clip.origin
    source = info.pixel_format if info else ("gbrp" if clip.bit_depth == 8 else "gbrp16le")
    depth = bit_depth(av.VideoFormat(source)) if info else clip.bit_depth
    codec = (
        _codec(container, options.codec) if options.codec else _default_codec(container, source, depth, clip.has_alpha)
    )
    final_codec = codec if codec in WHOLE_CODECS else None
    codec = "ffv1" if final_codec else codec
    raw = info.color if info else ColorTags()
    meant = (
        decoded.color
        if isinstance(decoded, DecodedClip)
        else resolve_tags(raw, height=info.height if info else clip.height, pixel_format=source)
    )
    mastering = read_mastering(decoded.pictures[0]) if isinstance(decoded, DecodedClip) else None
    refused = ""
    # VP9 keeps alpha beside its packets, which only Matroska can hold.
    alpha = clip.has_alpha and (codec != "libvpx-vp9" or container.muxer in ("matroska", "webm"))
    for pixel_format in _formats(container, codec, source, depth, options.pixel_format, alpha=alpha):
        tags, color = _color(raw, meant, source, pixel_format, clip.height)
        settings = _settings(codec, options, pixel_format)
        if container.muxer == "avi":
            # AVI has one time stamp a picture: no room for an order of decoding.
            settings["bf"] = "0"
        encoding = Encoding(
            codec,
            pixel_format,
            settings | _mastering_settings(codec, settings, mastering),
            clip.width,
            clip.height,
            info.sample_aspect_ratio if info else Fraction(1),
            clip.time_base,
            (info and info.average_rate) or DEFAULT_RATE,
            tags,
            color,
            final_codec,
        )
        refused = _refusal(encoding)
        if not refused:
            _check_fit(container, encoding)
            return dataclasses.replace(
                encoding, outcomes=tuple(_outcomes(encoding, container, options, clip, info, source, mastering))
            )
    raise UsageError(
        f"{codec} cannot encode {clip.width}x{clip.height} pictures with these settings: {refused}",
        hint="`lbvedit doctor` lists the encoders that work here; --codec libx264 works everywhere",
    )


def _codec(container: Container, asked: str) -> str:
    """The encoder that a name means, if it exists and the container may hold what it makes."""
    name = ALIASES.get(asked.lower(), asked.lower())
    try:
        codec = av.Codec(name, "w")
    except UnknownCodecError as error:
        known = sorted({*ALIASES, *KNOBS})
        near = difflib.get_close_matches(asked.lower(), known, 3) or known
        raise UsageError(f"there is no video encoder {asked!r}", hint=f"--codec {', '.join(near)}") from error
    if codec.type != "video":
        raise UsageError(f"{asked} does not encode video", hint="--codec libx264")
    fits = {
        "film": lambda: codec.canonical_name in container.codecs(),
        "stills": lambda: name == _default_codec(container, "", 8, alpha=False),
        "animation": lambda: name == "gif",
        "raw": lambda: name == "rawvideo",
    }[container.kind]()
    if not fits:
        raise _misfit(container, name)
    return name


def _misfit(container: Container, codec: str) -> UsageError:
    return UsageError(
        f"{container.name} cannot hold {codec}", hint="leave --codec out, or choose another ending: .mkv holds most"
    )


def _default_codec(container: Container, source: str, depth: int, alpha: bool) -> str:
    """The codec that keeps most in a container and still plays nearly everywhere.

    Above 8 bits that is H.265: its Main 10 profile is decoded in hardware, holds 12 bits and carries HDR metadata;
    H.264's High 10 is none of it.
    """
    if container.kind == "stills":
        return STILL_CODECS.get(container.suffix, "mjpeg")
    if container.kind == "animation":
        return "gif"
    if container.kind == "raw":
        return "rawvideo"
    if container.muxer == "webm":
        return "libvpx-vp9" if alpha or depth == 8 else "libsvtav1"
    if alpha and container.muxer == "mov":
        return "qtrle" if depth == 8 and _is_rgb(source) else "prores_ks"
    if alpha and container.muxer == "matroska":
        return "libvpx-vp9" if depth == 8 and ("420" in source or not has_alpha(av.VideoFormat(source))) else "ffv1"
    if alpha and container.muxer == "nut":
        return "ffv1"
    if depth == 8:
        return "libx264"
    return "ffv1" if container.muxer == "avi" else "libx265"


def _format(name: str) -> av.VideoFormat:
    try:
        return av.VideoFormat(name)
    except ValueError as error:
        raise UsageError(f"there is no pixel format {name!r}", hint="--pixel-format yuv420p") from error


def _formats(
    container: Container, codec: str, source: str, depth: int, asked: str | None, *, alpha: bool
) -> Iterator[str]:
    """Pixel formats to try in turn, the most faithful first."""
    every = [form.name for form in av.Codec(codec, "w").video_formats or ()]
    known = [name for name in every if name not in SEMIPLANAR]
    if codec == "libx265":
        # Its alpha is a second layer that hardly anything decodes.
        known = [name for name in known if not name.startswith("yuva")]
    if asked:
        name = _format(asked).name
        if every and name not in every:
            raise UsageError(f"{codec} does not encode {name}", hint=f"it encodes {', '.join(every)}")
        yield name
        return
    wanted = _wanted(codec, source, depth, alpha=alpha)
    if container.kind == "raw":
        wanted = _y4m_format(wanted)
    if wanted in known or not known:
        best = wanted
    else:
        fitting = [name for name in known if has_alpha(av.VideoFormat(name)) == alpha] or known
        found, _ = find_best_pix_fmt_of_list(fitting, wanted, has_alpha=alpha)
        best = found.name if found else fitting[0]
    yield best
    fuller = best.replace("420", "444").replace("422", "444")
    if fuller != best and (fuller in known or not known):
        yield fuller


def _wanted(codec: str, source: str, depth: int, *, alpha: bool) -> str:
    """The pixel format that would keep everything of a source."""
    form = av.VideoFormat(source)
    source = SEMIPLANAR.get(source, source)
    suffix = "" if depth == 8 else f"{depth}le"
    letter = "a" if alpha else ""
    if codec in STILL_CODECS.values():
        return ("rgba" if alpha else "rgb24") if depth == 8 else ("rgba64be" if alpha else "rgb48be")
    if codec == "qtrle":
        return "argb" if alpha else "rgb24"
    if _is_rgb(source):
        if codec not in LOSSY_YUV and codec not in ("prores_ks", "mjpeg", "rawvideo"):
            return f"gbr{letter}p{suffix}"
        return f"yuv{letter}444p{suffix}" if codec == "prores_ks" else f"yuv{letter}420p{suffix}"
    if source.startswith(("gray", "ya", "mono")):
        # An edit may bring colour into a picture that had none.
        return f"yuv{letter}420p{suffix}"
    if source.startswith("yuvj"):
        source = source.replace("yuvj", "yuv")
    if has_alpha(form) == alpha and source.startswith("yuv"):
        return source
    wide, high = form.chroma_width(64), form.chroma_height(64)
    sampling = {(32, 32): "420", (32, 64): "422", (64, 64): "444", (64, 32): "440", (16, 64): "411", (16, 16): "410"}
    return f"yuv{letter}{sampling.get((wide, high), '444')}p{suffix}"


def _y4m_format(wanted: str) -> str:
    """The nearest that a y4m header can name."""
    plain = wanted.replace("yuva", "yuv")
    if plain in ("yuv411p",) or plain.startswith(("yuv420p", "yuv422p", "yuv444p")):
        return plain
    return "yuv444p"


def _is_rgb(name: str) -> bool:
    form = av.VideoFormat(name)
    return form.is_rgb or form.has_palette


def _color(
    raw: ColorTags, meant: ColorTags, source: str, pixel_format: str, height: int
) -> tuple[ColorTags, ColorTags]:
    """The tags to write and the tags to convert by, for an output format."""
    rgb_in, rgb_out = _is_rgb(source), _is_rgb(pixel_format)
    if rgb_out:
        return dataclasses.replace(raw, matrix=0, full_range=True), dataclasses.replace(
            meant, matrix=0, full_range=True
        )
    if rgb_in:
        matrix = BT709 if height >= 720 else SMPTE170M
        tags = dataclasses.replace(raw, matrix=matrix, full_range=False)
        return tags, dataclasses.replace(meant, matrix=matrix, full_range=False)
    tags, color = raw, meant
    if resolve_tags(raw, height=height, pixel_format=pixel_format).matrix != meant.matrix:
        # A player would guess another matrix for the new size.
        tags = dataclasses.replace(tags, matrix=meant.matrix)
    if pixel_format.startswith("yuvj"):
        tags, color = (dataclasses.replace(each, full_range=True) for each in (tags, color))
    elif raw.full_range is None and meant.full_range:
        tags = dataclasses.replace(tags, full_range=True)
    return tags, color


def _settings(codec: str, options: EncodeOptions, pixel_format: str) -> dict[str, str]:
    """An encoder's own settings from lbvedit's options."""
    knobs = KNOBS.get(codec, _Knobs())
    settings = dict(knobs.options)
    if options.crf is not None and not knobs.quality:
        raise UsageError(f"{codec} has no --crf", hint="leave it out")
    if knobs.quality:
        quality = knobs.default_quality if options.crf is None else options.crf
        if not 0 <= quality <= knobs.highest_quality:
            raise UsageError(
                f"{codec} takes --crf from 0 to {knobs.highest_quality:g}, got {quality:g}",
                hint=f"less is better; without --crf it is {knobs.default_quality:g}",
            )
        settings[knobs.quality] = f"{quality:g}"
    if options.preset is not None and options.preset not in knobs.presets:
        raise UsageError(
            f"{codec} has no preset {options.preset!r}",
            hint=f"--preset {', '.join(knobs.presets)}" if knobs.presets else "leave it out",
        )
    preset = options.preset or knobs.default_preset
    if knobs.preset and preset:
        settings[knobs.preset] = preset
    if codec == "libx264" and _has_avx512():
        settings["x264-params"] = "asm=AVX2,FMA3,BMI2,LZCNT"
    if codec == "libx265":
        settings["x265-params"] = "log-level=error"
    if codec == "prores_ks" and not options.preset and pixel_format:
        settings["profile"] = "4444" if "444" in pixel_format else "hq"
    if codec == "libvpx-vp9" and "yuva" in pixel_format:
        settings["auto-alt-ref"] = "0"
    return settings


@cache
def _has_avx512() -> bool:
    """Whether x264 would use AVX-512: in PyAV's build its macroblock tree then differs from run to run.

    Found with PyAV 18.1: the same pictures gave other packets in two runs of three, with one thread too, and never with
    AVX2 or without the macroblock tree. A resumed job must give the pictures of an undisturbed one.
    """
    try:
        return "avx512" in Path("/proc/cpuinfo").read_text()
    except OSError:
        return False


def _mastering_settings(codec: str, settings: Mapping[str, str], mastering: Mastering | None) -> dict[str, str]:
    """Settings that write a mastering display and light levels into the stream, for encoders that can."""
    name = {"libx264": "x264-params", "libx265": "x265-params", "libsvtav1": "svtav1-params"}.get(codec)
    if mastering is None or name is None:
        return {}
    values = [settings[name]] if name in settings else []
    values += mastering.x265() if codec == "libx265" else mastering.x264() if codec == "libx264" else mastering.svtav1()
    return {name: ":".join(values)}


def _refusal(encoding: Encoding) -> str:
    """Why an encoder cannot be opened like this, or nothing."""
    context = cast("VideoCodecContext", CodecContext.create(encoding.codec, "w"))
    encoding.apply(context)
    try:
        context.open()
    except FFmpegError as error:
        return error.strerror or str(error)
    return ""


def _check_fit(container: Container, encoding: Encoding) -> None:
    """Refuses a codec whose header the container's muxer does not write."""
    if container.kind != "film":
        return
    with av.open(io.BytesIO(), "w", format=container.muxer) as trial:
        try:
            stream = trial.add_stream(encoding.codec)
            encoding.apply(cast("VideoCodecContext", stream.codec_context))
            trial.start_encoding()
        except (FFmpegError, ValueError) as error:
            raise _misfit(container, encoding.codec) from error


def _outcomes(
    encoding: Encoding,
    container: Container,
    options: EncodeOptions,
    clip: Clip,
    info: VideoInfo | None,
    source: str,
    mastering: Mastering | None,
) -> Iterator[Outcome]:
    """What of the source's pictures is kept, changed or lost."""
    out = av.VideoFormat(encoding.pixel_format)
    codec = encoding.final_codec or encoding.canonical_codec
    encoder = encoding.final_codec or encoding.codec
    quality = next((f" {name} {encoding.options[name]}" for name in ("crf", "cq") if name in encoding.options), "")
    formats = f"{info.codec} to {codec}" if info and info.codec != codec else codec
    yield Outcome("changed", "video", f"{formats}, encoded by {encoder}{quality}")
    if info and info.rotation:
        yield Outcome("changed", "rotation", f"the pictures are turned upright by {info.rotation} degrees")
    if info and info.interlaced:
        yield Outcome("changed", "interlacing", "deinterlaced")
    if clip.has_alpha and not has_alpha(out) and container.kind != "animation":
        yield Outcome("lost", "transparency", f"{encoder} in {container.name} has none; .mov and .webm do")
    before_bits, after_bits = bit_depth(av.VideoFormat(source)), bit_depth(out)
    if container.kind != "animation" and after_bits < before_bits:
        yield Outcome("changed", "bit depth", f"{before_bits} to {after_bits} bits")
    elif before_bits > 8:
        yield Outcome("kept", "bit depth", f"{before_bits} bits")
    if info and _is_rgb(source) and not _is_rgb(encoding.pixel_format):
        yield Outcome("changed", "pixel format", f"RGB to {encoding.pixel_format}; --pixel-format chooses another")
    elif options.pixel_format is None and "444" in encoding.pixel_format and "420" in source:
        why = f": {clip.width}x{clip.height} needs it" if clip.width % 2 or clip.height % 2 else ""
        yield Outcome("changed", "pixel format", f"{source} to {encoding.pixel_format}{why}")
    if mastering is not None:
        if "-params" in "".join(encoding.options) and encoding.codec in ("libx264", "libx265", "libsvtav1"):
            yield Outcome("kept", "HDR metadata", str(mastering))
        else:
            yield Outcome("lost", "HDR metadata", f"{encoding.codec} does not write it")
