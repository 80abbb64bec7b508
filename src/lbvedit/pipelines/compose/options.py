"""What ``--set`` changes in ``compose``, apart from it: a wrong key is refused before torch is loaded."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ComposeOptions"]


@dataclass(frozen=True)
class ComposeOptions:
    """How mattes are made from masks.

    Args:
        feather: deviation of a matte's soft edge in pixels.
        steadiness: share of the previous matte, moved along the motion, in the present one, in [0, 1).
        refine: draw a matte's edges to those of the picture.
        background: an image or a video behind what is cut out, where the words name no colour.
        font: a font file for captions; by default Pillow's own, or one of the system's that has all their letters.
    """

    feather: float = 1.0
    steadiness: float = 0.3
    refine: bool = True
    background: str | None = None
    font: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.feather <= 100:
            raise ValueError(f"feather must lie in [0, 100], got {self.feather:g}")
        if not 0 <= self.steadiness < 1:
            raise ValueError(f"steadiness must lie in [0, 1), got {self.steadiness:g}")
