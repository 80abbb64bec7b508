"""The table of what ``compose`` can do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lbvedit.pipelines.compose import detail, geometry, tone
from lbvedit.pipelines.compose.caption import caption, caption_matte
from lbvedit.pipelines.compose.cutout import cutout
from lbvedit.pipelines.compose.operator import Operator, whole_reach
from lbvedit.pipelines.compose.recolor import SurfaceMeasurement, recolor
from lbvedit.pipelines.compose.remove import KeyFrames, margin_of_removal, remove
from lbvedit.pipelines.compose.stabilize import CameraPath, stabilize

__all__ = ["OPERATORS"]

OPERATORS: Mapping[str, Operator] = MappingProxyType(
    {
        "recolor": Operator(recolor, measure=SurfaceMeasurement),
        "grayscale": Operator(tone.grayscale),
        "sepia": Operator(tone.sepia),
        "brightness": Operator(tone.brightness),
        "contrast": Operator(tone.contrast),
        "saturation": Operator(tone.saturation),
        "temperature": Operator(tone.temperature),
        "invert": Operator(tone.invert),
        "vignette": Operator(tone.vignette),
        "highlight": Operator(tone.highlight, complement=True),
        "blur": Operator(detail.blur, reach=detail.reach_of_blur),
        "sharpen": Operator(detail.sharpen, reach=detail.reach_of_detail),
        "denoise": Operator(detail.denoise, reach=detail.reach_of_detail),
        "pixelate": Operator(detail.pixelate, reach=detail.reach_of_pixelate),
        "caption": Operator(caption, draws=caption_matte),
        "remove": Operator(remove, reach=whole_reach, grow=margin_of_removal, measure=KeyFrames),
        "cutout": Operator(cutout, kind="frame"),
        "flip": Operator(geometry.flip, kind="frame", moves=True),
        "rotate": Operator(geometry.rotate, kind="frame", moves=True),
        "resize": Operator(geometry.resize, kind="frame", moves=True),
        "crop": Operator(geometry.crop, kind="frame", moves=True, measure=geometry.TargetPath),
        "zoom": Operator(geometry.zoom, kind="frame", moves=True, measure=geometry.TargetPath),
        "stabilize": Operator(stabilize, kind="frame", moves=True, measure=CameraPath),
    }
)
"""Every operator by its name in the plan; what is not here is a matter of time, sound or imagination."""
