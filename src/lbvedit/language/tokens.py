"""A sentence as tokens: words, quotes, numbers with their units, and marks, each knowing where it stood."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from lbvedit.errors import InstructionError
from lbvedit.language.spelling import COMMON_SLIPS, american

__all__ = [
    "MARK_HARD",
    "MARK_SOFT",
    "Token",
    "Tokens",
    "begun_by",
    "black_and_white",
    "ended_by",
    "join",
    "phrases",
    "tokenize",
]

Kind = Literal["word", "quote", "number", "percent", "clock", "aspect", "size", "hex", "mark", "span", "duration"]
Tokens = Sequence["Token"]

_LARGEST = 1e9

MARK_SOFT = ","
MARK_HARD = ";"


@dataclass(frozen=True)
class Token:
    """One piece of a sentence.

    Args:
        kind: what it is; ``span`` and ``duration`` are made from others by :mod:`lbvedit.language.times`.
        text: as the user wrote it; of a quote, what stands inside.
        word: in lower case and American spelling, for comparing; marks are ``,`` or ``;``.
        start: where it begins in the sentence.
        end: where it ends.
        value: what a number, clock time or duration is worth, in its unit or in seconds.
        span: the beginning and the end of a span in seconds, either open.
    """

    kind: Kind
    text: str
    word: str
    start: int
    end: int
    value: float = 0.0
    span: tuple[float | None, float | None] = (None, None)

    def corrected(self, word: str) -> Token:
        """The same token read as another word."""
        return replace(self, word=word)


_PIECE = re.compile(
    r"""
    (?P<prime>(?<!\w)\d+['’′]\s?[0-5]?\d(?:\.\d+)?["”″](?!\w))
  | (?P<quote>"[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|(?<![\w])‘[^’]*’(?!\w)|(?<![\w])'(?:[^']|(?<=\w)'(?=\w))*'(?!\w))
  | (?P<hex>\#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b)
  | (?P<rgb>\brgb\(\s*\d{1,3}(?:\s*,\s*\d{1,3}){2}\s*\))
  | (?P<equals>(?<=\w)\s?=\s?(?=[^\s=>]))
  | (?P<aspect>(?<!\w)(?:\d|1\d|2[01])[x×](?:\d|1\d|2[01])\b)
  | (?P<size>\d{2,5}\s?[x×]\s?\d{2,5}\b)
  | (?P<clock>\d+(?::[0-5]\d){1,2}(?:\.\d+)?(?!\w)|\d+(?:\.\d+)?:\d+(?:\.\d+)?(?!\w))
  | (?P<to>(?<=\w)(?:[-–—]|\s[-–—]\s|\.{2,3})(?=\d))
  | (?P<percent>[-+]?\d+(?:\.\d+)?\s?%)
  | (?P<fraction>(?<![\w/.])\d{1,2}/\d{1,2}(?![\w/]))
  | (?P<decade>(?<!\w)(?:(?:1[5-9]|20)\d0s|(?<=\bthe\s)[5-9]0s|[5-9]0s(?=\s(?:movie|film|look|style|vibe|show)))(?!\w))
  | (?P<site>\b(?:www\.[\w./-]*\w|[\w-]+\.(?:com|org|net|io|tv|co\.uk)(?:/[\w./-]*\w)?)\b)
  | (?P<sign>[$€£]\d+(?:[.,]\d+)*|[@\#][^\W\d_][\w.]*\w)
  | (?P<number>(?:(?<!\w)[-+])?(?:\d+(?:\.\d+)?|\.\d+))
  | (?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*(?:[-/][^\W\d_]+(?:['’][^\W\d_]+)*)*['’]?)
  | (?P<degree>°)
  | (?P<hard>[;.!?\n]+|\s?(?:[-=]>|→)\s?|\s[|>]+\s|\s/\s(?!\d)|(?<!\d)\s/\s|\s[-–—]+\s|—)
  | (?P<soft>[,(){}\[\]:&+])
    """,
    re.VERBOSE,
)

_CONTRACTIONS = {
    "don't": "do not", "dont": "do not", "doesn't": "does not", "didn't": "did not", "won't": "will not",
    "can't": "can not", "cannot": "can not", "shouldn't": "should not", "mustn't": "must not", "isn't": "is not",
    "aren't": "are not", "let's": "lets", "i'd": "i would", "i'll": "i will", "i'm": "i am", "it's": "it is",
    "that's": "that is", "you'd": "you would", "we'd": "we would", "wouldn't": "would not", "they're": "they are",
    "you're": "you are", "he's": "he is", "she's": "she is", "couldn't": "could not", "who's": "who is",
    "time-lapse": "timelapse", "hyper-lapse": "hyperlapse", "night-time": "nighttime", "day-time": "daytime",
    "colorgrade": "color grade", "colourgrade": "color grade",
    "there's": "there is", "here's": "here is", "what's": "what is", "i've": "i have", "we've": "we have",
    "aswell": "as well", "alot": "a lot", "abit": "a bit", "lil": "little", "infront": "in front",
    "wasn't": "was not", "weren't": "were not", "hasn't": "has not", "haven't": "have not",
    "it'd": "it would", "we're": "we are", "vol": "volume",
    "u": "you", "pls": "please", "plz": "please", "b&w": "bw", "b/w": "bw", "bg": "background",
    "wanna": "want to", "gonna": "going to", "lemme": "let me", "gimme": "give me", "kinda": "somewhat",
    "sorta": "somewhat",
    "vflip": "flip vertically", "hflip": "flip horizontally", "rot": "rotate", "desat": "desaturate",
    "rm": "remove", "del": "delete", "ffwd": "fast forward",
    **COMMON_SLIPS,
}  # fmt: skip


_SHAPES = frozenset({"16/9", "4/3", "3/2", "5/4", "21/9", "2/1", "1/1"})
"""Shapes that are written as fractions; others are none unless they are parts of one."""


def tokenize(text: str, known: frozenset[str]) -> list[Token]:
    """The tokens of a sentence.

    Args:
        text: what the user wrote.
        known: the grammar's vocabulary; ``slow-motion`` becomes two words because both are in it, ``t-shirt`` stays.

    Raises:
        InstructionError: a number that is larger than anything takes.
    """
    out: list[Token] = []
    for found in _PIECE.finditer(text.replace("\u2212", "-")):  # the sign of typesetters
        kind, piece, start = found.lastgroup or "", found.group(), found.start()
        if kind == "word":
            out += _words(piece, start, known)
        elif kind == "to":
            out.append(Token("word", piece, "to", start, found.end()))
        elif kind == "equals":
            out.append(Token("word", piece, "=", start, found.end()))
        elif kind in ("decade", "sign", "site"):
            out.append(Token("word", piece, piece, start, found.end()))
        elif kind == "degree":
            out.append(Token("word", piece, "degrees", start, found.end()))
        elif kind in ("hard", "soft"):
            out.append(_mark(kind, piece, start, found.end()))
        else:
            out.append(_literal(kind, piece, start))
    return black_and_white(out)


def _mark(kind: str, piece: str, start: int, end: int) -> Token:
    if piece in "&+":
        return Token("word", piece, "and", start, end)
    return Token("mark", piece, MARK_HARD if kind == "hard" else MARK_SOFT, start, end)


def _literal(kind: str, piece: str, start: int) -> Token:
    end = start + len(piece)
    match kind:
        case "quote":
            return Token("quote", piece[1:-1], "", start, end)
        case "percent":
            return Token("percent", piece, "%", start, end, _number(piece.rstrip("%").rstrip()) / 100)
        case "number":
            return Token("number", piece, piece, start, end, _number(piece))
        case "clock":
            seconds = 0.0
            for part in piece.split(":"):
                seconds = seconds * 60 + _number(part)
            return Token("clock", piece, piece, start, end, seconds)
        case "prime":  # 1'20"
            minutes, rest = re.split("['’′]", piece.rstrip('"”″'))
            return Token("clock", piece, piece, start, end, 60 * _number(minutes) + _number(rest))
        case "fraction":
            above, below = map(int, piece.split("/"))
            counted = 0 < above < below or piece in _SHAPES
            return Token("number", piece, piece, start, end, round(above / below, 6)) if counted else (
                Token("word", piece, piece, start, end)  # "the 24/7 sign"
            )  # fmt: skip
        case "rgb":
            channels = [int(channel) for channel in re.findall(r"\d+", piece)]
            if max(channels) > 255:
                raise InstructionError(f"{piece!r} is no colour", hint="red, green and blue lie in 0..255")
            name = "#{:02x}{:02x}{:02x}".format(*channels)
            return Token("hex", name, name, start, end)
        case "aspect":  # 16x9 is no size
            return Token("aspect", re.sub("[x×]", ":", piece), piece, start, end)
        case "size":
            return Token("size", piece, re.sub(r"\s?[x×]\s?", "x", piece), start, end)
        case _:
            return Token("hex", piece.lower(), piece.lower(), start, end)


def _number(digits: str) -> float:
    value = float(digits)
    if abs(value) > _LARGEST:
        raise InstructionError(f"{digits[:20]} is more than anything takes", hint="say a smaller number")
    return value


def _words(piece: str, start: int, known: frozenset[str]) -> list[Token]:
    plain = piece.lower().replace("’", "'")
    if plain in _CONTRACTIONS:
        parts = _CONTRACTIONS[plain].split()
        return [Token("word", piece, part, start, start + len(piece)) for part in parts]
    if american(plain) != plain:
        return [Token("word", piece, american(plain), start, start + len(piece))]
    parts = re.split(r"[-/]", plain)
    if len(parts) > 1 and all(american(part) in known for part in parts):
        out, at = [], start
        for part in parts:
            out.append(Token("word", piece[at - start : at - start + len(part)], american(part), at, at + len(part)))
            at += len(part) + 1
        return out
    return [Token("word", piece, american(plain), start, start + len(piece))]


def black_and_white(tokens: Iterable[Token]) -> list[Token]:
    """Makes ``black and white`` one token, so that its "and" joins no clauses."""
    out: list[Token] = []
    for token in tokens:
        out.append(token)
        said = [one.text.strip() if one.kind == "mark" else one.word for one in out[-3:]]
        size = next((len(phrase) for phrase in _BLACK_AND_WHITE if tuple(said[-len(phrase) :]) == phrase), 0)
        if size:
            tail = out[-size:]
            out[-size:] = [Token("word", " ".join(one.text for one in tail), "bw", tail[0].start, tail[-1].end)]
    return out


def phrases(table: str) -> tuple[tuple[str, ...], ...]:
    """The phrases of a table, parted by ``|``, each as its words.

    >>> phrases("right now | please")
    (('right', 'now'), ('please',))
    """
    return tuple(tuple(phrase.split()) for phrase in table.split("|"))


_BLACK_AND_WHITE = phrases(
    "black and white | black white | black n white | black / white | b and w | b w | b n w | b / w"
)


def begun_by(tokens: Tokens, table: Iterable[tuple[str, ...]]) -> int:
    """How many words the first phrase of a table has that some words begin with; 0 where they begin with none."""
    return next((len(one) for one in table if tuple(token.word for token in tokens[: len(one)]) == one), 0)


def ended_by(tokens: Tokens, table: Iterable[tuple[str, ...]]) -> int:
    """How many words the first phrase of a table has that some words end with; 0 where they end with none."""
    return next((len(one) for one in table if tuple(token.word for token in tokens[-len(one) :]) == one), 0)


def join(tokens: Tokens) -> str:
    """The words as the user wrote them, with single spaces; in another order where they have been put in one."""
    text, place = "", (0, 0)
    for token in tokens:
        if text and (token.start, token.end) == place:  # the second half of "don't"
            continue
        text += f" {token.text}" if text and token.start != place[1] else token.text
        place = (token.start, token.end)
    return " ".join(text.split())
