"""Verbs on how the video plays: fast and slow, backwards, several times, held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lbvedit.language.amounts import Amount, amount_at, split_amount
from lbvedit.language.complements import complement
from lbvedit.language.drafts import Draft, graded, tidy
from lbvedit.language.durations import number_at
from lbvedit.language.frames.phrase import Frame, Phrase, object_of, words_of
from lbvedit.language.targets import noun_phrase
from lbvedit.language.tokens import Token, join

__all__ = ["freezing", "looping", "playing", "speeding"]

_SOUNDS = frozenset({"sound", "audio", "music", "volume"})


def speeding(direction: int) -> Frame:
    """The frame of ``speed up`` (1) and ``slow down`` (-1)."""

    def frame(phrase: Phrase) -> list[Draft] | None:
        if phrase.previous or (phrase.verb == "speed" and not phrase.particle and not phrase.tokens):
            return None
        tokens = list(phrase.tokens)
        if direction < 0 and words_of(tokens[:1]) in (["motion"], ["mo"]):  # "slow motion" acts on no motion
            tokens = tokens[1:]
            if not tokens:
                return None
        for at in range(len(tokens) + 1):  # the object, then how fast
            target = object_of(tokens[:at])
            if target is None or {"to", "by", "at", "as"} & {token.word for token in tokens[:at]}:
                continue
            rest = tokens[at:]
            drafts: Sequence[Draft | None]
            if not rest:
                drafts = [graded("speed", direction, None)]
            elif rest[0].word == "by" and (times := number_at(rest, 1)) and times[0] >= 1 and times[1] == len(rest):
                drafts = [graded("speed", direction, Amount("times", times[0]))]  # "slow it down by 2"
            elif phrase.verb == "speed" and not phrase.particle and (level := _level(rest)):
                drafts = [graded("speed", 0, Amount("to", level))]
            elif (found := amount_at(rest, 0)) and found[1] == len(rest):
                drafts = [_speed(direction, found[0])]
            elif rest[0].word in ("to", "at", "by", "into", "down", "in"):
                drafts = complement(rest[1:]) or []
            else:
                drafts = complement(rest) or []
            if len(drafts) == 1 and drafts[0] and drafts[0].op == "speed":
                return [drafts[0].on(target)]
        amount, rest = split_amount(tokens)
        target = object_of(rest)
        draft = _speed(direction, amount) if amount and target is not None else None
        return [draft.on(target)] if draft and target is not None else None

    return frame


def _level(tokens: list[Token]) -> float | None:
    """``speed 0.5``, ``speed 50%``: without "up" the number is the speed itself."""
    bare = number_at(tokens, 0)
    if bare and bare[1] == len(tokens):
        return bare[0]
    percent = len(tokens) == 1 and tokens[0].kind == "percent" and tokens[0].text[0] not in "+-"
    return tokens[0].value if percent else None


def _speed(direction: int, amount: Amount) -> Draft | None:
    if amount.mode == "by" and amount.relative and amount.value >= 1 and direction > 0:
        return graded("speed", 0, Amount("to", amount.value))
    if amount.mode == "to" and amount.value > 10:
        return None
    return graded("speed", direction, amount)


def playing(phrase: Phrase) -> list[Draft] | None:
    """``play it backwards``, ``run the clip at half speed``, ``show it in slow motion``, ``play it more slowly``."""
    tokens = [token.corrected(_ADVERBS.get(token.word, token.word)) for token in phrase.tokens]
    for at in range(len(tokens)):
        drafts = complement(tokens[at:]) or _at_percent(tokens[at:])
        target = object_of(tokens[:at])
        if (
            drafts
            and target is not None
            and all(
                draft.op in ("speed", "reverse", "loop", "grayscale", "mute", "volume", "rotate", "flip")
                for draft in drafts
            )
        ):
            return [draft.on(target) for draft in drafts]
        for cut in range(at + 1, len(tokens)):  # "twice at half speed"
            one, two = _played(tokens[at:cut]), _played(tokens[cut:])
            both = [*(one or ()), *(two or ())]
            ways = {draft.op for draft in both}
            if one and two and target is not None and ways <= _WAYS and len(ways) == len(both):
                return [draft.on(target) for draft in both]
        words = words_of(tokens[at:])
        if words in (
            ["in", "reverse"],
            ["in", "reverse", "order"],
            ["from", "end", "to", "start"],
            ["from", "back", "to", "front"],
        ):
            return [Draft("reverse", {}, target)] if target is not None else None
        if words in (["in", "real", "time"], ["at", "normal", "speed"], ["normally"]):
            return [Draft("focus").noted(f"{join(tokens[at:])!r} is how it plays anyway")]
    return None


_WAYS = frozenset({"reverse", "speed", "loop"})
_ADVERBS = {"slowly": "slow", "quickly": "fast", "quietly": "quiet", "loudly": "loud"}


def _at_percent(tokens: list[Token]) -> list[Draft] | None:
    """``at 50%``: of something that plays it is the speed."""
    amount, rest = split_amount(tokens)
    draft = graded("speed", 0, amount) if amount and amount.mode == "to" and not rest else None
    return [draft] if draft and tokens[0].word == "at" else None


def _played(tokens: list[Token]) -> list[Draft] | None:
    """How something is played: ``backwards``, ``at half speed``, ``twice``."""
    left, times = _counted(tokens)
    return complement(tokens) or ([Draft("loop", {"times": times})] if times and times > 1 and not left else None)


def looping(phrase: Phrase) -> list[Draft] | None:
    """``loop it three times``, ``repeat the clip``, ``play it twice``, ``boomerang it``, ``make it a loop``."""
    tokens = [token for token in phrase.tokens if token.word != "boomerang"]
    turning = phrase.verb in ("boomerang", "ping") or len(tokens) < len(phrase.tokens)
    tokens, times = _counted(tokens)
    words = words_of(tokens)
    said = [word for word in words if word in _LOOPS]
    target = object_of([token for token in tokens if token.word not in _LOOPS | _BEFORE_LOOP])
    if phrase.previous or target is None or target.kind == "phrase" or _SOUNDS & set(words):
        return None
    asked = turning or bool(said) or phrase.verb in ("loop", "repeat", "boomerang", "replay", "ping")
    if (times is None and not asked) or (times is not None and times < 2):
        return None
    if phrase.verb in ("make", "turn", "put", "convert", "change") and not (turning or said):
        return None
    params: dict[str, object] = {} if times is None else {"times": times}
    return [Draft("loop", params | ({"direction": "alternating"} if turning else {}), target)]


def _counted(tokens: list[Token]) -> tuple[list[Token], int | None]:
    """Words without the number of times at their end, and that number."""
    words = words_of(tokens)
    if words[-3:] == ["in", "a", "row"]:
        tokens, words = tokens[:-3], words[:-3]
    for size in (3, 2, 1):
        if times := _TIMES.get(" ".join(words[-size:])):
            return tokens[:-size], times
    if len(words) > 1 and "x" in words[-2:] and (count := number_at(tokens, len(words) - 1 - (words[-1] == "x"))):
        return tokens[:-2], int(count[0])  # "loop it x4"
    more = words[-2:] == ["more", "times"]
    ends = len(words) - 1 - more
    for at in range(ends if words[-1:] == ["times"] else 0):
        count = number_at(tokens, at)
        if count and count[1] == ends and count[0] == int(count[0]):
            return tokens[:at], int(count[0]) + more
    return tokens, None


_TIMES = {"twice": 2, "thrice": 3, "once more": 2, "one more time": 2}
_LOOPS = frozenset({"loop", "looping", "looped", "repeat"})
_BEFORE_LOOP = frozenset({"a", "an", "on", "into", "in", "to", "seamless", "endless", "perfect", "infinite"})


def freezing(phrase: Phrase) -> list[Draft] | None:
    """``freeze the last frame for 2 seconds``, ``pause at 0:03``, ``add a freeze frame at 0:05``."""
    phrase = replace(phrase, tokens=_without_sight(phrase.tokens))
    words = words_of(phrase.tokens)
    frozen = phrase.verb == "freeze" or "freeze" in words
    others = {token.word for token in phrase.tokens if token.kind == "word"} - _FROZEN
    if phrase.previous or others or not (frozen or phrase.verb in ("hold", "pause")):
        return None
    at = 0.0 if {"first-frame", "start", "beginning"} & set(words) else None
    duration: float | None = None
    for place, token in enumerate(phrase.tokens):
        before = words[place - 1] if place else ""
        if token.kind == "span" and token.span[0] is not None:
            at = token.span[0]
            duration = None if token.span[1] is None else token.span[1] - at
        elif token.kind == "clock" or (token.kind == "duration" and before in ("at", "after")):
            at = token.value
        elif token.kind == "duration":
            duration = token.value
        elif token.kind != "word":
            return None
    if phrase.verb != "freeze" and "freeze" not in words and duration is None and at is None:
        return None
    params = {"duration": duration} | ({} if at is None else {"at": at})
    draft = Draft("freeze", {name: tidy(value) for name, value in params.items() if value is not None})
    return [draft if duration is not None else draft.noted("held for 2 seconds; say for how long")]


def _without_sight(tokens: list[Token]) -> list[Token]:
    """``on the bride's smile at 0:33`` -> ``at 0:33``: the time tells which picture is held."""
    on = words_of(tokens[:1]) == ["on"]
    time = next((at for at, token in enumerate(tokens) if token.kind in ("span", "clock")), 0)
    time -= bool(time) and tokens[time - 1].word == "at"
    return tokens[time:] if on and time > 1 and noun_phrase(tokens[1:time]) else tokens


_FROZEN = frozenset({"freeze", "frame", "the", "a", "it", "video", "clip", "footage", "image", "picture", "at", "for",
    "of", "on", "with", "after", "start", "beginning", "end", "last-frame", "first-frame", "time", "whole", "very",
    "everything"})  # fmt: skip
