"""The embedded weights are as good as their cards say: what each card's own command prints, held to a floor."""

from __future__ import annotations

from pathlib import Path

import pytest

from lbvedit.evaluation.registry import evaluation
from lbvedit.evaluation.table import Options

DATA = Path(__file__).parents[2] / "shared" / "data"


def metrics(system: str, corpus: str, *, needs: str | None = None, limit: int | None = None) -> dict[str, float]:
    """What ``lbvedit evaluate`` measures with the embedded weights."""
    if needs is not None and not (DATA / needs).is_dir():
        pytest.skip(f"the optional data folder has no {needs} here")
    result = evaluation(system, corpus)[1](Options(data=DATA, mnist=DATA / "mnist", limit=limit))
    return {**result.metrics, **{f"{name}/{key}": v for name, row in result.others.items() for key, v in row.items()}}


@pytest.mark.long
def test_mmvt_small_finds_things_in_real_footage() -> None:
    found = metrics("mmvt", "davis", needs="davis")
    assert found["j_mean"] >= 0.7
    assert found["car-shadow/j_mean"] >= 0.8
    assert found["stability_of_truth"] >= 0.97


@pytest.mark.long
def test_mmvt_small_refuses_what_is_not_there() -> None:
    found = metrics("mmvt", "absent", needs="davis")
    assert found["absent_refused"] >= 0.9
    assert found["present_refused"] <= 0.1


@pytest.mark.long
def test_mmvt_small_clean_tells_actors_by_what_they_do() -> None:
    found = evaluation("mmvt", "actors")[1](Options(limit=60, model="mmvt-small-clean"))
    acting, still = found.others.values()
    assert found.metrics["p@0.5"] >= 0.6
    assert acting["p@0.5"] >= still["p@0.5"] + 0.25


@pytest.mark.long
def test_footage_tells_the_world_from_a_cameras_pictures() -> None:
    found = metrics("footage", "davis", needs="photos", limit=30)
    assert found["world"] >= 0.9
    assert found["sequences"] == 1
    assert found["photos"] >= 0.99


@pytest.mark.long
def test_digits_reads_digits() -> None:
    assert metrics("digits", "mnist", needs="mnist")["test_accuracy"] >= 0.994


@pytest.mark.long
def test_features_mnist_tells_digits_apart() -> None:
    found = metrics("features", "mnist", needs="mnist", limit=64)
    assert found["s-mnist_frame_accuracy"] >= 0.9
    assert found["s-mnist_clip_accuracy"] >= 0.7


@pytest.mark.long
def test_features_world_prefers_the_right_edit_through_a_poor_camera() -> None:
    found = metrics("features", "e-clevr", limit=12)
    assert found["e-clevr_fad-embedded_in_order"] >= 0.9
    assert found["e-clevr_vad-embedded_in_order"] >= 0.9


@pytest.mark.long
@pytest.mark.parametrize(("corpus", "obeyed", "of_oracle"), [("s-mnist", 0.95, 0.985), ("d-mnist", 0.85, 0.96)])
def test_m3l_mnist_obeys(corpus: str, obeyed: float, of_oracle: float) -> None:
    found = metrics("m3l", corpus, needs="mnist", limit=40)
    assert found["obeyed"] >= obeyed
    assert found["ssim_of_oracle"] >= of_oracle


@pytest.mark.long
def test_m3l_e_clevr_obeys() -> None:
    found = evaluation("m3l", "e-clevr")[1](Options(limit=10)).metrics  # rendered, not read from a folder
    assert found["obeyed"] >= 0.7
    assert found["ssim_gain"] >= 0.5


@pytest.mark.long
def test_m3l_actors_begins_to_obey() -> None:
    found = evaluation("m3l", "actors")[1](Options(limit=60)).metrics
    assert found["obeyed"] >= 0.5
    assert found["psnr_changed"] >= 16.5
