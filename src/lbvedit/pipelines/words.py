"""What a model makes of an expression: its tokens, the names in it, and the words that it never learnt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lbvedit.errors import NoMatchError
from lbvedit.language.colors import SHADES, colors_alone
from lbvedit.language.lexicon import HYPERNYMS, KINDS, kinds_of, nearest_words, owner_of
from lbvedit.language.naming import kinds_in
from lbvedit.pipelines.registry import PIPELINES

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["Heard", "hear"]

_FILLERS = frozenset({"the", "a", "an", "of", "in", "on", "at", "with", "and", "to", "is", "are", "that", "its", "by"})


@dataclass(frozen=True)
class Heard:
    """An expression as a model hears it.

    Args:
        said: as the user wrote it.
        words: as the model gets it: unknown names replaced by known ones of the same kind.
        names: the names of things in it, in order; the first is what is looked for.
        notes: one line for each word that was replaced or is not understood.
        colors: the basic colours that the words give to what is looked for.
        plain: ``words`` without them.
    """

    said: str
    words: str
    names: tuple[str, ...]
    notes: tuple[str, ...]
    colors: tuple[str, ...] = ()
    plain: str = ""


_BEFORE = frozenset({"the", "a", "an", "of", "behind", "beside", "under", "near", "on", "in", "with", "this", "that"})


_WHATEVER = frozenset({"something", "anything", "whatever", "everything", "thing", "things", "one", "ones"})


def hear(expression: str, tokenizer: Tokenizer, *, acts: bool = False) -> Heard:
    """The expression in the model's words.

    A name that the model never learnt gives way to its kind's plainest name that it did; an adjective or verb that it
    never learnt is left out of account, and said so.

    Args:
        expression: what is looked for.
        tokenizer: the model's own.
        acts: whether the model tells things by what they do: then ``whatever is falling`` needs no name.

    Raises:
        NoMatchError: it names nothing that the model knows, so nothing can be found by it.
    """
    said = " ".join(expression.split())
    words = said.lower()
    notes = []
    names = [name for name, _ in kinds_in(words)]
    for name in names:
        if _known(name, tokenizer):
            continue
        plain = next(
            (KINDS[k][0] for k in sorted(kinds_of(name)) if k in KINDS and _known(KINDS[k][0], tokenizer)), None
        )
        if plain is not None:
            words = words.replace(name, plain, 1)
            notes.append(f"{name!r} is taken as {plain!r}")
    unknown = [word for word in _bare(words) if word not in _FILLERS and not _known(word, tokenizer)]
    if not names and (colors := colors_alone(said)):
        raise NoMatchError(
            f"{said!r} is a colour, and no thing that has it",
            hint=f"name the thing, as in '{colors[0]} car'; `lbvedit edit` takes colours alone",
        )
    bare = _bare(words)
    if not names and acts and not unknown and set(bare) - _WHATEVER - _FILLERS:
        names = [word for word in bare if word in _WHATEVER][:1]
    if not names:
        raise NoMatchError(_unknown_message(said, unknown or bare), hint=_elsewhere())
    notes += [f"{word!r} is not known and not taken into account" for word in unknown]
    colors, plain = _colors_of(words, names[0])
    return Heard(said, words, tuple(names), tuple(notes), colors, plain)


def _colors_of(words: str, name: str) -> tuple[tuple[str, ...], str]:
    """The basic colours of what is looked for, and the words without them: ``small red car``, ``woman in white``.

    What stands behind a preposition has a colour of its own, which says nothing here.
    """
    tokens = words.split()
    bare = [_bare(token)[0] if _bare(token) else "" for token in tokens]
    first = name.split()[0]
    at = bare.index(first) if first in bare else -1
    if at < 0:
        return (), words
    dropped = []
    for place in range(at - 1, -1, -1):
        if bare[place] in _BEFORE:
            break
        if bare[place] in SHADES:
            dropped.append(place)
    last = at + len(name.split()) - 1
    if bare[last + 1 : last + 2] == ["in"] and bare[last + 2 :] and bare[last + 2] in SHADES and len(bare) == last + 3:
        dropped += [last + 1, last + 2]
    colors = dict.fromkeys(color for place in sorted(dropped) for color in SHADES.get(bare[place], ()))
    joints = {place + 1 for place in dropped if bare[place + 1 : place + 2] == ["and"] and place + 2 in dropped}
    plain = " ".join(token for place, token in enumerate(tokens) if place not in joints | set(dropped))
    return tuple(colors), plain


def _bare(words: str) -> list[str]:
    return "".join(letter if letter.isalnum() or letter in "-' " else " " for letter in words).split()


def _known(name: str, tokenizer: Tokenizer) -> bool:
    return all(tokenizer.token_to_id(word) is not None for word in _bare(name.replace("-", " ")))


def _elsewhere() -> str:
    """What can be done about a word that the model will never know."""
    if "sam3" in PIPELINES:
        return "-p sam3 is an open-vocabulary model: it finds what has any name"
    return "say it with one of these, or give its mask to `lbvedit edit` with --mask FILE"


def _unknown_message(said: str, words: list[str]) -> str:
    content = [word for word in words if word not in _FILLERS] or words
    head = content[: words.index("of")] or content if "of" in words else content
    for part in (" ".join(head[-2:]), *head[-1:]):
        if (owner := owner_of(part)) is not None:
            return f"{said!r} names a part, which this model does not find alone: it finds a {owner} whole"
    near = [other for word in (" ".join(content), *content) for other in nearest_words(word, 2)]
    some = near or ["person", "car", "dog", "animal", "vehicle"]
    known = ", ".join(dict.fromkeys(word for word in some if word in HYPERNYMS or kinds_of(word)))
    return f"{said!r} names nothing that this model knows; the nearest it knows: {known}"
