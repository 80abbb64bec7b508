"""How large a job will be, found out from the input's headers alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lbvedit.errors import LbveditError
from lbvedit.job.timing import lay_out
from lbvedit.types import Job

__all__ = ["estimate"]


def estimate(job: Job) -> dict[str, Any] | None:
    """Frames and seconds of the output; None while the input cannot be read or does not say how long it is."""
    if job.input == "-" or not Path(job.input).exists():
        return None
    from lbvedit.media.probe import probe

    try:
        info = probe(job.input, stream=job.stream, allow_protocols=job.allow_protocols)
        timeline, _ = lay_out(job, info.duration_s)
    except LbveditError:
        return None
    rate = job.fps or info.average_rate
    if timeline.duration_s is None or rate is None:
        return None
    return {
        "frames": round(timeline.duration_s * rate),
        "duration_s": round(float(timeline.duration_s), 3),
        "width": info.width,
        "height": info.height,
    }
