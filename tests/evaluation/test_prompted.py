from __future__ import annotations

from pathlib import Path

import pytest
import torch

from lbvedit.data.loveu import Edit
from lbvedit.evaluation.prompted import score_prompted
from lbvedit.evaluation.table import Options
from lbvedit.measures.clip import CLIP_LARGE


def video() -> Edit:
    """A picture that moves two pixels to the right each frame."""
    coarse = torch.rand(1, 3, 16, 26, generator=torch.Generator().manual_seed(0))
    wide = torch.nn.functional.interpolate(coarse, (64, 104), mode="bilinear", align_corners=False)
    frames = torch.cat([wide[..., 8 - 2 * t : 104 - 2 * t][..., :96] for t in range(4)])
    return {
        "frames": (255 * frames).to(torch.uint8),
        "source_prompt": "noise",
        "target_prompt": "art",
        "kind": "style",
        "video": "v",
        "set": "s",
    }


def flashing(item: Edit) -> torch.Tensor:
    edited = item["frames"].clone()
    edited[1::2] //= 2
    return edited


def test_without_clip_the_flows_still_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    steady, notes = score_prompted([video()], [0], lambda item: item["frames"], Options())
    flashed, _ = score_prompted([video()], [0], flashing, Options())
    assert set(steady) == {"warp_error", "brightness_flicker"}
    assert steady["warp_error"] < 0.1 * flashed["warp_error"]
    assert steady["brightness_flicker"] < 0.1 * flashed["brightness_flicker"]
    assert [CLIP_LARGE in note for note in notes] == [True, False]
    assert "hf download" in notes[0]
    with pytest.raises(ValueError, match="an edit gave"):
        score_prompted([video()], [0], lambda item: item["frames"][:2], Options())


def test_with_clip_prompts_and_frames_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fake:
        logit_scale = 0.0

        def __init__(self, *arguments: object, **settings: object) -> None:
            assert settings == {"side": 480}

        def images(self, frames: torch.Tensor) -> torch.Tensor:
            return torch.eye(len(frames))

        def texts(self, prompts: list[str]) -> torch.Tensor:
            assert prompts == ["art"]
            return torch.tensor([[1.0, 0.0, 0.0, 0.0]])

    monkeypatch.setattr("lbvedit.evaluation.prompted.ClipEmbedder", Fake)
    metrics, notes = score_prompted([video()], [0], lambda item: item["frames"], Options())
    assert notes == ()
    assert (metrics["frame_consistency"], metrics["textual_alignment"]) == (0.0, 25.0)
    assert metrics["pick_score"] == pytest.approx(0.25)
