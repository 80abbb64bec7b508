"""Verbs on the time line: trim, cut, begin and end, fades."""

from __future__ import annotations

from dataclasses import replace

from lbvedit.language.drafts import NOBODY, Draft, spanned, tidy
from lbvedit.language.durations import number_at
from lbvedit.language.frames.objects import STRETCHES, cutting_out
from lbvedit.language.frames.phrase import Phrase, refuse_frames, spared, words_of
from lbvedit.language.frames.playing import playing
from lbvedit.language.frames.properties import multiplying
from lbvedit.language.frames.removing import removing
from lbvedit.language.frames.turning import rotating
from lbvedit.language.persons import noun_of
from lbvedit.language.targets import noun_phrase
from lbvedit.language.tokens import MARK_SOFT, Token, join
from lbvedit.language.unseen import HAPPENINGS

__all__ = ["beginning", "clipping", "cutting", "fading", "letting", "shortening", "trimming"]

_NEUTRAL = frozenset({"the", "part", "section", "everything", "from", "of", "a", "bit", "out", "off", "between",
    "piece", "all", "away", "segment", "it", "only", "just", "in", "video", "clip", "footage", "movie", "film", "this",
    "that", "down", "so", "at", "to", "is", "for", "chunk", "portion", "content", "whole", "comes", "anything", "what",
    "my", "and", "which", "lasts", "middle", "me", "frames", "scene", "shot", "stuff", "remain", "remains", "stay",
    "stays", "left"})  # fmt: skip
_START = frozenset({"start", "beginning", "front", "head", "opening"})
_END = frozenset({"end", "ends", "ending", "tail", "back"})
_BOTH = frozenset({"each", "both", "either"})
_SCISSORS = frozenset({"cut", "chop", "snip", "clip", "excise"})
_SOUNDS = frozenset({"sound", "audio", "music", "volume"})
_WHEN = frozenset({"in", "during", "from", "between", "for", "over", "until", "after", "before", "within", "at"})
"""What a time begins with that says when, rather than what is cut."""
_BEFORE_FADE = frozenset({"with", "a", "an", "the", "by", "in", "on", "<duration>", "slow", "off", "video", "it",
    "clip", "out", "soft", "smooth", "gentle", "nice", "quick", "short", "long", "simple", "gradual",
    "little"})  # fmt: skip


def _spans(tokens: list[Token]) -> list[tuple[float | None, float | None]] | None:
    """The stretches of time that some words name, if they say nothing else."""
    spans = [token.span for token in tokens if token.kind == "span"]
    rest = [token for token in tokens if token.kind not in ("span", "mark")]
    lengths = [token.value for token in rest if token.kind == "duration"]
    others = [token.word for token in rest if token.kind != "duration"]
    if not spans and lengths:
        edges = [word for word in others if word in _START | _END]
        if len(lengths) == 1 and edges in (["end"], ["ends"]) and _BOTH & set(others):
            edges, lengths = ["start", "end"], lengths * 2
            others = [word for word in others if word not in _BOTH | {"ends"}]
        if len(edges) != len(lengths) or not all(word in _NEUTRAL | _START | _END | {"by"} for word in others):
            return None
        pairs = zip(edges, lengths, strict=True)
        return [(None, value) if edge in _START else (-value, None) for edge, value in pairs]
    if len(spans) == 1:  # "the start up to 0:07"
        said = _START if spans[0][0] is None else _END if spans[0][1] is None else frozenset()
        others = [word for word in others if word not in said]
    if not spans or lengths or any(word not in _NEUTRAL for word in others):
        return None
    return spans


def trimming(phrase: Phrase) -> list[Draft] | None:
    """``trim`` keeps what lies between: the last two seconds go, ``from 0:05 to 0:12`` stays."""
    refuse_frames(phrase.tokens)
    if phrase.previous:
        return None  # "the first 2 s and the last 3 s" are read as one
    tokens = phrase.tokens
    if left := spared(tokens):  # "trim everything but the first 5 seconds"
        return [Draft("trim", _given(left.span))]
    words = words_of(tokens)
    lengths = [token for token in tokens if token.kind == "duration"]
    if len(lengths) == 1 and not any(token.kind == "span" for token in tokens) and not set(words) & (_START | _END):
        others = [word for word in words if word != "<duration>"]
        if all(word in _NEUTRAL | {"by", "length", "long"} for word in others):
            if "to" in others or {"only", "long"} <= set(others):
                return [Draft("trim", {"end": tidy(lengths[0].value)})]
            if "off" in others or "by" in others or phrase.verb in ("trim", "shorten"):
                draft = Draft("trim", {"end": tidy(-lengths[0].value)})
                return [draft.noted(f"{lengths[0].text} is taken from the end")]
        return None
    points = [token for token in tokens if token.kind == "clock"]
    if len(points) == 1 and "to" in words and all(word in _NEUTRAL for word in words if word != points[0].word):
        return [Draft("trim", {"end": tidy(points[0].value)})]
    spans = _spans(tokens)
    if not spans or len(spans) > 2:
        return None
    to_span = any(token.word in ("to", "down") for token in tokens if token.kind == "word") or "only" in words
    to_span = to_span or not {"remain", "remains", "left", "stay", "stays"}.isdisjoint(words)
    to_span = to_span or any(token.kind == "span" and token.text.lower().endswith(" end") for token in tokens)
    params: dict[str, float | int] = {}
    notes: tuple[str, ...] = ()
    for start, end in spans:
        if start is not None and end is not None:
            params |= {"start": tidy(start), "end": tidy(end)}
            if not to_span:
                notes = (f"trim keeps {start:g} s to {end:g} s; say cut to take that out",)
        elif to_span or _after_or_before(tokens):
            kept = (start, end) if to_span else _complementary(start, end)
            params |= _given(kept)
        else:
            params |= _given(_complementary(start, end))
    return [Draft("trim", params, notes=notes)]


def clipping(phrase: Phrase) -> list[Draft] | None:
    """``make a 10 second clip from 0:30``, ``create a clip of the first 10 seconds``: what is kept."""
    refuse_frames(phrase.tokens)
    words = words_of(phrase.tokens)
    receiver = words[:1] in (["me"], ["us"])
    if receiver and words[1:] == ["<span>"]:  # "give me the first five seconds"
        return [Draft("trim", _given(phrase.tokens[1].span))]
    words = words[receiver:]
    others = {token.word for token in phrase.tokens if token.kind not in ("span", "duration")}
    if words[:1] != ["a"] or _CLIPS.isdisjoint(words) or not others <= _CLIPS | _OF_A_CLIP or phrase.previous:
        return None
    spans = [token.span for token in phrase.tokens if token.kind == "span"]
    lengths = [token.value for token in phrase.tokens if token.kind == "duration"]
    if len(spans) != 1 or len(lengths) > 1:
        return None
    start, end = spans[0]
    if lengths:
        if start is None or (end is not None and abs(end - start - lengths[0]) > 1e-6):
            return None
        end = start + lengths[0]
    return [Draft("trim", _given((start, None if start is not None and start < 0 and not end else end)))]


_CLIPS = frozenset({"clip", "excerpt", "snippet", "extract", "video", "cutout", "teaser"})
_OF_A_CLIP = frozenset({"a", "the", "of", "out", "from", "long", "short", "it", "with", "only", "just", "me", "us"})


def _after_or_before(tokens: list[Token]) -> bool:
    """Whether a half-open span says what to drop ("trim everything after 0:10"), and not an edge of some length."""
    said = [token.text.lower() for token in tokens if token.kind == "span"]
    return any(one.startswith(("after", "before", "from", "since")) for one in said)


def _complementary(start: float | None, end: float | None) -> tuple[float | None, float | None]:
    return (end, None) if start is None else (None, start)


def _given(span: tuple[float | None, float | None]) -> dict[str, float | int]:
    return {name: tidy(value) for name, value in zip(("start", "end"), span, strict=True) if value is not None}


def cutting(phrase: Phrase) -> list[Draft] | None:
    """``cut`` takes a stretch of time out; of a thing it cuts the thing out."""
    tokens = phrase.tokens
    refuse_frames(tokens)
    stretches = [token for token in tokens if token.kind == "span"]
    halved = [token for token in tokens if token.kind != "span"]
    if words_of(halved[-2:]) == ["in", "half"]:  # "cut the volume in half"
        return _halved(replace(phrase, tokens=halved[:-2]), [token.span for token in stretches])
    if phrase.previous and phrase.previous[-1].op == "cut" and stretches:
        return None  # each cut moves what comes after it: several stretches are read as one clause
    if shorter := _cut_short(phrase):
        return shorter
    if rest := spared(tokens):
        return [Draft("trim", _given(rest.span))]
    if spans := _spans(tokens):
        return _without(spans, phrase)
    stray = len(tokens) > 1 and tokens[0].kind == "span" and tokens[0].text.split()[0].lower() not in _WHEN
    if len(stretches) == 1 and not phrase.previous and not stray:  # "remove the sound between 0:05 and 0:06"
        return _cut_then(phrase, stretches[0])
    if any(token.kind in ("span", "duration", "clock") for token in tokens) or phrase.previous:
        return None
    if phrase.verb == "skip":
        return None  # "skip the ads": nothing in the picture is skipped
    sound = removing(phrase)
    if phrase.verb not in _SCISSORS or (sound and sound[0].op in ("mute", "grayscale", "denoise", "stabilize")):
        return sound
    out = cutting_out(phrase)
    if out and phrase.particle != "out":
        return [draft.noted("'cut' is read as cutting out; say 'remove' to take it away") for draft in out]
    return out


def _cut_short(phrase: Phrase) -> list[Draft] | None:
    """The trim of ``cut it to 10 seconds``, ``cut the clip at 0:10``, ``cut it down by 2 seconds``."""
    tokens = phrase.tokens
    words = words_of(tokens)
    lengths = [token for token in tokens if token.kind == "duration"]
    if len(lengths) == 1 and "to" in words and all(word in _NEUTRAL | {"<duration>", "down"} for word in words):
        return [Draft("trim", {"end": tidy(lengths[0].value)})]
    points = [token for token in tokens if token.kind in ("clock", "duration")]
    others = [token.word for token in tokens if token not in points]
    if len(points) == 1 and "at" in words and all(word in _NEUTRAL for word in others):
        kept = Draft("trim", {"end": tidy(points[0].value)})
        return [kept.noted(f"what comes before {points[0].text} is kept")]
    off = phrase.particle in ("off", "away") and words == ["<duration>"]  # "take 4 seconds off"
    return trimming(Phrase(tokens, "shorten")) if (off or phrase.particle == "down") and len(lengths) == 1 else None


def _without(spans: list[tuple[float | None, float | None]], phrase: Phrase) -> list[Draft] | None:
    """The cuts that take stretches of time out; the trim of ``cut it to the first 10 seconds``."""
    words = words_of(phrase.tokens)
    if "to" in words and "only" in words:
        return None
    if "to" in words or words[:1] == ["down"]:
        return [Draft("trim", _given(spans[0]))] if len(spans) == 1 else None
    drafts = [Draft("cut", {"start": 0, **_given(span)} if span[0] is None else _given(span)) for span in spans]
    inner = [draft for draft in drafts if draft.params["start"] > 0]
    if inner:  # each cut moves what comes after it: later ones first
        drafts = sorted(drafts, key=lambda draft: -draft.params["start"])
    if phrase.verb == "clip" and not phrase.particle and len(inner) == 1:
        drafts = [draft.noted("'clip' is read as cutting out; say 'keep' to keep that time") for draft in drafts]
    return drafts


def _cut_then(phrase: Phrase, stretch: Token) -> list[Draft] | None:
    """What is cut at a time: a thing then, or that time, where it is named by what happens in it."""
    said = [token for token in phrase.tokens if token is not stretch]
    things = removing(Phrase(said, phrase.verb, phrase.particle))
    if not things:
        return None
    target = things[0].target
    told = things[0].op == "remove" and target.phrase.partition(" ")[0].lower() in STRETCHES
    if told:  # "the bit from 1:10 to 1:24 where I cough"
        when = spanned(Draft("cut", {} if stretch.span[0] else {"start": 0}), stretch.span)
        return [when.noted(f"all of that time goes, not only {join(said)!r}")] if when else None
    story = phrase.tokens[-1] is stretch and None not in stretch.span  # "cut the interview from 2:10 to 2:45"
    snipped = phrase.verb in _SCISSORS and (not phrase.particle or noun_of(target.phrase or "it") in HAPPENINGS)
    if story and things[0].op == "remove" and (snipped or (target.outside and noun_of(target.phrase) in HAPPENINGS)):
        when = spanned(Draft("trim" if target.outside else "cut"), stretch.span)  # "cut everything but the interview"
        fate = f"is kept, not only {target.phrase!r}" if target.outside else f"goes, not only {join(said)!r}"
        return [when.noted(f"all of that time {fate}")] if when else None
    timed = [spanned(draft, stretch.span) for draft in things]
    return [draft for draft in timed if draft] if all(timed) else None


def _halved(phrase: Phrase, spans: list[tuple[float | None, float | None]]) -> list[Draft] | None:
    """Half of a property, at a time if one is told."""
    drafts = multiplying(0.5)(phrase) or []
    timed = [spanned(draft, spans[0]) if spans else draft for draft in drafts]
    return [draft for draft in timed if draft] if all(timed) and len(spans) < 2 else None


def shortening(phrase: Phrase) -> list[Draft] | None:
    """``shorten it to 15 seconds``, ``limit the clip to the first 10 s``."""
    return trimming(phrase)


def fading(phrase: Phrase) -> list[Draft] | None:
    """``fade in and out over 2 seconds``, ``fade to black at the end``, ``fade out the last 3 seconds``."""
    if phrase.previous and not any(token.kind in ("duration", "span", "number") for token in phrase.before):
        return None  # "in and out over 2 seconds" share the duration: read as one
    kinds: list[str] = [phrase.particle] if phrase.particle in ("in", "out") and not phrase.previous else []
    if words_of(phrase.tokens[:2]) == ["to", "black"]:  # "in 2 seconds" says how long
        kinds = ["out"]
    duration: float | None = None
    rest: list[Token] = []
    notes: tuple[str, ...] = ()
    if any(token.word in _SOUNDS for token in phrase.tokens):
        notes = ("a fade takes picture and sound together",)
    for at, token in enumerate(phrase.tokens):
        before = phrase.tokens[at - 1].word if at else ""
        word = token.word
        after = phrase.tokens[at + 1].kind if at + 1 < len(phrase.tokens) else ""
        if word == "in" and after == "duration" and (kinds or phrase.particle or "black" in words_of(phrase.tokens)):
            continue  # "fade to black in 2 seconds"
        if token.kind == "duration" and before == "at":
            return None  # a fade begins where the video does, or ends there
        if token.kind == "duration":
            duration = token.value
        elif duration is None and (number := number_at(phrase.tokens, at)) and number[1] == len(phrase.tokens):
            duration = number[0]  # "fade out 3"
            notes = (*notes, f"{join(phrase.tokens[at:])} is read as seconds")
            break
        elif token.kind == "span":
            start, end = token.span
            if start is not None and end is not None:
                return None
            duration = end if start is None else -start
            if duration is None or duration < 0:
                return None
            kinds = kinds or ["in" if start is None else "out"]
        elif word in ("in", "out") and word not in kinds:
            kinds.append(word)
        elif word == "black" or word == "white":
            if word == "white":
                notes = (*notes, "fades go to black")
            if not kinds:
                kinds.append("in" if before == "from" else "out")
        elif word == "up" and not kinds:  # "fade up from black"
            kinds = ["in"]
        elif word == "ends" and before == "both":
            kinds = ["in", "out"]
        elif word in ("end", "ending"):
            kinds = kinds or ["out"]
        elif word in ("beginning", "start", "opening"):
            kinds = kinds or ["in"]
        elif word not in ("and", "over", "for", "from", "to", "at", "the", "of", "a", "with", "effect", "during",
        "an", "lasting", "slow",
                          "then", MARK_SOFT, "by", "on", "into", "long", "smooth", "nice", "gentle", "quick",
                          "soft", "gradual", "simple", "little",
                          "short", "slowly", "transition",
                          "smoothly", "gradually", "gently", "add", "both", *_SOUNDS):  # fmt: skip
            rest.append(token)
    target = noun_phrase(rest) if rest else NOBODY
    if not kinds or duration == 0 or target is None or target.kind not in ("none", "whole", "pronoun"):
        return None
    return [
        Draft("fade", {"kind": kind, "duration": tidy(duration if duration is not None else 1.0)}, NOBODY, notes)
        for kind in kinds
    ]


def letting(phrase: Phrase) -> list[Draft] | None:
    """``let it fade out``, ``make the clip start at 0:04``, ``have the picture turn 90 degrees``."""
    words = words_of(phrase.tokens)
    black = next((at for at in range(1, len(words)) if words[at : at + 3] == ["go", "to", "black"]), 0)
    at = black or next((at for at, word in enumerate(words) if at and word in _LET | _TURNED | _PLAYED), 0)
    target = noun_phrase(phrase.tokens[:at]) if at and not phrase.previous else None
    if target is None or target.kind not in ("whole", "pronoun"):
        return None
    behind = Phrase(phrase.tokens[at + 1 :], words[at])
    if not black and words[at] in _TURNED:  # "make it turn around" is rather what somebody does
        drafts = rotating(behind) if {"degrees", "degree"} & set(words) or target.kind == "whole" else None
        return [draft.on(target) for draft in drafts] if drafts else None
    if not black and words[at] in _PLAYED:  # "make it run" may be about a dog
        return playing(behind) if words[at] == "play" or target.kind == "whole" else None
    return (fading if black or words[at] == "fade" else beginning)(behind)


_LET = frozenset({"fade", "start", "begin", "end", "stop"})
_TURNED = frozenset({"turn", "rotate"})
_PLAYED = frozenset({"play", "run"})


def beginning(phrase: Phrase) -> list[Draft] | None:
    """``start at 0:05``, ``end the video at 0:12``, ``end with a fade out``."""
    tokens = phrase.tokens
    words = words_of(tokens)
    if "fade" in words or "fadein" in words or "fadeout" in words:
        at = words.index("fade") if "fade" in words else 0
        lead = [word for word in words[:at] if word not in _BEFORE_FADE]
        kind = "in" if phrase.verb in ("start", "begin", "open") else "out"
        lengths = [token for token in tokens[:at] if token.kind == "duration"]
        return (
            fading(Phrase([*tokens[at + 1 :], *lengths], "fade", "" if {"in", "out"} & set(words[at:]) else kind))
            if not lead
            else None
        )
    points = [token for token in tokens if token.kind in ("clock", "duration")]
    others = [token.word for token in tokens if token not in points]
    starts = phrase.verb in _STARTING
    if phrase.previous and phrase.previous[-1].op == "fade":
        return None  # "start from black, 1.5 seconds" is one clause
    if "black" in others and set(others) <= _IN_BLACK:  # "start from black", "end on a black screen"
        return fading(Phrase([token for token in tokens if token in points], "fade", "in" if starts else "out"))
    if len(points) == 1 and others[-1:] in (
        [["later"]] if starts else [["earlier"], ["sooner"]]
    ):  # "end it 3 seconds earlier"
        others.pop()
        points = [replace(points[0], value=points[0].value if starts else -points[0].value)]
    if not starts and others[-3:] == ["before", "the", "end"] and len(points) == 1:
        others, points = others[:-3], [replace(points[0], value=-points[0].value)]
    if len(points) != 1 or not all(word in _TO_THE_POINT for word in others):
        return _beginning_span(tokens, phrase.verb)
    return [Draft("bound", {"start" if starts else "end": tidy(points[0].value)})]


_IN_BLACK = frozenset({"black", "from", "on", "in", "with", "to", "a", "screen", "it", "the", "video", "clip", "over",
    "for", "lasting", MARK_SOFT})  # fmt: skip
_STARTING = frozenset({"start", "begin", "open", "skip", "jump"})
_TO_THE_POINT = frozenset({"at", "the", "video", "clip", "it", "from", "after", "in", "mark", "footage", "straight",
    "right", "directly", "exactly", "already", "only"})  # fmt: skip


def _beginning_span(tokens: list[Token], verb: str) -> list[Draft] | None:
    spans = _spans(tokens)
    if not spans or len(spans) > 1:
        return None
    start, end = spans[0]
    if verb in _STARTING and start is not None and end is None:
        draft = spanned(Draft("trim"), (start, None))
        return [draft] if draft else None
    after = any(token.kind == "span" and token.text.lower().startswith("after") for token in tokens)
    if verb in ("end", "stop", "finish", "close") and after and start is not None and end is None:  # "end after 5 s"
        return [Draft("bound", {"end": tidy(start)})]
    return None
