"""The networks of FAD, VAD and FVD: sizes as published, conversion of checkpoints, and the embedded stand-ins."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from lbvedit.errors import WeightsError
from lbvedit.measures import public
from lbvedit.measures.embedded import FeaturePair, embedded_features
from lbvedit.measures.i3d import I3D, same_padded
from lbvedit.measures.inception import InceptionV3
from lbvedit.measures.resnext3d import ResNeXt3D
from lbvedit.weights import locate


@pytest.mark.parametrize(
    ("network", "parameters"),
    [
        (InceptionV3, 27_161_264 - 3_326_696),  # torchvision's count less the auxiliary classifier
        (I3D, 12_697_264),
        (ResNeXt3D, 47_521_216 + 2048 * 400 + 400),
    ],
)
def test_networks_are_as_large_as_published(network: type[torch.nn.Module], parameters: int) -> None:
    with torch.device("meta"):
        assert sum(parameter.numel() for parameter in network().parameters()) == parameters


def test_same_padding_is_tensorflows() -> None:
    clip = torch.ones(1, 1, 4, 7, 8)
    # 4 frames by 7 with stride 2: 2 outputs need 9; rows 7 by 3 with stride 2: 4 need 9; columns 8 by 3: 4 need 9.
    assert same_padded(clip, (7, 3, 3), (2, 2, 2)).shape == (1, 1, 9, 9, 9)
    columns = same_padded(clip, (1, 1, 3), (1, 1, 2))[0, 0, 0, 0]
    assert columns.tolist() == [1] * 8 + [0]  # the odd zero is at the end


def test_a_checkpoint_becomes_a_weight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Small(ResNeXt3D):
        def __init__(self) -> None:
            super().__init__((1, 1, 1, 1), 5)

    monkeypatch.setitem(public.NETWORKS, "resnext3d-101", Small)
    torch.manual_seed(0)
    network = Small().eval()
    state = {f"module.{key}": value for key, value in network.state_dict().items() if "num_batches" not in key}
    torch.save({"state_dict": state, "epoch": 3}, tmp_path / "public.pth")
    public.convert("resnext3d-101", tmp_path / "public.pth", tmp_path / "weights" / "resnext3d-101")
    assert not locate("resnext3d-101", tmp_path / "weights").commercial_ok  # nobody said that it is
    features = public.video_features("resnext3d-101", tmp_path / "weights")
    video = torch.randint(0, 256, (8, 3, 16, 16), dtype=torch.uint8)
    with torch.no_grad():
        assert torch.equal(features(video), network.features(video[None] / 255))
    assert public.video_features("resnext3d-101", tmp_path / "weights", logits=True)(video).shape == (1, 5)


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    torch.save({"fc.weight": torch.zeros(2, 2)}, tmp_path / "other.pth")
    with pytest.raises(WeightsError, match="is not i3d-kinetics400"):
        public.convert("i3d-kinetics400", tmp_path / "other.pth", tmp_path / "w")
    (tmp_path / "torn.pth").write_bytes(b"PK")
    with pytest.raises(WeightsError, match="cannot be read"):
        public.convert("i3d-kinetics400", tmp_path / "torn.pth", tmp_path / "w")
    assert not (tmp_path / "w").exists()


def test_absent_networks_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lbvedit.weights.embedded_folder", lambda: None)
    with pytest.raises(WeightsError, match="no weights 'inception-v3'"):
        public.frame_features(tmp_path)


def test_stand_ins_give_a_row_a_frame_and_a_row_a_video() -> None:
    torch.manual_seed(0)
    pair = FeaturePair(4, 10, 40).eval()
    with torch.no_grad():
        assert pair.frame.features(torch.rand(5, 3, 64, 64)).shape == (5, 32)
        assert pair.clip.features(torch.rand(2, 4, 3, 48, 64)).shape == (2, 32)
        assert (pair.frame(torch.rand(5, 3, 64, 64)).shape, pair.clip(torch.rand(2, 9, 3, 48, 64)).shape) == (
            (5, 10),
            (2, 40),
        )


def test_the_embedded_stand_ins_see_another_digit_and_another_way() -> None:
    features = embedded_features()
    assert set(features) == {"fad-embedded", "vad-embedded"}
    video = torch.zeros(12, 3, 64, 64, dtype=torch.uint8)
    for t in range(12):
        video[t, :, 20:40, 10 + 2 * t : 14 + 2 * t] = 255
    assert features["fad-embedded"](video).shape[0] == 12
    distance = (features["vad-embedded"](video) - features["vad-embedded"](video.flip(0))).norm()
    assert float(distance) > 0.05
