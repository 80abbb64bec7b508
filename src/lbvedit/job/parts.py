"""Clips into encoded parts of a fixed length, each finished one entered in the work folder's journal."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from lbvedit.errors import MediaError
from lbvedit.job.workfolder import ENCODING, WorkFolder
from lbvedit.media.encode import Writer
from lbvedit.media.encoding import Encoding
from lbvedit.media.outcome import Outcome
from lbvedit.media.window import CrossFade
from lbvedit.types import Clip, ColorTags

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["PART_FRAMES", "PartEncoder"]

PART_FRAMES = 300
"""A part ends with the first clip that brings it to this length: where parts end depends on frame counts alone, so that
a resumed run cuts where an undisturbed one does."""


class PartEncoder:
    """Encodes clips into parts behind those that a work folder has already.

    A part is entered in the journal when the clip after it has come, with the state from before that clip: so
    there is always something left to do where a resumed run begins. A clip is encoded in a second thread while the
    pipeline makes the next one, and what the encoder still holds at the end of a part is written in a third.

    Args:
        work: where the parts go.
        choose: how to encode, by the first clip; a resumed job encodes as it began.
        change: what is done to every picture last, such as fades.
        progress: told the number of frames written so far, those of earlier runs included.
    """

    def __init__(
        self,
        work: WorkFolder,
        choose: Callable[[Clip], Encoding],
        change: Callable[[Clip], Clip],
        progress: Callable[[int], None],
    ) -> None:
        self.encoding = _read(work)
        self.frames = work.frames
        self._work = work
        self._choose = choose
        self._change = change
        self._progress = progress
        self._number = len(work.parts)
        self._writer: Writer | None = None
        self._begun = 0  # frames of the present part, whether written or on their way
        self._writing: Future[int] | None = None
        self._closing: Future[None] | None = None

    def run(self, clips: Iterable[Clip], blend: CrossFade, state: Callable[[], Mapping[str, Tensor]]) -> Encoding:
        """Encodes everything.

        Args:
            clips: a pipeline's results, in order; neighbours may share frames.
            blend: makes one stream of them.
            state: what is needed to go on after the clip that came last.

        Returns:
            How the parts are encoded.

        Raises:
            MediaError: not one frame came, or the parts cannot be written.
        """
        full: dict[str, Tensor] | None = None
        with ThreadPoolExecutor(1, "lbvedit-encode") as encoder, ThreadPoolExecutor(1, "lbvedit-close") as closer:
            try:
                for clip in clips:
                    if self._writer and full is not None:
                        self._finish_in(closer, self._writer, full)
                        full = None
                    self._write_in(encoder, blend.push(clip))
                    if self._writer and self._begun >= PART_FRAMES:
                        full = {name: tensor.clone() for name, tensor in state().items()}
                self._write_in(encoder, blend.flush())
                if self._writer:
                    self._finish_in(closer, self._writer, state())
                if self._closing:
                    self._closing.result()
            except BaseException:
                if self._writing:
                    wait([self._writing])
                if self._writer:
                    self._writer.discard()
                raise
        if self.encoding is None:
            raise MediaError(
                "the pipeline gave no frames, so there is nothing to write",
                hint="-p passthrough shows whether the input has frames there, or only this pipeline gives none",
            )
        return self.encoding

    def _write_in(self, encoder: Executor, clip: Clip | None) -> None:
        """Has a clip encoded after the one before, which is waited for: at most one is on its way."""
        if clip is None:
            return
        if self.encoding is None:
            self.encoding = self._choose(clip)
            _keep(self._work, self.encoding)
        if self._writer is None:
            self._writer, self._begun = Writer(self._work.part_path(self._number), self.encoding), 0
        # Changes are made here, in the pipeline's thread: what watches a job is not made for two.
        changed = self._change(clip)
        self._await_clip()
        self._writing = encoder.submit(_write, self._writer, changed)
        self._begun += len(clip)

    def _await_clip(self) -> None:
        if self._writing:
            self.frames += self._writing.result()
            self._writing = None
            self._progress(self.frames)

    def _finish_in(self, closer: Executor, writer: Writer, state: Mapping[str, Tensor]) -> None:
        self._await_clip()
        if self._closing:
            self._closing.result()
        self._closing = closer.submit(_finish, self._work, writer, state)
        self._writer, self._number = None, self._number + 1


def _write(writer: Writer, clip: Clip) -> int:
    writer.write(clip)
    return len(clip)


def _finish(work: WorkFolder, writer: Writer, state: Mapping[str, Tensor]) -> None:
    writer.close()
    work.finish_part(writer.frames, state)


def _keep(work: WorkFolder, encoding: Encoding) -> None:
    work.keep(ENCODING, json.dumps(dataclasses.asdict(encoding), default=str))


def _read(work: WorkFolder) -> Encoding | None:
    """The encoding of the parts that are there."""
    if not work.parts:
        return None
    values: dict[str, Any] = json.loads(work.path(ENCODING).read_text(encoding="utf-8"))
    values |= {name: Fraction(values[name]) for name in ("sample_aspect_ratio", "time_base", "rate")}
    values |= {name: ColorTags(**values[name]) for name in ("tags", "color")}
    return Encoding(**values | {"outcomes": tuple(Outcome(**row) for row in values["outcomes"])})
