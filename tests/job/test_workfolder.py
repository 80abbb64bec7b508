"""What a killed job leaves behind, and what the next one makes of it."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
import torch

from lbvedit.errors import UsageError
from lbvedit.job.workfolder import WorkFolder, folder_for


def finish(work: WorkFolder, content: bytes, frames: int, state: dict[str, torch.Tensor] | None = None) -> None:
    work.part_path(len(work.parts)).write_bytes(content)
    work.finish_part(frames, state or {})


def interrupted_after_a_part(folder: Path | None) -> Path:
    try:
        with WorkFolder(folder, "key") as work:
            finish(work, b"one", 3)
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        return work.folder


@pytest.fixture
def killed(tmp_path):
    """A folder with two finished parts and the beginning of a third."""
    folder = tmp_path / "work"
    work = WorkFolder(folder, "key")
    finish(work, b"one", 300, {"sum": torch.ones(2)})
    finish(work, b"two!", 310, {"sum": torch.full((2,), 7.0)})
    work.part_path(2).write_bytes(b"half")
    work._lock.close()
    return folder


def test_the_folder_lies_beside_the_output_and_is_hidden():
    assert str(folder_for("out/film.mp4")) == "out/.film.mp4.lbvedit-work"


def test_finished_parts_are_found_again_and_the_half_one_is_not(killed):
    with WorkFolder(killed, "key", resume=True) as work:
        assert [(part.frames, path.read_bytes()) for part, path in zip(work.parts, work.files, strict=True)] == [
            (300, b"one"),
            (310, b"two!"),
        ]
        assert work.frames == 610
        assert work.state()["sum"].tolist() == [7.0, 7.0]
        assert not work.part_path(2).exists()
        assert work.replaced is None


def test_a_torn_journal_line_counts_as_none(killed):
    with (killed / "journal.jsonl").open("a") as journal:
        journal.write('{"number": 2, "fra')
    with WorkFolder(killed, "key", resume=True) as work:
        finish(work, b"three", 5)
    with WorkFolder(killed, "key", resume=True) as work:
        assert work.parts == []  # the first `with` ended well, so the folder went away


def test_a_torn_line_is_not_glued_to_the_next(killed):
    with (killed / "journal.jsonl").open("a") as journal:
        journal.write('{"number": 2, "fra')
    work = WorkFolder(killed, "key", resume=True)
    finish(work, b"three", 5)
    work._lock.close()
    lines = (killed / "journal.jsonl").read_text().splitlines()
    assert [json.loads(line)["frames"] for line in lines] == [300, 310, 5]


@pytest.mark.parametrize(
    ("key", "resume", "said"),
    [("key", False, "--resume was not given"), ("other", True, "other settings"), ("key", None, "damaged")],
)
def test_parts_that_do_not_fit_are_replaced_and_it_is_said(killed, key, resume, said):
    if resume is None:
        (killed / "part-00000.nut").write_bytes(b"on")
    with WorkFolder(killed, key, resume=resume is not False) as work:
        assert work.parts == []
        assert said in (work.replaced or "")
        assert {entry.name for entry in killed.iterdir()} == {"job.json", "lock"}


def test_two_processes_do_not_share_a_folder(killed):
    with WorkFolder(killed, "key", resume=True), pytest.raises(UsageError, match="another lbvedit"):
        WorkFolder(killed, "key", resume=True)


def test_the_folder_stays_after_a_failure_only_with_something_in_it(tmp_path):
    folder = tmp_path / "work"
    with pytest.raises(KeyboardInterrupt), WorkFolder(folder, "key"):
        raise KeyboardInterrupt
    assert not folder.exists()
    interrupted_after_a_part(folder)
    assert folder.exists()


def test_a_temporary_folder_never_outlives_its_job():
    assert not interrupted_after_a_part(None).exists()


def test_of_a_job_that_failed_only_the_parts_stay(tmp_path):
    folder = tmp_path / "work"
    with suppress(OSError), WorkFolder(folder, "key") as work:
        finish(work, b"one", 3, {"sum": torch.ones(1)})
        work.keep("encoding.json", "{}")
        work.path("joined.mov").write_bytes(b"half")
        (work.folder_for_result() / "out.mp4").write_bytes(b"half")
        raise OSError("full")
    names = {"encoding.json", "job.json", "journal.jsonl", "lock", "part-00000.nut", "state-00000.safetensors"}
    assert {entry.name for entry in folder.iterdir()} == names


def test_nothing_stays_of_a_job_that_makes_no_sense(tmp_path):
    with suppress(UsageError), WorkFolder(tmp_path / "work", "key") as work:
        finish(work, b"one", 3)
        raise UsageError("50 pictures do not fit into one PNG", hint="-o %d.png")
    assert not list(tmp_path.iterdir())
