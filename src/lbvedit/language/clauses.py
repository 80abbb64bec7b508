"""One clause: manners off, the verb found, its frame asked; or what the clause before says, gone on with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from lbvedit.language.amounts import DEGREE_WORDS, amount_at, split_amount
from lbvedit.language.complaints import FAULTS
from lbvedit.language.complements import color, complement
from lbvedit.language.corrections import MAYBE, SURELY
from lbvedit.language.drafts import NOBODY, Draft, spanned
from lbvedit.language.durations import NUMBERS
from lbvedit.language.frames import PARTICLES, TIMED, VERB_BASES, VERBS, Phrase
from lbvedit.language.frames.making import making
from lbvedit.language.frames.phrase import UNHURRIED
from lbvedit.language.frames.removing import removing
from lbvedit.language.imagined import new_thing
from lbvedit.language.manners import LATER, without_manners
from lbvedit.language.mending import MENDS, mending, still_wrong, takes_target
from lbvedit.language.notation import step_in, without_equals
from lbvedit.language.operators import OPERATORS
from lbvedit.language.pronouns import ARTICLES, PRONOUNS
from lbvedit.language.qualities import quality_alone, thing_and_quality
from lbvedit.language.reading import Reading, asked
from lbvedit.language.remarks import REMARK
from lbvedit.language.sparing import SPARED
from lbvedit.language.synonyms import QUALITIES, base_form
from lbvedit.language.targets import Target, noun_phrase
from lbvedit.language.tokens import MARK_SOFT, Token, Tokens, begun_by, phrases
from lbvedit.language.wishes import ordered, time_kept, wished

__all__ = ["read_clause"]

_NAMING = ARTICLES | {"any"}


@cache
def _base(word: str) -> str | None:
    return base_form(word, VERB_BASES)


def _is_verb(word: str) -> bool:
    """Whether a word is a verb's form; ``overexposed`` is rather a fault."""
    return _base(word) is not None and word not in FAULTS


def _verb_first(tokens: list[Token]) -> list[Token]:
    """Moves a time or an adverb from before the verb to the end: ``slightly blur the sky``, ``from 0:03 blur it``."""
    if tokens and tokens[0].kind == "span":
        after = next((at for at, token in enumerate(tokens) if at and token.kind != "mark"), 0)
        order = _verb_first(tokens[after:]) if after else []  # "in the last second slowly zoom in"
        return [*order, tokens[0]] if order and _base(order[0].word) else tokens
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
    if len(tokens) > 1 and tokens[0].word in ("only", "just") and (verb := _base(tokens[1].word)):
        if tokens[0].word == "just" and verb not in _CHOOSING:  # "just add a hat"
            return tokens[1:]
        after = 2 + _particle_size(verb, tokens[2:])
        return [*tokens[1:after], tokens[0], *tokens[after:]]
    noun = not adverb and after + 1 < len(tokens) and tokens[after + 1].word in ("on", "over", "in", "effect")
    if after and after < len(tokens) and tokens[after].kind == "word" and _is_verb(tokens[after].word) and not noun:
        return [*tokens[after:], *tokens[:after]]
    return tokens


_CHOOSING = frozenset({"keep", "retain", "preserve", "leave", "show", "play", "run", "see", "watch", "extract", "take",
    "grab", "select", "use", "trim", "want"})  # fmt: skip
"""Verbs whose "just" says that the rest shall go."""


def _is_bare_time(tokens: Tokens) -> bool:
    """Whether a clause begins with a time that no preposition leads, and goes on behind a mark."""
    joined = len(tokens) > 1 and (tokens[1].kind == "mark" or tokens[1].word == "and")
    return joined and tokens[0].kind == "span" and tokens[0].text.split()[0].lower() not in _LEADING


_LEADING = frozenset({"in", "from", "at", "during", "between", "for", "over", "until", "till", "after", "before", "up"})


def _particle_size(verb: str, rest: Tokens) -> int:
    """How many words the particle has that stands right behind a verb."""
    words = " ".join(token.word for token in rest[:3])
    known = (particle for particle in PARTICLES if (verb, particle) in VERBS and f"{words} ".startswith(f"{particle} "))
    return max((len(particle.split()) for particle in known), default=0)


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
    later = _is_later(tokens)
    for reading in _read(tokens, previous):
        about = (draft.on(topic) if _may_be_about(draft, topic) else draft for draft in reading.drafts)
        yield replace(reading, drafts=tuple(replace(draft, later=later) for draft in about))
    quality = complement(without_manners(tokens)) if topic.kind == "phrase" else None
    if quality:  # "the car: red"
        yield Reading(tuple(draft.on(topic) for draft in quality), making, "make")


def _is_later(tokens: Tokens) -> bool:
    """Whether ``after that`` ends a clause."""
    words = tuple(token.word for token in tokens if token.kind != "mark")
    return any(len(words) > len(one) and words[-len(one) :] == one for one in LATER)


def _may_be_about(draft: Draft, topic: Target) -> bool:
    """Whether a step without a target acts on what the clause before has named."""
    takes_one = draft.op not in OPERATORS or OPERATORS[draft.op].takes_target != "no"
    return draft.target == NOBODY and topic != NOBODY and takes_one


def _as_before(tokens: Tokens, previous: Reading) -> Iterator[Reading]:
    """``And the water too.``, ``The same for the truck.``: the steps of the sentence before on another target."""
    also = {tokens[0].word, tokens[-1].word} & _TOO
    behind = tokens[-1].word in ("too", "well")
    tokens = without_manners(tokens[1:] if tokens[0].word in _TOO else tokens)
    words = tuple(token.word for token in tokens)
    lead = next((one for one in _THE_SAME if words[: len(one)] == one), ())
    if not lead and not (also and (previous.ended or behind)):
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


def _corrected(tokens: Tokens, previous: Reading | None) -> Iterator[Reading]:
    """What a second thought asks for instead: another order, or only ``blue``, ``the cat``, ``3x``."""
    surely, said = tokens[0].word == SURELY, without_manners(tokens[1:])
    only = bool(said) and said[0].word in ("just", "only", "rather")
    said = said[only:]
    if previous is None or not said:
        return
    lead = begun_by(said, _MAKE_THAT)
    for measured in _measured_again(said[lead:], previous) if said[lead:] else ():
        yield _instead(measured, previous, surely=True)
    for reading in read_clause(said, replace(previous, ended=False)):
        yield _instead(reading.drafts, reading, surely=surely or only)
    if another := _another_thing(said, previous):
        yield _instead(another, previous, surely=True)
    target = noun_phrase(said[said[0].word in _PLACING and len(said) > 1 :])
    if target and target.kind == "phrase" and all(takes_target(draft) for draft in previous.drafts):
        yield _instead(tuple(draft.on(target) for draft in previous.drafts), previous, surely=True)


_MAKE_THAT = phrases("make that | make it | do that")


def _instead(drafts: tuple[Draft, ...], reading: Reading, *, surely: bool) -> Reading:
    first = replace(drafts[0], rather="surely" if surely else "maybe")
    return replace(reading, drafts=(first, *drafts[1:]))


_PLACING = frozenset({"on", "in", "to", "from", "onto"})


def _another_thing(said: list[Token], previous: Reading) -> tuple[Draft, ...]:
    """The steps of the clause before with another new thing: ``replace the dog with a cat, no, a rabbit``."""
    before = previous.drafts[-1]
    name = next((name for name in ("with", "what") if name in before.params), "")
    what = new_thing(said) if name and said[0].word in ("a", "an", "some") else None
    return (*previous.drafts[:-1], replace(before, params={**before.params, name: what})) if what else ()


def _measured_again(tokens: list[Token], previous: Reading) -> Iterator[tuple[Draft, ...]]:
    """The step of the clause before by another amount: ``3x``, ``180 degrees``, ``a quarter``."""
    before = previous.drafts[-1]
    ways = [tokens, [replace(tokens[0], kind="word", word="to"), *tokens]]
    if any(token.word == "to" for token in previous.tokens):  # "trim to 10 seconds, or rather 12"
        ways.reverse()
    for words in ways if previous.frame else ():
        drafts = asked(previous.frame, Phrase(words, previous.verb, previous.particle)) if previous.frame else None
        if drafts and all(draft.op == before.op and draft.target == NOBODY for draft in drafts):
            yield tuple(draft.on(before.target) for draft in drafts)


def _read(tokens: Tokens, previous: Reading | None) -> Iterator[Reading]:
    if tokens[0].word in (SURELY, MAYBE):
        yield from _corrected(tokens, previous)
        return
    if previous is not None:
        if wrong := still_wrong(tokens, previous):
            yield Reading(wrong, making, "make", tokens=tuple(tokens))
            return
        yield from mending(without_manners(tokens), previous)
        yield from _as_before(tokens, previous)
        yield from _preferred(tokens, previous)
        if previous.ended:
            return
    if kept := time_kept(tokens):
        yield Reading((kept,))
    later = _is_later(tokens)
    tokens = without_manners(tokens)
    listed = previous is not None and previous.frame in TIMED and _is_bare_time(tokens)  # "cut 1-2 s and 5-6 s, mute"
    tokens = tokens if listed else _verb_first(tokens)
    if previous is None and len(tokens) > 2 and tokens[0].word == "to" and _base(tokens[1].word):
        tokens = tokens[1:]  # "to blur the faces"
    if not tokens:
        return
    if len(tokens) > 2 and tokens[0].word in ("must", "should") and tokens[1].word == "be":  # "must be quieter"
        tokens = [tokens[0].corrected("it"), *tokens]
    if tuple(token.word for token in tokens) in MENDS:  # what the clause before complains of
        yield Reading((Draft("focus"),))
        return
    alike = previous is not None and previous.frame is making and len(tokens) == 1 and tokens[0].word in QUALITIES
    if not alike:  # "make it crisp and clear"
        yield from _with_verb(tokens)
    for order in ordered(tokens, goes_on=previous is not None and previous.wished):
        yield from (replace(reading, wished=True) for reading in _with_verb(order))
    wish = begun_by(tokens, _WISHING_TO)
    if wish and len(tokens) > wish + 1 and tokens[wish + 1].word in ARTICLES | PRONOUNS:  # "i want change the color"
        yield from _with_verb(tokens[wish:])
    yield from (replace(reading, tokens=reading.tokens or tuple(tokens)) for reading in wished(tokens))
    if previous is not None and (opposed := _opposed(tokens, previous)):
        yield Reading(opposed)
    if previous is not None and (centered := _centered(tokens, previous)):
        yield Reading(centered)
    if previous is not None and (again_at := _again(tokens, previous)):
        yield Reading(again_at, previous.frame, previous.verb, previous.particle, previous.tokens)
    if previous is not None and previous.frame is not None:
        if previous.frame not in TIMED and _has_its_own(tokens, previous.tokens, later=later):
            again = Phrase(list(tokens), previous.verb, previous.particle)  # "blur the face by 10%, the hands by 20%"
            if drafts := asked(previous.frame, again):
                yield Reading(drafts, previous.frame, previous.verb, previous.particle, tuple(tokens))
        phrase = Phrase(list(tokens), previous.verb, previous.particle, previous.drafts, previous.tokens)
        if drafts := asked(previous.frame, phrase):
            yield Reading(drafts, previous.frame, previous.verb, previous.particle, tuple(tokens))
    lacking = previous is None and tokens[0].word == "without" and len(tokens) > 1 and tokens[1].word in _NAMING
    if lacking and (gone := asked(removing, Phrase(tokens[1:], "remove"))):  # "without the logo"
        yield Reading(gone, removing, "remove")
    goes_on = previous is not None and tokens[0].word == "to"  # "speed up the middle, 0:10 to 0:20, to 4x"
    # "the light" behind "blur the car and" is a thing
    alone = previous is None or previous.verb in ("keep", "leave") or previous.drafts[-1].op == "cutout"
    alone = alone or any(
        token.word in ("gets", "becomes", "turns", "goes") for token in tokens
    )  # "while the rest gets blurry"
    if drafts := (thing_and_quality(tokens) if alone else ()) or (() if goes_on else quality_alone(tokens)):
        yield Reading(drafts, making, "make", tokens=tuple(tokens))


def _preferred(tokens: Tokens, previous: Reading) -> Iterator[Reading]:
    """``I would prefer a clear turquoise`` behind ``the water looks brown``."""
    said = without_manners(tokens)
    wish = begun_by(said, _WISHING_TO)
    if wish and previous.drafts[-1].op in (REMARK, "focus") and (name := color(said[wish:])):
        yield Reading((Draft("recolor", {"color": name}, Target("pronoun", "it")),), making, "make")


_WISHING_TO = phrases(
    "i want | i would like | i need | i would prefer | i prefer | we want | we need | we would like | "
    "go for | go with | better go for"
)


def _has_its_own(tokens: Tokens, before: Tokens, *, later: bool) -> bool:
    """Whether a clause without a verb has a time or an amount of its own, as the one before it has.

    Args:
        tokens: the clause.
        before: the one before it.
        later: whether it holds from where that one ends: ``the dog until 0:07 and the cat after that``.
    """
    timed = [any(token.kind == "span" for token in clause) for clause in (tokens, before)]
    timed[0] = timed[0] or later
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


def _centered(tokens: list[Token], previous: Reading) -> tuple[Draft, ...]:
    """``centered on the baker`` behind ``make it square``: what the crop keeps in the picture."""
    words = [token.word for token in tokens]
    lead = 2 if words[:2] in (["centered", "on"], ["centered", "around"]) else words[0] in _FOLLOWING
    target = noun_phrase(tokens[lead:]) if lead else None
    cropped = previous.drafts[-1].op == "crop" and previous.drafts[-1].target.kind != "phrase"
    return (Draft("crop", {}, target),) if cropped and target and target.kind == "phrase" else ()


_FOLLOWING = frozenset({"center", "follow", "following", "track", "tracking"})


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


def _with_verb(tokens: list[Token]) -> Iterator[Reading]:
    if tokens[0].kind != "word":
        return
    verb = _base(tokens[0].word) if _is_verb(tokens[0].word) else None
    if verb is None:
        return
    rest = tokens[1:]
    for particle, words in _particles(verb, rest):
        for frame in VERBS[verb, particle]:
            if drafts := asked(frame, Phrase(words, verb, particle)):
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


_MEASURES = DEGREE_WORDS | {"bit", "third", "quarter", "half", "lot", "few", "second", "couple"}
_EDGES = frozenset({"start", "beginning", "front", "end", "ends", "back"})


def _may_part(rest: list[Token], at: int, size: int) -> bool:
    """Whether a particle behind its object stands where a particle may: at the end, or before a time or an amount."""
    if at + size == len(rest):
        return True
    after = rest[at + size]
    if rest[at].word == "off" and rest[-1].word in _EDGES:  # "3 seconds off the end"
        return True
    if after.word == "a" and _MEASURES.isdisjoint(token.word for token in rest[at + size + 1 : at + size + 2]):
        return False  # "add a man in a suit"
    counted = after.word in NUMBERS and any(token.word == "times" for token in rest[at + size + 1 :])
    measured = counted or after.kind in ("span", "duration", "percent", "number")
    return measured or after.word.endswith("fold") or after.word in SPARED | {"but", "by", "to", "a", "slightly",
    "at", "from", "for",
        "and", "over", "twice", "completely", "of", "on", "in", "half", "gently", "slowly", "significantly", "with",
        "around", "really",
        "much", "some", "just", MARK_SOFT, "gradually", "very", "quite", "as", "somewhat"}  # fmt: skip
