"""The end of a job: parts joined, everything else of the source put beside them, checked, and renamed into place."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lbvedit.errors import MediaError
from lbvedit.job.checks import numbered
from lbvedit.media.containers import is_numbered
from lbvedit.media.original import Original
from lbvedit.media.outcome import Outcome
from lbvedit.media.parts import join
from lbvedit.media.probe import probe
from lbvedit.media.remux import remux
from lbvedit.types import Job

if TYPE_CHECKING:
    from lbvedit.job.workfolder import WorkFolder
    from lbvedit.manifest import Manifest
    from lbvedit.media.containers import Container
    from lbvedit.media.encoding import Encoding

__all__ = ["Result", "finish"]


@dataclass(frozen=True)
class Result:
    """What a job made.

    Args:
        output: where it lies, or ``-``.
        frames: how many pictures it has.
        outcomes: what of the source was kept, changed or lost, one row each.
        manifest: the file that holds the manifest, None where it is inside the output alone.
    """

    output: str
    frames: int
    outcomes: tuple[Outcome, ...]
    manifest: Path | None = None

    def to_json(self) -> dict[str, Any]:
        """What the event ``result`` says."""
        return {
            "output": self.output,
            "frames": self.frames,
            "rows": [asdict(row) for row in self.outcomes],
            "manifest": str(self.manifest) if self.manifest else None,
        }


def finish(
    job: Job,
    work: WorkFolder,
    original: Original,
    container: Container,
    encoding: Encoding,
    manifest: Manifest,
    *,
    end_s: Fraction | None = None,
) -> Result:
    """The output, complete and in its place.

    Args:
        job: where to.
        work: the finished parts.
        original: what everything but the pictures is taken from.
        container: the output's format.
        encoding: how the parts are encoded.
        manifest: what made it.
        end_s: when the last picture ends, where that is known.

    Raises:
        MediaError: it cannot be written, or cannot be read again.
    """
    joined = join(work.files, work.path("joined"), encoding, end_s=end_s)
    made = "-" if job.output == "-" else str(work.folder_for_result() / Path(job.output).name)
    remuxed = remux(
        joined,
        made,
        container,
        encoding,
        folder=work.folder,
        original=original,
        manifest=manifest.to_json(),
    )
    beside = _manifest_file(job, inside=remuxed.has_manifest)
    if made != "-":
        _check(Path(made))
        _put_in_place(Path(made), Path(job.output))
    if beside:
        beside.write_text(manifest.to_json() + "\n", encoding="utf-8")
    return Result(job.output, joined.frames, remuxed.outcomes, beside)


def _manifest_file(job: Job, *, inside: bool) -> Path | None:
    if job.manifest or inside or job.output == "-":
        return job.manifest
    return Path(f"{job.output}.lbvedit.json")


def _check(made: Path) -> None:
    """Opens the finished file again, and decodes its first picture."""
    try:
        probe(made)
    except MediaError as error:
        raise MediaError(f"the finished file cannot be read again: {error.message}", hint=error.hint) from error


def _put_in_place(made: Path, output: Path) -> None:
    files = sorted(made.parent.iterdir()) if is_numbered(made) else [made]
    left_over = set(numbered(output)) - {output.parent / file.name for file in files}
    for file in left_over:  # pictures of a longer video that was here
        file.unlink()
    for file in files:
        with file.open("rb") as written:
            os.fsync(written.fileno())
        file.replace(output.parent / file.name)
