"""Saying no: what was understood, what was not, and the three nearest things that can be done."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from difflib import SequenceMatcher

from lbvedit.errors import InstructionError
from lbvedit.language.drafts import Draft
from lbvedit.language.durations import duration_at
from lbvedit.language.operators import OPERATORS, Operator
from lbvedit.language.tokens import MARK_HARD, Tokens, begun_by, join, phrases

__all__ = [
    "not_understood",
    "refuse_ever_more",
    "refuse_file_size",
    "refuse_negation",
    "refuse_open_color",
    "refuse_open_speed",
    "refuse_sound_cleaning",
]

_NEGATIONS = phrases(
    "do not | never | not to | should not | must not | can not | will not | does not | avoid | refrain | no need | "
    "you not | leave alone | would not"
)
_RELATIVE = frozenset({"who", "that", "which", "is", "are", "whose"})
_DULL = frozenset({"the", "and", "a", "it", "to", "of", "in", "on", "make", "me", "you", "what", "this", "that", "by",
    "with", "for"})  # fmt: skip

_BY_OPTIONS = {
    frozenset({"fps", "framerate", "rate"}): "the frame rate is an option: --fps 24",
    frozenset({"compress", "bitrate", "megabytes", "mb"}): "the size of the file is set by an option: --crf 28",
    frozenset({"codec", "h264", "h265", "hevc", "av1", "vp9", "prores"}): "the codec is an option: --codec h264",
    frozenset({"mp4", "mkv", "webm", "mov", "gif"}): "the name of the output says the format: -o out.webm",
}
"""What edits nothing, and is asked of the options instead."""


def refuse_negation(tokens: Tokens) -> None:
    """Refuses a sentence that says what not to do.

    Raises:
        InstructionError: it does.
    """
    words = [token.word if token.kind == "word" else "" for token in tokens]
    for at in range(len(words)):
        for phrase in _NEGATIONS:
            if tuple(words[at : at + len(phrase)]) != phrase or (at and words[at - 1] in _RELATIVE):
                continue
            if phrase[0] in ("does", "do") and any(
                word in ("who", "that", "which") for word in words[max(0, at - 2) : at]
            ):
                continue
            said = join(tokens[at : at + 6])
            raise InstructionError(
                f"{said!r} says what not to do",
                hint="say only what to do; 'blur everything except the dog' spares the dog",
            )


_NOISES = frozenset({"noise", "noises", "hiss", "hum", "crackle", "denoise", "clean", "reverb", "echo", "static"})
_BETWEEN = frozenset({"the", "from", "of", "in", "up", "my", "out", ""})
_SOUNDS = frozenset({"audio", "sound", "voice", "voices", "microphone", "mic", "wind", "speech"})


def refuse_sound_cleaning(tokens: Tokens) -> None:
    """Refuses to mend or to tell apart sound: the operators know its volume alone.

    Raises:
        InstructionError: that is asked for.
    """
    words = [token.word if token.kind == "word" else "" for token in tokens]
    noises, sounds = ([at for at, word in enumerate(words) if word in named] for named in (_NOISES, _SOUNDS))
    clean = any(
        _BETWEEN.issuperset(words[min(noise, sound) + 1 : max(noise, sound)]) for noise in noises for sound in sounds
    )
    apart = any(words[at : at + 2] in (["background", "noise"], ["background", "music"]) for at in range(len(words)))
    bring = any(_brings_sound(clause) for clause in _clauses(tokens))
    if clean or apart or bring:
        raise InstructionError(
            f"{join(tokens)[:80]!r} asks for other sound, and no operator makes any",
            hint="sound can be made louder or quieter, or muted: 'mute it', 'turn the volume down by 20%'",
        )


def _clauses(tokens: Tokens) -> list[list[str]]:
    """The words between marks and ``and``."""
    out: list[list[str]] = [[]]
    for token in tokens:
        if token.kind == "mark" or token.word in ("and", "then", "but", "while"):
            out.append([])
        else:
            out[-1].append(token.word if token.kind == "word" else "")
    return out


def _brings_sound(words: list[str]) -> bool:
    """Whether a clause asks for sound that is not there: ``add some music to the video``."""
    if not words or words[0] not in ("add", "insert", "put", "include") or len(words) > 8:
        return False
    end = next(
        (at for at, word in enumerate(words) if at and word in ("to", "in", "at", "over", "of", "back")), len(words)
    )
    thing = words[1:end]
    return thing[-2:] in (["sound", "effect"], ["sound", "effects"]) or not _BROUGHT.isdisjoint(thing[-1:])


_BROUGHT = frozenset({"music", "sound", "sounds", "soundtrack", "audio", "voiceover", "voiceovers", "narration",
    "commentary", "song", "songs", "jingle", "beat", "beats", "melody"})  # fmt: skip


def refuse_file_size(tokens: Tokens) -> None:
    """Refuses to make files smaller: the pictures stay as they are, and how they are coded is an option.

    Raises:
        InstructionError: that is asked for.
    """
    words = {token.word for token in tokens if token.kind == "word"}
    if words & {"file", "filesize"} and words & {"smaller", "size", "filesize", "lighter", "compress", "shrink"}:
        raise InstructionError(
            f"{join(tokens)[:80]!r} asks for no other picture",
            hint="the size of the file is set by an option: --crf 28; or 'resize to 50%'",
        )


def refuse_ever_more(tokens: Tokens) -> None:
    """Refuses what changes while it goes on.

    Raises:
        InstructionError: ``faster and faster`` is asked for.
    """
    for one, joint, two in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if joint.word == "and" and one.word == two.word and one.word.endswith("er"):
            raise InstructionError(
                f"{join([one, joint, two])!r} changes as it goes on, and a step is the same all the way",
                hint="give each stretch a step of its own: 'speed it up 2x from 0:05 to 0:10'",
            )


_OPEN = phrases(
    "a different color | different colors | another color | any color | any other color | some other color | "
    "a new color | a random color | a different shade"
)


def refuse_open_color(tokens: Tokens) -> None:
    """Refuses to choose a colour.

    Raises:
        InstructionError: ``a different color`` is asked for.
    """
    words = [token.word for token in tokens]
    for at in range(len(words)):
        if any(tuple(words[at : at + len(open_one)]) == open_one for open_one in _OPEN):
            raise InstructionError(f"{join(tokens)[:80]!r} does not say which colour", hint="as in 'make the car red'")


_SO_IT_LASTS = phrases(
    "so that it lasts | so it lasts | so that it takes | so it takes | so that it fits in | so it fits in | "
    "so that it fits into | so it fits into | so that it is only | so it is only | so that it is | so it is | "
    "to last | to fit in | to fit into | until it lasts | until it is | up to | down to"
)


def refuse_open_speed(tokens: Tokens) -> None:
    """Refuses a speed that only the length of the video could tell.

    Raises:
        InstructionError: ``speed it up so that it lasts 30 seconds`` is asked for.
    """
    for at, token in enumerate(tokens):
        if token.word not in ("speed", "slow", "accelerate", "decelerate"):
            continue
        clause = list(itertools.takewhile(lambda one: one.word != MARK_HARD, tokens[at:]))
        for place in range(1, len(clause)):
            size = begun_by(clause[place:], _SO_IT_LASTS)
            length = duration_at(clause, place + size) if size else None
            if length and (
                length[1] == len(clause) or clause[length[1]].kind == "mark" or clause[length[1]].word == "long"
            ):
                raise InstructionError(
                    f"{join(clause)[:80]!r} says how long it shall be, and no sentence knows how long it is",
                    hint="say how fast: 'speed it up 2x'; or keep a part: 'trim it to 30 seconds'",
                )


def not_understood(
    text: str, understood: Sequence[tuple[Sequence[Draft], bool]], lost: Sequence[str]
) -> InstructionError:
    """The refusal of a sentence.

    Args:
        text: the sentence.
        understood: the clauses that were.
        lost: the words of those that were not.
    """
    what = " ".join(lost[0].split()) if lost else " ".join(text.split())
    message = f"{what[:80]!r} is not understood" if what else "the instruction is empty"
    known = [_describe(draft) for drafts, _ in understood for draft in drafts]
    message += (
        f"; understood: {', '.join(known)}" if known else "; nothing else was asked" if lost and what != text else ""
    )
    words = set(what.lower().split())
    for told, hint in _BY_OPTIONS.items():
        if words & told:
            return InstructionError(message, hint=hint)
    near = _nearest(what)
    return InstructionError(
        message, hint="nearest: " + "; ".join(f"{entry.example!r} ({entry.name})" for entry in near)
    )


def _describe(draft: Draft) -> str:
    values = " ".join(str(value) for value in draft.params.values())
    place = (
        f" {'everything except ' if draft.target.outside else ''}{draft.target.phrase}" if draft.target.phrase else ""
    )
    return f"{draft.op}{place}{' ' if values else ''}{values}"


def _nearest(words: str, count: int = 3) -> list[Operator]:
    """The operators whose words are spelt most like some word of the sentence."""
    said = [word for word in words.lower().split() if len(word) > 2 and word not in _DULL]

    def likeness(entry: Operator) -> float:
        own = {word.strip(".,;:'\"") for word in f"{entry.name} {entry.example} {entry.help}".lower().split()} - _DULL
        best = [max((SequenceMatcher(None, word, mine).ratio() for mine in own), default=0.0) for word in said[:12]]
        return max(best, default=0.0) + 0.1 * sum(sorted(best)[-3:])

    return sorted(OPERATORS.values(), key=lambda entry: -likeness(entry))[:count]
