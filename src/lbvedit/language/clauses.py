"""One clause: manners off, the verb found, its frame asked; or a wish, a subject, a bare quality."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from lbvedit.language.amounts import DEGREE_WORDS, amount_at, split_amount
from lbvedit.language.complements import complement, is_comparative, look
from lbvedit.language.drafts import NOBODY, Draft, spanned
from lbvedit.language.frames import PARTICLES, TIMED, VERB_BASES, VERBS, Frame, Phrase
from lbvedit.language.frames.adding import adding, named_look
from lbvedit.language.frames.geometry import size_in
from lbvedit.language.frames.making import making
from lbvedit.language.frames.objects import removing
from lbvedit.language.frames.phrase import SPARING, UNHURRIED
from lbvedit.language.frames.properties import tuned
from lbvedit.language.lexicon import thing_words
from lbvedit.language.notation import step_in, without_equals
from lbvedit.language.operators import OPERATORS
from lbvedit.language.synonyms import FILLERS, STATES, base_form
from lbvedit.language.targets import ARTICLES, Target, noun_phrase
from lbvedit.language.tokens import MARK_SOFT, Token, Tokens, join

__all__ = ["Reading", "read_clause", "without_manners"]

_TRAILERS = tuple(
    tuple(phrase.split())
    for phrase in ("please", "for me", "thanks", "thank you", "if you can", "if possible", "if you could",
                   "ok", "as well", "too",
                   "right now", "immediately", "would you", "will you", "can you", "could you",
                   "thank you very much",
                   "many thanks",
                   "if you do not mind", "cheers", "at the same time", "thanks a lot",
                   "first", "and",
                   "that would be great", "in that order", "in the process", "again", "finally", "then", "also",
                   "throughout", "all the way through", "the whole time", "the entire time", "from start to finish",
                   "instead", "thx", "ty", "asap", "tho", "though", "rn", "bro",
                   "thanks in advance", "not sure", "i guess", "or something", "i think",
                   "without changing anything else",
                   "without changing the colors", "and nothing else", "nothing else",
                   "without touching anything else", "and leave everything else alone", "leave the rest alone",
                   "and leave the rest alone", "and leave the rest as it is",
                   "somehow", "for instagram", "for tiktok", "for youtube", "for social media", "for reels",
                   "for stories", "for my phone", "for the web", "thanks a million", "thanks a bunch",
                   "thank you so much",
                   "thanks so much")
)  # fmt: skip
_LATER = (("after", "that"), ("afterwards",), ("afterward",), ("thereafter",), ("from", "then", "on"),
    ("from", "there", "on"), ("from", "that", "point", "on"), ("from", "there",))  # fmt: skip
"""What says, behind a clause, that it holds from where the one before ends; if that ends anywhere."""
_WISHES = (("i", "want"), ("i", "just", "want"), ("i", "want", "that"), ("i", "only", "want"), ("we", "only", "want"),
    ("i", "would", "like"), ("we", "want"), ("i", "need"), ("i", "would", "love"), ("we",
    "would", "like"),
    *((*lead, *it, "if") for lead in (("i", "would", "love"), ("i", "would", "like")) for it in (("it",),)),
    *(("it", "would", "be", how, "if") for how in ("great", "nice", "good", "better", "cool", "lovely", "best")),
    ("i", "would", "prefer"), ("we", "need"), ("i", "would", "like", "to", "see"), ("i", "want", "to", "see"), ("i",
    "wish"), ("i", "wish", "that"),
    ("i", "would", "like", "to", "have"), ("i", "want", "to", "have"), ("can", "i", "have"), ("could", "i", "have"),
    ("can", "we", "have"), ("make", "sure"), ("make", "sure", "that"), ("make", "it", "so"), ("make", "it", "so",
    "that"), ("make", "that"),
    ("ensure",), ("ensure", "that"), ("can",), ("could",), ("may",), ("see", "to", "it", "that"))  # fmt: skip
_MUST = (("should", "be", "made"), ("must", "be", "made"), ("needs", "to", "be", "made"),
    ("should", "be"), ("must", "be"), ("needs", "to", "be"), ("need", "to", "be"), ("has", "to", "be"), ("have",
    "to", "be"),
    ("should", "look"), ("should", "become"), ("should", "turn"), ("shall", "be"), ("ought", "to", "be"), ("should",
    "get"),
    ("should",), ("must",), ("needs",), ("need",), ("has", "to"),
    ("needs", "to"), ("need", "to"), ("shall",), ("needs", "to", "look"), ("could", "be"), ("could", "use"),
    ("wants", "to", "be"),
    ("should", "have"), ("needs", "to", "get"), ("should", "all", "be"), ("would", "look", "better"), ("will",
    "be"))  # fmt: skip
_STATED = (("be", "made"), ("to", "be", "made"), ("to", "be"), ("to", "look"), ("to", "become"), ("to",))
_FAULTS = frozenset({"noisy", "grainy", "shaky", "jittery", "wobbly", "unstable", "bumpy", "blurry", "fuzzy", "dull",
    "bluish", "yellowish", "orangish", "overexposed", "underexposed"})  # fmt: skip
_SHOT_WRONG: dict[str, tuple[str, dict[str, object]]] = {
    "shaking": ("stabilize", {}), "too shaky": ("stabilize", {}), "shaky": ("stabilize", {}),
    "upside down": ("rotate", {"angle": 180}), "sideways": ("rotate", {"angle": 90}),
    "on its side": ("rotate", {"angle": 90}),
}  # fmt: skip
"""What can be wrong with a whole shot -> its remedy."""
_MENDS = frozenset({("fix", "it"), ("fix", "that"), ("fix", "this"), ("correct", "it"), ("correct", "that"),
    ("tone", "it", "down"), ("do", "something", "about", "it"), ("do", "something", "about", "that")})  # fmt: skip
_GRADED = frozenset({"brightness", "contrast", "saturation", "temperature", "sharpen", "blur", "pixelate", "grayscale",
    "sepia"})  # fmt: skip
_NAMING = ARTICLES | {"any"}
_LAUGHTER = re.compile(r"lo+l+|lma+o+|(ha){2,}h?|(he){2,}|x+d+")
_MODALS = frozenset({"can", "may", "should", "must", "shall", "could"})
_TAKEN_OUT = (
    ["removed"],
    ["deleted"],
    ["cut"],
    ["cut", "off"],
    ["cut", "out"],
    ["gone"],
    ["dropped"],
    ["skipped"],
    ["removed", "completely"],
    ["erased"],
)
_NOUNS_TOO = frozenset({"light", "flat", "cold"})
_STRETCHES = frozenset({"part", "section", "segment", "portion", "bit", "stretch"})
_IS = frozenset(
    {"is", "are", "looks", "look", "seems", "seem", "sounds", "be", "appears", "was", "were", "has", "becomes"}
)


@dataclass(frozen=True)
class Reading:
    """One way to understand a clause.

    Args:
        drafts: the steps it asks for.
        frame: the verb's frame, which a following clause without a verb may go on with.
        verb: the verb's base form.
        particle: its particle.
        tokens: the words of the clause.
        ended: whether a full stop stands behind it: what follows has its steps on another target, and nothing else.
    """

    drafts: tuple[Draft, ...]
    frame: Frame | None = None
    verb: str = ""
    particle: str = ""
    tokens: tuple[Token, ...] = ()
    ended: bool = False


@cache
def _base(word: str) -> str | None:
    return base_form(word, VERB_BASES)


def _is_verb(word: str) -> bool:
    """Whether a word is a verb's form; ``overexposed`` is rather a fault."""
    return _base(word) is not None and word not in _FAULTS


def without_manners(tokens: Tokens) -> list[Token]:
    """The clause without politeness, order words and marks around it."""
    tokens = list(tokens)
    changed = True
    while changed and tokens:
        changed = False
        while tokens and tokens[0].kind == "mark":
            tokens = tokens[1:]
        while tokens and (tokens[-1].kind == "mark" or _laughs(tokens)):
            tokens = tokens[:-1]
        words = tuple(token.word for token in tokens[:10])
        for phrase in FILLERS:
            if words[: len(phrase)] == phrase and not _means_something(tokens, phrase):
                tokens, changed = tokens[len(phrase) :], True
                break
        words = tuple(token.word for token in tokens)
        for phrase in (*_TRAILERS, *_LATER):
            if len(words) >= len(phrase) and words[-len(phrase) :] == phrase and not _is_the_shape(tokens, phrase):
                tokens, changed = tokens[: -len(phrase)], True
                break
    return tokens


def _laughs(tokens: list[Token]) -> bool:
    """Whether a clause ends with ``haha``, unless that is what it writes."""
    told = len(tokens) > 2 and tokens[-2].word not in ("text", "caption", "title", "saying", "says")
    return told and _LAUGHTER.fullmatch(tokens[-1].word) is not None


def _verb_first(tokens: list[Token]) -> list[Token]:
    """Moves a time or an adverb from before the verb to the end: ``slightly blur the sky``, ``from 0:03 blur it``."""
    if tokens and tokens[0].kind == "span":
        after = next((at for at, token in enumerate(tokens) if at and token.kind != "mark"), 0)
        return [*tokens[after:], tokens[0]] if after and _base(tokens[after].word) else tokens
    crop = next((at for at, token in enumerate(tokens[:4]) if token.word == "crop"), 0)
    shape = [token for token in tokens[:crop] if token.word not in ARTICLES]
    cut = complement(shape) if shape else None
    if cut and cut[0].op == "crop":  # "a square crop of the cat"
        rest = tokens[crop + 1 :]
        rest = [rest[0].corrected("around"), *rest[1:]] if rest and rest[0].word == "of" else rest
        return [tokens[crop], *shape, *rest]
    found = amount_at(tokens, 0) if tokens else None
    after = found[1] if found and found[0].mode == "degree" else 0
    adverb = bool(tokens) and tokens[0].word.endswith("ly")
    if tokens and tokens[0].word in UNHURRIED:
        after = 1
    if len(tokens) > 1 and tokens[0].word in ("only", "just") and _base(tokens[1].word):
        return [tokens[1], tokens[0], *tokens[2:]]
    noun = not adverb and after + 1 < len(tokens) and tokens[after + 1].word in ("on", "over", "in", "effect")
    if after and after < len(tokens) and tokens[after].kind == "word" and _is_verb(tokens[after].word) and not noun:
        return [*tokens[after:], *tokens[:after]]
    return tokens


def _means_something(tokens: list[Token], phrase: tuple[str, ...]) -> bool:
    """Whether an order word is part of the clause: ``second`` in "second 5", a wish before its object."""
    after = tokens[len(phrase)] if len(tokens) > len(phrase) else None
    if phrase in (("second",), ("first",), ("step",)):
        return after is not None and after.kind in ("number", "span", "duration")
    return False


def _is_the_shape(tokens: list[Token], phrase: tuple[str, ...]) -> bool:
    """Whether ``for tiktok`` says what to crop to; behind ``to a square`` it only says why."""
    if phrase[:1] != ("for",) or tokens[0].word not in ("crop", "reframe", "recrop"):
        return False
    before = tokens[: -len(phrase)]
    return not any(token.kind in ("clock", "aspect", "size") or _named_shape(token) for token in before)


def _named_shape(token: Token) -> bool:
    return STATES.get(token.word, ("",))[0] == "crop"


def read_clause(tokens: Tokens, previous: Reading | None) -> Iterator[Reading]:
    """Every way to understand some words as one clause, the likeliest first.

    Args:
        tokens: the clause.
        previous: the clause before, if this one may go on with its verb or with the topic that it names.
    """
    if spelled := step_in(without_manners(tokens)):
        yield Reading((spelled,))
        return
    tokens = without_equals(tokens)
    topic = previous.drafts[-1].target if previous and previous.drafts[-1].op == "focus" else NOBODY
    words = tuple(token.word for token in tokens if token.kind != "mark")
    later = any(len(words) > len(one) and words[-len(one) :] == one for one in _LATER)
    for reading in _read(tokens, previous):
        about = (draft.on(topic) if _may_be_about(draft, topic) else draft for draft in reading.drafts)
        yield replace(reading, drafts=tuple(replace(draft, later=later) for draft in about))
    quality = complement(without_manners(tokens)) if topic.kind == "phrase" else None
    if quality:  # "the car: red"
        yield Reading(tuple(draft.on(topic) for draft in quality), making, "make")


def _may_be_about(draft: Draft, topic: Target) -> bool:
    """Whether a step without a target acts on what the clause before has named."""
    takes_one = draft.op not in OPERATORS or OPERATORS[draft.op].takes_target != "no"
    return draft.target == NOBODY and topic != NOBODY and takes_one


def _as_before(tokens: Tokens, previous: Reading) -> Iterator[Reading]:
    """``And the water too.``, ``The same for the truck.``: the steps of the sentence before on another target."""
    also = {tokens[0].word, tokens[-1].word} & _TOO
    tokens = without_manners(tokens[1:] if tokens[0].word in _TOO else tokens)
    words = tuple(token.word for token in tokens)
    lead = next((one for one in _THE_SAME if words[: len(one)] == one), ())
    if not lead and not (also and previous.ended):
        return
    target = noun_phrase(tokens[len(lead) :]) if tokens[len(lead) :] else None
    again = tuple(draft.on(target) for draft in previous.drafts) if target and target.kind == "phrase" else ()
    if again and all(draft.op in OPERATORS and OPERATORS[draft.op].takes_target != "no" for draft in again):
        yield replace(previous, drafts=again, ended=False)


_TOO = frozenset({"too", "also", "well", "and", "likewise"})
_THE_SAME = tuple(
    (*lead, mark)
    for lead in (("do", "the", "same"), ("the", "same"), ("same",), ("same", "thing"), ("do", "the", "same", "thing"))
    for mark in ("for", "with", "to", "on")
)


def _read(tokens: Tokens, previous: Reading | None) -> Iterator[Reading]:
    if previous is not None:
        yield from _as_before(tokens, previous)
        if previous.ended:
            return
    if kept := _only_time(tokens):
        yield Reading((kept,))
    tokens = _verb_first(without_manners(tokens))
    if previous is None and len(tokens) > 2 and tokens[0].word == "to" and _base(tokens[1].word):
        tokens = tokens[1:]  # "to blur the faces"
    if not tokens:
        return
    if tuple(token.word for token in tokens) in _MENDS:  # what the clause before complains of
        yield Reading((Draft("focus"),))
        return
    yield from _with_verb(tokens)
    yield from _wish(tokens)
    if previous is not None and (opposed := _opposed(tokens, previous)):
        yield Reading(opposed)
    if previous is not None and (again_at := _again(tokens, previous)):
        yield Reading(again_at, previous.frame, previous.verb, previous.particle, previous.tokens)
    if previous is not None and previous.frame is not None:
        if previous.frame not in TIMED and _has_its_own(tokens, previous.tokens):
            again = Phrase(list(tokens), previous.verb, previous.particle)  # "blur the face by 10%, the hands by 20%"
            if drafts := _asked(previous.frame, again):
                yield Reading(drafts, previous.frame, previous.verb, previous.particle, tuple(tokens))
        phrase = Phrase(list(tokens), previous.verb, previous.particle, previous.drafts, previous.tokens)
        if drafts := _asked(previous.frame, phrase):
            yield Reading(drafts, previous.frame, previous.verb, previous.particle, tuple(tokens))
    lacking = previous is None and tokens[0].word == "without" and len(tokens) > 1 and tokens[1].word in _NAMING
    if lacking and (gone := _asked(removing, Phrase(tokens[1:], "remove"))):  # "without the logo"
        yield Reading(gone, removing, "remove")
    goes_on = previous is not None and tokens[0].word == "to"  # "speed up the middle, 0:10 to 0:20, to 4x"
    alone = previous is None or previous.verb in ("keep", "leave")  # "the light" behind "blur the car and" is a thing
    if drafts := (_verbless(tokens) if alone else ()) or (() if goes_on else _bare(tokens)):
        yield Reading(drafts, making, "make")


def _verbless(tokens: list[Token]) -> tuple[Draft, ...]:
    """``the sky darker``, ``everything gray except the lips``: a thing and its quality, without what joins them."""
    terse = len(tokens) == 2 and (tokens[0].word in thing_words() or is_comparative(tokens[1].word))  # "car red"
    named = terse or tokens[0].word in ("the", "my", "everything", "all")
    if not named or tokens[-1].word in _NOUNS_TOO:
        return ()
    drafts = _asked(making, Phrase(tokens, "want")) or ()
    said = all(
        draft.op in _GRADED | {"recolor"} and draft.target.kind in ("phrase", "whole", "rest") for draft in drafts
    )
    return drafts if said else ()


def _of_its_thing(tokens: list[Token]) -> list[Draft] | None:
    """``blurry background``, ``darker sky``, ``black and white except the balloon``: a quality with its thing."""
    words = [token.word for token in tokens]
    for at in range(1, len(tokens)):
        quality = complement(tokens[:at])
        if not quality:
            continue
        if any(tuple(words[at : at + len(one)]) == one for one in SPARING):
            target = noun_phrase([tokens[at].corrected("everything"), *tokens[at:]])
        else:
            target = noun_phrase(tokens[at:])
            compared = words[at - 1].endswith("er") or words[at:] in (["background"], ["the", "background"])
            target = target if compared else None
        if target and target.kind == "phrase" and quality[0].op in _GRADED:
            return [draft.on(target) for draft in quality]
    return None


def _has_its_own(tokens: Tokens, before: Tokens) -> bool:
    """Whether a clause without a verb has a time or an amount of its own, as the one before it has."""
    timed = [any(token.kind == "span" for token in clause) for clause in (tokens, before)]
    return all(timed) or all(split_amount(clause[1:])[0] is not None for clause in (tokens, before))


def _opposed(tokens: list[Token], previous: Reading) -> tuple[Draft, ...]:
    """``less on the sky`` behind ``more contrast on the hills``: as much the other way."""
    words = [token.word for token in tokens[:2]]
    before = previous.drafts[-1]
    if len(words) < 2 or words[0] not in ("less", "more") or words[1] not in ("on", "in", "for"):
        return ()
    amount, target = before.params.get("amount"), noun_phrase(tokens[2:]) if len(tokens) > 2 else None
    if before.op not in ("brightness", "contrast", "saturation", "temperature") or amount is None or target is None:
        return ()
    return (Draft(before.op, {"amount": abs(amount) * (1 if words[0] == "more" else -1)}, target),)


def _again(tokens: Tokens, previous: Reading) -> tuple[Draft, ...]:
    """The steps of the clause before at another time: ``blur it from 0:03 to 0:05 and in the last 2 seconds``."""
    spans = [token for token in tokens if token.kind == "span"]
    if len(spans) != 1 or len(tokens) > 1 or not all({"start", "end"} & set(draft.params) for draft in previous.drafts):
        return ()
    if previous.frame in TIMED:
        return ()
    bare = (
        replace(draft, params={name: value for name, value in draft.params.items() if name not in ("start", "end")})
        for draft in previous.drafts
    )
    timed = [spanned(draft, spans[0].span) for draft in bare]
    return tuple(draft for draft in timed if draft)


def _only_time(tokens: Tokens) -> Draft | None:
    """``only the first 10 seconds``: the time that is kept; ``the last 4 seconds can go``: what is not."""
    words = [token.word for token in tokens if token.word != "the" and token.kind != "mark"]
    spans = [token for token in tokens if token.kind == "span"]
    gone = len(spans) == 1 and words[:1] == [spans[0].word] and words[1:2] and words[1] in _MODALS
    if gone and (words[2:] == ["go"] or (words[2:3] == ["be"] and words[3:] in _TAKEN_OUT)):
        start, end = spans[0].span
        return spanned(Draft("cut"), (0 if start is None else start, end))
    if len(spans) == 1 and words[:1] == [spans[0].word] and words[1:] in _TAKEN_OUT:  # "I want the last 5 s gone"
        return spanned(Draft("cut"), (spans[0].span[0] or 0, spans[0].span[1]))
    only = len(spans) == 1 and words in (["only", spans[0].word], ["just", spans[0].word], [spans[0].word, "only"])
    return spanned(Draft("trim"), spans[0].span) if only else None


def _with_verb(tokens: list[Token]) -> Iterator[Reading]:
    if tokens[0].kind != "word":
        return
    verb = _base(tokens[0].word) if _is_verb(tokens[0].word) else None
    if verb is None:
        return
    rest = tokens[1:]
    for particle, words in _particles(verb, rest):
        for frame in VERBS[verb, particle]:
            if drafts := _asked(frame, Phrase(words, verb, particle)):
                yield Reading(drafts, frame, verb, particle, tuple(tokens))


def _particles(verb: str, rest: list[Token]) -> Iterator[tuple[str, list[Token]]]:
    """Every particle that the verb may have here: next to it, then further on, then none."""
    known = sorted((particle for particle in PARTICLES if (verb, particle) in VERBS), key=len, reverse=True)
    words = [token.word for token in rest]
    for at in range(len(rest)):
        for particle in known:
            parts = particle.split()
            if words[at : at + len(parts)] == parts and (not at or _may_part(rest, at, len(parts))):
                yield particle, [*rest[:at], *rest[at + len(parts) :]]
    if (verb, "") in VERBS:
        yield "", rest


def _may_part(rest: list[Token], at: int, size: int) -> bool:
    """Whether a particle behind its object stands where a particle may: at the end, or before a time or an amount."""
    if at + size == len(rest):
        return True
    after = rest[at + size]
    return after.kind in ("span", "duration", "percent", "number") or after.word in {"by", "to", "a", "slightly",
    "at", "from", "for",
        "and", "over", "twice", "completely", "of", "on", "in", "half", "gently", "slowly", "significantly", "with",
        "around", "really",
        "much", "some", "just", MARK_SOFT, "gradually", "very", "quite", "as", "somewhat"}  # fmt: skip


def _asked(frame: Frame, phrase: Phrase) -> tuple[Draft, ...] | None:
    """What a frame makes of a phrase; a time in it says when, unless the frame reads times itself."""
    spans = [token for token in phrase.tokens if token.kind == "span"]
    if frame in TIMED or not spans:
        drafts = frame(phrase)
        return tuple(drafts) if drafts else None
    if len(spans) > 1:
        return None
    kept = [token for token in phrase.tokens if token.kind != "span"]
    while kept and (kept[-1].word in ("of", "at", "only", "part", "section") or kept[-1].kind == "mark"):
        kept = kept[:-1]
    if [token.word for token in kept[-1:]] == ["the"]:
        kept = kept[:-1]
    kept = _without_stretch(kept)
    span = spans[0].span
    while kept and (spared := next((words for words in SPARING if _ends_with(kept, words)), ())):
        if None not in span:
            return None  # two stretches are left
        kept, span = kept[: -len(spared)], (span[1], span[0])  # "except the last second" is up to it
    if frame is making and phrase.tokens[0].kind == "span" and kept:  # "make the first 3 seconds gray"
        kept = [kept[0].corrected("everything"), *kept]
    drafts = frame(replace(phrase, tokens=kept))
    timed = [spanned(draft, span) for draft in drafts] if drafts else []
    return tuple(draft for draft in timed if draft) if timed and all(timed) else None


def _ends_with(tokens: list[Token], words: tuple[str, ...]) -> bool:
    return tuple(token.word for token in tokens[-len(words) :]) == words


def _without_stretch(tokens: list[Token]) -> list[Token]:
    """The words without ``the part``, which the time behind it has told already."""
    for at in range(len(tokens) - 1):
        if tokens[at].word in ("the", "that") and tokens[at + 1].word in _STRETCHES:
            return [*tokens[:at], *tokens[at + 2 :]]
    return tokens


def _wish(tokens: list[Token]) -> Iterator[Reading]:
    """``I want the car red``, ``the truck should be white``, ``make it so that the car is red``, ``it is too dark``."""
    words = [token.word for token in tokens]
    for lead in (("there", "should", "be"), ("there", "must", "be"), ("let", "there", "be")):
        if tuple(words[:3]) == lead and (drafts := _asked(adding, Phrase(tokens[3:], "add"))):
            yield Reading(drafts, adding, "add")
    stated = False
    for at in range(1, min(4, len(tokens) - 1)):  # "my boss wants the logo blurred"
        if words[at] == "wants" and words[0] in ARTICLES and words[at + 1] != "to":
            tokens, words = tokens[at + 1 :], words[at + 1 :]
            if drafts := _asked(making, Phrase(tokens, "want")):
                yield Reading(drafts, making, "make")
            break
    for wish in sorted(_WISHES, key=len, reverse=True):
        if tuple(words[: len(wish)]) == wish and len(words) > len(wish):
            tokens, words = tokens[len(wish) :], words[len(wish) :]
            only = "only" in wish and len(tokens) == 1 and tokens[0].kind == "span"
            if kept := spanned(Draft("trim"), tokens[0].span) if only else _only_time(tokens):
                yield Reading((kept,))
            if drafts := _asked(making, Phrase(tokens, "want")):
                yield Reading(drafts, making, "make")
            if drafts := _asked(adding, Phrase(tokens, "apply")):  # "I need a blur on the face"
                yield Reading(drafts, adding, "apply")
            stated = True
            break
    for at in range(1, len(tokens)):
        target = noun_phrase(tokens[:at])
        if target is None:
            continue
        for must in (*_MUST, *((*_STATED, *((word,) for word in _IS)) if stated else ())):
            if tuple(words[at : at + len(must)]) == must and at + len(must) < len(words):
                tail = words[at + len(must) :]
                gone = tail in _TAKEN_OUT or tail[:2] == ["removed", "from"] or tail == ["go"]
                if gone and (drafts := _asked(removing, Phrase(tokens[:at], "remove"))):
                    yield Reading(drafts, making, "make")
                if words[0] == "only" and tail[-1] in ("color", "colored") and target.kind == "phrase":
                    yield Reading((Draft("grayscale", {}, replace(target, outside=True)),), making, "make")
                rest = [*tokens[:at], *tokens[at + len(must) :]]
                if drafts := _asked(making, Phrase(rest, "want")):
                    yield Reading(drafts, making, "make")
        shot = target.kind != "phrase" or target.phrase == "camera"
        if shot and words[at] in _IS and (wrong := _SHOT_WRONG.get(" ".join(words[at + 1 :]))):
            yield Reading((Draft(wrong[0], wrong[1], vague=True),), making, "make")
        if words[at] in _IS | {"is"} and (wanted := _complaint(tokens[at + 1 :])):
            yield Reading(tuple(replace(draft, target=target, vague=True) for draft in wanted), making, "make")


def _complaint(tokens: list[Token]) -> list[Draft] | None:
    """``too dark`` asks for the opposite, and so does what is always a fault: ``a bit noisy``."""
    words = [token.word for token in tokens]
    at = next((at for at, word in enumerate(words) if word == "too"), None)
    if at is None and words and (words[-1] in _FAULTS or words[-2:] == ["washed", "out"]):
        _, fault = split_amount(tokens)
        return complement([tokens[0].corrected("less"), *(fault or tokens)])
    if at is None or at > 3:
        return None
    if words[at + 1 : at + 2] == ["much"]:
        return None
    opposite = [token.corrected("less") if token.word == "too" else token for token in tokens]
    drafts = complement(opposite)
    if drafts is None and all(word in DEGREE_WORDS | {"a", "just", "all", "still", "are"} for word in words[:at]):
        drafts = complement(opposite[at:])
    return drafts


def _bare(tokens: list[Token]) -> tuple[Draft, ...] | None:
    """A quality on its own, of the whole video: ``slow motion``, ``more contrast``, ``in the style of Monet``."""
    said = tokens[1:] if tokens[0].word in _IS else tokens  # "looks washed out"
    if (wrong := _complaint(said)) and wrong[0].op != "recolor":
        mended = f"{join(said)!r} is read as a fault to be mended; say 'make it {join(said)}' to have it so"
        return tuple(
            replace(draft, vague=True) if len(said) < len(tokens) else replace(draft, vague=True).noted(mended)
            for draft in wrong
        )
    spans = [token for token in tokens if token.kind == "span"]
    kept = [token for token in tokens if token.kind != "span"]
    words = [token.word for token in kept]
    if not kept or len(spans) > 1:
        return None
    bare: list[Draft] | None = None
    if words[:2] == ["in", "the"] and words[2:4] == ["style", "of"] and (style := look(kept[4:])):
        bare = [Draft("style", {"style": style})]
    elif (bare := complement(kept)) and (
        bare[0].op in ("recolor", "remove", "cutout", "highlight") or words == ["light"]
    ):
        bare = None
    if set(words) & {"wide", "tall", "high"} and len(words) < 5 and (size := size_in(kept)):  # "1280 pixels wide"
        bare = [Draft("resize", size)]
    bare = bare or tuned(kept) or named_look(kept) or _of_its_thing(kept)
    if bare and spans:
        timed = [spanned(draft, spans[0].span) for draft in bare]
        return tuple(draft for draft in timed if draft) if all(timed) else None
    return tuple(bare) if bare else None
