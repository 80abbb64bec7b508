"""Words on the picture: what they say, and where they stand."""

from __future__ import annotations

from dataclasses import replace

from lbvedit.language.complements import color
from lbvedit.language.drafts import Draft, spanned
from lbvedit.language.frames.phrase import Phrase, words_of
from lbvedit.language.orders import swallows
from lbvedit.language.pronouns import ARTICLES
from lbvedit.language.targets import noun_phrase
from lbvedit.language.tokens import Token, Tokens, ended_by, join, phrases

__all__ = ["TEXT_NOUNS", "captioning", "text_in"]

TEXT_NOUNS = frozenset({"caption", "text", "title", "subtitle", "subtitles", "label", "heading", "words", "message",
    "headline", "line", "captions", "word", "lettering", "watermark", "banner", "sentence", "letters", "lower-third",
    "credit"})  # fmt: skip
_AROUND_TEXT = frozenset({"my", "our", "name", "names", "address", "date", "place", "location", "number", "website",
    "hashtag", "handle", "tagline", "slogan", "quote", "year", "price", "it", "video", "clip", "on", "in", "screen",
    "frame", "over", "footage", ",", "to", "please", "white", "big", "small", "simple", "short", "picture", "scene",
    "onto", "movie", "note", "sign", "banner", "sticker", "notice"})  # fmt: skip
_WRITING = frozenset({"caption", "subtitle", "title", "write", "type", "print", "display", "label", "overlay", "show"})
_BRINGING = frozenset({"add", "put", "insert", "place", "overlay", "stick", "slap"})
_PLAIN = frozenset({"new", "big", "small", "simple", "short", "white"})
"""How every caption is, more or less."""
_SAYING = frozenset({"saying", "reading", "says", "reads", "that", "which", "with", "of", "say", "read", "labeled",
    "called", "as", "stating", "words", "text", "is"})  # fmt: skip


def captioning(phrase: Phrase) -> list[Draft] | None:
    """``write "The End" in the middle``, ``caption it "made with love"``."""
    return text_in(phrase.tokens, phrase)


def text_in(tokens: list[Token], phrase: Phrase) -> list[Draft] | None:
    """The caption that some words ask for: ``the text "Hi" at the top``, ``"Hi" bottom left for 3 seconds``."""
    position, tokens = _position(tokens)
    if position == "?":
        return None
    if len(tokens) > 2 and tokens[-1].kind == "duration" and tokens[-2].word == "for":
        return _for_a_while(tokens, position, phrase)
    quotes = [at for at, token in enumerate(tokens) if token.kind == "quote"]
    if quotes and tokens[-1].kind in ("clock", "duration") and tokens[-2].word == "at":
        return _from_a_moment(tokens, position, phrase)
    if quotes:
        return _quoted(tokens, quotes[0], position, phrase) if len(quotes) == 1 else None
    words = words_of(tokens)
    told = 2 + (words[1:3] in (["phone", "number"], ["telephone", "number"], ["email", "address"]))
    if position and len(words) > told and words[0] in ARTICLES and words[told - 1] in _TOLD:
        return _unquoted(tokens[told:], position, phrase)
    named = next((at for at, word in enumerate(words) if word in TEXT_NOUNS), None)
    lead = phrase.verb in _WRITING
    plain = _without_letters(tokens)
    if named in (None, len(words) - 1) and not lead and (len(plain) < len(tokens) or (position and _is_shouted(plain))):
        return _unquoted(plain, position, phrase)
    words = words_of(plain)
    if named is not None and all(word in ARTICLES | _PLAIN for word in words[:named]):
        after = named + 1
        while after < len(plain) and (words[after] in _SAYING or words[after] == ","):
            after += 1
        return _unquoted(plain[after:], position, phrase)
    if lead and position and plain and plain[0].text == ":":  # "caption top: Hi"
        return _unquoted(plain[1:], position, phrase)
    return _written(plain, position, phrase) if words and words[0] not in ("a", "an", "it") else None


def _for_a_while(tokens: list[Token], position: str, phrase: Phrase) -> list[Draft] | None:
    """A caption for the first seconds, or for the last: ``"Bye" at the end for 3 seconds``."""
    late = ended_by(tokens[:-2], _AT_THE_END)
    said = text_in(tokens[: len(tokens) - 2 - late], phrase)
    timed = spanned(said[0], (-tokens[-1].value, None) if late else (None, tokens[-1].value)) if said else None
    if timed is None:
        return None
    params = {**timed.params, "position": position or timed.params["position"]}
    return [replace(timed, params=params).noted(f"shown for the {'last' if late else 'first'} {tokens[-1].text}")]


def _from_a_moment(tokens: list[Token], position: str, phrase: Phrase) -> list[Draft] | None:
    """A caption that comes at a moment and stays: ``"Watch this" at 2 s``."""
    said = text_in(tokens[:-2], phrase)
    timed = spanned(said[0], (tokens[-1].value, None)) if said and len(said) == 1 else None
    if timed is None:
        return None
    params = {**timed.params, "position": position or timed.params["position"]}
    return [replace(timed, params=params).noted(f"shown from {tokens[-1].text} to the end; say for how long")]


def _quoted(tokens: list[Token], at: int, position: str, phrase: Phrase) -> list[Draft] | None:
    """A caption whose words stand in quotes at a place, if what stands around them says no more than that."""
    around = words_of([*tokens[:at], *tokens[at + 1 :]])
    rest = [word for word in around if word not in TEXT_NOUNS | _SAYING | ARTICLES]
    asks = phrase.verb in _WRITING | _BRINGING or not TEXT_NOUNS.isdisjoint(around)
    return _caption(tokens[at].text, position) if asks and not set(rest) - _AROUND_TEXT else None


def _written(tokens: list[Token], position: str, phrase: Phrase) -> list[Draft] | None:
    """The words behind ``write``, or behind ``caption it with``."""
    if phrase.verb in ("write", "type", "print"):
        return _unquoted(tokens, position, phrase)
    if phrase.verb not in ("caption", "title", "subtitle"):
        return None
    about = noun_phrase(tokens[:1]) or noun_phrase(tokens[:2])
    if about is None or about.kind == "phrase":
        return None
    words = words_of(tokens)
    mark = next((at for at, word in enumerate(words) if word in ("with", "as", ",")), len(words))
    return _unquoted(tokens[mark + 1 :], position, phrase)


def _without_letters(tokens: list[Token]) -> list[Token]:
    """``HAPPY BIRTHDAY in big letters`` without how it is written, where that is as ever."""
    words = words_of(tokens)
    at = len(words) - 1 if words and words[-1] in _LETTERS else 0
    while at > 1 and words[at - 1] in _LARGE:
        at -= 1
    return tokens[: at - 1] if at > 1 and words[at - 1] == "in" else tokens


_TOLD = frozenset({"date", "name", "hashtag", "address", "price", "year", "website", "slogan",
    "number", "email"})  # fmt: skip
"""What is written rather than put: ``the date 12 May 2024 in the corner``."""
_LETTERS = frozenset({"letters", "capitals", "type", "font"})
_LARGE = frozenset({"big", "bold", "large", "huge", "white", "small", "capital", "block", "nice", "simple"})


def _is_shouted(tokens: list[Token]) -> bool:
    """Whether all words are in capitals, as what shall be written often is."""
    return bool(tokens) and all(token.text.isupper() and len(token.text) > 1 for token in tokens)


def _unquoted(tokens: Tokens, position: str, phrase: Phrase) -> list[Draft] | None:
    """A caption without quotes, where nothing in it may be meant for the editor: a time, a colour, a language."""
    tokens = tokens[: len(tokens) - ended_by(tokens, _ON_IT)]
    words = words_of(tokens)
    if tuple(words[:2]) in (("my", "name"), ("our", "name"), ("your", "name"), ("the", "date"), ("the", "time")):
        return None  # which nobody has told
    begun = bool(words) and (words[0] not in _NO_TEXT or tokens[0].text.istitle())  # "Behind the Scenes" is a title
    if phrase.previous or not begun:
        return None  # "Tom and Jerry" is one caption
    timed = any(token.kind in ("clock", "duration", "span") for token in tokens)
    styled = len(words) > 2 and words[-2] == "in" and (words[-1] in ("bold", "italics", "french") or color(tokens[-1:]))
    styled = styled or words[-1] in _LETTERS  # "in red letters"
    placed = words[-2:-1] == ["the"] and words[-1] in ("end", "start", "beginning", "corner")
    return None if timed or styled or placed or swallows(tokens) else _caption(join(tokens), position)


_AT_THE_END = phrases("at the end | at the very end | at the end of it")
_NO_TEXT = frozenset({"in", "for", "automatically", "box", "to", "from", "on", "next", "behind"})
"""What no caption begins with that stands in no quotes."""
_ON_IT = phrases("on it | on screen | on the screen | on the video | on the clip | on the picture | over the video")


def _caption(text: str, position: str) -> list[Draft] | None:
    text = text.strip().strip(",;").strip()
    return [Draft("caption", {"text": text, "position": position or "bottom"})] if text else None


_PLACES = {"top": "top", "bottom": "bottom", "center": "center", "middle": "center", "centered": "center",
    "left": "left", "right": "right", "upper": "top", "lower": "bottom"}  # fmt: skip


def _position(tokens: Tokens) -> tuple[str, list[Token]]:
    """Takes the place from the words; beside another, ``centered`` says no more: ``at the top, centered``."""
    besides = _place([token for token in tokens if token.word != "centered"])
    return besides if besides[0] else _place(tokens)


def _behind_quote(tokens: Tokens, at: int) -> bool:
    """Whether a quote stands right before a token, or before the mark that does."""
    before = [token.kind for token in tokens[max(at - 2, 0) : at]]
    return before[-1:] == ["quote"] or before == ["quote", "mark"]


def _is_corner(words: list[str], at: int) -> bool:
    """Whether no more than a corner ends what is written: ``saying Hello bottom left``."""
    pair = [_PLACES.get(word, "") for word in words[at:]]
    return at > 1 and len(pair) == 2 and pair[0] in ("top", "bottom") and pair[1] in ("left", "right")


def _place(tokens: Tokens) -> tuple[str, list[Token]]:
    """Takes a place from the words: ``in the top left corner of the screen``; ``?`` where it makes no sense."""
    words = words_of(tokens)
    for at in range(len(words)):
        led = words[at] in ("at", "in", "on", "to", "along", "near", "across") and tokens[at].kind == "word"
        if not at and words[0] in _PLACES and ":" in [token.text for token in tokens[1:3]]:  # "caption top: Hi"
            pass
        elif not led and not (words[at] in _PLACES and _behind_quote(tokens, at)) and not _is_corner(words, at):
            continue
        after = at + led
        while after < len(words) and words[after] in ("the", "very"):
            after += 1
        sides = []
        while after < len(words) and words[after] in _PLACES:
            sides.append(_PLACES[words[after]])
            after += 1
        if not sides:
            continue
        while after < len(words) and words[after] in ("corner", "third", "side", "part", "hand", "edge", "half"):
            after += 1
        if words[after : after + 1] == ["of"]:
            place = after + 1
            while place < len(words) and words[place] in ARTICLES:
                place += 1
            after = min(place + 1, len(words))
        sides = list(dict.fromkeys(sides))
        vertical = [side for side in sides if side in ("top", "bottom")]
        horizontal = [side for side in sides if side in ("left", "right")]
        name = " ".join([*vertical, *horizontal]) or "center"
        return (name if len(vertical) < 2 and len(horizontal) < 2 else "?"), [*tokens[:at], *tokens[after:]]
    return "", list(tokens)
