"""Defaults < config file < LBVEDIT_* < flags."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from lbvedit.cli import app
from lbvedit.cli.flags import MediaFlags, RunFlags, TalkFlags, as_arguments, spread
from lbvedit.cli.origin import config_path
from lbvedit.cli.settings import COMMANDS, load, taken_by
from lbvedit.errors import UsageError
from lbvedit.manifest import Manifest
from lbvedit.media.embed import read_manifest


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    path = config_path()
    path.parent.mkdir()
    return path


def seen(arguments: list[str], **environment: str) -> tuple[float | None, str, str | None]:
    """What a command called ``edit`` gets of crf, device and codec."""
    found = []
    root_app = typer.Typer()

    @root_app.callback()
    def root(context: typer.Context) -> None:
        context.default_map = dict(load(config_path()))

    @root_app.command()
    @spread
    def edit(*, run: RunFlags, media: MediaFlags, talking: TalkFlags) -> None:
        found.append((media.crf, run.device, media.codec))

    result = CliRunner().invoke(root_app, ["edit", *arguments], env=environment)
    assert result.exit_code == 0, result.output
    return found[0]


def test_each_layer_gives_way_to_the_next(config):
    assert seen([]) == (None, "auto", None)
    config.write_text('crf = 20\ndevice = "cpu"\n[edit]\ncodec = "hevc"\n[batch]\ncrf = 40\n')
    assert seen([]) == (20, "cpu", "hevc")
    assert seen([], LBVEDIT_CRF="25") == (25, "cpu", "hevc")
    assert seen(["--crf", "30"], LBVEDIT_CRF="25") == (30, "cpu", "hevc")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("crff = 20", "no setting 'crff'"),
        ("[edit]\noutput = 'x'", "no setting 'output'"),
        ("crf = [20]", "one value"),
        ("crf = ", "Invalid value"),
        ("[doctor]\ncrf = 20", r"\[doctor\]: there is no setting 'crf'"),
        ("[redo]\nno = true", r"\[redo\]: there is no setting 'no'"),
        ("[edti]\ncrf = 20", "no command 'edti'"),
    ],
)
def test_a_wrong_file_is_refused(config, text, said):
    config.write_text(text)
    with pytest.raises(UsageError, match=said) as error:
        load(config)
    assert str(config) in error.value.message
    assert error.value.hint


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("CRF = 20", "'crf'"),
        ("pixelformat = 'yuv420p'", "'pixel_format'"),
        ("[doctor]\nweight = 'w'", "'weights'"),
        ("[edti]\ncrf = 20", "[edit]"),
    ],
)
def test_a_key_that_is_nearly_right_is_told_the_right_one(config, text, near):
    config.write_text(text)
    with pytest.raises(UsageError) as error:
        load(config)
    assert error.value.hint == f"did you mean {near}?"


def test_no_file_is_no_settings(config):
    assert load(config) == {}


def test_dashes_in_the_file_are_welcome(config):
    config.write_text('pixel-format = "yuv420p"')
    assert load(config)["edit"] == {"pixel_format": "yuv420p"}


def test_flags_turn_back_into_words():
    media = MediaFlags(crf=20.0, yes=True, pixel_format="yuv420p")
    assert as_arguments(media) == ["--crf", "20.0", "--pixel-format", "yuv420p", "--yes"]
    assert as_arguments(MediaFlags(yes=False)) == ["--no"]
    assert as_arguments(MediaFlags()) == []
    assert as_arguments(RunFlags()) == ["--device", "auto", "--dtype", "auto", "--seed", "0"]


def test_a_file_that_cannot_be_read_is_no_wrong_toml(config):
    config.mkdir()
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        load(config)


@pytest.fixture
def settings(tmp_path):
    """Where the commands that ``lbvedit`` runs look for their config file."""
    path = tmp_path / "config" / "lbvedit" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


def test_a_batch_obeys_its_flags_and_its_own_table(lbvedit, clips, tmp_path, settings):
    settings.write_text('seed = 7\npreset = "ultrafast"\n[edit]\ncrf = 5\n[batch]\nwindow = 8\n')
    folder = tmp_path / "films"
    folder.mkdir()
    (folder / "a.mp4").write_bytes(clips("cfr").read_bytes())
    assert lbvedit("batch", folder, "-p", "passthrough", "--seed", "0").code == 0
    job = Manifest.from_json(read_manifest(folder / "a-edited.mp4"), "").job
    assert (job.request.seed, job.request.window) == (0, 8)
    assert (job.encode.crf, job.encode.preset) == (None, "ultrafast")


def test_commands_that_only_look_take_settings_too(lbvedit, tmp_path, settings):
    folder = tmp_path / "mine" / "little"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    settings.write_text(f'weights = "{folder.parent}"\njson = true\n[doctor]\njson = false\n')
    assert json.loads(lbvedit("models", "list").out.splitlines()[0])["name"] == "little"
    assert json.loads(lbvedit("pipelines", "show", "compose").out)["event"] == "pipeline"
    assert str(folder) in lbvedit("doctor").out


def test_the_commands_that_take_settings_are_those_that_have_their_flags():
    def environment(command):
        return {parameter.envvar for parameter in command.params} - {None}

    for name in app.COMMANDS:
        command = app.load(name)
        inside = getattr(command, "commands", {})
        takes = set().union(*map(environment, inside.values() or [command]))
        assert bool(takes) == (name in COMMANDS), name
        if takes:
            assert tuple(inside) == COMMANDS[name]
            assert takes == {f"LBVEDIT_{setting.upper()}" for setting in taken_by(name)}


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("fps", "abc", "fps abc is not a frame rate"),
        ("size", "big", "size big is not a size"),
        ("device", "tpu", "there is no device 'tpu'"),
        ("codec", "h246", "there is no video encoder 'h246'"),
        ("preset", "x", "libx264 has no preset 'x'"),
        ("pixel_format", "x", "there is no pixel format 'x'"),
        ("pipeline", "nonesuch", "there is no pipeline 'nonesuch'"),
        ("weights", "nowhere", "there is no folder nowhere of weights"),
    ],
)
def test_a_value_that_is_found_wrong_later_is_blamed_on_what_gave_it(
    lbvedit, clips, settings, monkeypatch, setting, value, said
):
    edit = ("edit", clips("cfr"), "make it warmer", "-o", settings.parent / "out.mp4")
    settings.write_text(f'{setting} = "{value}"')
    ended = lbvedit(*edit)
    assert (ended.code, ended.err.splitlines()[0]) == (2, f'lbvedit: {settings}: {setting} = "{value}": {said}')
    settings.write_text("")
    monkeypatch.setenv(f"LBVEDIT_{setting.upper()}", value)
    assert lbvedit(*edit).err.startswith(f"lbvedit: LBVEDIT_{setting.upper()}={value}: {said}\nhint: ")
    assert lbvedit(*edit, f"--{setting.replace('_', '-')}", value).err.startswith(f"lbvedit: {said}\n")


def test_a_model_that_is_missing_is_blamed_on_what_gave_it(lbvedit, clips, settings):
    settings.write_text('model = "nonesuch"')
    ended = lbvedit("segment", clips("cfr"), "ball", "-o", settings.parent / "out.mp4")
    assert ended.code == 4
    assert ended.err.startswith(f'lbvedit: {settings}: model = "nonesuch": no weights')


def test_a_batch_refuses_a_wrong_setting_once(lbvedit, clips, tmp_path, settings):
    (tmp_path / "a.mp4").write_bytes(clips("cfr").read_bytes())
    settings.write_text('fps = "abc"')
    ended = lbvedit("batch", tmp_path, "make it warmer")
    assert (ended.code, ended.err.count("not a frame rate")) == (2, 1)
    assert ended.err.startswith(f'lbvedit: {settings}: fps = "abc": ')


@pytest.mark.parametrize("text", ['crf = "x"', 'json = "perhaps"', "window = 0", "seed = 2001-01-01"])
def test_a_wrong_value_in_the_file_is_blamed_on_the_file(lbvedit, settings, text):
    settings.write_text(text)
    ended = lbvedit("edit", "film.mp4", "make it red")
    assert ended.code == 2
    key, value = text.replace('"', "").split(" = ")
    assert ended.err.replace('"', "").startswith(f"lbvedit: {settings}: {key} = {value}: ")
    assert f"hint: it sets --{key}; lbvedit edit --help" in ended.err


@pytest.mark.parametrize(("name", "value", "flag"), [("SEED", "x", "--seed"), ("JSON", "banana", "--json")])
def test_a_wrong_value_in_the_environment_is_blamed_on_the_variable(lbvedit, monkeypatch, name, value, flag):
    monkeypatch.setenv(f"LBVEDIT_{name}", value)
    ended = lbvedit("edit", "film.mp4", "make it red")
    assert ended.code == 2
    assert ended.err.startswith(f"lbvedit: LBVEDIT_{name}={value}: ")
    assert f"hint: it sets {flag}; lbvedit edit --help" in ended.err


def test_no_gives_way_to_nothing(lbvedit, clips, tmp_path, settings):
    """A setting that replaces outputs is undone by -n on the command line."""
    settings.write_text("yes = true")
    output = tmp_path / "out.mp4"
    output.write_bytes(b"precious")
    ended = lbvedit("edit", clips("cfr"), "-p", "passthrough", "-o", output, "-n")
    assert (ended.code, output.read_bytes()) == (2, b"precious")
    assert "exists already" in ended.err
    assert lbvedit("edit", clips("cfr"), "-p", "passthrough", "-o", output).code == 0
