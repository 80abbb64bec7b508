"""What finished parts depend on: a resumed job goes on with them only if all of it is the same."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from lbvedit.manifest import Manifest, installed_versions
from lbvedit.types import Job

__all__ = ["identity"]


def identity(job: Job) -> str:
    """A hash of the files read, every setting that touches a picture, and the versions of what does the work.

    Files count by path, size and time of change, which costs nothing; the manifest has their contents' hashes.
    """
    settings = Manifest(replace(job, command=()), installed_versions()).to_json()
    request = job.request
    background, weights = request.options.get("background"), request.weights
    names = [job.input, *(str(mask.path) for mask in request.masks)]
    names += [str(name) for name in (background, weights) if name is not None]
    files = [_stamp(path) for name in names for path in _files(name)]
    return hashlib.sha256(json.dumps([settings, files]).encode()).hexdigest()


def _files(name: str) -> list[Path]:
    """The file of a name, or the files of a folder or of a pattern's folder."""
    path = Path(name)
    folder = path if path.is_dir() else path.parent if not path.exists() and path.parent.is_dir() else None
    return sorted(folder.iterdir()) if folder else [path]


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        status = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path.resolve()), status.st_size, status.st_mtime_ns
