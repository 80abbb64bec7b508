"""Every refusal is one line, one hint and the documented exit code, before anything is written."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from lbvedit.cli import app
from lbvedit.language import validate
from lbvedit.types import A_STEP, EditPlan, Step

EDIT = ("-p", "passthrough")


def refused(ended, code: int, said: str) -> None:
    assert ended.code == code, ended.err
    assert ended.out == ""
    lines = ended.err.splitlines()
    assert lines[0].startswith("lbvedit: "), ended.err
    assert said in lines[0]
    assert "Traceback" not in ended.err
    assert len(lines) == 2, ended.err
    assert lines[1].startswith("hint: ")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nowhere.mp4", *EDIT], 6, "nowhere.mp4 does not exist"),
        (["IN", "-p", "nonesuch"], 2, "no pipeline 'nonesuch'"),
        (["IN", *EDIT, "--set", "strength=1"], 2, "no option 'strength'"),
        (["IN", *EDIT, "--set", "strength"], 2, "expected KEY=VALUE"),
        (["IN", *EDIT, "-o", "nowhere/out.mp4"], 2, "there is no folder nowhere"),
        (["IN", *EDIT, "-o", "."], 2, ". is a folder"),
        (["IN", *EDIT, "-o", "out.xyz"], 2, "'.xyz'"),
        (["IN", *EDIT, "-o", "IN", "-y"], 2, "is the input"),
        (["IN", *EDIT, "--window", "4", "--overlap", "4"], 2, "windows of 4 frames cannot overlap by 4"),
        (["IN", *EDIT, "--weights", "nowhere"], 2, "no folder nowhere of weights"),
        (["IN", *EDIT, "--start", "9"], 2, "nothing lies between 9 s and the end of a video of"),
        (["x" * 300 + ".mp4", *EDIT], 6, "File name too long"),
        (["IN", *EDIT, "--start", "soon"], 2, "--start soon is not a time"),
        (["IN", *EDIT, "--start", "3", "--end", "2"], 2, "--start 3 is not before --end 2"),
        (["IN", *EDIT, "--fps", "0"], 2, "fps 0 is not a frame rate"),
        (["IN", *EDIT, "--size", "big"], 2, "size big is not a size"),
        (["IN", *EDIT, "--codec", "h246"], 2, "h246"),
        (["IN", *EDIT, "--device", "tpu"], 2, "no device 'tpu'"),
        (["IN", *EDIT, "--dtype", "int3"], 2, "no dtype 'int3'"),
        (["IN", *EDIT, "--mask", "car=nowhere.png"], 2, "nowhere.png does not exist"),
        (["IN", *EDIT, "-o", "-", "--resume"], 2, "--resume"),
        (["-", *EDIT, "-o", "out.mp4", "--resume"], 2, "--resume"),
        (["-", *EDIT], 2, "gives no name"),
        (["IN"], 2, "edit how?"),
        (["IN", "--plan-file", "nowhere.json"], 2, "nowhere.json"),
        (["IN", "make it red", "--plan-file", "IN"], 2, "exclude each other"),
        (["http://localhost/film.mp4", *EDIT, "-o", "out.mp4"], 6, "is not a local file"),
        (["concat:a.mp4|b.mp4", *EDIT, "-o", "out.mp4"], 6, "is not a local file"),
        (["IN", *EDIT, "-o", "out.mp4", "--report", "IN", "-y"], 2, "is the input"),
        (["IN", *EDIT, "-o", "out.mp4", "--manifest", "IN", "-y"], 2, "is the input"),
        (["IN", *EDIT, "-o", "out.mp4", "--report", "out.mp4", "-y"], 2, "are one file"),
        (["IN", *EDIT, "-o", "out.mp4", "--report", "-"], 2, "not to standard output"),
        (["IN", *EDIT, "-o", "out.mp4", "--contact-sheet", "sheet.xyz"], 2, "is a picture"),
        (["IN", *EDIT, "-o", "out.mp4", "--preview", "--report", "out.html"], 2, "no report"),
        (["IN", *EDIT, "--bogus"], 2, "--bogus"),
        (["IN", *EDIT, "--crf", "low"], 2, "--crf"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_refusals(lbvedit, clips, tmp_path, monkeypatch, arguments, code, said):
    clip = tmp_path / "in.mp4"
    clip.write_bytes(clips("cfr").read_bytes())
    before = clip.stat().st_mtime_ns, clip.read_bytes()
    monkeypatch.chdir(tmp_path)
    refused(lbvedit("edit", *(str(clip) if word == "IN" else word for word in arguments)), code, said)
    assert (clip.stat().st_mtime_ns, clip.read_bytes()) == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["in.mp4"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1]", "a plan is an object"),
        ('{"steps": [1]}', "a step is an object"),
        ('{"steps": [{"op": "blur"}], "notes": 5}', "'notes' of a plan"),
        ('{"steps": [{"op": "blur", "by": 5, "at": 1}]}', "unknown keys 'at', 'by'"),
        ('{"steps": [{"op": "blur", "target": 5}]}', "target is a string or null"),
        ('{"steps": [{"op": "blur", "engine": "strong"}]}', "engine is 'exact' or 'generative'"),
        ('{"steps": [{"op": "blur", "outside": true}]}', "acts outside a target, but has none"),
    ],
)
def test_a_file_that_holds_no_plan(lbvedit, tmp_path, text, said):
    plan = tmp_path / "plan.json"
    plan.write_text(text)
    refused(lbvedit("edit", "in.mp4", "--plan-file", plan), 2, f"{plan}: ")
    refused(lbvedit("edit", "in.mp4", "--plan-file", plan), 2, said)


def test_the_step_that_refusals_show_is_one():
    step = Step.from_json(json.loads(A_STEP.removeprefix("such as ")))
    validate(EditPlan((step,)))
    assert step.params


def test_what_is_read_is_never_written_to(lbvedit, clips, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frames = tmp_path / "frames"
    frames.mkdir()
    for number in (1, 2, 3):
        (frames / f"{number:03d}.png").write_bytes(clips("image").read_bytes())
    behind, mask = tmp_path / "behind.png", tmp_path / "mask.png"
    for picture in (behind, mask):
        picture.write_bytes(clips("image").read_bytes())
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for source in ("frames", "frames/*.png", "frames/%03d.png"):
        for output in ("frames/%03d.png", "frames/%02d.png", "frames/002.png"):
            ended = lbvedit("edit", source, *EDIT, "-o", output, "-y")
            if output != "frames/%02d.png":
                refused(ended, 2, "is the input")
    for number in ("01", "02", "03"):
        (frames / f"{number}.png").unlink(missing_ok=True)
    cut = ("edit", clips("cfr"), "cut out the square", "--mask", f"square={mask}", "--background", behind)
    refused(lbvedit(*cut, "-o", "out.mp4", "--contact-sheet", behind, "-y"), 2, "is the background")
    refused(lbvedit(*cut, "-o", "out.mp4", "--contact-sheet", mask, "-y"), 2, "is the mask")
    assert {path: path.read_bytes() for path in before} == before


def test_what_stands_beside_the_output_is_not_replaced_unasked(lbvedit, clips, tmp_path):
    sheet = tmp_path / "sheet.png"
    sheet.write_bytes(b"precious")
    edit = ("edit", clips("cfr"), *EDIT)
    refused(lbvedit(*edit, "-o", tmp_path / "out.mp4", "--contact-sheet", sheet), 2, "exists already")
    refused(lbvedit(*edit, "-o", sheet, "--preview", "-n"), 2, "exists already")
    assert sheet.read_bytes() == b"precious"
    assert lbvedit(*edit, "-o", sheet, "--preview", "-y").code == 0
    assert sheet.read_bytes()[1:4] == b"PNG"


@pytest.mark.parametrize("link", ["symbolic", "hard"])
def test_an_output_that_is_the_input_through_a_link(lbvedit, clips, tmp_path, link):
    clip, other = tmp_path / "in.mp4", tmp_path / "other.mp4"
    clip.write_bytes(clips("cfr").read_bytes())
    if link == "symbolic":
        other.symlink_to(clip)
    else:
        other.hardlink_to(clip)
    refused(lbvedit("edit", clip, *EDIT, "-o", other, "-y"), 2, "is the input")
    assert clip.read_bytes() == clips("cfr").read_bytes()


def test_an_output_that_exists_is_not_replaced_without_a_terminal(lbvedit, clips, tmp_path):
    output = tmp_path / "out.mp4"
    output.write_bytes(b"precious")
    for flags in ([], ["-n"]):
        refused(lbvedit("edit", clips("cfr"), *EDIT, "-o", output, *flags), 2, "exists already")
    assert output.read_bytes() == b"precious"


@pytest.mark.parametrize(("command", "words"), [("segment", ["in.mp4", "man jumping"]), ("synth", ["a red ball"])])
def test_a_pipeline_that_does_not_exist_yet_is_missing(lbvedit, tmp_path, monkeypatch, command, words):
    from lbvedit.pipelines import registry

    monkeypatch.setitem(registry.DEFAULTS, command, "tomorrow")
    refused(lbvedit(command, *words, "-o", tmp_path / "out.mp4"), 4, "not part of this version")


def test_errors_are_events_with_json(lbvedit):
    ended = lbvedit("edit", "nowhere.mp4", *EDIT, "--json")
    [event] = map(json.loads, ended.out.splitlines())
    assert ended.err == ""
    assert event.pop("hint")
    assert event == {"event": "error", "version": 1, "message": "nowhere.mp4 does not exist", "exit_code": 6}


def test_a_flag_that_is_not_understood_is_an_event_too(lbvedit):
    ended = lbvedit("edit", "in.mp4", "--bogus", "--json")
    [event] = map(json.loads, ended.out.splitlines())
    assert ended.err == ""
    assert (event["event"], event["exit_code"]) == ("error", 2)


def test_a_setting_of_json_holds_for_flags_that_are_not_understood(lbvedit, tmp_path, monkeypatch):
    config = tmp_path / "config" / "lbvedit" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[edit]\njson = true")
    for environment in ({}, {"LBVEDIT_JSON": "1"}):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        ended = lbvedit("edit", "in.mp4", "--bogus")
        assert (json.loads(ended.out)["event"], ended.err) == ("error", "")
        config.write_text("")
    assert json.loads(lbvedit("edti").out)["exit_code"] == 2
    refused(lbvedit("train", "--bogus"), 2, "--bogus")


def test_a_wrong_key_is_refused_before_torch_is_loaded(clips):
    call = (
        "import sys; from lbvedit.cli.app import main\n"
        "try: main()\n"
        "finally: print([name for name in ('torch', 'av', 'cv2') if name in sys.modules])"
    )
    arguments = ["edit", clips("cfr"), "make it warmer", "--set", "feathr=1"]
    done = subprocess.run([sys.executable, "-c", call, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "[]\n")
    assert "did you mean 'feather'?" in done.stderr


def test_debug_shows_where(lbvedit):
    assert "Traceback" in lbvedit("edit", "nowhere.mp4", *EDIT, "--debug").err


def test_every_command_can_show_where():
    """For a fault of lbvedit says that --debug does."""
    for name in app.COMMANDS:
        command = app.load(name)
        for one in getattr(command, "commands", {"": command}).values():
            assert "--debug" in {flag for parameter in one.params for flag in parameter.opts}, (name, one.name)


@pytest.mark.parametrize("command", [("evaluate", "nobody"), ("data", "show", "nothing", "--out", "x.png")])
def test_debug_shows_where_beside_the_work_on_videos(lbvedit, command):
    assert "Traceback" not in lbvedit(*command).err
    assert "Traceback" in lbvedit(*command, "--debug").err
