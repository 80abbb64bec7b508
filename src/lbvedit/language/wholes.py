"""What the whole picture is called, and the rest of it: ``the entire video``, ``all of it``, ``everything else``."""

from __future__ import annotations

from lbvedit.language.pronouns import ARTICLES
from lbvedit.language.tokens import phrases

__all__ = ["MEDIA", "WHOLE_NOUNS", "is_footage", "is_placed", "is_rest", "is_whole", "rest_around"]

WHOLE_NOUNS = frozenset({"video", "clip", "footage", "movie", "film", "image", "picture", "frame", "scene", "shot",
    "recording", "videos", "clips", "frames", "thing", "vid", "sequence", "material", "photo", "audio", "sound",
    "colors", "color", "take", "reel", "gif", "pic", "pics", "vids",
    "result"})  # fmt: skip
MEDIA = frozenset({"video", "clip", "footage", "movie", "film", "recording"})
_WHOLE_ALONE = frozenset({"everything", "everywhere", "all", "whole", "anything"})
_WHOLE_LEAD = ARTICLES | {"whole", "entire", "full", "complete", "of", "all", "it"}
_EVERY_COLOR = (["every", "color"], ["each", "color"], ["any", "color"], ["all", "other", "colors"])


def is_whole(words: list[str]) -> bool:
    """Whether some words mean the whole frame: ``the entire video``, ``everything``, ``all of it``."""
    if words in (["it", "all"], ["all", "of", "it"], ["the", "lot"], ["all", "of", "this"], ["the", "whole"]):
        return True
    if words[0] in ("what", "whatever") and words[1:] in (
        ["remains"],
        ["is", "left"],
        ["stays"],
        ["is", "left", "over"],
    ):
        return True
    if words in _EVERY_COLOR or (len(words) == 1 and words[0] in _WHOLE_ALONE):
        return True
    if words[:1] == ["everything"] and words[1:] in (["in", "the", "video"], ["in", "the", "frame"], ["in", "it"]):
        return True
    return (words[-1] in WHOLE_NOUNS and all(word in _WHOLE_LEAD for word in words[:-1]) and words[-1] != "thing") or (
        words[-1] == "thing" and words[-2:-1] == ["whole"] and all(word in _WHOLE_LEAD for word in words[:-1])
    )  # fmt: skip


def is_footage(words: list[str]) -> bool:
    """Whether some words say what the video shows, and so mean it: ``the ceremony footage``, ``my wedding video``."""
    named = words[1:-1] if words[0] in ARTICLES else words[:-1]
    return words[-1] in MEDIA and len(named) == 1 and words[0] != words[-1] and named[0] not in _ONE_OF_SEVERAL


def is_placed(words: list[str]) -> bool:
    """Whether some words begin with a place, which narrows down what stands before them: ``on the table``."""
    return words[:1] != [] and (words[0] in _PLACING or words == ["in", "the"])


_ONE_OF_SEVERAL = frozenset({"first", "second", "third", "last", "next", "other", "left", "right", "top", "bottom",
    "upper", "lower", "small", "smaller", "little", "inner", "outer", "one", "two", "both", "another", "same", "every",
    "each", "plastic", "stretch", "cling", "new", "no", "any", "in", "on", "of", "with"})  # fmt: skip
"""What tells one picture within the picture from another."""
_PLACING = frozenset({"on", "at", "behind", "under", "near", "above", "below", "inside", "beneath", "beside"})


def rest_around(words: list[str]) -> int:
    """Where what is spared begins in ``the rest of the frame around the dancer``, or 0."""
    at = words.index("around") if "around" in words else 0
    return at + 1 if at and is_rest(words[:at]) else 0


def is_rest(words: list[str]) -> bool:
    """Whether some words mean what was not named: ``everything else``, ``the rest of the picture``."""
    said = next((one for one in _REST if tuple(words[: len(one)]) == one), None)
    if said is None:
        return words == ["rest"]
    tail = words[len(said) :]
    return not tail or tail == ["of", "it"] or (tail[0] in ("of", "in") and bool(tail[1:]) and is_whole(tail[1:]))


_REST = phrases(
    "everything else | everyone else | the rest | all the rest | all else | everybody else | the others | all others | "
    "anything else"
)
