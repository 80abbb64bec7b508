"""What made a file: enough to make it again, written inside the file itself.

A manifest is JSON: the job, the versions of what did it, the hashes of the input, of the masks and of the weights. It
holds no time of day and no host name, so that the same job gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from fractions import Fraction
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from lbvedit.errors import MediaError, UsageError
from lbvedit.types import EditPlan, EncodeOptions, Job, MaskFile, Request

__all__ = ["MANIFEST_VERSION", "Manifest", "hash_input", "installed_versions"]

MANIFEST_VERSION = 1
"""Raised when a field changes its meaning or goes away."""

PACKAGES = ("lbvedit", "torch", "av", "diffusers", "transformers", "numpy", "opencv-python-headless", "kornia")


@dataclass(frozen=True)
class Manifest:
    """What made a file.

    Args:
        job: the job, with its paths as they were given.
        versions: package -> version.
        input_sha256: the input's hash, None for standard input; of a folder, the hash over its files' hashes.
        masks_sha256: a mask's path -> its hash.
        weights_sha256: a weight's name -> its hash.
    """

    job: Job
    versions: Mapping[str, str]
    input_sha256: str | None = None
    masks_sha256: Mapping[str, str] = field(default_factory=dict)
    weights_sha256: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """One line of JSON, keys sorted."""
        job = self.job
        values = {
            "manifest": MANIFEST_VERSION,
            "command": list(job.command),
            "input": {"path": job.input, "sha256": self.input_sha256},
            "masks": [
                {"path": str(mask.path), "target": mask.target, "sha256": self.masks_sha256.get(str(mask.path))}
                for mask in job.request.masks
            ],
            "pipeline": job.pipeline,
            "weights": dict(self.weights_sha256),
            "versions": dict(self.versions),
            "request": _request_to_json(job.request),
            "encode": asdict(job.encode),
            "start_s": _text(job.start_s),
            "end_s": _text(job.end_s),
            "fps": _text(job.fps),
            "size": job.size,
            "stream": job.stream,
            "data": job.data,
        }
        return json.dumps(values, sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str, origin: str) -> Manifest:
        """A manifest read back; its job writes to the same name as ``origin`` until told otherwise.

        Args:
            text: what ``to_json`` gave.
            origin: where it was found, for messages and as the job's output.

        Raises:
            MediaError: not a manifest, or one of a later version.
        """
        try:
            values = json.loads(text)
            if values["manifest"] > MANIFEST_VERSION:
                raise MediaError(
                    f"{origin} was made by a later lbvedit ({values['versions'].get('lbvedit')})",
                    hint="update lbvedit to make it again",
                )
            masks = tuple(MaskFile(Path(mask["path"]), mask["target"]) for mask in values["masks"])
            job = Job(
                input=values["input"]["path"],
                output=origin,
                pipeline=values["pipeline"],
                request=_request_from_json(values["request"], masks),
                encode=EncodeOptions(**values["encode"]),
                start_s=_fraction(values["start_s"]),
                end_s=_fraction(values["end_s"]),
                fps=_fraction(values["fps"]),
                size=tuple(values["size"]) if values["size"] else None,
                stream=values["stream"],
                data=values.get("data"),
                command=tuple(values["command"]),
            )
            hashes = {mask["path"]: mask["sha256"] for mask in values["masks"] if mask["sha256"]}
            return cls(job, values["versions"], values["input"]["sha256"], hashes, values["weights"])
        except (KeyError, TypeError, ValueError, AttributeError, UsageError) as error:
            what = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
            raise MediaError(
                f"the manifest of {origin} cannot be read: {what}",
                hint="only what lbvedit wrote can be redone",
            ) from error


def installed_versions() -> dict[str, str]:
    """The versions of what does the work."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def hash_input(path: str | Path, stop: threading.Event | None = None) -> str | None:
    """The SHA-256 of a file, or of a folder's files in the order of their names; None for what is neither.

    Args:
        path: the file or folder.
        stop: once set, the hash is not wanted any more: None.
    """
    path = Path(path)
    if path.is_dir():
        whole = hashlib.sha256()
        for file in sorted(entry for entry in path.iterdir() if entry.is_file()):
            whole.update(f"{file.name}\0{hash_input(file, stop)}\n".encode())
        return whole.hexdigest()
    if not path.is_file():
        return None
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(1 << 20):
            if stop is not None and stop.is_set():
                return None
            digest.update(piece)
    return digest.hexdigest()


def _request_to_json(request: Request) -> dict[str, Any]:
    """Everything but the masks, which stand beside their hashes."""
    values = {entry.name: getattr(request, entry.name) for entry in fields(request) if entry.name != "masks"}
    values["plan"] = request.plan.to_json() if request.plan else None
    values["weights"] = str(request.weights) if request.weights else None
    values["options"] = dict(request.options)
    return values


def _request_from_json(values: Mapping[str, Any], masks: tuple[MaskFile, ...]) -> Request:
    plan = EditPlan.from_json(values["plan"]) if values["plan"] else None
    weights = Path(values["weights"]) if values["weights"] else None
    return Request(**{**values, "plan": plan, "weights": weights, "masks": masks})


def _text(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _fraction(value: str | None) -> Fraction | None:
    return None if value is None else Fraction(value)
