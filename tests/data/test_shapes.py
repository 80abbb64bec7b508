import numpy as np
import torch

from lbvedit.data.shapes import COLORS, FRAME, Shapes
from lbvedit.data.world_captions import WorldCaptions


def test_controls_belong_to_the_first_frame():
    for index in range(8):
        item = Shapes()[index]
        assert item["frames"].shape == (16, 3, FRAME, FRAME)
        assert torch.equal(item["image"], item["frames"][0])
        assert torch.equal(item["mask"], item["masks"][0])
        assert (item["drawing"] <= item["mask"]).all()
        assert 0 < int(item["drawing"].sum()) < int(item["mask"].sum())
        kept = item["partial_kept"].expand(3, -1, -1)
        assert torch.equal(item["partial"][kept], item["image"][kept])
        assert not item["partial"][~kept].any()


def test_the_text_agrees_with_the_pictures():
    for index in range(12):
        item = Shapes()[index]
        meta = item["meta"]
        assert item["text"] == f"a {meta['size']} {meta['color']} {meta['shape']} is moving {meta['motion']}"
        pixels = item["frames"][0][:, item["mask"][0]].float().median(dim=1).values
        assert (pixels - torch.tensor(COLORS[meta["color"]])).abs().max() <= 2
        rows, columns = torch.nonzero(item["masks"][-1, 0], as_tuple=True)
        assert abs(float(columns.float().mean()) + 0.5 - meta["centres"][-1][0]) < 1.5
        gone = np.subtract(meta["centres"][-1], meta["centres"][0])
        if meta["motion"] in ("left", "right"):
            assert np.sign(gone[0]) == (1 if meta["motion"] == "right" else -1)
        assert rows.numel() > 0


def test_world_captions_name_who_is_there():
    corpus = WorldCaptions(size=4, side=48)
    for index in range(4):
        item = corpus[index]
        assert item["frames"].shape == (1, 3, 48, 48)
        assert len(item["caption"].split()) >= 4
    assert corpus[1]["caption"] == WorldCaptions(size=4, side=48)[1]["caption"]
