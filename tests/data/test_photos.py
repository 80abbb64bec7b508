import numpy as np
import pytest
import torch

from lbvedit.data.photos import IGNORED, LabelledPhotos, Photos, Sequences, _narrowed, jitter_colors
from lbvedit.errors import MediaError
from tests.data import albums


@pytest.fixture(scope="module")
def album(tmp_path_factory):
    return albums.photos(tmp_path_factory.mktemp("photos"))


def test_a_mask_drawn_by_hand_beats_the_machines(album):
    photos = Photos(album)
    for index in range(len(photos)):
        assert (photos[index].labels == 12).mean() > 0.1
    assert len(Photos(album, by_hand=True)) < len(photos)
    assert all(Photos(album, by_hand=True)[index].by_hand for index in range(3))


def test_the_unlabelled_band_of_an_outline_goes_to_the_nearer_side():
    labels = np.full((12, 40), 12, np.uint8)
    labels[:, 20:] = 0
    labels[:, 18:22] = IGNORED  # a band of four pixels on the outline
    labels[:, 30:] = IGNORED  # and ten that nobody labelled
    narrowed = _narrowed(labels)
    assert (narrowed[:, :20] == 12).all()
    assert (narrowed[:, 20:30] == 0).all()
    assert (narrowed[:, 33:] == IGNORED).all()


def test_train_and_test_share_no_photo(album):
    train, test = Photos(album), Photos(album, "test")
    names = [{row["file"] for _, row in part._rows} for part in (train, test)]
    assert not names[0] & names[1]
    assert len(train) + len(test) == 40
    assert len(test) > 0


def test_larger_photos_are_reduced_with_their_labels(album):
    photo = Photos(album, side=64)[0]
    assert photo.image.shape == (48, 64, 3)
    assert set(np.unique(photo.labels)) <= {0, 12, IGNORED}


def test_crops_are_the_same_for_a_seed_and_others_for_an_epoch(album):
    items = LabelledPhotos(Photos(album), size=48, seed=3)
    first, again = items[4], items[4]
    assert torch.equal(first["image"], again["image"])
    assert first["labels"].shape == (48, 48)
    items.epoch = 1
    assert not torch.equal(first["image"], items[4]["image"])


def test_beyond_the_photo_labels_are_ignored(album):
    items = LabelledPhotos(Photos(album), size=48)
    for index in range(20):
        item = items[index]
        black = (item["image"] == item["image"].amin()).all(dim=0) & (item["image"].amax(dim=0) < 5)
        assert (item["labels"][black] == IGNORED).all()


def test_jitter_of_strength_zero_changes_nothing():
    frames = torch.randint(0, 256, (2, 3, 8, 8), dtype=torch.uint8)
    assert torch.equal(jitter_colors(frames, np.random.default_rng(0), 0.0), frames)
    assert not torch.equal(jitter_colors(frames, np.random.default_rng(0)), frames)


def test_sequences_are_read_in_order(tmp_path):
    sequences = Sequences(albums.sequences(tmp_path))
    assert sequences.names == ("bear",)
    assert sequences.length("bear") == 6
    left = [int(np.nonzero(sequences.frame("bear", number)[1])[1].min()) for number in range(6)]
    assert left == [10, 14, 18, 22, 26, 30]
    assert sequences.noun("bear") == "the red square"


def test_validation_sequences_never_train(tmp_path):
    albums.sequences(tmp_path, sequence="dog")
    with pytest.raises(MediaError, match="validation sequences: dog"):
        Sequences(tmp_path)
    with pytest.raises(MediaError, match="no davis-val8"):
        Sequences(tmp_path, "test")


def test_a_folder_without_photos_is_told(tmp_path):
    with pytest.raises(MediaError, match=r"no \*.tar"):
        Photos(tmp_path)
