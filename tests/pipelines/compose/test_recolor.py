"""Recolor: on a drawn scene, and on real cars where the optional data is there."""

from __future__ import annotations

import io
import math
import tarfile
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from torchmetrics.functional.image import structural_similarity_index_measure

from lbvedit.language.colors import rgb
from lbvedit.motion import consistent, flow, warp
from lbvedit.pipelines.compose.color import cielab, decode, from_oklab, into_gamut, oklab
from lbvedit.pipelines.compose.color import encode as coded
from lbvedit.pipelines.compose.recolor import measure_surface, mix_paint, repaint
from tests.pipelines.compose.scenes import edit, eight, write_clip, write_masks

DAVIS = Path(__file__).parents[4] / "shared/data/davis/davis-val8.tar"
COLORS = ("red", "blue", "white", "black", "green")
CHROMATIC = ("red", "blue", "green")


def shaded(lightness: float, chroma: float = 0.0, hue: float = 0.0) -> Tensor:
    """A ball of one colour with a dark foot and a small highlight: ``(1, 3, 64, 64)``."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, 64), torch.linspace(-1, 1, 64), indexing="ij")
    shade = (1 - 0.35 * (x.square() + y.square())).clamp(min=0.2)
    L, C = lightness * shade, chroma * shade
    foot = y > 0.8
    L, C = torch.where(foot, 0.12, L), torch.where(foot, 0.0, C)
    spark = (x + 0.3).square() + (y + 0.4).square() < 0.01
    L, C = torch.where(spark, 0.99, L), torch.where(spark, 0.0, C)
    return coded(into_gamut(from_oklab(torch.stack((L, C * math.cos(hue), C * math.sin(hue)))[None])))


SURFACES = {"white": (0.92, 0.0, 0.0), "silver": (0.7, 0.0, 0.0), "black": (0.25, 0.0, 0.0), "orange": (0.7, 0.16, 1.0)}


def paint(frames: Tensor, color: str) -> Tensor:
    surface = measure_surface(oklab(decode(frames)).flatten(2)[0].T)
    red, green, blue = rgb(color)
    return repaint(frames, surface, mix_paint((red / 255, green / 255, blue / 255), surface))


def lab_hue(lab: Tensor) -> float:
    return math.degrees(math.atan2(float(lab[2]), float(lab[1])))


def hue_error(found: Tensor, color: str) -> float:
    wanted = cielab(decode(torch.tensor(rgb(color)).reshape(3, 1, 1) / 255)).flatten()
    return abs((lab_hue(found) - lab_hue(wanted) + 180) % 360 - 180)


@pytest.mark.parametrize("source", SURFACES)
@pytest.mark.parametrize("color", ["red", "blue", "green", "yellow", "purple", "orange", "pink", "teal", "brown"])
def test_any_surface_takes_any_hue(source: str, color: str) -> None:
    done = cielab(decode(paint(shaded(*SURFACES[source]), color)))[0, :, :50]
    assert hue_error(done.flatten(1).mean(dim=1), color) < 12
    assert done[1:].flatten(1).mean(dim=1).norm() > 12


@pytest.mark.parametrize("source", SURFACES)
def test_black_gray_and_white_are_told_apart(source: str) -> None:
    light = [
        float(cielab(decode(paint(shaded(*SURFACES[source]), color)))[0, 0, 8:40].mean())
        for color in ("black", "gray", "white")
    ]
    assert light[0] + 10 < light[1] < light[2] - 8
    chroma = cielab(decode(paint(shaded(*SURFACES[source]), "white")))[0, 1:].norm(dim=0)
    assert chroma.mean() < 6


def test_highlight_foot_and_order_of_shades_stay() -> None:
    before, after = shaded(*SURFACES["orange"]), paint(shaded(*SURFACES["orange"]), "blue")
    spark, foot = (0, slice(None), 19, 22), (0, slice(None), slice(60, 64), slice(20, 40))
    assert (after[spark] - before[spark]).abs().max() < 0.08
    assert cielab(decode(after))[0, 1:, 60:].norm(dim=0).mean() < 8
    assert after[foot].max() < 0.25
    shades = cielab(decode(after))[0, 0, 30, 32:60]
    assert (shades.diff() <= 0.05).all()


def test_a_surface_of_the_asked_colour_hardly_changes() -> None:
    red = shaded(0.58, 0.2, math.radians(29))
    assert (paint(red, "red") - red).abs().mean() < 0.12


def davis(name: str, count: int | None) -> tuple[Tensor, Tensor]:
    """Frames uint8 and masks bool of a sequence; the first ``count`` of them."""
    with tarfile.open(DAVIS) as tar:
        names = sorted(each for each in tar.getnames() if f"{name}/" in each and each.endswith(".jpg"))[:count]
        frames, masks = [], []
        for each in names:
            frames.append(np.asarray(Image.open(io.BytesIO(tar.extractfile(each).read())).convert("RGB")))  # type: ignore[union-attr]
            masks.append(np.asarray(Image.open(io.BytesIO(tar.extractfile(each[:-3] + "png").read()))) > 0)  # type: ignore[union-attr]
    return torch.from_numpy(np.stack(frames)).permute(0, 3, 1, 2).contiguous(), torch.from_numpy(np.stack(masks))


def figures(before: Tensor, after: Tensor, masks: Tensor, color: str) -> dict[str, float]:
    """Hue error in degrees, SSIM of matched L inside, and flow-warped difference against the source's own."""
    hues, structures, flickers = [], [], []
    labs_before, labs_after = (cielab(decode(each.float() / 255)) for each in (before, after))
    for was, now, mask in zip(labs_before, labs_after, masks, strict=True):
        core = torch.from_numpy(cv2.erode(mask.numpy().astype(np.uint8), np.ones((7, 7)))) > 0
        if core.any():
            hues.append(hue_error(now[:, core].mean(dim=1), color))
        matched = (now[0] - now[0][mask].mean()) / now[0][mask].std() * was[0][mask].std() + was[0][mask].mean()
        pair = (torch.where(mask, matched, was[0])[None, None], was[0][None, None])
        full = structural_similarity_index_measure(*pair, data_range=100.0, return_full_image=True)[1]
        structures.append(float(full[0, 0][mask].mean()))
    for t in range(len(before) - 1):
        there, back = flow(before[t], before[t + 1]), flow(before[t + 1], before[t])
        steady = masks[t] & consistent(there, back) & (warp(masks[t + 1][None].float(), there)[0] > 0.99)
        missed = [
            (warp(clip[t + 1].float(), there) - clip[t].float()).abs()[:, steady].mean() for clip in (before, after)
        ]
        flickers.append([float(each) for each in missed])
    was_restless, restless = np.mean(flickers, axis=0)
    return {"hue": float(np.mean(hues)), "ssim": float(np.mean(structures)), "flicker": restless / was_restless}


def check_davis(tmp_path: Path, name: str, color: str, count: int | None) -> dict[str, float]:
    frames, masks = davis(name, count)
    path = write_clip(tmp_path / "clip.mkv", frames)
    step = {"op": "recolor", "target": "car", "params": {"color": color}}
    done = edit(path, step, masks=[write_masks(tmp_path / "masks", masks)])
    found = figures(frames, done.frames, masks, color)
    if color in CHROMATIC:
        assert found["hue"] <= 12, found
    assert found["ssim"] >= 0.9, found
    assert found["flicker"] <= 1.1, found
    assert done.outside()["max"] == 0
    return found


needs_davis = pytest.mark.skipif(not DAVIS.exists(), reason="the optional data folder is absent")


@needs_davis
@pytest.mark.parametrize(
    ("name", "color"), [("car-shadow", "red"), ("drift-straight", "blue"), ("car-shadow", "black")]
)
def test_a_real_car_is_painted(tmp_path: Path, name: str, color: str) -> None:
    check_davis(tmp_path, name, color, 5)


@needs_davis
@pytest.mark.long
@pytest.mark.parametrize("name", ["car-shadow", "drift-straight"])
@pytest.mark.parametrize("color", COLORS)
def test_a_real_car_is_painted_all_along(tmp_path: Path, name: str, color: str) -> None:
    print(name, color, check_davis(tmp_path, name, color, None))


def test_the_same_colour_gets_the_same_paint_in_every_frame(tmp_path: Path) -> None:
    ball = eight(shaded(*SURFACES["silver"]))
    frames = torch.cat((ball, ball.flip(3), ball)).contiguous()
    masks = torch.ones(3, 64, 64, dtype=torch.bool)
    step = {"op": "recolor", "target": "ball", "params": {"color": "dark red"}}
    done = edit(
        write_clip(tmp_path / "clip.mkv", frames), step, masks=[write_masks(tmp_path / "masks", masks)], window=1
    )
    assert torch.equal(done.frames[0], done.frames[2])
    assert torch.equal(done.frames[0], done.frames[1].flip(2))
