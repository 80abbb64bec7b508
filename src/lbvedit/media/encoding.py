"""How a result is encoded: codec, pixel format and colour tags that keep what the source had.

``choose_encoding`` decides and gives its reasons as rows of the table at the end; every choice is tried on the encoder
before any picture is edited, so that a job fails in its first second or not for this reason.
"""

from __future__ import annotations

import dataclasses
import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, cast

import av
from av.codec.context import CodecContext, ThreadType
from av.error import FFmpegError

from lbvedit.errors import UsageError
from lbvedit.media.codecs import (
    WHOLE_CODECS,
    default_codec,
    find_codec,
    mastering_settings,
    misfit,
    settings_for,
)
from lbvedit.media.color import BT709, SMPTE170M, bit_depth, has_alpha, is_rgb, resolve_tags
from lbvedit.media.containers import Container
from lbvedit.media.decoded import DecodedClip
from lbvedit.media.hdr import Mastering, read_mastering
from lbvedit.media.outcome import Outcome
from lbvedit.media.pixelformats import candidates, named
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

    @property
    def color_options(self) -> dict[str, int]:
        """The tags under FFmpeg's names for them."""
        return {
            "color_primaries": self.tags.primaries,
            "color_trc": self.tags.transfer,
            "colorspace": self.tags.matrix,
            "color_range": {None: 0, False: 1, True: 2}[self.tags.full_range],
        }

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
        for name, code in self.color_options.items():
            setattr(context, name, code)
        # PyAV asks for slices by default, which makes x264 cut every picture into pieces.
        context.thread_type = ThreadType.AUTO
        context.options = dict(self.options)


def check_codec(container: Container, options: EncodeOptions) -> None:
    """Refuses encoding options that cannot work whatever the source is, also where it decides the codec; cheap.

    Raises:
        UsageError: an unknown codec, preset or pixel format, or a codec that the container does not hold.
    """
    if options.pixel_format:
        named(options.pixel_format)
    refused = None
    for codec in [find_codec(container, options.codec)] if options.codec else _defaults(container):
        try:
            settings_for(codec, options, "")
            return
        except UsageError as error:
            refused = refused or error
    if refused is not None:
        raise refused


def _defaults(container: Container) -> list[str]:
    """The codecs that a container gets by default, the one for plain video first."""
    sources = [("yuv420p", 8, False), ("yuv420p10le", 10, False), ("yuva420p", 8, True), ("rgba", 8, True)]
    return list(dict.fromkeys(default_codec(container, *source) for source in [*sources, ("yuva444p10le", 10, True)]))


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
        find_codec(container, options.codec)
        if options.codec
        else default_codec(container, source, depth, clip.has_alpha)
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
    for pixel_format in candidates(container, codec, source, depth, options, alpha=alpha):
        tags, color = _color(raw, meant, source, pixel_format, clip.height)
        settings = settings_for(codec, options, pixel_format)
        if container.muxer == "avi":
            # AVI has one time stamp a picture: no room for an order of decoding.
            settings["bf"] = "0"
        encoding = Encoding(
            codec,
            pixel_format,
            settings | mastering_settings(codec, settings, mastering),
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
        hint="`lbvedit doctor` lists the encoders that work here; --codec names another",
    )


def _color(
    raw: ColorTags, meant: ColorTags, source: str, pixel_format: str, height: int
) -> tuple[ColorTags, ColorTags]:
    """The tags to write and the tags to convert by, for an output format."""
    rgb_in, rgb_out = is_rgb(av.VideoFormat(source)), is_rgb(av.VideoFormat(pixel_format))
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
            raise misfit(container, encoding.codec) from error


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
    encoder = encoding.final_codec or encoding.codec
    codec = av.Codec(encoder, "w").canonical_name
    quality = next((f" {name} {encoding.options[name]}" for name in ("crf", "cq") if name in encoding.options), "")
    formats = f"{info.codec} to {codec}" if info and info.codec != codec else codec
    yield Outcome("changed", "video", f"{formats}, encoded by {encoder}{quality}")
    if info and info.rotation:
        yield Outcome("changed", "rotation", f"the pictures are turned upright by {info.rotation} degrees")
    if info and info.interlaced:
        yield Outcome("changed", "interlacing", "deinterlaced")
    if clip.has_alpha and not has_alpha(out) and container.kind != "animation":
        profile = encoding.options.get("profile") if encoder == "prores_ks" else None
        why = f"{encoder} in {container.name} has none; .mov and .webm do"
        yield Outcome("lost", "transparency", f"ProRes {profile} has none; --preset 4444 does" if profile else why)
    before, before_bits = av.VideoFormat(source), bit_depth(av.VideoFormat(source))
    after_bits = 8 if container.kind == "animation" else bit_depth(out)
    if after_bits < before_bits:
        yield Outcome("changed", "bit depth", f"{before_bits} to {after_bits} bits")
    elif before_bits > 8:
        yield Outcome("kept", "bit depth", f"{before_bits} bits")
    resampled = info is not None and _sampling(before) != _sampling(out)
    if info and is_rgb(before) and not is_rgb(out):
        yield Outcome("changed", "pixel format", f"RGB to {encoding.pixel_format}; --pixel-format chooses another")
    elif options.pixel_format is None and "444" in encoding.pixel_format and "420" in source:
        why = f": {clip.width}x{clip.height} needs it" if clip.width % 2 or clip.height % 2 else ""
        yield Outcome("changed", "pixel format", f"{source} to {encoding.pixel_format}{why}")
    elif resampled and not options.pixel_format and container.kind in ("film", "raw"):
        able = source in {form.name for form in av.Codec(encoder, "w").video_formats or ()}
        keep = f"; --pixel-format {source} keeps it" if able else ""
        yield Outcome("changed", "pixel format", f"{source} to {encoding.pixel_format}{keep}")
    if mastering is not None:
        if "-params" in "".join(encoding.options) and encoding.codec in ("libx264", "libx265", "libsvtav1"):
            yield Outcome("kept", "HDR metadata", str(mastering))
        else:
            yield Outcome("lost", "HDR metadata", f"{encoding.codec} does not write it")


def _sampling(form: av.VideoFormat) -> tuple[int, int] | None:
    """The size of the colour planes where the picture's is 64 x 64; none for RGB, and 0 without colour."""
    if is_rgb(form):
        return None
    colored = sum(not component.is_alpha for component in form.components) > 1
    return (form.chroma_width(64), form.chroma_height(64)) if colored else (0, 0)
