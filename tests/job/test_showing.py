"""The contact sheet, the preview and the report of a job."""

from __future__ import annotations

from dataclasses import replace
from threading import get_ident

import pytest
from PIL import Image

from lbvedit import job as work
from lbvedit.errors import UsageError
from lbvedit.job.showing import Watch
from lbvedit.types import EditPlan, EncodeOptions, Job, MaskFile, Request, Step


@pytest.fixture
def edit(clips, tmp_path):
    mask = Image.new("L", (64, 48))
    mask.paste(255, (8, 8, 40, 40))
    mask.save(tmp_path / "mask.png")
    plan = EditPlan((Step("recolor", "square", {"color": "red"}), Step("cut", params={"start": 0, "end": 0.2})))
    request = Request("edit", "make the <square> red", plan, (MaskFile(tmp_path / "mask.png", "square"),))
    return Job(str(clips("cfr")), str(tmp_path / "out.mp4"), "compose", request, EncodeOptions(preset="ultrafast"))


def ignore(event):
    pass


def width_of(path) -> int:
    with Image.open(path) as image:
        return image.width


def test_a_report_and_a_sheet_stand_beside_the_result(edit, tmp_path):
    sheet, page = tmp_path / "sheet.png", tmp_path / "page.html"
    assert work.run(replace(edit, contact_sheet=sheet, report=page), ignore).frames == 15
    assert width_of(sheet) > 3 * 400
    text = page.read_text()
    assert "make the &lt;square&gt; red" in text
    assert "<square>" not in text
    assert "0 of 255" in text
    assert "hue reached" in text


def test_a_preview_is_a_picture_and_no_video(edit, tmp_path):
    result = work.run(replace(edit, preview=True), ignore)
    assert result.output == str(tmp_path / "out.preview.png")
    assert width_of(result.output) > 3 * 400
    assert not (tmp_path / "out.mp4").exists()


def test_a_preview_of_a_file_that_is_cut_short_shows_what_is_there(clips, tmp_path):
    job = Job(str(clips("truncated_mkv")), str(tmp_path / "out.mp4"), "passthrough", Request("edit"), preview=True)
    said = []
    assert work.run(job, lambda event: said.append(event.message)).frames == 4
    assert any("were announced" in message for message in said)


def test_a_preview_needs_a_file(edit):
    with pytest.raises(UsageError, match="picture in a file"):
        work.run(replace(edit, preview=True, output="-"), ignore)


def test_who_watches_stays_in_the_thread_of_the_pipeline(edit, tmp_path, monkeypatch):
    # Watching estimates motion, and so may the pipeline; OpenCV's estimator serves one thread at a time.
    threads, see = set(), Watch.see
    monkeypatch.setattr(Watch, "see", lambda self, clip: (threads.add(get_ident()), see(self, clip)))
    work.run(replace(edit, contact_sheet=tmp_path / "sheet.png"), ignore)
    assert threads == {get_ident()}
