"""Pixel formats: which one of an encoder's keeps most of a source."""

from __future__ import annotations

from collections.abc import Iterator

import av
from av.codec.codec import find_best_pix_fmt_of_list

from lbvedit.errors import UsageError
from lbvedit.media.codecs import STILL_CODECS
from lbvedit.media.color import has_alpha, is_rgb
from lbvedit.media.containers import Container
from lbvedit.types import EncodeOptions

__all__ = ["candidates", "named"]

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


def named(name: str) -> av.VideoFormat:
    """The pixel format of that name.

    Raises:
        UsageError: there is none.
    """
    try:
        return av.VideoFormat(name)
    except ValueError as error:
        raise UsageError(
            f"there is no pixel format {name!r}", hint="--pixel-format yuv420p", setting="pixel_format"
        ) from error


def candidates(
    container: Container, codec: str, source: str, depth: int, options: EncodeOptions, *, alpha: bool
) -> Iterator[str]:
    """Pixel formats to try in turn, the most faithful first."""
    asked = options.pixel_format
    if container.kind == "stills" and codec == "ffv1":
        yield "bgra" if alpha else "bgr0"  # to be turned into what BMP and WebP have, which is RGB of 8 bits
        return
    every = [form.name for form in av.Codec(codec, "w").video_formats or ()]
    known = [name for name in every if name not in SEMIPLANAR and not _shunned(codec, name, options.preset)]
    if asked:
        name = named(asked).name
        if every and name not in every:
            hint = f"it encodes {', '.join(every)}"
            raise UsageError(f"{codec} does not encode {name}", hint=hint, setting="pixel_format")
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


def _shunned(codec: str, name: str, preset: str | None) -> bool:
    """Whether a format that an encoder lists is one that it refuses, or that hardly anything decodes."""
    if codec == "libx265":
        return name.startswith("yuva")  # alpha as a second layer
    if codec == "prores_ks" and preset:
        return ("444" in name) != ("444" in preset)
    if codec == "libvpx-vp9":
        return has_alpha(av.VideoFormat(name)) and name != "yuva420p"
    return codec == "mjpeg" and not name.startswith("yuvj")  # JPEG is full range


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
    if is_rgb(form):
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
