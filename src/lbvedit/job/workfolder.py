"""The folder beside an output where a job keeps its finished parts until the whole is done.

::

    .film.mp4.lbvedit-work/
        job.json            what the parts belong to
        encoding.json       how they are encoded
        journal.jsonl       one line a finished part, written after the part is safe on disk
        part-00000.nut      ...
        state-00000.safetensors
        lock                held while a process works here

The journal is the truth: a part without its line was not finished, and a torn last line counts as none. So a process
may be killed at any moment, and the next one goes on after the last part that the journal knows.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from lbvedit.errors import MediaError, UsageError

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["ENCODING", "Part", "WorkFolder", "folder_for", "frames_kept"]

JOB, ENCODING, JOURNAL, LOCK = "job.json", "encoding.json", "journal.jsonl", "lock"
RECORDS = (JOB, ENCODING, JOURNAL)
"""The small files beside the parts."""


@dataclass(frozen=True)
class Part:
    """A finished part: a line of the journal.

    Args:
        number: its place, counted from 0.
        frames: how many it holds.
        size_bytes: of its file, so that one cut short later is noticed.
        has_state: whether tensors were saved with it.
    """

    number: int
    frames: int
    size_bytes: int
    has_state: bool = False


def folder_for(output: str) -> Path:
    """Where the parts of an output lie."""
    path = Path(output)
    # FFmpeg would read the percent sign of a numbered output as a number.
    return path.parent / f".{path.name.replace('%', '_')}.lbvedit-work"


def frames_kept(output: str) -> int:
    """Frames of an output that wait in a work folder to be gone on from."""
    return sum(part.frames for part in _read_journal(folder_for(output) / JOURNAL))


class WorkFolder:
    """The work folder of one job, locked while in use.

    Args:
        folder: where; None for a temporary one that never outlives the run.
        key: hash of everything that the parts depend on.
        resume: keep the parts of an earlier run with the same key.

    Raises:
        UsageError: another process works on the same output.
        MediaError: the folder cannot be made.
    """

    def __init__(self, folder: Path | None, key: str, *, resume: bool = False) -> None:
        self.key = key
        self.replaced: str | None = None
        """Why finished parts of an earlier run were thrown away, or None."""
        self._temporary = folder is None
        try:
            self.folder = Path(tempfile.mkdtemp(prefix="lbvedit-")) if folder is None else folder
            self.folder.mkdir(exist_ok=True)
            self._lock = self._take_lock()
        except OSError as error:
            raise MediaError(f"{folder}: {error.strerror}", hint="choose a folder that can be written to") from error
        try:
            self.parts = self._left_over(resume)
        except BaseException:
            self._lock.close()
            raise

    def __enter__(self) -> WorkFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Removes the folder when the job is done, or when nothing in it is worth keeping; else what is no part."""
        # A job that makes no sense is not gone on with.
        pointless = kind is None or issubclass(kind, UsageError)
        if pointless or self._temporary or not self.parts:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            self._keep_only(self.parts)
        self._lock.close()

    @property
    def frames(self) -> int:
        """Frames in all finished parts."""
        return sum(part.frames for part in self.parts)

    @property
    def files(self) -> list[Path]:
        """The finished parts' files, in order."""
        return [self.part_path(part.number) for part in self.parts]

    def part_path(self, number: int) -> Path:
        """Where a part lies, finished or not."""
        return self.folder / f"part-{number:05d}.nut"

    def path(self, name: str) -> Path:
        """A file of another name in the folder."""
        return self.folder / name

    def folder_for_result(self) -> Path:
        """An empty folder for the finished files, before they are moved into place."""
        folder = self.path("result")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def keep(self, name: str, text: str) -> None:
        """Writes a small file that survives a power cut."""
        path = self.path(name)
        path.write_text(text, encoding="utf-8")
        _sync(path)

    def finish_part(self, frames: int, state: Mapping[str, Tensor]) -> None:
        """Enters the part after the last one in the journal; when this returns it survives a power cut.

        Args:
            frames: how many were written to ``part_path(len(parts))``.
            state: what the next part needs to begin: tensors by name.
        """
        number = len(self.parts)
        file = self.part_path(number)
        if state:
            from safetensors.torch import save_file

            save_file({name: tensor.contiguous() for name, tensor in state.items()}, self._state_path(number))
            _sync(self._state_path(number))
        _sync(file)
        part = Part(number, frames, file.stat().st_size, bool(state))
        with self.path(JOURNAL).open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(asdict(part)) + "\n")
            journal.flush()
            os.fsync(journal.fileno())
        if number and self.parts[-1].has_state:
            self._state_path(number - 1).unlink(missing_ok=True)
        self.parts.append(part)

    def state(self) -> dict[str, Tensor]:
        """The tensors that were saved with the last finished part."""
        if not self.parts or not self.parts[-1].has_state:
            return {}
        from safetensors.torch import load_file

        return load_file(self._state_path(self.parts[-1].number))

    def _state_path(self, number: int) -> Path:
        return self.folder / f"state-{number:05d}.safetensors"

    def _take_lock(self) -> TextIO:
        lock = (self.folder / LOCK).open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            raise UsageError(
                f"another lbvedit is working in {self.folder}", hint="wait for it, or choose another output"
            ) from error
        return lock

    def _left_over(self, resume: bool) -> list[Part]:
        """The parts to go on from; anything else in the folder is removed."""
        parts = _read_journal(self.path(JOURNAL))
        same = _read_key(self.path(JOB)) == self.key
        whole = [part for part in parts if _size(self.part_path(part.number)) == part.size_bytes]
        if parts and resume and same and whole == parts:
            self._keep_only(parts)
            self._rewrite_journal(parts)
            return parts
        if parts and not resume:
            self.replaced = "the finished parts of an earlier run are replaced, as --resume was not given"
        elif parts and not same:
            self.replaced = "the finished parts belong to another input, other settings or versions; starting anew"
        elif parts:
            self.replaced = "the finished parts are damaged; starting anew"
        self._keep_only([])
        self.keep(JOB, json.dumps({"key": self.key}))
        return []

    def _keep_only(self, parts: list[Part]) -> None:
        """Removes everything that these parts do not need, such as a result that was half put together."""
        needed = {self.path(LOCK), *(self.part_path(part.number) for part in parts)}
        if parts:
            needed |= {self.path(name) for name in RECORDS}
            needed |= {self._state_path(part.number) for part in parts[-1:] if part.has_state}
        for entry in self.folder.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry not in needed:
                entry.unlink()

    def _rewrite_journal(self, parts: list[Part]) -> None:
        """Drops a torn last line, which the next line would otherwise be glued to."""
        text = "".join(json.dumps(asdict(part)) + "\n" for part in parts)
        self.keep(f"{JOURNAL}.new", text)
        self.path(f"{JOURNAL}.new").replace(self.path(JOURNAL))


def _read_journal(path: Path) -> list[Part]:
    parts: list[Part] = []
    if not path.exists():
        return parts
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            part = Part(**json.loads(line))
        except (ValueError, TypeError):
            break
        if part.number != len(parts):
            break
        parts.append(part)
    return parts


def _read_key(path: Path) -> str | None:
    try:
        key = json.loads(path.read_text(encoding="utf-8"))["key"]
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return str(key)


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
