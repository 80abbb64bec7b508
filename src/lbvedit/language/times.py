"""Times in words: ``the last 500 ms``, ``from 0:05 to 1m12s``, ``two and a half seconds``.

:func:`mark_times` turns them into single tokens before anything else is read, so that an "and" inside a time joins no
clauses. A span is ``(start, end)`` in seconds, negative from the end, None where it is open:

=========================  ================
the first two seconds      ``(None, 2)``
the last 3 s               ``(-3, None)``
from 0:05 to 0:12          ``(5, 12)``
after 0:10                 ``(10, None)``
until the 5 second mark    ``(None, 5)``
=========================  ================
"""

from __future__ import annotations

from lbvedit.errors import InstructionError
from lbvedit.language.durations import (
    NUMBERS,
    ORDINALS,
    UNITS,
    duration_at,
    ends,
    length_in_the_same_unit,
    number_at,
)
from lbvedit.language.tokens import MARK_SOFT, Token, Tokens, join

__all__ = ["TIME_WORDS", "mark_times", "span_at_end"]

_NTH = frozenset({"second", "minute"})
_TH = frozenset({"st", "nd", "rd", "th"})
_FIRST = frozenset({"first", "opening", "initial", "beginning", "starting"})
_LAST = frozenset({"last", "final", "ending", "closing"})
_LEAD = frozenset({"in", "during", "for", "over", "within", "of", "only", "just"})
_VIDEO = frozenset({"video", "clip", "footage", "movie", "film", "recording", "shot", "it"})
TIME_WORDS = frozenset({*NUMBERS, *ORDINALS, *UNITS, *_FIRST, *_LAST, "from", "between", "until", "till", "after",
    "before",
    "half", "quarter", "onwards", "onward", "mark", "through", "couple", "start", "end"})  # fmt: skip


def _point_at(tokens: Tokens, at: int, *, bare: bool = False) -> tuple[float, int] | None:
    """A moment that begins at a token: ``0:12``, ``12 s``, ``the 5 second mark``; with ``bare`` also a number."""
    words = [token.word for token in tokens[at : at + 4]]
    if words[:1] == ["the"]:
        at, words = at + 1, words[1:]
    if at < len(tokens) and tokens[at].kind == "clock":
        return _after_point(tokens, tokens[at].value, at + 1)
    if words[1:2] and words[1] in _NTH and (count := ORDINALS.get(words[0])):  # "the fifth second"
        return count * UNITS[words[1]], at + 2
    if words[2:3] and words[1] in _TH and words[2] in _NTH and tokens[at].kind == "number":  # "the 8th second"
        return tokens[at].value * UNITS[words[2]], at + 3
    if words[:1] and words[0] in {"second", "seconds", "minute", "sec", "minutes"} and (n := number_at(tokens, at + 1)):
        return n[0] * UNITS[words[0]], n[1]
    if found := duration_at(tokens, at):
        value, after = found
        for late in (("before", "the", "end"), ("from", "the", "end")):
            if tuple(token.word for token in tokens[after : after + 3]) == late:
                return -value, after + 3
        return _after_point(tokens, value, after)
    if bare and words[:1] and (count := ORDINALS.get(words[0])):  # "from the fifth to the tenth second"
        return count, at + 1
    if bare and words[1:2] and words[1] in _TH and tokens[at].kind == "number":  # "from the 5th to the 10th second"
        return tokens[at].value, at + 2
    return number_at(tokens, at) if bare else None


def _after_point(tokens: Tokens, value: float, after: int) -> tuple[float, int]:
    if after < len(tokens) and tokens[after].word in {"mark", "in", "s", "sec", "seconds", "secs"}:
        last = tokens[after].word == "in" and after + 1 < len(tokens) and tokens[after + 1].kind != "mark"
        return value, after if last else after + 1
    return value, after


def _span_at(tokens: Tokens, at: int) -> tuple[tuple[float | None, float | None], int] | None:
    """A stretch of time that begins at a token, and where it ends."""
    words = [token.word for token in tokens[at : at + 3]]
    if not words:
        return None
    if words[0] in ("the", "its") and (found := _edge_at(tokens, at + 1)):
        return found
    if found := _edge_at(tokens, at):
        return found
    if (length := duration_at(tokens, at)) and _skip(tokens, length[1], ("starting", "beginning")) > length[1]:
        place = length[1] + 1  # "5 seconds starting at 0:08"
        if _skip(tokens, place, ("at", "from")) > place and (point := _point_at(tokens, place + 1)):
            return (point[0], point[0] + length[0]), point[1]
    if words[0] in ("at", "from", "for", "starting") and (stretch := _with_length(tokens, at)):
        return stretch
    if words[0] in ("from", "between", "seconds", "second", "starting") or (words[0] == "part" and len(words) > 1):
        first = at + 1 + (words[0] == "starting" and words[1:2] in (["at"], ["from"]))
        if words[0] in ("second", "seconds"):
            first = at + 1
        if found := _two_points(tokens, first, strict=False):
            return found
        if words[0] in ("from", "starting") and (point := _point_at(tokens, first)):
            after = _skip(tokens, point[1], ("on", "onwards", "onward", "forward"))
            after = _skip_phrase(tokens, after, ("to", "the", "end"), ("until", "the", "end"), ("till", "the", "end"))
            return (point[0], None), after
        start = [("from", "the", "start"), ("from", "the", "beginning"), ("from", "start")]
        for phrase in start:
            if tuple(one.word for one in tokens[at : at + len(phrase)]) == phrase:
                rest = at + len(phrase)
                until = rest < len(tokens) and tokens[rest].word in ("to", "until", "till")
                if until and (point := _point_at(tokens, rest + 1)):
                    return (None, point[0]), point[1]
        return None
    early = at + 1 + (words[1:2] == ["the"])
    if (
        words[0] == "after"
        and early < len(tokens)
        and tokens[early].word in _FIRST
        and (edge := _edge_at(tokens, early))
    ):
        return (edge[0][1], None), edge[1]  # "after the first five seconds"
    if words[0] in ("after", "past", "since") and (point := _point_at(tokens, at + 1)):
        return (point[0], None), point[1]
    late = at + 1 + (words[1:2] == ["the"])
    if words[0] in ("before", "until", "till") and late < len(tokens) and tokens[late].word in _LAST:
        edge = _edge_at(tokens, late)  # "until the last two seconds"
        return ((None, edge[0][0]), edge[1]) if edge else None
    if words[0] in ("before", "until", "till") and (point := _point_at(tokens, at + 1)):
        return (None, point[0]), point[1]
    if words[:2] == ["up", "to"] and (point := _point_at(tokens, at + 2)):
        return (None, point[0]), point[1]
    return _two_points(tokens, at, strict=True)


def _with_length(tokens: Tokens, at: int) -> tuple[tuple[float, float], int] | None:
    """``at 0:03 for 2 seconds``, ``for 2 seconds from 0:03``."""
    if tokens[at].word == "for" and (length := duration_at(tokens, at + 1)):
        place = _skip(tokens, length[1], ("starting", "beginning"))
        if place >= len(tokens) or tokens[place].word not in ("at", "from"):
            return None
        point = _point_at(tokens, place + 1)
        return ((point[0], point[0] + length[0]), point[1]) if point else None
    point = _point_at(tokens, _skip(tokens, at + 1, ("at", "from")))
    if point is None:
        return None
    joint = _skip(tokens, point[1], ("and", MARK_SOFT))
    if joint >= len(tokens) or tokens[joint].word not in (("for", "lasting") if joint == point[1] else ("lasting",)):
        return None
    length = duration_at(tokens, joint + 1)
    return ((point[0], point[0] + length[0]), length[1]) if length else None


def _two_points(tokens: Tokens, at: int, *, strict: bool) -> tuple[tuple[float, float], int] | None:
    """``5 to 12 seconds``, ``0:05 - 0:12``; strict where no "from" says that this is a time."""
    first = _point_at(tokens, at, bare=True)
    if first is None:
        return None
    between = first[1]
    if between >= len(tokens) or tokens[between].word not in ("to", "and", "until", "till", "through"):
        return None
    if strict and tokens[between].word == "and":
        return None
    after_word = between + 1
    second = _point_at(tokens, after_word)
    if second is None and (not strict or tokens[at].kind == "clock"):
        second = _point_at(tokens, after_word, bare=True)
    if second is None:
        return None
    if strict and tokens[at].kind != "clock" and tokens[after_word].kind == "clock":
        return None
    if strict and number_at(tokens, at) and first == number_at(tokens, at) and tokens[second[1] - 1].word not in UNITS:
        return None
    start, end = first[0], second[0]
    bare_first = number_at(tokens, at)
    if bare_first is not None and bare_first == first and tokens[second[1] - 1].word in UNITS:
        start *= UNITS[tokens[second[1] - 1].word]  # "5 to 12 minutes"
    return (start, end), second[1]


def _edge_at(tokens: Tokens, at: int) -> tuple[tuple[float | None, float | None], int] | None:
    """``first two seconds``, ``last minute``, without the article."""
    counted = at < len(tokens) and (tokens[at].kind == "number" or tokens[at].word in NUMBERS)
    if counted and at + 1 < len(tokens) and tokens[at + 1].word in ("first", "last"):
        swapped = [*tokens[:at], tokens[at + 1], tokens[at], *tokens[at + 2 :]]  # "the 2 last seconds"
        return _edge_at(swapped, at)
    if at >= len(tokens) or tokens[at].word not in _FIRST | _LAST:
        return None
    edge = tokens[at].word
    found = duration_at(tokens, at + 1)
    if found is None and at + 1 < len(tokens) and tokens[at + 1].kind == "clock":
        found = tokens[at + 1].value, at + 2  # "the last 1:30"
    if found is None and at + 1 < len(tokens) and tokens[at + 1].word in UNITS and len(tokens[at + 1].word) > 2:
        found = UNITS[tokens[at + 1].word], at + 2
        if [one.word for one in tokens[at + 2 : at + 5]] == ["and", "a", "half"]:
            found = 1.5 * found[0], at + 5
    if found is None:
        _refuse_vague(tokens, at)
        return None
    seconds, after = found
    if seconds <= 0:
        raise InstructionError(f"{join(tokens[at:after])!r} is no time at all", hint="say how many seconds")
    return ((None, seconds) if edge in _FIRST else (-seconds, None)), after


def _both_edges(tokens: Tokens, at: int) -> tuple[float, int] | None:
    """``the first and last two seconds``: their length, and where they end."""
    at += tokens[at].word == "the"
    words = [token.word for token in tokens[at : at + 4]]
    if len(words) < 4 or words[0] not in _FIRST or words[1] != "and":
        return None
    last = at + 2 + (words[2] == "the")
    if tokens[last].word not in _LAST or last + 1 >= len(tokens):
        return None
    if tokens[last + 1].word in UNITS and len(tokens[last + 1].word) > 2:
        return UNITS[tokens[last + 1].word], last + 2
    return duration_at(tokens, last + 1)


def _refuse_vague(tokens: Tokens, at: int) -> None:
    """Refuses lengths that only the video could turn into seconds."""
    number = number_at(tokens, at + 1)
    after = number[1] if number else at + 1
    word = tokens[after].word if after < len(tokens) else ""
    following = tokens[after + 1].word if after + 1 < len(tokens) else ""
    video = following in ("", "of", ";", ",", "and", "in") or (following in _VIDEO)
    if word in ("frame", "frames") or (word in ("half", "third", "quarter", "part") and video):
        said = join(tokens[at : after + 1])
        raise InstructionError(f"{said!r} is no time in seconds", hint="say it in seconds: the first 2 seconds")


def _skip(tokens: Tokens, at: int, words: tuple[str, ...]) -> int:
    return at + 1 if at < len(tokens) and tokens[at].word in words else at


def _skip_phrase(tokens: Tokens, at: int, *phrases: tuple[str, ...]) -> int:
    for phrase in phrases:
        if tuple(one.word for one in tokens[at : at + len(phrase)]) == phrase:
            return at + len(phrase)
    return at


def _of_the_video(tokens: Tokens, at: int) -> int:
    """Where ``of the video`` ends, if that is what follows."""
    words = [one.word for one in tokens[at : at + 3]]
    if words[:1] and words[0] in ("of", "in", "from"):
        if words[1:2] and words[1] in _VIDEO:
            return at + 2
        if words[1:2] and words[1] in ("the", "this", "my", "that") and words[2:3] and words[2] in _VIDEO:
            return at + 3
    return at


def mark_times(tokens: Tokens) -> list[Token]:
    """The tokens with every stretch and length of time made into one ``span`` or ``duration`` token.

    Raises:
        InstructionError: a length that is not in seconds, such as ``the first half`` or ``48 frames``.
    """
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        if both := _both_edges(tokens, at):
            edge, after = both
            out.append(_made("span", tokens[at:after], span=(None, edge)))
            out.append(_made("span", tokens[at:after], span=(-edge, None)))
        elif found := _span_at(tokens, at):
            span, after = found
            after = _of_the_video(tokens, after)
            out.append(_made("span", tokens[at:after], span=span))
        elif (
            at and tokens[at - 1].word in ("at", "to") and tokens[at].word in UNITS and (point := _point_at(tokens, at))
        ):
            seconds, after = point  # "at second 3"
            out.append(_made("duration", tokens[at:after], value=round(seconds, 6)))
        elif rest := _edge_in_the_same_unit(tokens, at, out):
            span, after = rest
            out.append(_made("span", tokens[at:after], span=span))
        elif length := duration_at(tokens, at) or length_in_the_same_unit(tokens, at):
            seconds, after = length
            if tokens[at].word in ("half", "a", "an", "few") and not _is_length(tokens, at, after):
                out.append(tokens[at])
                at += 1
                continue
            out.append(_made("duration", tokens[at:after], value=round(seconds, 6)))
        else:
            counted = tokens[at].word in ("frame", "frames") and number_at(tokens, at + 1) is not None
            if counted and at and tokens[at - 1].word in ("from", "to", "until", "between", "in"):
                said = join(tokens[at : at + 2])
                raise InstructionError(f"{said!r} is no time in seconds", hint="say it in seconds: from 0:02 to 0:05")
            out.append(tokens[at])
            at += 1
            continue
        at = after
    return _without_lead(out)


def span_at_end(tokens: Tokens) -> int:
    """How many words the stretch of time has that ends some words; 0 where none does."""
    last = mark_times(tokens)[-1:]
    timed = last and last[0].kind == "span"
    return sum(token.start >= last[0].start for token in tokens) if timed else 0


def _edge_in_the_same_unit(
    tokens: Tokens, at: int, before: Tokens
) -> tuple[tuple[float | None, float | None], int] | None:
    """``the last two`` behind ``the first second and``, and the other way round: both are counted in one unit."""
    joined = len(before) > 1 and before[-1].word == "and" and before[-2].kind == "span"
    unit = UNITS.get(before[-2].text.split()[-1].lower()) if joined else None
    at += tokens[at].word == "the"
    edge = tokens[at].word if at < len(tokens) else ""
    number = number_at(tokens, at + 1) if edge in _FIRST | _LAST else None
    if number and unit is None and [token.word for token in tokens[number[1] : number[1] + 1]] == ["and"]:
        follows = _span_at(tokens, number[1] + 1)  # "the first two and the last three seconds"
        other = tokens[number[1] + 1 : follows[1]] if follows else []
        opposite = _LAST if edge in _FIRST else _FIRST
        unit = UNITS.get(other[-1].word) if any(token.word in opposite for token in other) else None
    if unit is None or number is None or not ends(tokens, number[1]):
        return None
    length = number[0] * unit
    return ((None, length) if edge in _FIRST else (-length, None)), number[1]


def _is_length(tokens: Tokens, at: int, after: int) -> bool:
    """Whether ``a second`` is a length: not in ``a second dog``."""
    return tokens[after - 1].word != "second" or after >= len(tokens) or tokens[after].kind == "mark" or (
        tokens[after].word in {"and", "fade", "long", "off", "from", "at", "of", "in", "to", "then", "for", "or"}
    )  # fmt: skip


def _without_lead(tokens: list[Token]) -> list[Token]:
    """Drops the preposition and the noun before a span: ``during``, ``the part``, ``everything``."""
    out: list[Token] = []
    if len(tokens) > 2 and tokens[0].word == "only" and _says_when(tokens[1]) and tokens[2].text == ",":
        tokens = tokens[1:]  # "only from 0:10 to 0:12, blur the face"
    for at, token in enumerate(tokens):
        alone = len(out) == 1 and out[0].word in ("only", "just") and (at + 1 == len(tokens) or _parts(tokens[at + 1]))
        if token.kind == "span" and not alone:
            _pop_stretch(out)
            narrowed = False
            while out and out[-1].word in _LEAD and out[-1].kind == "word" and not _who_comes(out):
                narrowed = out.pop().word in ("only", "just") or narrowed
            if narrowed and len(out) > 1 and out[-1].word == "but":  # "sepia, but only from 0:03 to 0:08"
                out.pop()
                while len(out) > 1 and (out[-1].word == MARK_SOFT or out[-1].word == "please"):
                    out.pop()
        out.append(token)
    return out


def _says_when(token: Token) -> bool:
    """Whether a token is a time with a preposition, which is no name of what is kept."""
    return token.kind == "span" and token.text.split()[0].lower() in ("from", "between", "after", "until", "before")


def _pop_stretch(tokens: list[Token]) -> None:
    """Drops ``the middle part`` behind ``only``: the time that follows says it all."""
    at = len(tokens)
    while at and tokens[at - 1].word in _STRETCH:
        at -= 1
    if 0 < at < len(tokens) and tokens[at - 1].word in ("only", "just") and tokens[-1].word in _PARTS:
        del tokens[at:]


_PARTS = frozenset({"part", "bit", "section", "segment", "stretch", "portion"})
_STRETCH = _PARTS | {"the", "middle", "first", "last", "that", "slow", "boring", "fast"}


def _who_comes(tokens: list[Token]) -> bool:
    """Whether ``in`` belongs to what somebody does: ``the man who walks in``."""
    words = [token.word for token in tokens[-4:]]
    return words[-1] == "in" and len(words) > 2 and words[-3] in ("who", "that", "which") and words[-2].endswith("s")


def _parts(token: Token) -> bool:
    return token.kind == "mark" or token.word in ("and", "then")


def _made(
    kind: str, tokens: Tokens, *, value: float = 0.0, span: tuple[float | None, float | None] = (None, None)
) -> Token:
    rounded = tuple(None if one is None else round(one, 6) for one in span)
    return Token(
        "span" if kind == "span" else "duration",
        join(tokens), f"<{kind}>", tokens[0].start, tokens[-1].end, value, (rounded[0], rounded[1]),
    )  # fmt: skip
