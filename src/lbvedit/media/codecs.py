"""Encoders by name: what people call them, which one a container gets, and how lbvedit's options are said to each."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import av
from av.codec.codec import UnknownCodecError

from lbvedit.errors import UsageError
from lbvedit.media.color import has_alpha, is_rgb
from lbvedit.media.containers import Container
from lbvedit.media.hdr import Mastering
from lbvedit.types import EncodeOptions

__all__ = [
    "STILL_CODECS",
    "WHOLE_CODECS",
    "default_codec",
    "final_settings",
    "find_codec",
    "mastering_settings",
    "misfit",
    "settings_for",
]


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

WHOLE_CODECS = frozenset({"gif", "rawvideo", "bmp", "libwebp"})
"""Codecs that are not encoded part by part: a GIF has one palette, raw parts would fill the disk, and no container that
keeps time stamps holds the others."""


def find_codec(container: Container, asked: str) -> str:
    """The encoder that a name means, if it exists and the container may hold what it makes."""
    name = ALIASES.get(asked.lower(), asked.lower())
    try:
        codec = av.Codec(name, "w")
    except UnknownCodecError as error:
        known = sorted({*ALIASES, *KNOBS})
        near = difflib.get_close_matches(asked.lower(), known, 3) or known
        hint = f"--codec {', '.join(near)}"
        raise UsageError(f"there is no video encoder {asked!r}", hint=hint, setting="codec") from error
    if codec.type != "video":
        raise UsageError(f"{asked} does not encode video", hint="--codec libx264", setting="codec")
    fits = {
        "film": lambda: codec.canonical_name in container.codecs(),
        "stills": lambda: name == default_codec(container, "", 8, alpha=False),
        "animation": lambda: name == "gif",
        "raw": lambda: name == "rawvideo",
    }[container.kind]()
    if not fits:
        raise misfit(container, name)
    return name


def misfit(container: Container, codec: str) -> UsageError:
    """The error of a codec that a container does not hold."""
    return UsageError(
        f"{container.name} cannot hold {codec}",
        hint="leave --codec out, or choose another ending: .mkv holds most",
        setting="codec",
    )


def default_codec(container: Container, source: str, depth: int, alpha: bool) -> str:
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
        return "qtrle" if depth == 8 and is_rgb(av.VideoFormat(source)) else "prores_ks"
    if alpha and container.muxer == "matroska":
        return "libvpx-vp9" if depth == 8 and ("420" in source or not has_alpha(av.VideoFormat(source))) else "ffv1"
    if alpha and container.muxer == "nut":
        return "ffv1"
    if depth == 8:
        return "libx264"
    return "ffv1" if container.muxer == "avi" else "libx265"


def settings_for(codec: str, options: EncodeOptions, pixel_format: str) -> dict[str, str]:
    """An encoder's own settings from lbvedit's options."""
    knobs = KNOBS.get(codec, _Knobs())
    settings = dict(knobs.options)
    if options.crf is not None and not knobs.quality:
        raise UsageError(f"{codec} has no --crf", hint="leave it out", setting="crf")
    if knobs.quality:
        quality = knobs.default_quality if options.crf is None else options.crf
        if not 0 <= quality <= knobs.highest_quality:
            raise UsageError(
                f"{codec} takes --crf from 0 to {knobs.highest_quality:g}, got {quality:g}",
                hint=f"less is better; without --crf it is {knobs.default_quality:g}",
                setting="crf",
            )
        settings[knobs.quality] = f"{quality:g}"
    if options.preset is not None and options.preset not in knobs.presets:
        raise UsageError(
            f"{codec} has no preset {options.preset!r}",
            hint=f"--preset {', '.join(knobs.presets)}" if knobs.presets else "leave it out",
            setting="preset",
        )
    preset = options.preset or knobs.default_preset
    if knobs.preset and preset:
        settings[knobs.preset] = preset
    if codec == "libx264" and _has_avx512():
        settings["x264-params"] = "asm=AVX2,FMA3,BMI2,LZCNT"
    if codec == "libx265":
        settings["x265-params"] = "log-level=error"
    if codec == "prores_ks" and pixel_format:
        full = "444" in pixel_format
        settings.setdefault("profile", "4444" if full else "hq")
        if full and "4444" not in settings["profile"]:
            raise UsageError(
                f"ProRes {settings['profile']} has colour at half resolution and no alpha, {pixel_format} does not fit",
                hint="--preset 4444, or leave --pixel-format out",
                setting="pixel_format",
            )
    if codec == "libvpx-vp9" and "yuva" in pixel_format:
        settings["auto-alt-ref"] = "0"
    return settings


def final_settings(codec: str) -> dict[str, str]:
    """The settings of one of ``WHOLE_CODECS``."""
    return dict(KNOBS.get(codec, _Knobs()).options)


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


def mastering_settings(codec: str, settings: Mapping[str, str], mastering: Mastering | None) -> dict[str, str]:
    """Settings that write a mastering display and light levels into the stream, for encoders that can."""
    name = {"libx264": "x264-params", "libx265": "x265-params", "libsvtav1": "svtav1-params"}.get(codec)
    if mastering is None or name is None:
        return {}
    values = [settings[name]] if name in settings else []
    values += mastering.x265() if codec == "libx265" else mastering.x264() if codec == "libx264" else mastering.svtav1()
    return {name: ":".join(values)}
