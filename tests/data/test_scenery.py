import numpy as np
import pytest
from PIL import Image

from lbvedit.data.build import made
from lbvedit.data.scenery import scenery
from lbvedit.errors import MediaError


@pytest.fixture
def folder(tmp_path):
    for number in range(70):
        Image.new("RGB", (40, 30), (number, 128, 255)).save(tmp_path / f"{number:02}.png")
    return tmp_path


def shades(pictures):
    return {round(255 * float(picture[0, 0, 0]) ** (1 / 2.2)) for picture in pictures}


def test_train_and_test_share_no_picture(folder):
    train, test = (scenery(folder, split, count=100) for split in ("train", "test"))
    assert (len(train), len(test)) == (68, 2)
    assert not shades(train) & shades(test)
    assert shades(train) | shades(test) == set(range(70))
    assert len(scenery(folder)) == 64


def test_a_picture_is_light_the_right_way_up_and_not_too_large(tmp_path):
    image = Image.new("RGB", (800, 400), (255, 128, 0))
    exif = image.getexif()
    exif[0x0112] = 6  # to be turned by a quarter
    image.save(tmp_path / "only.JPG", exif=exif, quality=95)
    for split in ("train", "test"):
        (picture,) = scenery(tmp_path, split)
        assert picture.shape == (288, 144, 3)
        assert picture.dtype == np.float32
        assert picture[100, 100] == pytest.approx([1, (128 / 255) ** 2.2, 0], abs=0.02)


def test_a_world_stands_before_the_pictures(tmp_path):
    Image.new("RGB", (64, 48), (255, 0, 255)).save(tmp_path / "magenta.png")
    clips = made("world-captions", "train", 0, None, tmp_path, size=12)
    means = [clips[index]["frames"].float().mean(dim=(0, 2, 3)) for index in range(12)]
    before = [red > 2 * green and blue > 2 * green for red, green, blue in means]
    assert 1 <= sum(map(bool, before)) <= 8  # a third of the grounds


def test_no_picture_or_a_damaged_one_is_told(tmp_path):
    with pytest.raises(MediaError, match="no photos in"):
        scenery(tmp_path)
    (tmp_path / "torn.png").write_bytes(b"\x89PNG")
    with pytest.raises(MediaError, match=r"torn\.png cannot be read"):
        scenery(tmp_path)
