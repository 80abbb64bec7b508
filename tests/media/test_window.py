"""Cross-fades against weights worked out by hand, and their state."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch

from lbvedit.media.decoded import DecodedClip, join
from lbvedit.media.source import Source
from lbvedit.media.window import CrossFade, cut_windows
from lbvedit.types import Clip
from tests.clips import FRAMES, Clips

TICK = Fraction(1, 25)


def clip(first: int, *values: int, dtype: torch.dtype = torch.uint8, alpha: int | None = None) -> Clip:
    """Flat 2x2 frames, one a value, whose time stamps begin at ``first``."""
    frames = torch.tensor(values, dtype=torch.int32).view(-1, 1, 1, 1).expand(-1, 3, 2, 2).to(dtype)
    mask = None if alpha is None else torch.full((len(values), 1, 2, 2), alpha, dtype=dtype)
    stamps = tuple(range(first, first + len(values)))
    return Clip(frames, stamps, TICK, mask, stamps)


def values(clips: list[Clip | None]) -> list[int]:
    return [int(value) for some in clips if some for value in some.frames[:, 0, 0, 0]]


def stamps(clips: list[Clip | None]) -> list[int]:
    return [stamp for some in clips if some for stamp in some.pts]


def test_fades_linearly() -> None:
    fade = CrossFade(3)
    out = [fade.push(clip(0, 0, 0, 0, 0, 0)), fade.push(clip(2, 100, 100, 100, 100, 100)), fade.flush()]
    assert stamps(out) == list(range(7))
    assert values(out) == [0, 0, 25, 50, 75, 100, 100]
    assert fade.flush() is None


def test_rounds_half_up_and_leaves_what_agrees() -> None:
    fade = CrossFade(1)
    out = [fade.push(clip(0, 7, 10)), fade.push(clip(1, 11, 5)), fade.push(clip(2, 5, 6)), fade.flush()]
    assert values(out) == [7, 11, 5, 6]


def test_sixteen_bits_and_alpha_do_not_overflow() -> None:
    fade = CrossFade(2)
    deep = {"dtype": torch.uint16}
    out = [
        fade.push(clip(0, 65535, 65535, 65535, **deep, alpha=65535)),
        fade.push(clip(1, 65532, 65535, 0, **deep, alpha=0)),
        fade.flush(),
    ]
    assert values(out) == [65535, 65534, 65535, 0]
    assert [int(some.alpha[k, 0, 0, 0]) for some in out if some for k in range(len(some))] == [65535, 43690, 21845, 0]


def test_clips_shorter_than_the_overlap() -> None:
    fade = CrossFade(4)
    out = [fade.push(clip(0, 8, 8)), fade.push(clip(0, 8, 8, 8)), fade.push(clip(1, 8, 8, 8, 8)), fade.flush()]
    assert stamps(out) == [0, 1, 2, 3, 4]
    assert values(out) == [8] * 5


def test_refuses_clips_that_do_not_go_on() -> None:
    fade = CrossFade(2)
    fade.push(clip(0, 1, 2, 3))
    with pytest.raises(ValueError, match="do not go on"):
        fade.push(Clip(torch.zeros(2, 3, 2, 2, dtype=torch.uint8), (1, 3), TICK))
    with pytest.raises(ValueError, match="time base"):
        fade.push(Clip(torch.zeros(2, 3, 2, 2, dtype=torch.uint8), (1, 2), Fraction(1, 30)))


def test_without_overlap_hands_through() -> None:
    fade, one = CrossFade(0), clip(0, 1, 2)
    assert fade.push(one) is one
    assert fade.flush() is None


def test_state_goes_on_as_if_nothing_happened() -> None:
    windows = [clip(0, 10, 20, 30, 40, alpha=9), clip(2, 35, 45, 55, 65, alpha=200), clip(4, 60, 70, 80, alpha=3)]
    whole = CrossFade(2)
    expected = [*(whole.push(window) for window in windows), whole.flush()]
    before, after = CrossFade(2), CrossFade(2)
    out = [before.push(windows[0]), before.push(windows[1])]
    state = before.state
    assert all(isinstance(value, torch.Tensor) for value in state.values())
    after.state = {name: value.clone() for name, value in state.items()}
    out += [after.push(windows[2]), after.flush()]
    assert values(out) == values(expected)
    assert stamps(out) == stamps(expected)
    assert all(torch.equal(mine.alpha, other.alpha) for mine, other in zip(out, expected, strict=True))
    after.state = {}
    assert after.flush() is None
    assert after.state == {}


@pytest.mark.parametrize("resumed", [False, True])
def test_decoded_clips_stay_as_decoded(clips: Clips, resumed: bool) -> None:
    fade, out = CrossFade(3), []
    with Source(clips("vfr")) as source:
        for window in source.windows(8, 3):
            out.append(fade.push(window))
            if resumed:
                state, fade = fade.state, CrossFade(3)
                fade.state = state
        out.append(fade.flush())
        assert stamps(out) == [stamp for window in source.windows(5) for stamp in window.pts]
    assert resumed or all(isinstance(some, DecodedClip) for some in out)
    assert all(isinstance(some, DecodedClip) for some in out[:1])


def test_an_edit_that_ends_fades_out_after_a_restart_too(clips: Clips) -> None:
    with Source(clips("cfr")) as source:
        first, second = list(source.windows(12, 4))[:2]
    edited = first.with_frames(first.frames // 2)
    before, after = CrossFade(4), CrossFade(4)
    before.push(edited)
    after.state = before.state
    whole, resumed = before.push(second), after.push(second)
    assert whole is not None
    assert resumed is not None
    assert torch.equal(whole.frames, resumed.frames)
    assert not torch.equal(whole.frames[:4], second.frames[:4])


def test_blended_clips_keep_their_origin(clips: Clips) -> None:
    fade, out = CrossFade(2), []
    with Source(clips("cfr")) as source:
        for window in source.windows(6, 2):
            frames = window.frames.clone()
            frames[..., :10] = len(out) * 20
            out.append(fade.push(window.with_frames(frames)))
        out.append(fade.flush())
        plain = join(list(source.windows(6)))
    whole = join([some for some in out if some])
    assert isinstance(whole.origin, DecodedClip)
    assert whole.numbers == tuple(range(FRAMES))
    assert len(whole.origin.pictures) == FRAMES
    assert torch.equal(whole.frames[..., 10:], plain.frames[..., 10:])
    assert torch.equal(whole.origin.frames, plain.frames)


def test_cut_windows_of_plain_items() -> None:
    assert list(cut_windows(range(7), 4, 1)) == [[0, 1, 2, 3], [3, 4, 5, 6]]
    assert list(cut_windows(range(8), 4, 1)) == [[0, 1, 2, 3], [3, 4, 5, 6], [6, 7]]
    assert list(cut_windows([], 4, 1)) == []
