"""Every picture as it is: the template for a new pipeline, and the proof that nothing around one changes a picture.

To write a pipeline, copy this file, change the three marked places, and add one line to ``pipelines/registry.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from lbvedit.types import Clip, Report, Request

if TYPE_CHECKING:
    from torch import Tensor

    from lbvedit.media.source import Source

__all__ = ["Passthrough", "PassthroughOptions"]


@dataclass(frozen=True)
class PassthroughOptions:
    """Passthrough has no options; a field here would be one, and a line of an ``Args:`` section its help."""


class Passthrough:
    """Yields the windows of a source unchanged.

    Args:
        request: what the user asked for; passthrough needs only its ``window`` and ``overlap``.
        options: this pipeline's own settings.
    """

    Options: ClassVar[type[PassthroughOptions]] = PassthroughOptions
    window: int = 16
    overlap: int = 0

    def __init__(self, request: Request, options: PassthroughOptions) -> None:
        self.state: dict[str, Tensor] = {}
        self.window = request.window or self.window
        self.overlap = request.overlap or self.overlap

    def __call__(self, source: Source, report: Report) -> Iterator[Clip]:
        """Yields each window as it came; a pipeline that edits yields ``clip.with_frames(edited)``."""
        yield from source.windows(self.window, self.overlap)
