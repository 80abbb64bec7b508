"""Pronouns that mean a time, as the order that they come to.

``the first two seconds are boring, cut them`` -> ``cut the first two seconds``; ``there is a logo in the last 3 s, hide
it`` -> ``hide the logo in the last 3 s``.
"""

from __future__ import annotations

from itertools import pairwise

from lbvedit.language.frames import VERB_BASES
from lbvedit.language.manners import without_manners
from lbvedit.language.mending import MENDS
from lbvedit.language.pronouns import ARTICLES
from lbvedit.language.remarks import IS, THERE_IS, WISHING
from lbvedit.language.synonyms import base_form
from lbvedit.language.targets import noun_phrase
from lbvedit.language.times import mark_times
from lbvedit.language.tokens import MARK_SOFT, Token, Tokens, begun_by, join, phrases

__all__ = ["with_times_referred"]

_WISHES = phrases("i want | we want | i need | i would like")
_STRETCH = frozenset({"the", "that", "this", "a", "my", "middle", "part", "bit", "section", "segment", "portion",
    "stretch", "scene", "moment", "of", "video", "clip"})  # fmt: skip
_GOES_ON = phrases("it is | it looks | it gets | nothing | the video is | the clip is | the picture is")
_FEELING = phrases("find | take | i hate | i dislike | i like | i love | we hate | we like | we love")
"""How a time is felt about, or (of what is disliked, already put so) named."""
_DRAGS = phrases(
    "it drags | it drags on | it gets boring | it is boring | it gets slow | it gets dull | it slows down | "
    "it is slow | it is too slow | it is dull"
)
_FINE = frozenset({"fine", "ok", "okay", "alright"})
"""What is said of a time that nothing shall be done to."""
_REST = "rest"
_POINTING = phrases(
    "that part | this part | that bit | this bit | that section | this section | those seconds | these seconds | "
    "that stretch | this stretch | that segment | that moment | this moment | "
    "them all | all of it | it | them | they | that | this | those | these | him | her | there"
)
_POINTED = frozenset({"that", "this", "those", "these"})
_PARTICLES = frozenset({"out", "off", "away", "up", "down", "completely", "entirely"})
_MUST = frozenset({"should", "must", "need", "needs", "have", "has", "can"})
_TAKING = frozenset({"cut", "remove", "delete", "skip", "drop", "trim", "erase"})
_GONE = _TAKING | {"get", "keep"}
"""Verbs behind which the time is no more, so that what follows is about something else."""
_MOVING = frozenset({"speed", "slow", "play", "loop", "repeat"})
"""Verbs behind which the time is another, so that what else is asked of it comes first."""


def with_times_referred(tokens: list[Token]) -> tuple[list[Token], tuple[str, ...]]:
    """The sentence with pronouns for a time that a remark before them names, and a note for each remark.

    Args:
        tokens: the sentence, with its reasons left out.
    """
    marked = mark_times(tokens)
    clauses = _clauses(marked)
    if repeated := _with_part_repeated(marked, clauses):
        return with_times_referred(repeated)
    for (begin, end), *following in (clauses[at:] for at in range(len(clauses) - 1)):
        said = without_manners(marked[begin:end])
        thing = _thing_at_a_time(said)
        timed = not thing and (_is_about_a_time(said) or (_is_told_at_a_time(said) and _points(marked, following[0])))
        time = [token for token in said if token.kind == "span"] if timed else []
        orders: list[tuple[int, list[Token]]] = []  # where the joint before each begins, and the order
        pronoun, told = "" if _FINE.isdisjoint(token.word for token in said) else _REST, end
        for start, stop in following if thing or time else ():
            meant, order = _named(without_manners(marked[start:stop]), thing, time)
            if not order or meant != (pronoun or meant):
                break
            orders.append((start, order))
            pronoun, told = meant, stop
            if order[0].word in _GONE:
                break
        if orders:
            note = f"{join(said)!r} is taken as a remark, and asks for nothing"
            first, *others = (order for _, order in sorted(orders, key=lambda one: one[1][0].word in _MOVING))
            joined = [token for order in others for token in (_mark(order[0]), *order)]
            rest, notes = with_times_referred([*marked[:begin], *first, *joined, *marked[told:]])
            return rest, (note, *notes)
    return tokens, ()


def _with_part_repeated(marked: list[Token], clauses: list[tuple[int, int]]) -> list[Token]:
    """``blur him from 0:03 to 0:05 and mute that part`` -> ``... and mute from 0:03 to 0:05``; nothing if not said.

    Behind what moves the times, that part is elsewhere.
    """
    for (begin, end), (start, stop) in pairwise(clauses):
        said, order = without_manners(marked[begin:end]), marked[start:stop]
        time = _span(said)
        verb = base_form(said[0].word, VERB_BASES) if said else None
        at = next((at for at in range(1, len(order)) if begun_by(order[at:], _PARTS)), 0)
        if time is None or verb is None or verb in _GONE | _MOVING or not at:
            continue
        size = begun_by(order[at:], _PARTS)
        lead = at - (order[at - 1].word in ("in", "during", "for", "on", "over", "from"))
        return [*marked[: start + lead], time, *order[at + size :], *marked[stop:]]
    return []


def _points(marked: list[Token], clause: tuple[int, int]) -> bool:
    """Whether a clause speaks of ``that part``."""
    order = marked[clause[0] : clause[1]]
    return any(begun_by(order[at:], _PARTS) for at in range(1, len(order)))


def _is_told_at_a_time(said: Tokens) -> bool:
    """Whether a clause without an order tells what happens at a time: ``a hand covers the lens from 3 to 5 s``."""
    words = [token.word for token in said]
    order = base_form(words[0], VERB_BASES) == words[0] if words else True
    return not order and said[-1].kind == "span" and _span(said) is not None and WISHING.isdisjoint(words)


_PARTS = phrases(
    "that part | this part | that bit | this bit | that section | this section | those seconds | these seconds | "
    "that stretch | this stretch | that segment | that moment | this moment"
)


def _mark(before: Token) -> Token:
    """What parts an order from the one before it."""
    return Token("mark", ",", MARK_SOFT, before.start, before.start)


def _clauses(tokens: Tokens) -> list[tuple[int, int]]:
    """Where each clause begins and ends: at marks, at ``and``, and at ``so`` before a verb."""
    out = []
    begin = 0
    for at in range(len(tokens) + 1):
        follows = tokens[at + 1].word if at + 1 < len(tokens) else ""
        verb = follows == "please" or base_form(follows, VERB_BASES) == follows
        word = tokens[at].word if at < len(tokens) else ""
        another = any(token.kind == "mark" for token in tokens[at + 2 : at + 4])  # "shaky and boring,"
        quality = word == "and" and another and not verb and _span(tokens[begin:at]) is not None
        parts = not word or tokens[at].kind == "mark" or (word in ("and", "then", "but") and not quality)
        if parts or (verb and word == "so"):
            out += [(begin, at)] if at > begin else []
            begin = at + 1
    return out


def _span(tokens: Tokens) -> Token | None:
    """The time of a clause that has one."""
    spans = [token for token in tokens if token.kind == "span"]
    return spans[0] if len(spans) == 1 else None


def _is_about_a_time(said: Tokens) -> bool:
    """Whether a clause tells something of a time: ``the part from 0:05 to 0:08 is shaky``."""
    time = _span(said)
    words = [token.word for token in said]
    feels = begun_by(said, _FEELING)
    if time is None or not WISHING.isdisjoint(words[feels:]):
        return False
    at = list(said).index(time)
    behind = said[at + 1 :]
    if _STRETCH.issuperset(words[:at]) and behind:
        return behind[0].word in IS or begun_by(behind, _GOES_ON) > 0 or words[at + 1 : at + 4] == _NOTHING
    if not behind and begun_by(said, _DRAGS) == at:
        return True
    return not behind and ("nothing" in words or (feels > 0 and _STRETCH.issuperset(words[feels:at])))


_NOTHING = ["there", "is", "nothing"]


def _thing_at_a_time(said: Tokens) -> list[Token]:
    """The thing that something is told of at a time, and that time: ``there is a logo in the last 3 seconds``."""
    time = _span(said)
    if time is None or time not in (said[0], said[-1]):
        return []
    shown = said[1:] if said[0] is time else said[:-1]
    told = next((at for at, token in enumerate(shown) if at and token.word in IS), 0) if time is said[-1] else 0
    lead = begun_by(shown, THERE_IS)
    thing = shown[:told] if told and not lead else shown[lead:]  # "the dog is blurry in the last 3 seconds"
    target = noun_phrase(thing) if thing and len(thing) < len(shown) else None
    if target is None or target.kind != "phrase" or thing[0].word not in ARTICLES or len(thing) < 2:
        return []
    return [thing[0].corrected("the"), *thing[1:], time]


def _named(order: Tokens, thing: Tokens, time: Tokens) -> tuple[str, list[Token]]:
    """A pronoun of an order, and the order with what it means; nothing where it is no order, or has no such pronoun."""
    words = [token.word for token in order]
    if not words or tuple(words) in MENDS:
        return "", []
    if time and words[0] in _TAKING and (rest := noun_phrase(order[1:])) and rest.kind == "rest":
        return _REST, [order[0].corrected("keep"), order[0].corrected("only"), *time]
    begins = base_form(words[0], VERB_BASES) == words[0]
    for at in range(len(order)):
        size = begun_by(order[at:], _POINTING)
        behind = words[at + size : at + size + 1]
        begins = begins or (begun_by(order, _WISHES) == at > 0)
        if not size or not (begins or (not at and _MUST.issuperset(behind) and behind)):
            continue
        if words[at] in _POINTED and size == 1 and behind and behind[0] not in _PARTICLES | _MUST:
            continue  # "that logo"
        return words[at], [*order[:at], *(thing[:-1] or time), *order[at + size :], *thing[-1:]]
    return "", []
