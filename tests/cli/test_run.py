"""Commands that do their work: edit, plan, redo, batch, streams, and what a signal leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PASS = ("-p", "passthrough", "--preset", "ultrafast")

LBVEDIT = [sys.executable, "-m", "lbvedit"]


def events(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_edit_writes_beside_the_input_and_says_what_it_kept(lbvedit, clips, tmp_path):
    clip = tmp_path / "film.mp4"
    clip.write_bytes(clips("sound").read_bytes())
    ended = lbvedit("edit", clip, *PASS)
    assert ended.code == 0, ended.err
    assert ended.out == ""
    assert (tmp_path / "film-edited.mp4").exists()
    assert "packets copied bit for bit" in ended.err
    assert lbvedit("edit", clip, *PASS, "-y", "--quiet").err == ""


def test_json_is_the_only_thing_on_stdout(lbvedit, clips, tmp_path):
    ended = lbvedit("edit", clips("cfr"), *PASS, "-o", tmp_path / "out.mp4", "--json")
    assert ended.err == ""
    said = events(ended.out)
    assert [event["event"] for event in said] == ["start", "progress", "progress", "result"]
    assert all(event["version"] == 1 for event in said)
    assert {"done", "total", "fps", "eta_s", "memory_bytes"} <= said[1].keys()


def test_a_real_edit_changes_pictures(lbvedit, clips, tmp_path):
    command = ("edit", clips("cfr"), "make it darker", "-o", tmp_path / "out.mp4", "--preset", "ultrafast", "-y")
    ended = lbvedit(*command)
    assert ended.code == 0, ended.err
    assert ended.err.splitlines()[0].startswith("brightness amount -")
    assert events(lbvedit(*command, "--json").out)[0]["event"] == "plan"


@pytest.mark.parametrize("source", ["here", "missing"])
def test_a_plan_is_shown_for_any_sentence_that_is_understood(lbvedit, clips, source):
    clip = clips("cfr") if source == "here" else "missing.mp4"
    sentence = "replace the car with a horse, then cut the first 0.4 seconds"
    ended = lbvedit("edit", clip, sentence, "--plan", "--json")
    assert ended.code == 0, ended.err
    [event] = events(ended.out)
    assert set(event) - {"notes"} == {"event", "version", "steps", "estimate"}
    assert [step["op"] for step in event["steps"]] == ["replace", "cut"]
    assert event["estimate"] == (
        None if source == "missing" else {"frames": 10, "duration_s": 0.4, "width": 64, "height": 48}
    )
    assert "replace" in lbvedit("edit", clip, sentence, "--plan").out


def test_a_plan_can_be_edited_and_run(lbvedit, clips, tmp_path):
    plan = tmp_path / "plan.json"
    [event] = events(lbvedit("edit", clips("cfr"), "cut the first half second", "--plan", "--json").out)
    event["steps"][0]["params"]["end"] = 0.2
    plan.write_text(json.dumps(event))
    ended = lbvedit("edit", clips("cfr"), "--plan-file", plan, "-o", tmp_path / "out.mp4", "--json")
    assert ended.code == 0, ended.err
    assert events(ended.out)[-1]["frames"] == 15
    plan.write_text('{"steps": [{"op": "explode"}]}')
    ended = lbvedit("edit", clips("cfr"), "--plan-file", plan, "-o", tmp_path / "out.mp4", "-y")
    assert ended.code == 2
    assert "explode" in ended.err


def test_a_generative_step_is_refused_before_anything_is_written(lbvedit, clips, tmp_path):
    ended = lbvedit("edit", clips("cfr"), "replace the car with a horse", "-o", tmp_path / "out.mp4")
    assert ended.code == 4
    assert "'replace'" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_redo_makes_the_same_bytes_again(lbvedit, clips, tmp_path, monkeypatch):
    clip, made, again = (tmp_path / name for name in ("in.mp4", "out.mp4", "again.mp4"))
    clip.write_bytes(clips("sound").read_bytes())
    lbvedit("edit", clip, *PASS, "--crf", "30", "-o", made)
    ended = lbvedit("redo", made, "-o", again)
    assert ended.code == 0, ended.err
    assert again.read_bytes() == made.read_bytes()
    moved = tmp_path / "moved.mp4"
    clip.rename(moved)
    ended = lbvedit("redo", made, "-o", again, "-y")
    assert ended.code == 6
    assert "not there any more" in ended.err
    assert lbvedit("redo", made, "-o", again, "-y", "--input", moved).code == 0
    ended = lbvedit("redo", made, "-o", again, "-y", "--input", clips("cfr"))
    assert ended.code == 6
    assert "SHA-256 differs" in ended.err


@pytest.mark.parametrize("remembered", ["film.mp4", "film.mp4.lbvedit.json"])
def test_redo_does_not_take_the_result_for_its_input(lbvedit, clips, tmp_path, monkeypatch, remembered):
    (tmp_path / "film.mp4").write_bytes(clips("cfr").read_bytes())
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path)
    made = ("-o", "out/film.mp4", "--manifest", "out/film.mp4.lbvedit.json")
    assert lbvedit("edit", "film.mp4", *PASS, *made).code == 0
    monkeypatch.chdir(tmp_path / "out")
    ended = lbvedit("redo", remembered, "-o", "again.mp4")
    assert (ended.code, "the input film.mp4 is not there" in ended.err) == (6, True), ended.err
    assert lbvedit("redo", remembered, "-o", "again.mp4", "--input", "../film.mp4").code == 0


def test_redo_heeds_the_environment(lbvedit, clips, tmp_path, monkeypatch):
    made = tmp_path / "out.mp4"
    lbvedit("edit", clips("cfr"), *PASS, "-o", made)
    assert lbvedit("redo", made).code == 2
    monkeypatch.setenv("LBVEDIT_YES", "1")
    assert lbvedit("redo", made).code == 0


def test_redo_of_what_lbvedit_did_not_make(lbvedit, clips):
    ended = lbvedit("redo", clips("cfr"))
    assert ended.code == 6
    assert "does not say how it was made" in ended.err


def test_a_batch_goes_on_after_a_bad_file_and_a_second_run_does_only_the_rest(lbvedit, clips, tmp_path):
    listed = tmp_path / "list.csv"
    (tmp_path / "good.mp4").write_bytes(clips("cfr").read_bytes())
    (tmp_path / "bad.mp4").write_bytes(clips("text").read_bytes())
    listed.write_text('input;instruction;output\nbad.mp4;"make it red; then cut";\ngood.mp4;;made.mp4\n')
    command = ("batch", listed, *PASS, "--jobs", "2", "--archive", tmp_path / "done.txt", "--json")
    ended = lbvedit(*command)
    assert ended.code == 1
    result = events(ended.out)[-1]
    assert (result["done"], result["failed"], result["skipped"]) == (1, 1, 0)
    assert (tmp_path / "made.mp4").exists()
    failed = next(item for item in result["items"] if item["state"] == "failed")
    assert failed["exit_code"] == 6
    assert "is text, not video" in failed["message"]
    (tmp_path / "bad.mp4").write_bytes(clips("cfr").read_bytes())
    result = events(lbvedit(*command).out)[-1]
    assert (result["done"], result["failed"], result["skipped"]) == (1, 0, 1)
    assert lbvedit(*command).code == 0


def test_a_batch_over_a_folder_leaves_its_own_results_alone(lbvedit, clips, tmp_path):
    (tmp_path / "a.mp4").write_bytes(clips("cfr").read_bytes())
    assert lbvedit("batch", tmp_path, *PASS).code == 0
    ended = lbvedit("batch", tmp_path, *PASS, "-y", "--json")
    assert len(events(ended.out)[-1]["items"]) == 1
    assert sorted(entry.name for entry in tmp_path.iterdir() if entry.suffix) == ["a-edited.mp4", "a.mp4"]


def test_a_batch_makes_its_folder_and_says_once_what_all_items_share(lbvedit, clips, tmp_path):
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).write_bytes(clips("cfr").read_bytes())
    made = tmp_path / "made" / "if need be"
    assert lbvedit("batch", tmp_path, *PASS, "-o", made).code == 0
    assert sorted(entry.name for entry in made.iterdir()) == ["a-edited.mp4", "b-edited.mp4"]
    for arguments, said in (
        (["xyzzy"], "'xyzzy' is not understood"),
        ([], "edit how?"),
        (["make it red", "-o", tmp_path / "a.mp4" / "where"], "cannot be made"),
        (["make it red", "-o", tmp_path / "a.mp4"], "a batch needs a folder"),
        (["make it red", "--archive", tmp_path / "no" / "done.txt"], "there is no folder"),
    ):
        ended = lbvedit("batch", tmp_path, *arguments)
        assert ended.code == 2
        assert said in ended.err
        assert len(ended.err.splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("list.csv", "video\na.mp4\n", "list.csv: line 2 has no input"),
        ("list.csv", "input,extra\na.mp4,1\n", "unknown columns extra"),
        ("list.jsonl", '{"input": "a.mp4"}\n\n{bad', "list.jsonl: line 3 is no JSON"),
        ("list.jsonl", "5", "line 1 has no input"),
        ("list.jsonl", '\n{"input": 5}', "list.jsonl: line 2: input is 5"),
        ("list.jsonl", '{"input": "a.mp4", "instruction": ["x"]}', 'instruction is ["x"]'),
        (
            "list.jsonl",
            '{"input": "a.mp4", "output": "x.mp4"}\n{"input": "b.mp4", "output": "x.mp4"}',
            "both be written",
        ),
    ],
)
def test_a_wrong_list_is_refused(lbvedit, tmp_path, name, text, said):
    (tmp_path / name).write_text(text)
    ended = lbvedit("batch", tmp_path / name, *PASS)
    assert ended.code == 2
    assert said in ended.err
    assert "hint: " in ended.err


@pytest.mark.parametrize(
    ("make", "said"),
    [(Path.mkdir, "cannot be read: Is a directory"), (lambda path: path.write_bytes(b"\xff"), "is no archive")],
    ids=["folder", "bytes"],
)
def test_a_wrong_archive_is_refused(lbvedit, clips, tmp_path, make, said):
    make(tmp_path / "done.txt")
    ended = lbvedit("batch", clips("cfr"), *PASS, "--archive", tmp_path / "done.txt")
    assert ended.code == 2
    assert said in ended.err
    assert "hint: " in ended.err


@pytest.mark.parametrize("name", ["cfr_mkv", "cfr"])
def test_streams_in_and_out(clips, name):
    with clips(name).open("rb") as source:
        done = subprocess.run(
            [*LBVEDIT, "edit", "-", *PASS, "-o", "-", "--json"], stdin=source, capture_output=True, check=False
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b"\x1a\x45\xdf\xa3")
    assert events(done.stderr.decode())[-1]["frames"] == 20


def test_a_reader_that_goes_away_is_no_fault(tmp_path):
    done = subprocess.run(
        f"{sys.executable} -m lbvedit pipelines list --json | true", shell=True, capture_output=True, check=False
    )
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


@pytest.mark.parametrize(
    ("number", "code", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_a_signal_leaves_no_half_file_and_the_parts_to_go_on_from(clips, tmp_path, number, code, word):
    output = tmp_path / "out.mp4"
    command = [*LBVEDIT, "edit", str(clips("long")), *PASS, "-o", str(output)]
    slow = {**os.environ, "PYTHONPATH": str(Path(__file__).parent / "slow")}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=slow)
    journal = tmp_path / ".out.mp4.lbvedit-work" / "journal.jsonl"
    deadline = time.monotonic() + 60
    while not journal.exists() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code, said
    assert "Traceback" not in said
    assert "--resume goes on from there" in said
    assert said.splitlines()[-1] == f"lbvedit: {word}"
    assert not output.exists()
    done = subprocess.run([*command, "--resume", "--json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert events(done.stdout)[-1]["frames"] == 200


def test_completion_knows_commands_and_flags(tmp_path):
    def completed(words: str) -> str:
        environment = {**os.environ, "_LBVEDIT_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": "1"}
        command = [Path(sys.executable).with_name("lbvedit")]
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False).stdout

    assert "edit" in completed("lbvedit e").split()
