"""From a sentence to a plan: :func:`parse`.

    text -> tokens, prepared -> times marked -> pieces between separators -> clauses (verb frames) -> drafts -> steps

Where pieces belong to one clause ("the dog and the cat") and where they part two ("blur the dog and reverse it") is
found by search: the finest division in which every clause is understood wins. A slip of the finger that can be nothing
else is mended first, any other only where the sentence cannot be understood without.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, islice, product

from lbvedit.errors import InstructionError
from lbvedit.language.clauses import read_clause
from lbvedit.language.drafts import Draft
from lbvedit.language.frames import VERB_BASES
from lbvedit.language.frames.becoming import STYLES
from lbvedit.language.frames.phrase import property_in
from lbvedit.language.lexicon import thing_words
from lbvedit.language.lists import without_list_marks
from lbvedit.language.manners import without_manners
from lbvedit.language.ordinary import ORDINARY
from lbvedit.language.pointing import with_times_referred
from lbvedit.language.preparation import prepared
from lbvedit.language.pronouns import PRONOUNS
from lbvedit.language.reading import Reading
from lbvedit.language.reasons import without_purposes, without_reasons
from lbvedit.language.referents import NoTargetError
from lbvedit.language.refusal import (
    not_understood,
    refuse_ever_more,
    refuse_file_size,
    refuse_negation,
    refuse_open_color,
    refuse_open_speed,
    refuse_sound_cleaning,
)
from lbvedit.language.remarks import REMARK, remark
from lbvedit.language.resolve import resolve
from lbvedit.language.spelling import candidates, is_sure_slip
from lbvedit.language.synonyms import ACTIONS, COLORED, PROPERTIES, is_comparative
from lbvedit.language.targets import noun_phrase
from lbvedit.language.times import mark_times
from lbvedit.language.tokens import MARK_HARD, MARK_SOFT, Token, Tokens, tokenize
from lbvedit.language.vocabulary import vocabulary, with_known_words
from lbvedit.types import EditPlan

__all__ = ["parse"]

_LONGEST = 2000
_HARD_WORDS = frozenset({"then", "afterwards", "finally", "lastly"})
_SOFT_WORDS = frozenset({"and", "while", "plus", "but", "also"})
_RUN_ON_WORDS = (
    "bw reverse grayscale sepia stabilize denoise sharpen make remove replace add blur recolor turn change paint trim "
    "mute crop delete fade flip rotate resize fix please"
)
_ASKING = frozenset({"can", "could", "would", "will"})
_RUN_ON = frozenset(_RUN_ON_WORDS.split())
_LEADS = frozenset({"as", "like", "that", "if", "how", "while", "so", "where", "what", "when", "than", "because"})
"""Behind which ``it is`` begins no clause of its own."""
_AT_LENGTH = frozenset({"long", "late", "early", "soon"})
_POINTING = PRONOUNS | {"his", "her", "its", "their"}
_COMPLAINING = frozenset({"too", "enough"})
_QUOTED = re.compile(r"""\s*["“']([^"“”']*)["”']\s*""")
_TRIES = 60
_LONGEST_CLAUSE = 60
_MOST_PIECES = 120
_MOST_EFFORT = 40_000


def parse(text: str) -> EditPlan:
    """The plan that a sentence asks for.

    Args:
        text: English, one or several clauses.

    Raises:
        InstructionError: some part is not understood, asks for something not to be done, or asks for nothing; the
            message says what was understood and the hint names the nearest things that can be done.
    """
    if len(text) > _LONGEST:
        raise InstructionError(
            f"an instruction has at most {_LONGEST} characters, got {len(text)}", hint="say it in several runs"
        )
    if text.lstrip().startswith(("{", "[{")):
        raise InstructionError("that is no sentence", hint="an edited plan goes in by --plan-file")
    whole = _QUOTED.fullmatch(text)
    tokens, notes = with_known_words(tokenize(without_list_marks(whole.group(1) if whole else text), vocabulary()))
    tokens = prepared(tokens)
    refuse_open_speed(tokens)
    tokens, reasons = without_reasons(tokens, VERB_BASES)
    notes += reasons
    refuse_negation(tokens)
    tokens, remarks = with_times_referred(tokens)
    notes += remarks
    refuse_sound_cleaning(tokens)
    refuse_file_size(tokens)
    refuse_ever_more(tokens)
    refuse_open_color(tokens)
    if not without_manners(tokens):
        raise not_understood(text, [], [])
    effort = _Effort()
    corrections: tuple[str, ...] = ()
    readings = _search(mark_times(tokens), text, effort)
    if readings is None:
        readings = _search(mark_times(tokens), text, effort, run_on=True)
    if readings is None:
        meant, purposes = without_purposes(tokens, VERB_BASES)
        readings = _search(mark_times(meant), text, effort) if purposes else None
        notes += purposes if readings is not None else ()
    if readings is None:
        readings = _search_with_remarks(tokens, text)
    if readings is None:
        readings, corrections = _search_corrected(tokens, text, effort)
        notes += corrections
    if readings is None:
        raise not_understood(text, *_understood(mark_times(tokens), text))
    try:
        plan = resolve(readings, text)
    except NoTargetError:  # "make it look lke a cartoon" animates nothing
        again, corrections = (None, ()) if corrections else _search_corrected(tokens, text, effort)
        if again is None:
            raise
        plan, notes = resolve(again, text), notes + corrections
    return replace(plan, notes=(*notes, *plan.notes))


def _search_with_remarks(tokens: list[Token], text: str) -> list[_Clause] | None:
    """Tries the sentence with clauses that only say how things are; None where it has no other clause."""
    for run_on in (False, True):  # "the sign is ugly remove it" is no remark as a whole
        readings = _search(mark_times(tokens), text, _Effort(), remarks=True, run_on=run_on)
        if readings and any(draft.op != REMARK for drafts, _ in readings for draft in drafts):
            return readings
    return None


class _Effort:
    """How much trying is left for a sentence, so that even nonsense of full length is refused in a moment."""

    def __init__(self) -> None:
        self._left = _MOST_EFFORT

    def allows(self, clause: Tokens) -> bool:
        """Whether a clause may still be tried; the cost of trying grows with the square of its length."""
        self._left -= len(clause) ** 2
        return self._left > 0 and len(clause) <= _LONGEST_CLAUSE


def _search_corrected(tokens: list[Token], text: str, effort: _Effort) -> tuple[list[_Clause] | None, tuple[str, ...]]:
    """Tries the sentence with one word corrected, then two, and so on."""
    options: list[tuple[int, list[str]]] = []
    for at, token in enumerate(tokens):
        known = token.word in ORDINARY or token.word in vocabulary() or token.word in thing_words() | STYLES
        if token.kind == "word" and len(token.word) > 2 and not known:
            acts = [verb for verb in candidates(token.word, ACTIONS) if is_sure_slip(token.word, verb)]
            near = [*candidates(token.word, vocabulary()), *acts]
            if near:
                options.append((at, near[:4]))
    tries = (
        dict(zip((at for at, _ in chosen), words, strict=True))
        for count in range(1, min(5, len(options)) + 1)
        for chosen in combinations(options, count)
        for words in product(*(near for _, near in chosen))
    )
    for correction in islice(tries, _TRIES):
        fixed = list(tokens)
        for at, word in correction.items():
            fixed[at] = replace(tokens[at], word=word, text=word)
        try:
            readings = _search(mark_times(fixed), text, effort)
        except InstructionError:
            continue
        if readings is not None:
            return readings, tuple(f"read {tokens[at].text!r} as {word!r}" for at, word in correction.items())
    return None, ()


_Clause = tuple[tuple[Draft, ...], bool]
"""The drafts of a clause, and whether a soft separator joins it to the next."""


def _pieces(tokens: Tokens, *, run_on: bool) -> list[tuple[int, int, bool]]:
    """The stretches between separators: first token, end, and whether a hard separator follows."""
    out: list[tuple[int, int, bool]] = []
    start = at = 0
    while at < len(tokens):
        after, hard = at, False
        while after < len(tokens) and (separator := _separator(tokens, after)):
            hard = hard or separator == MARK_HARD
            after += 1
        if after > at:
            if at > start:
                out.append((start, at, hard))
            elif out and hard:
                out[-1] = (out[-1][0], out[-1][1], True)
            start = at = after
            continue
        if run_on and at > start and _runs_on(tokens, at):
            out.append((start, at, False))
            start = at
        at += 1
    if start < len(tokens):
        out.append((start, len(tokens), True))
    return out


def _runs_on(tokens: Tokens, at: int) -> bool:
    """Whether a new clause may begin without any separator.

    That is at a verb that is no noun, at any behind "it" or a time, at a request, where somebody is spoken of, or at
    another quality.
    """
    token = tokens[at]
    verb = token.word in VERB_BASES and tokens[at - 1].word in ("it", "them")
    asks = token.word in _ASKING and [one.word for one in tokens[at + 1 : at + 2]] == ["you"]
    tells = token.word in ("she", "he", "they") and tokens[at - 1].kind == "word"
    led = not _LEADS.isdisjoint(one.word for one in tokens[max(at - 2, 0) : at])  # "so bright it is blown out"
    tells = tells or ([one.word for one in tokens[at : at + 2]] == ["it", "is"] and not led)
    asks = asks or [one.word for one in tokens[at : at + 3]] == ["get", "rid", "of"]
    speaks = token.word in ("i", "we", "you") and [one.word for one in tokens[at + 1 : at + 2]] in (["can"], ["cant"])
    tells = tells or (speaks and tokens[at - 1].kind == "word" and tokens[at - 1].word not in _LEADS)
    measured = tokens[at - 1].kind in ("span", "duration", "percent", "clock", "number")
    timed = measured and token.word in VERB_BASES | PROPERTIES.keys()
    another = tokens[at - 1].kind == "word" and not is_comparative(tokens[at - 1].word)
    another = another and (token.word in ("more", "less") or is_comparative(token.word))
    another = another or (token.word in COLORED and token.word.endswith("er"))  # "bluer sky greener grass"
    return token.kind == "word" and (another or token.word in _RUN_ON or verb or asks or tells or timed)


def _separator(tokens: Tokens, at: int) -> str | None:
    token = tokens[at]
    if token.kind == "mark":
        return token.word
    if token.kind == "word" and token.word in _HARD_WORDS:
        return MARK_HARD
    return MARK_SOFT if token.kind == "word" and token.word in _SOFT_WORDS else None


def _search(
    tokens: Tokens, text: str, effort: _Effort, *, run_on: bool = False, remarks: bool = False
) -> list[_Clause] | None:
    """The finest division into clauses that are all understood, or None."""
    pieces = _pieces(tokens, run_on=run_on)
    failed: set[tuple[object, ...]] = set()

    def read(at: int, previous: Reading | None) -> list[_Clause] | None:
        if at == len(pieces):
            return []
        key: tuple[object, ...] = (at,)
        if previous is not None:
            begins = previous.tokens[0].start if previous.tokens else -1
            key = (at, previous.verb, previous.particle, id(previous.frame), begins, previous.wished, previous.ended)
        if key in failed:
            return None
        if not without_manners(tokens[pieces[at][0] : pieces[at][1]]):
            return read(at + 1, previous)  # "Hi! ... Thanks!"
        for end in range(at + 1, len(pieces) + 1):
            ended = previous is not None and previous.ended  # whether "and" or "also" stands before it counts
            clause = tokens[pieces[at][0] - ended : pieces[end - 1][1]]
            if not effort.allows(clause):
                break
            topic = _is_topic(tokens, pieces[end - 1][1], first=at == 0)
            told = remarks and not _adds_to_an_order(tokens, pieces[at][0], previous)
            told = told and (_COMPLAINING.isdisjoint(token.word for token in clause) or _is_answered(tokens, clause))
            for reading in _readings(clause, previous, topic=topic, remarks=told):
                hard = pieces[end - 1][2]
                ended_first = reading.drafts[0].op == REMARK  # "the sky looks orange. Please fix that."
                following = None
                for ended in (ended_first, not ended_first) if hard and end < len(pieces) else (False,):
                    following = read(end, replace(reading, ended=True) if ended else None if hard else reading)
                    if following is not None:
                        break
                if following is not None:
                    words = _said(without_manners(clause), text)
                    drafts = tuple(replace(draft, words=words) for draft in reading.drafts)
                    return [(drafts, not hard), *following]
            if pieces[end - 1][2]:
                break
        failed.add(key)
        return None

    if len(pieces) > _MOST_PIECES:
        raise InstructionError(
            f"{len(pieces)} clauses at once are more than {_MOST_PIECES}", hint="say it in several runs"
        )
    return read(0, None) if pieces else None


def _is_topic(tokens: Tokens, end: int, *, first: bool) -> bool:
    """Whether words that end there may name what follows: ``the cap: make it red``, ``the man, blur his face``."""
    if end >= len(tokens):
        return False
    follows = itertools.takewhile(lambda token: token.kind != "mark", tokens[end + 1 :])
    parted = tokens[end].text.strip() in (",", ".", "-", "–", "—")
    pointing = {token.word for token in follows}
    last = tokens[end - 1].word if end else ""
    if last.endswith("s") and last[:-1] in ACTIONS and pointing & {"it", "him", "her"}:
        return False  # "the lamp flickers, get rid of it"
    named = first and parted and not _POINTING.isdisjoint(pointing)
    return named or tokens[end].text == ":"


def _adds_to_an_order(tokens: Tokens, at: int, previous: Reading | None) -> bool:
    """Whether a word joins what begins there to an order: ``make the car red and the sky is blue`` is no remark.

    Nor is ``blur the dog while it is barking``, which says when.
    """
    ordered = previous is not None and any(draft.op != REMARK for draft in previous.drafts)
    return ordered and tokens[at - 1].word in ("and", "while")


def _is_answered(tokens: Tokens, clause: Tokens) -> bool:
    """Whether what mends it follows a complaint: ``the hat is too plain, make it striped``.

    That is told by a pronoun, or by a time that makes shorter what is too long.
    """
    follows = itertools.dropwhile(_parts_clauses, (token for token in tokens if token.start >= clause[-1].end))
    answer = list(itertools.takewhile(lambda token: not _parts_clauses(token), follows))
    timed = any(token.word in _AT_LENGTH for token in clause) and any(
        token.kind in ("span", "duration", "clock") for token in answer
    )
    return timed or any(token.word in _POINTING for token in answer)


def _parts_clauses(token: Token) -> bool:
    return token.kind == "mark" or token.word in _HARD_WORDS | _SOFT_WORDS


def _said(tokens: Tokens, text: str) -> str:
    """The stretch of the sentence that some tokens stand for."""
    return " ".join(text[tokens[0].start : tokens[-1].end].split()) if tokens else ""


def _readings(
    clause: Tokens, previous: Reading | None, *, topic: bool = False, remarks: bool = False
) -> Iterator[Reading]:
    yield from islice(read_clause(clause, previous), 4)
    target = noun_phrase(clause) if topic and not _tells(clause) else None
    named = property_in(clause, loose=True) if target else None
    if named and named[0] == "color" and named[1].kind == "phrase":  # "truck color: red"
        target = named[1]
    if target is not None:  # "the cap: make it red"
        yield Reading((Draft("focus", {}, target),))
    if remarks and (told := remark(clause)):
        yield Reading((told,), tokens=tuple(clause))


def _tells(clause: Tokens) -> bool:
    """Whether a clause says how something looks, and so names no topic: ``the sky looks orange, fix that``."""
    return any(
        token.word in _LOOKS and before.word not in ("who", "that", "which")
        for before, token in itertools.pairwise(clause)
    )


_LOOKS = frozenset({"look", "looks", "seem", "seems", "appear", "appears"})


def _understood(tokens: Tokens, text: str) -> tuple[list[_Clause], list[str]]:
    """For the refusal: the clauses that are understood on their own, and the words of those that are not."""
    clauses: list[_Clause] = []
    lost: list[str] = []
    pieces = _pieces(tokens, run_on=False)
    at = 0
    while at < len(pieces):
        for end in range(min(at + 3, len(pieces)), at, -1):
            clause = tokens[pieces[at][0] : pieces[end - 1][1]]
            if any(hard for _, _, hard in pieces[at : end - 1]) or len(clause) > _LONGEST_CLAUSE:
                continue
            if reading := next(_readings(clause, None), None):
                clauses.append((reading.drafts, False))
                at = end
                break
        else:
            if said := _said(without_manners(tokens[pieces[at][0] : pieces[at][1]]), text):
                lost.append(said)
            at += 1
    return clauses, lost
