"""Clauses that ask without a verb of editing: ``I want the car red``, ``the truck should be white``, ``it is dark``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lbvedit.language.complaints import SHOT_WRONG, complaint, measured, shortcoming, slanted
from lbvedit.language.complements import complement
from lbvedit.language.drafts import Draft, graded, spanned
from lbvedit.language.frames import VERB_BASES, VERBS, Phrase
from lbvedit.language.frames.adding import adding, giving, putting
from lbvedit.language.frames.imagining import backing
from lbvedit.language.frames.making import making
from lbvedit.language.frames.objects import keeping
from lbvedit.language.frames.phrase import property_in, words_of
from lbvedit.language.frames.removing import removing
from lbvedit.language.frames.timing import beginning
from lbvedit.language.imagined import action
from lbvedit.language.pronouns import ARTICLES, PRONOUNS, SPEAKERS
from lbvedit.language.qualities import GRADED, IS
from lbvedit.language.reading import Reading, asked
from lbvedit.language.synonyms import PROPERTIES, base_form
from lbvedit.language.targets import noun_phrase
from lbvedit.language.tokens import Token, Tokens, begun_by, phrases
from lbvedit.language.unseen import HEARD
from lbvedit.language.wholes import is_whole

__all__ = ["ordered", "time_kept", "wished"]

_WISHES = phrases(
    "i would love for | i would like for | i would like that | we would like that | i would love that | "
    "i wonder if | i wonder whether | i was wondering if | i was wondering whether | i would appreciate it if | "
    "i would really appreciate it if | we would appreciate it if | we would really appreciate it if | "
    "i would be grateful if | i would be happy if | we would be grateful if | we would love it if | "
    "it would be good if | it would be better if | i would like to see | i would like it if | "
    "it would be nice if | i would love it if | it would be lovely if | it would be best if | "
    "it would be cool if | it would be great if | it would be good to have | it would be nice to have | "
    "it would be great to have | it would be lovely to have | it would be good to see | it would be nice to see | "
    "it would be great to see | it would be lovely to see | i would like to have | make it so that | "
    "see to it that | i want to have | i want to see | i wish that | can we have | could i have | i would prefer | "
    "i would rather have | make sure that | we only want | i would love | we would like | i only want | "
    "make it so | i would like | can i have | may i have | i just want | i want that | i only need | "
    "we only need | i just need | i want | i need | i wish | i only care about | we only care about | "
    "i only want to see | i only want to keep | would love to see | would like to see | "
    "would love to have | going to need | we would appreciate | i would appreciate | i would really appreciate | "
    "ensure that | make that | make sure | what if | imagine if | "
    "imagine that | we need | we want | could | can | may | ensure | what about | how about"
)
_MUST = phrases(
    "should be made | must be made | needs to be made | should be | must be | needs to be | need to be | has to be | "
    "have to be | should look | should become | should turn | shall be | ought to be | should get | should | must | "
    "needs | need | has to | have to | needs to | need to | shall | needs to look | could be | could use | "
    "wants to be | is supposed to be | are supposed to be | should have | needs to get | should all be | "
    "would look better | would look nicer | would look good | would look great | would be better | would be nicer | "
    "will be"
)
_STATED = phrases("be made | to be made | to be | to look | to become | becomes | become | turns | could | would | to")
_STRETCH = frozenset({"the", "middle", "part", "bit", "section", "beginning", "end", "start"})
_MODALS = frozenset({"can", "may", "should", "must", "shall", "could"})
_HAVE_TO = phrases("have to | has to | need to | needs to")
_TAKEN_OUT = phrases(
    "removed | deleted | cut | cut off | cut out | gone | dropped | skipped | removed completely | erased | "
    "taken out | edited out | painted out | made to disappear | made to vanish"
)
_WANTED = phrases(
    "is worth keeping | is worth watching | is worth saving | is needed | is relevant | is usable | matters | "
    "counts | should stay | should remain | should be kept | is all i need | is all we need | is what i need | "
    "is what we need | is all that matters | is enough"
)
"""What is said of a stretch of time that shall be left."""
_NO_NEED_FOR = phrases(
    "nobody needs | no one needs | nobody wants to see | i do not need | we do not need | nobody cares about | "
    "i do not want | we do not want | there is no need for | you do not need | it does not need"
)
_A_LOT = frozenset({"a", "lot", "bit", "too", "much", "so", "little", "constantly"})
_STAYS = phrases(
    "should stay | must stay | has to stay | needs to stay | shall stay | should remain | must remain | stays | stay | "
    "remains | remain | keeps | keep | retains | retain | should keep | must keep | "
    "could stay | could remain | can stay | may stay | can remain | may remain | can be left | should be left"
)
_KEEPS = frozenset({"keeps", "keep", "retains", "retain"})
_ITS_COLOR = phrases("its color | their color | its colors | their colors | his color | her color | color | colors")
_RESTS = (*_STAYS, ("is",), ("are",), ("looks",), ("should", "be"), ("must", "be"))
_TOLD = phrases("is | are | was | were | looks | look | seems | seem | should be | must be | need to be | needs to be")


def time_kept(tokens: Tokens) -> Draft | None:
    """``only the first 10 seconds``: the time that is kept; ``the last 4 seconds can go``: what is not."""
    words = tuple(token.word for token in tokens if token.word != "the" and token.kind != "mark")
    spans = [token for token in tokens if token.kind == "span"]
    if len(spans) != 1:
        return None
    time = spans[0].word
    if words in (("only", time), ("just", time), (time, "only")):
        return spanned(Draft("trim"), spans[0].span)
    if words[:1] == (time,) and words[1:] in _WANTED:  # "only the part from 3 s to 5 s matters"
        return spanned(Draft("trim"), spans[0].span)
    unneeded = begun_by([token for token in tokens if token.word != "the"], _NO_NEED_FOR)
    if unneeded and words[unneeded:] == (time,):
        return spanned(Draft("cut"), (spans[0].span[0] or 0, spans[0].span[1]))
    modal = (words[1:2] != () and words[1] in _MODALS) + 2 * (words[1:3] in _HAVE_TO)
    fate = words[1 + modal :]  # "can go", "should be cut", "have to go", "gone"
    gone = (fate == ("go",) and modal) or (fate[1:] if fate[:1] == ("be",) else fate) in _TAKEN_OUT
    start, end = spans[0].span
    return spanned(Draft("cut"), (start or 0, end)) if words[:1] == (time,) and gone else None


def ordered(tokens: list[Token], *, goes_on: bool = False) -> Iterator[list[Token]]:
    """What shall be done to something as orders: ``the video should be cropped to 16:9`` -> crop the video to 16:9.

    Args:
        tokens: the clause.
        goes_on: whether a wish before it holds on: ``I want the car painted and the sign removed``.
    """
    wish = _wish_at_first(tokens) or int(tokens[0].word in _CAUSING)
    said, words = tokens[wish:], tuple(token.word for token in tokens[wish:])
    for done in range(len(said) - 1, 0, -1):
        verb = base_form(words[done], VERB_BASES)
        if verb is None or (verb == words[done] and verb not in _LIKE_THEIR_BASE) or words[done].endswith("ing"):
            continue
        joints = (one for one in (*_BE_DONE, *((("be",), ()) if wish or goes_on else ())))
        joint = next((one for one in joints if words[:done][-len(one) :] == one or not one), None)
        thing = said[: done - len(joint)] if joint is not None else []
        after = done + 1 + ((verb, " ".join(words[done + 1 : done + 2])) in VERBS)
        if words[after : after + 1] == ("and",):  # "removed and burnt"
            continue
        if thing and (thing[0].kind == "span" or noun_phrase(thing) is not None):
            yield [said[done].corrected(verb), *said[done + 1 : after], *thing, *said[after:]]


_CAUSING = frozenset({"have", "get"})
_BE_DONE = phrases(
    "should be | must be | needs to be | need to be | has to be | have to be | ought to be | shall be | could be | "
    "can be | to be | wants to be | should get | needs to get | should all be | should both be"
)
_LIKE_THEIR_BASE = frozenset({"cut", "put", "set"})


def wished(tokens: list[Token]) -> Iterator[Reading]:
    """``I want the car red``, ``the truck should be white``, ``make it so that the car is red``, ``it is dull``."""
    if tokens[0].kind == "span" and tokens[1:2] and tokens[1].word in ARTICLES | {"everything"}:
        tokens = [*tokens[1:], tokens[0]]  # "in the first second the sky should be red"
    if as_it_is := _rest_kept(tokens):
        yield Reading(as_it_is, keeping, "keep")
    gone = words_of(tokens[:4]) in (["there", "should", "be", "no"], ["there", "must", "be", "no"])
    if gone and len(tokens) > 4:
        if drafts := asked(removing, Phrase(tokens[4:], "remove")):
            yield Reading(drafts, removing, "remove")
        return
    kept = noun_phrase(tokens[1:-2]) if words_of([tokens[0], *tokens[-2:]]) == ["only", "in", "color"] else None
    if kept and kept.kind == "phrase":  # "only the dog in color"
        yield Reading((Draft("grayscale", {}, replace(kept, outside=True)),), making, "make")
    lacking = next((at for at, token in enumerate(tokens) if token.word == "without"), 0)
    nicer = lacking and _NICER.issuperset(words_of(tokens[:lacking])) and len(tokens) > lacking + 1
    if nicer and (drafts := asked(removing, Phrase(tokens[lacking + 1 :], "remove"))):
        yield Reading(drafts, removing, "remove")  # "it would be nicer without the lamp"
    coming = words_of(tokens[:3]) in (["there", "should", "be"], ["there", "must", "be"], ["let", "there", "be"])
    if coming and (drafts := asked(adding, Phrase(tokens[3:], "add"))):
        yield Reading(drafts, adding, "add")
    yield from _wrong_at_a_time(tokens)
    if len(tokens) > 3 and tokens[0].word == "why" and tokens[1].word in IS:  # "why is it so dark?"
        for at in range(3, len(tokens)):
            yield from _stated([*tokens[2:at], tokens[1], *tokens[at:]], at - 2, wanted=False)
    wish = _wish_at_first(tokens)
    if wish:
        yield from _wanted(tokens[wish:], only=not {"only", "just"}.isdisjoint(words_of(tokens[:wish])))
    for at in range(1, len(tokens[wish:])):
        yield from _stated(tokens[wish:], at, wanted=wish > 0)


_NICER = frozenset({"it", "would", "be", "look", "looks", "is", "nicer", "better", "the", "this", "video", "picture",
    "clip", "much", "so", "a", "lot"})  # fmt: skip


def _wrong_at_a_time(tokens: list[Token]) -> Iterator[Reading]:
    """``the first two seconds are too dark``, ``the last second must be brighter``: the whole picture at a time."""
    last = tokens[-1]
    if last.kind == "span":  # "the car is too dark in the first 3 seconds"
        for end in (end for end in range(1, len(tokens) - 2) if tokens[end].word in IS):
            yield from _at_a_time(_stated(tokens[:-1], end, wanted=False), last)
    at = next((at for at, token in enumerate(tokens[:-2]) if token.kind == "span"), None)
    if at is None or not begun_by(tokens[at + 1 :], _TOLD) or not _STRETCH.issuperset(words_of(tokens[:at])):
        return
    everything = replace(tokens[at], kind="word", word="everything")
    yield from _at_a_time(_stated([everything, *tokens[at + 1 :]], 1, wanted=False), tokens[at])


def _at_a_time(readings: Iterator[Reading], time: Token) -> Iterator[Reading]:
    """The readings whose steps can all be done at a time, done then."""
    for reading in readings:
        timed = [spanned(draft, time.span) for draft in reading.drafts]
        drafts = tuple(draft for draft in timed if draft)
        if len(drafts) == len(timed):
            yield replace(reading, drafts=drafts)


def _rest_kept(tokens: list[Token]) -> tuple[Draft, ...]:
    """``everything else unchanged``, ``the rest can stay as it is``: what asks for nothing."""
    for at in range(1, len(tokens)):
        target = noun_phrase(tokens[:at])
        if target and target.kind == "rest":
            stays = begun_by(tokens[at:], _RESTS)
            if stays == 1 and tokens[-1].word.endswith("ed"):  # "while everything else is desaturated"
                done = asked(making, Phrase([*tokens[:at], *tokens[at + 1 :]], "want")) or ()
                return done if all(draft.op in GRADED for draft in done) else ()
            drafts = asked(keeping, Phrase([*tokens[:at], *tokens[at + stays :]], "keep")) or ()
            kept = all(draft.op == "focus" for draft in drafts) and (stays or not complement(tokens[at:]))
            return drafts if kept else ()
    return ()


def _wish_at_first(tokens: list[Token]) -> int:
    """How many words a wish has that stands first: ``I would like``, ``my boss wants``; 0 for none."""
    words = tuple(token.word for token in tokens)
    for at in range(1, min(4, len(tokens) - 1)):
        if words[at] == "wants" and words[0] in ARTICLES and words[at + 1] != "to":
            return at + 1
        liked = words[at : at + 2] in (("would", "like"), ("would", "love"), ("would", "prefer"))
        if liked and words[0] in ARTICLES and words[at + 2 : at + 3] not in ((), ("to",)):  # "my boss would like"
            return at + 2
    return next((len(wish) for wish in _WISHES if words[: len(wish)] == wish and len(words) > len(wish)), 0)


def _wanted(tokens: list[Token], *, only: bool) -> Iterator[Reading]:
    """What stands behind "I want": a time that is kept, a thing as it shall be, an effect."""
    alone = only and len(tokens) == 1 and tokens[0].kind == "span"
    bare = [token for token in tokens if token.kind != "mark" and token.word not in _STRETCH]
    if only and len(bare) == 1 < len(tokens) and bare[0].kind == "span":  # "the middle, from 0:20 to 0:40"
        tokens, alone = bare, True
    if kept := spanned(Draft("trim"), tokens[0].span) if alone else time_kept(tokens):
        yield Reading((kept,))
    drafts = asked(adding, Phrase(tokens, "add"))
    if drafts and (drafts[0].op == "caption" and not _SAYING.isdisjoint(words_of(tokens))):
        yield Reading(drafts, adding, "add")  # "a title saying Our Trip"
    placed = drafts and drafts[0].target.kind == "phrase" and tokens[0].word in ("a", "an", "some")
    if drafts and drafts[0].op == "add" and (placed or _is_new(tokens)):
        yield Reading(drafts, adding, "add")  # "snow falling outside", "a hat on the man"
    if drafts := asked(making, Phrase(tokens, "want")):
        yield Reading(drafts, making, "make")
    if drafts := asked(backing, Phrase(tokens, "use")):  # "I want a beach as the background"
        yield Reading(drafts, backing, "use")
    if drafts := asked(adding, Phrase(tokens, "apply")):  # "I need a blur on the face"
        yield Reading(drafts, adding, "apply")
    said = tokens[0].word in ("only", "just") or (only and any(token.kind == "span" for token in tokens))
    if said and (drafts := asked(keeping, Phrase(tokens, "keep"))):
        yield Reading(drafts, keeping, "keep")  # "only the dancer"
    drafts = asked(putting, Phrase(tokens, "put"))
    if drafts and drafts[0].op == "cutout":  # "the cat on a white background"
        yield Reading(drafts, putting, "put")


_SAYING = frozenset({"saying", "says", "reading", "reads", "stating"})


def _is_new(tokens: list[Token]) -> bool:
    """Whether what somebody wishes to see doing something is not there yet: ``a dog running``, ``snow falling``.

    What is there already is ``the dog``, ``my dog`` or a name.
    """
    doing = next((at for at, token in enumerate(tokens) if at and action([token]) and token.word.endswith("ing")), 0)
    first = tokens[0].word
    told = first in ARTICLES - {"a", "an", "some"} or first in _EVERYBODY or tokens[0].text[:1].isupper()
    told = told or tokens[doing - 1].word in HEARD
    bare = first in ("a", "an", "some") or doing == 1
    return bool(doing) and bare and not told


_EVERYBODY = PRONOUNS | SPEAKERS | {"people", "everyone", "everybody", "everything", "all"}


def _stated(tokens: list[Token], at: int, *, wanted: bool) -> Iterator[Reading]:
    """What is said of the thing that ends at a token: what it should be, or what is wrong with it."""
    target = noun_phrase(tokens[:at])
    if target is None:
        return
    words = tuple(token.word for token in tokens)
    for must in (*_MUST, *((*_STATED, *((word,) for word in IS)) if wanted else ())):
        tail = words[at + len(must) :]
        if words[at : at + len(must)] != must or not tail:
            continue
        of = next((place for place, word in enumerate(tail) if word in ("of", "from")), len(tail))
        placed = of == len(tail) or is_whole(list(tail[of + 1 :]) or ["it"])  # "taken out of the picture"
        gone = (
            (placed and tail[:of] in _TAKEN_OUT) or tail[:2] == ("removed", "from") or tail in (("go",), ("to", "go"))
        )
        if gone and (drafts := asked(removing, Phrase(tokens[:at], "remove"))):
            yield Reading(drafts, making, "make")
        if target.kind != "phrase" and tail[0] in ("start", "begin", "end", "stop"):  # "the clip should start at 0:04"
            begun = asked(beginning, Phrase(tokens[at + len(must) + 1 :], tail[0]))
            if begun:
                yield Reading(begun, beginning, tail[0])
        lacks = must[-1] in ("needs", "need", "use", "get", "have") and tail[0] in ("a", "an", "some")
        if lacks and (drafts := asked(giving, Phrase([*tokens[:at], *tokens[at + len(must) :]], "give"))):
            yield Reading(drafts, giving, "give")  # "the man needs a hat"
        others = replace(target, outside=True) if words[0] == "only" and target.kind == "phrase" else None
        if others and tail[-1] in ("color", "colored"):
            yield Reading((Draft("grayscale", {}, others),), making, "make")
        if others and tail in (("visible",), ("seen",), ("shown",)):
            yield Reading((Draft("cutout", {}, target),), making, "make")
        blurred = graded("blur", 1, None) if tail in (("in", "focus"), ("sharp",)) else None
        if others and blurred:
            yield Reading((blurred.on(others),), making, "make")
        drafts = asked(making, Phrase([*tokens[:at], *tokens[at + len(must) :]], "want"))
        if drafts and not any(draft.target.phrase.startswith(f"{target.phrase} ") for draft in drafts):
            yield Reading(drafts, making, "make")
    stays = next((len(one) for one in _STAYS if words[at : at + len(one)] == one), 0)
    if stays and words[at + stays - 1] in _KEEPS and words[at + stays :] not in _ITS_COLOR:
        stays = 0  # "the man keeps staring"
    if stays and (drafts := asked(keeping, Phrase([*tokens[:at], *tokens[at + stays :]], "keep"))):
        yield Reading(drafts, keeping, "keep")
    shot = target.kind != "phrase" or target.phrase in ("camera", "horizon")
    filmed = at + 1 + (words[at + 1 : at + 2] in (("filmed",), ("shot",), ("recorded",)))
    if shot and words[at] in IS and (wrong := SHOT_WRONG.get(" ".join(words[filmed:]))):
        yield Reading((Draft(wrong[0], wrong[1], vague=True),), making, "make")
    if shot and (leaning := slanted(tokens[at:])):
        yield Reading((replace(leaning, vague=True),), making, "make")
    if shot and words[at] in ("shakes", "wobbles") and all(word in _A_LOT for word in words[at + 1 :]):
        yield Reading((Draft("stabilize", vague=True),), making, "make")
    if words[at] in IS and (found := measured(tokens[:at], tokens[at + 1 :])):
        yield Reading((replace(found, vague=True),), making, "make")
    if words[at] in IS and not wanted and (regretted := shortcoming(tokens[at + 1 :])):
        yield Reading(tuple(replace(draft, target=target, vague=True) for draft in regretted), making, "make")
    if words[at] in IS and (remedy := complaint(tokens[at + 1 :])):
        named = property_in(tokens[:at])
        if named and PROPERTIES.get(named[0], ("",))[0] == remedy[0].op:  # "the white balance is too warm"
            target = named[1]
        yield Reading(tuple(replace(draft, target=target, vague=True) for draft in remedy), making, "make")
