"""The table of what ``compose`` can do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lbvedit.pipelines.compose import detail, tone
from lbvedit.pipelines.compose.operator import Operator
from lbvedit.pipelines.compose.recolor import SurfaceMeasurement, recolor

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
    }
)
"""Every operator by its name in the plan; what is not here is a matter of time, sound or imagination."""
