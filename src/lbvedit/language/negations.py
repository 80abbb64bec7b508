"""What shall not be, and what shall not be done: ``do not touch the sky``, ``the plate should not be readable``."""

from __future__ import annotations

from dataclasses import replace

from lbvedit.language.complements import complement
from lbvedit.language.frames import VERB_BASES
from lbvedit.language.pronouns import PRONOUNS
from lbvedit.language.synonyms import ACTIONS, base_form
from lbvedit.language.targets import Target, noun_phrase
from lbvedit.language.tokens import MARK_HARD, MARK_SOFT, Token, Tokens, begun_by, ended_by, phrases

__all__ = ["with_negations_named"]

_DO_NOT = phrases("do not | never")
_TOUCHING = frozenset({"touch", "change", "alter", "affect", "modify"})
"""What nothing at all is done by."""
_ONE_BY_ONE = frozenset({"blur", "pixelate", "darken", "brighten", "lighten", "sharpen", "remove", "highlight",
    "censor", "hide", "delete", "erase", "crop", "grayscale", "desaturate"})  # fmt: skip
"""Verbs behind which nothing but their object stands."""
_MOVING = frozenset({"speed", "slow", "reverse", "loop", "accelerate", "cut", "trim", "freeze", "timelapse"})
"""Verbs that move sound and picture alike."""
_PASSED_OVER = phrases("never mind about | never mind | forget about | forget")
_OTHER_ENDS = frozenset({MARK_SOFT, MARK_HARD, "and", "but", "just", "only", "then", "instead"})


def with_negations_named(tokens: list[Token]) -> list[Token]:
    """``do not blur the dog, blur the rest`` -> ``leave the dog alone, blur the rest``.

    What somebody does not want to see is removed, and what nobody can read is made unreadable.
    A verb is taken back only where another clause has the same one; a thing is passed over only where another follows.
    What is left of negations is refused later.
    """
    for step in (
        _without_nothing_done,
        _with_only_named,
        _with_excess_named,
        _with_hated_named,
        _with_unheard_named,
        _with_not_joined,
        _with_unseen_named,
        _with_unwanted_removed,
        _with_spared_named,
        _without_leading_rival,
        _without_excluded_too,
        _with_neither_left_out,
        _without_rival_order,
    ):
        tokens = step(tokens)
    at = 0
    while at < len(tokens):
        size = _negation_at(tokens, at)
        end = next((place for place in range(at + size, len(tokens)) if _ends(tokens, place)), len(tokens))
        thing = tokens[at + size : end]
        target = noun_phrase(thing) if size and thing and (at or end < len(tokens)) else None
        heard = target is not None and target.phrase in ("sound", "audio")
        if heard and any(base_form(token.word, _MOVING) for token in tokens):
            break  # "speed it up, but do not change the audio" cannot be done
        if target and (heard or target.kind == "pronoun"):
            tokens = [*tokens[:at], *tokens[end:]]  # which no step on the picture touches; which nobody asked for
        elif target:
            spared = [tokens[at].corrected("leave"), *thing, tokens[end - 1].corrected("alone")]
            tokens = [*tokens[:at], *spared, *tokens[end:]]
            at += len(spared)
        at += 1
    return tokens


def _without_nothing_done(tokens: list[Token]) -> list[Token]:
    """The sentence without ``do not cut anything`` and ``do not change anything else``, beside what shall be done."""
    for at in range(1, len(tokens)):
        size = begun_by(tokens[at:], _OVERDONE)
        if size and (at + size == len(tokens) or tokens[at + size].kind == "mark"):
            tokens = [*tokens[:at], *tokens[at + size :]]
            break
    for at in range(len(tokens) - 2, -1, -1):
        size = begun_by(tokens[at:], _DO_NOT)
        said = tokens[at + size + 1 :]
        object_size = begun_by(said, _ANYTHING) if size else 0
        ends = at + size + 1 + object_size
        if object_size and (ends == len(tokens) or _ends(tokens, ends)) and (at or ends < len(tokens)):
            return _without_nothing_done([*tokens[:at], *tokens[ends:]])
    return tokens


_OVERDONE = phrases(
    "but do not overdo it | do not overdo it | but do not exaggerate | do not exaggerate | but do not go overboard | "
    "do not go overboard | but do not go too far | do not go too far | but do not overdo"
)
_ANYTHING = phrases("anything else | anything | any of the rest | any other thing")


def _with_only_named(tokens: list[Token]) -> list[Token]:
    """``nothing but the dog should be in color`` -> ``only the dog should be in color``."""
    size = begun_by(tokens, _NOTHING_BUT)
    return [tokens[0].corrected("only"), *tokens[size:]] if size else tokens


_NOTHING_BUT = phrases("nothing but | nothing except | nothing apart from | nothing other than")


def _with_excess_named(tokens: list[Token]) -> list[Token]:
    """``I do not want it so dark`` -> ``it is too dark``."""
    for at in range(len(tokens)):
        size = begun_by(tokens[at:], _NOT_WANTED)
        end = next((place for place in range(at + size, len(tokens)) if _ends(tokens, place)), len(tokens))
        so = next((place for place in range(at + size + 1, end - 1) if tokens[place].word in ("so", "too")), 0)
        about = tokens[at + size : so - ended_by(tokens[:so], _TO_BE)]
        if size and so and about and noun_phrase(about):
            fault = [tokens[so].corrected("is"), tokens[so].corrected("too"), *tokens[so + 1 : end]]
            return [*tokens[:at], *about, *fault, *tokens[end:]]
    return tokens


def _with_hated_named(tokens: list[Token]) -> list[Token]:
    """``I hate how orange it looks`` -> ``it is too orange``."""
    for at in range(len(tokens)):
        size = begun_by(tokens[at:], _HATED)
        end = next((place for place in range(at + size, len(tokens)) if _ends(tokens, place)), len(tokens))
        about = tokens[at + size + 1 : end - 1]
        if size and about and tokens[end - 1].word in ("is", "looks", "are", "look") and noun_phrase(about):
            fault = [tokens[at].corrected("is"), tokens[at].corrected("too"), tokens[at + size]]
            return [*tokens[:at], *about, *fault, *tokens[end:]]
    return tokens


_HATED = phrases("i hate how | i do not like how | i dislike how | i am not happy with how")
_NOT_WANTED = phrases("i do not want | i do not like | we do not want | i do not need")
_TO_BE = phrases("to be | being | to look")


def _with_unheard_named(tokens: list[Token]) -> list[Token]:
    """``I can not hear the speaker`` -> ``I can barely hear the speaker``, which is no order to be taken back."""
    for at in range(len(tokens)):
        size = begun_by(tokens[at:], _UNHEARD)
        if size:
            barely = [tokens[at].corrected("can"), tokens[at + 1].corrected("barely"), tokens[at + size - 1]]
            tokens = [*tokens[:at], *barely, *tokens[at + size :]]
    return tokens


_UNHEARD = phrases("can not hear | can not really hear | can not even hear | could not hear | can not understand")


def _with_not_joined(tokens: list[Token]) -> list[Token]:
    """``should not be recognizable`` -> ``should be unrecognizable``: what can be seen of something is taken away."""
    out: list[Token] = []
    for token in tokens:
        opposite = _UNSEEN.get(token.word)
        negated = ended_by(out, _NOT)
        if opposite and negated:
            out[-negated:] = [one for one in out[-negated:] if one.word == "be"]
            out.append(token.corrected(opposite))
        else:
            out.append(token)
    return out


_UNSEEN = {"recognizable": "unrecognizable", "identifiable": "unrecognizable", "readable": "unreadable",
    "legible": "unreadable", "visible": "invisible"}  # fmt: skip
_NOT = phrases("not be | not | no longer be | not be clearly | no longer")


def _with_unseen_named(tokens: list[Token]) -> list[Token]:
    """``make sure that nobody can read the address`` -> ``make the address unreadable``."""
    for at in range(len(tokens)):
        size = begun_by(tokens[at:], _SO_THAT_NOBODY)
        words = [token.word for token in tokens[at:]]
        told = size + 1 + (words[size : size + 2] == ["make", "out"])
        end = next((place for place in range(at + told, len(tokens)) if _ends(tokens, place)), len(tokens))
        thing = tokens[at + told : end]
        if size and thing and words[size] in _READS and noun_phrase(thing):
            verb, hidden = tokens[at].corrected("make"), tokens[at + size].corrected(_READS[words[size]])
            return [*tokens[:at], verb, *thing, hidden, *tokens[end:]]
    return tokens


_SO_THAT_NOBODY = phrases(
    "nobody should be able to | no one should be able to | nobody shall be able to | nobody must be able to | "
    "people should not be able to | you should not be able to | nobody should | nobody must"
) + tuple(
    (*lead, *nobody)
    for lead in phrases("make sure that | make sure | ensure that | ensure | see to it that")
    for nobody in phrases("nobody can | no one can | you can not | one can not | people can not | nobody is able to")
)
_READS = {"read": "unreadable", "see": "unrecognizable", "recognize": "unrecognizable", "identify": "unrecognizable",
    "make": "unreadable", "tell": "unrecognizable"}  # fmt: skip


def _with_unwanted_removed(tokens: list[Token]) -> list[Token]:
    """``I do not want the logo any more`` -> ``remove the logo``; what somebody shall not do is refused later."""
    for at in range(len(tokens) - 1, -1, -1):
        size = begun_by(tokens[at:], _UNWANTED)
        end = next((place for place in range(at + size, len(tokens)) if _ends(tokens, place)), len(tokens))
        thing = tokens[at + size : end - ended_by(tokens[:end], _ANY_MORE)] if size else []
        if thing and "to" not in [token.word for token in thing] and noun_phrase(thing):
            tokens = [*tokens[:at], tokens[at].corrected("remove"), *thing, *tokens[end:]]
    return tokens


_UNWANTED = phrases(
    "i do not want to see any | i do not want to see | i do not want to have | i do not want any | i do not want | "
    "i do not need any | i do not need | we do not want to see any | we do not want to see | we do not want any | "
    "we do not want | we do not need any | we do not need | there should not be any | there must not be any"
)
_ANY_MORE = phrases("any more | anymore | any longer | in there | in it | there")


def _with_spared_named(tokens: list[Token]) -> list[Token]:
    """``remove the bin without touching its shadow`` -> ``remove the bin, keep its shadow``."""
    for at in range(len(tokens) - 2, 0, -1):
        if tokens[at].word != "without" or tokens[at + 1].word not in _WITHOUT_TOUCHING:
            continue
        end = next((place for place in range(at + 2, len(tokens)) if _ends(tokens, place)), len(tokens))
        target = noun_phrase(tokens[at + 2 : end]) if end > at + 2 else None
        if target and target.kind == "phrase":
            thing = tokens[at + 2 : end]
            mark = replace(tokens[at], kind="mark", word=MARK_SOFT, text=",")
            tokens = [*tokens[:at], mark, tokens[at + 1].corrected("keep"), *thing, *tokens[end:]]
    return tokens


def _without_leading_rival(tokens: list[Token]) -> list[Token]:
    """``not the hat, the scarf should be purple`` -> ``the scarf should be purple``."""
    end = next((at for at, token in enumerate(tokens) if token.kind == "mark"), 0)
    rival = noun_phrase(tokens[1:end]) if end > 1 and tokens[0].word == "not" else None
    points = any(token.word in PRONOUNS - {"this", "that"} for token in tokens[end:])
    return tokens[end + 1 :] if rival and rival.kind == "phrase" and not points else tokens


def _without_excluded_too(tokens: list[Token]) -> list[Token]:
    """``blur the doors, the windows as well but not the garage`` -> ``blur the doors, the windows as well``."""
    for at in range(2, len(tokens) - 2):
        said = [token.word for token in tokens[at : at + 2]] == ["but", "not"]
        before = tokens[: at - (tokens[at - 1].kind == "mark")]
        also = ended_by(before, _TOO)
        end = next((place for place in range(at, len(tokens)) if tokens[place].kind == "mark"), len(tokens))
        listed = any(token.kind == "mark" or token.word == "and" for token in tokens[:at])
        if said and also and listed and noun_phrase(tokens[at + 2 : end]):
            return [*before, *tokens[end:]]
    return tokens


_TOO = phrases("as well | too | also")


def _with_neither_left_out(tokens: list[Token]) -> list[Token]:
    """``blur neither the dog nor the cat but the kid`` -> ``blur the kid``."""
    words = [token.word for token in tokens]
    at, nor = (next((at for at, word in enumerate(words) if word == one), 0) for one in ("neither", "nor"))
    but = next((place for place in range(nor, len(words)) if words[place] in ("but", "only", "just")), 0)
    if not 0 < at < nor < but or not noun_phrase(tokens[at + 1 : nor]):
        return tokens
    rivals = [token for token in tokens[nor + 1 : but] if token.kind != "mark"]
    after = but + 1 + (words[but + 1 : but + 2] in (["only"], ["just"]))
    return [*tokens[:at], *tokens[after:]] if rivals and noun_phrase(rivals) else tokens


def _without_rival_order(tokens: list[Token]) -> list[Token]:
    """``do not make it darker, make it warmer`` -> ``make it warmer``.

    ``do not remove the people, just blur their faces`` -> ``find the people, just blur their faces``. What is not to be
    done is no more than left out only where the other order is about the same, or says so (``just``, ``but``).
    """
    for at in range(len(tokens)):
        size = begun_by(tokens[at:], _DO_NOT)
        begins = not at or tokens[at - 1].kind == "mark" or tokens[at - 1].word in ("and", "please", "then")
        verb = at + size
        end = next((place for place in range(verb, len(tokens)) if _ends(tokens, place)), len(tokens))
        order = next((place for place in range(end, len(tokens)) if tokens[place].word not in _JOINTS), len(tokens))
        if not size or not begins or not verb < end < order < len(tokens) or tokens[verb].word in _TOUCHING:
            continue
        ends = next((place for place in range(order, len(tokens)) if tokens[place].kind == "mark"), len(tokens))
        does = all(base_form(tokens[place].word, VERB_BASES) == tokens[place].word for place in (verb, order))
        said = noun_phrase(tokens[order + 1 : ends])
        target, thing = _negated(tokens[verb + 1 : end], acts=tokens[verb].word in _MAKING)
        points = any(token.word in _POINTING for token in tokens[order:ends])
        contrast = (
            points
            or tokens[verb].word == tokens[order].word not in _MAKING
            or any(token.word in _CONTRASTS for token in tokens[end:order])
        )
        rather = complement(tokens[order:ends]) if tokens[verb].word in _MAKING and tokens[end:order] else None
        if rather and target and thing and not does:  # "do not make it too bright, just a bit brighter"
            return [*tokens[:at], tokens[verb], *thing, *tokens[order:]]
        others = said is not None and (said.kind in ("rest", "whole") or said.outside)
        if not does or not contrast or target is None or (others and target.kind == "phrase"):
            continue
        if target.phrase in ("sound", "audio"):
            continue
        named = (
            [tokens[at].corrected("find"), *thing, _comma(tokens[end])] if target.kind == "phrase" and points else []
        )
        return [*tokens[:at], *named, *tokens[order:]]
    return tokens


def _negated(tokens: Tokens, *, acts: bool) -> tuple[Target | None, Tokens]:
    """What something shall not be done to, and its words, without what shall not become of it.

    Args:
        tokens: the words behind the verb.
        acts: whether what it does may follow: ``do not let the man jump``.
    """
    while len(tokens) > 1 and tokens[0].word in ("up", "down", "out", "off", "away", "in", "on"):
        tokens = tokens[1:]
    for cut in range(1, len(tokens)):
        done = complement(tokens[cut:]) or (acts and tokens[cut].word in ACTIONS)
        if done and (target := noun_phrase(tokens[:cut])):
            return target, tokens[:cut]
    return (noun_phrase(tokens) if tokens else None), tokens


def _comma(before: Token) -> Token:
    return Token("mark", ",", MARK_SOFT, before.start, before.start)


_MAKING = frozenset({"make", "let", "have"})
_CONTRASTS = frozenset({"but", "just", "only", "instead", "rather", "simply"})
_JOINTS = _CONTRASTS | {MARK_SOFT, MARK_HARD, "please", "and"}
_POINTING = PRONOUNS | {"his", "their", "its"}
_WITHOUT_TOUCHING = frozenset({"touching", "changing", "altering", "affecting", "modifying"})


def _ends(tokens: Tokens, at: int) -> bool:
    """Whether a clause ends at a token; ``the man and the dog`` does not."""
    paired = tokens[at].word == "and" and at + 1 < len(tokens) and tokens[at + 1].word in ("the", "his", "her", "my")
    return tokens[at].word in _OTHER_ENDS and not paired


def _negation_at(tokens: Tokens, at: int) -> int:
    """How many words say that the thing behind them is left alone; 0 where none do."""
    words = tuple(token.word for token in tokens[at : at + 4])
    begins = not at or tokens[at - 1].kind == "mark" or tokens[at - 1].word in ("and", "but", "please", "just")
    if size := next((len(one) for one in _PASSED_OVER if words[: len(one)] == one), 0):
        return size if not at else 0
    size = next((len(one) for one in _DO_NOT if words[: len(one)] == one), 0)
    if not size or not begins or len(words) == size:
        return 0
    verb = words[size]
    again = any(base_form(token.word, _ONE_BY_ONE) == verb for token in (*tokens[:at], *tokens[at + size + 1 :]))
    rather = [token.word for token in tokens[at + size + 1 : at + size + 4]]  # "do not crop it, just make it smaller"
    rival = rather[:2] == ["it", MARK_SOFT] and rather[2:] in (["just"], ["only"], ["rather"])
    return size + 1 if verb in _TOUCHING or (verb in _ONE_BY_ONE and (again or rival)) else 0
