"""What every pipeline has in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from lbvedit.types import Clip, Masks, Report, Request

if TYPE_CHECKING:
    from torch import Tensor

    from lbvedit.media.source import Source

__all__ = ["Pipeline"]


class Pipeline(Protocol):
    """Turns the windows of a source into clips or masks.

    Attributes:
        Options: a frozen dataclass of the pipeline's own settings, each with a default and a documented field.
        window: frames a window that the pipeline works best with.
        overlap: frames that it wants neighbouring windows to share.
        state: what it carries from window to window, tensors only: saved after every finished part of a job and set
            again before a resumed one goes on. Empty for a pipeline that treats each window alone.
    """

    Options: ClassVar[type[Any]]
    window: int
    overlap: int
    state: dict[str, Tensor]

    def __init__(self, request: Request, options: Any) -> None: ...

    def __call__(self, source: Source, report: Report) -> Iterator[Clip] | Iterator[Masks]:
        """Yields one result a window, in order, with the window's own time stamps.

        Raises:
            NoMatchError: nothing in the video fits the words.
            RuntimeUnavailableError: out of memory at the smallest setting.
        """
        ...
