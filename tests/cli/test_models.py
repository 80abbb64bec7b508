"""``lbvedit models``: what is listed, shown with its card, and found to be damaged."""

from __future__ import annotations

import json

from lbvedit.weights import embedded_folder


def test_every_embedded_weight_is_listed_with_its_licence(lbvedit):
    ended = lbvedit("models", "list", "--json")
    rows = [json.loads(line) for line in ended.out.splitlines()]
    assert ended.code == 0
    assert {row["name"] for row in rows} == {entry.name for entry in embedded_folder().iterdir() if entry.is_dir()}
    assert all(row["event"] == "model" and row["licence"] != "unknown" for row in rows)


def test_show_prints_the_model_card(lbvedit):
    ended = lbvedit("models", "show", "digits")
    assert ended.code == 0
    assert (embedded_folder() / "digits/README.md").read_text().strip() in ended.out
    assert json.loads(lbvedit("models", "show", "digits", "--json").out)["config"]["system"] == "digits"


def test_a_miss_names_the_places_and_exits_with_4(lbvedit):
    ended = lbvedit("models", "show", "no-such-weight")
    assert ended.code == 4
    assert "looked in" in ended.err


def test_verify_finds_the_damaged_one(lbvedit, tmp_path):
    for name in ("whole", "damaged"):
        folder = tmp_path / name
        folder.mkdir()
        for file in ("config.json", "model.safetensors"):
            (folder / file).write_bytes((embedded_folder() / "digits" / file).read_bytes())
    tensors = tmp_path / "damaged/model.safetensors"
    data = bytearray(tensors.read_bytes())
    data[-1] ^= 1
    tensors.write_bytes(data)
    ended = lbvedit("models", "verify", "whole", "damaged", "--weights", tmp_path)
    assert ended.code == 4
    assert "whole: whole" in ended.out
    assert "damaged: whole" not in ended.out
