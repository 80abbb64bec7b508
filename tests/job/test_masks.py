"""Masks as data: what is told while they are made, what is written, and what makes no sense for them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import pytest
import torch

from lbvedit import job as work
from lbvedit.errors import UsageError
from lbvedit.manifest import Manifest
from lbvedit.pipelines import registry
from lbvedit.types import EncodeOptions, Job, Masks, Request


@dataclass(frozen=True)
class NoOptions:
    """None."""


class LeftHalf:
    """Finds the left half of every picture."""

    Options = NoOptions

    def __init__(self, request, options):
        pass

    def masks(self, source, report):
        for clip in source.windows(8):
            planes = torch.zeros((len(clip), 1, clip.height, clip.width), dtype=torch.uint8)
            planes[..., : clip.width // 2] = 255
            yield Masks(planes, torch.ones((len(clip), 1)), (1,), clip)


@pytest.fixture
def segment(clips, tmp_path, monkeypatch):
    monkeypatch.setitem(registry.PIPELINES, "left", registry.Entry("x:Left", ("segment",), "a test", "text"))
    monkeypatch.setattr(registry, "load", lambda name: LeftHalf)
    return Job(str(clips("cfr")), str(tmp_path / "out.json"), "left", Request("segment", "left half"), data="boxes")


def test_it_begins_and_ends_like_a_video(segment, tmp_path):
    events = []
    result = work.run(replace(segment, manifest=tmp_path / "made.json"), events.append)
    assert [event.kind for event in events if event.kind != "progress"] == ["start", "result"]
    assert events[0].data["pipeline"] == "left"
    assert events[-1].data == {
        "output": segment.output,
        "frames": result.frames,
        "rows": [],
        "manifest": str(tmp_path / "made.json"),
    }
    assert len(json.loads((tmp_path / "out.json").read_text())["frames"]) == result.frames
    made = Manifest.from_json((tmp_path / "made.json").read_text(), "out.json")
    assert made.job.data == "boxes"
    assert made.input_sha256


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"output": "-"}, "writes a file, not to standard output"),
        ({"output": "-", "data": "png"}, "writes a folder, not to standard output"),
        ({"output": "nowhere/out.json"}, "there is no folder nowhere"),
        ({"output": "."}, r"writes a file, which \. is not"),
        ({"resume": True}, "--resume is for a video"),
        ({"encode": EncodeOptions(pixel_format="yuv420p")}, "--pixel-format is for a video"),
        ({"pipeline": "compose"}, "does edit, not segment"),
        ({"request": Request("segment", " ?")}, "segment what"),
        ({"request": Request("segment", "left", options={"bogus": "1"})}, "no option 'bogus'"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused_before_the_work(segment, change, said):
    with pytest.raises(UsageError, match=said):
        work.check(replace(segment, **change))
