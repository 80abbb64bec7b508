import numpy as np
import pytest
import torch

from lbvedit.data.expressions import MOTION_WORDS, Thing, absent_query, caption_query, present_query
from lbvedit.data.photos import Photos, Sequences
from lbvedit.data.referring import ReferringPhotos, ReferringSequences
from lbvedit.data.regions import components, dominant_color
from lbvedit.language.lexicon import KINDS, kinds_of
from lbvedit.measures.color_names import BASIC_COLORS
from tests.data import albums


def thing(color, motion, x, area=0.1, kind="dog"):
    shares = np.zeros(len(BASIC_COLORS))
    shares[BASIC_COLORS.index(color)] = 1.0
    return Thing(kind, motion, color, shares, x, area)


PAIR = [thing("red", "left", 0.2), thing("blue", "right", 0.8, area=0.3)]


def meant(text):
    """Which of PAIR a phrase means, read from its words alone."""
    words = set(text.split())
    fits = []
    for place, (color, motion, side, size) in enumerate(
        (("red", "left", "left", {"small", "smaller", "smallest", "little"}),
         ("blue", "right", "right", {"big", "bigger", "larger", "biggest", "large"}))
    ):  # fmt: skip
        told_colors = words & set(BASIC_COLORS)
        told_sides = words & {"left", "right", "leftmost", "rightmost"}
        told_sizes = words & {"small", "smaller", "smallest", "little", "big", "bigger", "larger", "biggest", "large"}
        if told_colors <= {color} and told_sides <= {side, f"{side}most", motion} and told_sizes <= size:
            fits.append(place)
    return fits


def test_expressions_mean_what_they_say():
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(300):
        query = present_query(rng, PAIR, {"dog"})
        assert sorted({*query.chosen, *query.doubtful}) == meant(query.expression), query.expression
        seen.add(query.chosen)
    assert seen == {(0,), (1,), (0, 1)}


def test_nothing_fits_an_absent_expression():
    rng = np.random.default_rng(1)
    for _ in range(200):
        query = absent_query(rng, PAIR, {"dog"})
        assert not query.kinds
        nouns = {kind for kind in KINDS for name in KINDS[kind] if f" {name} " in f" {query.expression} "}
        assert "dog" not in nouns or meant(query.expression) == [] or _wrong_motion(query.expression)


def _wrong_motion(text):
    right = {form.format(verb="running", rest="sitting") for key in ("left", "right") for form in MOTION_WORDS[key]}
    return not any(text.endswith(form) for form in right)


def test_a_caption_means_its_first_noun_where_that_is_there_once():
    rng = np.random.default_rng(0)
    caption = ("A brown dog runs on the left side .",)
    one = caption_query(rng, caption, PAIR[:1], mirrored=False)
    assert one is not None
    assert one.chosen == (0,)
    assert one.expression == "a brown dog runs on the left side"
    assert caption_query(rng, caption, PAIR, mirrored=False) is None
    assert caption_query(rng, caption, PAIR[:1], mirrored=True) is None


def test_the_lexicon_knows_synonyms_plurals_and_hypernyms():
    assert kinds_of("sedan") == kinds_of("taxis") == {"car"}
    assert kinds_of("surfer") == kinds_of("women") == {"person"}
    assert {"dog", "cat", "sheep"} <= kinds_of("animals")
    assert not kinds_of("elephant")


def test_components_are_found_and_sorted():
    mask = np.zeros((60, 80), bool)
    mask[5:20, 5:20] = mask[30:55, 40:75] = True
    large, small = components(mask)
    assert large.sum() == 25 * 35
    assert small.sum() == 15 * 15


@pytest.mark.parametrize(
    ("rgb", "name"),
    [((200, 20, 20), "red"), ((20, 30, 200), "blue"), ((250, 250, 250), "white"), ((15, 15, 18), "black"),
     ((128, 128, 128), "gray"), ((120, 70, 30), "brown"), ((40, 160, 40), "green"), ((240, 210, 40), "yellow")],
)  # fmt: skip
def test_colors_get_their_names(rgb, name):
    assert dominant_color(np.full((50, 3), rgb, np.uint8)) == name


@pytest.fixture(scope="module")
def items(tmp_path_factory):
    return ReferringPhotos(Photos(albums.photos(tmp_path_factory.mktemp("photos"))), size=64)


def test_photos_become_referring_clips(items):
    present = 0
    for index in range(24):
        item = items[index]
        assert item["frames"].shape == (3, 3, 64, 64)
        assert item["flow"].shape == (3, 2, 64, 64)
        assert item["mask"].shape == item["ignore"].shape == (3, 1, 64, 64)
        assert not (item["mask"] & item["ignore"]).any()
        assert item["present"] or not item["mask"].any()
        present += item["present"]
    assert 10 <= present < 24
    assert torch.equal(items[5]["frames"], items[5]["frames"])


def test_sequences_give_windows_with_flow(tmp_path):
    calls = []

    def flow(first, second):
        calls.append(first.shape)
        return torch.zeros(2, *first.shape[1:])

    items = ReferringSequences(Sequences(albums.sequences(tmp_path)), flow, size=48, length=12)
    for index in range(12):
        item = items[index]
        assert item["frames"].shape == (3, 3, 48, 48)
        assert item["flow"].shape == (3, 2, 48, 48)
        assert bool(item["mask"].any()) == item["present"]
    assert len(calls) == 36
