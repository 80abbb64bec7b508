"""What is said around a wish and asks for nothing: politeness, order words, thanks, laughter."""

from __future__ import annotations

import re

from lbvedit.language.synonyms import STATES
from lbvedit.language.tokens import Token, Tokens, phrases

__all__ = ["FILLERS", "LATER", "without_manners", "without_trailers"]

_REQUESTS = phrases(
    "i would be very grateful if you could | might i ask you to | is there a chance you could | "
    "is there any chance you could | "
    "is there a chance that you could | i wonder if you could | i wonder whether you could | "
    "i would really appreciate it if you could | we would appreciate it if you could | "
    "we would be grateful if you could | would it be at all possible to | would it be possible at all to | "
    "i would be ever so grateful if you could | i would be so grateful if you could | would you be able to | "
    "will you be able to | might you be able to | is there any chance of | is there a chance of | any chance of | "
    "i would really appreciate it if you would | it would mean a lot if you could | could i trouble you to | "
    "could i ask you to | can i ask you to | may i trouble you to | would you care to | "
    "my goal is to | the goal is to | my idea is to | the idea is to | the aim is to | my aim is to | my plan is to | "
    "the plan is to | i am looking to | i am hoping to | what i want is to | all i want is to | what i need is to | "
    "is it at all possible to | i would love it if you could | it would be great if you could | "
    "it would be nice if you could | i would appreciate it if you could | would you be so kind as to | "
    "i would be grateful if you could | i would be happy if you could | it would be lovely if you could | "
    "would it be possible for you to | i would love for you to | my task for you is to | would you be so kind and | "
    "i was wondering if you could | i was wondering whether you could | i was wondering if you might | "
    "i was wondering whether you might | can i get you to | could i get you to | may i ask you to | "
    "i would like you to | would it be possible to | do me a favor and | be so kind as to | is there any way to | "
    "is there a way to | would it be ok to | would it be okay to | i was hoping you could | do you think you could | "
    "do you think you can | i would like that you | i want you to | i would like to | i need you to | i would love to "
    "| i would prefer to | is it possible to | are you able to | i am going to | your task is to | the task is to | "
    "i was hoping to | any chance you could | i am trying to | it is needed to | it is necessary to | i just want to "
    "| i just need to | i need that you | i want that you | would you mind | do you mind | i want to | i need to | "
    "i wish to | we need to | we want to | you need to | you have to | could you possibly | can you possibly | "
    "help me to | go ahead and | make sure to | be sure to | feel free to | how do i | how can i | how would i | "
    "how do you | id like to | could you | can you | would you | will you | could we | can we | can i | could i | "
    "you should | you must | please you can | please you could | let us | help me | try to | i will | we will | "
    "how about | what about | why not | remember to | go and | please to | could somebody | can someone | please you | "
    "let me | lets"
)
_ORDER = phrases(
    "before you do anything else | as a next step | in the end | last of all | first of all | to begin with | "
    "to start with | as well as | before anything else | and then | after that | after this | at last | start by | "
    "begin by | followed by | before that | and also | in addition | once more | and finally | but also | or rather | "
    "next up | step one | step two | step three | now | also | so | then | and | first | firstly | second | secondly "
    "| thirdly | next | finally | lastly | afterwards | afterward | plus | additionally | subsequently | again | "
    "meanwhile | but | step | instead | third | fourth | fifth"
)
_SMALL_TALK = phrases(
    "i hope you are well | i hope this is ok | i hope you are doing well | hope you are well | "
    "for legal reasons | for privacy reasons | for privacy | for safety reasons | "
    "here is what i need | here is what i want | here is the plan | here is what to do | do the following | "
    "do two things | do three things | do a few things | do some things | i need a few things | two things | "
    "three things | a few things | a couple of things | several things | "
    "you are at it | we are at it | if it is not too much trouble | if it is no trouble | if that is ok | "
    "if that is okay | if that is possible | if it is possible | if you would | when you have time | "
    "when you have a minute | when you get a chance | if you do not mind | be a dear and | be an angel and | "
    "be a good sport and | be a star and | be a dear | be an angel | pretty please | thank you kindly | "
    "much appreciated | thanks ever so much | if it is not too much to ask | with your permission | "
    "i feel like | if you can | if you could | we are good | that is it | that is all | we are done | i am happy | "
    "i think | i guess | i reckon | i suppose | thank you | good morning | dear editor | if possible | so basically | "
    "thanks a lot | thanks a million | thanks a bunch | thanks so much | thank you so much | thank you very much | "
    "many thanks | thanks in advance | cheers | hey so | hey there | hi there | "
    "hello there | please | kindly | simply | hey | hi | hello | ok | okay | well | maybe | perhaps | "
    "quickly | carefully | yes | thanks | actually | basically | anyway | essentially | mate | pal | dude | sorry | "
    "right | um | uh | ta | buddy | guys | yo | omg | bro | honestly | like | ugh | argh | oh | hmm | damn"
)
_WHERE = phrases(
    "in this video | in the video | in this clip | in the clip | for this video | for this clip | for the video | "
    "with this video"
)
FILLERS = tuple(sorted((*_REQUESTS, *_ORDER, *_SMALL_TALK, *_WHERE), key=lambda phrase: -len(phrase)))
"""Manners and order words that may stand before a clause."""
_TRAILERS = phrases(
    "if it is not too much trouble | if that is ok | if that is okay | if it is possible | when you have time | "
    "when you get a chance | when you have a minute | thank you kindly | much appreciated | pretty please | "
    "please | for me | thanks | thank you | if you can | if possible | if you could | ok | as well | too | "
    "right now | immediately | would you | will you | can you | could you | thank you very much | many thanks | "
    "if you do not mind | cheers | at the same time | thanks a lot | first | and | that would be great | "
    "in that order | in the process | again | finally | then | also | throughout | all the way through | "
    "the whole time | the entire time | from start to finish | from start to end | from the start to the end | "
    "from beginning to end | from the beginning to the end | instead | thx | ty | asap | tho | though | rn | bro | "
    "thanks in advance | not sure | i guess | or something | i think | i reckon | i suppose | "
    "without changing anything else | without changing the colors | and nothing else | nothing else | "
    "without touching anything else | as hell | in here | wherever it appears | whenever it appears | "
    "every time it appears | whenever it is visible | whenever it is seen | whenever he appears | "
    "whenever she appears | whenever they appear | wherever they appear | wherever it is seen | "
    "wherever you see it | whenever you see it | whenever it shows up | wherever it shows up | "
    "and leave everything else alone | leave the rest alone | and leave the rest alone | "
    "and leave the rest as it is | for privacy | for privacy reasons | for safety | for anonymity | "
    "for legal reasons | for clarity | for fun | for effect | for dramatic effect | for emphasis | for a change | "
    "for good measure | for now | not of the rest | not the rest | not everything else | not on the rest | "
    "not for the rest | but not the rest | somehow | for instagram | for tiktok | for youtube | for social media | "
    "for reels | for stories | for my phone | now | for us | for mobile | for the web | for the whole video | "
    "for the entire video | for the whole clip | the whole way through | thanks a million | thanks a bunch | "
    "thank you so much | thanks so much"
)
LATER = phrases(
    "after that | afterwards | afterward | thereafter | from then on | from there on | from that point on | from there "
    "| until the end | till the end"
)
"""What says, behind a clause, that it holds from where the one before ends; if that ends anywhere."""
_LAUGHTER = re.compile(r"lo+l+|lma+o+|(ha){2,}h?|(he){2,}|x+d+")


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
        if not changed and (size := _trailer(tokens)):  # what it asks for, told by its verb, comes first
            tokens, changed = tokens[:-size], True
    return tokens


def without_trailers(tokens: Tokens) -> list[Token]:
    """Some words without the politeness behind them."""
    tokens = list(tokens)
    while size := _trailer(tokens):
        tokens = tokens[:-size]
    return tokens


def _trailer(tokens: list[Token]) -> int:
    """How many words of politeness end some words; 0 where none do."""
    words = tuple(token.word for token in tokens)
    ending = (one for one in (*_TRAILERS, *LATER) if words[-len(one) :] == one and not _is_the_shape(tokens, one))
    return next((len(one) for one in ending if not _is_written(tokens, one)), 0)


def _is_written(tokens: list[Token], phrase: tuple[str, ...]) -> bool:
    """Whether the last words may end what is written without quotes: ``write Buy now``, ``the caption Pray for us``."""
    said = tokens[: -len(phrase)]
    if not said or said[-1].kind == "mark" or said[-1].word in _PLACES:
        return False
    if phrase not in _WRITTEN_TOO and len(said) > 1:
        return False
    told = next((at for at, token in enumerate(said) if token.word in _TEXTS), len(said))
    writes = said[0].word in ("write", "type", "print") or (said[0].word in _BRINGING and told + 1 < len(said))
    return writes and not any(token.kind in ("quote", "span", "duration") for token in said)


_WRITTEN_TOO = phrases("now | right now | for us | for now | again | for fun | immediately | finally | for a change")
"""What asks for nothing, and yet ends many a caption; ``please`` is meant for the editor wherever it stands."""
_BRINGING = frozenset({"add", "put", "insert", "place", "overlay", "display", "show", "include", "caption", "title"})
_TEXTS = frozenset({"text", "caption", "title", "subtitle", "words", "heading", "headline", "message", "label", "line"})
_PLACES = frozenset({"top", "bottom", "left", "right", "center", "middle", "corner", "it", "screen", "video", "clip",
    "picture", "start", "beginning", "end"})  # fmt: skip
"""Behind which what is written has ended: ``write Hi at the top for us``."""


def _laughs(tokens: list[Token]) -> bool:
    """Whether a clause ends with ``haha``, unless that is what it writes."""
    told = len(tokens) > 2 and tokens[-2].word not in ("text", "caption", "title", "saying", "says")
    return told and _LAUGHTER.fullmatch(tokens[-1].word) is not None


def _means_something(tokens: list[Token], phrase: tuple[str, ...]) -> bool:
    """Whether an order word is part of the clause: ``second`` in "second 5", a wish before its object."""
    after = tokens[len(phrase)] if len(tokens) > len(phrase) else None
    if phrase in (("second",), ("first",), ("step",)):
        return after is not None and after.kind in ("number", "span", "duration")
    if phrase in (("what", "about"), ("how", "about")):  # "how about a hat on the man"
        return after is not None and after.word in ("a", "an", "some")
    return False


def _is_the_shape(tokens: list[Token], phrase: tuple[str, ...]) -> bool:
    """Whether ``for tiktok`` says what to crop to; behind ``to a square`` it only says why."""
    if phrase[:1] != ("for",) or phrase[1] in ("me", "us") or tokens[0].word not in ("crop", "reframe", "recrop"):
        return False
    before = tokens[: -len(phrase)]
    return not any(token.kind in ("clock", "aspect", "size") or _named_shape(token) for token in before)


def _named_shape(token: Token) -> bool:
    return STATES.get(token.word, ("",))[0] == "crop"
