"""Segmentation by phrase, around a model that knows one colour."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from lbvedit.errors import NoMatchError
from lbvedit.measures.color_names import BASIC_COLORS
from lbvedit.media.overlay import PALETTE, cutout, matte, overlay
from lbvedit.nn.words import train_tokenizer
from lbvedit.pipelines.finder import Ahead, Found, Seen, working_size
from lbvedit.pipelines.looks import LOOKS, looks
from lbvedit.pipelines.mmvt import MMVTOptions, MMVTSegmenter
from lbvedit.pipelines.mmvt_targets import MMVTFinder
from lbvedit.pipelines.selection import Colored, Sure
from lbvedit.pipelines.survey import Survey, survey
from lbvedit.pipelines.tracking import INERTIA, Instance, Steady, Tracker
from lbvedit.pipelines.words import hear
from lbvedit.types import Clip, Event, Masks, Request

SIZE = 64
TOKENIZER = train_tokenizer(
    ["the red car and a person jumping", "animal dog moving left", "small grey white green in shirt behind silver on"]
)


class RedFinder:
    """Finds red, and thinks it there in every frame that has some."""

    tokenizer = TOKENIZER
    name, sha256 = "red", "0"
    acts = False
    bar = 0.1
    remembered = 1
    workers = ThreadPoolExecutor(2)

    def read(self, expressions: list[str]) -> list[str]:
        return expressions

    def small(self, frame: Tensor) -> Tensor:
        return frame.float() / 255

    def see(self, frame: Tensor, after: Tensor | None, before: Tensor | None, past: Tensor | None = None) -> Seen:
        back = None if before is None else torch.zeros(2, *frame.shape[1:])
        return Seen(frame, back)  # type: ignore[arg-type]

    def find(self, seen: Any, language: list[str]) -> list[Found]:
        red = ((seen.visual[0] - seen.visual[1]).clamp(0, 1) * 0.3).float()
        there = float(red.max() > 0.1)
        return [
            Found(red if "car" in words else torch.zeros_like(red), there if "car" in words else 0.0)
            for words in language
        ]


def _ignore(event: Event) -> None:
    pass


class Films:
    """A source of some clips in memory."""

    def __init__(self, frames: Tensor) -> None:
        self.frames = frames
        self.frame_count: int | None = len(frames)
        self.info = SimpleNamespace(frame_count=None)

    def from_the_first(self) -> Any:
        return nullcontext()

    def windows(self, size: int, overlap: int = 0) -> Any:
        for start in range(0, len(self.frames), size):
            yield _clip(self.frames[start : start + size], start)


def _clip(frames: Tensor, start: int = 0) -> Clip:
    return Clip(frames, tuple(range(start, start + len(frames))), Fraction(1, 25))


def _film(T: int = 6, squares: tuple[tuple[int, int], ...] = ((8, 8), (40, 40))) -> Tensor:
    frames = torch.full((T, 3, SIZE, SIZE), 90, dtype=torch.uint8)
    for t in range(T):
        for y, x in squares:
            frames[t, :, y : y + 12, x + t : x + t + 12] = torch.tensor([250, 20, 20], dtype=torch.uint8)[:, None, None]
    return frames


def _segmenter(**options: Any) -> MMVTSegmenter:
    return MMVTSegmenter(Request("segment", "the red car"), MMVTOptions(refine=False, **options))


def _masks(segmenter: MMVTSegmenter, frames: Tensor, window: int) -> list[Masks]:
    finder: Any = RedFinder()
    return list(segmenter.segment(Films(frames).windows(window), finder, finder.read(["the red car"])))


def test_two_things_keep_their_numbers_over_all_windows() -> None:
    found = _masks(_segmenter(), _film(), window=2)
    assert [masks.ids for masks in found] == [(1, 2)] * 3
    for t, masks in enumerate(found):
        upper = masks.masks[0, 0] >= 128
        assert upper[10:18, 10 + 2 * t : 18 + 2 * t].all()
        assert not upper[32:].any()
        assert (masks.scores > 0.5).all()


def test_windows_do_not_show() -> None:
    whole, parts = _masks(_segmenter(), _film(), 6), _masks(_segmenter(), _film(), 4)
    assert torch.equal(whole[0].masks, torch.cat([masks.masks for masks in parts]))


def test_a_resumed_job_goes_on_with_the_same_numbers() -> None:
    frames = _film()
    whole = _masks(_segmenter(), frames, 3)
    first, second = _segmenter(), _segmenter()
    _masks(first, frames[:3], 3)
    second.state = {name: tensor.clone() for name, tensor in first.state.items()}
    # The last frame before the break had no next one: only its own mask may differ.
    assert torch.equal(_masks(second, frames[3:], 3)[0].masks, whole[1].masks)


class Trios(RedFinder):
    """Tells which frames it was shown, the earlier ones later."""

    remembered = 3

    def see(self, frame: Tensor, after: Tensor | None, before: Tensor | None, past: Tensor | None = None) -> Any:
        time.sleep(0.02 / (1 + float(frame)))
        shown = tuple(None if each is None else int(each) for each in (past, before, frame, after))
        return SimpleNamespace(visual=shown, back=None)

    def find(self, seen: Any, language: list[str]) -> Any:
        if seen.visual[2] == 4:
            raise ValueError("frame 4")
        return [seen.visual]


@pytest.mark.parametrize(("earlier", "previous", "past"), [([], None, None), ([9], 9, None), ([6, 7, 8, 9], 9, 7)])
def test_frames_are_looked_at_ahead_and_taken_in_order(
    earlier: list[int], previous: int | None, past: int | None
) -> None:
    finder: Any = Trios()
    ahead = Ahead(finder, finder.read(["the car"]), torch.tensor(earlier).float())
    for number in range(6):
        ahead.push(torch.tensor(float(number)))
    ahead.end()
    taken = [ahead.take() for _ in range(4)]
    assert [int(frame) for frame, _, _ in taken] == [0, 1, 2, 3]
    before = [*earlier, 0, 1, 2, 3]
    pasts = [before[number - 3] if number >= 3 else None for number in range(len(earlier), len(before))]
    assert pasts[0] == past
    neighbours = [(previous, 0, 1), (0, 1, 2), (1, 2, 3), (2, 3, 4)]
    assert [found for _, (found,), _ in taken] == [(p, *three) for p, three in zip(pasts, neighbours, strict=True)]
    assert [int(frame) for frame in ahead.earlier] == [1, 2, 3]
    with pytest.raises(ValueError, match="frame 4"):
        ahead.take()
    assert ahead.take()[1] == [(2, 4, 5, None)]


def test_best_is_one() -> None:
    (masks,) = _masks(_segmenter(instances="best"), _film(squares=((8, 8), (30, 30), (32, 36))), 6)
    assert len(masks.ids) == 1


def test_threshold_is_relative_to_what_the_video_has() -> None:
    """The finder never says more than 0.3, and still the squares are found whole."""
    (masks,) = _masks(_segmenter(), _film(1), 1)
    assert int((masks.union() >= 128).sum()) == pytest.approx(2 * 144, rel=0.25)


def test_nothing_there_names_what_is() -> None:
    gray: Any = Films(torch.full((8, 3, SIZE, SIZE), 90, dtype=torch.uint8))
    finder: Any = RedFinder()
    assert survey(gray, finder, finder.read(["the red car"])).score == 0
    gray.info = gray
    assert survey(Films(_film()), finder, finder.read(["the red car", "dog"])).others == (0.0,)  # type: ignore[arg-type]


def test_nothing_that_fits_ends_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lbvedit.pipelines.mmvt.load_finder", lambda request: RedFinder())
    gray: Any = Films(torch.full((8, 3, SIZE, SIZE), 90, dtype=torch.uint8))
    with pytest.raises(NoMatchError, match="nothing in the video fits 'the red car'"):
        list(_segmenter()(gray, lambda event: None))


def test_a_kind_that_was_never_learnt_gives_way_to_one_that_was() -> None:
    heard = hear("the sedan moving left", TOKENIZER)
    assert heard.words == "the car moving left"
    assert heard.notes == ("'sedan' is taken as 'car'",)


@pytest.mark.parametrize(
    ("words", "colors", "plain"),
    [
        ("the red car", ("red", "pink"), "the car"),
        ("a small grey and white dog", ("gray", "white"), "a small dog"),
        ("the person in green", ("green",), "the person"),
        ("the person in the red shirt", (), "the person in the red shirt"),
        ("the dog behind the red car", (), "the dog behind the red car"),
        ("the silver car on the left", ("gray", "white"), "the car on the left"),
        ("the car", (), "the car"),
    ],
)
def test_the_colour_of_what_is_looked_for_is_heard_apart(words: str, colors: tuple[str, ...], plain: str) -> None:
    heard = hear(words, TOKENIZER)
    assert (heard.colors, heard.plain, heard.words) == (colors, plain, words)


def test_pixels_decide_about_colours() -> None:
    heard, plain = hear("the red car", TOKENIZER), hear("the car", TOKENIZER)
    shares = [0.0] * 11
    assert Survey(0.9, 1.0, (0.2,), tuple(shares)).confidence(plain) == 0.9
    assert Survey(0.9, 1.0, (0.2,), tuple(shares)).confidence(heard) == 0
    shares[BASIC_COLORS.index("red")] = 0.3  # the words alone make the model doubt
    assert Survey(0.9, 1.0, (0.2,), tuple(shares)).confidence(heard) == 0.9


def test_of_several_things_those_with_the_colour_are_kept() -> None:
    frame = torch.full((3, 20, 40), 0.1)
    frame[:, 5:15, 5:15] = torch.tensor([0.9, 0.1, 0.1])[:, None, None]
    frame[:, 5:15, 25:35] = torch.tensor([0.1, 0.2, 0.9])[:, None, None]
    masks = [np.zeros((20, 40), bool) for _ in range(2)]
    masks[0][5:15, 5:15] = masks[1][5:15, 25:35] = True
    instances = [Instance(number, mask, 0.9) for number, mask in zip((4, 7), masks, strict=True)]
    red, blue, any_ = Colored(("red",)), Colored(("blue",)), Colored(())
    assert [each.number for each in red(frame, instances)] == [4]
    assert [each.number for each in blue(frame, instances)] == [7]
    assert any_(frame, instances) == instances
    assert red(frame, instances[1:]) == []  # the red one is out of sight
    splinter = np.zeros((20, 40), bool)
    splinter[6:8, 6:8] = True
    mixed = np.zeros((20, 40), bool)
    mixed[0:20, 2:12] = True  # half of it is red
    whole = [Instance(1, mixed, 0.9), Instance(2, splinter, 0.9)]
    assert [each.number for each in Colored(("red",))(frame, whole)] == [1, 2]
    resumed = Colored(("red",))
    resumed.means = red.means
    dark = frame * 0.1  # for a moment no colour shows; what was seen before still counts
    assert [each.number for each in resumed(dark, instances)] == [4]


def test_what_the_model_is_far_less_sure_of_is_left_out() -> None:
    probability = torch.full((20, 40), 0.01)
    probability[5:15, 5:15], probability[5:15, 25:35] = 0.999, 0.95
    masks = [np.zeros((20, 40), bool) for _ in range(2)]
    masks[0][5:15, 5:15] = masks[1][5:15, 25:35] = True
    car, sun = (Instance(number, mask, 0.9) for number, mask in enumerate(masks, 1))
    sure = Sure(0.0, torch.zeros(0))
    assert sure(probability, [car, sun]) == [car]
    assert sure(0.9 * probability, [car, sun]) == [car]  # what was kept stays
    assert Sure(0.999, torch.zeros(0))(probability, [sun]) == []  # the survey knows of the car
    assert Sure(0.95, torch.zeros(0))(probability[:, 20:], [Instance(2, masks[1][:, 20:], 0.9)]) != []


def test_who_tells_things_by_what_they_do_needs_no_name() -> None:
    tokenizer = train_tokenizer(["whatever is falling", "the one that moves left", "something red", "the car"])
    for words in ("whatever is falling", "the one that moves left"):
        assert hear(words, tokenizer, acts=True).plain == words
        with pytest.raises(NoMatchError):
            hear(words, tokenizer)
    assert hear("something red", tokenizer, acts=True).colors == ()
    for words in ("something", "the falling", "something sulking"):
        with pytest.raises(NoMatchError):
            hear(words, tokenizer, acts=True)


def test_an_unknown_adjective_is_said_and_left_out() -> None:
    assert hear("the iridescent car", TOKENIZER).notes == ("'iridescent' is not known and not taken into account",)


def test_an_unknown_thing_cannot_be_found() -> None:
    with pytest.raises(NoMatchError, match="names nothing that this model knows"):
        hear("the quetzalcoatl", TOKENIZER)
    with pytest.raises(NoMatchError, match=r"'the red shirts' names a part.* it finds a person whole"):
        hear("the red shirts", TOKENIZER)
    with pytest.raises(NoMatchError, match="'the reds' is a colour, and no thing that has it") as caught:
        hear("the reds", TOKENIZER)
    assert caught.value.hint == "name the thing, as in 'red car'; `lbvedit edit` takes colours alone"


def test_steadiness_follows_the_motion_and_forgets_what_was_uncovered() -> None:
    frame, still = torch.zeros(3, 8, 8), torch.zeros(2, 8, 8)
    steady = Steady(0.5, 0.9)
    steady(torch.zeros(8, 8), frame, None)
    held = steady(torch.ones(8, 8), frame, still)
    assert held.mean() == pytest.approx(0.5 - INERTIA)
    changed = steady(torch.ones(8, 8), frame + 1, still)
    assert changed.min() > 0.99


def test_a_pixel_near_the_threshold_stays_on_its_side() -> None:
    frame, still = torch.zeros(3, 8, 8), torch.zeros(2, 8, 8)
    steady = Steady(0.0, 0.5)
    shown = [steady(torch.full((8, 8), p), frame, still) >= 0.5 for p in (0.9, 0.45, 0.9, 0.3, 0.55)]
    assert [bool(each.all()) for each in shown] == [True, True, True, False, False]


def test_specks_are_no_instances_and_touching_things_stay_two() -> None:
    tracker = Tracker(smallest=0.002)
    apart = torch.zeros(60, 60)
    apart[10:30, 5:20] = apart[10:30, 30:45] = 1
    apart[50, 50] = 1
    assert [i.number for i in tracker(apart, 0.5, None)] == [1, 2]
    together = torch.zeros(60, 60)
    together[10:30, 5:45] = 1
    instances = tracker(together, 0.5, torch.zeros(2, 60, 60))
    assert [i.number for i in instances] == [1, 2]
    assert all(300 <= i.mask.sum() <= 500 for i in instances)


def test_parts_that_lie_close_together_are_one_thing() -> None:
    parts = torch.zeros(100, 100)
    parts[10:30, 10:30] = parts[32:60, 10:30] = parts[10:30, 50:70] = 1
    shirt_and_trousers, other = Tracker()(parts, 0.5, None)
    assert (shirt_and_trousers.mask.sum(), other.mask.sum()) == (960, 400)


def test_an_edit_finds_its_targets_window_by_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lbvedit.pipelines.mmvt_targets.load_finder", lambda request: RedFinder())
    frames = _film()
    finder = MMVTFinder(Request("edit"))
    finder.check(Films(frames), ["the red car"], _ignore)  # type: ignore[arg-type]
    found = torch.cat([finder.find(clip, "the red car") for clip in Films(frames).windows(3)])
    assert found.shape == (6, 1, SIZE, SIZE)
    again = finder.find(_clip(frames[3:], 3), "the red car")
    assert torch.equal(again, found[3:])
    # Looked at again from the start, the first window is what it was.
    assert torch.equal(finder.find(_clip(frames[:3]), "the red car"), found[:3])
    with pytest.raises(NoMatchError):
        finder.check(Films(frames), ["dog"], _ignore)  # type: ignore[arg-type]


def test_a_pass_that_begins_anew_knows_no_colours_of_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lbvedit.pipelines.mmvt_targets.load_finder", lambda request: RedFinder())
    frames = _film()
    finder = MMVTFinder(Request("edit"))
    finder.check(Films(frames), ["the red car"], _ignore)  # type: ignore[arg-type]
    first = finder.find(_clip(frames[:3]), "the red car")
    colored = finder._segmenters["the red car"]._colored
    colored.means[:, 1] = -100.0  # as if its things had been of another colour
    assert torch.equal(finder.find(_clip(frames[:3]), "the red car"), first)
    finder.find(_clip(frames[3:], 3), "the red car")
    assert torch.equal(finder.find(_clip(frames[:3]), "the red car"), first)


@pytest.mark.parametrize("target", ["the red car", "background"])
def test_a_resumed_edit_finds_what_it_would_have_found(monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    monkeypatch.setattr("lbvedit.pipelines.mmvt_targets.load_finder", lambda request: RedFinder())
    frames = _film()
    first, second = MMVTFinder(Request("edit")), MMVTFinder(Request("edit"))
    first.check(Films(frames), [target], _ignore)  # type: ignore[arg-type]
    first.find(_clip(frames[:3]), target)
    second.resume({name: tensor.clone() for name, tensor in first.state().items()})
    second.check(Films(torch.zeros_like(frames)), [target], _ignore)  # type: ignore[arg-type]  # not looked at again
    assert torch.equal(second.find(_clip(frames[3:], 3), target), first.find(_clip(frames[3:], 3), target))


@pytest.mark.parametrize("length", [1, 11, 24, 25, 250])
def test_a_video_of_unknown_length_is_looked_at_in_bounded_memory(length: int) -> None:
    film = Films(torch.arange(length).remainder(256).to(torch.uint8)[:, None, None, None].expand(-1, 3, 1, 1))
    film.frame_count = None
    looked = [int(frame[0]) for frame, _ in looks(film)]  # type: ignore[arg-type]
    assert len(looked) == min(LOOKS, -(-length // 2)) or LOOKS // 2 < len(looked) <= LOOKS
    assert looked == sorted(looked)
    assert looked[0] == 0
    assert looked[-1] >= 0.8 * (length - 2)


def test_the_background_is_what_no_known_thing_covers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lbvedit.pipelines.mmvt_targets.load_finder", lambda request: RedFinder())
    frames = _film()
    finder = MMVTFinder(Request("edit"))
    finder.check(Films(frames), ["background"], _ignore)  # type: ignore[arg-type]
    clip = _clip(frames[:3])
    assert torch.equal(finder.find(clip, "background"), 255 - finder.find(clip, "car"))
    with pytest.raises(NoMatchError, match="stands out"):
        MMVTFinder(Request("edit")).check(Films(torch.zeros_like(frames)), ["background"], _ignore)  # type: ignore[arg-type]


@pytest.mark.parametrize(("height", "width"), [(1080, 1920), (480, 854), (1920, 1080), (100, 1000)])
def test_working_size_keeps_the_shape(height: int, width: int) -> None:
    h, w = working_size(height, width, 224 * 400)
    assert h % 16 == w % 16 == 0
    assert h * w == pytest.approx(224 * 400, rel=0.15)
    assert h / w == pytest.approx(height / width, rel=0.15)


@pytest.fixture
def masks() -> Masks:
    planes = torch.zeros(2, 1, SIZE, SIZE, dtype=torch.uint8)
    planes[:, :, 10:30, 10:30] = 255
    return Masks(planes, torch.ones(2, 1), (1,), _clip(_film(2)))


def test_an_overlay_leaves_the_rest_alone(masks: Masks) -> None:
    shown = overlay(masks)
    outside = (masks.union() == 0).expand(-1, 3, -1, -1)
    assert torch.equal(shown.frames[outside], masks.origin.frames[outside])
    assert not torch.equal(shown.frames, masks.origin.frames)
    assert shown.origin is masks.origin


def test_an_overlay_is_stronger_along_the_edge(masks: Masks) -> None:
    shown, plain = overlay(masks).frames[0].float(), masks.origin.frames[0].float()
    tint = torch.tensor(PALETTE[0]).float()[:, None, None]
    share = ((shown - plain) / (tint - plain))[:, 10:30, 10:30].nanmedian(dim=0).values
    assert share[0].min() > 0.9
    assert share[:, -1].min() > 0.9
    assert share[5:15, 5:15].max() < 0.6


def test_a_matte_is_the_mask_and_a_cutout_has_it_as_alpha(masks: Masks) -> None:
    assert torch.equal(matte(masks).frames[:, :1], masks.union())
    assert torch.equal(cutout(masks).alpha, masks.union())
    assert torch.equal(cutout(masks).frames, masks.origin.frames)
