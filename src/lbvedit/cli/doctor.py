"""``lbvedit doctor``: what this machine has, for a user in trouble and for a good bug report."""

from __future__ import annotations

import sys
from fractions import Fraction
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, cast

import typer

from lbvedit.cli import talk
from lbvedit.cli.flags import TalkFlags, WeightsDir, spread
from lbvedit.cli.origin import config_path
from lbvedit.cli.tables import print_table

__all__ = ["app", "examine"]

app = typer.Typer(add_completion=False)

PACKAGES = ("lbvedit", "torch", "diffusers", "transformers", "av", "opencv-python-headless", "kornia", "torchvision")

ENCODERS = (
    "libx264", "libx265", "libsvtav1", "libaom-av1", "libvpx-vp9", "prores_ks", "ffv1", "h264_nvenc", "hevc_nvenc",
    "av1_nvenc",
)  # fmt: skip


@app.command()
@spread
def doctor(*, weights: WeightsDir = None, talking: TalkFlags) -> None:
    """Show versions, device, ffmpeg, encoders, weights and the config file."""
    found = examine(weights)
    if talking.json:
        talk.emit("doctor", found)
        return
    print_table(("what", "found"), [(name, _shown(value)) for name, value in found.items()])


def examine(weights_dir: Path | None = None) -> dict[str, Any]:
    """Everything that ``doctor`` shows, as JSON values.

    Args:
        weights_dir: the folder of ``--weights``.
    """
    from huggingface_hub import constants

    from lbvedit import runtime, weights

    config = config_path()
    return {
        "python": sys.version.split()[0],
        **{package: _installed(package) for package in PACKAGES},
        **{name: value for name, value in runtime.describe().items() if name != "torch"},
        **_media(),
        "weights": [str(one.folder) for one in weights.listing(weights_dir)],
        "weights_folder": str(weights.embedded_folder() or "") or None,
        "hub_cache": constants.HF_HUB_CACHE,
        "config": str(config) if config.exists() else f"{config} (not there)",
    }


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _media() -> dict[str, Any]:
    import av
    from av.codec import codecs_available

    from lbvedit.media import ffmpeg

    return {
        "ffmpeg": ffmpeg.find_ffmpeg(),
        "ffmpeg_build": ffmpeg.ffmpeg_version(),
        "libraries": {name: ".".join(map(str, number)) for name, number in av.library_versions.items()},
        "encoders": [name for name in ENCODERS if name in codecs_available and _runs_here(name)],
    }


def _runs_here(name: str) -> bool:
    """Whether an encoder that is built in can be opened: NVENC is in every build, and needs a GPU and its driver."""
    if not name.endswith("_nvenc"):
        return True
    from av import VideoCodecContext
    from av.error import FFmpegError

    encoder = cast(VideoCodecContext, VideoCodecContext.create(name, "w"))
    encoder.width, encoder.height, encoder.time_base, encoder.pix_fmt = 256, 256, Fraction(1, 25), "yuv420p"
    try:
        encoder.open()
    except FFmpegError:
        return False
    return True


def _shown(value: Any) -> str | None:
    if isinstance(value, bool) or value is None:
        return None if value is None else str(value).lower()
    if isinstance(value, int) and value > 1 << 20:
        return f"{value / 2**30:.1f} GiB"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(_shown(part) or "-" for part in value) or "none"
    return str(value)
